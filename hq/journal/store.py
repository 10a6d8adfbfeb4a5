"""The journal and what is derived from it, in the database.

Inserts are one statement a table and batch: the hot path.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, Select, bindparam, case, or_, select, update

from app.core.canonical import INTEGER_MAX
from app.core.chain import ChainOwner, Head
from app.core.entry import Entry, read_entry
from app.core.salvaged import SalvageInvalid, read_salvaged
from hq.db import NAMES_AT_ONCE
from hq.journal.carried import BRANCH
from hq.journal.judgement import Judgement
from hq.journal.reversal_tables import reversal_fact
from hq.journal.schemas import OrderData, RedemptionData
from hq.journal.undoing import Undone, goods_back, who
from hq.journal.words import Word, newest_words
from hq.members.store import parts_of
from hq.reports.due import note_due
from hq.rows import add_to, insert_rows, insert_tuples, is_among, storable, upsert
from hq.stores.devices import PROTO_KEPT_MAX
from hq.tables import device, journal, member, member_scope, order_fact, posting, redemption_fact
from hq.webhooks.outbox import Event, Kind, announce_events
from sync.protocol import PushRequest, Result, Verdict

log = logging.getLogger(__name__)

UNKNOWN_NAME = "?"  # stands as type where no type could be read
TYPE_LENGTH_MAX = 20
SOFTWARE_LENGTH_MAX = 40
ROWS_SKIPPED_MAX = 10_000_000  # nobody holds more rows: a larger number is none
POSTING = ("entry_id", "n", "account", "unit", "amount")
REDEEMED, REFUSED = "redeemed", "refused"
AT_TILL_LENGTH_MAX = 20

TOLD = (
    "head_seq",
    "head_hash",
    "last_seen_ms",
    "pull_cursor",
    "program_version",
    "stops_version",
    "behind",
    "behind_since_ms",
    "clock_skew_ms",
    "sw",
    "proto",
)
MOVE_HEAD = (
    update(device)
    .where(device.c.device_id == bindparam("of"))
    .values(
        {
            **{name: bindparam(name) for name in TOLD},
            "pulled_ms": case(
                (device.c.pull_cursor != bindparam("pull_cursor"), bindparam("last_seen_ms")),
                else_=device.c.pulled_ms,
            ),
        }
    )
)
COUNT_SKIPPED = (
    update(device)
    .where(device.c.device_id == bindparam("of"))
    .values(rows_skipped=device.c.rows_skipped + bindparam("more", type_=BigInteger))
)
ORDERS = (
    select(order_fact.c.order_id, journal.c.body)
    .join(
        journal,
        (journal.c.device == order_fact.c.device)
        & (journal.c.epoch == order_fact.c.epoch)
        & (journal.c.seq == order_fact.c.seq),
    )
    .where(order_fact.c.device == bindparam("of"), is_among(order_fact.c.order_id))
    .order_by(order_fact.c.epoch, order_fact.c.seq)
)
TAKEN_ENTRIES = select(journal.c.entry_id).where(is_among(journal.c.entry_id))
TAKEN_REDEMPTIONS = select(redemption_fact.c.redemption_id).where(is_among(redemption_fact.c.redemption_id))


@dataclass(frozen=True, slots=True)
class Kept:
    """A new entry with its verdict, as it goes into the tables."""

    seq: int
    hash: bytes
    body: bytes
    entry: Entry | None
    judgement: Judgement


def hash_at(connection: Connection, owner: ChainOwner, seq: int) -> bytes | None:
    """Return the hash of an entry that HQ holds, or None."""
    statement = select(journal.c.hash).where(*_is_of(owner), journal.c.seq == seq)
    found: bytes | None = connection.execute(statement).scalar_one_or_none()
    return found


def held_hashes(
    connection: Connection, salvaged: Sequence[Entry]
) -> dict[tuple[str, int, int], frozenset[bytes]]:
    """Return the hashes that HQ holds of the entries (device, epoch, number) that salvaged ones carry.

    Of one number there is more than one where a branch was posted beside the history that HQ had.
    """
    places = set()
    for entry in salvaged:
        with suppress(SalvageInvalid):  # judging says so
            found = read_salvaged(entry.data)
            places.add((found.owner, found.seq))
    held: dict[tuple[str, int, int], frozenset[bytes]] = {}
    for owner in {owner for owner, _ in places}:
        numbers = [seq for other, seq in places if other == owner]
        statement = select(journal.c.seq, journal.c.hash).where(
            is_anywhere(owner), journal.c.seq.in_(numbers)
        )
        for seq, hashed in connection.execute(statement):
            place = owner.device_id, owner.epoch, seq
            held[place] = held.get(place, frozenset()) | {hashed}
    return held


def is_anywhere(owner: ChainOwner) -> ColumnElement[bool]:
    """Entries of an epoch of a device: in its own place, or in a branch of its history (see posting_held)."""
    in_branch = journal.c.device.startswith(owner.device_id + BRANCH, autoescape=True)
    return (journal.c.epoch == owner.epoch) & or_((journal.c.device == owner.device_id), in_branch)


def stored_results(connection: Connection, owner: ChainOwner, *, first: int, last: int) -> list[Result]:
    """Return HQ's word on each of the entries `first`…`last`, the newest where there are several."""
    later = newest_words(connection, owner, first=first, last=last)
    statement = (
        select(journal.c.seq, journal.c.verdict, journal.c.flags, journal.c.case_id)
        .where(*_is_of(owner), journal.c.seq.between(first, last))
        .order_by(journal.c.seq)
    )
    first_words = [
        Word(row.seq, row.verdict, tuple(row.flags.split()), row.case_id)
        for row in connection.execute(statement)
    ]
    return [
        Result(seq=word.seq, verdict=Verdict(word.verdict), codes=list(word.flags), case=word.case)
        for word in (later.get(said.seq, said) for said in first_words)
    ]


