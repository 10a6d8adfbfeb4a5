"""Every command of the product, and the place where its parts are put together."""

import io
import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from app.config import Config, ConfigInvalid, load_config

cli = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # it would print local variables, keys among them
    help="Tillside, a loyalty station beside the till.",
)
station_cli = typer.Typer(invoke_without_command=True, help="The station at the till.")
hq_cli = typer.Typer(no_args_is_help=True, help="Head office: the server that stations report to.")
cli.add_typer(station_cli, name="station")
cli.add_typer(hq_cli, name="hq")

DEFAULT_PORT = 8470
StoreDir = Annotated[Path | None, typer.Option("--dir", help="Folder of this station's store.")]
StateDir = Annotated[Path | None, typer.Option("--state", help="Folder of the key files.")]
HqDir = Annotated[Path | None, typer.Option("--dir", help="Folder of HQ's database and keys.")]
HqDatabase = Annotated[str | None, typer.Option("--db", help="Empty PostgreSQL database: postgresql://…")]


def main() -> None:
    """Run the command line; what people can set right ends as one sentence and status 1."""
    try:
        cli()
    except ConfigInvalid as problem:
        _fail(str(problem))


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _fail(sentence: str) -> None:
    _say(sentence)
    raise SystemExit(1)


# --- demo -----------------------------------------------------------------------------------------------------------


