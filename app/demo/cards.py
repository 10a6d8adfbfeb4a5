"""What the people of the demo hold in their hands. Apart from head office, which the parts of a replay need not know."""

from dataclasses import dataclass

from app.demo.journey import VoucherKey


@dataclass(frozen=True)
class Cards:
    """What people hold in their hands: signed codes by household, printed vouchers by coupon."""

    members: dict[int, str]
    vouchers: dict[VoucherKey, str]
