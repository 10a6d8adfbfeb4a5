"""Webhooks in the console: endpoints, what was sent to each and how it went, trying out, replay, another secret."""

from typing import Any

from fastapi import Response

from hq.access.actor import Actor
from hq.access.scopes import Scope
from hq.api.paging import Paging
from hq.console.alerts import Alert, alert
from hq.console.routing import Page, PageAsk, Pages
from hq.console.texts import N_
from hq.faults import HqFault, NotPossible
from hq.home import Hq
from hq.webhooks import deliveries, service
from hq.webhooks.feed import GIVEN_UP
from hq.webhooks.outbox import Kind

PLACE = "/console/webhooks"
NAME_MAX = 80
HOURS = {"0": N_("not at all"), "1": N_("an hour"), "24": N_("a day"), "168": N_("a week")}
STATES = {"waiting": N_("waiting"), "delivered": N_("delivered"), "given_up": N_("given up")}
CHOSEN = tuple(kind.value for kind in Kind if kind is not Kind.WEBHOOK_TEST)
pages = Pages("webhooks", N_("Webhooks"), place=PLACE, needs=Scope.WEBHOOKS_READ)


@pages.get("")
def show_webhooks(ask: Page) -> Response:
    """List the endpoints by name."""
    return ask.page("webhooks/list.html", endpoints=service.list_endpoints(ask.hq))


@pages.get("/new", needs=Scope.WEBHOOKS_WRITE)
def show_new(ask: Page) -> Response:
    """Ask for a new endpoint."""
    return ask.page("webhooks/new.html", **_form("", "https://", ()))


@pages.post("/new", needs=Scope.WEBHOOKS_WRITE)
def post_new(ask: Page) -> Response:
    """Add an endpoint and show its secret."""
    try:
        endpoint, secret = service.create_endpoint(ask.hq, ask.actor, _wanted(ask))
    except HqFault as fault:
        typed = _form(ask.text("name"), ask.text("url"), tuple(ask.texts("kind")))
        return ask.again("webhooks/new.html", fault, **typed)
    return ask.page_once("webhooks/secret.html", endpoint=endpoint, secret=secret)


@pages.get("/endpoint/{endpoint_id}")
def show_endpoint(ask: Page, endpoint_id: str) -> Response:
    """Show an endpoint and what was sent to it, the newest first."""
    return ask.page("webhooks/one.html", **_one(ask, endpoint_id))


@pages.post("/endpoint/{endpoint_id}/edit", needs=Scope.WEBHOOKS_WRITE)
def post_edit(ask: Page, endpoint_id: str) -> Response:
    """Change an endpoint."""
    return _do(
        ask, endpoint_id, N_("The endpoint is changed."), lambda: _change(ask, endpoint_id, _wanted(ask))
    )


@pages.post("/endpoint/{endpoint_id}/switch", needs=Scope.WEBHOOKS_WRITE)
def post_switch(ask: Page, endpoint_id: str) -> Response:
    """Tell an endpoint again, or no more."""
    is_on = ask.text("on") == "1"
    said = N_("What waits is sent now.") if is_on else N_("The endpoint is told nothing from now on.")
    return _do(ask, endpoint_id, said, lambda: _change(ask, endpoint_id, service.Wanted(is_on=is_on)))


@pages.post("/endpoint/{endpoint_id}/test", needs=Scope.WEBHOOKS_WRITE)
def post_test(ask: Page, endpoint_id: str) -> Response:
    """Send an event that means nothing."""
    said = N_("A test is on its way. Below it stands what the endpoint answers.")
    return _do(ask, endpoint_id, said, lambda: deliveries.send_test(ask.hq, ask.actor, endpoint_id))


@pages.post("/endpoint/{endpoint_id}/rotate", needs=Scope.WEBHOOKS_WRITE)
def post_rotate(ask: Page, endpoint_id: str) -> Response:
    """Make another secret and show it."""
    hours = ask.text("hours")
    try:
        if hours not in HOURS:
            raise NotPossible("Choose how long the old secret signs too.")
        endpoint, secret = service.rotate_secret(ask.hq, ask.actor, endpoint_id, overlap_hours=int(hours))
    except HqFault as fault:
        return ask.again("webhooks/one.html", fault, **_one(ask, endpoint_id))
    return ask.page_once("webhooks/secret.html", endpoint=endpoint, secret=secret)


