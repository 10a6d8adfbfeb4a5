"""Gift cards in the database, and the form in which stations get them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Select, bindparam, select, update

from app.core.gift_cards import later_by_years
from hq.batches.tables import batch
from hq.db import NAMES_AT_ONCE
from hq.gift_cards.tables import gift_card, gift_card_fact
from hq.members.store import parts_of
from hq.rows import insert_rows, is_among

COLUMNS = (
    "code_hash",
    "kind",
    "currency",
    "balance",
    "state",
    "single_use",
    "rest",
    "ends_on",
)  # for stations
NEW, ACTIVE, FROZEN = "new", "active", "frozen"
EVERY: Select[Any] = select(gift_card, batch.c.frozen_ms.label("all_frozen_ms")).join_from(
    gift_card, batch, batch.c.batch_id == gift_card.c.batch, isouter=True
)
CARDS = EVERY.where(is_among(gift_card.c.code_hash))
HELD_CARDS = CARDS.order_by(gift_card.c.code_hash).with_for_update(of=gift_card)
TAKEN = select(gift_card_fact.c.change_id).where(is_among(gift_card_fact.c.change_id))
MOVE = (
    update(gift_card)
    .where(gift_card.c.code_hash == bindparam("of"))
    .values({name: bindparam(f"new_{name}") for name in ("balance", "filled", "ends_on")})
)


@dataclass(slots=True)
class HeldCard:
    """A card whose row this transaction holds."""

    code_hash: str
    currency: str
    balance: int
    is_filled: bool
    is_single_use: bool
    rest: str
    ends_on: date | None
    months: int | None
    years_min: int
    frozen_ms: int

    def fill(self, on_day: date) -> None:
        """Let money have been put on it on a day: it lasts from the first on, and as long after any as the law asks.

        The later end counts, in whatever order entries arrive.
        """
        least = later_by_years(on_day, self.years_min)
        if not self.is_filled and self.months is not None:
            self.ends_on = max(later_by_months(on_day, self.months), least)
        elif self.ends_on is not None:
            self.ends_on = max(self.ends_on, least)
        self.is_filled = True


def later_by_months(day: date, months: int) -> date:
    """Return the same day some months later, or the last of a shorter month."""
    years, month = divmod(day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(day.year + years, month + 1, last)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


def facts(row: Any) -> list[Any]:
    """Return a card's COLUMNS, from a row of EVERY."""
    told = [row.code_hash, row.kind, row.currency, row.balance, state_of(row)]
    return [*told, bool(row.single_use), row.rest, row.ends_on]


def state_of(row: Any) -> str:
    """Return whether a card may pay: not before anything was put on it, nor while it or its whole batch is stopped."""
    return FROZEN if row.frozen_ms or row.all_frozen_ms else ACTIVE if row.filled else NEW


def read_cards(connection: Connection, hashes: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return the cards with these code hashes as stations get them, by hash; unknown ones are left out."""
    found: dict[str, dict[str, Any]] = {}
    for some in parts_of(hashes, NAMES_AT_ONCE):
        for row in connection.execute(CARDS, {"names": some}):
            found[row.code_hash] = dict(zip(COLUMNS, facts(row), strict=True))
    return found


def all_cards(connection: Connection) -> Iterator[list[Any]]:
    """Yield every card as COLUMNS, without having them all in memory."""
    for row in connection.execute(EVERY.execution_options(yield_per=NAMES_AT_ONCE)):
        yield facts(row)


def lock_cards(connection: Connection, hashes: Iterable[str]) -> dict[str, HeldCard]:
    """Hold the rows of these cards until the commit, in sorted order, and return them."""
    found: dict[str, HeldCard] = {}
    for some in parts_of(sorted(set(hashes)), NAMES_AT_ONCE):
        for row in connection.execute(HELD_CARDS, {"names": some}):
            found[row.code_hash] = HeldCard(
                code_hash=row.code_hash,
                currency=row.currency,
                balance=row.balance,
                is_filled=bool(row.filled),
                is_single_use=bool(row.single_use),
                rest=row.rest,
                ends_on=None if row.ends_on is None else date.fromisoformat(row.ends_on),
                months=row.months,
                years_min=row.years_min,
                frozen_ms=min(filter(None, (row.frozen_ms, row.all_frozen_ms)), default=0),
            )
    return found


def write_cards(connection: Connection, cards: Iterable[HeldCard]) -> None:
    """Keep what is on cards that this transaction holds."""
    rows = [
        {
            "of": card.code_hash,
            "new_balance": card.balance,
            "new_filled": int(card.is_filled),
            "new_ends_on": None if card.ends_on is None else card.ends_on.isoformat(),
        }
        for card in cards
    ]
    if rows:
        connection.execute(MOVE, rows)


def taken_change_ids(connection: Connection, ids: Sequence[str]) -> set[str]:
    """Return those of the ids of changes that were posted before."""
    found: set[str] = set()
    for some in parts_of(ids, NAMES_AT_ONCE):
        found.update(connection.execute(TAKEN, {"names": some}).scalars())
    return found


def insert_changes(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep the entries that put money on cards."""
    insert_rows(connection, gift_card_fact, rows)
