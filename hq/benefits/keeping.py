"""Working out what members come to: a moment after something about them changed, and each day for what time brings.

One member's past is read once; from it follow tier, lots, marks and referrals. What is given by one of them counts for
the others the next time, since giving touches the member again.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial

from sqlalchemy import Connection, select

from app.core.milestones import Measure
from app.core.order import local_date
from app.core.program import Program
from hq.benefits.asking import asks
from hq.benefits.grants import due_marks, give, referrers_of, settle_referrals
from hq.benefits.past import read_past
from hq.benefits.points import Ends, first_ends, settle_points
from hq.benefits.tables import lot, tier_state
from hq.benefits.telling import more_of
from hq.benefits.tiers import TierNow, settle_tier, works_out_tiers
from hq.campaigns.service import program_of
from hq.campaigns.store import newest_version
from hq.db import Whole, hold_whole
from hq.feed import MEMBER, Change, announce
from hq.home import Hq
from hq.members.store import lock_members, read_members, read_scopes
from hq.members.tables import enrolment
from hq.segments.buying import gather_of_members
from hq.tables import member
from hq.touched import BENEFITS, touch

DAY = timedelta(days=1)
DAY_MS = 24 * 3_600_000
TOUCHED_AT_ONCE = 5_000


def follow(hq: Hq, connection: Connection, members: Sequence[str]) -> None:
    """Work out what these members come to by now. The reader `benefits` of `hq/touched.py`."""
    program = program_of(hq, connection, newest_version(connection, "program"))
    if program is None or not (_has_benefits(program) or asks(connection).attributes):
        return
    hold_whole(connection, Whole.MEMBERS, is_shared=True)
    known = lock_members(connection, {*members, *referrers_of(connection, members)})
    now_ms = hq.clock.now_ms()
    today = local_date(now_ms, program.time_zone)
    changes: list[Change] = []
    for ref in sorted(known & set(members)) if _has_benefits(program) else ():
        changes += _settle(connection, program, ref, today=today, now_ms=now_ms)
    told = more_of(connection, sorted(known & set(members)))
    scopes = read_scopes(connection, told)
    changes += [Change(store, MEMBER, ref) for ref in sorted(told) for store in sorted(scopes.get(ref, ()))]
    announce(connection, changes)


def tell_again(hq: Hq, connection: Connection, members: Sequence[str]) -> None:
    """Tell stations of members of whom a program asks something else by now. The reader `told` of `hq/touched.py`.

    What their orders held of product sets is worked out before.
    """
    gather_of_members(hq, connection, members, asks(connection).set_names)
    scopes = read_scopes(connection, members)
    announce(
        connection, [Change(store, MEMBER, ref) for ref in sorted(scopes) for store in sorted(scopes[ref])]
    )


def touch_by_day(hq: Hq) -> int:
    """Touch the members to whom something happens by the passing of days: points end, tiers end, years are full."""
    with hq.database.reading() as connection:
        program = program_of(hq, connection, newest_version(connection, "program"))
        if program is None or not _has_benefits(program):
            return 0
        today = local_date(hq.clock.now_ms(), program.time_zone)
        refs = sorted(_due_today(connection, program, today, now_ms=hq.clock.now_ms()))
    for start in range(0, len(refs), TOUCHED_AT_ONCE):
        some = refs[start : start + TOUCHED_AT_ONCE]
        hq.database.write(partial(touch, members=some, readers=(BENEFITS,)))
    return len(refs)


def _has_benefits(program: Program) -> bool:
    schemes = program.schemes
    return bool(
        program.expiry
        or works_out_tiers(program)
        or schemes.milestones
        or schemes.challenges
        or schemes.referrals
    )


def _settle(connection: Connection, program: Program, ref: str, *, today: date, now_ms: int) -> list[Change]:
    past = read_past(connection, ref, time_zone=program.time_zone)
    changes: list[Change] = []
    facts = read_members(connection, [ref])[ref]
    tier = TierNow(facts["tier"])
    if works_out_tiers(program):
        tier, changes = settle_tier(connection, program, past, today=today, now_ms=now_ms)
    dues = due_marks(connection, program, past, today=today)
    owed, taken_back = settle_referrals(connection, program, past, today=today, now_ms=now_ms)
    given = give(connection, program, [*dues, *owed], today=today, now_ms=now_ms)
    if dues or owed or taken_back:
        past = read_past(connection, ref, time_zone=program.time_zone)
        others = {due.grant.member for due in owed} - {ref}
        touch(connection, others, readers=(BENEFITS,))
    ends = Ends(
        first=first_ends(connection, past.refs),
        rule=program.expiry.get("points"),
        tier=lambda day: tier.tier,
        segments=frozenset(facts["segments"]),
    )
    _, ended = settle_points(connection, past, ends, today=today, now_ms=now_ms)
    return [*changes, *taken_back, *given, *ended]


def _due_today(connection: Connection, program: Program, today: date, *, now_ms: int) -> set[str]:
    text = today.isoformat()
    ended = select(lot.c.member).where(lot.c.expires_on < text, lot.c.left > 0).distinct()
    over = select(tier_state.c.member).where(tier_state.c.ends_on < text)
    found = {*connection.execute(ended).scalars(), *connection.execute(over).scalars()}
    for mark in program.schemes.milestones.values():
        if mark.measure is Measure.MEMBER_DAYS:
            begun = enrolment.c.at_ms <= now_ms - (mark.at - 1) * DAY_MS
            still = enrolment.c.at_ms > now_ms - (mark.at + 7) * DAY_MS  # a week, should HQ have been away
            joined = select(enrolment.c.member).join(member, member.c.ref == enrolment.c.member)
            found |= set(connection.execute(joined.where(begun, still)).scalars())
    return found
