"""Members' counters of punch cards: what orders count on them, added up in the transaction that posts their entries.

A counter moves by differences alone, so it is the same in whichever order entries come. One that is below zero behind a
unit that was free says that stations gave more than was complete: two that were cut off, or one that counts otherwise.
The member waits longer for the next one, and the entry is flagged.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from app.core.campaign import Campaign
from app.core.program import Program
from app.core.punch_cards import punches_key
from hq.authority.tables import member_punch
from hq.db import NAMES_AT_ONCE
from hq.members.store import parts_of
from hq.rows import is_among


class Punch(NamedTuple):
    """What entry `seq` counts on a member's punch card; `is_given`: a unit was free by it."""

    seq: int
    ref: str
    card: str
    change: int
    is_given: bool


OF_MEMBERS = select(member_punch).where(is_among(member_punch.c.member))
BY: Any = bindparam("by")


def _add(insert: Any) -> Any:
    made = insert(member_punch).values(member=bindparam("of"), card=bindparam("on"), n=BY)
    return made.on_conflict_do_update(
        index_elements=["member", "card"], set_={"n": member_punch.c.n + made.excluded.n}
    )


ADD = {"sqlite": _add(sqlite.insert), "postgresql": _add(postgresql.insert)}


def punches_of(connection: Connection, refs: Sequence[str]) -> dict[str, dict[str, int]]:
    """Return members' counters by card; those that stand at nothing are left out."""
    found: dict[str, dict[str, int]] = {}
    for some in parts_of(refs, NAMES_AT_ONCE):
        for row in connection.execute(OF_MEMBERS, {"names": some}):
            if row.n:
                found.setdefault(row.member, {})[row.card] = row.n
    return found


def known_punches(connection: Connection, program: Program, campaign: Campaign, ref: str) -> dict[str, int]:
    """Return the counters that a campaign's rules ask for of a member."""
    counted = punches_of(connection, [ref]).get(ref, {})
    cards = program.punch_cards_of.get(campaign.campaign_id, ())
    return {punches_key(card): counted.get(card, 0) for card in cards}


def count_punches(connection: Connection, punches: Sequence[Punch]) -> dict[int, str]:
    """Add what entries count. Returns, by their numbers, what is to be said of those that gave a unit too early.

    Whoever calls holds the members.
    """
    if not punches:
        return {}
    counted = punches_of(connection, sorted({each.ref for each in punches}))
    early: dict[int, str] = {}
    for each in punches:
        of_member = counted.setdefault(each.ref, {})
        n = of_member[each.card] = of_member.get(each.card, 0) + each.change
        if each.is_given and n < 0:
            early[each.seq] = f"free by punch card {each.card} before it was complete: it stands at {n} now"
    _move(connection, punches)
    return early


def join_punches(connection: Connection, ref: str, into: str) -> None:
    """Add up what two members counted who are one now."""
    gone = punches_of(connection, [ref]).get(ref, {})
    _move(connection, [Punch(0, into, card, n, is_given=False) for card, n in gone.items()])
    connection.execute(delete(member_punch).where(member_punch.c.member == ref))


def _move(connection: Connection, punches: Iterable[Punch]) -> None:
    moved: Counter[tuple[str, str]] = Counter()
    for each in punches:
        moved[each.ref, each.card] += each.change
    rows: list[Mapping[str, Any]] = [
        {"of": ref, "on": card, "by": n} for (ref, card), n in sorted(moved.items()) if n
    ]
    if rows:
        connection.execute(ADD[connection.dialect.name], rows)
