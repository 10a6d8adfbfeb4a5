"""What new entries do to HQ's books: each judged for itself, then all of them stored and posted.

Whether they may be taken in at all (signature, chain, gap, fork) has been settled before: see ingest. The same way is
gone by entries that were set aside and are judged again: see again.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from time import monotonic

from msgspec import ValidationError, convert
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from app.core.asking import card_name
from app.core.chain import ChainOwner, Head, follow, next_hash
from app.core.entry import GIFT_CARD, SALVAGED, Entry, EntryInvalid, read_entry
from app.core.facts_record import read_facts
from app.core.money import CURRENCIES
from app.core.order import AMOUNT_MAX
from app.core.records import replay_order
from app.failpoints import failpoint
from hq.authority import reservations
from hq.authority.settling import Settled, settle
from hq.benefits.asking import Asks, asks
from hq.db import Whole, hold_whole
from hq.faults import HqFault
from hq.feed import COUNTED, EVERYWHERE, MEMBER, VOUCHER, Change, announce
from hq.gift_cards.posting import post_cards
from hq.home import Hq
from hq.journal import patience
from hq.journal.carried import entry_inside
from hq.journal.cases import NewCase, open_cases
from hq.journal.judge import Books
from hq.journal.judgement import Judgement
from hq.journal.opening_books import open_books
from hq.journal.patience import judge_each
from hq.journal.postings import CREDITED, GIVEN
from hq.journal.receipt import Receipt
from hq.journal.reviewing import review
from hq.journal.schemas import EntryId
from hq.journal.store import (
    Kept,
    insert_entries,
    insert_facts,
    move_balances,
    note_visits,
)
from hq.journal.telling_outside import tell_outside
from hq.journal.undecided import reserve_undecided
from hq.members.boxes import Opened
from hq.members.enrolling import enter_members
from hq.members.store import POINTS, lock_members, read_scopes
from hq.segments.buying import Posted, keep_posted
from hq.staff.changing import change_staff
from hq.stores.devices import Device
from hq.touched import touch
from hq.vouchers.store import Uses, add_uses
from sync.protocol import Flag, Result, Verdict

log = logging.getLogger(__name__)

NO_BOXES: Mapping[str, Opened] = {}


def take_in(
    hq: Hq,
    connection: Connection,
    device: Device,
    bodies: Sequence[bytes],
    *,
    now_ms: int,
    said_by: ChainOwner | None = None,
    receipt: Receipt | None = None,
    boxes: Mapping[str, Opened] = NO_BOXES,
) -> list[Result]:
    """Judge and store new entries, which follow the head of `device`, in its place: all, or as far as patience goes.

    `said_by`: whose they say they are, where they are stored in another place than their own (see posting_held).
    `receipt`: of the push, where HQ can judge the station's clock by its own. `boxes`: what new members said.

    Every writer holds what it holds in the same order: the device, gift cards, vouchers, showings of codes, leases,
    members, the counters of what has a limit, the number of cases, and last the number of the feed (see feed.py).
    Members and counters come after the judging, which takes longest and needs them not.
    """
    owner = device.owner
    says = said_by or owner
    entries = [read_here(body, says, seq) for seq, body in enumerate(bodies, start=device.head.seq + 1)]
    books = open_books(hq, connection, owner, entries, store=device.store)
    books.receipt = receipt
    numbers = range(device.head.seq + 1, device.head.seq + 1 + len(entries))
    with hq.watch.batch(owner, numbers) as watched:
        words, books = judge_each(entries, books, watched=watched)
    kept = _kept(device.head, bodies[: len(words)], entries[: len(words)], words)
    entered = enter_members(connection, owner, kept, boxes, store=device.store, now_ms=now_ms)
    changed = change_staff(hq, connection, entered.kept, store=device.store, is_late=said_by is not None)
    settled = settle(hq, connection, owner, changed.kept, books, now_ms=now_ms)
    kept = settled.kept
    new_cases = _new_cases(kept)
    if new_cases:
        _hold_members(connection, kept)
    changes = entered.changes + changed.changes + review(connection, settled.doubts, now_ms=now_ms)
    cases = open_cases(
        connection,
        new_cases,
        device=owner.device_id,
        epoch=owner.epoch,
        store=device.store,
        now_ms=now_ms,
    )
    insert_entries(connection, owner, kept, cases, now_ms=now_ms)
    reserve_undecided(connection, owner, kept)
    failpoint("hq_mid_tx")
    changes += post(connection, owner, kept, books, now_ms=now_ms)
    announce(connection, changes + counter_changes(connection, settled))
    return [
        Result(
            seq=each.seq,
            verdict=each.judgement.verdict,
            codes=[flag.value for flag in each.judgement.flags],
            case=cases.get(each.seq),
        )
        for each in kept
    ]


def take_in_one_by_one(
    hq: Hq,
    connection: Connection,
    device: Device,
    bodies: Sequence[bytes],
    *,
    now_ms: int,
    receipt: Receipt | None = None,
    boxes: Mapping[str, Opened] = NO_BOXES,
) -> list[Result]:
    """Take entries in as `take_in` does, each behind a savepoint: one that the database won't have is set aside.

    Slower, and it holds the feed's number for longer: for a batch that has failed as a whole.
    """
    results: list[Result] = []
    until_s = monotonic() + patience.PATIENCE.batch_s
    for body in bodies:
        if results and monotonic() >= until_s:
            break
        try:
            with connection.begin_nested():
                results += take_in(
                    hq, connection, device, [body], now_ms=now_ms, receipt=receipt, boxes=boxes
                )
        except (HqFault, OperationalError):
            raise  # of the database and not of this entry: the station may ask again
        except Exception:  # outermost: of one entry, so that what it breaks does not hold up the others
            log.exception("an entry could not be stored", extra={"seq": device.head.seq + 1})
            results.append(_set_aside(connection, device, body, now_ms=now_ms))
        device = replace(device, head=follow(device.head, [body]))
    return results


def _set_aside(connection: Connection, device: Device, body: bytes, *, now_ms: int) -> Result:
    """Keep the bytes of an entry and open a case, with nothing else of it in any table."""
    owner, head = device.owner, follow(device.head, [body])
    word = Judgement(
        Verdict.QUARANTINED, (Flag.UNPARSABLE,), "HQ could not store this entry; its log says why"
    )
    kept = [Kept(head.seq, head.hash, body, None, word)]
    cases = open_cases(
        connection,
        _new_cases(kept),
        device=owner.device_id,
        epoch=owner.epoch,
        store=device.store,
        now_ms=now_ms,
    )
    insert_entries(connection, owner, kept, cases, now_ms=now_ms)
    return Result(seq=head.seq, verdict=word.verdict, codes=list(word.flags), case=cases[head.seq])


def post(
    connection: Connection, owner: ChainOwner, kept: Sequence[Kept], books: Books, *, now_ms: int
) -> list[Change]:
    """Bring what entries were judged to do into the books; return who has to hear of it."""
    insert_facts(connection, owner, kept, store=books.store)
    asked = asks(connection)
    if asked.program is not None:
        keep_posted(connection, asked.program, asked.set_names, _members_orders(owner, kept, books))
    tell_outside(connection, owner, kept, store=books.store, now_ms=now_ms)
    _settle_reservations(connection, owner, kept)
    moved = {name: uses for name, uses in books.uses.items() if uses.uses != uses.before}
    add_uses(connection, {name: uses.uses - uses.before for name, uses in moved.items()})
    cards = post_cards(connection, owner, kept, books.cards.rows, store=books.store)
    members = _move_members(connection, kept, asked, store=books.store, now_ms=now_ms)
    return members + _voucher_changes(moved) + cards


def _members_orders(owner: ChainOwner, kept: Sequence[Kept], books: Books) -> Iterator[Posted]:
    """Yield the orders of members among the entries that are posted, as they were decided again."""
    for each in kept:
        order, entry = each.judgement.order, each.entry
        program = None if order is None else books.program(order.program_version)
        if order is None or order.member is None or entry is None or program is None:
            continue
        judged, decision = books.decisions.get(order.order_id, (None, None))
        if decision is None or judged is not entry:  # another order of this batch has the same number
            decision = replay_order(entry.data, program)
        place = owner.device_id, owner.epoch, each.seq
        yield Posted(place, read_facts(entry.data, program).order, order.member.ref, decision)


def _settle_reservations(connection: Connection, owner: ChainOwner, kept: Sequence[Kept]) -> None:
    """Let go what was reserved on line for orders and redemptions that are posted now."""
    orders, redemptions = {}, set()
    for each in kept:
        order, redemption = each.judgement.order, each.judgement.redemption
        if order is not None and each.judgement.card_moves:  # set aside by whichever place it had before
            names = {card_name(move.ref) for move in each.judgement.card_moves}
            reservations.release_of_order(connection, order.order_id, names)
        if order is not None and each.entry is not None:
            orders[order.order_id] = {shown["redemption_id"] for shown in each.entry.data["presented"]}
        if redemption is not None:
            redemptions.add(redemption.redemption_id)
    reservations.settle(connection, owner.device_id, orders=orders, redemptions=redemptions)


def counter_changes(connection: Connection, settled: Settled) -> list[Change]:
    """Return the counters that moved: all stations know those of campaigns, and a store's its members' uses."""
    changes = [Change(EVERYWHERE, COUNTED, key) for key in settled.counters]
    scopes = read_scopes(connection, settled.members) if settled.members else {}
    return changes + [Change(scope, MEMBER, ref) for ref in sorted(scopes) for scope in sorted(scopes[ref])]


def read_here(body: bytes, owner: ChainOwner, seq: int) -> Entry | None:
    """Read a body; None when it is no entry, or one of another device, epoch or place."""
    try:
        entry = read_entry(body)
        convert(entry.entry_id, EntryId)
    except (EntryInvalid, ValidationError):
        return None
    is_here = (entry.device_id, entry.epoch, entry.seq) == (owner.device_id, owner.epoch, seq)
    return entry if is_here else None


def _kept(
    head: Head, bodies: Sequence[bytes], entries: Sequence[Entry | None], words: Sequence[Judgement]
) -> list[Kept]:
    kept = []
    seq, last = head.seq, head.hash
    for body, entry, word in zip(bodies, entries, words, strict=True):
        seq, last = seq + 1, next_hash(last, body)
        kept.append(Kept(seq, last, body, entry, word))
    return kept


def _new_cases(kept: Sequence[Kept]) -> list[NewCase]:
    return [
        NewCase(each.seq, " ".join(each.judgement.flags), each.judgement.detail, *_given_away(each))
        for each in kept
        if each.judgement.verdict is not Verdict.POSTED
    ]


def _given_away(each: Kept) -> tuple[int, str]:
    """Return what an entry gave away and of what, or put on a gift card: as it says itself, if that is not posted."""
    given = [made for made in each.judgement.postings if made.account in (GIVEN, CREDITED)]
    entry = each.entry
    if given or entry is None:
        gave = sum(made.amount if made.account == GIVEN else -made.amount for made in given)
        return gave, given[0].unit if given else ""
    inside = entry_inside(each.body) if entry.type == SALVAGED else entry
    said = {} if inside is None else inside.data
    currency = said.get("currency")
    money = "amount" if inside is not None and inside.type == GIFT_CARD else "discount"
    for name, unit in ((money, currency if currency in CURRENCIES else ""), ("points", POINTS)):
        amount = said.get(name)
        if type(amount) is int and 0 < abs(amount) <= AMOUNT_MAX:
            return amount, unit
    return 0, ""


def _move_members(
    connection: Connection, kept: Sequence[Kept], asked: Asks, *, store: str, now_ms: int
) -> list[Change]:
    """Move balances and visits of known members; return who has to hear of it.

    An entry of a member whom HQ doesn't know has its postings all the same; adding the member later starts from
    them.
    """
    points, visits = _moves(kept)
    if not points:
        return []
    known = _hold_members(connection, kept)
    touch(connection, known)
    points = {ref: amount for ref, amount in points.items() if ref in known}
    scopes = read_scopes(connection, known)
    first = {ref for ref in visits if ref in known and store not in scopes.get(ref, ())}
    later = {
        ref: at for ref, at in visits.items() if ref in first or (ref in known and at > scopes[ref][store])
    }
    move_balances(connection, points, now_ms=now_ms)
    note_visits(connection, later, store=store)
    changes = [Change(store, MEMBER, ref) for ref in sorted(first)]
    moved = sorted(ref for ref, amount in points.items() if amount)
    if asked.history:
        moved = sorted(points)  # whatever it was, it is history now
    return changes + [Change(scope, MEMBER, ref) for ref in moved for scope in sorted(scopes.get(ref, ()))]


def _moves(kept: Sequence[Kept]) -> tuple[dict[str, int], dict[str, int]]:
    """Return by how much each member's points move, and when they were last in the store."""
    points: dict[str, int] = {}
    visits: dict[str, int] = {}
    for each in kept:
        order = each.judgement.order
        if order is not None and order.member is not None:
            ref = order.member.ref
            points[ref] = points.get(ref, 0) + order.points
            visits[ref] = max(visits.get(ref, 0), order.t_eff)
        undone = each.judgement.undone
        if undone is not None and undone.member:
            points[undone.member] = points.get(undone.member, 0) + undone.made.points_change
        redemption = each.judgement.redemption
        if redemption is None or redemption.member is None:
            continue
        if redemption.points or each.judgement.is_approved:
            points[redemption.member] = points.get(redemption.member, 0) - redemption.points
    return points, visits


def _hold_members(connection: Connection, kept: Sequence[Kept]) -> set[str]:
    """Hold the members that entries move, and return those whom HQ knows."""
    hold_whole(connection, Whole.MEMBERS, is_shared=True)  # nobody adds a member whom we then wouldn't know
    return lock_members(connection, _moves(kept)[0])


def _voucher_changes(moved: dict[str, Uses]) -> list[Change]:
    """Return the vouchers whose counter stations must know: those that have a limit."""
    return [Change(EVERYWHERE, VOUCHER, code_hash) for code_hash, uses in moved.items() if uses.uses_max]
