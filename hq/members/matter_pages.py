"""Matters in the console: what waits for whom, one of them with all that was done, and a new one of a member's."""

from collections.abc import Mapping
from enum import StrEnum
from functools import partial
from typing import Any, TypeVar

from fastapi import Response
from sqlalchemy import select

from hq.access.actor import Actor
from hq.access.scopes import Scope
from hq.api.etags import DIGITS_MAX
from hq.console.alerts import Alert, alert
from hq.console.asked_list import asked_list, at
from hq.console.finding import Found, finder
from hq.console.program_of_pages import stores_to_choose
from hq.console.routing import Page, PageAsk, Pages
from hq.console.texts import N_
from hq.csv_files import Cell, amount_cell, by_pages, csv_answer, moment_cell
from hq.faults import HqFault, Malformed, NotHere
from hq.home import Hq
from hq.members.cockpit import past_orders
from hq.members.finding import find_member, see
from hq.members.matter_lists import OLD_MS, MatterList, count_waiting, list_matters
from hq.members.matter_words import CHANGED, CHANNELS, KINDS, OUTCOMES, STATES
from hq.members.matters import (
    Changes,
    Channel,
    Matter,
    MatterKind,
    MatterState,
    NewMatter,
    Outcome,
    change_matter,
    find_matter,
    open_matter,
)
from hq.members.merged import refs_of
from hq.members.owners import list_owners, owners_for
from hq.members.pages import newest_member
from hq.members.pages import pages as members
from hq.members.tables import matter
from hq.members.worth import worth_of

W = TypeVar("W", bound=StrEnum)
ROWS, IN_FILE = 50, 200
PLACE = "/console/matters"
NEW, CHANGE = ("kind", "channel", "text", "owner", "order"), ("kind", "owner", "state", "outcome", "order")
pages = Pages("matters", N_("Matters"), place=PLACE, needs=Scope.MEMBERS_READ)


def newest_matter(hq: Hq) -> str | None:
    """Return a matter for the pages' examples: the newest."""
    with hq.database.reading() as connection:
        n = connection.execute(select(matter.c.n).order_by(matter.c.n.desc()).limit(1)).scalar()
    return None if n is None else f"M-{n}"


pages.example("")
pages.example("", state="closed", kind="complaint")
pages.example("/{matter_id}", matter_id=newest_matter)
members.example("/{ref}/matters/new", ref=newest_member)


@pages.get("")
def show_matters(ask: Page) -> Response:
    """Show matters by filters, those that aren't closed by what their members are worth."""
    asked = asked_list(MatterList, ask)
    rows, following = list_matters(ask.hq, ask.actor, at(asked, asked.cursor, limit=ROWS))
    with ask.hq.database.reading() as connection:
        owners = list_owners(connection)
    choices: dict[str, Any] = {"stores": stores_to_choose(ask.hq, ask.actor), "owners": owners}
    return ask.page("matters/list.html", rows=rows, following=following, **choices, **_words(ask))


@pages.get("/list.csv")
def get_matters(ask: Page) -> Response:
    """Return the same as a file, to its end."""
    asked = asked_list(MatterList, ask)
    header = ["matter", "opened", "member", "name", "kind", "channel", "text", "order", "state", "outcome"]
    header += ["owner", "value", "changed"]
    zone = ask.look.time_zone

    def to_row(each: Matter) -> list[Cell]:
        opened, changed = moment_cell(each.opened_ms, zone), moment_cell(each.changed_ms, zone)
        what: list[Cell] = [each.member, each.member_name, each.kind, each.channel, each.text, each.order]
        how: list[Cell] = [each.state, each.outcome, each.owner, amount_cell(each.value, ask.look.currency)]
        return [each.matter_id, opened, *what, *how, changed]

    found = by_pages(lambda cursor: list_matters(ask.hq, ask.actor, at(asked, cursor, limit=IN_FILE)))
    return csv_answer("matters", header, found, to_row)


@pages.get("/{matter_id}")
def show_matter(ask: Page, matter_id: str) -> Response:
    """Show a matter with all that was done with it."""
    found = find_matter(ask.hq, ask.actor, matter_id)
    return _one(ask, found, {name: getattr(found, name) for name in CHANGE} | {"note": ""})


@pages.post("/{matter_id}", needs=Scope.MEMBERS_WRITE)
def post_matter(ask: Page, matter_id: str) -> Response:
    """Change a matter: what the form says otherwise than it did when it was opened, or with one press whose it is."""
    found = find_matter(ask.hq, ask.actor, matter_id)
    was = {name: ask.text(f"was_{name}", getattr(found, name)) for name in CHANGE}
    typed = {name: ask.text(name, was[name]) for name in CHANGE} | {"note": ask.text("note")}
    if ask.text("do") == "take":
        typed["owner"] = ask.actor.name
    if typed["state"] == MatterState.OPEN and was["state"] == MatterState.CLOSED:
        typed["outcome"] = was["outcome"]
    asked = {name: typed[name] for name in CHANGE if typed[name] != was[name]}
    try:
        change_matter(
            ask.hq,
            ask.actor,
            matter_id,
            _changes(asked, typed["note"]),
            version=_version(ask.text("version")),
        )
    except HqFault as fault:
        now = find_matter(ask.hq, ask.actor, matter_id)
        kept = {name: asked.get(name, getattr(now, name)) for name in CHANGE}
        return _one(ask, now, kept | {"note": typed["note"]}, fault=fault)
    return ask.go(f"{PLACE}/{matter_id}", said=ask.said(N_("The matter is kept.")))


