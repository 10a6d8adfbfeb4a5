"""Making a redemption for an order of the past: tried first, then posted by HQ's own chain, once.

It takes what a redemption at a station takes: the voucher's use, points, the counters of campaigns and the member's
uses, with the same claims on what has an end. Should somebody else have taken the last of it meanwhile, nothing is
done.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from msgspec import convert
from sqlalchemy import Connection, insert

from app.core.campaign import Trigger
from app.core.reasons import Refusal
from app.core.records import Attendance, order_record, redemption_record
from hq.access.actor import Actor
from hq.audit.service import record
from hq.authority.settling import settle
from hq.campaigns.service import program_of
from hq.db import Whole, hold_whole
from hq.faults import NotHere, NotPossible
from hq.feed import EVERYWHERE, MEMBER, VOUCHER, Change, announce
from hq.home import Hq
from hq.journal.intake import counter_changes
from hq.journal.judge import Books
from hq.journal.judgement import Judgement
from hq.journal.own import OWNER, PAST_REDEEM, append_own
from hq.journal.postings import GIVEN, ISSUED, SPENT, Posting, credited, pair
from hq.journal.schemas import OrderData, RedemptionData
from hq.journal.store import AT_TILL_LENGTH_MAX, Kept, move_balances
from hq.members.giving import OF_REDEMPTION, Act, check_reason, note_act, post_under
from hq.members.store import POINTS, account, lock_members, read_scopes
from hq.redemptions.past import REDEEMED, Judged, PastAsked, judge_past
from hq.reports.due import note_due
from hq.tables import redemption_fact
from hq.touched import touch
from hq.vouchers.store import Uses, add_uses, lock_uses
from hq.webhooks.outbox import Kind, announce_event
from sync.protocol import Verdict

ONLINE = "online"


@dataclass(frozen=True, slots=True)
class PastResult:
    """What became of it. `discount` in minor units, `points` are the change of the balance, `credit` of the wallet."""

    redemption_id: str
    is_approved: bool
    is_posted: bool
    campaign: str
    rule: str
    currency: str
    program_version: int
    discount: int
    points: int
    credit: int
    balance: int
    reasons: tuple[Refusal, ...]


def try_past(hq: Hq, actor: Actor, ref: str, asked: PastAsked) -> PastResult:
    """Say what a redemption of the past would come to; nothing is written. Raises `NotHere`, `NotPossible`."""
    with hq.database.reading() as connection:
        return _result(_judge(hq, connection, actor, ref, asked), is_posted=False)


def redeem_past(hq: Hq, actor: Actor, ref: str, asked: PastAsked, *, reason: str) -> PastResult:
    """Redeem for an order of the past, unless its rules say no. Raises `NotHere`, `NotPossible`, `OverCeiling`."""
    check_reason(reason)

    def redeem(connection: Connection) -> PastResult:
        now_ms = hq.clock.now_ms()
        hold_whole(connection, Whole.CLOSING, is_shared=True)
        found = _judge(hq, connection, actor, ref, asked)
        uses = lock_uses(connection, [found.code_hash] if found.code_hash else [])
        hold_whole(connection, Whole.MEMBERS, is_shared=True)
        lock_members(connection, [found.member])
        hold_whole(connection, Whole.OWN_CHAIN)  # an order of nobody may be claimed by two members at once
        found = _judge(hq, connection, actor, ref, asked)  # by what is held now
        if not found.is_approved:
            _record(connection, actor, found, reason=reason, now_ms=now_ms)
            return _result(found, is_posted=False)
        actor.check_ceilings(amount=max(found.discount + found.credit, 0), points=abs(found.points))
        _post(hq, connection, actor, found, uses, reason=reason, now_ms=now_ms)
        _record(connection, actor, found, reason=reason, now_ms=now_ms)
        return _result(found, is_posted=True)

    return hq.database.write(redeem)


def _judge(hq: Hq, connection: Connection, actor: Actor, ref: str, asked: PastAsked) -> Judged:
    found = judge_past(hq, connection, ref, asked)
    if not actor.sees_store(found.then.facts.order.store):
        raise NotHere("There is no such order in your stores.")
    return found


def _post(
    hq: Hq,
    connection: Connection,
    actor: Actor,
    found: Judged,
    uses: dict[str, Uses],
    *,
    reason: str,
    now_ms: int,
) -> None:
    order = found.then.facts.order
    told = _order_told(found)
    data = _data(found, told, now_ms=now_ms)
    seq, entry_id = append_own(connection, PAST_REDEEM, data, now_ms=now_ms)
    for counted in uses.values():
        counted.uses += 1
    changes = _settle(hq, connection, found, told, uses, seq=seq, now_ms=now_ms)
    add_uses(connection, dict.fromkeys(uses, 1))
    post_under(connection, entry_id, _postings(found))  # its moment and store are the redemption's
    move_balances(connection, {found.member: found.points}, now_ms=now_ms)
    touch(connection, [found.member])
    connection.execute(insert(redemption_fact), _fact(found, actor, seq))
    note_due(connection, {order.store: [order.at_ms]})
    act = Act(
        found.redemption_id,
        found.member,
        OF_REDEMPTION,
        found.pair.rule.rule_id,
        reason,
        points=found.points,
        amount=found.discount + found.credit,
    )
    note_act(connection, act, actor=actor, now_ms=now_ms)
    _tell(connection, found, now_ms=now_ms)
    scopes = read_scopes(connection, [found.member]).get(found.member, {})
    changes += [Change(scope, MEMBER, found.member) for scope in sorted(scopes)]
    changes += [Change(EVERYWHERE, VOUCHER, code_hash) for code_hash in uses]
    announce(connection, changes)


def _order_told(found: Judged) -> dict[str, Any]:
    """Return the order's record as far as something new is taken by it."""
    before = {} if found.then.decision is None else dict(found.then.decision.uses)
    new = [[name, amount] for name, amount in found.decision.uses if name not in before]
    told = order_record(found.facts, found.decision, Attendance(ONLINE))
    return {**told, "uses": new, "points": found.earned, "campaigns": _counted_by_itself(found)}


