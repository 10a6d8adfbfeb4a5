"""Lists: members who are put into a static segment or taken out of it by hand, by reference or printed number."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from app.core.codes import hash_number
from hq.access.actor import Actor
from hq.audit.service import record
from hq.faults import Malformed, NotPossible
from hq.feed import announce
from hq.home import Hq
from hq.members.merged import survivors
from hq.members.store import lock_members
from hq.rows import is_among
from hq.segments.keeping import today_of
from hq.segments.service import must_live, row_of
from hq.segments.store import ROWS_AT_ONCE, STATIC, Move, apply_moves, memberships
from hq.tables import member

MEMBERS_AT_ONCE = 10_000  # of one request
BY_NUMBER = select(member.c.ref, member.c.number_hash).where(is_among(member.c.number_hash))


@dataclass(frozen=True)
class Listed:
    """What became of members given by hand: how many moved, and which words were nobody's."""

    moved: int
    unknown: list[str]


def add_members(hq: Hq, actor: Actor, segment_id: str, words: Sequence[str]) -> Listed:
    """Put members into a static segment, by reference or printed number. Raises `NotHere`, `NotPossible`."""
    return _list(hq, actor, segment_id, words, is_in=True)


def remove_members(hq: Hq, actor: Actor, segment_id: str, words: Sequence[str]) -> Listed:
    """Take members out of a static segment. Raises `NotHere`, `NotPossible`."""
    return _list(hq, actor, segment_id, words, is_in=False)


def names_of(words: Collection[str]) -> list[str]:
    """Return the words of a list as people paste or send it: separated by lines, commas or semicolons."""
    return [
        word
        for line in words
        for word in line.replace(";", ",").replace("\t", ",").split(",")
        if word.strip()
    ]


def _list(hq: Hq, actor: Actor, segment_id: str, words: Sequence[str], *, is_in: bool) -> Listed:
    if len(words) > MEMBERS_AT_ONCE:
        raise Malformed(f"At most {MEMBERS_AT_ONCE} members at once.")
    now_ms = hq.clock.now_ms()

    def move(connection: Connection) -> Listed:
        row = row_of(connection, segment_id)
        must_live(row)
        if row.kind != STATIC:
            raise NotPossible("Who is in a dynamic segment follows from its condition.")
        refs, unknown = _find(connection, words)
        known = sorted(lock_members(connection, refs))
        there = {ref for _, ref in memberships(connection, [segment_id], lambda column: column.in_(known))}
        moved = [ref for ref in known if (ref in there) is not is_in]
        moves = [Move(segment_id, ref, is_in=is_in) for ref in moved]
        day = today_of(hq, connection).day.isoformat()
        changes = apply_moves(connection, moves, now_ms=now_ms, day=day)
        what = "segment.members_added" if is_in else "segment.members_removed"
        record(connection, actor, what, f"segment:{segment_id}", now_ms=now_ms, after={"members": len(moved)})
        announce(connection, changes)
        return Listed(len(moved), unknown)

    return hq.database.write(move)


def _find(connection: Connection, words: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return whom references or printed numbers stand for, and those that stand for nobody."""
    typed = [word.strip().upper() for word in dict.fromkeys(words) if word.strip()]
    plain = [word for word in typed if word.isascii()]  # as all references and numbers are
    hashes = {hash_number(word): word for word in plain}
    by_word: dict[str, str] = {}
    for start in range(0, len(plain), ROWS_AT_ONCE):
        some = plain[start : start + ROWS_AT_ONCE]
        merged = survivors(connection, some)
        wanted = [merged.get(word, word) for word in some]
        there = set(
            connection.execute(
                select(member.c.ref).where(is_among(member.c.ref)), {"names": wanted}
            ).scalars()
        )
        by_word |= {word: ref for word, ref in zip(some, wanted, strict=True) if ref in there}
        numbers = [hash_number(word) for word in some]
        for row in connection.execute(BY_NUMBER, {"names": numbers}):
            by_word[hashes[row.number_hash]] = row.ref
    return sorted(set(by_word.values())), [word for word in typed if word not in by_word]
