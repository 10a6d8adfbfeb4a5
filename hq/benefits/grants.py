"""What marks that were reached give: milestones, challenges, and referrals whose friend has spent enough.

Each grant has an id that follows from what it is for, so the same one twice is one. It is posted under that id: points
to the account, money to the wallet, a voucher that is the member's own, a badge. A referral that no longer counts is
taken back by the opposite postings.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Connection, func, insert, select, update

from app.core.benefits import Benefit, BenefitKind, Grant
from app.core.canonical import canonical, digest
from app.core.codes import hash_number, number
from app.core.earning import POINTS
from app.core.milestones import (
    Achieved,
    Challenge,
    ChallengeState,
    Measure,
    challenge_grant,
    grants_of,
    progress,
)
from app.core.program import Program
from app.core.referral import FriendOrder, Referral, settle
from app.core.stops import PROGRAM
from app.core.stops import REFERRAL as STOPPED_REFERRAL
from app.ids import VOUCHER_BODY_LENGTH, new_number
from hq.benefits.past import Kind, Past
from hq.benefits.tables import granted, referral
from hq.feed import EVERYWHERE, MEMBER, VOUCHER, Change
from hq.journal.postings import ISSUED, Posting, credited, pair
from hq.journal.store import POSTING, move_balances
from hq.ledger.own import OwnEntry, OwnKind, note_own
from hq.members.merged import survivors
from hq.members.store import account, read_scopes, wallet
from hq.rows import insert_rows, insert_tuples
from hq.stops.store import held_of
from hq.tables import member, posting, voucher

MILESTONE, CHALLENGE, REFERRAL = "milestone", "challenge", "referral"
GRANT_ID_LENGTH = 32


@dataclass(frozen=True, slots=True)
class Due:
    """A grant with what it is for."""

    grant: Grant
    source: str
    about: str
    number: int


def due_marks(connection: Connection, program: Program, past: Past, *, today: date) -> list[Due]:
    """Return what milestones and challenges owe a member and have not given yet; nothing while all is stopped."""
    if held_of(connection, {PROGRAM}, program_version=program.version):
        return []
    given = _given_so_far(connection, past.refs)
    achieved = _achieved(past)
    found = [
        Due(each, MILESTONE, mark.milestone_id, given.get((MILESTONE, mark.milestone_id), 0) + n)
        for mark in program.schemes.milestones.values()
        for n, each in enumerate(
            grants_of(
                mark,
                achieved,
                member=past.member,
                granted=given.get((MILESTONE, mark.milestone_id), 0),
                on_day=today,
            ),
            start=1,
        )
    ]
    for challenge in program.schemes.challenges.values():
        is_given = (CHALLENGE, challenge.challenge_id) in given
        seen = progress(challenge, _happened(past, challenge), on_day=today)
        if seen.state is ChallengeState.COMPLETED and not is_given:
            owed = challenge_grant(challenge, member=past.member)
            found.append(Due(owed, CHALLENGE, challenge.challenge_id, 1))
    return found


def give(
    connection: Connection, program: Program, dues: Sequence[Due], *, today: date, now_ms: int
) -> list[Change]:
    """Post grants that were not given yet, and return who has to hear of it. The members' rows are held.

    Who was erased meanwhile gets nothing.
    """
    known = set(
        connection.execute(
            select(granted.c.grant_id).where(granted.c.grant_id.in_([due.grant.grant_id for due in dues]))
        ).scalars()
    )
    there = _there(connection, {due.grant.member for due in dues})
    changes: list[Change] = []
    for due in dues:
        if due.grant.grant_id not in known and due.grant.member in there:
            changes += _give(connection, program, due, today=today, now_ms=now_ms)
    return changes


def settle_referrals(
    connection: Connection,
    program: Program,
    past: Past,
    *,
    today: date,
    now_ms: int,
) -> tuple[list[Due], list[Change]]:
    """Look at who brought this member: return what is due now, and who has to hear of what was taken back.

    The rows of the member and of the referrer are held. A referral goes by the references that it was made with, since
    the ids of its grants follow from them: what was given before a merging is found again behind it. Of two referrals
    of members who are one now the first counts; the other keeps what it has given.
    """
    dues: list[Due] = []
    changes: list[Change] = []
    of_theirs = select(referral).where(referral.c.friend.in_(past.refs))
    rows = connection.execute(of_theirs.order_by(referral.c.at_ms, referral.c.friend)).all()
    words = {PROGRAM, *(STOPPED_REFERRAL + row.scheme for row in rows)}
    stopped = held_of(connection, words, program_version=program.version) if rows else set()
    seen: set[str] = set()
    for row in rows:
        scheme = program.schemes.referrals.get(row.scheme)
        if scheme is None or (row.scheme in seen and row.granted == row.taken_back):
            continue
        seen.add(row.scheme)
        referrer = survivors(connection, [row.referrer]).get(row.referrer, row.referrer)
        known = Referral(
            row.referrer, row.friend, date.fromisoformat(row.referred_on), row.granted, row.taken_back
        )
        settled = settle(
            scheme,
            known,
            past.orders,
            on_day=today,
            is_stopped=not stopped.isdisjoint({PROGRAM, STOPPED_REFERRAL + row.scheme}),
            is_one_person=referrer == past.member,
        )
        now = {row.friend: past.member, row.referrer: referrer}
        dues += [
            Due(replace(each, member=now[each.member]), REFERRAL, row.scheme, row.taken_back + 1)
            for each in settled.grants
        ]
        for grant_id in settled.take_back:
            changes += _take_back(connection, grant_id, now_ms=now_ms)
        values = {
            "status": str(settled.status),
            "granted": row.granted + bool(settled.grants),
            "taken_back": row.taken_back + bool(settled.take_back),
        }
        is_this = (referral.c.scheme == row.scheme, referral.c.friend == row.friend)
        connection.execute(update(referral).where(*is_this).values(**values))
    return dues, changes


def referrers_of(connection: Connection, members: Iterable[str]) -> set[str]:
    """Return who brought these members: their rows are to be held too."""
    statement = select(referral.c.referrer).where(referral.c.friend.in_(list(members)))
    refs = set(connection.execute(statement).scalars())
    return {survivors(connection, [ref]).get(ref, ref) for ref in refs}


def _given_so_far(connection: Connection, refs: Sequence[str]) -> Mapping[tuple[str, str], int]:
    """Return how often each mark was granted, to all who are this member by now."""
    statement = (
        select(granted.c.source, granted.c.about, func.count())
        .where(granted.c.member.in_(refs), granted.c.source.in_((MILESTONE, CHALLENGE)))
        .group_by(granted.c.source, granted.c.about)
    )
    return {(source, about): int(n) for source, about, n in connection.execute(statement)}


def _achieved(past: Past) -> Achieved:
    kept = [order for order in past.orders if order.kept > 0]
    earned = sum(move.points for move in past.movements if move.kind in (Kind.EARNED, Kind.UNDONE))
    events: dict[str, int] = {}
    for event in past.events:
        events[event.name] = events.get(event.name, 0) + 1
    return Achieved(
        joined_on=past.joined_on,
        counts={
            Measure.ORDERS: len(kept),
            Measure.REVENUE: sum(order.kept for order in kept),
            Measure.POINTS: earned,
        },
        events=events,
    )


def _happened(past: Past, challenge: Challenge) -> list[tuple[date, int]]:
    orders: Sequence[FriendOrder] = past.orders
    if challenge.measure is Measure.ORDERS:
        return [(order.on_day, 1) for order in orders if order.kept > 0]
    if challenge.measure is Measure.REVENUE:
        return [(order.on_day, order.kept) for order in orders]
    if challenge.measure is Measure.POINTS:
        of_orders = (Kind.EARNED, Kind.UNDONE)
        return [(move.day, move.points) for move in past.movements if move.kind in of_orders]
    return [(event.day, 1) for event in past.events if event.name == challenge.event]


def _give(connection: Connection, program: Program, due: Due, *, today: date, now_ms: int) -> list[Change]:
    grant = due.grant
    row = {
        "grant_id": grant.grant_id,
        "member": grant.member,
        "source": due.source,
        "about": due.about,
        "number": due.number,
        "day": today.isoformat(),
        "gives": json.dumps([[str(each.kind), each.amount, each.name] for each in grant.benefits]),
        "at_ms": now_ms,
    }
    connection.execute(insert(granted), row)
    made = _postings(program, grant.member, grant.benefits)
    changes = _post(connection, grant.grant_id, grant.member, made, now_ms=now_ms)
    wanted = [each for each in grant.benefits if each.kind is BenefitKind.VOUCHER]
    return changes + _own_vouchers(connection, grant.member, wanted)


def _take_back(connection: Connection, grant_id: str, *, now_ms: int) -> list[Change]:
    """Post the opposite of what a grant gave in points and money; a voucher or badge stays."""
    row = connection.execute(select(granted).where(granted.c.grant_id == grant_id)).one_or_none()
    if row is None or row.taken_back_ms is not None:
        return []
    connection.execute(update(granted).where(granted.c.grant_id == grant_id).values(taken_back_ms=now_ms))
    ref = survivors(connection, [row.member]).get(row.member, row.member)
    if ref not in _there(connection, {ref}):
        return []  # they were erased, and what they had left is nobody's
    now = {account(row.member): account(ref), wallet(row.member): wallet(ref)}
    rows = connection.execute(select(posting).where(posting.c.entry_id == grant_id)).all()
    made = [Posting(now.get(each.account, each.account), each.unit, -each.amount) for each in rows]
    entry_id = digest(canonical(["taken back", grant_id]))[:GRANT_ID_LENGTH]
    return _post(connection, entry_id, ref, made, now_ms=now_ms)


def _there(connection: Connection, refs: Collection[str]) -> set[str]:
    """Return those who are members by now."""
    return set(connection.execute(select(member.c.ref).where(member.c.ref.in_(refs))).scalars())


def _postings(program: Program, ref: str, benefits: Sequence[Benefit]) -> list[Posting]:
    found: list[Posting] = []
    for each in benefits:
        if each.kind is BenefitKind.POINTS and each.name in ("", POINTS):
            found += pair(account(ref), ISSUED, POINTS, each.amount)
        elif each.kind is BenefitKind.CREDIT:
            found += credited(ref, program.currency.code, each.amount)
    return found


def _post(
    connection: Connection, entry_id: str, ref: str, made: Sequence[Posting], *, now_ms: int
) -> list[Change]:
    if not made:
        return []
    rows = [(entry_id, n, each.account, each.unit, each.amount) for n, each in enumerate(made)]
    insert_tuples(connection, posting, POSTING, rows)
    entry = OwnEntry(OwnKind.ISSUED, made, now_ms, member=ref, about=f"grant:{entry_id}")
    note_own(connection, [(entry_id, entry)])
    moved = sum(each.amount for each in made if each.account == account(ref) and each.unit == POINTS)
    if not moved:
        return []
    move_balances(connection, {ref: moved}, now_ms=now_ms)
    scopes = read_scopes(connection, [ref]).get(ref, {})
    return [Change(store, MEMBER, ref) for store in sorted(scopes)]


def _own_vouchers(connection: Connection, ref: str, wanted: Sequence[Benefit]) -> list[Change]:
    """Make vouchers that are a member's own: stations offer them without a code."""
    rows = [
        {
            "code_hash": hash_number(number("V", new_number(VOUCHER_BODY_LENGTH))),
            "rule_id": each.name,
            "uses_max": 1,
            "uses": 0,
            "owner": ref,
            "ends_on": None,
        }
        for each in wanted
    ]
    insert_rows(connection, voucher, rows)
    return [Change(EVERYWHERE, VOUCHER, str(row["code_hash"])) for row in rows]
