"""Redemptions for orders of the past: what an order would have got, by the rules of its day.

Somebody forgot a voucher, a card or an offer. The order is one that a station recorded, or one that HQ never heard of
and that is said by its total, moment and store. It is decided again by the core, under the version of the program that
held then, with the voucher or offer added: so the answer, and the reasons of a no, are those that the station would
have given. HQ itself is the authority that a station would have asked.

What the member gets is the difference between the order as it was and as it would have been. Of an order that HQ never
heard of nothing but the redemption itself is posted: what was sold stands in no books of ours.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Connection, func, select

from app.core.authority import Authority
from app.core.campaign import Trigger
from app.core.codes import fold, hash_number
from app.core.decision import decide
from app.core.entry import ORDER, Entry, read_entry
from app.core.facts_record import read_facts
from app.core.member import Member
from app.core.order import AMOUNT_MAX, Line, Order
from app.core.outcome import Decision, Facts, Outcome
from app.core.program import Pair, Program
from app.core.stops import CAMPAIGN, MEMBER, PROGRAM, RULE
from app.core.voucher import Presentation, Voucher, picked
from app.ids import new_id
from hq.authority.counters import uses_of
from hq.authority.known import known_of
from hq.authority.punches import known_punches
from hq.benefits.telling import known_before
from hq.campaigns.service import program_of
from hq.faults import NotHere, NotPossible
from hq.home import Hq
from hq.journal.own import OWNER
from hq.journal.reversal_tables import reversal_fact
from hq.members.attributes import values_of
from hq.members.finding import row_of
from hq.members.merged import survivor_of
from hq.stops.store import held_of, read_lists
from hq.tables import document, journal, order_fact, redemption_fact, store
from hq.vouchers.store import ACTIVE, read_vouchers, vouchers_of
from sync.protocol import Verdict

LEVEL = "A3"  # a person at head office has looked at who it is
REGISTER = "hq"
REDEEMED = "redeemed"


@dataclass(frozen=True, slots=True)
class PastAsked:
    """What is asked for: an order (by its entry, or as it is said) and a rule or the code of a voucher.

    `total` in minor units, `at_ms` UTC milliseconds.
    """

    order_entry: str | None = None
    total: int | None = None
    at_ms: int | None = None
    store: str | None = None
    order_id: str = ""
    rule: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class OrderThen:
    """An order as it was: what it was decided by and what it got. `place`: that of its entry, where HQ has one."""

    facts: Facts
    decision: Decision | None
    place: tuple[str, int, int] | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """What a redemption of the past comes to. `given`: by how much each campaign's discount changes.

    `credit`: by how much what goes to the member's wallet changes.
    """

    redemption_id: str
    member: str
    balance: int
    pair: Pair
    code_hash: str
    then: OrderThen
    facts: Facts
    decision: Decision
    outcome: Outcome
    given: tuple[tuple[str, int], ...]
    earned: int
    credit: int

    @property
    def is_approved(self) -> bool:
        """Whether it would have been given."""
        return self.outcome.is_approved

    @property
    def discount(self) -> int:
        """What is to be given back to the member, in minor units."""
        return sum(amount for _, amount in self.given)

    @property
    def points(self) -> int:
        """By how many points the member's balance changes."""
        return self.earned - self.outcome.points if self.is_approved else 0


def judge_past(hq: Hq, connection: Connection, ref: str, asked: PastAsked) -> Judged:
    """Decide what an order of the past would have got. Raises `NotHere`, `NotPossible`."""
    row = row_of(connection, ref)
    then = _order_of(hq, connection, row, asked)
    program, order = then.facts.program, then.facts.order
    redemption_id = new_id()
    voucher, pair = _offer(connection, program, row.ref, asked)
    _refuse_repeated(connection, order, pair.rule.rule_id, then)
    facts = _facts(connection, then.facts, row, pair, redemption_id, voucher)
    decision = decide(facts)
    if voucher is None:
        found = [each for each in decision.automatic if each.rule_id == pair.rule.rule_id]
        if not found:
            raise NotPossible("This offer could not apply to such an order at all.")
        outcome = found[0]
    else:
        outcome = decision.presented[-1]
    given, earned, credit = _difference(then, decision, outcome)
    code_hash = "" if voucher is None else voucher.code_hash
    return Judged(
        redemption_id=redemption_id,
        member=row.ref,
        balance=int(row.balance),
        pair=pair,
        code_hash=code_hash,
        then=then,
        facts=facts,
        decision=decision,
        outcome=outcome,
        given=given,
        earned=earned,
        credit=credit,
    )


# --- the order -------------------------------------------------------------------------------------------------------


def _order_of(hq: Hq, connection: Connection, row: Any, asked: PastAsked) -> OrderThen:
    if asked.order_entry is not None:
        return _recorded(hq, connection, row, asked.order_entry)
    return _said(hq, connection, asked)


