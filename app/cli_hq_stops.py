"""The commands that stop something everywhere and let it go again: `tillside hq stop`, `hq lift`, `hq stops`."""

import json
from dataclasses import asdict
from typing import Annotated, Any

import typer

from app.cli_hq_devices import AsJson, HqDir, moment, with_hq
from app.terminal import say

WHO = "command line"  # until staff sign in here
NAMED_MAX = 20  # devices in a list for people
What = Annotated[
    str,
    typer.Argument(
        help="program, campaign:ID, rule:ID, referral:ID, member:REFERENCE or code:V… (a voucher's number).",
        show_default=False,
    ),
]
Note = Annotated[str, typer.Option(help="Why, for whoever looks at it later. It stays at head office.")]


def hq_stop(what: What, note: Note = "", data_dir: HqDir = None) -> None:
    """Stop a campaign, a rule, a referral scheme, a member's card, one code or the whole program, everywhere.

    Stations hear of it with their next sync, before anything else: those on line within half a minute.
    """
    from hq.stops.service import stop_it

    done = with_hq(data_dir, lambda hq: stop_it(hq, what, note=note, who=WHO))
    if done.is_new:
        print(
            f"{done.what} is stopped, by list {done.version}. `tillside hq stops` says which stations know."
        )
    else:
        print(f"{done.what} was stopped already, by list {done.version}. Nothing was changed.")


def hq_lift(what: What, data_dir: HqDir = None) -> None:
    """Let go again what is stopped; after a change of rules for the new rules only."""
    from hq.stops.service import lift

    done = with_hq(data_dir, lambda hq: lift(hq, what))
    print(f"{done.what} is let go, by list {done.version}.")
    if done.before_program is not None:
        print(f"Stations that still have rules from before version {done.before_program} go on refusing it.")


def hq_stops(data_dir: HqDir = None, as_json: AsJson = False) -> None:
    """List what is stopped, and which stations have not heard of it yet."""
    from hq.stops.service import list_stops

    found: list[Any] = with_hq(data_dir, list_stops)
    for each in found:
        period = each.period
        if as_json:
            told = {"devices": each.devices, "missing": each.missing, "of_backup": each.is_of_backup}
            print(json.dumps({**asdict(period), **told}))
            continue
        under = f"  under rules before version {period.before_program}" if period.is_over else ""
        print(f"{period.what}  since {moment(period.since_ms)}  by list {period.version}{under}")
        if period.note:
            print(f"    {period.note}")
        if each.is_of_backup:
            print(
                "    as the backup says that was put back: it may have been let go since (`tillside hq lift`)"
            )
        print(f"    known to {each.devices - len(each.missing)} of {each.devices} active stations")
        if each.missing:
            more = len(each.missing) - NAMED_MAX
            print(
                f"    not yet: {' '.join(each.missing[:NAMED_MAX])}{f' and {more} more' if more > 0 else ''}"
            )
    if not found and not as_json:
        say("Nothing is stopped.")
