"""The commands of head office: `tillside hq …`."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from app.cli_hq_backup import hq_backup, hq_restore
from app.cli_hq_books import hq_exposure, hq_stock, hq_voids
from app.cli_hq_brand import hq_brand
from app.cli_hq_cases import cases_cli, hq_restored
from app.cli_hq_devices import device_cli, held_cli, hq_devices, with_hq
from app.cli_hq_gift_cards import gift_card_cli
from app.cli_hq_keys import hq_card, hq_phone, keys_cli
from app.cli_hq_people import hq_erase, hq_export, hq_password, member_cli
from app.cli_hq_staff import staff_cli
from app.cli_hq_stops import hq_lift, hq_stop, hq_stops
from app.cli_hq_tenants import hq_webhooks_to, show_made, tenant_cli
from app.config import load_config
from app.terminal import fail

DEFAULT_PORT = 8470
HqDir = Annotated[Path | None, typer.Option("--dir", help="Folder of HQ's database and keys.")]
HqDatabase = Annotated[str | None, typer.Option("--db", help="Empty PostgreSQL database: postgresql://…")]


class LogForm(StrEnum):
    """How HQ's log is written."""

    TEXT = "text"
    JSON = "json"


hq_cli = typer.Typer(help="Head office: the server that stations report to.")
hq_cli.command("devices")(hq_devices)
hq_cli.add_typer(device_cli, name="device")
hq_cli.add_typer(held_cli, name="held")
hq_cli.add_typer(keys_cli, name="keys")
hq_cli.add_typer(cases_cli, name="cases")
hq_cli.add_typer(staff_cli, name="staff")
hq_cli.add_typer(member_cli, name="member")
hq_cli.add_typer(gift_card_cli, name="gift-card")
hq_cli.add_typer(tenant_cli, name="tenant")
hq_cli.command("webhooks-to")(hq_webhooks_to)
hq_cli.command("backup")(hq_backup)
hq_cli.command("restore")(hq_restore)
hq_cli.command("restored")(hq_restored)
hq_cli.command("card")(hq_card)
hq_cli.command("stock")(hq_stock)
hq_cli.command("exposure")(hq_exposure)
hq_cli.command("voids")(hq_voids)
hq_cli.command("phone")(hq_phone)
hq_cli.command("brand")(hq_brand)
hq_cli.command("stop")(hq_stop)
hq_cli.command("lift")(hq_lift)
hq_cli.command("stops")(hq_stops)
hq_cli.command("export")(hq_export)
hq_cli.command("erase")(hq_erase)
hq_cli.command("password")(hq_password)


@hq_cli.command("init")
def hq_init(data_dir: HqDir = None, database: HqDatabase = None) -> None:
    """Make a new head office: database, keys, their backup and the first administrator."""
    from hq.faults import HqFault
    from hq.setup import init_hq

    try:
        made = init_hq(load_config(hq_dir=data_dir).hq_dir, database_url=database)
    except HqFault as problem:
        fail(str(problem))
    show_made(made)


@hq_cli.command("upgrade")
def hq_upgrade(data_dir: HqDir = None) -> None:
    """Bring the database of an older Tillside up to date. Stop HQ first; a server's database wants a backup."""
    from hq.faults import HqFault
    from hq.upgrading import upgrade_hq

    try:
        done = upgrade_hq(load_config(hq_dir=data_dir).hq_dir)
    except HqFault as problem:
        fail(str(problem))
    if done.before == done.after:
        print("The database is up to date; nothing was changed.")
        return
    print(f"The database is brought up to date, from form {done.before} to {done.after}.")
    if done.copy is not None:
        print(f"As it was before, it is in {done.copy}. Delete it when all is well: it holds members' names.")


@hq_cli.command("restore-keys")
def hq_restore_keys(
    backup: Annotated[Path, typer.Argument(help="The backup that `tillside hq init` made.")],
    passphrase: Annotated[str, typer.Option(prompt=True, hide_input=True, help="As it was written down.")],
    data_dir: HqDir = None,
) -> None:
    """Put HQ's keys back from their backup."""
    from hq.backup import restore_keys
    from hq.faults import HqFault
    from hq.home import KEYS_FOLDER, needed_keys

    home = load_config(hq_dir=data_dir).hq_dir
    folder = home / KEYS_FOLDER
    try:
        restore_keys(backup, folder, passphrase=passphrase, needed=needed_keys(home))
    except HqFault as problem:
        fail(str(problem))
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
    log: Annotated[
        LogForm, typer.Option(help="What goes to standard error: troubles as text, or all requests as JSON.")
    ] = LogForm.TEXT,
) -> None:
    """Serve stations until told to stop."""
    from app.logs import set_up_logs
    from hq.clock import FollowingClock
    from hq.faults import HqFault
    from hq.request_ids import current_request_id
    from hq.serve import serve

    set_up_logs(as_json=log is LogForm.JSON, request_id=current_request_id)
    clock = None if demo_clock is None else FollowingClock(demo_clock)
    try:
        serve(load_config(hq_dir=data_dir).hq_dir, host=host, port=port, clock=clock)
    except HqFault as problem:
        fail(str(problem))


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

    with_hq(
        data_dir,
        lambda hq: add_store(hq, store_id=store_id, name=name, time_zone=time_zone, currency=currency),
    )
    print(f"Store {store_id} is added.")


