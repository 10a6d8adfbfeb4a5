"""Keys of other programs in the console: made and shown once, rotated, revoked."""

from typing import Any

from fastapi import Response

from hq.access import api_keys
from hq.access.actor import Actor
from hq.access.scopes import Scope
from hq.console.alerts import Alert, alert
from hq.console.form_ceilings import ceilings_in, ceilings_shown, ceilings_typed
from hq.console.program_of_pages import stores_to_choose
from hq.console.routing import Page, PageAsk, Pages
from hq.console.texts import N_
from hq.faults import HqFault, NotPossible
from hq.home import Hq
from hq.staff.words import RIGHTS

PLACE = "/console/keys"
NAME_MAX = 60
WEEK_MS = 7 * 86_400_000
HOURS = {"0": N_("not at all"), "1": N_("an hour"), "24": N_("a day"), "168": N_("a week")}
pages = Pages("keys", N_("API keys"), place=PLACE, needs=Scope.KEYS_READ)


@pages.get("")
def show_keys(ask: Page) -> Response:
    """List keys, those that are good first."""
    now_ms = ask.hq.clock.now_ms()
    found = api_keys.list_keys(ask.hq)
    is_all = ask.query.get("state") == "all"
    shown = [key for key in found if is_all or key.is_good(now_ms)]
    return ask.page("keys/list.html", keys=shown, hidden=len(found) - len(shown), now_ms=now_ms)


@pages.get("/new", needs=Scope.KEYS_WRITE)
def show_new(ask: Page) -> Response:
    """Ask for a new key."""
    shown = ceilings_shown(ask.actor.ceilings, ask.look.currency)
    return ask.page("keys/new.html", **_new(ask, "", frozenset(), shown))


@pages.post("/new", needs=Scope.KEYS_WRITE)
def post_new(ask: Page) -> Response:
    """Make a key and show its text."""
    named = frozenset(ask.texts("scope"))
    try:
        scopes = tuple(scope for scope in Scope if scope.value in named)
        key, text = api_keys.create_key(
            ask.hq, ask.actor, name=_name(ask), scopes=scopes, ceilings=ceilings_in(ask)
        )
    except HqFault as fault:
        return ask.again("keys/new.html", fault, **_new(ask, ask.text("name"), named, ceilings_typed(ask)))
    return ask.page_once("keys/made.html", key=key, text=text)


@pages.get("/key/{key_id}")
def show_key(ask: Page, key_id: str) -> Response:
    """Show a key without its secret."""
    return ask.page("keys/one.html", **_one(ask, key_id))


@pages.post("/key/{key_id}/rotate", needs=Scope.KEYS_WRITE)
def post_rotate(ask: Page, key_id: str) -> Response:
    """Make a key with the same rights and show its text; the old one stays good for a while."""
    hours = ask.text("hours")
    try:
        if hours not in HOURS:
            raise NotPossible("Choose how long the old key stays good.")
        key, text = api_keys.rotate_key(ask.hq, ask.actor, key_id, overlap_hours=int(hours))
    except HqFault as fault:
        return ask.again("keys/one.html", fault, **_one(ask, key_id))
    return ask.page_once("keys/made.html", key=key, text=text)


@pages.post("/key/{key_id}/revoke", needs=Scope.KEYS_WRITE)
def post_revoke(ask: Page, key_id: str) -> Response:
    """End a key at once."""
    api_keys.revoke_key(ask.hq, ask.actor, key_id, reason=ask.text("reason")[:300])
    return ask.go(PLACE, said=ask.said("The key is good for nothing from now on."))


def _name(ask: PageAsk) -> str:
    name = ask.text("name")
    if not name or len(name) > NAME_MAX or not name.isprintable():
        raise NotPossible(f"A name has 1 to {NAME_MAX} characters.")
    return name


def _new(ask: PageAsk, name: str, named: frozenset[str], ceilings: object) -> dict[str, Any]:
    return {
        "name": name,
        "rights": {scope: words for scope, words in RIGHTS.items() if ask.actor.may(scope)},
        "named": named,
        "ceilings": ceilings,
        "stores": stores_to_choose(ask.hq, ask.actor),
    }


def _one(ask: PageAsk, key_id: str) -> dict[str, Any]:
    key, now_ms = api_keys.find_key(ask.hq, key_id), ask.hq.clock.now_ms()
    return {"key": key, "rights": RIGHTS, "is_good": key.is_good(now_ms), "hours": HOURS, "now_ms": now_ms}


@alert(needs=Scope.KEYS_READ)
def _tell_ending(hq: Hq, actor: Actor) -> list[Alert]:
    """Tell of keys that were rotated, end soon, and are still used."""
    now_ms = hq.clock.now_ms()
    ending = [
        key
        for key in api_keys.list_keys(hq)
        if key.expires_ms is not None
        and now_ms < key.expires_ms < now_ms + WEEK_MS
        and key.revoked_ms is None
        and (key.last_used_ms or 0) > now_ms - WEEK_MS
    ]
    return [Alert(N_("Keys that end soon and are still used: {n}"), PLACE, len(ending))]


def _newest_key(hq: Hq) -> str | None:
    keys = api_keys.list_keys(hq)
    return keys[0].key_id if keys else None


pages.example("", state="all")
pages.example("/key/{key_id}", key_id=_newest_key)
