"""The commands about what HQ holds of a member: `tillside hq export` and `hq erase`."""

import json
from pathlib import Path
from typing import Annotated

import typer

from app.cli_hq_devices import with_hq

HqDir = Annotated[Path | None, typer.Option("--dir", help="Folder of HQ's database and keys.")]
Ref = Annotated[str, typer.Argument(help="The member's reference.")]


def hq_export(ref: Ref, data_dir: HqDir = None) -> None:
    """Print all that HQ holds about a member as JSON, with the stations that may hold more."""
    from hq.members.exporting import export_member

    print(json.dumps(with_hq(data_dir, lambda hq: export_member(hq, ref)), ensure_ascii=False, indent=1))


def hq_erase(
    ref: Ref,
    confirm: Annotated[bool, typer.Option("--confirm", help="Do it: nothing brings them back.")] = False,
    data_dir: HqDir = None,
) -> None:
    """Erase a member: HQ forgets them at once, each station with its next sync; without --confirm, say what goes."""
    from hq.members.erasing import erase_member, what_goes

    if not confirm:
        print(json.dumps(with_hq(data_dir, lambda hq: what_goes(hq, ref)), ensure_ascii=False))
        print("Nothing was changed. To erase this member for good, say --confirm.")
        return
    done = with_hq(data_dir, lambda hq: erase_member(hq, ref))
    rest = ", ".join(f"{amount} {unit}" for unit, amount in sorted(done.rest.items())) or "nothing"
    print(
        f"Member {ref} is erased. The account held {rest}; {done.vouchers} vouchers of theirs are withdrawn."
    )
    print(
        "Stations forget them with their next sync. Backups from before still name them until they are deleted."
    )
