"""What a void or a return gives back, worked out from the record of its order by the rules of that time.

Station and head office do this alike, so a reversal that says anything else is found. Uses, stock and leases of a
campaign come back once all that it gave in the order has come back, and not where the campaign says that a use stays
used. Floor limits don't come back: they bound what a station gives unseen, and a void is unseen too.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from app.core.decision import decide
from app.core.earning import POINTS
from app.core.facts_record import Record, RecordInvalid, read_facts
from app.core.limits import counted_key, members_key, order_value_key
from app.core.order import LineKind, local_date
from app.core.outcome import Decision, Facts, Outcome
from app.core.paid_order import PaidOrder, PaidRedemption, ReturnedUnits, ReturnOutcome, after
from app.core.program import Program
from app.core.returning import WALLET, paid_order, recount
from app.core.returns import give_back, void

Units = tuple[ReturnedUnits, ...]
HISTORY = "history"
HOME = "home:"  # begins the name of a lease that is one by a replica's word: nothing is counted of it


class Use(NamedTuple):
    """A use of a campaign with limits that comes back, with the discount and the order value counted for it.

    `is_first`: as far as the station knew, the member counted among the campaign's members by it.
    """

    campaign: str
    discount: int
    value: int
    is_first: bool


@dataclass(frozen=True, slots=True)
class Back:
    """What comes back of one rule that had applied: points that it had cost, and what it had taken off (minor units).

    `redemption_id` and `code_hash` are empty where there was none. `is_use`: the voucher can be used once more.
    """

    rule: str
    campaign: str
    redemption_id: str
    code_hash: str
    points: int
    discount: int
    is_use: bool

    def record(self) -> Record:
        """Return the form that stands in journal entries."""
        return {
            "rule": self.rule,
            "campaign": self.campaign,
            "redemption_id": self.redemption_id,
            "code_hash": self.code_hash,
            "points": self.points,
            "discount": self.discount,
            "use": self.is_use,
        }


@dataclass(frozen=True, slots=True)
class Reversal:
    """All that a reversal gives back and takes back. `points` is the change of the earned ones, rarely above zero."""

    outcome: ReturnOutcome
    backs: tuple[Back, ...]
    uses: tuple[Use, ...]
    stock: tuple[tuple[str, int], ...]  # by rule
    leases: tuple[tuple[str, int], ...]
    left: PaidOrder  # the order as it stands afterwards
    history: tuple[tuple[str, int], ...] = ()  # that goes from the member's, of an order that is voided

    @property
    def points(self) -> int:
        """The change of the points that the order earned."""
        return dict(self.outcome.earned).get(POINTS, 0)

    @property
    def credit(self) -> int:
        """The change of the money that the order brought to the member's wallet, in minor units."""
        return dict(self.outcome.earned).get(WALLET, 0)

    @property
    def points_back(self) -> int:
        """The points that had been spent and come back."""
        return sum(back.points for back in self.backs)

    @property
    def points_change(self) -> int:
        """What happens to the member's points in all."""
        return self.points + self.points_back

    @property
    def value(self) -> int:
        """What had been given and is taken back, in minor units."""
        worth = sum(back.worth for back in self.outcome.redemptions)
        return worth + sum(back.discount for back in self.backs)

    @property
    def at_stake(self) -> int:
        """What a reversal could be used to steal, in minor units: what comes back, on gift cards too."""
        return self.value + sum(tender.amount for tender in self.outcome.tenders)

    @property
    def is_over(self) -> bool:
        """Whether nothing is left of the order."""
        return not any(line.left_milli for line in self.left.lines)


