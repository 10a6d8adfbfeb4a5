"""Making one account of two, in one transaction: what moves to the survivor, and who has to hear of it.

What goes over: points, uses, vouchers, promises, stores, contacts and consents, cards and phone, ids of other systems,
attributes that the survivor lacks, notes, matters, and the link of somebody of the staff. The survivor's own facts
stay (tier, segments, home store, name unless they have none). Entries and postings keep the reference that they name.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, delete, func, insert, select, update

from app.core.authority import points_scope, voucher_scope
from hq.authority import home
from hq.authority.holding import POINTS as HOLDS_POINTS
from hq.authority.holding import called_back
from hq.authority.joining import join_rights
from hq.db import Whole, hold_whole
from hq.feed import ALIAS, COUNTED, DELETE, EVERYWHERE, MEMBER, STAFF, VOUCHER, Change, announce
from hq.home import Hq
from hq.journal.postings import pair
from hq.journal.reviewing import review
from hq.ledger.own import OwnKind, post_own
from hq.members.closing import scopes_that_heard
from hq.members.contacts import join_personal
from hq.members.kept_merges import Kept
from hq.members.merged import refs_of, survivor_of
from hq.members.store import POINTS, account, lock_members, read_scopes, wallet
from hq.members.tables import (
    by_hand,
    consent,
    matter,
    matter_event,
    member_attribute,
    member_external,
    member_note,
    merged_account,
)
from hq.rows import upsert
from hq.segments.labels import move_to_survivor
from hq.tables import card, member, member_scope, phone_token, posting, store_staff, voucher
from hq.touched import READERS, touch
from hq.touched_table import TOLD


@dataclass(frozen=True, slots=True)
class Joined:
    """What went over to the survivor, and how many entries something else is said of now."""

    points: int
    vouchers: int
    words: int


def join_accounts(hq: Hq, connection: Connection, kept: Kept) -> Joined:
    """Merge two members who are there. The caller holds `Whole.CLOSING`."""
    ref, into = kept.ref, survivor_of(connection, kept.into)
    owned = select(voucher.c.code_hash).where(voucher.c.owner == ref).order_by(voucher.c.code_hash)
    codes = list(connection.execute(owned.with_for_update()).scalars())
    hold_whole(connection, Whole.MEMBERS)
    lock_members(connection, [ref, into])
    refs = [*refs_of(connection, ref), *refs_of(connection, into)]
    held = _held(connection, ref, into, refs, codes)
    heard = scopes_that_heard(connection, ref)
    changes = _move_what_is_theirs(connection, ref, into)
    move_to_survivor(connection, ref, into, now_ms=kept.at_ms)
    touch(connection, [into], readers=(*READERS, TOLD))
    _add_alias(connection, kept, into)
    points = _move_points(connection, ref, into, now_ms=hq.clock.now_ms())
    _move_scopes(connection, ref, into)
    doubts, counters = join_rights(hq, connection, ref, into, refs)
    changes += review(connection, doubts, now_ms=hq.clock.now_ms())
    aliases = [Change(EVERYWHERE, ALIAS, alias) for alias in refs_of(connection, into)[1:]]
    stores = sorted(read_scopes(connection, [into]).get(into, {}))
    changes += [Change(store, MEMBER, into) for store in stores]
    changes += [Change(store, MEMBER, ref, op=DELETE) for store in heard]
    changes += [Change(EVERYWHERE, VOUCHER, code) for code in codes]
    changes += [Change(EVERYWHERE, COUNTED, scope) for scope in counters]
    announce(connection, aliases + changes)  # where cards lead comes first: one of nobody's gets nothing
    _call_back(connection, held, now_ms=hq.clock.now_ms())
    return Joined(points, len(codes), len(doubts))


def _held(
    connection: Connection, ref: str, into: str, refs: Iterable[str], codes: Iterable[str]
) -> dict[str, str]:
    """Return who holds what the two own, as far as it is to be called back.

    Their points are one account, which one station may hold. Unless one holds both, and neither was called back for
    somebody else, nobody may until all have let go.
    """
    both = [points_scope(ref), points_scope(into)]
    held = home.held_now(connection, [*both, *map(voucher_scope, codes)])
    first, second = (held.get(scope) for scope in both)
    if first == second and not called_back(connection, map(points_scope, refs)):
        held = {scope: holder for scope, holder in held.items() if scope not in both}
    return held


def _call_back(connection: Connection, held: dict[str, str], *, now_ms: int) -> None:
    """Call back what would be another's to spend now; of vouchers those whose holder is another one."""
    points = {scope: holder for scope, holder in held.items() if scope.startswith(HOLDS_POINTS)}
    now = home.held_now(connection, held.keys() - points.keys())
    moved = {
        scope: holder for scope, holder in held.items() if scope not in points and now.get(scope) != holder
    }
    home.call_back_from(connection, points | moved, now_ms=now_ms)


