"""Judging: what HQ makes of one authentic entry. Pure: every fact it may look at is handed in by ingest.

First the recorded facts are decided again by the same core that stations use (a difference is tampering or a
bug); then HQ looks at what it alone knows: how often a voucher was used, whether an id was used before. HQ
never refuses an authentic entry. What it can't understand is kept and quarantined, what it doubts is posted and
flagged for a person.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from msgspec import ValidationError, convert

from app.core.chain import ChainOwner
from app.core.entry import (
    DAY_CLOSE,
    GIFT_CARD,
    LEASE_CLOSE,
    ORDER,
    REDEEM,
    REFUSE,
    RETURN,
    SALVAGED,
    VOID,
    Entry,
)
from app.core.facts_record import RecordInvalid, read_facts
from app.core.outcome import Decision
from app.core.program import Program
from app.core.records import (
    order_differences,
    presentation_differences,
    redemption_differences,
    replay_order,
)
from app.core.salvaged import SalvageInvalid, read_salvaged
from app.core.sheet import beside_goods
from app.failpoints import failpoint
from hq.authority.judging import LeaseBook, given_by
from hq.gift_cards.judging import CardBook, judge_change, with_cards, with_cards_back
from hq.journal import postings
from hq.journal.carried import NOT_SIGNED, is_signed, why_never
from hq.journal.closed_days import DayBook, judge_day_close
from hq.journal.erased import of_erased
from hq.journal.judgement import Doubts, Judgement, SetAside
from hq.journal.receipt import Receipt, gave_more, reckoned_ms, redeemed_more
from hq.journal.schemas import (
    CardChangeData,
    LeaseCloseData,
    OrderData,
    RedemptionData,
)
from hq.journal.showings import FirstUse, used_before
from hq.journal.stopped import order_in_spite, redemption_in_spite
from hq.journal.telling import TELLING
from hq.journal.undoing import UndoBook, give_uses_back, judge_reversal, who
from hq.journal.whose import of_survivor
from hq.stops.store import Lists
from hq.vouchers.store import Uses
from sync.protocol import Flag, Verdict

log = logging.getLogger(__name__)

# Raised whenever entries can be judged that couldn't before: those set aside are then judged again.
EDITION = 1


@dataclass
class Books:
    """What HQ knows while it judges a batch. Counters, ids and orders move on from entry to entry."""

    store: str
    program: Callable[[int], Program | None]
    taken_ids: set[str]  # of entries
    taken_redemptions: set[str]
    uses: Mapping[str, Uses]  # by code hash
    earlier_orders: Mapping[str, Entry]  # orders of batches before that this batch's redemptions belong to
    # Of this station, with the ids of orders here.
    posted_orders: dict[str, Entry] = field(default_factory=dict)
    repeated_orders: set[str] = field(default_factory=set)  # set aside here, since they were posted before
    showings: Mapping[str, FirstUse] = field(default_factory=dict)  # of phones' codes: who used each first
    # Where salvaged entries were.
    held_hashes: Mapping[tuple[str, int, int], frozenset[bytes]] = field(default_factory=dict)
    old_keys: Mapping[int, Ed25519PublicKey] = field(default_factory=dict)  # of its epochs that were replaced
    accounts: Mapping[str, str | None] = field(default_factory=dict)  # of cashiers: whose account is theirs
    closed: frozenset[str] = frozenset()  # members of this batch who were erased
    undoing: UndoBook = field(default_factory=UndoBook)
    merged: Mapping[str, str] = field(default_factory=dict)  # and those who were merged, with the survivor
    leases: LeaseBook = field(default_factory=LeaseBook)  # those that entries here name
    cards: CardBook = field(default_factory=CardBook)
    days: DayBook = field(default_factory=DayBook)
    receipt: Receipt | None = None  # of the push; None where HQ has no time to judge by
    stops: Lists = field(default_factory=Lists)  # all there ever were
    decisions: dict[str, tuple[Entry, Decision]] = field(default_factory=dict)  # replayed orders, by order id


def judge(entry: Entry | None, books: Books) -> Judgement:
    """Return HQ's word on an entry; None stands for a body that is no entry of its place. Never raises."""
    if entry is None:
        return _quarantined(Flag.UNPARSABLE, "the body is not an entry of this device and place")
    if entry.entry_id in books.taken_ids:
        detail = f"another entry has the id {entry.entry_id}"
        return Judgement(Verdict.QUARANTINED, (Flag.ENTRY_ID_TAKEN,), detail, is_id_taken=True)
    books.taken_ids.add(entry.entry_id)
    try:
        return _judge(entry, books)
    except SetAside as found:
        return _quarantined(found.flag, found.detail)
    except (ValidationError, RecordInvalid, SalvageInvalid) as problem:
        return _quarantined(Flag.UNPARSABLE, str(problem))
    except Exception:  # outermost: of one entry, so that a bug it wakes does not hold up the others
        log.exception("judging an entry failed", extra={"entry_id": entry.entry_id})
        return _quarantined(Flag.UNPARSABLE, "HQ could not judge this entry; its log says why")


