"""What shops want to know of their members: a schema of attributes, each of a kind, and their values.

Each attribute belongs to one side. One of the CRM's comes by the API or by a file, and people at head office only see
it; one of head office's is theirs alone. So two programs that write into each other's members don't undo one another.
The names are those by which rules ask: `member.attribute` of docs/program.md.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from app.core.canonical import INTEGER_MAX
from hq.access.actor import Actor
from hq.audit.service import record
from hq.db import NAMES_AT_ONCE
from hq.faults import Forbidden, Malformed, NotHere, NotPossible
from hq.home import Hq
from hq.members.store import parts_of
from hq.members.tables import attribute, member_attribute
from hq.rows import is_among, upsert

NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
ATTRIBUTES_MAX, CHOICES_MAX, TEXT_MAX = 100, 100, 200
VALUES = select(member_attribute).where(is_among(member_attribute.c.member))
Value = str | int


class AttributeKind(StrEnum):
    """What values an attribute has."""

    TEXT = "text"
    NUMBER = "number"
    DAY = "day"  # 2026-05-17
    CHOICE = "choice"  # one of some words


class Side(StrEnum):
    """Who changes an attribute."""

    CRM = "crm"
    HQ = "hq"


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of the schema. `at_stations`: rules may ask for it there."""

    name: str
    title: str
    kind: AttributeKind = AttributeKind.TEXT
    choices: tuple[str, ...] = ()
    owner: Side = Side.CRM
    at_stations: bool = True


def list_attributes(hq: Hq) -> list[Attribute]:
    """Return the schema, in the order of names."""
    with hq.database.reading() as connection:
        return list(read_schema(connection).values())


def find_attribute(hq: Hq, name: str) -> Attribute:
    """Return one attribute. Raises `NotHere`."""
    for found in list_attributes(hq):
        if found.name == name:
            return found
    raise NotHere("There is no attribute of this name.")


def put_attribute(hq: Hq, actor: Actor, new: Attribute) -> bool:
    """Add an attribute or change it; return whether it is new. Its kind stays while members have values of it.

    Raises `Malformed`, `NotPossible`.
    """
    _check(new)
    now_ms = hq.clock.now_ms()
    row = {
        "name": new.name,
        "title": new.title,
        "kind": new.kind.value,
        "choices": json.dumps(list(new.choices)),
        "owner": new.owner.value,
        "at_stations": int(new.at_stations),
    }

    def put(connection: Connection) -> bool:
        schema = read_schema(connection)
        before = schema.get(new.name)
        if before is None:
            if len(schema) >= ATTRIBUTES_MAX:
                raise NotPossible(f"There are {ATTRIBUTES_MAX} attributes already.")
            connection.execute(insert(attribute), row | {"created_ms": now_ms})
        else:
            if before.kind is not new.kind and _count(connection, new.name):
                raise NotPossible("Members have values of this attribute, so its kind stays as it is.")
            connection.execute(update(attribute).where(attribute.c.name == new.name).values(row))
        told = None if before is None else _told(before)
        about = f"attribute:{new.name}"
        record(connection, actor, "attribute.put", about, now_ms=now_ms, before=told, after=_told(new))
        return before is None

    return hq.database.write(put)


def remove_attribute(hq: Hq, actor: Actor, name: str) -> None:
    """Take an attribute out of the schema, with all values of it. Raises `NotHere`."""

    def remove(connection: Connection) -> None:
        gone = connection.execute(delete(attribute).where(attribute.c.name == name)).rowcount
        if not gone:
            raise NotHere("There is no attribute of this name.")
        values = _count(connection, name)
        connection.execute(delete(member_attribute).where(member_attribute.c.name == name))
        about, told = f"attribute:{name}", {"values": values}
        record(connection, actor, "attribute.removed", about, now_ms=hq.clock.now_ms(), before=told)

    hq.database.write(remove)


def read_schema(connection: Connection) -> dict[str, Attribute]:
    """Return the schema by name, in the order of names."""
    rows = connection.execute(select(attribute).order_by(attribute.c.name))
    return {
        row.name: Attribute(
            row.name,
            row.title,
            AttributeKind(row.kind),
            tuple(json.loads(row.choices)),
            Side(row.owner),
            bool(row.at_stations),
        )
        for row in rows
    }