@cli.command()
def demo(
    stores: Annotated[int, typer.Option(help="How many of the busiest shops.", min=1)] = 12,
    weeks: Annotated[str, typer.Option(help="Weeks of the data, such as 32-38.")] = "32-38",
    out: Annotated[Path, typer.Option(help="Folder for everything the demo makes.")] = Path("demo-out"),
    figures: Annotated[Path | None, typer.Option(help="Only count the demo in this folder.")] = None,
    window: Annotated[bool, typer.Option(help="Open the largest shop's window after the replay.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="End with one line of JSON.")] = False,
) -> None:
    """Replay a real shopping year through stations and head office."""
    from app.demo.folder import FolderTaken

    try:
        found = _count_demo(figures) if figures else _run_demo(stores, weeks, out, with_window=window)
    except FolderTaken as problem:
        _fail(str(problem))
        return
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


def _run_demo(stores: int, weeks: str, out: Path, *, with_window: bool) -> dict[str, Any]:
    from app.demo.headquarters import HqDidNotStart
    from app.demo.journey import JourneyUnavailable, Selection
    from app.demo.run import run_demo

    first, _, last = weeks.partition("-")
    if not (first.isdecimal() and (last or first).isdecimal()):
        _fail(f"{weeks!r} are no weeks. Write them as 32-38.")
    try:
        selection = Selection(stores=stores, first_week=int(first), last_week=int(last or first))
        return run_demo(selection, out, say=_say, with_window=with_window)
    except (ValueError, JourneyUnavailable, HqDidNotStart) as problem:
        _fail(f"The demo could not run: {problem}")
        raise


# --- station --------------------------------------------------------------------------------------------------------


@station_cli.callback()
def station(
    context: typer.Context,
    store_dir: StoreDir = None,
    state_dir: StateDir = None,
    register: Annotated[str | None, typer.Option(help="Name of the register beside it.")] = None,
    camera: Annotated[str | None, typer.Option(help="Camera number, a video file, or off.")] = None,
    headless: Annotated[
        bool, typer.Option(help="One scan or order a line in, one answer a line out.")
    ] = False,
) -> None:
    """Run this machine's station."""
    config = load_config(store_dir=store_dir, state_dir=state_dir, register=register, camera=camera)
    context.obj = config
    if context.invoked_subcommand is not None:
        return
    from app.clock import SystemClock

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
    from app.store.faults import StoreFault
    from app.store.store import key_store_of
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
        )
    except PairingInvalid as problem:
        _fail(str(problem))
    except StoreFault as fault:
        _fail(f"{fault.sentence} ({fault.detail})")
    except HqFault as fault:
        _fail(f"Head office can't be reached or did not agree ({fault.code}). Nothing was set up.")
    else:
        print(f"This is now a station of {device.store_name} ({device.store_id}), device {device.device_id}.")


# --- screens ---------------------------------------------------------------------------------------------------------


@cli.command()
def screens(
    out: Annotated[Path, typer.Option(help="Folder for the pictures, index.json and findings.json.")],
    every: Annotated[bool, typer.Option("--all", help="In 1920x1080 too.")] = False,
) -> None:
    """Draw every screen in every state, and say what is wrong with it."""
    import os

    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from ui.gallery import SIZES, draw_all

    findings = draw_all(out, sizes=(*SIZES, (1920, 1080)) if every else SIZES)
    print(f"{len(list(out.glob('*.png')))} pictures in {out}; {len(findings)} findings.")
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


# --- head office ----------------------------------------------------------------------------------------------------


@hq_cli.command("init")
def hq_init(data_dir: HqDir = None, database: HqDatabase = None) -> None:
    """Make a new head office: database, keys, their backup and the first administrator."""
    from hq.faults import HqFault
    from hq.setup import init_hq

    try:
        made = init_hq(load_config(hq_dir=data_dir).hq_dir, database_url=database)
    except HqFault as problem:
        _fail(str(problem))
        return
    print(f"Head office is set up in {made.backup.parent}.")
    print("Write these down; they are shown once and kept nowhere:")
    print(f"  administrator  {made.admin}")
    print(f"  password       {made.password}")
    print(f"  key backup     {made.backup}")
    print(f"  passphrase     {made.passphrase}")
    print("Keep a copy of the backup in another place: without these keys every member's card is worthless.")


@hq_cli.command("restore-keys")
def hq_restore_keys(
    backup: Annotated[Path, typer.Argument(help="The backup that `tillside hq init` made.")],
    passphrase: Annotated[str, typer.Option(prompt=True, hide_input=True, help="As it was written down.")],
    data_dir: HqDir = None,
) -> None:
    """Put HQ's keys back from their backup."""
    from hq.backup import restore_keys
    from hq.faults import HqFault
    from hq.home import KEYS_FOLDER

    folder = load_config(hq_dir=data_dir).hq_dir / KEYS_FOLDER
    try:
        restore_keys(backup, folder, passphrase=passphrase)
    except HqFault as problem:
        _fail(str(problem))
    print(f"The keys are back in {folder}.")


@hq_cli.command("serve")
def hq_serve(
    data_dir: HqDir = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(help="Port to listen on; 0 lets the system choose.", min=0, max=65535)
    ] = DEFAULT_PORT,
    demo_clock: Annotated[
        int | None,
        typer.Option(help="For the demo: let HQ's clock follow the stations', from this moment (ms)."),
    ] = None,
) -> None:
    """Serve stations until told to stop."""
    from hq.clock import FollowingClock
    from hq.faults import HqFault
    from hq.serve import serve

    clock = None if demo_clock is None else FollowingClock(demo_clock)
    try:
        serve(load_config(hq_dir=data_dir).hq_dir, host=host, port=port, clock=clock)
    except HqFault as problem:
        _fail(str(problem))


@hq_cli.command("store")
def hq_store(
    store_id: Annotated[str, typer.Argument(help="The store's id, as it stands in orders.")],
    name: Annotated[str, typer.Option(help="The store's name.")],
    time_zone: Annotated[str, typer.Option(help="Such as Europe/Berlin.")],
    currency: Annotated[str, typer.Option(help="Such as EUR.")],
    data_dir: HqDir = None,
) -> None:
    """Add a store."""
    from hq.stores.service import add_store

    _with_hq(
        data_dir,
        lambda hq: add_store(hq, store_id=store_id, name=name, time_zone=time_zone, currency=currency),
    )
    print(f"Store {store_id} is added.")


