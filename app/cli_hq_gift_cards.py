"""The commands about gift cards: `tillside hq gift-card issue`, `show` and `freeze`."""

import os
from pathlib import Path
from typing import Annotated

import orjson
import typer

from app.cli_hq_devices import with_hq
from app.terminal import fail

HqDir = Annotated[Path | None, typer.Option("--dir", help="Folder of HQ's database and keys.")]
Number = Annotated[str, typer.Argument(help="The card's number, G….")]
OWNER_ONLY = 0o600  # who has a number has the money

gift_card_cli = typer.Typer(no_args_is_help=True, help="Issue gift cards, look at one, or stop one.")


@gift_card_cli.command("issue")
def gift_card_issue(
    numbers: Annotated[
        Path, typer.Argument(help="A new file for the numbers, one a line; only you can read it.")
    ],
    count: Annotated[int, typer.Option(help="How many cards.", min=1, max=100_000)] = 1,
    value: Annotated[
        int, typer.Option(help="What is on each, in minor units; 0: a till activates them.", min=0)
    ] = 0,
    kind: Annotated[
        str, typer.Option(help="One of the program's kinds; it says how often and how long.")
    ] = "",
    place: Annotated[
        str, typer.Option(help="Where they are sold, such as US-ME; it says under which law.")
    ] = "",
    is_again: Annotated[
        bool,
        typer.Option("--again", help="The file is there: issue those of its cards that head office lacks."),
    ] = False,
    data_dir: HqDir = None,
) -> None:
    """Issue gift cards. Their numbers are in the file alone: head office keeps hashes."""
    from hq.gift_cards.service import NewCards, issue_cards, new_card_numbers

    try:
        printed = numbers.read_text("utf-8").split() if is_again else new_card_numbers(count)
        if not is_again:
            _keep(numbers, printed)
    except OSError as problem:
        fail(f"The file can't be used: {problem.strerror}. No card was issued.")
    new = NewCards(value, kind, place)
    made = with_hq(data_dir, lambda hq: issue_cards(hq, new, printed, is_again=is_again))
    print(f"{made} gift cards are issued. Their numbers are in {numbers}; keep it as you keep money.")


def _keep(path: Path, printed: list[str]) -> None:
    """Write the numbers into a new file, and wait for the disk: they are worth money in a moment."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    with open(descriptor, "w", encoding="utf-8") as file:  # noqa: PTH123 it has its mode from the beginning
        file.write("".join(f"{number}\n" for number in printed))
        file.flush()
        os.fsync(file.fileno())


@gift_card_cli.command("show")
def gift_card_show(
    number: Number,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    data_dir: HqDir = None,
) -> None:
    """Show what is on a card and how it stands."""
    from dataclasses import asdict

    from hq.gift_cards.service import show_card

    found = with_hq(data_dir, lambda hq: show_card(hq, number))
    if as_json:
        print(orjson.dumps(asdict(found)).decode("utf-8"))
        return
    end = f", until {found.ends_on}" if found.ends_on else ""
    use = ", for one use" if found.is_single_use else ""
    print(f"{found.balance} {found.currency} (minor units), {found.state}{end}{use}.")


@gift_card_cli.command("freeze")
def gift_card_freeze(
    number: Number,
    is_undone: Annotated[bool, typer.Option("--undo", help="Let it go on.")] = False,
    data_dir: HqDir = None,
) -> None:
    """Stop a card: stations take nothing off it and put nothing on it from their next sync on."""
    from hq.gift_cards.service import freeze_card

    with_hq(data_dir, lambda hq: freeze_card(hq, number, is_frozen=not is_undone))
    print("It goes on." if is_undone else "It is stopped.")
