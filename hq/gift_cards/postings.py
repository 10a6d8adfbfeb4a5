"""Double entry of gift cards: what is on cards is owed to those who have them.

A card's account has what is on it; the other side of money put on is `gift-cards-sold`, of what was had for it
`gift-cards-paid`, and of a rest that nobody got `gift-cards-lapsed`. So what is owed in all is the sum over all cards'
accounts, and also the other three together with the sign turned.
"""

from collections.abc import Iterable

from app.core.authority import card_scope
from app.core.card_record import CardPaid
from hq.journal.postings import Posting, pair

SOLD, PAID, LAPSED = "gift-cards-sold", "gift-cards-paid", "gift-cards-lapsed"


def card_account(code_hash: str) -> str:
    """Return the name of a card's account in the ledger."""
    return card_scope(code_hash)


def of_fill(code_hash: str, currency: str, amount: int) -> tuple[Posting, ...]:
    """Post money that was put on a card."""
    return tuple(pair(card_account(code_hash), SOLD, currency, amount))


def of_paid(paid: Iterable[CardPaid], currency: str) -> tuple[Posting, ...]:
    """Post what cards paid, and what went with it. With less than nothing it comes back."""
    found: list[Posting] = []
    for each in paid:
        found += pair(PAID, card_account(each.ref), currency, each.given)
        found += pair(LAPSED, card_account(each.ref), currency, each.lapsed)
    return tuple(found)
