"""The command that plays past orders against a draft program: `tillside whatif`."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.config import load_config
from app.terminal import fail, say
from resources import LANGUAGES

if TYPE_CHECKING:
    from app.core.program import Program
    from app.whatif.draft import Draft
    from app.whatif.recorded import Recorded

TOLD_EVERY = 20_000  # orders
OF_JOURNALS = "Really: what the journals of these stations say was given, by the rules of the day."


def whatif(  # noqa: PLR0913, PLR0917 a command's parameters are its options
    program: Annotated[Path, typer.Argument(help="The draft: a program, JSON of format 1.")],
    stores: Annotated[
        list[Path] | None,
        typer.Option(
            "--store", help="A station's store, whose journal is played; more than one may be given."
        ),
    ] = None,
    state_dir: Annotated[
        Path | None, typer.Option("--state", help="Folder of the stores' key files.")
    ] = None,
    demo: Annotated[
        bool,
        typer.Option("--demo", help="Play the shopping year: all of it, unless --shops or --weeks say less."),
    ] = False,
    shops: Annotated[
        int | None, typer.Option(help="With --demo: only so many of the busiest shops.", min=1)
    ] = None,
    weeks: Annotated[str, typer.Option(help="With --demo: only these weeks, such as 32-38.")] = "1-53",
    take: Annotated[
        str,
        typer.Option(
            help="Which choices are picked: shown (those picked then), or choice (every usable one)."
        ),
    ] = "shown",
    ignore_dates: Annotated[
        bool, typer.Option("--ignore-dates", help="Play each campaign as if it had been on all the time.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Tell it as one line of JSON.")] = False,
    language: Annotated[str, typer.Option(help=f"Of the reasons: {', '.join(LANGUAGES)}.")] = "en",
) -> None:
    """Say what a draft would have given on past orders, campaign by campaign, against what really happened."""
    from app.core.facts_record import RecordInvalid
    from app.store.faults import StoreFault
    from app.whatif.replay import DraftUnfit, Take, what_if
    from app.whatif.words import Report
    from resources.load import translations

    if demo == bool(stores):
        fail("Say whose orders are played: either --demo, or --store with a station's store.")
    if language not in LANGUAGES:
        fail(f"{language!r} is no language we have; there are {', '.join(LANGUAGES)}.")
    if take not in list(Take):
        fail(f"--take is one of {', '.join(Take)}, not {take!r}.")
    draft = _draft(program, ignore_dates=ignore_dates)
    try:
        if demo:
            past, really = _past_of_demo(shops, weeks)
        else:
            past, really = _past_of_stores(stores or [], draft.program, state_dir), OF_JOURNALS
        findings = what_if(draft.program, _told(past), take=Take(take))
    except (DraftUnfit, RecordInvalid) as problem:
        fail(str(problem))
    except StoreFault as fault:
        fail(f"{fault.sentence} ({fault.detail})")
    report = Report(draft, findings, Take(take), really, translations(language).gettext)
    print(json.dumps(report.record(), ensure_ascii=False) if as_json else report.told())


def _draft(path: Path, *, ignore_dates: bool) -> "Draft":
    from app.core.program import ProgramInvalid
    from app.whatif.draft import read_draft

    try:
        return read_draft(path.read_bytes(), ignore_dates=ignore_dates)
    except OSError as problem:
        fail(f"{path} can't be read: {problem.strerror}.")
    except ProgramInvalid as problem:
        fail(f"{path} is no program: {problem}")


def _past_of_demo(shops: int | None, weeks: str) -> "tuple[Iterator[Recorded], str]":
    from app.demo.journey import JourneyUnavailable, Selection, load
    from app.demo.journey_files import package_folder, read_products
    from app.demo.past_year import REALLY, PastYear

    first, _, last = weeks.partition("-")
    if not (first.isdecimal() and (last or first).isdecimal()):
        fail(f"{weeks!r} are no weeks. Write them as 32-38.")
    say("Reading the shopping year …")
    try:
        journey = load(Selection(stores=shops, first_week=int(first), last_week=int(last or first)))
        return PastYear(journey, read_products(package_folder())).orders(), REALLY
    except (ValueError, JourneyUnavailable) as problem:
        fail(f"The shopping year could not be read: {problem}")


def _past_of_stores(folders: list[Path], program: "Program", state_dir: Path | None) -> "Iterator[Recorded]":
    from app.clock import SystemClock
    from app.whatif.journals import recorded_in

    state = load_config(state_dir=state_dir).state_dir
    return recorded_in(folders, program, state_dir=state, clock=SystemClock())


def _told(past: "Iterator[Recorded]") -> "Iterator[Recorded]":
    """Say now and then how far it is."""
    for number, then in enumerate(past, start=1):
        yield then
        if number % TOLD_EVERY == 0:
            say(f"  {number:>9,} orders · {then.order.local.date()}")