def reverse(
    order: Mapping[str, Any],
    program: Program,
    earlier: Sequence[Units],
    units: Units | None,
    *,
    unposted: Collection[str] = (),
) -> Reversal:
    """Return what undoing an order gives back: all of it, or these units of its lines.

    `order` is its record, `earlier` what came back before. Nothing comes back of what redemptions had taken or given
    that are `unposted`. Raises `RecordInvalid` for one that can't be read, `ReturnInvalid` where so much is not there.
    """
    facts = read_facts(order, program)
    decision = decide(facts, explain=False)
    paid, lost = _after(facts, paid_order(facts, decision, unposted=unposted), earlier)
    outcome = _step(facts, paid, units)
    left = after(paid, outcome)
    backs = _backs(facts, decision, outcome, _discounts(paid, left, lost, _lost(outcome)))
    over = _campaigns_over(decision, paid, left)
    given = [each for each in decision.outcomes if each.is_approved and each.campaign_id in over]
    scopes = {} if facts.authority is None else {each.lease_id: each.scope for each in facts.authority.leases}
    return Reversal(
        outcome=outcome,
        backs=tuple(back for back in backs if back.redemption_id not in unposted),
        uses=tuple(_use(facts, *use) for use in decision.uses if use[0] in over),
        stock=tuple((each.rule_id, each.stock) for each in given if each.stock),
        leases=tuple(taken for each in given for taken in each.auth.leases if _comes_back(taken[0], scopes)),
        left=left,
        history=_history(decision, unposted) if units is None else (),
    )


def _history(decision: Decision, unposted: Collection[str]) -> tuple[tuple[str, int], ...]:
    """Return what an order and its redemptions added to the member's history: voided, they never were."""
    by_redemptions = (each.history for each in decision.presented if each.redemption_id not in unposted)
    return (*decision.history, *(added for some in by_redemptions for added in some))


def left_of(order: Mapping[str, Any], program: Program, earlier: Sequence[Units]) -> PaidOrder:
    """Return an order as it stands after what came back of it. Raises as `reverse` does."""
    facts = read_facts(order, program)
    return _after(facts, paid_order(facts, decide(facts, explain=False)), earlier)[0]


def reversal_record(order: Mapping[str, Any], found: Reversal) -> Record:
    """Return what a reversal's entry says of what it gives back: for effects, and to be held against HQ's own."""
    outcome = found.outcome
    member = order["member"]
    return {
        "member": None if member is None else member["ref"],
        "currency": order["currency"],
        "day": local_date(order["t_eff"], order["tz"]).isoformat(),
        "lines": [[each.line, each.quantity_milli, each.amount, each.tax] for each in outcome.lines],
        "amount": outcome.amount,
        "till": outcome.till,
        "tenders": [[str(each.kind), each.ref, each.amount] for each in outcome.tenders],
        "points": found.points,
        "earned": [list(change) for change in outcome.earned if change[0] != POINTS],
        "points_back": found.points_back,
        "backs": [back.record() for back in found.backs],
        "uses": [[*use] for use in found.uses],
        "stock": [list(each) for each in found.stock],
        "leases": [list(each) for each in found.leases],
        **({"history": [list(each) for each in found.history]} if found.history else {}),
    }


def reversal_differences(data: Mapping[str, Any], order: Mapping[str, Any], found: Reversal) -> list[str]:
    """Name the fields of a reversal's record that aren't what its order's record gives."""
    made = reversal_record(order, found)
    if HISTORY not in data:  # as of older programs
        made.pop(HISTORY, None)
    keys = [*made, *([HISTORY] if HISTORY in data and HISTORY not in made else [])]
    return [key for key in keys if data.get(key) != made.get(key)]


def units_record(units: Units) -> list[list[int]]:
    """Return how returned units stand in an entry."""
    return [[each.line, each.quantity_milli] for each in units]


def read_units(told: Any) -> Units:
    """Read them. Raises `RecordInvalid`."""
    try:
        units = tuple(ReturnedUnits(line, milli) for line, milli in told)
    except (TypeError, ValueError) as problem:
        raise RecordInvalid(f"not the units of a return: {problem}") from problem
    if not units or not all(type(each.line) is type(each.quantity_milli) is int for each in units):
        raise RecordInvalid("a return of nothing")
    return units