def taken_entry_ids(connection: Connection, ids: Sequence[str]) -> set[str]:
    """Return those of the ids that entries of HQ have."""
    return _present(connection, TAKEN_ENTRIES, ids)


def taken_redemption_ids(connection: Connection, ids: Sequence[str]) -> set[str]:
    """Return those of the redemption ids that were posted."""
    return _present(connection, TAKEN_REDEMPTIONS, ids)


def read_orders(connection: Connection, owner: ChainOwner, order_ids: Sequence[str]) -> dict[str, Entry]:
    """Return the posted order entries of a device with these order ids; of several with one id, the last.

    A branch goes on from the device's own history, so what is not in it is looked for there.
    """
    found: dict[str, Entry] = {}
    for place in dict.fromkeys((owner.device_id.partition(BRANCH)[0], owner.device_id)):
        for some in parts_of(order_ids, NAMES_AT_ONCE):
            rows = connection.execute(ORDERS, {"of": place, "names": some})
            found.update((order_id, read_entry(body)) for order_id, body in rows)
    return found


def insert_entries(
    connection: Connection, owner: ChainOwner, kept: Sequence[Kept], cases: dict[int, str], *, now_ms: int
) -> None:
    """Store entries as they came, each with its verdict."""
    rows = [
        {
            "device": owner.device_id,
            "epoch": owner.epoch,
            "seq": each.seq,
            "entry_id": _believable_id(each),
            "type": UNKNOWN_NAME if each.entry is None else storable(each.entry.type)[:TYPE_LENGTH_MAX],
            "body": each.body,
            "hash": each.hash,
            "received_ms": now_ms,
            "verdict": each.judgement.verdict.value,
            "flags": " ".join(each.judgement.flags),
            "case_id": cases.get(each.seq),
        }
        for each in kept
    ]
    insert_rows(connection, journal, rows)


def insert_facts(connection: Connection, owner: ChainOwner, kept: Sequence[Kept], *, store: str) -> None:
    """Store what reports read of posted orders and redemptions, and the ledger's postings."""
    place = {"device": owner.device_id, "epoch": owner.epoch}
    orders = [
        {
            **place,
            "seq": each.seq,
            "store": store,
            **_order_row(each.judgement.order),
            "beside": each.judgement.beside,
        }
        for each in kept
        if each.judgement.order is not None
    ]
    redemptions = [
        {
            **place,
            "seq": each.seq,
            "store": store,
            **_redemption_row(each.judgement.redemption, each.judgement, owner),
        }
        for each in kept
        if each.judgement.redemption is not None
    ]
    reversals = [
        {**place, "seq": each.seq, "store": store, **_reversal_row(each.judgement.undone, owner)}
        for each in kept
        if each.judgement.undone is not None
    ]
    postings = [
        (each.entry.entry_id, n, made.account, made.unit, made.amount)
        for each in kept
        if each.entry is not None
        for n, made in enumerate(each.judgement.postings)
    ]
    insert_rows(connection, order_fact, orders)
    insert_rows(connection, redemption_fact, redemptions)
    insert_rows(connection, reversal_fact, reversals)
    insert_tuples(connection, posting, POSTING, postings)
    note_due(connection, {store: [at_ms for each in kept for at_ms in _moments(each.judgement)]})


