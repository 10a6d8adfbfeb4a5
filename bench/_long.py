"""A station with much to do: ten thousand rows each way while its queue is open, and ten thousand redemptions.

Both are the station's own process with a real HQ beside it; bench/_held.py sits in it and watches.
"""

import sys
from collections.abc import Mapping
from pathlib import Path
from statistics import linear_regression
from typing import Any

from app.clock import SystemClock
from app.core.order import Line as OrderLine
from app.ids import new_id, new_ref
from app.station.identify import SeenMember, identify
from app.station.redeem import AtTill, OrderIn, hand_in
from app.store.device import key_store_of
from bench._past import InBatches
from bench._process import watched
from bench._report import Line
from bench._world import Shop
from hq.home import open_hq
from hq.members.service import MemberFacts, upsert_members

HELD_MS, MEMORY_MB = 100.0, 300.0
# What may come on top for a thousand redemptions: three hundred a day are 27 MB in a year without a new start.
SLOPE_KIB = 256.0
LONG_S = 3_600.0
AT_ONCE = 500
ENOUGH = 5_000  # redemptions, for a slope that is not that of caches which fill
SETTLED = 0.4  # of the redemptions, until caches are full
LINES = 10


def syncing(shop: Shop, folder: Path, environment: Mapping[str, str], rows: int) -> list[Line]:
    """Let so many entries wait and so many rows be new, start the station, and watch its loop until all is done."""
    entries = _record(shop, rows)
    _renew(shop, rows)
    found = _watch(shop, folder / "sync.jsonl", environment, "sync")
    assert found["rows"] >= rows, found
    note = f"{entries} entries sent, {rows} rows fetched in {found['took_s']:.0f} s, told in {found['told']} steps"
    return [
        Line(
            "loop held while rows sync, longest",
            "ms",
            (found["gap_ms"],),
            note="with others' share of the machine",
        ),
        Line("the same without waiting for a processor", "ms", (found["own_ms"],), limit=HELD_MS, note=note),
    ]


def redeeming(shop: Shop, folder: Path, environment: Mapping[str, str], count: int) -> list[Line]:
    """Redeem so often in one run of the station; memory is to stay what it is."""
    (folder / "codes.txt").write_text("\n".join(shop.codes), encoding="ascii")
    found = _watch(shop, folder / "redeem.jsonl", environment, str(count))
    assert "odd" not in found, found["odd"]
    memory = [(done, held) for done, held in found["memory_mb"] if done >= count * SETTLED]
    slope = linear_regression([done / 1000 for done, _ in memory], [held * 1024 for _, held in memory]).slope
    held = tuple(mb for _, mb in found["memory_mb"])
    return [
        Line(f"memory over {count} redemptions", "MB", held, max(held), limit=MEMORY_MB),
        Line(
            "grown for a thousand redemptions", "KiB", (slope,), limit=SLOPE_KIB if count >= ENOUGH else None
        ),
        Line("loop held by redemptions, longest", "ms", (found["own_ms"],), limit=HELD_MS),
    ]


def _watch(shop: Shop, log: Path, environment: Mapping[str, str], shift: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench._held", str(log), shift, *shop.options()]
    with watched(command, log, environment) as window:
        return window.wait(
            "the end of the shift", lambda event: event["event"] == "shift_done", wait_s=LONG_S
        )


def _record(shop: Shop, entries: int) -> int:
    """Record orders as if head office were away; return how many entries wait."""
    world = shop.world
    keys_in = key_store_of("file", world.state_dir)
    store = InBatches(world.store_dir, key_store=keys_in, clock=SystemClock())
    try:
        seen = identify(store, shop.codes[0])
        assert isinstance(seen, SeenMember), seen
        lines = tuple(OrderLine(at, f"product-{at}", 1, 250) for at in range(1, LINES + 1))
        while store.waiting_count() < entries:
            with store.batch():
                for _ in range(AT_ONCE):
                    hand_in(store, OrderIn(new_id(), lines), AtTill(seen, (), "offline", ""))
        return store.waiting_count()
    finally:
        store.close()


def _renew(shop: Shop, rows: int) -> None:
    """Let head office have so many members more."""
    hq = open_hq(shop.world.hq_dir)
    try:
        for start in range(0, rows, AT_ONCE):
            new = [
                MemberFacts(new_ref(), f"New {at}", home_store="S1")
                for at in range(start, min(start + AT_ONCE, rows))
            ]
            upsert_members(hq, new)
    finally:
        hq.close()