def _judge(entry: Entry, books: Books) -> Judgement:
    failpoint(f"hq_judging_{entry.type}")
    judged_by = JUDGES.get(entry.type)
    if judged_by is None:
        raise SetAside(Flag.UNKNOWN_TYPE, f"this HQ does not know entries of type {entry.type!r}")
    return of_survivor(of_erased(judged_by(entry, books), books.closed), books.merged)


def _judge_order(entry: Entry, books: Books) -> Judgement:
    order = convert(entry.data, OrderData)
    _refuse_repeated(order, books)
    program = _program(books, order)
    decision = replay_order(entry.data, program)
    books.decisions[order.order_id] = (entry, decision)
    books.posted_orders[order.order_id] = entry
    books.undoing.note_order(entry)
    doubts = Doubts()
    doubts.differs(order_differences(entry.data, decision))
    doubts.elsewhere(order.store, books.store)
    credit = sum(part.credit for part in order.campaigns)
    ref = None if order.member is None else order.member.ref
    if ref is not None and (order.points > 0 or credit > 0) and _is_own(order.cashier, ref, books):
        got = f"{order.points} points" + (f" and {credit} for the wallet" if credit else "")
        doubts.add(Flag.SELF_DEAL, f"{got} for the account of whoever stood at the till")
    if order.campaigns:
        doubts.stale(order.t_eff, program)
        rights = (given_by(part.auth, part.campaign, part.rule) for part in order.campaigns)
        doubts.leased(books.leases.take(entry, rights, order.t_eff))
    then = _at_reckoned_time(entry, order, program, books)
    if then is not None and gave_more(entry.data, then):
        doubts.by_clock(order.t_eff)
    if books.stops.periods:
        doubts.in_spite(order_in_spite(order, books.stops, at_ms=_made_ms(entry, order.t_eff, books)))
    word = doubts.judgement(postings=postings.of_order(order), order=order)
    if any("kind" in line for line in order.lines):  # not goods, as most are
        word = replace(word, beside=beside_goods(read_facts(entry.data, program).order, program.policy))
    return with_cards(word, entry, order, books.cards, doubts, at_ms=_made_ms(entry, order.t_eff, books))


def _refuse_repeated(order: OrderData, books: Books) -> None:
    """Set an order aside that this station has recorded before: within an epoch it notices, over epochs it can't.

    The same number for something else is a till that counts from one again.
    """
    before = books.posted_orders.get(order.order_id)
    if before is None:
        return
    earlier = convert(before.data, OrderData)
    members = {
        None if each.member is None else books.merged.get(each.member.ref, each.member.ref)
        for each in (earlier, order)
    }
    if earlier.lines == order.lines and len(members) == 1:
        books.repeated_orders.add(order.order_id)
        raise SetAside(
            Flag.ENTRY_ID_TAKEN, f"order {order.order_id} has been posted by another entry of this station"
        )


