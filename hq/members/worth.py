"""What a member is to the shop: by this, people decide whom to help first."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from app.core.referral import ReferralStatus
from hq.benefits.tables import referral
from hq.journal.reversal_tables import reversal_fact
from hq.tables import order_fact

YEAR_MS = 365 * 86_400_000


@dataclass(frozen=True, slots=True)
class Worth:
    """What a member's orders came to in a year, less what came back (minor units), and whom they brought."""

    value: int
    friends: int


def worth_of(connection: Connection, refs: Sequence[str], *, now_ms: int) -> Worth:
    """Return the worth of a member, by all references under which entries name them."""
    bought, back, since_ms = order_fact.c, reversal_fact.c, now_ms - YEAR_MS
    orders = select(func.sum(bought.gross)).where(bought.member.in_(refs), bought.t_eff > since_ms)
    returns = select(func.sum(back.goods)).where(back.member.in_(refs), back.t_eff > since_ms)
    brought = referral.c.referrer.in_(refs), referral.c.status == ReferralStatus.COUNTED.value
    friends = select(func.count()).select_from(referral).where(*brought)
    value, returned, count = (connection.execute(each).scalar_one() for each in (orders, returns, friends))
    return Worth(int(value or 0) - int(returned or 0), int(count))
