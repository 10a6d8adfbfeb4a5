"""Stores in the console."""

import re
from typing import Any

from fastapi import Response
from sqlalchemy import select

from hq.access.actor import Actor
from hq.access.scopes import Scope
from hq.console.finding import FOUND_MAX, Found, finder
from hq.console.routing import Page, Pages
from hq.console.texts import N_
from hq.csv_files import csv_answer, moment_cell
from hq.faults import HqFault, Malformed
from hq.home import Hq
from hq.stores.device_pages import states
from hq.stores.pairing import new_pairing
from hq.stores.pairing_pages import pairing_typed, read_pairing_form, show_pairing
from hq.stores.seeing import DeviceSeen, StoreSeen, areas_of, devices_of, find_store, stores_of
from hq.stores.service import AREA_LENGTH_MAX, ID_LENGTH_MAX, NAME_LENGTH_MAX, add_store, change_store
from hq.tables import store

DEVICES_MAX = 200  # of one store: its page shows them all
ID = re.compile(rf"[0-9A-Za-z][0-9A-Za-z._-]{{0,{ID_LENGTH_MAX - 1}}}")
FIELDS = "store_id", "name", "time_zone", "currency", "area"
pages = Pages("stores", N_("Stores"), place="/console/stores", needs=Scope.STORES_READ)


@pages.get("")
def show_stores(ask: Page) -> Response:
    """Show all stores by area."""
    area = _area(ask)
    rows = stores_of(ask.hq, ask.actor, area=area)
    areas = [(each, each) for each in areas_of(ask.hq, ask.actor)]
    return ask.page("stores/list.html", rows=rows, areas=areas, area=area)


@pages.get("/list.csv")
def get_stores(ask: Page) -> Response:
    """Return the same as a file."""
    header = [
        "store",
        "name",
        "area",
        "time zone",
        "currency",
        "devices",
        "online",
        "to confirm",
        "queue",
        "last seen",
    ]
    zone = ask.look.time_zone

    def to_row(each: StoreSeen) -> list[str | int | None]:
        place = [each.store_id, each.name, each.area, each.time_zone, each.currency]
        return [
            *place,
            each.devices,
            each.online,
            each.waiting,
            each.queue,
            moment_cell(each.last_seen_ms, zone),
        ]

    return csv_answer("stores", header, stores_of(ask.hq, ask.actor, area=_area(ask)), to_row)


@pages.get("/new", needs=Scope.STORES_WRITE)
def show_new(ask: Page) -> Response:
    """Show the form of a new store."""
    return ask.page("stores/new.html", typed=dict.fromkeys(FIELDS, ""))


@pages.post("/new", needs=Scope.STORES_WRITE)
def post_new(ask: Page) -> Response:
    """Add a store."""
    typed = {name: ask.text(name) for name in FIELDS}
    try:
        if not ID.fullmatch(typed["store_id"]):
            raise Malformed("An id has letters A–Z, digits, points, dashes and underscores, 40 at most.")
        _check_texts(typed["name"], typed["area"])
        add_store(ask.hq, **typed, actor=ask.actor)
    except HqFault as fault:
        return ask.again("stores/new.html", fault, typed=typed)
    return ask.go(f"/console/stores/{typed['store_id']}", said=ask.said("The store is added."))


@pages.get("/{store_id}")
def show_store(ask: Page, store_id: str) -> Response:
    """Show one store with its devices."""
    return ask.page("stores/one.html", **_of(ask, store_id))


@pages.post("/{store_id}", needs=Scope.STORES_WRITE)
def post_store(ask: Page, store_id: str) -> Response:
    """Give a store another name or area."""
    try:
        _check_texts(ask.text("name"), ask.text("area"))
        change_store(ask.hq, ask.actor, store_id, name=ask.text("name"), area=ask.text("area"))
    except HqFault as fault:
        return ask.again("stores/one.html", fault, **_of(ask, store_id))
    return ask.go(f"/console/stores/{store_id}", said=ask.said("The store is changed."))


@pages.post("/{store_id}/pair", needs=Scope.DEVICES_WRITE)
def post_pair(ask: Page, store_id: str) -> Response:
    """Show a pairing text for a new station of a store."""
    found = find_store(ask.hq, ask.actor, store_id)
    try:
        url, is_trusted = read_pairing_form(ask)
        made = new_pairing(ask.hq, store_id=store_id, url=url, is_trusted=is_trusted, actor=ask.actor)
    except HqFault as fault:
        return ask.again("stores/one.html", fault, **_of(ask, store_id))
    back = f"/console/stores/{store_id}"
    return show_pairing(ask, made, about=found.name, back=back, is_trusted=is_trusted)


def _of(ask: Page, store_id: str) -> dict[str, Any]:
    found = find_store(ask.hq, ask.actor, store_id)
    here: list[DeviceSeen] = []
    if ask.actor.may(Scope.DEVICES_READ):
        here = devices_of(ask.hq, ask.actor, store_id=store_id, limit=DEVICES_MAX)
    return {
        "store": found,
        "devices": here,
        "states": states,
        "typed": {
            "name": ask.text("name", found.name),
            "area": ask.text("area", found.area),
            **pairing_typed(ask),
        },
    }


def _area(ask: Page) -> str | None:
    return ask.query.get("area", "").replace("\x00", "") or None


def _check_texts(name: str, area: str) -> None:
    if not name or not name.isprintable() or len(name) > NAME_LENGTH_MAX:
        raise Malformed("A name has 1 to 80 printable characters.")
    if not (area.isprintable() or not area) or len(area) > AREA_LENGTH_MAX:
        raise Malformed("An area has 40 printable characters at most.")


@finder(N_("Stores"), needs=Scope.STORES_READ)
def _find_stores(hq: Hq, actor: Actor, text: str) -> list[Found]:
    begins = store.c.store_id == text, store.c.name.startswith(text, autoescape=True)
    with hq.database.reading() as connection:
        rows = connection.execute(
            select(store).where(begins[0] | begins[1]).order_by(store.c.store_id).limit(FOUND_MAX)
        ).all()
    return [
        Found(row.name, f"/console/stores/{row.store_id}", row.store_id)
        for row in rows
        if actor.sees_store(row.store_id)
    ]


def a_store(hq: Hq) -> str | None:
    """Return a store to look at: the one heard of last."""
    with hq.database.reading() as connection:
        found: str | None = connection.execute(
            select(store.c.store_id).order_by(store.c.store_id).limit(1)
        ).scalar()
    return found


pages.example("/{store_id}", store_id=a_store)
