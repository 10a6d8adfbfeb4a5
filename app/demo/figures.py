"""What the demo comes to, counted from HQ's tables alone, and held against what the stations have in their journals.

Run by a process of its own after the replay, so that nothing it says was remembered by the replay.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from app.clock import SetClock
from app.core.chain import next_hash
from app.core.entry import ORDER, REDEEM, REFUSE
from app.demo.folder import DemoFolder
from app.store.faults import StoreFault
from app.store.keystore import FileKeyStore
from app.store.store import StationStore
from hq.db import Database
from hq.figures import Figures, LedgerSums, figures, heads, held_bodies, ledger_sums
from hq.home import open_database

POSTED = "posted"


@dataclass(frozen=True)
class Comparison:
    """HQ's figures beside the stations'. `differences` says in words where they part; empty when they are equal."""

    figures: Figures
    entries_acked: int
    differences: tuple[str, ...]

    def record(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            **asdict(self.figures),
            "entries_acked": self.entries_acked,
            "hq_equals_stations": not self.differences,
            "differences": list(self.differences),
        }


def compare(folder: DemoFolder) -> Comparison:
    """Count HQ's tables, read every station's journal, and compare entry by entry and total by total."""
    database = open_database(folder.hq)
    try:
        found = figures(database)
        totals: Counter[str] = Counter()
        differences: list[str] = []
        for store in _stores(folder, differences):
            differences += _compare_store(database, store, totals)
        differences += _compare_totals(found, totals)
        differences += _compare_ledger(ledger_sums(database), totals)
        differences += [
            f"{count} entries are {verdict}" for verdict, count in found.verdicts.items() if verdict != POSTED
        ]
        return Comparison(found, totals["acked"], tuple(differences))
    finally:
        database.close()


def _stores(folder: DemoFolder, differences: list[str]) -> Iterator[StationStore]:
    key_store = FileKeyStore(folder.state / "keys")
    for path in sorted(folder.stores.iterdir()):
        try:
            store = StationStore(path, key_store=key_store, clock=SetClock())
        except StoreFault as fault:
            differences.append(f"{path.name}: {fault}")
            continue
        try:
            yield store
        finally:
            store.close()


def _compare_store(database: Database, store: StationStore, totals: Counter[str]) -> list[str]:
    """Compare one station's entries with HQ's, hash by hash, and add up what its journal says."""
    device_id = store.device.device_id
    held = heads(database).get(device_id)
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
