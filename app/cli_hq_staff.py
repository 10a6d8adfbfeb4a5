"""The commands about the staff of stores: `tillside hq staff …`."""

import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from app.cli_hq_devices import AsJson, HqDir, with_hq
from app.core.pins import Role
from app.terminal import fail, say

StaffId = Annotated[str, typer.Argument(help="The person's id, as `hq staff list` shows it.")]
Store = Annotated[str, typer.Option(help="The store's id.")]
PinFile = Annotated[
    typer.FileText | None,
    typer.Option(help="File whose first line is the PIN; - for standard input. Else it is asked for."),
]
STATIONS_HEAR = "Stations hear of it with their next sync."
NOT_BACKED_UP = (
    "It is the first PIN in this store: what PINs there rest on was made, and is in no backup yet. "
    "`tillside hq keys backup` makes one."
)

staff_cli = typer.Typer(no_args_is_help=True, help="Who works in stores, and signs in at stations by a PIN.")


@staff_cli.command("add")
def staff_add(
    store: Store,
    name: Annotated[str, typer.Option(help="Given name, as a station may show it.")],
    role: Annotated[Role, typer.Option(help="A manager's PIN has six digits at least, a cashier's four.")],
    member: Annotated[str | None, typer.Option(help="Reference of their own member account.")] = None,
    pin_file: PinFile = None,
    data_dir: HqDir = None,
) -> None:
    """Add somebody to the staff of a store, and print their id."""
    from hq.staff.people import PinSet, add_person

    pin = _pin(pin_file)

    def add(hq: Any) -> PinSet:
        return add_person(hq, store_id=store, name=name, role=role, pin=pin, member=member)

    done = with_hq(data_dir, add)
    print(done.staff_id)
    if done.is_new_pepper:
        say(NOT_BACKED_UP)


@staff_cli.command("list")
def staff_list(
    store: Annotated[str | None, typer.Option(help="Only of this store.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Also who left.")] = False,
    as_json: AsJson = False,
    data_dir: HqDir = None,
) -> None:
    """List who works in stores."""
    from hq.staff.people import Person, list_people
    from hq.stores.service import check_store

    def look(hq: Any) -> list[Person]:
        check_store(hq, store)
        return list_people(hq, store_id=store, every=every)

    found = with_hq(data_dir, look)
    for each in found:
        if as_json:
            print(json.dumps(asdict(each)))
            continue
        told = [f"{each.staff_id}  {each.store}  {each.role}  {each.name}"]
        if each.member:
            told.append(f"member {each.member}")
        if each.trained_ms:
            told.append(f"trained on {datetime.fromtimestamp(each.trained_ms / 1000, UTC):%Y-%m-%d}")
        if each.state != "active":
            told.append(each.state)
        elif not each.has_pin:
            told.append("their PIN must be set anew: what it rested on is lost")
        print(", ".join(told))
    if not found and not as_json:
        say("Nobody works in a store yet, as far as this head office knows.")


@staff_cli.command("pin")
def staff_pin(staff_id: StaffId, pin_file: PinFile = None, data_dir: HqDir = None) -> None:
    """Give somebody another PIN. Whoever was suspended at a station works there again."""
    from hq.staff.people import set_pin

    pin = _pin(pin_file)
    done = with_hq(data_dir, lambda hq: set_pin(hq, staff_id, pin))
    print(f"The PIN is set. {STATIONS_HEAR}")
    if done.is_new_pepper:
        say(NOT_BACKED_UP)


@staff_cli.command("badge")
def staff_badge(
    staff_id: StaffId,
    qr: Annotated[Path, typer.Option(help="Where the picture of the code goes, as PNG.")],
    data_dir: HqDir = None,
) -> None:
    """Draw the code of somebody's badge. It says who they are at a station, and proves nothing without their PIN."""
    from app.core.codes import badge
    from hq.staff.people import read_person
    from scanner.draw import qr_png

    person = with_hq(data_dir, lambda hq: read_person(hq, staff_id))
    try:
        qr.write_bytes(qr_png(badge(person.staff_id)))
    except OSError as problem:
        fail(f"{qr} can't be written: {problem.strerror}.")
    print(f"The badge of {person.name} is in {qr}.")


@staff_cli.command("remove")
def staff_remove(staff_id: StaffId, data_dir: HqDir = None) -> None:
    """Let somebody sign in no more. What they did stays, under their id."""
    from hq.staff.people import remove_person

    asked = with_hq(data_dir, lambda hq: remove_person(hq, staff_id))
    print(f"They can sign in no more. {STATIONS_HEAR}")
    if asked is not None:
        say(
            f"Nobody is left in store {asked} to sign in: anything may be redeemed there without it from now on."
        )


@staff_cli.command("sign-in")
def staff_sign_in(
    store: Store,
    needed: Annotated[
        bool,
        typer.Option("--needed/--free", help="Must somebody have signed in before anything is redeemed?"),
    ],
    data_dir: HqDir = None,
) -> None:
    """Say whether a store's stations redeem only when somebody has signed in. Orders and points go on either way."""
    from hq.staff.people import ask_sign_in

    count = with_hq(data_dir, lambda hq: ask_sign_in(hq, store, is_needed=needed))
    if needed:
        print(
            f"Nothing is redeemed in store {store} unless one of {count} people has signed in. {STATIONS_HEAR}"
        )
    else:
        print(f"Anything may be redeemed in store {store} without signing in. {STATIONS_HEAR}")


def _pin(file: Any) -> str:
    """Return a PIN that was asked for twice without showing it, or read from a file: never from the command line."""
    if file is not None:
        return str(file.readline()).rstrip("\r\n")
    if not sys.stdin.isatty():
        fail("There is nobody to ask for the PIN here. Give it by --pin-file.")
    return str(typer.prompt("PIN", hide_input=True, confirmation_prompt="The same PIN again"))