@hq_cli.command("enrol")
def hq_enrol(
    store: Annotated[str, typer.Option(help="The store that the station stands in.")],
    url: Annotated[
        str, typer.Option(help="Where stations reach head office.")
    ] = f"http://127.0.0.1:{DEFAULT_PORT}",
    qr: Annotated[Path | None, typer.Option("--qr", help="Also write it as a QR code into this PNG.")] = None,
    data_dir: HqDir = None,
) -> None:
    """Show a pairing text, in a terminal as a QR code too, for a new station: good once and for ten minutes."""
    from hq.stores.pairing import new_pairing

    text = _with_hq(data_dir, lambda hq: new_pairing(hq, store_id=store, url=url)).text
    if sys.stdout.isatty():  # whoever takes it by a pipe gets the text alone
        from scanner.draw import qr_blocks

        print(qr_blocks(text))
    print(text)
    if qr is not None:
        from scanner.draw import qr_png

        try:
            qr.write_bytes(qr_png(text))
        except OSError as problem:
            _fail(f"{qr} can't be written: {problem.strerror}. The text above is good all the same.")


@hq_cli.command("publish")
def hq_publish(
    program: Annotated[Path, typer.Argument(help="The program, JSON of format 1.")], data_dir: HqDir = None
) -> None:
    """Publish a program version; stations have it with their next sync."""
    import orjson

    from app.core.canonical import NotCanonical, canonical
    from hq.campaigns.service import publish_program

    try:
        body = canonical(orjson.loads(program.read_bytes()))
    except (OSError, orjson.JSONDecodeError, NotCanonical) as problem:
        _fail(f"{program} can't be published: {problem}")
        return
    version = _with_hq(data_dir, lambda hq: publish_program(hq, body)).version
    print(f"Version {version} is published.")


@hq_cli.command("member")
def hq_member(
    name: Annotated[str, typer.Argument(help="Given name and initial, as a till may show it.")],
    tier: Annotated[str, typer.Option(help="The member's tier.")] = "",
    store: Annotated[str | None, typer.Option(help="Home store.")] = None,
    data_dir: HqDir = None,
) -> None:
    """Add a member and print the number and the signed code for the card."""
    from app.ids import new_ref
    from hq.home import Hq
    from hq.members.service import MemberFacts, issue_code, new_member_number, upsert_members
    from hq.stores.service import check_store

    ref, number = new_ref(), new_member_number()

    def add(hq: Hq) -> str:
        check_store(hq, store)
        upsert_members(hq, [MemberFacts(ref, name, number, tier=tier, home_store=store)])
        return issue_code(hq, ref)

    code = _with_hq(data_dir, add)
    print(json.dumps({"ref": ref, "number": number, "code": code}))


@hq_cli.command("voucher")
def hq_voucher(
    rule: Annotated[str, typer.Argument(help="The rule that the voucher brings into play.")],
    uses: Annotated[
        int,
        typer.Option(help="How often it can be used; 0 = as often as the rule holds.", min=0, max=1_000_000),
    ] = 1,
    owner: Annotated[str | None, typer.Option(help="Reference of the member it is bound to.")] = None,
    data_dir: HqDir = None,
) -> None:
    """Make a voucher and print its number."""
    from hq.vouchers.service import NewVoucher, check_voucher, create_vouchers

    def make(hq: Any) -> list[str]:
        new = NewVoucher(rule, uses, owner)
        check_voucher(hq, new)
        return create_vouchers(hq, [new])

    print(_with_hq(data_dir, make)[0])


def _with_hq(data_dir: Path | None, work: Any) -> Any:
    """Open HQ, do one thing, close it; what can't be done ends as a sentence."""
    from hq.faults import HqFault
    from hq.home import open_hq

    try:
        hq = open_hq(load_config(hq_dir=data_dir).hq_dir)
        try:
            return work(hq)
        finally:
            hq.close()
    except HqFault as problem:
        _fail(str(problem))
        raise


if __name__ == "__main__":
    main()