def _judge_redemption(entry: Entry, books: Books) -> Judgement:
    redemption = convert(entry.data, RedemptionData)
    if redemption.order_id in books.repeated_orders:
        detail = f"its order {redemption.order_id} has been posted by another entry of this station"
        raise SetAside(Flag.ENTRY_ID_TAKEN, detail)
    if redemption.redemption_id in books.taken_redemptions:
        raise SetAside(
            Flag.ENTRY_ID_TAKEN, f"redemption {redemption.redemption_id} has been posted by another entry"
        )
    program = _program(books, redemption)
    is_approved = entry.type == REDEEM
    doubts = Doubts()
    doubts.differs(_differences(redemption, entry, books))
    doubts.elsewhere(redemption.store, books.store)
    if is_approved == bool(redemption.reasons):
        doubts.differs([f"a {entry.type} entry whose reasons say otherwise"])
    if is_approved:
        if redemption.member is not None and _is_own(redemption.cashier, redemption.member, books):
            doubts.add(Flag.SELF_DEAL, "redeemed for the account of whoever stood at the till")
        doubts.stale(redemption.t_eff, program)
        _doubt_clock(redemption, entry, books, doubts)
        _doubt_stopped(redemption, entry, books, doubts)
        _count_use(redemption, entry, books, doubts)
        if word := used_before(books.showings, redemption, entry):
            doubts.add(Flag.CODE_REPLAYED, word)
        is_of_erased = redemption.member in books.closed
        right = given_by(redemption.auth, redemption.campaign, redemption.rule)
        taken = books.leases.take(entry, [right], redemption.t_eff, is_of_erased=is_of_erased)
        doubts.leased(taken)
        books.undoing.note_redemption(entry, at_till=who(redemption.cashier, entry.device_id))
    books.taken_redemptions.add(redemption.redemption_id)
    return doubts.judgement(
        postings=postings.of_redemption(redemption, currency=program.currency.code),
        redemption=redemption,
        is_approved=is_approved,
    )


def _at_reckoned_time(entry: Entry, order: OrderData, program: Program, books: Books) -> Decision | None:
    """Decide an order again as of when HQ reckons that it was made; None where the station's clock was right."""
    at_ms = reckoned_ms(entry, order.t_eff, books.receipt)
    return None if at_ms is None else replay_order({**entry.data, "t_eff": at_ms}, program)


def _doubt_clock(redemption: RedemptionData, entry: Entry, books: Books, doubts: Doubts) -> None:
    """Flag a redemption that only a wrong clock allowed. Its order has been decided again before."""
    order = books.decisions.get(redemption.order_id)
    if order is None or reckoned_ms(entry, redemption.t_eff, books.receipt) is None:
        return
    data = convert(order[0].data, OrderData)
    then = _at_reckoned_time(entry=order[0], order=data, program=_program(books, data), books=books)
    if then is not None and redeemed_more(entry.data, then):
        doubts.by_clock(redemption.t_eff)


def _doubt_stopped(redemption: RedemptionData, entry: Entry, books: Books, doubts: Doubts) -> None:
    """Flag a redemption of what was stopped. Its order has been looked up before."""
    if books.stops.periods:
        order, _ = books.decisions.get(redemption.order_id, (None, None))
        at_ms = _made_ms(entry, redemption.t_eff, books)
        doubts.in_spite(redemption_in_spite(redemption, order, books.stops, at_ms=at_ms))


def _made_ms(entry: Entry, t_eff: int, books: Books) -> int:
    """Return when an entry was made: by HQ's reckoning where the station's clock was wrong."""
    reckoned = reckoned_ms(entry, t_eff, books.receipt)
    return t_eff if reckoned is None else reckoned


def _judge_reversal(entry: Entry, books: Books) -> Judgement:
    found = judge_reversal(
        entry, books.undoing, store=books.store, program_of=lambda order: _program(books, order)
    )
    undone = found.undone
    assert undone is not None, "one that undoes nothing is set aside"
    give_uses_back(undone, books.uses)
    owner = ChainOwner(entry.device_id, entry.epoch)
    for name, units in undone.made.leases:
        books.leases.give_back(name, owner, units)
    return with_cards_back(found)


def _judge_card_change(entry: Entry, books: Books) -> Judgement:
    said = convert(entry.data, CardChangeData)
    program, at_ms = _program(books, said), _made_ms(entry, said.t_eff, books)
    return judge_change(entry, books.cards, store=books.store, program=program, at_ms=at_ms)


