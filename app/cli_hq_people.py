"""The commands about people: `tillside hq member`, `hq member merge`, `hq export`, `hq erase` and `hq password`."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from app.cli_hq_cases import WHO
from app.cli_hq_devices import with_hq
from app.terminal import say

HqDir = Annotated[Path | None, typer.Option("--dir", help="Folder of HQ's database and keys.")]
Ref = Annotated[str, typer.Argument(help="The member's reference.")]
ADD = "add"


class _Members(TyperGroup):
    """Takes `hq member NAME` for `hq member add NAME`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in {*self.commands, "--help"}:
            args = [ADD, *args]
        return super().parse_args(ctx, args)


member_cli = typer.Typer(
    cls=_Members, no_args_is_help=True, help="Add a member, or merge two who are one person."
)


@member_cli.command("add")
def member_add(
    name: Annotated[str, typer.Argument(help="Given name and initial, as a till may show it.")],
    tier: Annotated[str, typer.Option(help="The member's tier.")] = "",
    store: Annotated[str | None, typer.Option(help="Home store.")] = None,
    old_ref: Annotated[
        str | None,
        typer.Option(
            "--ref", help="Of a member lost with a database: the old reference, or the card's L2: code."
        ),
    ] = None,
    old_number: Annotated[
        str | None, typer.Option("--number", help="The number that is printed on the old card, M….")
    ] = None,
    data_dir: HqDir = None,
) -> None:
    """Add a member and print the number and the signed code for the card."""
    from app.ids import new_ref
    from hq.home import Hq
    from hq.members.cards import read_number, read_ref
    from hq.members.service import MemberFacts, add_member, issue_code, new_member_number
    from hq.stores.service import check_store

    def add(hq: Hq) -> dict[str, str]:
        check_store(hq, store)
        ref = new_ref() if old_ref is None else read_ref(hq, old_ref)
        number = new_member_number() if old_number is None else read_number(old_number)
        add_member(hq, MemberFacts(ref, name, number, tier=tier, home_store=store))
        return {"ref": ref, "number": number, "code": issue_code(hq, ref)}

    print(json.dumps(with_hq(data_dir, add)))


@member_cli.command("merge")
def member_merge(
    ref: Annotated[str, typer.Argument(help="Reference of the member who goes.")],
    into: Annotated[str, typer.Argument(help="Reference of the member who stays, with all that both have.")],
    confirm: Annotated[bool, typer.Option("--confirm", help="Do it: nothing parts them again.")] = False,
    data_dir: HqDir = None,
) -> None:
    """Merge two members who are one person; without --confirm, say what each has."""
    from hq.members.merging import merge_members, what_merges

    if not confirm:
        print(json.dumps(with_hq(data_dir, lambda hq: what_merges(hq, ref, into)), ensure_ascii=False))
        print("Nothing was changed. To merge the first into the second for good, say --confirm.")
        return
    done = with_hq(data_dir, lambda hq: merge_members(hq, ref, into, who=WHO))
    if done.joined is None:
        print(f"Member {ref} was merged into {done.survivor} before. Nothing was changed.")
        return
    moved = done.joined
    print(
        f"Member {ref} is merged into {done.survivor}: {moved.points} points and {moved.vouchers} vouchers."
    )
    if moved.words:
        print(f"Of {moved.words} earlier entries something else is said now: `tillside hq cases`.")
    print("Old cards and numbers lead to the same account, at stations from their next sync on.")


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


def hq_password(
    name: Annotated[str, typer.Argument(help="Who signs in at the console.")], data_dir: HqDir = None
) -> None:
    """Make a link by which somebody of head office chooses a new password: for an administrator who forgot theirs."""
    from hq.access.actor import SYSTEM
    from hq.staff.office import give_link
    from hq.staff.routes import PASSWORD_PLACE

    link = with_hq(data_dir, lambda hq: give_link(hq, SYSTEM, name))
    print(f"{PASSWORD_PLACE}{link.token}")
    say(
        f"Put head office's address in front, such as https://hq.example.com. It is good once, for a day, for {name}."
    )
