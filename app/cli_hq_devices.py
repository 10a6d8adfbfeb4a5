"""The commands about devices and what was held of them: `tillside hq devices`, `hq device …`, `hq held …`."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from app.config import load_config
from app.terminal import fail, plain, say

HqDir = Annotated[Path | None, typer.Option("--dir", help="Folder of HQ's database and keys.")]
AsJson = Annotated[bool, typer.Option("--json", help="One line of JSON each.")]
DeviceId = Annotated[str, typer.Argument(help="The device's id, D….")]
HeldId = Annotated[str, typer.Argument(help="As `hq held list` names it.")]

SKEW_TOLD_MS = 5 * 60_000  # a station signs by HQ's time from here on: its own clock is of no use to it

device_cli = typer.Typer(no_args_is_help=True, help="Confirm a station's machine, or shut it out.")
held_cli = typer.Typer(no_args_is_help=True, help="Entries that were kept aside and not posted.")


def hq_devices(data_dir: HqDir = None, as_json: AsJson = False) -> None:
    """List all devices, those that wait to be confirmed first."""
    from hq.authority.writing_off import waits_for_people
    from hq.journal.held import waiting_by_device
    from hq.stores.devices import list_devices, median_skew_ms

    found, held, (ended, lost) = with_hq(
        data_dir, lambda hq: (list_devices(hq), waiting_by_device(hq), waits_for_people(hq))
    )
    _tell_lost(lost, as_json=as_json)
    for each in found:
        if as_json:
            more = {"held": held.get(each.device_id, 0), "ended_leases": ended.get(each.device_id, 0)}
            print(json.dumps({**asdict(each), **more}))
            continue
        told = [
            f"{each.device_id}  {each.state}  store {each.store}  epoch {each.epoch}  head {each.head_seq}",
            plain(f"machine {each.name or '?'} ({each.hw or '?'}, {each.sw or '?'})"),
            f"enrolled {moment(each.enrolled_ms)}  seen {moment(each.last_seen_ms)}",
        ]
        if each.asked_by:
            told.append(f"asked for at station {each.asked_by} by manager {each.approver}")
        if held.get(each.device_id):
            told.append(f"{held[each.device_id]} entries held: tillside hq held list")
        if ended.get(each.device_id):
            told.append(
                f"{ended[each.device_id]} leases of an epoch that ended count as given until somebody says that it "
                f"gives nothing more: tillside hq device write-off {each.device_id} --who NAME"
            )
        if each.is_to_wipe:
            told.append(
                f"erased itself {moment(each.wiped_ms)}"
                if each.wiped_ms
                else "to erase itself on next contact"
            )
        print("\n    ".join(told))
    if not found and not lost and not as_json:
        say("No device was ever enrolled.")
    off_ms = median_skew_ms(found)
    if off_ms is not None and not as_json and abs(off_ms) > SKEW_TOLD_MS:
        direction = "ahead of" if off_ms > 0 else "behind"
        print(
            f"The clocks of most stations are {abs(off_ms) // 60_000} minutes {direction} head office's. "
            "Look at the clock of this server first."
        )


def _tell_lost(lost: dict[str, int], *, as_json: bool) -> None:
    """Name those whom an HQ that was put back has forgotten: it hands nothing out while they may hold leases."""
    for device_id, since_ms in lost.items():
        if as_json:
            print(json.dumps({"device_id": device_id, "state": "lost", "waited_for_since_ms": since_ms}))
            continue
        print(
            f"{device_id}  lost: enrolled after the backup that head office was put back from {moment(since_ms)}\n"
            "    It may hold leases that nobody knows of, so head office hands out none and promises nothing on line.\n"
            "    Pair the machine anew as a new station, or make sure that it is gone; then: "
            f"tillside hq device write-off {device_id} --who NAME"
        )


@device_cli.command("confirm")
def device_confirm(device_id: DeviceId, data_dir: HqDir = None) -> None:
    """Say that a device that waits is the machine you mean: compare its name with the one at the till first."""
    from hq.stores.devices import confirm

    with_hq(data_dir, lambda hq: confirm(hq, device_id))
    print(f"Device {device_id} is confirmed. It has members and program with its next sync.")


@device_cli.command("revoke")
def device_revoke(
    device_id: DeviceId,
    wipe: Annotated[
        bool, typer.Option("--wipe", help="Let it erase itself once all its entries are here.")
    ] = False,
    data_dir: HqDir = None,
) -> None:
    """Shut a device out. Nothing it sends is posted from now on; all of it is kept."""
    from hq.stores.devices import revoke

    with_hq(data_dir, lambda hq: revoke(hq, device_id, wipe=wipe))
    print(f"Device {device_id} is shut out. What it still sends is kept: tillside hq held list")
    if wipe:
        print("On its next contact it sends what it has, and then erases its records and keys.")


@device_cli.command("update-by")
def device_update_by(
    day: Annotated[str, typer.Argument(help="The day, such as 2026-12-05 (UTC), or `never`.")],
    data_dir: HqDir = None,
) -> None:
    """Say until when stations with an older program are given new facts; they show the day once they hear of it."""
    from hq.stores.updating import set_update_by

    try:
        by_ms = None if day == "never" else to_ms(datetime.fromisoformat(day).replace(tzinfo=UTC))
    except ValueError:
        fail(f"{day} is no day such as 2026-12-05.")
    chosen = with_hq(data_dir, lambda hq: set_update_by(hq, by_ms))
    if by_ms is None:
        print("Older programs are given new facts without an end.")
    else:
        print(f"Stations older than framing {chosen.framing} are given new facts until {moment(by_ms)}.")
        print("What they hold stays good until its rules expire, and their entries are always taken in.")


@device_cli.command("wipe")
def device_wipe(device_id: DeviceId, data_dir: HqDir = None) -> None:
    """Shut a device out and let it erase itself: the same as `revoke --wipe`."""
    device_revoke(device_id, wipe=True, data_dir=data_dir)


@device_cli.command("write-off")
def device_write_off(
    device_id: DeviceId,
    who: Annotated[str, typer.Option(help="Who says so; it is kept.")],
    data_dir: HqDir = None,
) -> None:
    """Count what a device that never comes back may still have given, as given. Shut it out before."""
    from hq.authority.writing_off import write_off

    done = with_hq(data_dir, lambda hq: write_off(hq, device_id, who=who))
    if done.is_lost:
        print(
            f"Device {device_id} is waited for no more. What it gave by leases nobody knows until its entries come."
        )
        return
    print(f"Device {device_id} is written off: {done.leases} leases.")
    for scope, units in sorted(done.units.items()):
        print(f"  {scope}  {units} counted as given")


@held_cli.command("list")
def held_list(
    device_id: Annotated[str | None, typer.Option("--device", help="Only of this device.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Also what was posted or dismissed.")] = False,
    as_json: AsJson = False,
    data_dir: HqDir = None,
) -> None:
    """List what was kept aside: of shut-out devices, of replaced epochs, and of devices with two histories."""
    from hq.journal.held import list_held
    from hq.stores.devices import check_device

    def look(hq: Any) -> list[Any]:
        check_device(hq, device_id)
        return list_held(hq, device_id=device_id, is_open=not every)

    found = with_hq(data_dir, look)
    if not found and not as_json:
        say("Nothing was kept aside." if every else "Nothing that was kept aside waits for a decision.")
    for each in found:
        if as_json:
            print(json.dumps(asdict(each)))
        else:
            place = f"{each.device_id} epoch {each.epoch} entries {each.from_seq}-{each.to_seq}"
            print(f"{each.id}  {each.state}  {place}  {each.why}  {moment(each.received_ms)}")


@held_cli.command("show")
def held_show(held_id: HeldId, data_dir: HqDir = None) -> None:
    """Show the entries of a held push, a line of JSON each, as they were sent."""
    from hq.journal.held import read_held

    _, request = with_hq(data_dir, lambda hq: read_held(hq, held_id))
    for body in request.entries:
        print(plain(body.decode("utf-8", errors="replace")))


@held_cli.command("post")
def held_post(
    held_id: HeldId,
    again: Annotated[bool, typer.Option("--again", help="Also if it was dismissed.")] = False,
    data_dir: HqDir = None,
) -> None:
    """Post a held push after all. Each entry is judged as if it had been pushed; cases tell what is doubtful."""
    from hq.journal.posting_held import post_held

    posted = with_hq(data_dir, lambda hq: post_held(hq, held_id, is_again=again))
    print(f"{len(posted.results)} entries are taken in as {posted.place}; {posted.known} were here before.")
    for result in posted.results:
        if result.case is not None:
            print(f"  entry {result.seq}: {result.verdict} {' '.join(result.codes)} ({result.case})")


@held_cli.command("dismiss")
def held_dismiss(held_id: HeldId, data_dir: HqDir = None) -> None:
    """Decide that a held push will not be posted. It stays where it is."""
    from hq.journal.held import dismiss

    with_hq(data_dir, lambda hq: dismiss(hq, held_id))
    print(f"Held push {held_id} is dismissed.")


def with_hq(data_dir: Path | None, work: Any) -> Any:
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
        fail(str(problem))


def to_ms(day: datetime) -> int:
    """Return a moment as the milliseconds that HQ keeps."""
    return int(day.timestamp()) * 1000


def moment(ms: int) -> str:
    """Return a time as people read it."""
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")