@hq_cli.command("enrol")
def hq_enrol(
    store: Annotated[
        str | None, typer.Option(help="The store that a new station stands in.", show_default=False)
    ] = None,
    device: Annotated[
        str | None,
        typer.Option(
            help="A known device, which gets a new epoch: the present one is shut out when it is used."
        ),
    ] = None,
    trusted: Annotated[
        bool, typer.Option("--trusted", help="You stand at the machine: it need not be confirmed.")
    ] = False,
    url: Annotated[
        str, typer.Option(help="Where stations reach head office.")
    ] = f"http://127.0.0.1:{DEFAULT_PORT}",
    qr: Annotated[Path | None, typer.Option("--qr", help="Also write it as a QR code into this PNG.")] = None,
    data_dir: HqDir = None,
) -> None:
    """Show a pairing text, in a terminal as a QR code too, for a station: good once and for ten minutes.

    Whoever pairs with it waits until `hq device confirm` says that it is the machine you mean, unless it is trusted.
    """
    from hq.home import Hq
    from hq.stores.pairing import Pairing, new_epoch_pairing, new_pairing

    if (store is None) == (device is None):
        fail("Name the store of a new station, or the device that gets a new epoch.")

    def pair(hq: Hq) -> Pairing:
        if device is not None:
            return new_epoch_pairing(hq, device_id=device, url=url, is_trusted=trusted)
        return new_pairing(hq, store_id=str(store), url=url, is_trusted=trusted)

    text = with_hq(data_dir, pair).text
    if sys.stdout.isatty():  # whoever takes it by a pipe gets the text alone
        from scanner.draw import qr_blocks

        print(qr_blocks(text))
    print(text)
    if qr is not None:
        from scanner.draw import qr_png

        try:
            qr.write_bytes(qr_png(text))
        except OSError as problem:
            fail(f"{qr} can't be written: {problem.strerror}. The text above is good all the same.")


@hq_cli.command("publish")
def hq_publish(
    program: Annotated[Path, typer.Argument(help="The program, JSON of format 1.")],
    data_dir: HqDir = None,
    is_meant: Annotated[
        bool,
        typer.Option("--meant", help="Publish also what can hardly be meant; somebody has looked at it."),
    ] = False,
    is_lost: Annotated[
        bool,
        typer.Option("--lost", help="An older version, lost with a database: only to judge entries by."),
    ] = False,
) -> None:
    """Publish a program version; stations have it with their next sync."""
    import orjson

    from app.clock import SystemClock
    from app.core.canonical import NotCanonical, canonical
    from app.core.program import ProgramInvalid
    from app.core.program_format import read_program
    from hq.campaigns.service import publish_program

    try:
        written = program.read_bytes()
        expires_ms = read_program(written).expires_ms  # its complaints say where
        body = canonical(orjson.loads(written))
    except OSError as problem:
        fail(f"{program} can't be read: {problem.strerror}.")
    except (orjson.JSONDecodeError, NotCanonical, ProgramInvalid) as problem:
        fail(f"{program} can't be published: {problem}")
    if is_lost:
        _publish_lost(data_dir, body)
        return
    if expires_ms <= SystemClock().now_ms() and not is_meant:
        fail(
            f"{program} has expired: by its `expires_ms` stations would give nothing. Say --meant if you mean it."
        )
    version = with_hq(data_dir, lambda hq: publish_program(hq, body, is_meant=is_meant)).version
    print(f"Version {version} is published.")


def _publish_lost(data_dir: Path | None, body: bytes) -> None:
    from hq.campaigns.service import publish_lost
    from hq.journal.again import judge_all_again

    def publish(hq: Any) -> tuple[int, int]:
        return publish_lost(hq, body).version, judge_all_again(hq)

    version, passed = with_hq(data_dir, publish)
    print(f"Version {version} is known again; {passed} entries could be posted by it.")


@hq_cli.command("withdraw")
def hq_withdraw(
    number: Annotated[str, typer.Argument(help="The voucher's number, V….")], data_dir: HqDir = None
) -> None:
    """Take a voucher out of the world; stations forget it with their next sync."""
    from hq.vouchers.service import withdraw_voucher

    with_hq(data_dir, lambda hq: withdraw_voucher(hq, number))
    print("It is withdrawn.")


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

    print(with_hq(data_dir, make)[0])
