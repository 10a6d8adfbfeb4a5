"""What the entries of a batch take: counters that move, uses by member and day, and claims on what has an end."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import convert

from app.core.authority import card_scope, points_scope, voucher_scope
from app.core.chain import ChainOwner
from app.core.history import read_key
from app.core.limits import discount_key, member_uses_key, members_key, order_value_key, stock_key, uses_key
from app.core.order import AMOUNT_MAX, LineKind
from app.core.program import Program
from app.core.punch_cards import PUNCHES
from hq.authority.claims import OF_MEMBER, Claim, Credit
from hq.authority.punches import Punch
from hq.journal.schemas import OrderData, RedemptionData
from hq.journal.store import Kept
from hq.journal.undoing import Undone
from hq.members.store import POINTS
from hq.vouchers.store import Uses


@dataclass
class GivenBack:
    """What a void or a return gives back: by scope, and places among campaigns' members that may come free."""

    undone: Undone
    owner: ChainOwner
    ref: str | None
    counted: Counter[str] = field(default_factory=Counter)
    members: list[tuple[str, str]] = field(default_factory=list)  # member and campaign
    at_most: dict[str, int] = field(default_factory=dict)  # how often members may use campaigns, by scope


@dataclass
class Taken:
    """Of a batch. `firsts` are claims on a place among the first members of a campaign, by member and campaign."""

    counted: Counter[str] = field(default_factory=Counter)
    uses: Counter[tuple[str, str, str]] = field(default_factory=Counter)  # by member, campaign, day
    claims: list[Claim] = field(default_factory=list)
    firsts: dict[tuple[str, str], Claim] = field(default_factory=dict)
    credits: dict[str, list[Credit]] = field(default_factory=dict)  # by member
    spent: dict[str, int] = field(default_factory=dict)  # by member: when points were spent first (UTC ms)
    points: Counter[str] = field(default_factory=Counter)  # by member, less what was spent
    taken_back: set[str] = field(
        default_factory=set
    )  # members of whose earned points some went with a return
    at_most: dict[str, int] = field(default_factory=dict)  # how often members may use campaigns, by scope
    given_back: list[GivenBack] = field(default_factory=list)
    programs: dict[int, Program] = field(default_factory=dict)  # by which something was counted
    cards: Counter[str] = field(default_factory=Counter)  # what happens to gift cards, in minor units
    punches: list[Punch] = field(default_factory=list)


def taken_by(
    owner: ChainOwner,
    kept: Sequence[Kept],
    *,
    program: Callable[[int], Program | None],
    vouchers: dict[str, Uses],
    closed: Set[str] = frozenset(),
) -> Taken:
    """Return what posted entries take.

    What members who were erased (`closed`) took of their own is not counted: nothing is left to hold it against.
    """
    taken = Taken()
    for each in kept:
        order, redemption = each.judgement.order, each.judgement.redemption
        if order is not None:
            ref = None if order.member is None or order.member.ref in closed else order.member.ref
            _of_order(taken, owner, each.seq, order, ref, program(order.program_version))
            for part in order.campaigns:
                _of_counts(taken, each.seq, ref, part.counts, is_given=part.discount > 0)
        if redemption is not None and each.judgement.is_approved:
            found = program(redemption.program_version)
            ref = None if redemption.member in closed else redemption.member
            _of_redemption(taken, owner, each.seq, redemption, ref, found, vouchers)
            _of_counts(taken, each.seq, ref, redemption.counts, is_given=redemption.discount > 0)
        _of_cards(taken, owner, each)
        undone = each.judgement.undone
        if undone is not None:
            _of_undone(taken, owner, each.seq, undone, closed, program)
    return taken


def _of_cards(taken: Taken, owner: ChainOwner, each: Kept) -> None:
    """Note what happens to gift cards; `worth` of a claim is without the rest that nobody got."""
    order = each.judgement.order
    for move in each.judgement.card_moves:
        taken.cards[move.ref] += move.amount
        if order is not None:
            place = order.t_eff, owner.device_id, owner.epoch, each.seq
            units = -move.amount
            claim = Claim(card_scope(move.ref), *place, units, 0, units - move.lapsed, order.currency)
            taken.claims.append(claim)


def _of_undone(
    taken: Taken,
    owner: ChainOwner,
    seq: int,
    undone: Undone,
    closed: Set[str],
    program: Callable[[int], Program | None],
) -> None:
    """Take back what an order had taken; the claims themselves go in giving_back."""
    order = convert(undone.order.entry.data, OrderData)
    made, found = undone.made, program(order.program_version)
    ref = undone.member if undone.member and undone.member not in closed else None
    _of_counts(taken, seq, ref, made.outcome.earned, is_given=False)
    if ref is not None and made.points_change:
        taken.points[ref] += made.points_change
        credits = taken.credits.setdefault(ref, [])
        if made.points:
            credits.append(Credit(undone.data.t_eff, (owner.device_id, owner.epoch, seq), made.points))
            taken.taken_back.add(ref)
    day, goods = _day(order.t_eff, order.tz), _goods(order)
    back = GivenBack(undone, owner, ref)
    for use in made.uses:
        units = ((uses_key, 1), (discount_key, use.discount), (order_value_key, goods))
        for key, much in units:
            if much > 0:
                back.counted[key(use.campaign)] = much
        if ref is not None:
            taken.uses[ref, use.campaign, day] -= 1
            back.members.append((ref, use.campaign))
            if found is not None:
                back.at_most |= dict(_of_member(found, use.campaign, ref, day))
    for rule, much in made.stock:
        back.counted[stock_key(rule)] += much
    if found is not None:
        taken.programs[found.version] = found
    taken.counted.subtract(back.counted)
    taken.given_back.append(back)