def _counted_by_itself(found: Judged) -> list[dict[str, Any]]:
    """Return the offer as orders name one that applies by itself, where it counts on a punch card."""
    outcome = found.outcome
    if found.pair.rule.trigger is not Trigger.AUTOMATIC or not outcome.counts:
        return []
    counts = [list(each) for each in outcome.counts]
    return [
        {
            "campaign": outcome.campaign_id,
            "rule": outcome.rule_id,
            "discount": outcome.discount,
            "counts": counts,
        }
    ]


def _data(found: Judged, told: dict[str, Any], *, now_ms: int) -> dict[str, Any]:
    """Return what the entry says: enough to decide the order once more, and what it came to."""
    facts, place = found.then.facts, found.then.place
    order = facts.order
    return {
        "redemption_id": found.redemption_id,
        "member": found.member,
        "campaign": found.pair.campaign.campaign_id,
        "rule": found.pair.rule.rule_id,
        "code_hash": found.code_hash,
        "order_id": order.order_id,
        "order_place": None if place is None else list(place),
        "store": order.store,
        "t_eff": order.at_ms,
        "made_ms": now_ms,
        "currency": order.currency,
        "total": order.total,
        "program_version": facts.program.version,
        "program_hash": facts.program.hash,
        "discount": found.discount,
        "given": [list(each) for each in found.given],
        "points": found.outcome.points,
        "earned": found.earned,
        **({"credit": found.credit} if found.credit else {}),
        "counts": [list(each) for each in found.outcome.counts],
        "has_stock": found.pair.rule.has_stock and found.pair.rule.trigger is not Trigger.AUTOMATIC,
        "order": told,
    }


def _postings(found: Judged) -> list[Posting]:
    """Return what it does to the accounts, as the same at a station would have: see hq/journal/postings.py."""
    currency, own = found.then.facts.order.currency, account(found.member)
    made: list[Posting] = []
    for campaign, amount in found.given:
        made += pair(GIVEN, f"campaign:{campaign}", currency, amount)
    made += [*pair(SPENT, own, POINTS, found.outcome.points), *pair(own, ISSUED, POINTS, found.earned)]
    return made + credited(found.member, currency, found.credit)


