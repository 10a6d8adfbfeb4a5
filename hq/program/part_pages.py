"""The program as a whole in the console: its parts, what of each is changed, and what was published when."""

from collections.abc import Mapping

import orjson
from fastapi import Response

from hq.access.scopes import Scope
from hq.campaigns import parts
from hq.campaigns.part_rows import PARTS
from hq.campaigns.service import program_of
from hq.campaigns.store import newest_version
from hq.console.routing import Page, PageAsk, Pages
from hq.console.texts import N_
from hq.faults import HqFault, Malformed
from hq.program.publishing_pages import TITLES, check_of, keep_part, publish_drafts

PLACE = "/console/program"
REFERRALS = "referrals"  # the part
JSON_MAX = 1_000_000
SHOWN_MAX = 50_000  # characters: a longer part is shown and changed name by name
NAMES_MAX = 100  # of a long part, at once
NAMED = ("product_sets", "calendars", "segments")
pages = Pages("program", N_("Program"), place=PLACE, needs=Scope.CAMPAIGNS_READ)
for _part in ("product_sets", "authority"):
    pages.example("/{part}", part=_part)
pages.example("/{part}", part="product_sets", key="new")


@pages.get("")
def show_program(ask: Page) -> Response:
    """Show all parts and the newest versions."""
    return _page(ask)


@pages.post("/-/publish", needs=Scope.CAMPAIGNS_PUBLISH)
def publish(ask: Page) -> Response:
    """Publish all drafts of parts."""
    try:
        publish_drafts(ask, tuple(PARTS))
    except HqFault as fault:
        return _page(ask, fault)
    return ask.go(
        PLACE, said=ask.said(N_("The program is published. Stations get it with their next contact."))
    )


def _page(ask: PageAsk, fault: HqFault | None = None) -> Response:
    return ask.page(
        "program/list.html",
        fault=fault,
        parts=parts.list_parts(ask.hq),
        titles=TITLES,
        check=check_of(ask, tuple(PARTS)),
        versions=parts.list_program_versions(ask.hq, limit=20),
    )


@pages.get("/{part}")
def show_part(ask: Page, part: str) -> Response:
    """Show one part as the program writes it, and what its draft changes; of a long one what stands under a name."""
    found, key = parts.read_part(ask.hq, part), ask.query.get("key", "")
    body = found.body
    if key and isinstance(body, Mapping):
        body = body.get(key)
    return _part_page(ask, part, _json(body))


@pages.post("/{part}", needs=Scope.CAMPAIGNS_WRITE)
def keep(ask: Page, part: str) -> Response:
    """Keep what a part is to become, or let it be as it is published."""
    text, is_discarded = ask.text("json")[:JSON_MAX], ask.text("do") == "discard"
    try:
        if is_discarded:
            parts.discard_part(ask.hq, ask.actor, part)
        else:
            keep_part(ask, part, _changed(ask, part, orjson.loads(text) if text else None))
    except orjson.JSONDecodeError as problem:
        return _part_page(ask, part, text, Malformed(f"This is no JSON: {problem}"))
    except HqFault as fault:
        return _part_page(ask, part, text, fault)
    said = (
        N_("The changes are thrown away.")
        if is_discarded
        else N_("It is drafted. It counts when it is published.")
    )
    return ask.go(PLACE, said=ask.said(said))


def _changed(ask: PageAsk, part: str, said: object) -> object:
    """Return what a part is to become: what was typed, or a part in which it stands under its name."""
    key = ask.text("key")
    if not key:
        return said
    body = parts.read_part(ask.hq, part).body
    others = {name: value for name, value in body.items() if name != key} if isinstance(body, Mapping) else {}
    return others if said is None else {**others, key: said}


def _part_page(ask: PageAsk, part: str, text: str, fault: HqFault | None = None) -> Response:
    found, wanted = parts.read_part(ask.hq, part), ask.query.get("find", "")[:80]
    key = ask.text("key") or ask.query.get("key", "")[:80]
    is_long = not key and len(text) > SHOWN_MAX and fault is None
    names = sorted(found.body) if part in NAMED and isinstance(found.body, Mapping) else []
    fitting = [name for name in names if wanted.lower() in name.lower()]
    different = parts.diff_part(ask.hq, part) if found.has_changes else []
    return ask.page(
        "program/part.html",
        fault=fault,
        part=found,
        version=found.version if fault is None else ask.text("version"),
        title=TITLES.get(part, part),
        text=text if fault else text[:SHOWN_MAX],
        key=key,
        is_long=is_long,
        is_named=part in NAMED,
        names=fitting[:NAMES_MAX],
        more=max(0, len(fitting) - NAMES_MAX),
        differences=[each for each in different if len(str(each.before)) + len(str(each.after)) < SHOWN_MAX],
        may_change=ask.actor.may(PARTS[found.part]),
        schemes=_schemes(ask) if part == REFERRALS else [],
    )


def _schemes(ask: PageAsk) -> list[str]:
    """Return the referral schemes that stations go by, which can be stopped."""
    with ask.hq.database.reading() as connection:
        program = program_of(ask.hq, connection, newest_version(connection, "program"))
    return [] if program is None else sorted(program.schemes.referrals)


def _json(body: object) -> str:
    return "" if body is None else orjson.dumps(body, option=orjson.OPT_INDENT_2).decode("utf-8")
