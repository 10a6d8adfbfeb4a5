"""Double entry: what an entry that HQ posts does to the accounts. For each entry and unit the amounts sum to zero.

Points issued to a member come out of `points-issued`, and money for a member's wallet out of `wallet-credited`; what a
campaign gives away comes out of `campaign:<id>` and shows in `discounts-given`. Nothing is ever edited: a correction is
a new entry with postings of its own.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from app.core.reversal import Reversal
from hq.journal.schemas import OrderData, RedemptionData
from hq.members.store import POINTS, account, wallet

ISSUED, SPENT, GIVEN = "points-issued", "points-spent", "discounts-given"
EXPIRED = "points-expired"
CREDITED = "wallet-credited"  # the account that money for wallets comes out of
CORRECTIONS = "corrections"  # the account that points and money given or taken back by hand come out of
BREAKAGE = "breakage"  # what nobody will ever spend: of members who were erased


@dataclass(frozen=True, slots=True)
class Posting:
    """A signed amount on an account, in whole points or minor units of a currency."""

    account: str
    unit: str
    amount: int


def of_order(order: OrderData) -> tuple[Posting, ...]:
    """Post what a member gets, points and money for the wallet, and what automatic campaigns took off."""
    found: list[Posting] = []
    if order.member is not None:
        ref = order.member.ref
        found += pair(account(ref), ISSUED, POINTS, order.points)
        found += credited(ref, order.currency, sum(campaign.credit for campaign in order.campaigns))
    for campaign in order.campaigns:
        found += _given(campaign.campaign, order.currency, campaign.discount)
    return tuple(found)


def of_redemption(redemption: RedemptionData, *, currency: str) -> tuple[Posting, ...]:
    """Post what a redemption took off, the points that the member paid for it, and what their wallet got."""
    found = _given(redemption.campaign, currency, redemption.discount)
    if redemption.member is not None:
        found += pair(SPENT, account(redemption.member), POINTS, redemption.points)
        found += credited(redemption.member, currency, redemption.credit)
    return tuple(found)


def of_reversal(member: str, currency: str, made: Reversal) -> tuple[Posting, ...]:
    """Post what a void or a return gives back and takes back: the opposite of what the order's entries had posted."""
    found: list[Posting] = []
    if member:
        found += pair(account(member), ISSUED, POINTS, made.points)
        found += pair(account(member), SPENT, POINTS, made.points_back)
        found += credited(member, currency, made.credit)
    for back in made.backs:
        found += _given(back.campaign, currency, -back.discount)
    return tuple(found)


def into_closed(found: tuple[Posting, ...], ref: str) -> tuple[Posting, ...]:
    """Post to account and wallet of a member who was erased, and on to `breakage`: they stay as empty as they were."""
    moved = [made for made in found if made.account in (account(ref), wallet(ref))]
    on = [each for made in moved for each in pair(BREAKAGE, made.account, made.unit, made.amount)]
    return (*found, *on)


def credited(ref: str, currency: str, amount: int) -> list[Posting]:
    """Post money (minor units) that goes to a member's wallet, or comes back from it where it is below zero."""
    return pair(wallet(ref), CREDITED, currency, amount)


def is_balanced(postings: Iterable[Posting]) -> bool:
    """Tell whether the amounts sum to zero for each unit."""
    sums: dict[str, int] = {}
    for posting in postings:
        sums[posting.unit] = sums.get(posting.unit, 0) + posting.amount
    return not any(sums.values())


def _given(campaign: str, currency: str, discount: int) -> list[Posting]:
    return pair(GIVEN, f"campaign:{campaign}", currency, discount)


def pair(to: str, out_of: str, unit: str, amount: int) -> list[Posting]:
    """Post an amount to one account and out of another; nothing where there is none."""
    if amount == 0:
        return []
    return [Posting(to, unit, amount), Posting(out_of, unit, -amount)]
