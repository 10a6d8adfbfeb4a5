"""Whether a station may give by itself what a rule would give, and by which right; asked while rules are played."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from app.core import limits
from app.core.authority import (
    Auth,
    AuthKind,
    Authority,
    Lease,
    Need,
    Offline,
    held,
    points_scope,
    voucher_scope,
)
from app.core.campaign import Campaign
from app.core.order import MILLI, goods_total
from app.core.outcome import Facts
from app.core.program import Candidate
from app.core.reasons import Reason, Refusal
from app.core.standing import refused_right

UNHELD = Authority()  # of whoever has no right of its own
NUMBER_ALONE = (
    "A1"  # the level of a printed number: of somebody who isn't held here, one that was given out here
)
ONLINE_ONLY = Refusal(Reason.ONLINE_ONLY)


@dataclass(frozen=True, slots=True)
class Giving:
    """What a rule would give: off the order (minor units) with what points pay and what is credited, and points."""

    discount: int
    worth: int
    points: int


@dataclass(slots=True)
class Spending:
    """The rights of one order as they are used up, rule by rule."""

    facts: Facts
    leases: dict[str, list[Lease]] = field(default_factory=dict)
    taken: Counter[str] = field(default_factory=Counter)  # of leases, by id
    times: Counter[str] = field(default_factory=Counter)  # by floor limits, by member or code hash
    spends: int = 0
    value: int = 0

    @classmethod
    def of(cls, facts: Facts) -> "Spending":
        """Begin an order."""
        authority = facts.authority or UNHELD
        return cls(facts, held(authority.leases, at_ms=facts.order.at_ms))

    def copy(self) -> "Spending":
        """Return the same, to try something on."""
        return Spending(
            self.facts, self.leases, self.taken.copy(), self.times.copy(), self.spends, self.value
        )

    def ask(self, candidate: Candidate, giving: Giving, *, is_first: bool) -> Auth | Refusal:
        """Return by which right a rule may give this, or why it may not. Nothing is used up yet.

        `is_first`: no other rule of the campaign has given anything on this order.
        """
        campaign, authority = candidate.campaign, self.facts.authority or UNHELD
        leases, is_covered = self._cover(self._needs(candidate, giving, is_first=is_first))
        if campaign.offline is Offline.ALWAYS:
            return Auth(leases=leases)
        if refusal := refused_right(self.facts.stopped):
            return refusal
        name = _name(candidate)
        if name in authority.denied:
            return authority.denied[name]
        if name in authority.granted:
            return Auth(AuthKind.ONLINE, authority.granted[name])
        if campaign.offline is Offline.NEVER or self.facts.authority is None:
            return ONLINE_ONLY
        if refusal := self._refused_by_age(authority) or self._refused_by_caps(authority, giving):
            return refusal
        if is_covered:
            return Auth(AuthKind.LEASE, leases=leases, value=self._value(giving))
        if campaign.offline is Offline.LEASE or name in authority.must_ask:
            return ONLINE_ONLY
        level = self._level(candidate, authority)
        refusal = self._refused_by_floor(candidate, giving, authority, level)
        return refusal or Auth(AuthKind.FLOOR, level, leases, self._value(giving))

    def as_denied(self, candidate: Candidate, found: list[Refusal]) -> list[Refusal]:
        """Return refusals with head office's no, if it said one, in the place of what nobody here can know."""
        denied = (self.facts.authority or UNHELD).denied.get(_name(candidate))
        return found if denied is None else [denied if each == ONLINE_ONLY else each for each in found]

    def use(self, candidate: Candidate, auth: Auth) -> None:
        """Use up what a rule was given by."""
        for lease_id, count in auth.leases:
            self.taken[lease_id] += count
        if auth.kind is AuthKind.FLOOR:
            self.times[_whose(self.facts, candidate)] += 1
        if auth.kind in (AuthKind.FLOOR, AuthKind.LEASE):
            self.spends += 1
            self.value += auth.value

    # --- needs and leases ----------------------------------------------------------------------------------------

    def _needs(self, candidate: Candidate, giving: Giving, *, is_first: bool) -> list[Need]:
        rule, shown, member = candidate.rule, candidate.presentation, self.facts.member
        needs = []
        if shown is not None and shown.voucher.code_hash and shown.voucher.uses_max:
            needs.append(Need(voucher_scope(shown.voucher.code_hash), 1))
        if giving.points and member is not None:
            needs.append(Need(points_scope(member.ref), giving.points))
        if rule.has_stock:
            needs.append(Need(limits.stock_key(rule.rule_id), 1))
        return needs + self._needs_of_campaign(candidate.campaign, giving, is_first=is_first)

    def _needs_of_campaign(self, campaign: Campaign, giving: Giving, *, is_first: bool) -> list[Need]:
        name, bounds, budget = campaign.campaign_id, campaign.limits, campaign.budget
        needs = []
        if is_first and (
            (bounds is not None and bounds.uses is not None)
            or (budget is not None and budget.uses is not None)
        ):
            needs.append(Need(limits.uses_key(name), 1))
        is_counted = self.facts.known.get(limits.counted_key(name)) != 0
        if is_first and bounds is not None and bounds.members is not None and not is_counted:
            needs.append(Need(limits.members_key(name), 1))
        if is_first and budget is not None and budget.order_value is not None:
            needs.append(Need(limits.order_value_key(name), max(goods_total(self.facts.order), 0)))
        if budget is not None and budget.discount is not None and giving.discount:
            needs.append(Need(limits.discount_key(name), giving.discount))
        return needs

    def _cover(self, needs: Sequence[Need]) -> tuple[tuple[tuple[str, int], ...], bool]:
        """Return what is taken of which lease, and whether there are needs and leases cover all of them."""
        taken = []
        for need in needs:
            for lease in self.leases.get(need.scope, ()):
                if lease.left - self.taken[lease.lease_id] >= need.units:
                    taken.append((lease.lease_id, need.units))
                    break
        return tuple(taken), 0 < len(needs) == len(taken)

    # --- floor limits --------------------------------------------------------------------------------------------

    def _value(self, giving: Giving) -> int:
        """Return what is given in minor units, by the order or by what its points are worth."""
        points = giving.points * self.facts.program.authority.point_worth_milli
        return max(giving.worth, -(-points // MILLI))

    @property
    def _is_balance_known(self) -> bool:
        return self.facts.member is not None and self.facts.member.is_known

    def _level(self, candidate: Candidate, authority: Authority) -> str:
        """Return how much is proven: by the code shown, or by the member's where what is given is the member's own."""
        shown, member = candidate.presentation, self.facts.member
        if shown is None:
            return authority.level
        is_own = not shown.voucher.code_hash or (member is not None and shown.voucher.owner == member.ref)
        return max(str(shown.level), authority.level) if is_own else str(shown.level)

    def _refused_by_age(self, authority: Authority) -> Refusal | None:
        """Return why facts of so long ago give nothing. Where their age is not known, no lease is held either."""
        as_of_ms, most = authority.as_of_ms, self.facts.program.authority.stale_ms
        is_old = as_of_ms is not None and self.facts.order.at_ms - as_of_ms > most
        return Refusal(Reason.FACTS_STALE) if is_old else None

    def _refused_by_caps(self, authority: Authority, giving: Giving) -> Refusal | None:
        policy = self.facts.program.authority
        spends, value = authority.spends + self.spends + 1, authority.value + self.value + self._value(giving)
        if spends > policy.spends_max or value > policy.value_max:
            return Refusal(Reason.STATION_CAP_REACHED)
        return None

    def _refused_by_floor(
        self, candidate: Candidate, giving: Giving, authority: Authority, level: str
    ) -> Refusal | None:
        floor = self.facts.program.authority.floor(level)
        if not floor.times:
            return ONLINE_ONLY
        as_of_ms = authority.as_of_ms
        if as_of_ms is None or self.facts.order.at_ms - as_of_ms > floor.stale_ms:
            return Refusal(Reason.FACTS_STALE)
        if self._value(giving) > floor.value:
            return Refusal(Reason.FLOOR_EXCEEDED, {"wanted": floor.value})
        whose = _whose(self.facts, candidate)
        times = 1 if giving.points and not self._is_balance_known else floor.times
        if authority.times.get(whose, 0) + self.times[whose] >= times:
            return Refusal(Reason.FLOOR_USED)
        return None


def refused_unseen(campaign: Campaign, facts: Facts, *, otherwise: list[Refusal]) -> list[Refusal]:
    """Return why a member who isn't held here can't spend points; `otherwise` of one who is, and has too few.

    What they have, head office knows. Without its word a floor limit may cover it, if a signed code speaks for them.
    """
    member, is_asked = facts.member, campaign.offline is not Offline.ALWAYS
    if member is None or member.is_known or facts.authority is None or not is_asked:
        return otherwise
    is_signed = facts.authority.level > NUMBER_ALONE
    return [] if campaign.offline is Offline.FLOOR and is_signed else [ONLINE_ONLY]


def _name(candidate: Candidate) -> str:
    shown = candidate.presentation
    return candidate.rule.rule_id if shown is None else shown.redemption_id


def whose(code_hash: str, member: str | None) -> str:
    """Return by what redemptions by floor limit are counted: the member, or without one the code."""
    return member or code_hash


def _whose(facts: Facts, candidate: Candidate) -> str:
    shown = candidate.presentation
    return whose(shown.voucher.code_hash if shown else "", facts.member.ref if facts.member else None)
