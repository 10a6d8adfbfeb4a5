"""HQ's word on an order while its member waits: yes with a reservation, no with a reason, or neither.

Neither is said where a right is out: leased to stations, or for another device to spend. Then the station goes by its
own. What is reserved counts like what was given, until the order's entries come (`settle`) or a quarter of an hour is
over. Asking again gets the same words, and reserves once.

Locks are taken in the order of everybody who writes: vouchers, the member, counters (see journal/intake.py).
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from app.core.authority import Offline, points_scope, voucher_scope
from app.core.campaign import Campaign, Rule
from app.core.limits import (
    discount_key,
    member_uses_key,
    members_key,
    of_campaign,
    order_value_key,
    stock_key,
    uses_key,
)
from app.core.order import local_date
from app.core.program import Program
from app.core.reasons import Reason, Refusal
from app.core.stops import CAMPAIGN, CODE, MEMBER, PROGRAM, RULE
from hq.authority import counters, recounting
from hq.authority.holding import who_may_spend
from hq.authority.home import call_back
from hq.authority.known import known_of, used
from hq.authority.reservations import (
    ORDERS_MAX,
    drop_of_order,
    has_too_many,
    held_by,
    reservation_id,
    reserve,
)
from hq.authority.rights import free, limits_of, outstanding, reserved
from hq.campaigns.service import program_of
from hq.campaigns.store import newest_version
from hq.gift_cards.authorising import cards_asked, hold_cards, say_of_cards
from hq.home import Hq
from hq.members.merged import survivor_of
from hq.members.store import ACTIVE, read_members
from hq.stops.store import held_of
from hq.stores.devices import Device
from hq.tables import order_fact, store
from hq.vouchers.store import ACTIVE as USABLE
from hq.vouchers.store import read_vouchers
from sync.authority_wire import RESERVATION_MS, Asked, AuthorizeAnswer, AuthorizeRequest, Word

HELD_AT_HOME = (points_scope(""), voucher_scope(""))  # begin the scopes that home leases are of
STOPPED = Refusal(Reason.STOPPED)
Need = tuple[str, int]  # a scope, and how much of it


@dataclass(frozen=True, slots=True)
class _Want:
    """Something asked for that needs a right, and what it is by the program."""

    asked: Asked
    campaign: Campaign
    rule: Rule


@dataclass
class _Desk:
    """What there is to give, less what was promised: it goes down from word to word. All of it is held."""

    ref: str | None
    member: Mapping[str, Any] | None
    vouchers: Mapping[str, Mapping[str, Any]]
    uses: Mapping[str, Mapping[str, int]]  # of campaigns by this member, by day
    total: int  # of the order
    stopped: Set[str] = frozenset()
    limits: Mapping[str, int] = field(default_factory=dict)
    left: dict[str, int] = field(default_factory=dict)
    out: frozenset[str] = frozenset()  # scopes of which stations hold some
    promised: set[str] = field(default_factory=set)  # campaigns, to this order
    taken: list[tuple[str, str, int]] = field(default_factory=list)  # name, scope, units


def authorise(hq: Hq, connection: Connection, device: Device, request: AuthorizeRequest) -> AuthorizeAnswer:
    """Say what an order may use, and reserve it."""
    now_ms, device_id, order_id = hq.clock.now_ms(), device.owner.device_id, request.order_id
    program = program_of(hq, connection, request.program_version)
    newest = program_of(hq, connection, newest_version(connection, "program"))
    wants = [] if program is None else _wants(program, newest or program, request.asked)
    asked = cards_asked(request.asked)
    if program is None or not (wants or asked) or _is_posted(connection, device_id, order_id):
        return AuthorizeAnswer(words=[])
    # Leases may be out that this HQ has forgotten; or this device asks without end.
    if recounting.is_under_way(connection) or has_too_many(connection, device_id, now_ms=now_ms):
        names = [*(want.asked.name for want in wants), *(each.name for each in asked.values())]
        return AuthorizeAnswer(words=[Word(name=name) for name in names])
    cards = hold_cards(connection, asked)
    has_limits = any(want.campaign.limits is not None for want in wants)
    today = _today(connection, device.store, now_ms=now_ms) if has_limits or asked else date.min
    desk = _desk(connection, wants, request)
    words = {PROGRAM}.union(*(_stops_of(want, desk.ref) for want in wants))
    desk.stopped = held_of(connection, words, program_version=program.version)
    scopes = {scope for want in wants for scope in _scopes(want)}
    limits = limits_of(connection, program, scopes) | limits_of(connection, newest or program, scopes)
    given = counters.hold(connection, limits)
    drop_of_order(connection, device_id, order_id)  # what this order had before is to be had again
    of_cards = say_of_cards(
        connection, asked, cards, device_id=device_id, order_id=order_id, today=today, now_ms=now_ms
    )
    _count(connection, desk, wants, limits, given, today=today, now_ms=now_ms)
    balance = None if desk.member is None else desk.left.get(points_scope(desk.member["ref"]))
    _leave_to_others(connection, desk, device_id, now_ms=now_ms)
    away = _leave_to_holders(connection, desk, wants, device_id)
    said = [_word(desk, want, reservation_id(device_id, order_id, want.asked.name)) for want in wants]
    until_ms = now_ms + RESERVATION_MS
    reserve(connection, device_id, order_id, [*desk.taken, *of_cards.taken], until_ms=until_ms)
    call_back(
        connection, away, now_ms=now_ms, asked_by=device_id
    )  # behind all else: it takes a number of the feed
    promised = [want.campaign for want in wants if want.campaign.campaign_id in desk.promised]
    uses = desk.uses if request.member else None
    known = {**known_of(connection, promised, uses, today=today), **of_cards.known}
    every = [*said, *of_cards.words]
    return AuthorizeAnswer(words=every, known=sorted(known.items()), balance=balance, until_ms=until_ms)


# --- what there is -----------------------------------------------------------------------------------------------


def _wants(program: Program, newest: Program, asked: Sequence[Asked]) -> list[_Want]:
    """Return what needs a right; of two things by one name the last.

    A station may go by older rules, but how much there is, the newest say; an earlier one where they bound nothing.
    """
    bounds = {each.campaign_id: each.limits for each in newest.campaigns if each.limits is not None}
    found = {}
    for each in asked:
        pair = program.pair(each.rule)
        if pair is not None and pair.campaign.offline is not Offline.ALWAYS:
            limits = bounds.get(pair.campaign.campaign_id, pair.campaign.limits)
            found[each.name] = _Want(each, replace(pair.campaign, limits=limits), pair.rule)
    return list(found.values())


def _is_posted(connection: Connection, device_id: str, order_id: str) -> bool:
    """Tell whether the order has come: a question that was on its way for long must not reserve it once more."""
    is_it = (order_fact.c.device == device_id) & (order_fact.c.order_id == order_id)
    return connection.execute(select(order_fact.c.seq).where(is_it).limit(1)).scalar_one_or_none() is not None


def _today(connection: Connection, store_id: str, *, now_ms: int) -> date:
    zone = select(store.c.time_zone).where(store.c.store_id == store_id)
    return local_date(now_ms, connection.execute(zone).scalar_one())


def _desk(connection: Connection, wants: Sequence[_Want], request: AuthorizeRequest) -> _Desk:
    """Hold the vouchers and the member, and return what is known of them."""
    hashes = sorted({want.asked.code_hash for want in wants if want.asked.code_hash})
    vouchers = read_vouchers(connection, hashes, for_update=True)
    ref = request.member
    if ref is None:
        return _Desk(None, None, vouchers, {}, request.total)
    members = read_members(connection, [ref], for_update=True)
    if not members and (to := survivor_of(connection, ref)) != ref:  # the station hasn't read of the merging
        ref, members = to, read_members(connection, [to], for_update=True)
    uses: Mapping[str, Mapping[str, int]] = {}
    if any(want.campaign.limits is not None for want in wants):
        uses = counters.uses_of(connection, [ref]).get(ref, {})
    return _Desk(ref, members.get(ref), vouchers, uses, request.total)


def _scopes(want: _Want) -> set[str]:
    """Return the scopes of the whole chain that a thing could use."""
    return of_campaign(want.campaign.campaign_id) | {stock_key(want.rule.rule_id)}


def _count(
    connection: Connection,
    desk: _Desk,
    wants: Sequence[_Want],
    limits: Mapping[str, int],
    given: Mapping[str, int],
    *,
    today: date,
    now_ms: int,
) -> None:
    """Find out what is left of each scope."""
    desk.limits = limits
    own = _of_member(desk, wants, today=today)
    own |= {voucher_scope(name): row["uses_max"] - row["uses"] for name, row in desk.vouchers.items()}
    promised = reserved(connection, own, now_ms=now_ms) if own else {}
    desk.left = {scope: n - promised.get(scope, 0) for scope, n in own.items()}
    if limits:
        desk.left |= free(connection, limits, given, now_ms=now_ms)
        desk.out = frozenset(outstanding(connection, limits))


def _leave_to_others(connection: Connection, desk: _Desk, device_id: str, *, now_ms: int) -> None:
    """Leave alone what this device has set aside for many orders already: others may want the last of it."""
    orders = held_by(connection, device_id, desk.limits, now_ms=now_ms) if desk.limits else {}
    enough = {scope for scope, n in orders.items() if n >= ORDERS_MAX}
    desk.left |= dict.fromkeys(enough, 0)
    desk.out |= enough


def _leave_to_holders(
    connection: Connection, desk: _Desk, wants: Sequence[_Want], device_id: str
) -> set[str]:
    """Leave alone what another device holds by a home lease; return which of it this order needs."""
    asked = {scope for want in wants for scope, _ in _needs(desk, want) if scope.startswith(HELD_AT_HOME)}
    away = {scope for scope in asked if who_may_spend(connection, scope) - {device_id}}
    desk.left |= dict.fromkeys(away, 0)
    desk.out |= away
    return away


def _of_member(desk: _Desk, wants: Sequence[_Want], *, today: date) -> dict[str, int]:
    """Return the member's points, and how often they may still use campaigns with limits a member."""
    if desk.ref is None:
        return {}
    if desk.member is None:  # nobody whom we know: there is nothing, and a station must not guess
        return {points_scope(desk.ref): 0}
    found: dict[str, int] = {points_scope(desk.ref): desk.member["balance"]}
    for campaign in {want.campaign.campaign_id: want.campaign for want in wants}.values():
        name, limits = campaign.campaign_id, campaign.limits
        if limits is not None and limits.member_uses:
            days = desk.uses.get(name, {})
            found[_member_scope(name, desk.ref)] = min(
                limit.at_most - used(member_uses_key(name, limit.period), days, today=today)
                for limit in limits.member_uses
            )
    return found


