"""What became of an order, read from the journal: the one source of a result, whoever asks and however late."""

from dataclasses import dataclass, replace
from typing import Any

from app.core.entry import ORDER, REDEEM, REFUSE, RETURN, VOID, Entry
from app.core.facts_record import line_record
from app.core.order import Line
from app.core.overlay import ORDER_CLAIM, UNDONE
from app.core.program import Program
from app.station.receipt import Receipt, receipt_of
from app.store.carried import BEGINNING, opened
from app.store.store import StationStore

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Recorded:
    """An order's record, what was presented with it (each with its entry's type), and what was undone of it since.

    `program` names rules as they are called today. `is_sent`: head office has it.
    """

    seq: int
    order: Record
    presented: tuple[tuple[str, Record], ...]
    undone: tuple[tuple[str, Record], ...]
    program: Program | None
    receipt: Receipt
    is_sent: bool

    @property
    def revision(self) -> str:
        """Another one with each thing that is undone of it."""
        return f"r{self.seq}-{len(self.undone)}"

    @property
    def void(self) -> Record | None:
        """The record of its void, if there is one."""
        return next((data for kind, data in self.undone if kind == VOID), None)

    def is_of(self, lines: tuple[Line, ...], register: str) -> bool:
        """Tell whether this is the order that a till hands in; a register that it doesn't name is any."""
        told = [line_record(line) for line in lines]
        return told == self.order["lines"] and register in ("", self.order["register"])


def read_recorded(store: StationStore, order_id: str) -> Recorded | None:
    """Return what was recorded of an order, be it under an earlier epoch and carried over; None if nothing was."""
    journal = store.journal
    own = journal.claimed(ORDER_CLAIM, order_id)
    seq = own or journal.carried(order_id)
    if seq is None:
        return None
    order, *presented = _with_presented(store, seq)
    undone = _undone(store, order_id) if own else _undone_before(store, order_id, seq)
    is_void = any(entry.type == VOID for entry in undone)
    receipt = replace(
        receipt_of(store, order_id), is_undone=is_void, has_returns=bool(undone) and not is_void
    )
    return Recorded(
        seq,
        order.data,
        tuple((entry.type, entry.data) for entry in presented),
        tuple((entry.type, entry.data) for entry in undone),
        store.replica.program(),
        receipt,
        is_sent=seq <= store.acked_seq(),
    )


def _with_presented(store: StationStore, seq: int) -> list[Entry]:
    found: list[Entry] = []
    for entry in map(opened, store.journal.entries(from_seq=seq)):
        if found and entry.type not in (REDEEM, REFUSE):
            break
        found.append(entry)
    assert found[0].type == ORDER, "a claim or a carried order is one"
    return found


def _undone(store: StationStore, order_id: str) -> list[Entry]:
    journal = store.journal
    return [journal.entry_at(seq) for seq in journal.numbers_of(UNDONE, order_id)]


def _undone_before(store: StationStore, order_id: str, seq: int) -> list[Entry]:
    """Return what was undone of a carried order, which was carried behind it: a new epoch undoes none of those."""
    found = []
    for entry in store.journal.entries(from_seq=seq):
        if entry.type not in BEGINNING:
            break
        inner = opened(entry)
        if inner.type in (VOID, RETURN) and inner.data["order_id"] == order_id:
            found.append(inner)
    return found
