"""Gift cards as the replica holds them: head office's figures, without what this station did since."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlite_utils import Database

from app.core.card_rest import Rest


class CardStatus(StrEnum):
    """How a card stands at head office."""

    NEW = "new"  # nothing was ever put on it
    ACTIVE = "active"
    FROZEN = "frozen"


@dataclass(frozen=True, slots=True)
class CardRow:
    """A gift card. `balance` in minor units of `currency`; usable through `ends_on`, None: for ever."""

    code_hash: str
    kind: str
    currency: str
    balance: int
    status: CardStatus
    is_single_use: bool
    rest: Rest
    ends_on: date | None


class GiftCards:
    """Gift cards in an open replica."""

    def __init__(self, database: Database) -> None:
        """Read from a replica that is open."""
        self._db = database

    def find(self, code_hash: str) -> CardRow | None:
        """Find a card by the hash of its number."""
        row = self._db.conn.execute(
            "SELECT kind, currency, balance, state, single_use, rest, ends_on FROM gift_card WHERE code_hash = ?",
            (code_hash,),
        ).fetchone()
        if row is None:
            return None
        kind, currency, balance, state, single_use, rest, ends_on = row
        return CardRow(
            code_hash,
            kind,
            currency,
            balance,
            CardStatus(state),
            bool(single_use),
            Rest(rest),
            None if ends_on is None else date.fromisoformat(ends_on),
        )