def _member_scope(campaign_id: str, ref: str) -> str:
    """Return the scope of one member's uses of a campaign. It is never leased, and no station knows it."""
    return f"member_use:{campaign_id}|{ref}"


# --- the words ---------------------------------------------------------------------------------------------------


def _word(desk: _Desk, want: _Want, name_of_yes: str) -> Word:
    name = want.asked.name
    refusal = _refusal_of_facts(desk, want)
    needs = _needs(desk, want)
    short = [(scope, units) for scope, units in needs if desk.left.get(scope, 0) < units]
    if refusal is None:
        gone = [need for need in short if need[0] in desk.left and need[0] not in desk.out]
        refusal = _refusal_of_scope(desk, *gone[0]) if gone else None
    if refusal is not None:
        return Word(name=name, reason=refusal.reason.code, numbers=dict(refusal.numbers))
    if short:  # it is out with stations, or nobody has counted it
        return Word(name=name)
    for scope, units in needs:
        desk.left[scope] -= units
        desk.taken.append((name, scope, units))
    desk.promised.add(want.campaign.campaign_id)
    return Word(name=name, reservation=name_of_yes)


def _stops_of(want: _Want, ref: str | None) -> set[str]:
    """Return the words under which a thing could be stopped, but for the whole program."""
    found = {CAMPAIGN + want.campaign.campaign_id, RULE + want.rule.rule_id}
    found |= {CODE + want.asked.code_hash} if want.asked.code_hash else set()
    return found | ({MEMBER + ref} if ref is not None else set())