def _add_alias(connection: Connection, kept: Kept, into: str) -> None:
    """Let the reference lead to the survivor, and all that led to it."""
    found = connection.execute(select(member).where(member.c.ref == kept.ref)).one()
    connection.execute(delete(member).where(member.c.ref == kept.ref))
    nameless = member.c.ref == into, member.c.name == ""
    connection.execute(update(member).where(*nameless).values(name=found.name))
    connection.execute(
        update(merged_account).where(merged_account.c.survivor == kept.ref).values(survivor=into)
    )
    row = {
        "ref": kept.ref,
        "merged_into": kept.into,
        "survivor": into,
        "number_hash": found.number_hash,
        "codes_from_ms": found.codes_from_ms,
        "at_ms": kept.at_ms,
        "who": kept.who,
    }
    connection.execute(insert(merged_account), row)


def _move_points(connection: Connection, ref: str, into: str, *, now_ms: int) -> int:
    """Post what account and wallet hold to the survivor's: by the ledger, whose sums stay what they were.

    Returns the points that moved.
    """
    to = {account(ref): account(into), wallet(ref): wallet(into)}
    statement = (
        select(posting.c.account, posting.c.unit, func.sum(posting.c.amount))
        .where(posting.c.account.in_(to))
        .group_by(posting.c.account, posting.c.unit)
        .order_by(posting.c.account, posting.c.unit)
    )
    rest = {(row[0], row[1]): int(row[2]) for row in connection.execute(statement) if row[2]}
    moved = [made for (name, unit), amount in rest.items() for made in pair(to[name], name, unit, amount)]
    post_own(connection, moved, kind=OwnKind.MERGED, at_ms=now_ms, member=into, about=f"member:{ref}")
    points = rest.get((account(ref), POINTS), 0)
    connection.execute(update(member).where(member.c.ref == into).values(balance=member.c.balance + points))
    return points


def _move_scopes(connection: Connection, ref: str, into: str) -> None:
    """Let every store that holds one of the two hold the survivor."""
    scopes = read_scopes(connection, [ref, into])
    own = scopes.get(into, {})
    rows = [
        {"member": into, "store": store, "last_visit_ms": max(at_ms, own.get(store, 0))}
        for store, at_ms in sorted(scopes.get(ref, {}).items())
    ]
    connection.execute(delete(member_scope).where(member_scope.c.member == ref))
    if rows:
        upsert(connection, member_scope, rows, changes=("last_visit_ms",))


def _move_what_is_theirs(connection: Connection, ref: str, into: str) -> list[Change]:
    connection.execute(update(voucher).where(voucher.c.owner == ref).values(owner=into))
    for table in (phone_token, member_external, member_note, matter, matter_event, by_hand):
        connection.execute(update(table).where(table.c.member == ref).values(member=into))
    _move_attributes(connection, ref, into)
    join_personal(connection, ref, into)
    _append(connection, consent, ref, into)
    _move_cards(connection, ref, into)
    staff = (
        update(store_staff)
        .where(store_staff.c.member == ref)
        .values(member=into)
        .returning(store_staff.c.store, store_staff.c.staff_id)
    )
    return [Change(row.store, STAFF, row.staff_id) for row in connection.execute(staff)]


def _move_attributes(connection: Connection, ref: str, into: str) -> None:
    """Let what is known of the member be known of the survivor, as far as it wasn't."""
    own = select(member_attribute.c.name).where(member_attribute.c.member == into)
    known = connection.execute(own).scalars().all()
    of = member_attribute.c.member == ref
    new = update(member_attribute).where(of, member_attribute.c.name.not_in(known))
    connection.execute(new.values(member=into))
    connection.execute(delete(member_attribute).where(of))


def _append(connection: Connection, table: Table, ref: str, into: str) -> None:
    """Put numbered rows behind the survivor's: each says itself when it was."""
    last = connection.execute(select(func.max(table.c.n)).where(table.c.member == into)).scalar_one() or 0
    values: dict[str, Any] = {"member": into, "n": table.c.n + last}
    connection.execute(update(table).where(table.c.member == ref).values(values))


def _move_cards(connection: Connection, ref: str, into: str) -> None:
    """Note of whom another card must be asked for when a key is revoked."""
    rows = [dict(row) for row in connection.execute(select(card).where(card.c.member == ref)).mappings()]
    connection.execute(delete(card).where(card.c.member == ref))
    own = {row.kid: row for row in connection.execute(select(card).where(card.c.member == into))}
    for row in rows:
        row["member"] = into
        if (mine := own.get(row["kid"])) is not None:
            row["issued_ms"] = max(row["issued_ms"], mine.issued_ms)
            row["expires_ms"] = max(row["expires_ms"], mine.expires_ms)
    if rows:
        upsert(connection, card, rows, changes=("issued_ms", "expires_ms"))