def _recorded(hq: Hq, connection: Connection, row: Any, entry_id: str) -> OrderThen:
    statement = select(journal).where(journal.c.entry_id == entry_id, journal.c.type == ORDER)
    found = connection.execute(statement).one_or_none()
    fact = None if found is None else _fact_of(connection, found)
    if found is None or fact is None:
        raise NotHere("HQ has no such order.")
    undone = select(func.count()).where(reversal_fact.c.order_entry == entry_id)
    if connection.execute(undone).scalar_one():
        raise NotPossible("This order was voided, or goods of it came back.")
    if fact.member is not None and survivor_of(connection, fact.member) != row.ref:
        raise NotPossible("This order is another member's.")
    entry: Entry = read_entry(found.body)
    program = program_of(hq, connection, entry.data["program_version"])
    if program is None:
        raise NotPossible("HQ no longer holds the rules of that day.")
    facts = read_facts(entry.data, program)
    return OrderThen(facts, decide(facts, explain=False), (found.device, found.epoch, found.seq))


def _fact_of(connection: Connection, entry: Any) -> Any:
    """Return the posted order of an entry; one that was set aside has none."""
    if entry.verdict == Verdict.QUARANTINED.value:
        return None
    of = order_fact.c.device == entry.device, order_fact.c.epoch == entry.epoch, order_fact.c.seq == entry.seq
    return connection.execute(select(order_fact).where(*of)).one_or_none()


def _said(hq: Hq, connection: Connection, asked: PastAsked) -> OrderThen:
    if asked.total is None or asked.at_ms is None or not asked.store:
        raise NotPossible("Choose an order, or say its total, its day and time, and the store.")
    if not 0 < asked.total <= AMOUNT_MAX:
        raise NotPossible("An order's total is more than nothing.")
    if asked.at_ms > hq.clock.now_ms():
        raise NotPossible("This moment is yet to come.")
    shop = connection.execute(select(store).where(store.c.store_id == asked.store)).one_or_none()
    if shop is None:
        raise NotPossible("There is no such store.")
    order_id = asked.order_id or _named(asked)
    if _is_known(connection, asked.store, order_id):
        raise NotPossible("HQ has an order of this number and store: choose it from the list.")
    program = program_then(hq, connection, asked.at_ms)
    line = Line(1, "", 1, asked.total)
    order = Order(
        order_id, asked.store, REGISTER, asked.at_ms, shop.time_zone, program.currency.code, (line,)
    )
    lists = read_lists(connection)
    stopped = {
        word
        for word, periods in lists.periods.items()
        if any(each.was_on(asked.at_ms, program.version) for each in periods)
    }
    return OrderThen(Facts(program, order, None, stopped=frozenset(stopped)), None)


def _named(asked: PastAsked) -> str:
    """Return the number of an order that none is known of: the same whenever the same order is said once more."""
    said = f"{asked.store}|{asked.at_ms}|{asked.total}"
    return f"hq-{hashlib.sha256(said.encode('utf-8')).hexdigest()[:32]}"


def program_then(hq: Hq, connection: Connection, at_ms: int) -> Program:
    """Return the version of the program that held at a moment. Raises `NotPossible`."""
    newest = select(func.max(document.c.version)).where(
        document.c.kind == "program", document.c.published_ms <= at_ms
    )
    version = connection.execute(newest).scalar_one_or_none()
    program = None if version is None else program_of(hq, connection, version)
    if program is None:
        raise NotPossible("No rules had been published at that time.")
    return program


def _is_known(connection: Connection, store_id: str, order_id: str) -> bool:
    statement = select(func.count()).where(order_fact.c.store == store_id, order_fact.c.order_id == order_id)
    return bool(connection.execute(statement).scalar_one())


def added_to(connection: Connection, store_id: str, order_id: str) -> list[str]:
    """Return the redemptions that head office has added to an order, and not voided since."""
    of = redemption_fact.c
    place = (journal.c.device == of.device) & (journal.c.epoch == of.epoch) & (journal.c.seq == of.seq)
    voided = select(reversal_fact.c.seq).where(reversal_fact.c.order_entry == journal.c.entry_id).exists()
    by_us = (of.order_id == order_id) & (of.store == store_id) & (of.device == OWNER.device_id)
    statement = select(of.redemption_id).join(journal, place).where(by_us, of.outcome == REDEEMED, ~voided)
    return list(connection.execute(statement).scalars())


def _refuse_repeated(connection: Connection, order: Order, rule_id: str, then: OrderThen) -> None:
    """Let an order have one redemption of the past, and none of what it had at the station."""
    if added_to(connection, order.store, order.order_id):
        raise NotPossible("A redemption was added to this order before.")
    had = then.decision is not None and any(
        outcome.rule_id == rule_id and outcome.is_approved for outcome in then.decision.outcomes
    )
    if had:
        raise NotPossible("This order had the offer already.")


# --- the offer -------------------------------------------------------------------------------------------------------


