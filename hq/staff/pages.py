"""Head office's people in the console: who they are, what they may do, and letting them in."""

from typing import Any
from urllib.parse import quote

from fastapi import Response

from hq.access.actor import Actor, Ceilings
from hq.access.scopes import SCOPES_OF, Role, Scope
from hq.console.alerts import Alert, alert
from hq.console.finding import Found, finder
from hq.console.form_ceilings import ceilings_in, ceilings_shown, ceilings_typed
from hq.console.program_of_pages import stores_to_choose
from hq.console.routing import Page, PageAsk, Pages
from hq.console.texts import N_
from hq.faults import HqFault, Malformed
from hq.home import Hq
from hq.staff import office
from hq.staff.passwords import Link
from hq.staff.routes import PASSWORD_PLACE
from hq.staff.words import RIGHTS, ROLES

PLACE = "/console/staff"
pages = Pages("staff", N_("Staff and roles"), place=PLACE, needs=Scope.STAFF_READ)


@pages.get("")
def show_staff(ask: Page) -> Response:
    """List who works at head office."""
    people = office.list_office(ask.hq, every=ask.query.get("state") == "all")
    return ask.page("staff/list.html", people=people, roles=ROLES)


@pages.get("/roles")
def show_roles(ask: Page) -> Response:
    """Show which role may do what."""
    return ask.page("staff/roles.html", roles=ROLES, rights=RIGHTS, scopes_of=SCOPES_OF)


@pages.get("/new", needs=Scope.STAFF_WRITE)
def show_new(ask: Page) -> Response:
    """Ask for somebody new."""
    return ask.page("staff/new.html", **_new(ask, "", "", ceilings_shown(Ceilings(), ask.look.currency)))


@pages.post("/new", needs=Scope.STAFF_WRITE)
def post_new(ask: Page) -> Response:
    """Add somebody and show the link with which they begin."""
    try:
        link = office.add_office_person(
            ask.hq, ask.actor, name=ask.text("name"), role=_role(ask), ceilings=ceilings_in(ask)
        )
    except HqFault as fault:
        typed = _new(ask, ask.text("name"), ask.text("role"), ceilings_typed(ask))
        return ask.again("staff/new.html", fault, **typed)
    return _link_page(ask, link)


@pages.get("/person/{name}")
def show_person(ask: Page, name: str) -> Response:
    """Show somebody, and what can be done about them."""
    return ask.page("staff/person.html", **_one(ask, name))


@pages.post("/person/{name}", needs=Scope.STAFF_WRITE)
def post_person(ask: Page, name: str) -> Response:
    """Change somebody's role and ceilings."""
    try:
        office.change_office_person(
            ask.hq,
            ask.actor,
            name,
            role=_role(ask),
            ceilings=ceilings_in(ask),
            version=_version(ask),
        )
    except HqFault as fault:
        typed = {**_one(ask, name), "role": ask.text("role"), "ceilings": ceilings_typed(ask)}
        return ask.again("staff/person.html", fault, **typed)
    return ask.go(_place(name), said=ask.said("This counts from their next click on."))


@pages.post("/person/{name}/link", needs=Scope.STAFF_WRITE)
def post_link(ask: Page, name: str) -> Response:
    """Show a link by which somebody chooses a new password."""
    return _link_page(ask, office.give_link(ask.hq, ask.actor, name))


@pages.post("/person/{name}/unlock", needs=Scope.STAFF_WRITE)
def post_unlock(ask: Page, name: str) -> Response:
    """Let a name be tried again."""
    office.unlock(ask.hq, ask.actor, name)
    return ask.go(_place(name), said=ask.said("They may try again."))


@pages.post("/person/{name}/remove", needs=Scope.STAFF_WRITE)
def post_remove(ask: Page, name: str) -> Response:
    """Let somebody in no more."""
    try:
        office.remove_office_person(ask.hq, ask.actor, name, reason=ask.text("reason")[:300])
    except HqFault as fault:
        return ask.again("staff/person.html", fault, **_one(ask, name))
    return ask.go(PLACE, said=ask.said("They are let in no more, and their sessions have ended."))


def _role(ask: PageAsk) -> Role:
    try:
        return Role(ask.text("role"))
    except ValueError as problem:
        raise Malformed("Choose a role.") from problem


def _version(ask: PageAsk) -> int:
    text = ask.text("version")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0


def _new(ask: PageAsk, name: str, role: str, ceilings: object) -> dict[str, Any]:
    return {
        "name": name,
        "role": role,
        "roles": ROLES,
        "ceilings": ceilings,
        "stores": stores_to_choose(ask.hq, ask.actor),
    }


def _one(ask: PageAsk, name: str) -> dict[str, Any]:
    person = office.find_office_person(ask.hq, name)
    shown = ceilings_shown(person.ceilings, ask.look.currency)
    return {
        "person": person,
        **_new(ask, person.name, person.role.value, shown),
        "reason": ask.text("reason"),
    }


def _place(name: str) -> str:
    return f"{PLACE}/person/{quote(name)}"


def _link_page(ask: PageAsk, link: Link) -> Response:
    """Show a link, which stands in no address: so no browser's history holds it."""
    address = str(ask.request.base_url).rstrip("/") + PASSWORD_PLACE + link.token
    return ask.page_once("staff/link.html", link=link, address=address)


@alert(needs=Scope.STAFF_READ)
def _tell_locked(hq: Hq, actor: Actor) -> list[Alert]:
    locked = [each for each in office.list_office(hq) if each.locked_until_ms]
    return [Alert(N_("People locked out after wrong passwords: {n}"), PLACE, len(locked))]


@finder(N_("Staff"), needs=Scope.STAFF_READ)
def _find_staff(hq: Hq, actor: Actor, text: str) -> list[Found]:
    wanted = text.lower()
    people = [each for each in office.list_office(hq) if wanted in each.name.lower()]
    return [Found(each.name, _place(each.name), ROLES[each.role][0]) for each in people]


def _first_name(hq: Hq) -> str | None:
    people = office.list_office(hq)
    return people[0].name if people else None


pages.example("", state="all")
pages.example("")
pages.example("/person/{name}", name=_first_name)
