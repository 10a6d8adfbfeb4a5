"""What the newest program's conditions ask of members that stations are told for it alone."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import orjson
from sqlalchemy import Connection, select

from app.core.campaign import Trigger
from app.core.canonical import canonical, digest
from app.core.history import OF_SETS, read_key
from app.core.program import Program, ProgramInvalid
from app.core.program_format import read_program
from hq.campaigns.store import read_document
from hq.tables import document

ATTRIBUTES = ("member.attribute", "member.number")
NEWEST = (
    select(document.c.version, document.c.sig)
    .where(document.c.kind == "program")
    .order_by(document.c.version.desc())
    .limit(1)
)
KEPT_MAX = 64  # versions, of all tenants of this process


@dataclass(frozen=True, slots=True)
class Asks:
    """The attributes and the counters of history (app/core/history.py) that conditions ask for.

    `by_hand` are the campaigns that no rule of applies by itself: redemptions are all there is of their uses. `sets`
    are the product sets of which history is asked, each with a hash of what it means; `program` the version, where
    there are any.
    """

    attributes: frozenset[str] = frozenset()
    history: frozenset[str] = frozenset()
    by_hand: frozenset[str] = frozenset()
    sets: frozenset[tuple[str, str]] = frozenset()
    program: Program | None = field(default=None, compare=False)

    @property
    def set_names(self) -> list[str]:
        """The names of these product sets."""
        return sorted(name for name, _ in self.sets)


NOTHING = Asks()
_read_before: dict[bytes, Asks] = {}  # by the signature of the version


def asks(connection: Connection) -> Asks:
    """Return what the newest program asks; nothing while there is none. Each version is read once in a process."""
    newest = connection.execute(NEWEST).one_or_none()
    if newest is None:
        return NOTHING
    signature = bytes(newest.sig)
    found = _read_before.get(signature)
    if found is None:
        document = read_document(connection, "program", newest.version)
        assert document is not None, "its signature is there"
        while len(_read_before) >= KEPT_MAX:
            _read_before.pop(next(iter(_read_before)), None)
        found = _read_before[signature] = _asked_by(bytes(document.body))
    return found


def _asked_by(body: bytes) -> Asks:
    said = orjson.loads(body)
    asked = Asks(frozenset(_names(said)))
    try:
        program = read_program(body)
    except ProgramInvalid:  # of a form that this HQ can't read
        return asked
    if not program.history:
        return asked
    sets = frozenset(_sets(program, said["product_sets"]))
    by_hand = frozenset(_by_hand(program))
    return replace(
        asked, history=program.history, by_hand=by_hand, sets=sets, program=program if sets else None
    )


def _sets(program: Program, said: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key in map(read_key, program.history):
        if key.figure in OF_SETS:
            yield key.about, digest(canonical([said[key.about], str(program.policy.amount_basis)]))


def _by_hand(program: Program) -> Iterator[str]:
    for campaign in program.campaigns:
        if all(rule.trigger is not Trigger.AUTOMATIC for rule in campaign.rules):
            yield campaign.campaign_id


def _names(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if part.get("fact") in ATTRIBUTES and isinstance(part.get("name"), str):
            yield part["name"]
        for each in part.values():
            yield from _names(each)
    elif isinstance(part, list):
        for each in part:
            yield from _names(each)