def _moments(word: Judgement) -> Iterator[int]:
    """Yield when what an entry did counts in reports (UTC ms)."""
    for said in (word.order, word.redemption, word.card_change):
        if said is not None:
            yield said.t_eff
    if word.undone is not None:
        yield word.undone.data.t_eff


def move_balances(connection: Connection, points: dict[str, int], *, now_ms: int) -> None:
    """Add points (signed) to the balances of members whom this transaction holds; others outside hear of it."""
    add_to(connection, member.c.balance, points)
    moved = sorted((ref, change) for ref, change in points.items() if change)
    told = [Event(Kind.POINTS_CHANGED, {"member": ref, "points": change}) for ref, change in moved]
    announce_events(connection, told, now_ms=now_ms)


def note_visits(connection: Connection, visits: dict[str, int], *, store: str) -> None:
    """Remember when members were in a store last (UTC ms), for the first time or later than before."""
    rows = [{"member": ref, "store": store, "last_visit_ms": at} for ref, at in sorted(visits.items())]
    upsert(connection, member_scope, rows, changes=("last_visit_ms",))


def move_head(
    connection: Connection, owner: ChainOwner, head: Head, request: PushRequest, *, now_ms: int
) -> None:
    """Note where a device stands and what it says of itself."""
    told = {
        "of": owner.device_id,
        "head_seq": head.seq,
        "head_hash": head.hash,
        "last_seen_ms": now_ms,
        "pull_cursor": _exact(request.pull_cursor),
        "program_version": _exact(request.program_version),
        "stops_version": _exact(request.stops_version),
        "behind": _exact(request.behind),
        "behind_since_ms": _exact(request.behind_since_ms),
        "clock_skew_ms": _exact(request.clock.wall_ms - now_ms),
        "sw": storable(request.sw)[:SOFTWARE_LENGTH_MAX],
        "proto": max(0, min(request.proto, PROTO_KEPT_MAX)),
    }
    connection.execute(MOVE_HEAD, told)
    if 0 < request.rows_skipped <= ROWS_SKIPPED_MAX:
        log.info("device %s could not use %s rows of the feed", owner.device_id, request.rows_skipped)
        connection.execute(COUNT_SKIPPED, {"of": owner.device_id, "more": request.rows_skipped})


def _order_row(order: OrderData) -> dict[str, Any]:
    return {
        "order_id": order.order_id,
        "member": None if order.member is None else order.member.ref,
        "t_eff": order.t_eff,
        "link": order.link,
        "lines": len(order.lines),
        "gross": order.total,
        "discount": order.discount,
        "points": order.points,
        "given": sum(part.discount for part in order.campaigns),
    }


def _redemption_row(redemption: RedemptionData, judgement: Judgement, owner: ChainOwner) -> dict[str, Any]:
    return {
        "redemption_id": redemption.redemption_id,
        "order_id": redemption.order_id,
        "campaign": redemption.campaign,
        "rule": redemption.rule,
        "member": redemption.member,
        "outcome": REDEEMED if judgement.is_approved else REFUSED,
        "reason": redemption.reasons[0].code if redemption.reasons else "",
        "discount": redemption.discount,
        "at_till": who(redemption.cashier, owner.device_id)[:AT_TILL_LENGTH_MAX],
        "t_eff": redemption.t_eff,
        "points": redemption.points if redemption.member is not None else 0,
    }


def _reversal_row(undone: Undone, owner: ChainOwner) -> dict[str, Any]:
    said, order = undone.data, undone.order.entry
    return {
        "reversal_id": said.reversal_id,
        "order_entry": said.order_entry,
        "order_id": said.order_id,
        "kind": undone.kind.value,
        "t_eff": said.t_eff,
        "member": undone.member or None,
        "at_till": who(said.cashier, owner.device_id)[:AT_TILL_LENGTH_MAX],
        "approver": said.approver,
        "reason": said.reason,
        "currency": order.data["currency"],
        "value": undone.made.value,
        "points": undone.made.points,
        "points_back": undone.made.points_back,
        "goods": goods_back(undone.made),
    }


def _believable_id(each: Kept) -> str | None:
    """Return the entry's id unless the body has none, or one that another entry has."""
    if each.entry is None or each.judgement.is_id_taken:
        return None
    return each.entry.entry_id


def _present(connection: Connection, statement: Select[Any], values: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for some in parts_of(values, NAMES_AT_ONCE):
        found.update(connection.execute(statement, {"names": some}).scalars())
    return found


def _is_of(owner: ChainOwner) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return journal.c.device == owner.device_id, journal.c.epoch == owner.epoch


def _exact(number: int) -> int:
    """Keep what a device says of itself inside what a column holds."""
    return max(-INTEGER_MAX, min(number, INTEGER_MAX))