def _judge_lease_close(entry: Entry, books: Books) -> Judgement:
    said = convert(entry.data, LeaseCloseData)
    doubts = Doubts()
    doubts.elsewhere(said.store, books.store)
    wrong, differs = books.leases.close(entry, said)
    doubts.leased([wrong] if wrong else [])
    doubts.differs([differs] if differs else [])
    return doubts.judgement()


def _judge_salvaged(entry: Entry, books: Books) -> Judgement:
    """Let an entry be that HQ holds; another is of an epoch that was shut out, and for a person to decide."""
    found = read_salvaged(entry.data)
    held = books.held_hashes.get((found.owner.device_id, found.owner.epoch, found.seq), frozenset())
    if found.hash in held:
        return Judgement(Verdict.POSTED)
    place = f"entry {found.seq} of epoch {found.owner.epoch} of {found.owner.device_id}"
    never = why_never(found, ChainOwner(entry.device_id, entry.epoch), books.old_keys)
    if never is not None:
        raise SetAside(Flag.OLD_EPOCH, f"{place}: {never}; it is never posted")
    doubt = "" if is_signed(found, books.old_keys) else f"; {NOT_SIGNED}"
    if held:
        raise SetAside(Flag.OLD_EPOCH, f"{place}: HQ holds another entry there{doubt}")
    raise SetAside(Flag.OLD_EPOCH, f"{place}: saved out of an old journal, and not held by HQ{doubt}")


def _judge_day_close(entry: Entry, books: Books) -> Judgement:
    return judge_day_close(entry, books.days, store=books.store)


def _in_store(judged: Callable[[Entry, str], Judgement]) -> Callable[[Entry, Books], Judgement]:
    return lambda entry, books: judged(entry, books.store)


JUDGES: dict[str, Callable[[Entry, Books], Judgement]] = {
    ORDER: _judge_order,
    REDEEM: _judge_redemption,
    REFUSE: _judge_redemption,
    VOID: _judge_reversal,
    RETURN: _judge_reversal,
    LEASE_CLOSE: _judge_lease_close,
    GIFT_CARD: _judge_card_change,
    SALVAGED: _judge_salvaged,
    DAY_CLOSE: _judge_day_close,
    **{name: _in_store(judged) for name, judged in TELLING.items()},
}


def _program(books: Books, data: OrderData | RedemptionData | CardChangeData) -> Program:
    program = books.program(data.program_version)
    if program is None or program.hash != data.program_hash:
        raise SetAside(
            Flag.UNKNOWN_PROGRAM,
            f"HQ has no version {data.program_version} with the hash {data.program_hash}",
        )
    return program


def _differences(redemption: RedemptionData, entry: Entry, books: Books) -> list[str]:
    """Replay the order a redemption belongs to, unless this batch did, and compare."""
    order_id = redemption.order_id
    if order_id not in books.decisions:
        order = books.earlier_orders.get(order_id)
        if order is None:
            return [f"no order {order_id} of this station"]
        program = _program(books, convert(order.data, OrderData))
        books.decisions[order_id] = (order, replay_order(order.data, program))
    order, decision = books.decisions[order_id]
    return redemption_differences(entry.data, decision) + presentation_differences(entry.data, order.data)


def _count_use(redemption: RedemptionData, entry: Entry, books: Books, doubts: Doubts) -> None:
    """Count a voucher's use. Whose was one too many is found by effective time: see hq/authority/settling.py."""
    if not redemption.code_hash:
        return  # picked without a code: the replay has seen that its rule allows it
    uses = books.uses.get(redemption.code_hash)
    if uses is None and redemption.member in books.closed:
        return  # it may have been theirs, and went with them
    if uses is None or uses.rule_id != redemption.rule:
        doubts.differs(["HQ has no voucher with this code and rule"])
        return
    uses.uses += 1
    if uses.stopped_ms and _made_ms(entry, redemption.t_eff, books) >= uses.stopped_ms:
        doubts.add(Flag.LATE, "head office had stopped this voucher")


def _is_own(cashier: str, member: str, books: Books) -> bool:
    """Tell whether somebody at the till dealt with their own account."""
    return bool(cashier) and books.accounts.get(cashier) == books.merged.get(member, member)


def _quarantined(flag: Flag, detail: str) -> Judgement:
    return Judgement(Verdict.QUARANTINED, (flag,), detail)
