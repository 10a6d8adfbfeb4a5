"""Notes that people at head office write about members."""

from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select

from app.ids import new_id
from hq.access.actor import Actor
from hq.audit.service import record
from hq.db import Whole, hold_whole
from hq.faults import Malformed, NotHere
from hq.home import Hq
from hq.members.finding import row_of
from hq.members.tables import member_note

TEXT_MAX, LISTED_MAX = 2_000, 200


@dataclass(frozen=True, slots=True)
class Note:
    """A note, written at `at_ms` (UTC)."""

    note_id: str
    member: str
    at_ms: int
    who: str
    text: str


def add_note(hq: Hq, actor: Actor, ref: str, text: str) -> Note:
    """Write a note down. What it says stands in no audit, so that it goes with the member. Raises `NotHere`."""
    text = text.strip()
    if not 0 < len(text) <= TEXT_MAX or "\x00" in text:
        raise Malformed(f"A note has 1 to {TEXT_MAX} characters.")
    now_ms, note_id = hq.clock.now_ms(), new_id()

    def add(connection: Connection) -> Note:
        hold_whole(connection, Whole.MEMBERS, is_shared=True)
        of = row_of(connection, ref).ref
        row = {"note_id": note_id, "member": of, "body": text, "who": actor.name, "at_ms": now_ms}
        connection.execute(insert(member_note), row)
        record(connection, actor, "member.noted", f"member:{of}", now_ms=now_ms, after={"note": note_id})
        return Note(note_id, of, now_ms, actor.name, text)

    return hq.database.write(add)


def list_notes(hq: Hq, ref: str) -> list[Note]:
    """Return the notes about a member, the newest first. Raises `NotHere`."""
    with hq.database.reading() as connection:
        of = row_of(connection, ref).ref
        statement = select(member_note).where(member_note.c.member == of)
        newest = statement.order_by(member_note.c.at_ms.desc(), member_note.c.note_id.desc())
        return [
            Note(row.note_id, row.member, row.at_ms, row.who, row.body)
            for row in connection.execute(newest.limit(LISTED_MAX))
        ]


def remove_note(hq: Hq, actor: Actor, ref: str, note_id: str) -> None:
    """Take a note away. Raises `NotHere`."""

    def remove(connection: Connection) -> None:
        of = row_of(connection, ref).ref
        gone = delete(member_note).where(member_note.c.member == of, member_note.c.note_id == note_id)
        if "\x00" in note_id or not connection.execute(gone).rowcount:
            raise NotHere("There is no such note.")
        about, told = f"member:{of}", {"note": note_id}
        record(connection, actor, "member.note_removed", about, now_ms=hq.clock.now_ms(), before=told)

    hq.database.write(remove)
