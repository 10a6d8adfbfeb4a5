"""Members in the console: the list, a new one, and all of one member with what can be done for them."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from fastapi import Response
from sqlalchemy import select

from app.core.order import local_date
from hq.access.actor import Actor
from hq.access.scopes import Scope
from hq.api.paging import LIMIT_MAX, Paging
from hq.campaigns.service import program_of
from hq.campaigns.store import newest_version
from hq.console.finding import FOUND_MAX, Found, finder
from hq.console.program_of_pages import stores_to_choose as stores_of
from hq.console.routing import Page, PageAsk, Pages
from hq.console.texts import N_
from hq.csv_files import Cell, by_pages, csv_answer, moment_cell
from hq.faults import HqFault, Malformed
from hq.home import Hq
from hq.members import finding, keeping, notes
from hq.members.applying import Applying
from hq.members.attributes import Attribute, Side, Value, list_attributes, read_typed
from hq.members.cockpit import cockpit, rule_names, stores_to_choose
from hq.members.finding import MemberRow, Wanted
from hq.members.matter_words import KINDS as MATTER_KINDS
from hq.members.matter_words import STATES as MATTER_STATES
from hq.members.reasons import in_units
from hq.members.timeline import timeline
from hq.members.words import SHOWN, told
from hq.segments.service import list_segments
from hq.tables import member, redemption_fact

pages = Pages("members", N_("Members"), place="/console/members", needs=Scope.MEMBERS_READ)
PERSONAL = "name", "phone", "email", "birthday"
ROWS = 50


def newest_member(hq: Hq) -> str | None:
    """Return a member for the pages' examples: who redeemed last, or where nobody did, who joined last."""
    redeemed = (
        select(redemption_fact.c.member)
        .where(redemption_fact.c.member != "")
        .order_by(redemption_fact.c.t_eff.desc(), redemption_fact.c.redemption_id)
    )
    joined = select(member.c.ref).order_by(member.c.joined_ms.desc(), member.c.ref.desc())
    with hq.database.reading() as connection:
        for statement in (redeemed, joined):
            found: str | None = connection.execute(statement.limit(1)).scalar_one_or_none()
            if found:
                return found
    return None


pages.example("", q="nobody is called so")
pages.example("/{ref}", ref=newest_member)
pages.example("/{ref}", ref=newest_member, show="redemptions")
pages.example("/{ref}/edit", ref=newest_member)


@finder(N_("Members"), needs=Scope.MEMBERS_READ)
def _find_members(hq: Hq, actor: Actor, text: str) -> list[Found]:
    found, _ = finding.list_members(hq, actor, Wanted(q=text), Paging(limit=FOUND_MAX))
    return [Found(each.name or each.ref, f"/console/members/{each.ref}", each.ref) for each in found]


@pages.get("")
def show_members(ask: Page) -> Response:
    """List members, those who joined last first."""
    rows, following = finding.list_members(ask.hq, ask.actor, _wanted(ask), paging_of(ask))
    choices = _to_choose(ask.hq) | {"stores": stores_of(ask.hq, ask.actor)}
    return ask.page("members/list.html", rows=rows, following=following, **choices)


@pages.get("/list.csv")
def get_members(ask: Page) -> Response:
    """Return the same as a file."""
    schema, zone = [each.name for each in list_attributes(ask.hq)], ask.look.time_zone
    header = ["ref", "name", "tier", "points", "home store", "joined", "external ids", "segments", *schema]

    def to_row(each: MemberRow) -> list[Cell]:
        known: list[Cell] = [each.ref, each.name, each.tier, each.balance, each.home_store]
        others: list[Cell] = [
            moment_cell(each.joined_ms, zone),
            " ".join(each.external_ids),
            " ".join(each.segments),
        ]
        return [*known, *others, *(each.attributes.get(name) for name in schema)]

    wanted = _wanted(ask)

    def read(cursor: str | None) -> tuple[list[MemberRow], str | None]:
        return finding.list_members(ask.hq, ask.actor, wanted, Paging(limit=LIMIT_MAX, cursor=cursor))

    return csv_answer("members", header, by_pages(read), to_row)