def _offer(
    connection: Connection, program: Program, ref: str, asked: PastAsked
) -> tuple[Voucher | None, Pair]:
    """Return what would have been shown, and its rule; no voucher for a rule that applies by itself."""
    if asked.code:
        voucher = _by_code(connection, asked.code)
        return voucher, _pair(program, voucher.rule_id)
    pair = _pair(program, asked.rule)
    if pair.rule.trigger is Trigger.AUTOMATIC:
        return None, pair
    if pair.rule.trigger is Trigger.CHOICE:
        return picked(pair.rule.rule_id), pair
    own = [each for each in vouchers_of(connection, ref) if each["rule_id"] == pair.rule.rule_id]
    left = [each for each in own if not each["uses_max"] or each["uses"] < each["uses_max"]]
    if not own:
        raise NotPossible("The member has no voucher of this offer. Type the number of the one they hold.")
    return _voucher(left[0] if left else own[0]), pair


def _by_code(connection: Connection, code: str) -> Voucher:
    folded = fold(code)
    code_hash = hash_number(folded) if folded.isascii() else ""
    found = read_vouchers(connection, [code_hash]).get(code_hash)
    if found is None:
        raise NotPossible("There is no such voucher.")
    if found["state"] != ACTIVE:
        raise NotPossible("Head office has stopped this voucher.")
    return _voucher(found)


def _voucher(row: Mapping[str, Any]) -> Voucher:
    starts_on, ends_on = (
        None if row[name] is None else date.fromisoformat(row[name]) for name in ("starts_on", "ends_on")
    )
    return Voucher(
        row["code_hash"], row["rule_id"], row["uses_max"], row["uses"], row["owner"], ends_on, starts_on
    )


def _pair(program: Program, rule_id: str) -> Pair:
    pair = program.pair(rule_id)
    if pair is None:
        raise NotPossible("The rules of that day had no such offer.")
    return pair


# --- the decision ----------------------------------------------------------------------------------------------------


def _facts(
    connection: Connection,
    then: Facts,
    row: Any,
    pair: Pair,
    redemption_id: str,
    voucher: Voucher | None,
) -> Facts:
    """Return what the order is decided by now: as it was, with the member and what they would have shown."""
    member = then.member
    if member is None:
        attributes = values_of(connection, [row.ref]).get(row.ref, {})
        member = Member(row.ref, is_known=True, tier=row.tier, attributes=attributes)
    member = replace(member, is_known=True, balance=int(row.balance))
    shown = () if voucher is None else (Presentation(redemption_id, voucher, LEVEL),)
    uses = uses_of(connection, [row.ref]).get(row.ref, {})
    known = known_of(connection, [pair.campaign], uses, today=then.order.local.date())
    known |= known_punches(connection, then.program, pair.campaign, row.ref)
    known |= _known_history(connection, then, row.ref, pair)
    held = then.authority or Authority()
    name = redemption_id if voucher is not None else pair.rule.rule_id
    authority = replace(
        held, level=LEVEL, as_of_ms=then.order.at_ms, granted={**held.granted, name: REGISTER}
    )
    mine = {MEMBER + row.ref, PROGRAM, CAMPAIGN + pair.campaign.campaign_id, RULE + pair.rule.rule_id}
    now = held_of(connection, {MEMBER + row.ref}, program_version=then.program.version)
    return replace(
        then,
        member=member,
        presented=(*then.presented, *shown),
        known={**then.known, **known},
        authority=authority,
        stopped=(then.stopped & mine) | now,
    )


def _known_history(connection: Connection, then: Facts, ref: str, pair: Pair) -> dict[str, int]:
    """Return what a member had done before the order: all that the offer asks, and what else the record doesn't say."""
    program, order = then.program, then.order
    asked = program.history_of.get(pair.campaign.campaign_id, frozenset())
    keys = asked | (program.history & program.counters_beside - then.known.keys())
    return known_before(connection, ref, keys, at_ms=order.at_ms, today=order.local.date())


def _difference(
    then: OrderThen, decision: Decision, outcome: Outcome
) -> tuple[tuple[tuple[str, int], ...], int, int]:
    """Return by how much each campaign's discount changes, the points that the order earns, and the wallet's money.

    Of an order that HQ never heard of the redemption's own part.
    """
    if not outcome.is_approved:
        return (), 0, 0
    if then.decision is None:
        return ((outcome.campaign_id, outcome.discount),), 0, outcome.credit
    before, after = _given(then.decision), _given(decision)
    changed = {name: after.get(name, 0) - before.get(name, 0) for name in sorted({*before, *after})}
    given = tuple((name, amount) for name, amount in changed.items() if amount)
    return given, decision.points - then.decision.points, _credit(decision) - _credit(then.decision)


def _credit(decision: Decision) -> int:
    return sum(outcome.credit for outcome in decision.outcomes)


def _given(decision: Decision) -> dict[str, int]:
    found: dict[str, int] = {}
    for outcome in decision.outcomes:
        if outcome.is_approved:
            found[outcome.campaign_id] = found.get(outcome.campaign_id, 0) + outcome.discount
    return found
