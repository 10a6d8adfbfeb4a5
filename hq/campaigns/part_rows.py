"""The parts of a program beside its campaigns, as they are worked on: earning, tiers, product sets, policy and more.

A part without a row, or whose row has no body, is as the newest program says.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson
from sqlalchemy import Connection, Row, insert, select, update

from app.core.schemes_format import SECTIONS
from hq.access.scopes import Scope
from hq.campaigns.rows import written
from hq.campaigns.tables import program_part

BASICS = "basics"
BASIC_KEYS = ("program_id", "name", "currency", "time_zone", "expires_ms")
LISTS = frozenset({"earning", "tiers", "consents", "order_of_application"} | set(SECTIONS)) - {"gift_cards"}
# Each part, and the right to change it beside that to campaigns.
PARTS: Mapping[str, Scope] = {
    BASICS: Scope.SETTINGS_WRITE,
    "earning": Scope.CAMPAIGNS_WRITE,
    "product_sets": Scope.CAMPAIGNS_WRITE,
    "calendars": Scope.CAMPAIGNS_WRITE,
    "segments": Scope.SEGMENTS_WRITE,
    "tiers": Scope.TIERS_WRITE,
    "expiry": Scope.TIERS_WRITE,
    "policy": Scope.CAMPAIGNS_WRITE,
    "order_of_application": Scope.CAMPAIGNS_WRITE,
    "life": Scope.SETTINGS_WRITE,
    "joining": Scope.SETTINGS_WRITE,
    "consents": Scope.SETTINGS_WRITE,
    "authority": Scope.SETTINGS_WRITE,
    "reversals": Scope.SETTINGS_WRITE,
    "gift_cards": Scope.SETTINGS_WRITE,
    **{name: Scope.CAMPAIGNS_WRITE for name in SECTIONS if name != "gift_cards"},
}
NEEDED = frozenset({BASICS, "earning", "product_sets"})  # what no program goes without


@dataclass(frozen=True)
class PartRow:
    """A part as it is worked on. Unless `is_changed`, it is as published; a `body` of None takes it out."""

    part: str
    is_changed: bool
    body: Any
    version: int
    changed_by: str
    changed_ms: int


NEVER_CHANGED = PartRow("", is_changed=False, body=None, version=0, changed_by="", changed_ms=0)


def part_in(document: Mapping[str, Any] | None, part: str) -> Any:
    """Return what a program says in a part; None where it says nothing, or there is no program."""
    if document is None:
        return None
    if part == BASICS:
        return {key: document[key] for key in BASIC_KEYS}
    return document.get(part)


def with_part(document: Mapping[str, Any], part: str, body: Any) -> dict[str, Any]:
    """Return a program with a part exchanged."""
    if part == BASICS:
        return {**document, **body}
    if body is None:
        return {key: value for key, value in document.items() if key != part}
    return {**document, part: body}


def find_part(connection: Connection, part: str) -> PartRow:
    """Return a part as it is worked on."""
    row = connection.execute(select(program_part).where(program_part.c.part == part)).one_or_none()
    return replace(NEVER_CHANGED, part=part) if row is None else _part(row)


def changed_parts(connection: Connection) -> dict[str, PartRow]:
    """Return the parts that are to become another than they were published."""
    statement = select(program_part).where(program_part.c.body.is_not(None)).order_by(program_part.c.part)
    return {row.part: _part(row) for row in connection.execute(statement)}


def store_part(connection: Connection, changed: PartRow) -> None:
    """Keep a part as it is now."""
    body = written_part(changed.body) if changed.is_changed else None
    values = {
        "body": body,
        "version": changed.version,
        "changed_by": changed.changed_by,
        "changed_ms": changed.changed_ms,
    }
    done = connection.execute(update(program_part).where(program_part.c.part == changed.part).values(values))
    if not done.rowcount:
        connection.execute(insert(program_part), {"part": changed.part, **values})


def written_part(body: Any) -> str:
    """Return the canonical text of a part's body. Raises `NotPossible`, `TooLarge`."""
    return written({"body": body})


def let_go_published(connection: Connection, document: Mapping[str, Any], *, now_ms: int) -> None:
    """Forget drafts that say what was just published."""
    for part, row in changed_parts(connection).items():
        if written_part(row.body) == written_part(part_in(document, part)):
            store_part(
                connection,
                replace(row, is_changed=False, body=None, version=row.version + 1, changed_ms=now_ms),
            )


def _part(row: Row[Any]) -> PartRow:
    is_changed = row.body is not None
    return PartRow(
        part=row.part,
        is_changed=is_changed,
        body=orjson.loads(row.body)["body"] if is_changed else None,
        version=row.version,
        changed_by=row.changed_by,
        changed_ms=row.changed_ms,
    )
