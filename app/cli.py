"""Every command of the product, and the place where its parts are put together."""

import io
import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from app.cli_cases import cases_cli
from app.cli_hq import DEFAULT_PORT, hq_cli
from app.cli_journal import journal_cli
from app.cli_receipt import receipt
from app.cli_report import report_cli
from app.cli_scan import scan
from app.cli_till import till
from app.cli_till_api import till_api
from app.cli_whatif import whatif
from app.config import Config, ConfigInvalid, load_config
from app.terminal import fail, say

cli = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # it would print local variables, keys among them
    help="Tillside, a loyalty station beside the till.",
)
station_cli = typer.Typer(invoke_without_command=True, help="The station at the till.")
cli.add_typer(station_cli, name="station")
cli.add_typer(hq_cli, name="hq")
cli.add_typer(cases_cli, name="cases")
cli.add_typer(journal_cli, name="journal")
cli.add_typer(report_cli, name="report")
cli.command()(whatif)
cli.command()(scan)
cli.command()(till)
cli.command()(receipt)
station_cli.command()(till_api)

WAITS = "Head office has to confirm this machine first: tillside hq devices"
StoreDir = Annotated[Path | None, typer.Option("--dir", help="Folder of this station's store.")]
StateDir = Annotated[Path | None, typer.Option("--state", help="Folder of the key files.")]


def main() -> None:
    """Run the command line; what people can set right ends as one sentence and status 1."""
    try:
        cli()
    except ConfigInvalid as problem:
        fail(str(problem))


# --- demo -----------------------------------------------------------------------------------------------------------


