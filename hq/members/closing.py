"""Closing the account of a member who is erased: what goes out of HQ's tables, and who has to hear of it.

What goes: their row, what they said of themselves and agreed to, cards, phone, counts, scopes, vouchers of their own,
and the link of somebody of the staff to their account. What stays: entries and postings, which name a random reference
and nobody; so chains and books hold as before. What the account held goes to `breakage`, and so does what entries still
bring to it (see hq.journal.erased), so that in whichever order entries and erasure come, every account ends with the
same sum.
"""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, delete, func, select, update

from app.clock import Clock
from hq.access.actor import SYSTEM
from hq.access.tables import idempotency
from hq.audit.recording import record
from hq.authority.tables import member_punch, member_use
from hq.benefits.tables import lot, member_event, tier_held, tier_move, tier_state
from hq.db import Database, Whole, hold_whole
from hq.feed import ALIAS, DELETE, EVERYWHERE, MEMBER, STAFF, VOUCHER, Change, announce, last_number
from hq.journal.postings import BREAKAGE, Posting, pair
from hq.ledger.own import OwnKind, post_own
from hq.members import kept
from hq.members.closed import closed_at, closed_refs
from hq.members.merged import refs_of
from hq.members.store import account, lock_members, read_scopes, wallet
from hq.members.tables import (
    by_hand,
    closed_account,
    consent,
    enrolment,
    matter,
    matter_event,
    member_attribute,
    member_external,
    member_note,
    merged_account,
    personal,
)
from hq.rows import insert_rows
from hq.segments.labels import forget
from hq.tables import card, feed, member, member_scope, phone_token, posting, store, store_staff, voucher

SHOWN_ONCE = 1  # as in hq/api/idempotency.py
OF_MEMBERS = (
    card,
    member_use,
    member_punch,
    phone_token,
    personal,
    consent,
    enrolment,
    member_external,
    member_attribute,
    member_note,
    matter,
    matter_event,
    by_hand,
    lot,
    member_event,
    tier_held,
    tier_move,
    tier_state,
)


@dataclass(frozen=True, slots=True)
class Closing:
    """What closing an account did: whether there was a member, what it held by unit, how many vouchers went, and who
    had been merged into the member.
    """

    was_known: bool
    rest: dict[str, int]
    vouchers: int
    aliases: tuple[str, ...] = ()


def close_account(connection: Connection, ref: str, *, now_ms: int) -> Closing:
    """Take a member out of every table, and let no entry or import bring them back.

    Whoever takes entries in shares `Whole.CLOSING` from before they are judged: none is judged by a member who is gone
    when it is posted.
    """
    hold_whole(connection, Whole.CLOSING)
    owned = select(voucher.c.code_hash).where(voucher.c.owner == ref).order_by(voucher.c.code_hash)
    codes = list(connection.execute(owned.with_for_update()).scalars())
    hold_whole(connection, Whole.MEMBERS)
    was_known = ref in lock_members(connection, [ref])
    refs = refs_of(connection, ref)
    changes = [Change(scope, MEMBER, ref, op=DELETE) for scope in scopes_that_heard(connection, ref)]
    changes += [Change(EVERYWHERE, VOUCHER, code, op=DELETE) for code in codes]
    changes += [Change(EVERYWHERE, ALIAS, alias, op=DELETE) for alias in refs[1:]]
    changes += _unlink_staff(connection, ref)
    rest = _empty_account(connection, ref, now_ms=now_ms)
    connection.execute(delete(voucher).where(voucher.c.owner == ref))
    for table in OF_MEMBERS:
        connection.execute(delete(table).where(table.c.member.in_(refs)))
    forget(connection, ref)
    # An answer that is kept for a request that comes again may say their name, and nobody knows which: it was done.
    kept_answers = update(idempotency).where(idempotency.c.body != "")
    connection.execute(kept_answers.values(status=SHOWN_ONCE, headers="{}", body=""))
    connection.execute(delete(merged_account).where(merged_account.c.survivor == ref))
    connection.execute(delete(member_scope).where(member_scope.c.member == ref))
    connection.execute(delete(member).where(member.c.ref == ref))
    announce(connection, changes)
    number = last_number(connection)  # the tombstone's
    new = [each for each in refs if each not in closed_refs(connection, refs)]
    rows = [{"ref": each, "closed_ms": now_ms, "feed": number} for each in new]
    insert_rows(connection, closed_account, rows)
    return Closing(was_known, rest, len(codes), tuple(refs[1:]))


def catch_up(database: Database, folder: Path, clock: Clock) -> int:
    """Erase again whoever the files know and the database doesn't, as after a backup was put back. Returns how many.

    Each stands in the audit, as when it was asked for. What a death, or a lost folder, kept out of the files is
    written. Raises `SetUpFault`.
    """
    with database.reading() as connection:
        closed = closed_at(connection)
    for ref in closed.keys() - (listed := kept.kept_refs(folder)):
        kept.keep(folder, ref, at_ms=closed[ref])
    missing = sorted(listed - closed.keys())
    for ref in missing:
        at_ms = kept.kept_ms(folder, ref)
        with database.atomic() as connection:
            hold_whole(connection, Whole.CLOSING)
            if not closed_refs(connection, [ref]):  # another process of this HQ may have been quicker
                done = close_account(connection, ref, now_ms=at_ms)
                after = {"rest": done.rest, "vouchers": done.vouchers}
                about, now_ms = f"member:{ref}", clock.now_ms()
                record(connection, SYSTEM, "member.erased", about, now_ms=now_ms, reason="again", after=after)
    if missing:
        database.fold_wal()  # the file itself would name them until it is full
    return len(missing)


def scopes_that_heard(connection: Connection, ref: str) -> list[str]:
    """Return every scope whose stations hold the member or ever did: those that heard of them by the feed, too."""
    heard = select(feed.c.scope).where(
        feed.c.scope.in_(select(store.c.store_id)), feed.c.t == MEMBER, feed.c.k == ref
    )
    return sorted({*connection.execute(heard).scalars(), *read_scopes(connection, [ref]).get(ref, {})})


def _unlink_staff(connection: Connection, ref: str) -> list[Change]:
    """Let nobody of the staff have this account any more."""
    statement = (
        update(store_staff)
        .where(store_staff.c.member == ref)
        .values(member=None)
        .returning(store_staff.c.store, store_staff.c.staff_id)
    )
    return [Change(row.store, STAFF, row.staff_id) for row in connection.execute(statement)]


def _empty_account(connection: Connection, ref: str, *, now_ms: int) -> dict[str, int]:
    """Post what account and wallet hold to `breakage`, by the ledger: an HQ put back from a backup may lack the member.

    Returns what it came to by unit.
    """
    names = account(ref), wallet(ref)
    statement = (
        select(posting.c.account, posting.c.unit, func.sum(posting.c.amount))
        .where(posting.c.account.in_(names))
        .group_by(posting.c.account, posting.c.unit)
        .order_by(posting.c.account, posting.c.unit)
    )
    rest, moved = dict[str, int](), list[Posting]()
    for name, unit, amount in connection.execute(statement):
        if amount:
            moved += pair(BREAKAGE, name, unit, int(amount))
            rest[unit] = rest.get(unit, 0) + int(amount)
    post_own(connection, moved, kind=OwnKind.ERASED, at_ms=now_ms)
    return rest
