"""The schema of members' attributes in the console."""

from typing import Any

from fastapi import Response

from hq.access.scopes import Scope
from hq.console.routing import Page, PageAsk, Pages
from hq.console.texts import N_
from hq.faults import HqFault, Malformed
from hq.members.attributes import (
    Attribute,
    AttributeKind,
    Side,
    find_attribute,
    list_attributes,
    put_attribute,
    remove_attribute,
)

PLACE = "/console/attributes"
KINDS = {
    AttributeKind.TEXT: N_("Text"),
    AttributeKind.NUMBER: N_("Whole number"),
    AttributeKind.DAY: N_("Day"),
    AttributeKind.CHOICE: N_("Choice"),
}
SIDES = {Side.CRM: N_("The other system"), Side.HQ: N_("Head office")}
pages = Pages("attributes", N_("Attributes"), place=PLACE, needs=Scope.MEMBERS_READ)


@pages.get("")
def show_attributes(ask: Page) -> Response:
    """Show the schema, and the form of a new attribute."""
    return _list(ask)


@pages.post("", needs=Scope.SETTINGS_WRITE)
def post_attribute(ask: Page) -> Response:
    """Add an attribute, or change the one of this name."""
    try:
        put_attribute(ask.hq, ask.actor, _typed(ask))
    except HqFault as fault:
        return _list(ask, fault=fault)
    return ask.go(PLACE, said=ask.said(N_("The attribute is kept.")))


@pages.post("/{name}/remove", needs=Scope.SETTINGS_WRITE)
def post_removed(ask: Page, name: str) -> Response:
    """Take an attribute out, with all values of it."""
    find_attribute(ask.hq, name)
    if not ask.text("sure"):
        return _list(ask, fault=Malformed("Say that the values of all members may go."))
    remove_attribute(ask.hq, ask.actor, name)
    return ask.go(PLACE, said=ask.said(N_("The attribute is gone, and all values of it.")))


def _typed(ask: PageAsk) -> Attribute:
    kind, owner = ask.text("kind"), ask.text("owner")
    if kind not in set(AttributeKind) or owner not in set(Side):
        raise Malformed("Choose a kind, and whose it is.")
    choices = tuple(dict.fromkeys(each.strip() for each in ask.text("choices").splitlines() if each.strip()))
    title = ask.text("title")
    if not 0 < len(title) <= 80 or not title.isprintable():
        raise Malformed("A title has 1 to 80 characters.")
    is_choice = kind == AttributeKind.CHOICE
    return Attribute(
        ask.text("name"),
        title,
        AttributeKind(kind),
        choices if is_choice else (),
        Side(owner),
        at_stations=bool(ask.text("at_stations")),
    )


def _list(ask: PageAsk, *, fault: HqFault | None = None) -> Response:
    names = ("name", "title", "kind", "owner", "choices", "at_stations")
    values: dict[str, Any] = {
        "rows": list_attributes(ask.hq),
        "kinds": [(kind.value, word) for kind, word in KINDS.items()],
        "sides": [(side.value, word) for side, word in SIDES.items()],
        "typed": {name: ask.text(name) for name in names},
    }
    return ask.page("attributes/list.html", fault=fault, **values)
