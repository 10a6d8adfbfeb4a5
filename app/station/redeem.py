"""An order is handed in: decide it, record it with every redemption and refusal, answer. One transaction.

The answer exists only after the commit. An order that was recorded before is answered from the journal, so that a till
or a cashier who asks twice gets the same answer and nothing is redeemed twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.core.asking import NOTHING_HEARD, Asking, Heard, card_questions, questions
from app.core.card_record import tender_of_record
from app.core.codes import Level
from app.core.decision import decide
from app.core.entry import ORDER, REDEEM, REFUSE, Entry
from app.core.gift_cards import TenderOutcome
from app.core.order import Line, Order, OrderInvalid, check_order, goods_total
from app.core.outcome import Allocation, Decision, Facts, Outcome
from app.core.overlay import ORDER_CLAIM
from app.core.program import Program
from app.core.quote import Quote, choosable, quote
from app.core.reasons import BY_CODE, Refusal
from app.core.records import Attendance, order_record, redemption_record
from app.core.standing import REPLAYED
from app.core.stops import said_of_all
from app.core.voucher import Presentation
from app.station.answer import AnswerKind, OrderAnswer
from app.station.authority import with_rights
from app.station.gift_card import CardShown, tenders_of
from app.station.identify import SeenMember, is_spent
from app.station.standing import stops, stops_by_cashier
from app.store.carried import opened
from app.store.journal import Draft
from app.store.store import StationStore

ONLINE = "online"  # of a link: a line to head office is thought to be there
DECIDED_MAX_MS = 60_000  # a decision takes milliseconds; what was true a minute ago may have ended since


class NotRecorded(Exception):
    """An order that was not recorded, and why: a stable `code`, and a `sentence` to show."""

    code = "not_recorded"
    sentence = "This order was not recorded."


class OrderNotTaken(NotRecorded):
    """An order that no till should hand in: too many lines, a number too long or too large, or one that is no text."""

    code = "order_not_taken"
    sentence = "The till handed in an order that is too large or has too long a number. It was not recorded."


class NoProgram(NotRecorded):
    """The station has no rules yet: the first download has not come through."""

    code = "no_program"
    sentence = "This station has no rules yet. They come with the first connection to head office."


class OrderConflict(NotRecorded):
    """An order id that was recorded with other lines, another member or without a voucher that is shown now."""

    code = "order_conflict"
    sentence = "An order with this number was recorded before, with other contents. Nothing was recorded now."


@dataclass(frozen=True, slots=True)
class OrderIn:
    """An order as the till hands it in. Amounts in minor units."""

    order_id: str
    lines: tuple[Line, ...]
    register: str = "1"


@dataclass(frozen=True, slots=True)
class AtTill:
    """Who and what is at the till with the order. `cashier` is the id of whoever signed in; "" for nobody.

    `heard` are head office's words on this order, where it was asked and has answered in time.
    """

    member: SeenMember | None
    presented: tuple[Presentation, ...]
    link: str
    cashier: str = ""
    heard: Heard = NOTHING_HEARD
    cards: tuple[CardShown, ...] = ()  # gift cards that are to pay


def quote_order(
    store: StationStore, order_in: OrderIn, at_till: AtTill, *, choices: Mapping[str, str] | None = None
) -> Quote:
    """Say what the order could use. Records nothing. Raises `NoProgram`.

    `choices` maps the rules that a cashier can pick to the redemption ids they would have.
    """
    level = at_till.member.level if at_till.member else Level.TYPED
    facts = facts_at_till(store, order_in, at_till, choices=choices, in_full=True)
    return quote(facts, choices=choices, level=level)


def rules_to_pick(store: StationStore) -> list[str]:
    """Return the rules that a cashier can pick without a code. Raises `NoProgram`."""
    return choosable(_program(store))


def to_ask(store: StationStore, order_in: OrderIn, at_till: AtTill) -> Asking | None:
    """Return what to ask head office before an order is handed in; None where that needs no word of its.

    Raises `NotRecorded` or a `StoreFault`.
    """
    needs_word = _program(store).asks_authority or bool(at_till.cards)
    if at_till.link != ONLINE or not needs_word or _seq_of(store, order_in) is not None:
        return None
    facts = facts_at_till(store, order_in, at_till)
    _check(facts)
    asked = questions(facts) + card_questions(facts)
    if not asked:
        return None
    member = facts.member
    return Asking(
        order_in.order_id,
        None if member is None else member.ref,
        at_till.member.level if at_till.member else "",
        facts.program.version,
        asked,
        goods_total(facts.order),
    )


def hand_in(store: StationStore, order_in: OrderIn, at_till: AtTill) -> OrderAnswer:
    """Decide and record an order. Raises `NotRecorded` or a `StoreFault`; then nothing was recorded."""
    facts = facts_at_till(store, order_in, at_till)
    _check(facts)
    seq = _seq_of(store, order_in)
    if seq is not None:
        return _answer_again(store, facts, seq)
    decision = decide(
        facts, explain=False
    )  # why automatic rules don't apply stands in no record and no answer
    if store.now_ms() - facts.order.at_ms > DECIDED_MAX_MS:
        return hand_in(
            store, order_in, at_till
        )  # we were stopped, or the machine slept: decide by the time it is
    with store.atomic():
        entries = store.journal.append(_drafts(facts, decision, _attendance(store, at_till)))
        # Made before the wait for the disk, which leaves the processor's caches cold, and given after it or not at all.
        return _answer(facts, decision, seq=entries[0].seq, link=at_till.link)


def facts_at_till(
    store: StationStore,
    order_in: OrderIn,
    at_till: AtTill,
    *,
    choices: Mapping[str, str] | None = None,
    in_full: bool = False,
) -> Facts:
    """Return what an order is decided by. Raises `NoProgram`.

    With `in_full` also what explains offers that don't apply.
    """
    order = Order(
        order_id=order_in.order_id,
        store=store.device.store_id,
        register=order_in.register,
        at_ms=store.now_ms(),
        time_zone=store.device.time_zone,
        currency=store.device.currency,
        lines=order_in.lines,
    )
    seen, program = at_till.member, _program(store)
    member = None if seen is None else seen.member
    codes = [shown.voucher.code_hash for shown in at_till.presented]
    stopped = stops(store, program.version, member=member.ref if member else None, codes=codes)
    stopped |= stops_by_cashier(store, at_till.cashier, member)
    if seen is not None and is_spent(store, seen.shown):  # they earn all the same: that harms nobody
        stopped |= {REPLAYED}
    tenders = tenders_of(store, at_till.cards, heard=at_till.heard) if at_till.cards else ()
    signals = store.replica.signals(program.signals, at_ms=order.at_ms) if program.signals else {}
    facts = Facts(
        program, order, member, at_till.presented, tenders=tenders, signals=signals, stopped=stopped
    )
    level = "" if seen is None else str(seen.level)
    return with_rights(store, facts, level=level, heard=at_till.heard, choices=choices, in_full=in_full)


def _seq_of(store: StationStore, order_in: OrderIn) -> int | None:
    """Return where an order was recorded before, be it inside an entry that was carried into this epoch."""
    order_id = order_in.order_id
    return store.journal.claimed(ORDER_CLAIM, order_id) or store.journal.carried(order_id)


def _check(facts: Facts) -> None:
    try:
        check_order(facts.order)
    except OrderInvalid as problem:
        raise OrderNotTaken(str(problem)) from problem


def _program(store: StationStore) -> Program:
    program = store.replica.program()
    if program is None:
        raise NoProgram
    return program


def _attendance(store: StationStore, at_till: AtTill) -> Attendance:
    seen, stops_version = at_till.member, store.stops.version
    if seen is None:
        return Attendance(at_till.link, at_till.cashier, stops_version=stops_version)
    return Attendance(at_till.link, at_till.cashier, seen.level, seen.code_hash, stops_version, seen.shown)


def _drafts(facts: Facts, decision: Decision, attendance: Attendance) -> list[Draft]:
    drafts = [Draft(ORDER, order_record(facts, decision, attendance))]
    for shown, outcome in zip(facts.presented, decision.presented, strict=True):
        entry_type = REDEEM if outcome.is_approved else REFUSE
        drafts.append(Draft(entry_type, redemption_record(facts, outcome, shown, attendance)))
    return drafts


def _answer(facts: Facts, decision: Decision, *, seq: int, link: str) -> OrderAnswer:
    return OrderAnswer(
        kind=_kind(decision.presented, decision.tenders, link),
        order_id=facts.order.order_id,
        seq=seq,
        total=decision.total,
        discount=decision.discount,
        payable=decision.payable,
        points=decision.points,
        presented=decision.presented,
        tenders=decision.tenders,
        due=decision.due,
        stopped=said_of_all(facts.stopped, facts.member.ref if facts.member else None),
    )


def _kind(presented: tuple[Outcome, ...], tenders: tuple[TenderOutcome, ...], link: str) -> AnswerKind:
    is_any = any(outcome.is_approved for outcome in presented) or any(tender.amount for tender in tenders)
    if (presented or tenders) and not is_any:
        return AnswerKind.NOT_POSSIBLE
    return AnswerKind.APPROVED if link == ONLINE else AnswerKind.QUEUED


def _answer_again(store: StationStore, facts: Facts, seq: int) -> OrderAnswer:
    """Answer a repeated order from the journal."""
    recorded, *redemptions = _recorded_order(store, seq)
    data = recorded.data
    member_ref = data["member"] and data["member"]["ref"]
    lines = tuple((line["sku"], line["qty"], line["amount"]) for line in data["lines"])
    vouchers = {(shown["rule"], shown["code_hash"]) for shown in data["presented"]}
    if (
        lines != tuple((line.sku, line.quantity, line.amount) for line in facts.order.lines)
        or (facts.member is not None and not _is_same(store, member_ref, facts.member.ref))
        # The ids of redemptions are new with each scan; the vouchers are the same.
        or any((shown.voucher.rule_id, shown.voucher.code_hash) not in vouchers for shown in facts.presented)
        or not {tender.ref for tender in facts.tenders} <= {paid["ref"] for paid in data.get("paid", ())}
    ):
        raise OrderConflict(facts.order.order_id)
    presented = tuple(_recorded_outcome(entry.data) for entry in redemptions)
    tenders = tuple(tender_of_record(paid) for paid in data.get("paid", ()))
    payable = data.get("payable", data["total"] - data["discount"])
    by_points = sum(
        each.get("paid", 0) for each in (*data["campaigns"], *(entry.data for entry in redemptions))
    )
    return OrderAnswer(
        kind=_kind(presented, tenders, data["link"]),
        order_id=data["order_id"],
        seq=seq,
        total=data["total"],
        discount=data["discount"],
        payable=payable,
        points=data["points"],
        presented=presented,
        tenders=tenders,
        due=payable - by_points - sum(tender.amount for tender in tenders),
        is_repeat=True,
        stopped=said_of_all(data.get("stopped", ()), member_ref),
    )


def _is_same(store: StationStore, recorded: str | None, ref: str) -> bool:
    """Tell whether an order was recorded for this member, under a reference that leads to them by now perhaps."""
    return recorded is not None and recorded in {ref, *store.replica.aliases.refs_of(ref)}


def _recorded_order(store: StationStore, seq: int) -> list[Entry]:
    """Return an order's entry and the redemptions and refusals that were recorded with it."""
    found: list[Entry] = []
    for entry in map(opened, store.journal.entries(from_seq=seq)):
        if found and entry.type not in (REDEEM, REFUSE):
            break
        found.append(entry)
    return found


def _recorded_outcome(data: Mapping[str, Any]) -> Outcome:
    allocation: Allocation = tuple((line, share) for line, share in data["allocation"])
    refusals = tuple(Refusal(BY_CODE[reason["code"]], reason["numbers"]) for reason in data["reasons"])
    return Outcome(
        data["rule"],
        data["campaign"],
        data["redemption_id"],
        data["discount"],
        allocation,
        refusals,
        data.get("points", 0),
    )
