"""Vouchers in the database, and the form in which stations get them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, select

from hq.batches.tables import batch
from hq.db import NAMES_AT_ONCE
from hq.members.store import parts_of
from hq.rows import add_to, is_among
from hq.tables import voucher

# As stations get them.
COLUMNS = ("code_hash", "rule_id", "uses_max", "uses", "owner", "ends_on", "starts_on", "state")
ACTIVE, FROZEN, VOID = "active", "frozen", "void"
EVERY: Select[Any] = select(
    voucher, batch.c.frozen_ms.label("all_frozen_ms"), batch.c.void_ms.label("all_void_ms")
).join_from(voucher, batch, batch.c.batch_id == voucher.c.batch, isouter=True)
VOUCHERS = EVERY.where(is_among(voucher.c.code_hash))
HELD_VOUCHERS = VOUCHERS.order_by(voucher.c.code_hash).with_for_update(of=voucher)


@dataclass(slots=True)
class Uses:
    """How often a voucher was used, counted on while a batch is judged; `before` it were so many.

    `stopped_ms`: since when head office has stopped or withdrawn it; 0: it hasn't.
    """

    rule_id: str
    uses_max: int
    uses: int
    before: int
    stopped_ms: int = 0


def facts(row: Any) -> list[Any]:
    """Return a voucher's COLUMNS, from a row of EVERY."""
    return [*(getattr(row, name) for name in COLUMNS[:-1]), state_of(row)]


def state_of(row: Any) -> str:
    """Return whether a voucher, or its whole batch, was stopped or withdrawn."""
    if row.void_ms or row.all_void_ms:
        return VOID
    return FROZEN if row.frozen_ms or row.all_frozen_ms else ACTIVE


def _stopped_ms(row: Any) -> int:
    since = (row.void_ms, row.all_void_ms, row.frozen_ms, row.all_frozen_ms)
    return min((at_ms for at_ms in since if at_ms), default=0)


def read_vouchers(
    connection: Connection, hashes: Sequence[str], *, for_update: bool = False
) -> dict[str, dict[str, Any]]:
    """Return the vouchers with these code hashes, by hash; unknown ones are left out. Hold them if asked to."""
    hashes = sorted(set(hashes)) if for_update else hashes
    found: dict[str, dict[str, Any]] = {}
    for some in parts_of(hashes, NAMES_AT_ONCE):
        for row in connection.execute(HELD_VOUCHERS if for_update else VOUCHERS, {"names": some}):
            found[row.code_hash] = dict(zip(COLUMNS, facts(row), strict=True))
    return found


def vouchers_of(connection: Connection, owner: str) -> list[dict[str, Any]]:
    """Return a member's own vouchers, those that end first in front."""
    statement = EVERY.where(voucher.c.owner == owner, voucher.c.void_ms == 0)
    rows = connection.execute(
        statement.order_by(voucher.c.ends_on.is_(None), voucher.c.ends_on, voucher.c.code_hash)
    )
    return [dict(zip(COLUMNS, facts(row), strict=True)) for row in rows]


def all_vouchers(connection: Connection) -> Iterator[Any]:
    """Yield every voucher that isn't withdrawn, without having them all in memory."""
    for row in connection.execute(EVERY.execution_options(yield_per=NAMES_AT_ONCE)):
        if state_of(row) != VOID:
            yield row


def lock_uses(connection: Connection, hashes: Iterable[str]) -> dict[str, Uses]:
    """Hold the rows of these vouchers until the commit, in sorted order, and return their counters."""
    found: dict[str, Uses] = {}
    for some in parts_of(sorted(set(hashes)), NAMES_AT_ONCE):
        for row in connection.execute(HELD_VOUCHERS, {"names": some}):
            found[row.code_hash] = Uses(row.rule_id, row.uses_max, row.uses, row.uses, _stopped_ms(row))
    return found


def add_uses(connection: Connection, counted: dict[str, int]) -> None:
    """Count uses of vouchers whose rows this transaction holds."""
    add_to(connection, voucher.c.uses, counted)
