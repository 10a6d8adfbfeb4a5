"""Gift cards on the wire."""

from hq.api.models import Answer, Moment
from hq.gift_cards.listing import State


class GiftCardAnswer(Answer):
    """A card, by the hash of its number; `n` is its place in its batch, `balance` in minor units of `currency`."""

    code_hash: str
    batch: str | None
    n: int | None
    kind: str
    currency: str
    balance: int
    single_use: bool
    rest: str
    ends_on: str | None
    made_ms: Moment
    state: State


class GiftCardWithAccount(GiftCardAnswer):
    """A card, with what its account in the ledger comes to: the same, or something is wrong."""

    account: str
    posted: int
