"""What a page of rules is about: the program as it is worked on, what may be chosen in it, and how to speak of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, select

from app.core.campaign_format import read_campaign
from app.core.conditions import Vocabulary
from app.core.document import Place
from app.core.effects_format import read_product_sets
from app.core.money import CURRENCIES, Currency
from app.core.schemes_format import read_schemes
from hq.builder.picks import Choice, Picks
from hq.campaigns import part_rows, rows
from hq.campaigns.sentences import Speech
from hq.campaigns.store import newest_version, read_document
from hq.console.render import Look, writers
from hq.console.texts import translations
from hq.faults import ChangedMeanwhile
from hq.home import Hq
from hq.segments.store import LIVE
from hq.segments.tables import segment
from hq.tables import store

NAMED = {"tiers": "tiers", "punch_cards": "punch_cards"}  # parts whose items have ids and names


@dataclass(frozen=True)
class BuilderContext:
    """`document` is the newest program with its changed parts; its campaigns are as published."""

    document: Mapping[str, Any]
    currency: Currency
    speech: Speech
    picks: Picks

    @property
    def vocabulary(self) -> Vocabulary:
        """What rules may name. Raises `DocumentInvalid` where a part of the program can't be read."""
        root = Place("program", {"product_sets": {}, **self.document})
        sets = read_product_sets(root)
        schemes = read_schemes(root, product_sets=sets.keys(), rules=_rule_ids(self.document))
        calendars = self.document.get("calendars") or {}
        return Vocabulary(
            product_sets=sets,
            calendars={name: frozenset(days) for name, days in calendars.items()},
            experiments=schemes.experiments,
            punch_cards=schemes.punch_cards,
        )

    def check_rule(self, rule: Mapping[str, Any]) -> None:
        """Raise `DocumentInvalid` or `ConditionInvalid`, with the place from `rules[0]` on, unless it is a rule."""
        body = {
            "id": "c", "name": "c", "starts_on": "2000-01-01", "ends_on": "2000-01-01", "audience": None,
            "offline": "always", "rules": [dict(rule)],
        }  # fmt: skip
        read_campaign(Place("campaign", body), self.vocabulary)

    def read(self, body: Mapping[str, Any]) -> None:
        """Raise `DocumentInvalid` or `ConditionInvalid` unless a body is a whole campaign."""
        read_campaign(Place("campaign", dict(body)), self.vocabulary)


def context_of(hq: Hq, look: Look) -> BuilderContext:
    """Return what pages of rules need, in the language of a page."""
    with hq.database.reading() as connection:
        document = worked_on(connection)
        stores = [
            (row.store_id, row.name) for row in connection.execute(select(store).order_by(store.c.store_id))
        ]
        campaigns = [(row.campaign_id, row.name) for row in rows.all_of(connection)]
        segments = _segments(connection)
    named = {part: _named(document.get(part)) for part in NAMED}
    names = {
        "stores": dict(stores),
        "campaigns": dict(campaigns),
        "segments": dict(segments),
        **{part: dict(found) for part, found in named.items()},
    }
    write = writers(look)
    speech = Speech(translations(look.language), write["money"], write["number"], write["day"], names)
    picks = Picks(
        speech,
        products=_itself(document.get("product_sets")),
        campaigns=_with_ids(campaigns),
        stores=_with_ids(stores),
        tiers=_with_ids(named["tiers"]),
        segments=[*_with_ids(segments), *_itself(document.get("segments"))],
        consents=[(each["id"], each["id"]) for each in document.get("consents") or ()],
        calendars=_itself(document.get("calendars")),
        punch_cards=_with_ids(named["punch_cards"]),
    )
    return BuilderContext(document, CURRENCIES[look.currency], speech, picks)


def _segments(connection: Connection) -> list[Choice]:
    """Return head office's segments by their names, but for those that are being taken away."""
    statement = select(segment.c.segment_id, segment.c.name).where(segment.c.state == LIVE)
    found = connection.execute(statement.order_by(segment.c.name, segment.c.segment_id))
    return [(row.segment_id, row.name) for row in found]


def worked_on(connection: Connection) -> dict[str, Any]:
    """Return the newest program with the parts that somebody has changed; empty before there is a program."""
    published = read_document(connection, "program", newest_version(connection, "program"))
    document: dict[str, Any] = {} if published is None else orjson.loads(published.body)
    for part, row in part_rows.changed_parts(connection).items():
        document = part_rows.with_part(document, part, row.body)
    return document


def same_version(version: str) -> Callable[[int], None]:
    """Return what raises `ChangedMeanwhile` unless a thing still has the version that a form was made from."""

    def match(now: int) -> None:
        if str(now) != version:
            raise ChangedMeanwhile(
                "Somebody else has changed this meanwhile. Open the page again, then change it."
            )

    return match


def _rule_ids(document: Mapping[str, Any]) -> set[str]:
    return {rule["id"] for campaign in document.get("campaigns") or () for rule in campaign["rules"]}


def _named(items: Any) -> list[Choice]:
    return [(each["id"], each.get("name") or each["id"]) for each in items or ()]


def _with_ids(choices: list[Choice]) -> list[Choice]:
    """Return choices called by their names, with the id behind where it says something else."""
    return [(value, name if name == value else f"{name} ({value})") for value, name in choices]


def _itself(found: Mapping[str, Any] | None) -> list[Choice]:
    return [(name, name) for name in sorted(found or ())]
