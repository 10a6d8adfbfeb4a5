"""The oracles of what may be given in all: what HQ leases and promises, what was too much, and where that stands.

The auditor adds up for itself what posted entries take. What was leased or promised never exceeds a limit (I7); what
came beyond it stands in the exception account, at the entries that were last by effective time.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from tests.sim.claims import Memory
from tests.sim.reading import POINTS, REVERSALS, Content, Place
from tests.sim.taking import (
    ALWAYS,
    FLOOR,
    FOREVER,
    LEASE,
    ONLINE,
    OPEN,
    UNTOLD,
    WRITTEN_OFF,
    LeaseRow,
    Promise,
    Right,
    Rules,
    Take,
    rights_of,
    takes_of,
)

OF_CAMPAIGNS = ("uses", "members", "discount")
MONEY, MEMBERS = "money", "members:"
OF_MEMBERS = ("points:", "member:", MEMBERS)
Asked = tuple[str, str, str]  # device, order, what of it


@dataclass
class Known:
    """What the auditor has ever seen of rights, whatever HQ has forgotten since."""

    rules: dict[int, Rules] = field(default_factory=dict)  # by version
    stocks: dict[str, int] = field(default_factory=dict)  # by scope
    leases: dict[str, LeaseRow] = field(default_factory=dict)
    signed: dict[str, int] = field(default_factory=dict)  # of how many units each lease was given
    ended: dict[str, int] = field(
        default_factory=dict
    )  # leases that had ended, and what was used of them by then
    promises: dict[Asked, dict[str, Promise]] = field(default_factory=dict)  # by scope
    kept: set[Asked] = field(default_factory=set)  # whose entries came before they lapsed
    named_as_of: set[int] = field(default_factory=set)  # moments of its facts that HQ has told
    written_off: set[str] = field(default_factory=set)  # devices
    leased_too_much: int = (
        0  # the most that was ever leased, promised and given by that above a limit, of all scopes
    )

    def note_leases(self, leases: Iterable[LeaseRow]) -> None:
        """Take note of what HQ says of leases. Given back, by a copy of the device perhaps, HQ counts fewer units."""
        for lease in leases:
            self.leases[lease.lease_id] = lease
            self.signed.setdefault(lease.lease_id, lease.units)

    @property
    def newest(self) -> Rules:
        return self.rules[max(self.rules)] if self.rules else Rules()

    @property
    def limits(self) -> dict[str, int]:
        """How much there is in all, by scope."""
        return self.newest.limits | self.stocks


class Claim(NamedTuple):
    """What an entry took of a scope, in the order in which it counts."""

    t_eff: int
    place: Place
    units: int
    worth: int
    unit: str


class Budgets:
    """What is posted at one HQ, scope by scope."""

    def __init__(self, memory: Memory, known: Known) -> None:
        self._memory, self._known = memory, known
        self._claims: dict[str, list[Claim]] = defaultdict(list)
        self._credits: dict[str, list[Claim]] = defaultdict(list)  # by the scope of a member's points
        self._firsts: dict[
            tuple[str, str], Claim
        ] = {}  # places among a campaign's members, by scope and member
        self._gone: set[Place] = set()  # entries that lost theirs to an earlier one
        self._used: Counter[str] = Counter()  # of leases
        self._online: Counter[str] = Counter()  # taken in time of what HQ had promised, by scope
        self._hard: Counter[str] = Counter()  # of what members own, by leases and by HQ's word
        self._places: dict[str, set[str]] = defaultdict(set)  # members who were given one by right, by scope
        self._late: Counter[str] = Counter()  # by HQ's word that had lapsed when the entry came
        self._head_ms: dict[tuple[str, int], int] = {}
        self._touched: set[str] = set()
        self._beyond: dict[Place, dict[str, tuple[int, Claim]]] = defaultdict(dict)
        self.too_much: dict[Place, dict[str, int]] = {}

    # --- what comes in -----------------------------------------------------------------------------------------------

    def posted(self, entry: Content, *, now_ms: int, uses_max: int, is_of_erased: bool) -> None:
        """An entry was posted. `uses_max` is how often its voucher may be used; 0 where nobody says.

        What its member owned is counted no more if they had been erased by then.
        """
        data, t_eff = entry.data, entry.data.get("t_eff", 0)
        chain = entry.place[:2]
        self._head_ms[chain] = max(self._head_ms.get(chain, 0), t_eff)
        if entry.type == "lease_close":  # also of one that a restored HQ has forgotten
            used, ended = self._used[data["lease_id"]], self._known.ended
            ended[data["lease_id"]] = max(used, ended.get(data["lease_id"], 0))
        takes = [take for take in takes_of(entry) if self._is_bounded(take, entry, uses_max)]
        if is_of_erased:
            takes = [take for take in takes if not take.scope.startswith(OF_MEMBERS)]
        for take in takes:
            self._take(Claim(t_eff, entry.place, *take[1:]), take.scope, entry)
            self._touched.add(take.scope)
        if entry.type == "order" and data["member"] and data["points"] and not is_of_erased:
            scope = f"points:{data['member']['ref']}"
            points = data["points"]
            self._credits[scope].append(Claim(t_eff, entry.place, points, points, POINTS))
            self._touched.add(scope)
        if entry.type in REVERSALS and data["member"] and data["points"] and not is_of_erased:
            scope = f"points:{data['member']}"
            self._credits[scope].append(Claim(t_eff, entry.place, data["points"], data["points"], POINTS))
            self._touched.add(scope)
        for right in rights_of(entry):
            self._gave(entry, right, [take for take in takes if entry.type == "redeem"], now_ms=now_ms)

    def _is_bounded(self, take: Take, entry: Content, uses_max: int) -> bool:
        word = take.scope.partition(":")[0]
        if word == "voucher":
            return uses_max > 0
        if word == "member":
            return take.scope.partition("|")[2] in self._known.newest.once
        return take.units > 0 and (word == "points" or take.scope in self._known.limits)

    def _take(self, claim: Claim, scope: str, entry: Content) -> None:
        """Keep a claim. A place among the members of a campaign is taken by a member's use that was first in time."""
        if scope.startswith("members:"):
            first = scope, entry.data["member"]["ref"]
            before = self._firsts.get(first)
            if before is not None and before < claim:
                return
            self._firsts[first] = claim
            if before is not None:
                self._claims[scope].remove(before)
                self._beyond[before.place].pop(scope, None)
                self._gone.add(before.place)
        self._claims[scope].append(claim)

    def _gave(self, entry: Content, right: Right, takes: list[Take], *, now_ms: int) -> None:
        leased: Counter[str] = Counter()
        for lease_id, units in right.leases:
            self._used[lease_id] += units
            if lease_id in self._known.leases:
                leased[self._known.leases[lease_id].scope] += units
        asked = entry.place[0], entry.data["order_id"], right.name
        promises = self._known.promises.get(asked, {})
        is_in_time = asked in self._known.kept or any(each.until_ms > now_ms for each in promises.values())
        if is_in_time:
            self._known.kept.add(asked)
        member = entry.data["member"]
        ref = member["ref"] if isinstance(member, dict) else member
        for scope in {*leased, *promises}:
            # Whoever was counted before takes no second place.
            if scope.startswith(MEMBERS) and (scope in leased or is_in_time):
                self._places[scope].add(ref)
        for scope, promise in promises.items():
            if scope.startswith(MEMBERS) and is_in_time:
                continue
            (self._online if is_in_time else self._late)[scope] += max(promise.units - leased[scope], 0)
        if right.kind == LEASE or (right.kind == ONLINE and is_in_time):
            for take in takes:
                self._hard[take.scope] += take.units

    # --- what it comes to ------------------------------------------------------------------------------------------

    def settle(self, uses_max: dict[str, int]) -> set[Place]:
        """Lay what was too much upon those who came last; return the entries of which that may have changed."""
        changed, self._gone = self._gone, set()
        for scope in self._touched:
            claims = self._claims[scope]
            changed |= {claim.place for claim in claims}
            if scope.startswith("points:"):
                beyond = self._beyond_points(scope)
            else:
                beyond = self._beyond_limit(scope, self._limit(scope, uses_max))
            for claim in claims:
                self._beyond[claim.place][scope] = beyond.get(claim.place, 0), claim
        self._touched = set()
        for place in changed:
            self.too_much[place] = self._sums(place)
        return changed

    def _limit(self, scope: str, uses_max: dict[str, int]) -> int:
        if scope.startswith("voucher:"):
            return uses_max.get(scope.removeprefix("voucher:"), FOREVER)
        if scope.startswith("member:"):
            return self._known.newest.once[scope.partition("|")[2]]
        return self._known.limits[scope]

    def _beyond_points(self, scope: str) -> dict[Place, int]:
        moves = [(each.t_eff, 0, each.place, -each.units) for each in self._claims[scope]]
        moves += [(each.t_eff, 1, each.place, each.units) for each in self._credits[scope]]
        left, found = 0, {}
        for _, _, place, units in sorted(moves):
            if units < 0:
                found[place] = min(-units, max(-units - max(left, 0), 0))
            left += units
        return found

    def _beyond_limit(self, scope: str, limit: int) -> dict[Place, int]:
        written_off = sum(
            max(each.units - self._used[each.lease_id], 0)
            for each in self._known.leases.values()
            if each.scope == scope and each.state == WRITTEN_OFF
        )
        claims = self._claims[scope]
        over, found = sum(each.units for each in claims) + written_off - limit, {}
        for claim in sorted(claims, key=lambda each: each[:2], reverse=True):
            found[claim.place] = beyond = max(min(claim.units, over), 0)
            over -= beyond
        return found

    def _sums(self, place: Place) -> dict[str, int]:
        """Return what an entry gave too much, by unit: of several limits of a campaign the one that says most."""
        most: dict[tuple[str, str], int] = {}
        for scope, (beyond, claim) in self._beyond[place].items():
            if beyond:
                of = claim.unit, _campaign_of(scope)
                most[of] = max(most.get(of, 0), -(-claim.worth * beyond // claim.units))
        sums: Counter[str] = Counter()
        for (unit, _), amount in most.items():
            sums[unit] += amount
        return dict(sums)

    def differs(self, closing: Content) -> bool:
        """Whether a station says that it used a lease otherwise than its posted entries tell."""
        return self._used[closing.data["lease_id"]] != closing.data["used"]

    def is_overspent(self, place: Place) -> bool:
        """Whether an entry took what was no more there, but for a voucher's uses."""
        found = self._beyond.get(place, {})
        return any(beyond and not scope.startswith("voucher:") for scope, (beyond, _) in found.items())

    def total(self, unit: str) -> int:
        """Return all that was too much."""
        return sum(sums.get(unit, 0) for sums in self.too_much.values())

    def overspent_by_floor(self) -> int:
        """Return what was too much in minor units, of offers that floor limits may cover."""
        rules = self._known.newest
        points = self.total(POINTS) * rules.worth_milli
        money = sum(
            sum(
                each.worth * beyond // each.units
                for scope, (beyond, each) in found.items()
                if _is_soft(scope, rules)
            )
            for found in self._beyond.values()
        )
        return -(-points // 1_000) + money

    def happened(self, *, devices: set[str] | None = None, campaign: str = "") -> tuple[int, int]:
        """Return money and points that were too much, of some devices or one campaign: of an entry what says most."""
        sums = {MONEY: 0, POINTS: 0}
        for place, found in self._beyond.items():
            if devices is not None and place[0] not in devices:
                continue
            most: Counter[str] = Counter()
            for scope, (beyond, claim) in found.items():
                if campaign in ("", _campaign_of(scope)):
                    most[claim.unit] = max(most[claim.unit], claim.worth * beyond // claim.units)
            for unit, amount in most.items():
                sums[unit] += amount
        return sums[MONEY], sums[POINTS]

    # --- the bounds --------------------------------------------------------------------------------------------------

    def leased_in_bounds(self, here: dict[str, LeaseRow], *, now_ms: int) -> None:
        """What stations may still give by leases, what HQ has promised, and what both have given: within the limit."""
        known, sums = self._known, self._online.copy()
        sums.update({scope: len(refs) for scope, refs in self._places.items()})
        for lease in known.leases.values():
            counted = self._counted(lease, is_here=lease.lease_id in here)
            if lease.scope.startswith(MEMBERS):
                counted -= self._used[lease.lease_id]
            sums[lease.scope] += max(counted, 0)
        for asked, promises in known.promises.items():
            if asked not in known.kept:
                for scope, promise in promises.items():
                    sums[scope] += promise.units if promise.until_ms > now_ms else 0
        for scope, limit in known.limits.items():
            known.leased_too_much = max(known.leased_too_much, sums[scope] - limit)
            self._memory.claim(
                "I7", sums[scope] <= limit, f"{sums[scope]} of {scope} are leased or promised, of {limit}"
            )

    def _counted(self, lease: LeaseRow, *, is_here: bool) -> int:
        """Return how much of a lease counts. One that HQ has forgotten is out, unless its device can't give by it."""
        used, chain = self._used[lease.lease_id], (lease.device, lease.epoch)
        ended = self._known.ended
        is_out = lease.state in (OPEN, UNTOLD, WRITTEN_OFF)
        if not is_out:
            ended[lease.lease_id] = max(used, ended.get(lease.lease_id, 0))
        if lease.lease_id in ended:  # a restored HQ may take it for open again until it hears of it
            return max(used, ended[lease.lease_id])
        if not is_here:
            is_over = self._head_ms.get(chain, 0) >= lease.until_ms
            is_out &= not (
                is_over or chain in self._memory.revoked or lease.device in self._known.written_off
            )
        return max(lease.units, used) if is_out else used

    def owned_in_bounds(self, uses_max: dict[str, int]) -> None:
        """What members own was not spent twice by leases or HQ's word, whatever floor limits gave beside."""
        for scope, spent in self._hard.items():
            if scope.startswith("points:"):
                there = sum(each.units for each in self._credits[scope])
            elif scope.startswith("voucher:"):
                there = uses_max.get(scope.removeprefix("voucher:"), FOREVER)
            else:
                continue
            self._known.leased_too_much += max(spent - there, 0)
            self._memory.claim("I7", spent <= there, f"{spent} of {scope} were spent by rights, of {there}")

    def leases_gave_no_more(self) -> None:
        """Of what may be given by lease or on line alone nothing is too much, but what came long after HQ's yes."""
        offline = self._known.newest.offline
        by_scope: Counter[str] = Counter()
        for beyond in self._beyond.values():
            for scope, (units, _) in beyond.items():
                by_scope[scope] += units
        for scope, units in by_scope.items():
            word, _, name = scope.partition(":")
            if word in OF_CAMPAIGNS and offline.get(name) not in (ALWAYS, FLOOR):
                is_late = units <= self._late[scope]
                self._memory.claim(
                    "I7", is_late, f"{units} of {scope} were given too much, and none by floor"
                )

    def debts_in_bounds(self, stations: int) -> None:
        """No member owes more than floor limits could give them at all stations together."""
        rules = self._known.newest
        for scope, claims in self._claims.items():
            if scope.startswith("points:"):
                owed = sum(each.units for each in claims) - sum(each.units for each in self._credits[scope])
                worth = -(-(owed - self._late[scope]) * rules.worth_milli // 1_000)
                bound = stations * rules.member_bound
                self._memory.claim(
                    "I8", worth <= bound, f"{scope} is {owed} below nothing, worth more than {bound}"
                )


def _is_soft(scope: str, rules: Rules) -> bool:
    return rules.offline.get(_campaign_of(scope)) == FLOOR


def _campaign_of(scope: str) -> str:
    """Return the campaign whose limit a scope is; "" for what is a limit of something else."""
    word, _, name = scope.partition(":")
    if word == "member":
        return name.partition("|")[2]
    return name if word in OF_CAMPAIGNS else ""
