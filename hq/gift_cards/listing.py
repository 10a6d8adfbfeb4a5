"""Gift cards as people see them: by batch and state, and one with what its account says."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import ColumnElement, and_, func, or_, select

from hq.api.models import PATTERN
from hq.api.paging import Paging, cut, page_of
from hq.batches.tables import batch
from hq.faults import NotHere
from hq.gift_cards.postings import card_account
from hq.gift_cards.store import EVERY, state_of
from hq.gift_cards.tables import gift_card
from hq.home import Hq
from hq.tables import posting

Text = Annotated[str, Field(max_length=80, pattern=PATTERN)]


class State(StrEnum):
    """How a card stands."""

    NEW = "new"  # nothing was put on it yet
    ACTIVE = "active"
    FROZEN = "frozen"


class CardList(Paging):
    """Which cards."""

    batch: Text | None = None
    state: State | None = None


@dataclass(frozen=True, slots=True)
class CardRow:
    """A card. `n` is its place in its batch; `balance` is in minor units of `currency`."""

    code_hash: str
    batch: str | None
    batch_name: str | None
    n: int | None
    kind: str
    currency: str
    balance: int
    single_use: bool
    rest: str
    ends_on: str | None
    made_ms: int
    state: State
    all_frozen_ms: int | None


ROWS = EVERY.add_columns(batch.c.name.label("batch_name"))


def list_cards(hq: Hq, asked: CardList) -> tuple[list[CardRow], str | None]:
    """Return a page of cards and the cursor of the next, those of a batch by their places in it. Raises `Malformed`."""
    place: tuple[Any, type] = (gift_card.c.n, int) if asked.batch else (gift_card.c.code_hash, str)
    statement = ROWS if asked.batch is None else ROWS.where(gift_card.c.batch == asked.batch)
    if asked.state is not None:
        statement = statement.where(_is(asked.state))
    page = page_of(statement, (place[0],), asked, kinds=(place[1],), newest_first=False)
    with hq.database.reading() as connection:
        rows, following = cut(
            connection.execute(page).all(), asked, lambda row: [getattr(row, place[0].name)]
        )
    return [_row(row) for row in rows], following


def find_card(hq: Hq, code_hash: str) -> CardRow:
    """Return a card by the hash of its number. Raises `NotHere`."""
    row = None
    if "\x00" not in code_hash:
        with hq.database.reading() as connection:
            row = connection.execute(ROWS.where(gift_card.c.code_hash == code_hash)).one_or_none()
    if row is None:
        raise NotHere("There is no such gift card.")
    return _row(row)


def posted_on(hq: Hq, code_hash: str) -> int:
    """Return what a card's account comes to in the ledger."""
    account = select(func.coalesce(func.sum(posting.c.amount), 0)).where(
        posting.c.account == card_account(code_hash)
    )
    with hq.database.reading() as connection:
        return int(connection.execute(account).scalar_one())


def balance_of_batch(hq: Hq, batch_id: str) -> tuple[int, int]:
    """Return how many cards of a batch have had money put on, and what is on all of them."""
    sums = select(
        func.coalesce(func.sum(gift_card.c.filled), 0), func.coalesce(func.sum(gift_card.c.balance), 0)
    )
    with hq.database.reading() as connection:
        row = connection.execute(sums.where(gift_card.c.batch == batch_id)).one()
    return int(row[0]), int(row[1])


def _is(state: State) -> ColumnElement[bool]:
    frozen = or_(gift_card.c.frozen_ms > 0, func.coalesce(batch.c.frozen_ms, 0) > 0)
    return (
        frozen if state is State.FROZEN else and_(~frozen, gift_card.c.filled == int(state is State.ACTIVE))
    )


def _row(row: Any) -> CardRow:
    values = {name: getattr(row, name) for name in CardRow.__dataclass_fields__ if name != "state"}
    return CardRow(**{**values, "single_use": bool(row.single_use), "state": State(state_of(row))})
