"""What is true, kept beside the product and without it: what each member has, and who took what was no more there.

Orders come here in the order in which they happened, whoever has heard of them. So what a spend finds missing was no
more there. The same is reckoned a second time as if only leases and HQ's word had given anything: there nothing may be
missing, ever. Everything is in points, of which a hundred are worth 1.00.
"""

from collections import Counter
from dataclasses import dataclass, field

from app.core.authority import AuthKind

FIRM = frozenset({AuthKind.LEASE, AuthKind.ONLINE})  # rights that never give too much


@dataclass
class Account:
    """What a member has: by all that was given, and by what firm rights gave alone."""

    balance: int = 0
    firm_balance: int = 0


@dataclass
class Coupon:
    """How often a coupon that is good once was taken: in all, and by firm rights."""

    uses: int = 0
    firm_uses: int = 0


@dataclass
class Books:
    """All accounts and coupons, and what was taken too much."""

    accounts: dict[int, Account] = field(default_factory=dict)
    coupons: dict[str, Coupon] = field(default_factory=dict)
    points_beyond: int = 0  # of balances, as HQ counts it too
    coupons_beyond: int = 0  # uses
    beyond: Counter[int] = field(default_factory=Counter)  # points and what coupons are worth, by member
    firm_beyond: int = 0
    spent: int = 0

    def balance(self, household: int) -> int:
        """Return what a member has."""
        return self.accounts.setdefault(household, Account()).balance

    def earn(self, household: int, points: int) -> None:
        """Add what an order earned."""
        account = self.accounts.setdefault(household, Account())
        account.balance += points
        account.firm_balance += points

    def spend(self, household: int, points: int, kind: AuthKind) -> None:
        """Take what a reward cost."""
        account = self.accounts.setdefault(household, Account())
        missing = _missing(account.balance, points)
        account.balance -= points
        self.spent += points
        self.points_beyond += missing
        self.beyond[household] += missing
        if kind in FIRM:
            self.firm_beyond += _missing(account.firm_balance, points)
            account.firm_balance -= points

    def use(self, household: int, code: str, worth: int, kind: AuthKind) -> None:
        """Take a coupon."""
        coupon = self.coupons.setdefault(code, Coupon())
        coupon.uses += 1
        self.spent += worth
        if coupon.uses > 1:
            self.coupons_beyond += 1
            self.beyond[household] += worth
        if kind in FIRM:
            coupon.firm_uses += 1
            self.firm_beyond += worth if coupon.firm_uses > 1 else 0

    def is_used(self, code: str) -> bool:
        """Tell whether a coupon was taken."""
        return code in self.coupons and self.coupons[code].uses > 0


def _missing(balance: int, points: int) -> int:
    return min(points, max(points - max(balance, 0), 0))
