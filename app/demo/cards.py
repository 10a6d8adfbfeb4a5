"""What the people of the demo hold in their hands; apart from head office, which the replay's parts need not know."""

from dataclasses import dataclass

from app.demo.journey import VoucherKey


@dataclass(frozen=True)
class Cards:
    """What people hold in their hands: signed codes by household, printed vouchers by coupon."""

    members: dict[int, str]
    vouchers: dict[VoucherKey, str]
