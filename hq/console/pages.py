"""What everybody at the console has: search, alerts, saved views, their own account, help."""

from typing import Any

from fastapi import Response

from hq.access.scopes import Scope
from hq.console.alerts import alerts_of
from hq.console.finding import TEXT_MAX, find
from hq.console.routing import Page, PageAsk, Pages
from hq.console.sessions import end_other_sessions, list_sessions
from hq.console.texts import N_
from hq.console.views import delete_view, save_view
from hq.faults import HqFault, NotPossible
from hq.staff.office import change_password
from hq.staff.words import RIGHTS, ROLES

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


@pages.get("/me")
def show_me(ask: Page) -> Response:
    """Show one's own rights, password and browsers."""
    return ask.page("own/me.html", **_me(ask))


@pages.post("/me/password", needs=None)
def post_my_password(ask: Page) -> Response:
    """Change one's own password."""
    old, new = ask.secret("old"), ask.secret("new")
    try:
        if new != ask.secret("again"):
            raise NotPossible("The new password was not typed twice in the same way.")
        change_password(ask.hq, ask.actor, old=old, new=new, session=ask.session.token_hash)
    except HqFault as fault:
        return ask.again("own/me.html", fault, **_me(ask))
    return ask.go("/console/me", said=ask.said("Your password is changed. Other browsers were signed out."))


@pages.post("/me/sign-out-others", needs=None)
def post_sign_out_others(ask: Page) -> Response:
    """End one's sessions at all other browsers."""
    end_other_sessions(ask.hq, ask.session)
    return ask.go("/console/me", said=ask.said("You are signed in at this browser only."))


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


def _me(ask: PageAsk) -> dict[str, Any]:
    role = ask.actor.role
    return {
        "role": None if role is None else ROLES[role],
        "rights": [RIGHTS[scope] for scope in Scope if ask.actor.may(scope)],
        "sessions": list_sessions(ask.hq, ask.actor.name),
        "own": ask.session.token_hash,
    }


pages.example("/search", q="a")
pages.example("/search", q="zzzz-nothing")
