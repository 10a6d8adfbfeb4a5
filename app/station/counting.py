"""What a station knows of the counters that limits, budgets and stocks of campaigns, and punch cards, ask for.

With a lease, what isn't ours counts as used: a lease of 3 in a campaign of 100 is a counter at 97. Without one, what
head office told last and what was done here since stands for it, for offers that floor limits may cover; it is old, and
so no lease. What nobody knows is left out, and the engine refuses.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date

from app.core import limits
from app.core.authority import Lease, Offline
from app.core.campaign import Campaign
from app.core.history import read_key
from app.core.order import local_date
from app.core.outcome import Facts
from app.core.overlay import (
    CAMPAIGN_DISCOUNT,
    CAMPAIGN_MEMBER,
    CAMPAIGN_USE,
    CAMPAIGN_VALUE,
    MEMBER_USE,
    PUNCH,
    STOCK_USE,
    member_use,
    punch,
)
from app.core.punch_cards import punches_key
from app.station.past import has_just_joined
from app.store.replica_rows import MEMBER
from app.store.rights import Counter
from app.store.store import StationStore

AT_WILL = (Offline.FLOOR, Offline.ALWAYS)  # offers that may go by what head office told last
# What our entries do to a counter, by the word that its key begins with, and which way.
OWN = {
    "uses": (CAMPAIGN_USE, 1),
    "members": (CAMPAIGN_MEMBER, 1),
    "discount": (CAMPAIGN_DISCOUNT, 1),
    "order_value": (CAMPAIGN_VALUE, 1),
    "stock": (STOCK_USE, -1),
}


class Counts:
    """The counters of one order."""

    def __init__(
        self, store: StationStore, facts: Facts, *, leases: Iterable[Lease], told: Mapping[str, int]
    ) -> None:
        """`leases` are those that hold, `told` what head office said for this order on line."""
        self._store = store
        self._told = told
        self._member = facts.member.ref if facts.member else None
        self._today = local_date(facts.order.at_ms, facts.order.time_zone)
        position = store.replica.position()
        self._included = position.included_seq if position else 0
        self._uses, self._member_included = None, 0
        if self._member is not None:
            self._uses = store.replica.rights.uses_of_member(self._member)
            self._member_included = store.replica.included_seq(MEMBER, self._member)
        self._leased: dict[str, int] = {}
        for lease in leases:
            if lease.left > 0 and facts.order.at_ms < lease.until_ms:
                self._leased[lease.scope] = self._leased.get(lease.scope, 0) + lease.left

    def of(self, campaigns: Iterable[Campaign]) -> dict[str, int]:
        """Return what is known for some campaigns."""
        asked = [(campaign, key) for campaign in campaigns for key in limits.keys_of(campaign)]
        at_will = [key for campaign, key in asked if campaign.offline in AT_WILL]
        held = self._store.replica.rights.counters(at_will) if at_will else {}
        found: dict[str, int] = {}
        for campaign, key in asked:
            word, _, about = key.partition(":")
            if word.startswith("member_"):
                known = self._of_member(key, campaign.campaign_id)
            else:
                known = self._of_all(key, about, word, held.get(key), most=_most(campaign, word))
            if known is not None:
                found[key] = known
        return found

    def of_cards(self, cards: Collection[str]) -> dict[str, int]:
        """Return the member's counters of punch cards; nothing where nobody here knows them.

        Of a member who joined here and whom head office hasn't told of yet, all that counts was done here.
        """
        if self._member is None or not cards:
            return {}
        said = self._store.replica.rights.punches_of_member(self._member)
        if said is None and has_just_joined(self._store, self._member):
            said = {}
        if said is None:
            return {}
        refs, after_seq = self._store.replica.aliases.refs_of(self._member), self._member_included
        found = {}
        for card in cards:
            own = [
                self._store.journal.effect_sum(PUNCH, punch(ref, card), after_seq=after_seq) for ref in refs
            ]
            found[punches_key(card)] = said.get(card, 0) + sum(own)
        return found

    # --- counters of the whole chain -----------------------------------------------------------------------------

    def _of_all(self, key: str, about: str, word: str, said: Counter | None, *, most: int) -> int | None:
        """Return the counter by what gives most: head office's word, a lease, or what it told last."""
        effect, way = OWN[word]
        found = []
        if key in self._told:
            found.append(self._told[key] + way * self._own(effect, about, after_seq=self._store.acked_seq()))
        if key in self._leased:
            found.append(self._leased[key] if way < 0 else most - self._leased[key])
        if said is not None:
            included = max(self._included, said.included_seq)
            found.append(said.n + way * self._own(effect, about, after_seq=included))
        pick: Callable[[list[int]], int] = max if way < 0 else min
        return pick(found) if found else None

    def _own(self, effect: str, about: str, *, after_seq: int) -> int:
        return self._store.journal.effect_sum(effect, about, after_seq=after_seq)

    # --- counters of the member ----------------------------------------------------------------------------------

    def _of_member(self, key: str, campaign_id: str) -> int | None:
        if self._member is None:
            return None
        if key in self._told:
            return self._added(key, campaign_id, self._told[key], after_seq=self._store.acked_seq())
        if self._uses is None:
            return None
        days = self._uses.get(campaign_id, {})
        said = self._counted(key, {date.fromisoformat(day): count for day, count in days.items()})
        return self._added(key, campaign_id, said, after_seq=self._member_included)

    def _added(self, key: str, campaign_id: str, said: int, *, after_seq: int) -> int:
        """Return HQ's figure with what was done here since."""
        assert self._member is not None, "asked of an order with a member"
        own: dict[date, int] = {}
        for name in self._store.replica.aliases.refs_of(self._member):
            prefix = member_use(campaign_id, name)
            for ref, count in self._store.journal.effects_under(MEMBER_USE, prefix, after_seq=after_seq):
                day = date.fromisoformat(ref.removeprefix(prefix))
                own[day] = own.get(day, 0) + count
        more = self._counted(key, own)
        return max(said, more) if key == limits.counted_key(campaign_id) else said + more

    def _counted(self, key: str, days: Mapping[date, int]) -> int:
        """Return what days come to: whether there are any, or the uses within the key's window."""
        if key.startswith("member_counted:"):
            return int(any(days.values()))
        window = read_key(key).window
        sums: dict[date, int] = {}
        for day, count in days.items():
            begin = window.begin(day)
            sums[begin] = sums.get(begin, 0) + count
        return window.total(sums, self._today)


def _most(campaign: Campaign, word: str) -> int:
    """Return how high the counter may go, the lowest of limit and budget; 0 where it counts down."""
    bounds, budget = campaign.limits, campaign.budget
    found = [
        *([getattr(bounds, word)] if bounds is not None and word in ("uses", "members") else []),
        *(
            [getattr(budget, word)]
            if budget is not None and word in ("uses", "discount", "order_value")
            else []
        ),
    ]
    return min((most for most in found if most is not None), default=0)