@cli.command()
def demo(
    stores: Annotated[int, typer.Option(help="How many of the busiest shops.", min=1)] = 12,
    weeks: Annotated[str, typer.Option(help="Weeks of the data, such as 32-38.")] = "32-38",
    out: Annotated[Path, typer.Option(help="Folder for everything the demo makes.")] = Path("demo-out"),
    full: Annotated[bool, typer.Option(help="The whole year: all 457 shops, in several processes.")] = False,
    database: Annotated[
        str | None, typer.Option("--db", help="Empty PostgreSQL database for HQ: postgresql://…")
    ] = None,
    figures: Annotated[Path | None, typer.Option(help="Only count the demo in this folder.")] = None,
    window: Annotated[bool, typer.Option(help="Open the largest shop's window after the replay.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="End with one line of JSON.")] = False,
) -> None:
    """Replay a real shopping year through stations and head office."""
    from app.demo.folder import FolderTaken

    try:
        if figures:
            found = _count_demo(figures)
        else:
            found = _run_demo(stores, weeks, out, is_full=full, database=database, with_window=window)
    except FolderTaken as problem:
        fail(str(problem))
    if as_json or figures:
        print(json.dumps(found))
    raise SystemExit(0 if found["hq_equals_stations"] else 1)


def _count_demo(path: Path) -> dict[str, Any]:
    from app.demo.figures import compare
    from app.demo.folder import FolderTaken, find
    from hq.faults import HqFault

    try:
        return compare(find(path)).record()
    except HqFault as problem:
        raise FolderTaken(str(problem)) from problem


def _run_demo(
    stores: int, weeks: str, out: Path, *, is_full: bool, database: str | None, with_window: bool
) -> dict[str, Any]:
    from app.demo.beside import ended_by_a_word
    from app.demo.headquarters import HqDidNotStart
    from app.demo.journey import WHOLE_YEAR, JourneyUnavailable, Selection
    from app.demo.parts import DAY_BY_DAY, IN_PARTS, PartFailed
    from app.demo.run import CountFailed, Plan, run_demo
    from hq.faults import HqFault

    first, _, last = weeks.partition("-")
    if not (first.isdecimal() and (last or first).isdecimal()):
        fail(f"{weeks!r} are no weeks. Write them as 32-38.")
    try:
        if is_full:
            plan = Plan(WHOLE_YEAR, out, IN_PARTS, database, with_window)
        else:
            chosen = Selection(stores=stores, first_week=int(first), last_week=int(last or first))
            plan = Plan(chosen, out, DAY_BY_DAY, database, with_window)
        with ended_by_a_word():
            return run_demo(plan, say=say)
    except (ValueError, JourneyUnavailable, HqDidNotStart, PartFailed, CountFailed, HqFault) as problem:
        fail(f"The demo could not run: {problem}")


@hq_cli.callback(invoke_without_command=True)
def hq_alone(
    context: typer.Context,
    is_demo: Annotated[
        bool,
        typer.Option("--demo", help="A head office to look at, filled with the demo's part of the year."),
    ] = False,
    port: Annotated[
        int, typer.Option(help="With --demo: port to listen on; 0 lets the system choose.", min=0, max=65535)
    ] = DEFAULT_PORT,
    full: Annotated[
        bool, typer.Option(help="With --demo: the whole year, replayed while HQ serves.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(help="With --demo: keep everything in this folder; otherwise it is deleted."),
    ] = None,
    database: Annotated[
        str | None, typer.Option("--db", help="With --demo: empty PostgreSQL database: postgresql://…")
    ] = None,
) -> None:
    """Head office: the server that stations report to."""
    if context.invoked_subcommand is not None:
        return
    if not is_demo:
        print(context.get_help())
        raise SystemExit(0)
    from app.demo.folder import FolderTaken
    from app.demo.journey import WHOLE_YEAR, JourneyUnavailable, Selection
    from app.demo.parts import PartFailed
    from app.demo.serving import Stand, serve_demo
    from app.logs import set_up_logs
    from hq.faults import HqFault

    set_up_logs()
    stand = Stand(port, WHOLE_YEAR if full else Selection(), full, out, database)
    try:
        serve_demo(stand, show=lambda text: print(text, flush=True))
    except (FolderTaken, JourneyUnavailable, PartFailed, HqFault) as problem:
        fail(f"The demo could not run: {problem}")


# --- station --------------------------------------------------------------------------------------------------------


@station_cli.callback()
def station(
    context: typer.Context,
    store_dir: StoreDir = None,
    state_dir: StateDir = None,
    register: Annotated[str | None, typer.Option(help="Name of the register beside it.")] = None,
    camera: Annotated[str | None, typer.Option(help="Camera number, a video file, or off.")] = None,
    scanner_port: Annotated[str | None, typer.Option(help="Port of a hand scanner on a serial line.")] = None,
    till_api: Annotated[str | None, typer.Option(help="Port for the shop's till, or off.")] = None,
    headless: Annotated[
        bool, typer.Option(help="One scan or order a line in, one answer a line out.")
    ] = False,
) -> None:
    """Run this machine's station."""
    config = load_config(
        store_dir=store_dir,
        state_dir=state_dir,
        register=register,
        camera=camera,
        scanner_port=scanner_port,
        till_api=till_api,
    )
    context.obj = config
    if context.invoked_subcommand is not None:
        return
    from app.clock import SystemClock
    from app.logs import set_up_logs

    set_up_logs(config.state_dir)
    if not headless:
        from app.window import run_window

        raise SystemExit(run_window(config, clock=SystemClock()))
    from app.headless import run_headless

    assert isinstance(sys.stdin, io.TextIOWrapper), "standard input is a text stream"
    sys.stdin.reconfigure(encoding="utf-8", errors="backslashreplace")  # a scanner may send any bytes
    raise SystemExit(run_headless(config, clock=SystemClock(), lines=sys.stdin, out=sys.stdout))


@station_cli.command()
def enrol(
    context: typer.Context,
    text: Annotated[str, typer.Argument(help="The pairing text that head office shows (TS:P:…).")],
    key_store: Annotated[str | None, typer.Option(help="Where the keys live: os or file.")] = None,
) -> None:
    """Pair this machine with head office."""
    from app.clock import SystemClock
    from app.store.device import key_store_of
    from app.store.faults import StoreFault
    from sync.enrolment import PairingInvalid, enrol_station, read_pairing
    from sync.faults import HqFault

    before: Config = context.obj
    config = load_config(
        store_dir=before.store_dir, state_dir=before.state_dir, key_store=key_store or before.key_store
    )
    try:
        device = enrol_station(
            read_pairing(text),
            folder=config.store_dir,
            key_store=key_store_of(config.key_store, config.state_dir),
            key_store_kind=config.key_store,
            clock=SystemClock(),
            on_waiting=lambda: say(WAITS),
        )
    except PairingInvalid as problem:
        fail(str(problem))
    except StoreFault as fault:
        fail(f"{fault.sentence} ({fault.detail})")
    except HqFault as fault:
        fail(f"Head office can't be reached or did not agree ({fault.code}). Nothing was set up.")
    else:
        print(f"This is now a station of {device.store_name} ({device.store_id}), device {device.device_id}.")


@station_cli.command()
def reenrol(
    context: typer.Context,
    text: Annotated[str, typer.Argument(help="What `hq enrol --device` shows for this station (TS:P:…).")],
    believe_text: Annotated[
        bool,
        typer.Option(
            "--believe-text", help="The text is meant for this machine, though nothing here shows it."
        ),
    ] = False,
) -> None:
    """Give this station a new epoch: what can be read of the old records is saved, and they are set aside."""
    from app.clock import SystemClock
    from app.store.device import key_store_of
    from app.store.faults import StoreFault
    from app.store.health import kind_of_key_store
    from sync.enrolment import PairingInvalid, read_pairing
    from sync.faults import HqFault
    from sync.reenrolment import reenrol_station

    config: Config = context.obj
    kind = kind_of_key_store(config.store_dir) or config.key_store  # chosen once
    try:
        done = reenrol_station(
            read_pairing(text),
            folder=config.store_dir,
            key_store=key_store_of(kind, config.state_dir),
            key_store_kind=kind,
            clock=SystemClock(),
            on_waiting=lambda: say(WAITS),
            is_text_believed=believe_text,
        )
    except PairingInvalid as problem:
        fail(str(problem))
    except StoreFault as fault:
        fail(f"{fault.sentence} ({fault.detail})")
    except HqFault as fault:
        fail(f"Head office can't be reached or did not agree ({fault.code}). Nothing was changed.")
    else:
        print(f"Device {done.device.device_id} goes on in epoch {done.device.epoch}.")
        print(f"{done.salvaged} entries are carried over for head office to decide.")
        if done.lost != 0:
            print(f"Not to be read here: {done.lost or 'all of them'}. Head office has those that were sent.")
        print(f"The old records are in {done.aside}.")


# --- screens ---------------------------------------------------------------------------------------------------------


@cli.command()
def screens(
    out: Annotated[Path, typer.Option(help="Folder for the pictures, index.json and findings.json.")],
    every: Annotated[
        bool, typer.Option("--all", help="In the five languages and in 1920x1080, too.")
    ] = False,
) -> None:
    """Draw every screen in every state, and say what is wrong with it."""
    import os

    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from ui.gallery import Dress, draw_all, dresses

    def told(dress: Dress, found: list[Any]) -> None:
        print(f"{' '.join(map(str, dress.record().values()))}: {len(found)} findings", file=sys.stderr)

    findings = draw_all(out, dresses(every=every), processes=os.cpu_count() or 1, told=told)
    print(
        f"{len(json.loads((out / 'index.json').read_text('utf-8')))} pictures in {out}; {len(findings)} findings."
    )
    raise SystemExit(1 if findings else 0)


# --- doctor ---------------------------------------------------------------------------------------------------------


@cli.command()
def doctor(
    store_dir: StoreDir = None,
    state_dir: StateDir = None,
    as_json: Annotated[bool, typer.Option("--json", help="Tell it as one line of JSON.")] = False,
) -> None:
    """Look at this computer and this station, and say what to do. Status 1 when something is bad."""
    from app.clock import SystemClock
    from app.doctor.report import run_doctor

    config = load_config(store_dir=store_dir, state_dir=state_dir)
    raise SystemExit(run_doctor(config, clock=SystemClock(), out=sys.stdout, as_json=as_json))


if __name__ == "__main__":
    main()
