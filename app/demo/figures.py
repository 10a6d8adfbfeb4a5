"""What the demo comes to, counted from HQ's tables alone, and held against what the stations have in their journals.

Run by a process of its own after the replay, so that nothing it says was remembered by the replay.
"""

import multiprocessing
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from app.clock import SetClock
from app.core.chain import next_hash
from app.core.entry import ORDER, REDEEM, REFUSE
from app.demo.child import peak_mib
from app.demo.folder import DemoFolder
from app.store.faults import StoreFault
from app.store.keystore import FileKeyStore
from app.store.store import StationStore
from hq.db import Database
from hq.figures import Figures, HeldHead, LedgerSums, figures, heads, held_bodies, ledger_sums
from hq.home import open_database

POSTED = "posted"
MANY_STORES = 50


@dataclass(frozen=True)
class Comparison:
    """HQ's figures beside the stations'. `differences` says in words where they part; empty when they are equal."""

    figures: Figures
    entries_acked: int
    differences: tuple[str, ...]
    peak_mib: float | None  # of all processes that counted, added up

    def record(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            **asdict(self.figures),
            "entries_acked": self.entries_acked,
            "hq_equals_stations": not self.differences,
            "differences": list(self.differences),
            "peak_mib": self.peak_mib,
        }


def compare(folder: DemoFolder) -> Comparison:
    """Count HQ's tables, read every station's journal, and compare entry by entry and total by total."""
    database = open_database(folder.hq)
    try:
        found = figures(database)
        parts = _compare_stores(folder, heads(database))
        totals: Counter[str] = Counter()
        differences: list[str] = []
        for part in parts:
            totals.update(part.totals)
            differences += part.differences
        differences += _compare_totals(found, totals)
        differences += _compare_ledger(ledger_sums(database), totals)
        differences += [
            f"{count} entries are {verdict}" for verdict, count in found.verdicts.items() if verdict != POSTED
        ]
        return Comparison(found, totals["acked"], tuple(differences), _peak_of(parts))
    finally:
        database.close()


@dataclass(frozen=True, slots=True)
class _Part:
    """What some of the stores come to, and the peak of memory of the process of its own that counted them."""

    totals: Counter[str]
    differences: list[str]
    peak_mib: float | None


def _compare_stores(folder: DemoFolder, held: Mapping[str, HeldHead]) -> list[_Part]:
    """Compare all stores: of many every second one by another process, to use a second core."""
    paths = sorted(folder.stores.iterdir())
    if len(paths) < MANY_STORES:
        return [replace(_compare_some(folder, paths, held), peak_mib=0)]
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        other = pool.submit(_compare_some, folder, paths[1::2], held)
        return [replace(_compare_some(folder, paths[::2], held), peak_mib=0), other.result()]


def _peak_of(parts: Sequence[_Part]) -> float | None:
    peaks = [peak_mib(), *(part.peak_mib for part in parts)]
    known = [peak for peak in peaks if peak is not None]
    return sum(known) if len(known) == len(peaks) else None


def _compare_some(folder: DemoFolder, paths: Sequence[Path], held: Mapping[str, HeldHead]) -> _Part:
    database = open_database(folder.hq)
    key_store = FileKeyStore(folder.state / "keys")
    totals: Counter[str] = Counter()
    differences: list[str] = []
    try:
        for path in paths:
            try:
                store = StationStore(path, key_store=key_store, clock=SetClock())
            except StoreFault as fault:
                differences.append(f"{path.name}: {fault}")
                continue
            differences += _compare_store(database, held, store, totals)
            store.close()
    finally:
        database.close()
    return _Part(totals, differences, peak_mib())


def _compare_store(
    database: Database, all_held: Mapping[str, HeldHead], store: StationStore, totals: Counter[str]
) -> list[str]:
    """Compare one station's entries with HQ's, hash by hash, and add up what its journal says."""
    device_id = store.device.device_id
    held = all_held.get(device_id)
    own = store.journal.head()
    if held is None:
        return [f"HQ does not know device {device_id}"]
    differences = []
    if (held.seq, held.hash) != (own.seq, own.hash):
        differences.append(f"{device_id}: HQ stands at entry {held.seq}, the station at {own.seq}")
    if _chained(store, held_bodies(database, device_id)) != store.journal.hashes():
        differences.append(f"{device_id}: HQ does not hold the very entries of the station")
    if store.acked_seq() != own.seq:
        differences.append(f"{device_id}: {own.seq - store.acked_seq()} entries were not acknowledged")
    totals["acked"] += store.acked_seq()
    totals["entries"] += own.seq
    for entry in store.journal.entries():
        _add_up(entry.type, entry.data, totals)
    return differences


def _chained(store: StationStore, bodies: list[tuple[int, bytes]]) -> list[tuple[int, bytes]]:
    """Return what the bodies that HQ holds hash to, one after the other: a changed one shows as well as a lost one."""
    last = store.journal.at(0).hash
    found = []
    for seq, body in bodies:
        last = next_hash(last, body)
        found.append((seq, last))
    return found


def _add_up(entry_type: str, data: dict[str, Any], totals: Counter[str]) -> None:
    if entry_type == ORDER:
        totals["orders"] += 1
        totals["lines"] += len(data["lines"])
        totals["gross_cents"] += data["total"]
        totals["discount_cents"] += data["discount"]
        totals["points_earned"] += data["points"]
        totals["offline_orders"] += data["link"] == "offline"
    elif entry_type in (REDEEM, REFUSE):
        totals["redemptions_approved" if entry_type == REDEEM else "redemptions_refused"] += 1


COMPARED = (
    "orders",
    "lines",
    "gross_cents",
    "discount_cents",
    "points_earned",
    "offline_orders",
    "redemptions_approved",
    "redemptions_refused",
)


def _compare_ledger(sums: LedgerSums, totals: Counter[str]) -> list[str]:
    differences = [
        f"ledger, {name}: HQ {found}, stations {expected}"
        for name, found, expected in (
            ("points issued", sums.points_earned, totals["points_earned"]),
            ("discounts given", sums.discount_cents, totals["discount_cents"]),
            ("balances of members", sums.balances, totals["points_earned"]),
        )
        if found != expected
    ]
    return differences + ([f"{sums.unbalanced} entries do not balance"] if sums.unbalanced else [])


def _compare_totals(found: Figures, totals: Counter[str]) -> list[str]:
    differences = [
        f"{name}: HQ {getattr(found, name)}, stations {totals[name]}"
        for name in COMPARED
        if getattr(found, name) != totals[name]
    ]
    if found.journal_entries != totals["entries"]:
        differences.append(f"journal entries: HQ {found.journal_entries}, stations {totals['entries']}")
    return differences