def _refusal_of_facts(desk: _Desk, want: _Want) -> Refusal | None:
    code_hash = want.asked.code_hash
    if PROGRAM in desk.stopped or not desk.stopped.isdisjoint(_stops_of(want, desk.ref)):
        return STOPPED
    if desk.member is not None and desk.member["state"] != ACTIVE:
        return STOPPED
    if not code_hash:
        return None
    voucher = desk.vouchers.get(code_hash)
    if voucher is None or voucher["rule_id"] != want.rule.rule_id or voucher["state"] != USABLE:
        return STOPPED
    return Refusal(Reason.NOT_OWNER) if voucher["owner"] not in (None, desk.ref) else None


def _needs(desk: _Desk, want: _Want) -> list[Need]:
    """Return what a thing would use up: of a campaign one use for the whole order."""
    asked, name, limits = want.asked, want.campaign.campaign_id, want.campaign.limits
    needs: list[Need] = []
    if asked.code_hash and desk.vouchers.get(asked.code_hash, {}).get("uses_max"):
        needs.append((voucher_scope(asked.code_hash), 1))
    if asked.points and desk.ref is not None:
        needs.append((points_scope(desk.ref), asked.points))
    if want.rule.has_stock:
        needs.append((stock_key(want.rule.rule_id), 1))
    if asked.discount and discount_key(name) in desk.limits:
        needs.append((discount_key(name), asked.discount))
    if name in desk.promised:
        return needs
    if uses_key(name) in desk.limits:
        needs.append((uses_key(name), 1))
    if order_value_key(name) in desk.limits:
        needs.append((order_value_key(name), desk.total))
    if desk.ref is not None and limits is not None and limits.member_uses:
        needs.append((_member_scope(name, desk.ref), 1))
    if members_key(name) in desk.limits and not any(desk.uses.get(name, {}).values()):
        needs.append((members_key(name), 1))
    return needs


def _refusal_of_scope(desk: _Desk, scope: str, units: int) -> Refusal:
    left = desk.left[scope]
    match scope.partition(":")[0]:
        case "points":
            return Refusal(Reason.INSUFFICIENT_POINTS, {"missing": units - left, "wanted": units})
        case "members":
            return Refusal(Reason.LIMIT_MEMBERS_REACHED, {"wanted": desk.limits[scope]})
        case "discount" | "order_value" if left > 0:
            return Refusal(Reason.BUDGET_EXCEEDED, {"left": left})
        case word:
            return Refusal(GONE[word])


GONE = {
    "voucher": Reason.LIMIT_TOTAL_REACHED,
    "uses": Reason.LIMIT_CAMPAIGN_REACHED,
    "member_use": Reason.LIMIT_PER_MEMBER_REACHED,
    "discount": Reason.BUDGET_EXHAUSTED,
    "order_value": Reason.BUDGET_EXHAUSTED,
    "stock": Reason.OUT_OF_STOCK,
}
