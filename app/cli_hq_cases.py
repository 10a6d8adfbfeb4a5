"""The commands about cases, and about an HQ that was put back: `tillside hq cases …`, `tillside hq restored`."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Annotated, Any

import typer

from app.cli_hq_devices import AsJson, HqDir, with_hq
from app.config import load_config
from app.terminal import fail, plain, say

DAY_MS, HOUR_MS = 86_400_000, 3_600_000
WHO = "command line"  # until staff sign in here
LOST_KEYS = (
    "If HQ's keys were changed since the backup: keys that were made since are gone, and what was retired or revoked "
    "since is good again. Do it again before HQ starts (tillside hq keys). If the root key was changed since, every "
    "station must be paired anew."
)
CaseId = Annotated[str, typer.Argument(help="The case's name, C-….")]
Note = Annotated[str, typer.Option(help="A word for whoever reads it later.")]

cases_cli = typer.Typer(no_args_is_help=True, help="Entries and devices that a person must look at.")


@cases_cli.command("list")
def cases_list(
    store: Annotated[str | None, typer.Option(help="Only of this store.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Closed ones too.")] = False,
    data_dir: HqDir = None,
    as_json: AsJson = False,
) -> None:
    """List cases that wait for a look, the oldest first."""
    from hq.journal.cases import OPEN
    from hq.journal.desk import list_cases
    from hq.stores.service import check_store

    def look(hq: Any) -> tuple[list[Any], int]:
        check_store(hq, store)
        return list_cases(hq, state=None if every else OPEN, store=store), hq.clock.now_ms()

    found, now_ms = with_hq(data_dir, look)
    for each in found:
        print(json.dumps(asdict(each)) if as_json else _line(each, now_ms))
    if not found and not as_json:
        say("There are no cases." if every else "No case waits for a look.")


@cases_cli.command("show")
def cases_show(case_id: CaseId, data_dir: HqDir = None, as_json: AsJson = False) -> None:
    """Show a case: what is doubtful, what was done with it, and the entry as the station sent it."""
    from hq.journal.desk import carried_by, entry_of, find_case

    def look(hq: Any) -> tuple[Any, bytes, int]:
        found = find_case(hq, case_id)
        return found, entry_of(hq, found), hq.clock.now_ms()

    found, body, now_ms = with_hq(data_dir, look)
    carried = carried_by(body)
    texts = ({"entry": _text(body)} if body else {}) | (
        {} if carried is None else {"carried": _text(carried)}
    )
    if as_json:
        print(json.dumps({**asdict(found), **texts}))
        return
    print(_line(found, now_ms))
    print(f"    {plain(found.detail)}")  # names in it are a station's
    for done in found.events:
        print(plain(f"    {done.what} by {done.who}: {done.note}"))
    for name, text in texts.items():
        print(f"    {name}: {text}")


@cases_cli.command("post")
def cases_post(
    case_ids: Annotated[list[str] | None, typer.Argument(help="The cases' names, C-….")] = None,
    carried: Annotated[
        str | None,
        typer.Option(
            metavar="DEVICE", help="All that this station saved out of its earlier epochs, in order."
        ),
    ] = None,
    note: Note = "",
    again: Annotated[bool, typer.Option("--again", help="Also if the case was closed.")] = False,
    data_dir: HqDir = None,
) -> None:
    """Judge quarantined entries again, by what head office knows today, and post them, up to one that can't be."""
    from hq.journal.desk import carried_cases, post_case

    if bool(case_ids) is (carried is not None):
        fail("Name one or more cases, or a station with --carried.")

    def post(hq: Any) -> int:
        names = case_ids or carried_cases(hq, carried or "")
        for done, case_id in enumerate(names):
            with _stopped_at(case_id, done=done, left=len(names) - done):
                after = post_case(hq, case_id, who=WHO, note=note, is_again=again)
            print(f"The entry of {case_id} is {after.verdict}.", end="\n" if len(names) > 1 else " ")
        return len(names)

    if with_hq(data_dir, post):
        print("Its station hears of it with its next sync.")
    else:
        say(f"Nothing that {carried} saved out of an earlier epoch waits for a look.")


@cases_cli.command("close")
def cases_close(
    case_id: CaseId,
    note: Note = "",
    points: Annotated[int, typer.Option(help="Points for its member; with a minus, taken back.")] = 0,
    data_dir: HqDir = None,
) -> None:
    """Close a case. Its entry and its postings stay as they are; points are a posting of their own."""
    from hq.journal.desk import close_case

    with_hq(data_dir, lambda hq: close_case(hq, case_id, who=WHO, note=note, points=points))
    print(f"{case_id} is closed.")


def hq_restored(data_dir: HqDir = None) -> None:
    """Say that HQ's database and folder were put back from a backup, before stations reach it again."""
    from hq.faults import HqFault
    from hq.putting_back import tell_restored

    try:
        tell_restored(load_config(hq_dir=data_dir).hq_dir)
    except HqFault as problem:
        fail(str(problem))
    print("Stations will send what was lost, and fetch members, vouchers, rules and keys anew.")
    print(LOST_KEYS)


@contextmanager
def _stopped_at(case_id: str, *, done: int, left: int) -> Iterator[None]:
    """Where one of several can't be posted, say how far it came; why follows."""
    from hq.faults import HqFault

    try:
        yield
    except HqFault:
        if done + left > 1:
            say(f"{done} posted; stopped at {case_id}, with which {left} are left:")
        raise


def _text(body: bytes) -> str:
    """Return a body as a terminal may show it: whatever came is kept, and not all of it is JSON."""
    return plain(body.decode("utf-8", "backslashreplace"))


def _amount(case: Any) -> str:
    """Write what a case is about as people do: points, or an amount of a currency."""
    from app.core.money import CURRENCIES, format_amount

    currency = CURRENCIES.get(case.unit)
    written = str(case.amount) if currency is None else format_amount(case.amount, currency)
    return f"{written} {case.unit}".rstrip()


def _line(case: Any, now_ms: int) -> str:
    age_ms = max(0, now_ms - case.opened_ms)
    age = f"{age_ms // DAY_MS} d" if age_ms >= DAY_MS else f"{age_ms // HOUR_MS} h"
    amount = f"  {_amount(case)}" if case.amount else ""
    place = f"{case.device} {case.epoch}" + (f"/{case.seq}" if case.seq else "")
    return f"{case.case_id}  {case.state}  {age}  {' '.join(case.flags)}  {case.owner}  {place}{amount}"