@pages.get("/new", needs=Scope.MEMBERS_WRITE)
def show_new(ask: Page) -> Response:
    """Show the form of a new member."""
    return ask.page("members/new.html", **_form(ask, {}))


@pages.post("/new", needs=Scope.MEMBERS_WRITE)
def post_new(ask: Page) -> Response:
    """Add a member, if the rules for joining let them."""
    typed = _typed(ask)
    try:
        if not any(typed[name] for name in ("name", "phone", "email", "number", "external_id")):
            raise Malformed("Say at least a name, a phone number, an e-mail address or a number.")
        said = keeping.Said(
            external_id=typed["external_id"] or None,
            personal={name: typed[name] for name in PERSONAL},
            number=typed["number"] or None,
            home_store=typed["home_store"] or None,
            attributes=_attributes(ask, Side.HQ),
            applying=Applying(typed["country"].upper() or None, typed["invitation"] or None),
        )
        made = keeping.add_new(ask.hq, ask.actor, said, side=Side.HQ)
    except HqFault as fault:
        return ask.again("members/new.html", fault, **_form(ask, typed))
    return ask.go(f"/console/members/{made.ref}", said=ask.said(N_("The member is added.")))


@pages.get("/{ref}")
def show_member(ask: Page, ref: str) -> Response:
    """Show all of one member."""
    return show_cockpit(ask, finding.see(ask.hq, ask.actor, ref))


@pages.get("/{ref}/edit", needs=Scope.MEMBERS_WRITE)
def show_edit(ask: Page, ref: str) -> Response:
    """Show the form of what is said of a member."""
    found = finding.find_member(ask.hq, finding.see(ask.hq, ask.actor, ref))
    typed = {**found.personal, "home_store": found.row.home_store or "", "version": str(found.row.version)}
    return ask.page("members/edit.html", found=found, **_form(ask, typed, found))


@pages.post("/{ref}/edit", needs=Scope.MEMBERS_WRITE)
def post_edit(ask: Page, ref: str) -> Response:
    """Change what is said of a member; attributes of the CRM stay its own."""
    found = finding.find_member(ask.hq, finding.see(ask.hq, ask.actor, ref))
    typed = _typed(ask)

    def check(version: int) -> None:
        if typed["version"] != str(version):
            raise Malformed("Somebody changed this member meanwhile. Look at the page anew.")

    try:
        said = keeping.Said(
            ref=found.row.ref,
            personal={name: typed[name] for name in PERSONAL},
            home_store=typed["home_store"],
            attributes=_attributes(ask, Side.HQ),
        )
        keeping.put_member(ask.hq, ask.actor, said, side=Side.HQ, reason=ask.text("reason"), check=check)
    except HqFault as fault:
        return ask.again("members/edit.html", fault, found=found, **_form(ask, typed, found))
    return ask.go(f"/console/members/{found.row.ref}", said=ask.said(N_("The member is changed.")))


@pages.post("/{ref}/notes", needs=Scope.MEMBERS_WRITE)
def post_note(ask: Page, ref: str) -> Response:
    """Write a note."""
    of = finding.see(ask.hq, ask.actor, ref)
    try:
        notes.add_note(ask.hq, ask.actor, of, ask.text("text"))
    except HqFault as fault:
        return show_cockpit(ask, of, fault=fault)
    return ask.go(f"/console/members/{of}", said=ask.said(N_("The note is written.")))


@pages.post("/{ref}/notes/{note_id}/delete", needs=Scope.MEMBERS_WRITE)
def post_note_removed(ask: Page, ref: str, note_id: str) -> Response:
    """Take a note away."""
    of = finding.see(ask.hq, ask.actor, ref)
    notes.remove_note(ask.hq, ask.actor, of, note_id)
    return ask.go(f"/console/members/{of}", said=ask.said(N_("The note is gone.")))