def _after(facts: Facts, paid: PaidOrder, earlier: Sequence[Units]) -> tuple[PaidOrder, dict[str, int]]:
    """Return an order after these returns, and what the last of them charged of discounts that were lost."""
    lost: dict[str, int] = {}
    for units in earlier:
        outcome = _step(facts, paid, units)
        lost, paid = _lost(outcome), after(paid, outcome)
    return paid, lost


def _step(facts: Facts, paid: PaidOrder, units: Units | None) -> ReturnOutcome:
    return void(paid) if units is None else give_back(paid, units, recount=recount(facts, paid))


def _name(outcome: Outcome) -> str:
    return outcome.redemption_id or outcome.rule_id


def _lost(outcome: ReturnOutcome) -> dict[str, int]:
    return {back.redemption_id: back.lost for back in outcome.redemptions if back.lost}


def _discounts(
    before: PaidOrder, now: PaidOrder, lost_before: Mapping[str, int], lost_now: Mapping[str, int]
) -> dict[str, int]:
    """Return how much of each discount comes back: its share of the units, and what their rule no longer gives."""
    found = {}
    for redemption in before.redemptions:
        if not redemption.is_payment:
            name = redemption.redemption_id
            gone = _shares_gone(redemption, now) + lost_now.get(name, 0)
            found[name] = gone - _shares_gone(redemption, before) - lost_before.get(name, 0)
    return found


def _shares_gone(redemption: PaidRedemption, order: PaidOrder) -> int:
    lines = {line.line: line for line in order.lines}
    return sum(lines[line].part(share) for line, share in redemption.shares)


def _backs(
    facts: Facts, decision: Decision, outcome: ReturnOutcome, discounts: Mapping[str, int]
) -> tuple[Back, ...]:
    codes = {shown.redemption_id: shown.voucher.code_hash for shown in facts.presented}
    told = {back.redemption_id: back for back in outcome.redemptions}
    found = []
    for each in decision.outcomes:
        name = _name(each)
        back, discount = told.get(name), discounts.get(name, 0)
        if each.is_approved and (discount or back is not None):
            found.append(
                Back(
                    rule=each.rule_id,
                    campaign=each.campaign_id,
                    redemption_id=each.redemption_id or "",
                    code_hash=codes.get(name, ""),
                    points=0 if back is None else sum(points for _, points in back.points),
                    discount=discount,
                    is_use=back is not None and back.is_use_given_back,
                )
            )
    return tuple(found)


def _campaigns_over(decision: Decision, before: PaidOrder, now: PaidOrder) -> set[str]:
    """Return the campaigns of whose rules nothing is left in the order now, and was before."""
    then = {each.redemption_id for each in before.redemptions if each.is_use_returned}
    over = {each.redemption_id for each in now.redemptions if each.is_use_returned}
    names: dict[str, set[str]] = {}
    for each in decision.outcomes:
        if each.is_approved:
            names.setdefault(each.campaign_id, set()).add(_name(each))
    return {campaign for campaign, of in names.items() if of <= over and not of <= then}


def _use(facts: Facts, campaign: str, discount: int) -> Use:
    has_value = order_value_key(campaign) in facts.known
    goods = sum(line.amount for line in facts.order.lines if line.kind is LineKind.GOODS)
    is_first = facts.member is not None and facts.known.get(counted_key(campaign)) == 0
    return Use(campaign, discount, goods if has_value else 0, is_first)


def _comes_back(lease_id: str, scopes: Mapping[str, str]) -> bool:
    """Tell whether what was taken of a lease comes back. A place among a campaign's members is head office's to free.

    What a home lease covers is counted by what it is of, points or a voucher.
    """
    return not lease_id.startswith(HOME) and not scopes.get(lease_id, "").startswith(members_key(""))
