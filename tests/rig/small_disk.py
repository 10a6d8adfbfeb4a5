"""Run by test_small_disk.py inside a private mount namespace: what a store does on a small or read-only disk.

    unshare -rm python -m tests.rig.small_disk full|low|read_only DISK KEYS

Mounts a tmpfs at DISK, plays the scenario and prints what was seen as one JSON object. The asserting is the test's job.
"""

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from app.clock import SetClock
from app.station.identify import identify
from app.station.redeem import hand_in
from app.station.standing import standing
from app.store.device import read_card
from app.store.faults import StoreFault
from app.store.keystore import FileKeyStore, load_keys
from app.store.room import ROOM_LEAST
from app.store.salvage import salvage
from app.store.store import JOURNAL, StationStore
from app.store.thread import StoreThread
from tests.builders import NOW_MS, a_member, a_store, a_voucher, an_empty_store, an_order, at_till

ORDERS_MAX = 10_000  # far more than fit
CHUNK = bytes(1024)
TRIES = 4  # after the first fault the store is opened anew, which folds its WAL and may make room once more


def mount(disk: Path, *options: str) -> None:
    subprocess.run(["mount", *options, "tmpfs", disk], check=True)


def fill(path: Path) -> int:
    """Write until the disk is full. Returns the bytes written."""
    with path.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(CHUNK):
            pass
    return path.stat().st_size


def fault_code(work: Any) -> str:
    try:
        work()
    except StoreFault as fault:
        return fault.code
    return "none"


def order_ids(store: StationStore) -> list[str]:
    return [entry.data["order_id"] for entry in store.journal.entries() if entry.type == "order"]


def full(disk: Path, keys: Path) -> dict[str, Any]:
    """Fill a disk with orders, then by a foreign file; go on after a start anew, and after space was freed."""
    mount(disk, "-t", "tmpfs", "-o", "size=512k")
    folder, key_store, clock = disk / "store", FileKeyStore(keys), SetClock(NOW_MS)
    (disk / "foreign").write_bytes(bytes(64 * 1024))
    a_store(folder, keys_in=key_store).close()
    thread = StoreThread(lambda: StationStore(folder, key_store=key_store, clock=clock))
    acknowledged: list[str] = []
    seen: dict[str, Any] = {}
    for number in range(ORDERS_MAX):
        order = an_order(f"A-{number}")
        tried = [
            fault_code(lambda order=order: thread.call(lambda s: hand_in(s, order, at_till())))
            for _ in range(TRIES)
        ]
        seen["while_full"] = tried
        if "none" not in tried:
            break
        acknowledged.append(order.order_id)
    (disk / "foreign").unlink()
    again = thread.call(lambda s: hand_in(s, order, at_till()))
    seen["again_is_repeat"] = again.is_repeat
    seen["twice_is_repeat"] = thread.call(lambda s: hand_in(s, order, at_till())).is_repeat
    seen["kept"] = thread.call(order_ids) == [*acknowledged, order.order_id]
    seen["acknowledged"] = len(acknowledged)
    seen["verified_seq"] = thread.call(lambda s: s.journal.verify().seq)
    thread.close()
    store = StationStore(folder, key_store=key_store, clock=clock)
    seen["kept_after_start"] = order_ids(store) == [*acknowledged, order.order_id]
    store.close()
    seen["foreign_bytes"] = fill(disk / "foreign")
    seen["creating_on_full"] = fault_code(lambda: an_empty_store(disk / "other", keys_in=key_store))
    seen["left_behind"] = sorted(path.name for path in disk.iterdir())
    return seen


def low(disk: Path, keys: Path) -> dict[str, Any]:
    """Sell with a voucher while little room is left, until nothing more is taken, and again when there is room."""
    mount(disk, "-t", "tmpfs", "-o", f"size={ROOM_LEAST + (8 << 20)}")
    store = a_store(disk / "store", keys_in=FileKeyStore(keys))
    card, voucher = a_member(store), a_voucher(store)
    sold: list[dict[str, Any]] = []

    def sell() -> str:
        member, shown = identify(store, card.code), identify(store, voucher)
        order = an_order(f"A-{len(sold)}", ("coffee", 500))
        answer = hand_in(store, order, at_till(member, shown))
        sold.append({"points": answer.points, "discount": answer.discount})
        refusals = answer.presented[0].refusals
        return refusals[0].reason.code if refusals else "given"

    seen: dict[str, Any] = {"with_room": sell()}
    foreign = disk / "foreign"
    foreign.write_bytes(bytes(16 << 20))
    seen["with_little"] = [sell(), sell()]
    seen["standing"] = standing(store).value
    foreign.unlink()
    seen["with_room_again"] = sell()
    seen["sold"], seen["kept"] = sold, len(order_ids(store))
    store.close()
    return seen


def full_key_store(disk: Path, _keys: Path) -> dict[str, Any]:
    """A mark that finds no room leaves the earlier one."""
    mount(disk, "-t", "tmpfs", "-o", "size=64k")
    key_store = FileKeyStore(disk / "keys")
    key_store.write("name", "before")
    fill(disk / "foreign")
    return {
        "fault": fault_code(lambda: key_store.write("name", "x" * 100_000)),
        "text": key_store.read("name"),
    }


def read_only(disk: Path, keys: Path) -> dict[str, Any]:
    """Open, create and note the mark on a disk that has turned read-only."""
    mount(disk, "-t", "tmpfs", "-o", "size=4m")
    folder, key_store = disk / "store", FileKeyStore(keys)
    store = a_store(folder, keys_in=key_store)
    hand_in(store, an_order(), at_till())
    store.close()
    keys_there = FileKeyStore(disk / "keys")
    keys_there.write("name", "before")
    mount(disk, "-o", "remount,ro")
    seen: dict[str, Any] = {
        "opening": fault_code(lambda: StationStore(folder, key_store=key_store, clock=SetClock(NOW_MS))),
        "creating": fault_code(lambda: an_empty_store(disk / "other", keys_in=key_store)),
        "key_store": fault_code(lambda: keys_there.write("name", "after")),
        "verified": len(
            salvage(folder / JOURNAL, load_keys(key_store, read_card(folder).name).database).rows
        ),
    }
    mount(disk, "-o", "remount,rw")
    store = StationStore(folder, key_store=key_store, clock=SetClock(NOW_MS))
    seen["orders"] = order_ids(store)
    store.close()
    return seen


if __name__ == "__main__":
    scenarios = {"full": full, "low": low, "full_key_store": full_key_store, "read_only": read_only}
    print(json.dumps(scenarios[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3]))))
    sys.stdout.flush()
    os._exit(0)  # the namespace goes, and the mount with it
