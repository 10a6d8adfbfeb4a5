"""What everybody at the console has: search, alerts, saved views, their own account, help."""

from fastapi import Response

from hq.console.alerts import alerts_of
from hq.console.finding import TEXT_MAX, find
from hq.console.routing import Page, Pages
from hq.console.texts import N_
from hq.console.views import delete_view, save_view
from hq.faults import HqFault

pages = Pages("own", N_("My console"), place="/console", needs=None, is_listed=False)


@pages.get("/search")
def show_search(ask: Page) -> Response:
    """Show what fits a text; where there is one thing alone, go there."""
    text = ask.query.get("q", "").strip()[:TEXT_MAX]
    found = find(ask.hq, ask.actor, text)
    if len(found) == 1 and len(found[0][1]) == 1:
        return ask.go(found[0][1][0].place)
    return ask.page("search.html", text=text, found=found)


@pages.get("/alerts")
def show_alerts(ask: Page) -> Response:
    """Show what asks for somebody's eye."""
    return ask.page("alerts.html", alerts=alerts_of(ask.hq, ask.actor))


@pages.get("/help")
def show_help(ask: Page) -> Response:
    """Say how to get about, and what the words mean."""
    return ask.page("help.html")


@pages.post("/views", needs=None)
def post_view(ask: Page) -> Response:
    """Keep the list that the form came from, with its filters."""
    place = ask.text("place")
    try:
        view = save_view(
            ask.hq,
            ask.actor,
            noun=ask.text("noun")[:40],
            title=ask.text("title"),
            place=place,
            is_shared=ask.text("shared") == "1",
        )
    except HqFault as fault:
        return ask.again("fault.html", fault)
    return ask.go(view.place, said=ask.said("The view is saved."))


@pages.post("/views/{view_id}/delete", needs=None)
def post_delete_view(ask: Page, view_id: str) -> Response:
    """Forget a saved view."""
    view = delete_view(ask.hq, ask.actor, view_id)
    return ask.go(view.place.partition("?")[0], said=ask.said("The view is deleted."))


pages.example("/search", q="a")
