"""The next version of the program, put together from the newest one and what is to change in it.

The newest published bytes are the ground: what nobody publishes now stays as it is, to the letter. A campaign brings
along what it names and the program doesn't know yet: product sets, calendars, segments, experiments and punch cards
that are drafted. What is known already under a name stays as it is, since other campaigns rest on it.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson
from sqlalchemy import Connection

from app.core.canonical import NotCanonical, canonical
from app.core.contradictions import contradictions
from app.core.program import Program, ProgramInvalid
from app.core.program_format import FORMAT, read_program
from hq.campaigns import part_rows
from hq.campaigns.part_rows import NEEDED, part_in, with_part
from hq.campaigns.store import newest_version, read_document
from hq.faults import NotPossible

NAMED = ("product_sets", "calendars", "segments")  # objects by name
LISTED = ("experiments", "punch_cards")  # lists of objects with ids
NO_PROGRAM: Mapping[str, Any] = {
    "format": FORMAT,
    "product_sets": {},
    "earning": [],
    "campaigns": [],
}


IN_CAMPAIGN = re.compile(r"program\.campaigns\[(?P<campaign>\d+)\](?:\.rules\[(?P<rule>\d+)\])?")


@dataclass(frozen=True)
class Composed:
    """A program as it would be published: its bytes, and what they say, or in words why they say nothing.

    `newest` is the newest published program as JSON, None where there is none.
    """

    body: bytes
    document: Mapping[str, Any]
    program: Program | None
    problem: str = ""
    newest: Mapping[str, Any] | None = None

    @property
    def doubts(self) -> tuple[str, ...]:
        """What it says that can hardly be meant and the newest program does not say too, a sentence each."""
        meant = () if self.newest is None else _contradictions(read_composed(self.newest))
        return tuple(each for each in _contradictions(self) if each not in meant)


def newest_program(connection: Connection) -> dict[str, Any] | None:
    """Return the newest program as JSON; None while there is none."""
    found = read_document(connection, "program", newest_version(connection, "program"))
    if found is None:
        return None
    document: dict[str, Any] = orjson.loads(found.body)
    return document


def compose(
    connection: Connection,
    *,
    campaigns: Mapping[str, Mapping[str, Any]] | None = None,
    parts: Collection[str] = (),
    without: Collection[str] = (),
) -> Composed:
    """Return the next version with these campaigns' bodies, with the drafts of these parts, without those campaigns.

    Raises `NotPossible` where there is no program yet and the parts that each needs are not drafted.
    """
    newest = newest_program(connection)
    drafts = part_rows.changed_parts(connection)
    document = dict(newest or _begin(drafts))
    for name in parts:
        if name in drafts:
            document = with_part(document, name, drafts[name].body)
    if campaigns:
        document = _with_what_is_new(document, {name: row.body for name, row in drafts.items()})
    document["campaigns"] = _with_campaigns(document["campaigns"], campaigns or {}, without)
    document["version"] = newest_version(connection, "program") + 1
    return replace(read_composed(document), newest=newest)


def read_composed(document: Mapping[str, Any]) -> Composed:
    """Return a program that was put together, with what is wrong with it where something is."""
    try:
        body = canonical(dict(document))
        return Composed(body, document, read_program(body))
    except (NotCanonical, ProgramInvalid) as problem:
        return Composed(b"", document, None, _by_ids(str(problem), document))


def _by_ids(problem: str, document: Mapping[str, Any]) -> str:
    """Return what a program's reader says with the ids of campaign and rule in the place of their numbers."""
    found = IN_CAMPAIGN.match(problem)
    if found is None:
        return problem
    try:
        body = document["campaigns"][int(found["campaign"])]
        rule = "" if found["rule"] is None else f", rule {body['rules'][int(found['rule'])]['id']}"
        return f"campaign {body['id']}{rule}{problem[found.end() :]}"
    except (KeyError, TypeError):  # without an id, which may be the very problem
        return problem


def _contradictions(composed: Composed) -> tuple[str, ...]:
    return () if composed.program is None else tuple(str(each) for each in contradictions(composed.program))


def _begin(drafts: Mapping[str, part_rows.PartRow]) -> dict[str, Any]:
    if missing := sorted(NEEDED - {"product_sets", "earning"} - drafts.keys()):
        raise NotPossible(
            f"There is no program yet. Say its {missing[0]} first: name, currency, time zone and when it expires."
        )
    document = dict(NO_PROGRAM)
    for name, row in drafts.items():
        document = with_part(document, name, row.body)
    return document


def _with_campaigns(
    published: list[dict[str, Any]], changed: Mapping[str, Mapping[str, Any]], without: Collection[str]
) -> list[dict[str, Any]]:
    """Return the campaigns in the order they stand in, the new ones behind them."""
    known = {each["id"] for each in published}
    kept = [dict(changed.get(each["id"], each)) for each in published if each["id"] not in without]
    return kept + [dict(body) for name, body in changed.items() if name not in known]


def _with_what_is_new(document: Mapping[str, Any], drafts: Mapping[str, Any]) -> dict[str, Any]:
    """Return a program that also knows the names that are only drafted."""
    found = dict(document)
    for part in NAMED:
        drafted, known = drafts.get(part), part_in(document, part) or {}
        if isinstance(drafted, dict) and (new := {k: v for k, v in drafted.items() if k not in known}):
            found[part] = {**known, **new}
    for part in LISTED:
        drafted, listed = drafts.get(part), part_in(document, part) or []
        ids = {each.get("id") for each in listed}
        new_ones = [
            each
            for each in (drafted if isinstance(drafted, list) else ())
            if isinstance(each, dict) and each.get("id") not in ids
        ]
        if new_ones:
            found[part] = [*listed, *new_ones]
    return found