def show_cockpit(
    ask: PageAsk, ref: str, *, fault: HqFault | None = None, once: dict[str, str] | None = None
) -> Response:
    """Return the page of one member; `once` are texts that are shown this one time, by what they are."""
    found = cockpit(ask.hq, ref)
    show = ask.query.get("show", "")
    kinds = SHOWN.get(show, ("", ()))[1]
    happened, following = timeline(ask.hq, ref, paging_of(ask, limit=ROWS), kinds=kinds)
    names, money = rule_names(ask.hq), partial(in_units, currency=ask.look.currency)
    values: dict[str, Any] = {
        "found": found,
        "events": [
            told(each, names, say=ask.said, language=ask.look.language, money=money) for each in happened
        ],
        "following": following,
        "matter_kinds": MATTER_KINDS,
        "matter_states": MATTER_STATES,
        "shown": [(key, words) for key, (words, _) in SHOWN.items()],
        "show": show,
        "once": once or {},
        "typed": {"": ask.request.url.path.rpartition("/")[2]} | dict(ask.form) if fault else {},
        "joined_on": _day(found.member.row.joined_ms, ask.look.time_zone),
        **{name: dict(choices) for name, choices in _to_choose(ask.hq).items()},
    }
    return (ask.page_once if once else ask.page)("members/one.html", fault=fault, **values)


def _to_choose(hq: Hq) -> dict[str, Any]:
    """Return what the list is filtered by, each by its name: stores, tiers and segments, pairs of id and name."""
    with hq.database.reading() as connection:
        program = program_of(hq, connection, newest_version(connection, "program"))
    tiers = () if program is None else program.tiers
    segments, _ = list_segments(hq, Paging(limit=LIMIT_MAX))
    return {
        "stores": stores_to_choose(hq),
        "tiers": [(each.tier_id, each.name) for each in tiers],
        "segments": [(each.segment_id, each.name) for each in segments],
    }


def _day(at_ms: int, time_zone: str) -> str | None:
    return local_date(at_ms, time_zone).isoformat() if at_ms else None


def paging_of(ask: PageAsk, *, limit: int = ROWS) -> Paging:
    """Return which part of a list a page shows."""
    return Paging(limit=limit, cursor=(ask.query.get("cursor") or None))


def _wanted(ask: PageAsk) -> Wanted:
    said = {
        name: ask.query.get(name, "").replace("\x00", "")[:254] for name in ("q", "store", "tier", "segment")
    }
    return Wanted(**said)


def _typed(ask: PageAsk) -> dict[str, str]:
    names = (*PERSONAL, "external_id", "number", "home_store", "country", "invitation", "version")
    return {name: ask.text(name) for name in names} | dict(_typed_attributes(ask))


def _typed_attributes(ask: PageAsk) -> Iterator[tuple[str, str]]:
    for each in list_attributes(ask.hq):
        yield f"attribute.{each.name}", ask.text(f"attribute.{each.name}")


def _attributes(ask: PageAsk, side: Side) -> dict[str, Value | None]:
    """Return the attributes of one side that a form says. Raises `Malformed`."""
    return {
        each.name: read_typed(each, ask.text(f"attribute.{each.name}"))
        for each in list_attributes(ask.hq)
        if each.owner is side and f"attribute.{each.name}" in ask.form
    }


def _form(ask: PageAsk, typed: dict[str, str], found: finding.MemberWhole | None = None) -> dict[str, Any]:
    own: list[Attribute] = [each for each in list_attributes(ask.hq) if each.owner is Side.HQ]
    known = {} if found is None else found.row.attributes
    values = {f"attribute.{each.name}": str(known.get(each.name, "")) for each in own}
    names = (*PERSONAL, "external_id", "number", "home_store", "country", "invitation", "version")
    return {
        "typed": dict.fromkeys(names, "") | values | typed,
        "attributes": own,
        "stores": stores_to_choose(ask.hq),
    }
