"""The navigation: the nouns in groups, in the order in which people need them, each with its picture (icons.html).

A noun that isn't named here stands at the end of the last group. Its line appears as soon as its pages are added in
`hq/console/app.py`, for those who may see them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from hq.access.actor import Actor
from hq.access.scopes import Scope
from hq.console.texts import N_

GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (N_("Today"), ("dashboard", "redemptions", "orders", "exceptions", "reports", "ledger")),
    (N_("Offers"), ("campaigns", "approvals", "earning", "program", "rewards", "tiers", "vouchers", "gift_cards",
                    "batches", "stops", "simulator", "whatif")),
    (N_("Members"), ("members", "matters", "segments", "attributes", "imports", "events", "referrals", "points")),
    (N_("Shops"), ("stores", "devices", "journal")),
    (N_("Administration"), ("staff", "audit", "jobs", "webhooks", "keys", "settings")),
)  # fmt: skip


@dataclass(frozen=True)
class NavItem:
    """A line of the navigation: the pages of a noun, for those who may see them."""

    noun: str
    title: str
    place: str
    needs: Scope | None

    def is_for(self, actor: Actor) -> bool:
        """Tell whether somebody may see these pages."""
        return self.needs is None or actor.may(self.needs)


@dataclass(frozen=True)
class NavGroup:
    """Some lines of the navigation under one title."""

    title: str
    items: tuple[NavItem, ...]


def grouped(items: Sequence[NavItem]) -> tuple[NavGroup, ...]:
    """Return the lines in their groups; groups without any are left out."""
    known = {noun for _, nouns in GROUPS for noun in nouns}
    by_noun = {item.noun: item for item in items}
    others = tuple(item for item in items if item.noun not in known)
    made = []
    for place, (title, nouns) in enumerate(GROUPS, start=1):
        own = tuple(by_noun[noun] for noun in nouns if noun in by_noun)
        made.append(NavGroup(title, own + (others if place == len(GROUPS) else ())))
    return tuple(group for group in made if group.items)