def _settle(
    hq: Hq,
    connection: Connection,
    found: Judged,
    told: dict[str, Any],
    uses: dict[str, Uses],
    *,
    seq: int,
    now_ms: int,
) -> list[Change]:
    """Bring what it takes into the books of what has an end. Raises `NotPossible` where that is gone."""
    books = Books(
        store=found.then.facts.order.store,
        program=lambda version: program_of(hq, connection, version),
        taken_ids=set(),
        taken_redemptions=set(),
        uses=uses,
        earlier_orders={},
    )
    settled = settle(hq, connection, OWNER, _kept(found, told, seq), books, now_ms=now_ms)
    if settled.doubts or any(each.judgement.flags for each in settled.kept):
        raise NotPossible("Somebody else has taken the last of it meanwhile. Nothing was done.")
    return counter_changes(connection, settled)


def _kept(found: Judged, told: dict[str, Any], seq: int) -> Sequence[Kept]:
    """Return what settling looks at: the order as far as something new is taken by it, and the redemption."""
    attendance = Attendance(ONLINE)
    words = [Judgement(Verdict.POSTED, order=convert(told, OrderData))]
    for shown, outcome in zip(found.facts.presented, found.decision.presented, strict=True):
        if shown.redemption_id == found.redemption_id:
            said = convert(redemption_record(found.facts, outcome, shown, attendance), RedemptionData)
            words.append(Judgement(Verdict.POSTED, redemption=said, is_approved=True))
    return [Kept(seq, b"", b"", None, word) for word in words]


def _fact(found: Judged, actor: Actor, seq: int) -> dict[str, Any]:
    order = found.then.facts.order
    return {
        "redemption_id": found.redemption_id,
        "device": OWNER.device_id,
        "epoch": OWNER.epoch,
        "seq": seq,
        "order_id": order.order_id,
        "campaign": found.pair.campaign.campaign_id,
        "rule": found.pair.rule.rule_id,
        "member": found.member,
        "outcome": REDEEMED,
        "reason": "",
        "discount": found.discount,
        "at_till": actor.name[:AT_TILL_LENGTH_MAX],
        "t_eff": order.at_ms,
        "store": order.store,
        "points": found.outcome.points,
    }


def _tell(connection: Connection, found: Judged, *, now_ms: int) -> None:
    order = found.then.facts.order
    data = {
        "device": OWNER.device_id,
        "store": order.store,
        "flags": [],
        "redemption_id": found.redemption_id,
        "order_id": order.order_id,
        "campaign": found.pair.campaign.campaign_id,
        "rule": found.pair.rule.rule_id,
        "member": found.member,
        "discount": found.discount,
        "points": found.outcome.points,
        "credit": found.credit,
        "reasons": [],
        "decided_ms": order.at_ms,
    }
    announce_event(connection, Kind.REDEMPTION_MADE, data, now_ms=now_ms, name=found.redemption_id)


def _record(connection: Connection, actor: Actor, found: Judged, *, reason: str, now_ms: int) -> None:
    """Write down who did it and why, what was before and what is now; and a no as well."""
    order, then = found.then.facts.order, found.then.decision
    had = 0 if then is None else then.discount
    before = {"order": order.order_id, "total": order.total, "discount": had, "balance": found.balance}
    after: dict[str, Any] = {
        "rule": found.pair.rule.rule_id,
        "discount": had + found.discount,
        "balance": found.balance + found.points,
        **({"credit": found.credit} if found.credit else {}),
        "program_version": found.facts.program.version,
    }
    if not found.is_approved:
        after["reasons"] = [refusal.record() for refusal in found.outcome.refusals]
    action = "redemption.made" if found.is_approved else "redemption.refused"
    about = f"member:{found.member}"
    record(connection, actor, action, about, now_ms=now_ms, reason=reason, before=before, after=after)


def _result(found: Judged, *, is_posted: bool) -> PastResult:
    return PastResult(
        redemption_id=found.redemption_id,
        is_approved=found.is_approved,
        is_posted=is_posted,
        campaign=found.pair.campaign.campaign_id,
        rule=found.pair.rule.rule_id,
        currency=found.facts.order.currency,
        program_version=found.facts.program.version,
        discount=found.discount,
        points=found.points,
        credit=found.credit if found.is_approved else 0,
        balance=found.balance + (found.points if is_posted else 0),
        reasons=found.outcome.refusals,
    )
