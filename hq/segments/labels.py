"""What an import, a merging or an erasure means for the segments of a member."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, delete, select

from hq.faults import NotPossible
from hq.rows import insert_tuples
from hq.segments.store import MEMBERSHIP, STATIC, Move, move_sizes, names_in, own_names, relabel
from hq.segments.tables import segment, segment_member

OTHERS_LENGTH_MAX = 1_000  # of names that are no segments of HQ's: a row has room for both


def names_for(
    connection: Connection, given: Mapping[str, Sequence[str]], *, now_ms: int
) -> dict[str, list[str]]:
    """Return the names that members' rows are to list, where an import gives them these.

    A name of a static segment puts the member into it; one of a dynamic segment says nothing: its condition does.
    Who is in a segment stays in it, whatever an import says. Whoever calls holds the members and writes the rows.
    """
    own = own_names(connection)
    others = {ref: set(names) - own.keys() for ref, names in given.items()}
    for ref, names in others.items():
        if len(json.dumps(sorted(names))) > OTHERS_LENGTH_MAX:
            raise NotPossible(f"The segments of member {ref} are longer than {OTHERS_LENGTH_MAX} characters.")
    if not own:
        return {ref: sorted(names) for ref, names in others.items()}
    there = names_in(connection, given)
    new = [
        (name, ref)
        for ref, names in given.items()
        for name in sorted(set(names))
        if own.get(name) == STATIC and name not in there.get(ref, ())
    ]
    insert_tuples(connection, segment_member, MEMBERSHIP, [(name, ref, now_ms) for name, ref in new])
    move_sizes(connection, _counted(name for name, _ in new), day="")
    for name, ref in new:
        there.setdefault(ref, set()).add(name)
    return {ref: sorted(names | there.get(ref, set())) for ref, names in others.items()}


def move_to_survivor(connection: Connection, ref: str, into: str, *, now_ms: int) -> None:
    """Put the survivor of a merging into the lists that the other was in; dynamic segments look again by themselves."""
    lists = select(segment.c.segment_id).where(segment.c.kind == STATIC)
    held = select(segment_member.c.segment).where(segment_member.c.member == ref)
    theirs = set(connection.execute(held.where(segment_member.c.segment.in_(lists))).scalars())
    forget(connection, ref)
    new = sorted(theirs - names_in(connection, [into]).get(into, set()))
    insert_tuples(connection, segment_member, MEMBERSHIP, [(name, into, now_ms) for name in new])
    move_sizes(connection, _counted(new), day="")
    relabel(connection, [Move(name, into, is_in=True) for name in new])


def forget(connection: Connection, ref: str) -> None:
    """Take a member out of all segments whose row goes."""
    gone = delete(segment_member).where(segment_member.c.member == ref).returning(segment_member.c.segment)
    names = list(connection.execute(gone).scalars())
    move_sizes(connection, {name: -count for name, count in _counted(names).items()}, day="")


def _counted(names: Iterable[str]) -> dict[str, int]:
    return dict(Counter(names))