@members.get("/{ref}/matters/new", needs=Scope.MEMBERS_WRITE)
def show_new(ask: Page, ref: str) -> Response:
    """Show the form of a matter of a member's."""
    of = see(ask.hq, ask.actor, ref)
    with ask.hq.database.reading() as connection:
        mine = ask.actor.name if ask.actor.name in owners_for(connection, of) else ""
    return _new(ask, of, dict.fromkeys(NEW, "") | {"owner": mine})


@members.post("/{ref}/matters/new", needs=Scope.MEMBERS_WRITE)
def post_new(ask: Page, ref: str) -> Response:
    """Write down what a member came with."""
    of = see(ask.hq, ask.actor, ref)
    typed = {name: ask.text(name) for name in NEW}
    try:
        new = NewMatter(
            _chosen(MatterKind, typed["kind"]),
            _chosen(Channel, typed["channel"]),
            typed["text"],
            typed["owner"],
            typed["order"],
        )
        made = open_matter(ask.hq, ask.actor, of, new)
    except HqFault as fault:
        return _new(ask, of, typed, fault=fault)
    return ask.go(f"{PLACE}/{made.matter_id}", said=ask.said(N_("The matter is written down.")))


@finder(N_("Matters"), needs=Scope.MEMBERS_READ)
def _find_matters(hq: Hq, actor: Actor, text: str) -> list[Found]:
    try:
        found = find_matter(hq, actor, text.upper())
    except NotHere:
        return []
    return [Found(found.matter_id, f"{PLACE}/{found.matter_id}", found.member_name or found.member)]


@alert(needs=Scope.MEMBERS_WRITE)
def _tell_of_matters(hq: Hq, actor: Actor) -> list[Alert]:
    waiting = count_waiting(hq, actor)
    old = N_("Matters that are open for more than three days: {n}")
    return [
        Alert(N_("Your matters that aren't closed: {n}"), f"{PLACE}?whose=mine", waiting.mine),
        Alert(N_("Matters that nobody looks after: {n}"), f"{PLACE}?whose=nobody", waiting.nobodys),
        Alert(old, f"{PLACE}?state=open", waiting.old, is_urgent=True),
    ]


def _one(ask: PageAsk, found: Matter, typed: dict[str, str], *, fault: HqFault | None = None) -> Response:
    with ask.hq.database.reading() as connection:
        owners = owners_for(connection, found.member)
        worth = worth_of(connection, refs_of(connection, found.member), now_ms=ask.hq.clock.now_ms())
    values: dict[str, Any] = {
        "matter": found,
        "worth": worth,
        "owners": owners,
        "orders": past_orders(ask.hq, found.member),
        "typed": typed,
    }
    return ask.page("matters/one.html", fault=fault, **values, **_words(ask))


def _new(ask: PageAsk, of: str, typed: dict[str, str], *, fault: HqFault | None = None) -> Response:
    with ask.hq.database.reading() as connection:
        owners = owners_for(connection, of)
    values: dict[str, Any] = {
        "row": find_member(ask.hq, of).row,
        "owners": owners,
        "orders": past_orders(ask.hq, of),
        "typed": typed,
    }
    return ask.page("matters/new.html", fault=fault, **values, **_words(ask))


def _words(ask: PageAsk) -> dict[str, Any]:
    words: dict[str, Any] = {"kinds": KINDS, "channels": CHANNELS, "states": STATES, "outcomes": OUTCOMES}
    told = partial(_told, ask)
    return {**words, "changed": CHANGED, "told": told, "now_ms": ask.hq.clock.now_ms(), "old_ms": OLD_MS}


def _told(ask: PageAsk, what: str, value: str) -> str:
    """Return in the page's language what a matter is or was: words of ours, or the name or id that it is."""
    words = {"kind": KINDS, "outcome": OUTCOMES, "state": {key: word for key, (word, _) in STATES.items()}}
    known = words.get(what, {}).get(value)
    return (ask.said(known) if known else value) or "–"


def _changes(asked: Mapping[str, str], note: str) -> Changes:
    outcome = asked.get("outcome")
    return Changes(
        _chosen(MatterKind, asked["kind"]) if "kind" in asked else None,
        asked.get("owner"),
        _chosen(MatterState, asked["state"]) if "state" in asked else None,
        _chosen(Outcome, outcome) if outcome else None,
        asked.get("order"),
        note,
    )


def _version(text: str) -> int:
    """Return the version that a form was opened at; one that is none fits none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= DIGITS_MAX else 0


def _chosen(kind: type[W], text: str) -> W:
    found = next((each for each in kind if each == text), None)
    if found is None:
        raise Malformed("Choose what fits.")
    return found