def _of_order(
    taken: Taken, owner: ChainOwner, seq: int, order: OrderData, ref: str | None, program: Program | None
) -> None:
    if ref is not None and order.points:
        place = owner.device_id, owner.epoch, seq
        taken.credits.setdefault(ref, []).append(Credit(order.t_eff, place, order.points))
        taken.points[ref] += order.points
    if program is None or not (order.uses or _has_stock(program, (each.rule for each in order.campaigns))):
        return
    taken.programs[program.version] = program

    def claim(scope: str, units: int, worth: int) -> Claim:
        place = order.t_eff, owner.device_id, owner.epoch, seq
        return Claim(scope, *place, units, 0, worth, order.currency)

    day, goods = _day(order.t_eff, order.tz), _goods(order)
    for campaign, discount in order.uses:
        _claim(taken, claim(uses_key(campaign), 1, discount))
        _claim(taken, claim(discount_key(campaign), discount, discount))
        _claim(taken, claim(order_value_key(campaign), goods, discount))
        if ref is not None:
            taken.uses[ref, campaign, day] += 1
            for scope, at_most in _of_member(program, campaign, ref, day):
                taken.claims.append(claim(scope, 1, discount))
                taken.at_most[scope] = at_most
            first = claim(members_key(campaign), 1, discount)
            taken.firsts[ref, campaign] = min(first, taken.firsts.get((ref, campaign), first))
    for part in order.campaigns:
        if _has_stock(program, [part.rule]):
            _claim(taken, claim(stock_key(part.rule), 1, part.discount))


def _of_redemption(
    taken: Taken,
    owner: ChainOwner,
    seq: int,
    redemption: RedemptionData,
    ref: str | None,
    program: Program | None,
    vouchers: dict[str, Uses],
) -> None:
    def claim(scope: str, units: int, worth: int, unit: str) -> Claim:
        place = redemption.t_eff, owner.device_id, owner.epoch, seq
        return Claim(scope, *place, units, 0, worth, unit)

    currency = "" if program is None else program.currency.code
    code_hash = redemption.code_hash
    if ref is not None and redemption.points:
        taken.claims.append(claim(points_scope(ref), redemption.points, redemption.points, POINTS))
        taken.points[ref] -= redemption.points
        taken.spent[ref] = min(redemption.t_eff, taken.spent.get(ref, redemption.t_eff))
    uses = vouchers.get(code_hash)
    if uses is not None and uses.uses_max and uses.rule_id == redemption.rule:
        taken.claims.append(claim(voucher_scope(code_hash), 1, redemption.discount, currency))
    if program is not None and _has_stock(program, [redemption.rule]):
        taken.programs[program.version] = program
        _claim(taken, claim(stock_key(redemption.rule), 1, redemption.discount, currency))


def _of_counts(
    taken: Taken, seq: int, ref: str | None, counts: Iterable[tuple[str, int]], *, is_given: bool
) -> None:
    for key, change in counts:
        if ref is not None and key.startswith(PUNCHES):
            taken.punches.append(Punch(seq, ref, key.removeprefix(PUNCHES), change, is_given))


def _goods(order: OrderData) -> int:
    """Return the total of an order's goods: its lines are kept as they came, and may say anything."""
    amounts = [
        line.get("amount")
        for line in order.lines
        if isinstance(line, dict) and line.get("kind", LineKind.GOODS) == LineKind.GOODS
    ]
    return sum(amount for amount in amounts if isinstance(amount, int) and abs(amount) <= AMOUNT_MAX)


def _of_member(program: Program, campaign_id: str, ref: str, day: str) -> list[tuple[str, int]]:
    """Return the scopes of a member's uses of a campaign on a day, each with how many there may be in its period."""
    limits = next((each.limits for each in program.campaigns if each.campaign_id == campaign_id), None)
    if limits is None or not day:
        return []
    found = []
    for limit in limits.member_uses:
        begin = read_key(member_uses_key(campaign_id, limit.period)).window.begin(date.fromisoformat(day))
        # The campaign comes last, since its name may hold anything.
        found.append((f"{OF_MEMBER}{ref}|{begin}{limit.period[:1]}|{campaign_id}", limit.at_most))
    return found


def _claim(taken: Taken, claim: Claim) -> None:
    if claim.units > 0:
        taken.counted[claim.scope] += claim.units
        taken.claims.append(claim)


def _has_stock(program: Program, rules: Iterable[str]) -> bool:
    return any((pair := program.pair(rule)) is not None and pair.rule.has_stock for rule in rules)


def _day(at_ms: int, zone: str) -> str:
    """Return the store's day of a moment; by UTC where nobody knows the zone."""
    try:
        there: tzinfo = ZoneInfo(zone) if zone else UTC
    except (ZoneInfoNotFoundError, ValueError, OSError):
        there = UTC
    try:
        return datetime.fromtimestamp(at_ms / 1000, there).date().isoformat()
    except (ValueError, OverflowError, OSError):
        return ""