def values_of(connection: Connection, refs: Iterable[str]) -> dict[str, dict[str, Value]]:
    """Return the values of members, by member and name."""
    found: dict[str, dict[str, Value]] = {}
    for some in parts_of(sorted(set(refs)), NAMES_AT_ONCE):
        for row in connection.execute(VALUES, {"names": some}):
            found.setdefault(row.member, {})[row.name] = row.text if row.number is None else int(row.number)
    return found


def set_values(
    connection: Connection,
    actor: Actor,
    ref: str,
    new: Mapping[str, Value | None],
    *,
    side: Side,
    now_ms: int,
) -> list[str]:
    """Set values of a member whose row is held, None for what is to go; return which of them are other ones now.

    Raises `Malformed`, or `Forbidden` for an attribute of the other side.
    """
    schema, held = read_schema(connection), values_of(connection, [ref]).get(ref, {})
    changed = [name for name, value in new.items() if value != held.get(name)]
    for name in new:
        if name not in schema:
            raise Malformed(f"There is no attribute {name!r}. Add it to the schema first.")
    for name in changed:
        check_value(schema[name], new[name])
        if schema[name].owner is not side:
            raise Forbidden(
                f"The attribute {name} is not this side's to change: it is {schema[name].owner}'s."
            )
    gone = [name for name in changed if new[name] is None]
    of = member_attribute.c.member == ref, member_attribute.c.name.in_(gone)
    connection.execute(delete(member_attribute).where(*of))
    rows = [
        {
            "member": ref,
            "name": name,
            "text": value if isinstance(value, str) else None,
            "number": value if isinstance(value, int) else None,
            "set_ms": now_ms,
            "who": actor.name,
        }
        for name in changed
        if (value := new[name]) is not None
    ]
    upsert(connection, member_attribute, rows, changes=("text", "number", "set_ms", "who"))
    return changed


def check_value(of: Attribute, value: Value | None) -> None:
    """Refuse a value that the attribute can't have; None is none. Raises `Malformed`."""
    if value is None:
        return
    if of.kind is AttributeKind.NUMBER:
        if type(value) is not int or abs(value) > INTEGER_MAX:
            raise Malformed(f"The attribute {of.name} is a whole number.")
        return
    if not isinstance(value, str) or len(value) > TEXT_MAX or not value.isprintable():
        raise Malformed(f"The attribute {of.name} is a text of up to {TEXT_MAX} characters in one line.")
    if of.kind is AttributeKind.DAY and not is_day(value):
        raise Malformed(f"The attribute {of.name} is a day such as 2026-05-17.")
    if of.kind is AttributeKind.CHOICE and value not in of.choices:
        raise Malformed(f"The attribute {of.name} is one of {', '.join(of.choices)}.")


def read_typed(of: Attribute, text: str) -> Value | None:
    """Return a value that was typed or stood in a file; nothing typed is none. Raises `Malformed`."""
    text = text.strip()
    if not text:
        return None
    value: Value = text
    if of.kind is AttributeKind.NUMBER:
        if not re.fullmatch(r"[+-]?[0-9]{1,16}", text):
            raise Malformed(f"The attribute {of.name} is a whole number.")
        value = int(text)
    check_value(of, value)
    return value


def is_day(text: str) -> bool:
    """Tell whether a text is a day of the calendar, as ISO 8601 writes it."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _check(new: Attribute) -> None:
    if not NAME.fullmatch(new.name):
        raise Malformed("An attribute's name has small letters, digits and underscores, 40 at most.")
    if new.kind is AttributeKind.CHOICE and not new.choices:
        raise Malformed("A choice needs words to choose from.")
    if len(new.choices) > CHOICES_MAX or any(not 0 < len(each) <= TEXT_MAX for each in new.choices):
        raise Malformed(f"A choice has up to {CHOICES_MAX} words of up to {TEXT_MAX} characters.")


def _count(connection: Connection, name: str) -> int:
    statement = select(func.count()).where(member_attribute.c.name == name)
    return int(connection.execute(statement).scalar_one())


def _told(each: Attribute) -> dict[str, Any]:
    return {
        "title": each.title,
        "kind": each.kind.value,
        "choices": list(each.choices),
        "owner": each.owner.value,
        "at_stations": each.at_stations,
    }
