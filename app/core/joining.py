"""What the rules for joining look at: who wants to become a member, and what they bought before as a known customer.

The rules themselves are a condition of the program. Station, portal and HQ count alike here, so all three answer alike.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

WINDOW_KEY = re.compile(r"(history\.(?:spend|orders))(?:/([1-9][0-9]*)d)?")
COUNTRY = "country"
INVITATION = "invitation"


@dataclass(frozen=True, slots=True)
class Purchase:
    """An order of somebody who was no member then: its day and what was paid, in minor units."""

    on_day: date
    amount: int


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who wants to join. `country` is an ISO 3166 code; None for it and for the invitation = not known, or none."""

    country: str | None = None
    invitation: str | None = None
    purchases: tuple[Purchase, ...] = ()


def attributes_of(applicant: Applicant) -> dict[str, str]:
    """Return what is known of an applicant as a member's attributes, `country` and `invitation`."""
    said = {COUNTRY: applicant.country, INVITATION: applicant.invitation}
    return {name: value for name, value in said.items() if value is not None}


def counted(applicant: Applicant, keys: Iterable[str], *, on_day: date) -> dict[str, int]:
    """Return the counters of spend and orders among `keys`, such as `history.spend/365d`; others are left out.

    A window of N days reaches from N days before `on_day` to that day: a purchase N + 1 days old does not count.
    """
    found = {}
    for key in keys:
        if match := WINDOW_KEY.fullmatch(key):
            fact, days = match.groups()
            purchases = [
                purchase
                for purchase in applicant.purchases
                if purchase.on_day <= on_day
                and (days is None or (on_day - purchase.on_day).days <= int(days))
            ]
            is_spend = fact == "history.spend"
            found[key] = sum(purchase.amount for purchase in purchases) if is_spend else len(purchases)
    return found