@pages.post("/endpoint/{endpoint_id}/remove", needs=Scope.WEBHOOKS_WRITE)
def post_remove(ask: Page, endpoint_id: str) -> Response:
    """Take an endpoint away."""
    service.remove_endpoint(ask.hq, ask.actor, endpoint_id)
    return ask.go(PLACE, said=ask.said("The endpoint is gone, with all that waited for it."))


@pages.get("/endpoint/{endpoint_id}/delivery/{event_id}")
def show_delivery(ask: Page, endpoint_id: str, event_id: str) -> Response:
    """Show what is sent, and how each try went."""
    return ask.page("webhooks/delivery.html", **_delivery(ask, endpoint_id, event_id))


@pages.post("/endpoint/{endpoint_id}/delivery/{event_id}/replay", needs=Scope.WEBHOOKS_WRITE)
def post_replay(ask: Page, endpoint_id: str, event_id: str) -> Response:
    """Send it once more."""
    try:
        deliveries.replay_delivery(ask.hq, ask.actor, endpoint_id, event_id)
    except HqFault as fault:
        return ask.again("webhooks/delivery.html", fault, **_delivery(ask, endpoint_id, event_id))
    place = f"{PLACE}/endpoint/{endpoint_id}/delivery/{event_id}"
    return ask.go(place, said=ask.said("It is sent once more."))


def _do(ask: PageAsk, endpoint_id: str, said: str, work: Any) -> Response:
    """Do something to an endpoint and show it again."""
    try:
        work()
    except HqFault as fault:
        return ask.again("webhooks/one.html", fault, **_one(ask, endpoint_id))
    return ask.go(f"{PLACE}/endpoint/{endpoint_id}", said=ask.said(said))


def _change(ask: PageAsk, endpoint_id: str, wanted: service.Wanted) -> None:
    service.change_endpoint(ask.hq, ask.actor, endpoint_id, wanted)


def _wanted(ask: PageAsk) -> service.Wanted:
    name = ask.text("name")
    if not name or len(name) > NAME_MAX or not name.isprintable():
        raise NotPossible(f"A name has 1 to {NAME_MAX} characters.")
    kinds = tuple(Kind(kind) for kind in ask.texts("kind") if kind in CHOSEN)
    return service.Wanted(name=name, url=ask.text("url"), kinds=kinds)


def _form(name: str, url: str, named: tuple[str, ...]) -> dict[str, Any]:
    return {"name": name, "address": url, "kinds": CHOSEN, "named": named}


def _one(ask: PageAsk, endpoint_id: str) -> dict[str, Any]:
    endpoint = service.find_endpoint(ask.hq, endpoint_id)
    paging = Paging(cursor=ask.query.get("cursor") or None)
    state = ask.query.get("state")
    found, following = deliveries.list_deliveries(
        ask.hq, endpoint_id, paging, state=state if state in STATES else None
    )
    is_edited = "url" in ask.form
    kinds = tuple(ask.texts("kind")) if is_edited else endpoint.kinds
    form = _form(ask.text("name", endpoint.name), ask.text("url", endpoint.url), kinds)
    rows = {"deliveries": found, "following": following, "states": STATES}
    return {"endpoint": endpoint, "hours": HOURS, "is_edited": is_edited, **rows, **form}


def _delivery(ask: PageAsk, endpoint_id: str, event_id: str) -> dict[str, Any]:
    endpoint = service.find_endpoint(ask.hq, endpoint_id)
    found = deliveries.find_delivery(ask.hq, endpoint_id, event_id)
    return {"endpoint": endpoint, "delivery": found, "states": STATES}


@alert(needs=Scope.WEBHOOKS_READ)
def _tell_given_up(hq: Hq, actor: Actor) -> list[Alert]:
    """Tell of endpoints that took nothing for three days and are told nothing more."""
    given_up = [each for each in service.list_endpoints(hq) if each.state == GIVEN_UP]
    return [Alert(N_("Webhook endpoints that were given up: {n}"), PLACE, len(given_up))]


def _any_endpoint(hq: Hq) -> str | None:
    found = service.list_endpoints(hq)
    return found[0].endpoint_id if found else None


def _any_delivery(hq: Hq) -> str | None:
    endpoint_id = _any_endpoint(hq)
    if endpoint_id is None:
        return None
    found, _ = deliveries.list_deliveries(hq, endpoint_id, Paging(limit=1))
    return found[0].event_id if found else None


pages.example("/endpoint/{endpoint_id}", endpoint_id=_any_endpoint)
pages.example(
    "/endpoint/{endpoint_id}/delivery/{event_id}", endpoint_id=_any_endpoint, event_id=_any_delivery
)
