"""The commands about head office's books: `tillside hq stock`, `hq exposure` and `hq voids`."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import orjson
import typer

from app.cli_hq_devices import with_hq

HqDir = Annotated[Path | None, typer.Option("--dir", help="Folder of HQ's database and keys.")]


def hq_stock(
    rule_id: Annotated[str, typer.Argument(help="The rule whose rewards are counted.")],
    left: Annotated[int, typer.Argument(help="How many are left to give now, in all stores.", min=0)],
    data_dir: HqDir = None,
) -> None:
    """Say how many of a reward are left. Stations take theirs on lease from these."""
    from hq.authority.stocks import set_left

    with_hq(data_dir, lambda hq: set_left(hq, rule_id, left))
    print(f"{left} of {rule_id} are left.")


def hq_exposure(
    member: Annotated[str | None, typer.Option(help="Only what one member could take too much.")] = None,
    campaign: Annotated[str | None, typer.Option(help="Only of one campaign.")] = None,
    store: Annotated[str | None, typer.Option(help="Only of one store.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, one object a line.")] = False,
    data_dir: HqDir = None,
) -> None:
    """Show what could at worst be given too much while stations are cut off, and what was given too much."""
    from hq.authority.exposure import exposure

    found = with_hq(data_dir, lambda hq: exposure(hq, member=member, campaign=campaign, store=store))
    for each in found:
        if as_json:
            print(orjson.dumps(asdict(each)).decode("utf-8"))
        else:
            print(
                f"{each.kind:9} {each.name:24} at worst {each.bound:>10} {each.unit}, was {each.happened:>10}"
            )


def hq_voids(
    days: Annotated[int, typer.Option(help="Of so many last days.", min=1, max=3_650)] = 7,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, one object a line.")] = False,
    data_dir: HqDir = None,
) -> None:
    """Show who voided and took back how much of what they redeemed, the highest share of voids first."""
    from hq.journal.voids import void_figures

    found = with_hq(data_dir, lambda hq: void_figures(hq, days=days))
    for each in found:
        if as_json:
            print(orjson.dumps(asdict(each) | {"percent": each.percent}).decode("utf-8"))
        else:
            print(
                f"{each.at_till:14} {each.store:6} {each.redeemed:>5} redeemed, {each.voids:>4} voided"
                f" ({each.percent} %), {each.returns:>4} returns, {each.approved:>4} approved by a manager,"
                f" gave back {each.value} {each.currency} (minor units) and {each.points_back} points"
            )
    if not found and not as_json:
        print(f"Nothing was undone in the last {days} days.")
