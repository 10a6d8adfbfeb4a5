"""Gift cards in the console: the list, one with what is on it, and a new batch of them."""

from typing import Any

from fastapi import Response

from app.core.money import CURRENCIES
from hq.access.actor import Actor
from hq.access.scopes import Scope
from hq.batches import service as batches
from hq.batches.checks import COUNT_MAX
from hq.batches.service import Kind, NewGiftCards
from hq.builder.typed import to_minor, to_whole, typed_into
from hq.campaigns.service import program_of
from hq.campaigns.store import newest_version
from hq.console.asked_list import asked_list
from hq.console.finding import Found, finder
from hq.console.routing import Page, PageAsk, Pages
from hq.console.texts import N_
from hq.faults import HqFault, Malformed, NotPossible
from hq.gift_cards import listing
from hq.gift_cards.listing import CardList, CardRow, State
from hq.gift_cards.postings import card_account
from hq.gift_cards.service import hash_of, set_frozen
from hq.home import Hq
from hq.ledger.books import PostingList, list_postings

PLACE = "/console/gift-cards"
STATES = {
    State.ACTIVE: (N_("Active"), "ok"),
    State.NEW: (N_("Blank"), "plain"),
    State.FROZEN: (N_("Stopped"), "warn"),
}
FIELDS = ("name", "count", "value", "kind", "place")
RESTS = {
    "stays": N_("stays on it"),
    "forfeited": N_("is lost"),
    "paid_out": N_("is paid out"),
}
pages = Pages("gift_cards", N_("Gift cards"), place=PLACE, needs=Scope.VOUCHERS_READ)


def first_card(hq: Hq) -> str | None:
    """Return a card, for the pages' examples."""
    found, _ = listing.list_cards(hq, CardList(limit=1))
    return found[0].code_hash if found else None


pages.example("/{code_hash}", code_hash=first_card)


@pages.get("")
def show_cards(ask: Page) -> Response:
    """List gift cards by batch and state."""
    rows, following = listing.list_cards(ask.hq, asked_list(CardList, ask))
    return ask.page(
        "gift_cards/list.html",
        rows=rows,
        following=following,
        states=STATES,
        batches=batches.batches_to_pick(ask.hq, Kind.GIFT_CARDS),
        options=[(key.value, ask.said(word)) for key, (word, _) in STATES.items()],
    )


@pages.post("/-/find", needs=Scope.VOUCHERS_READ)
def find_card(ask: Page) -> Response:
    """Go to the card whose number was typed."""
    try:
        found = listing.find_card(ask.hq, hash_of(ask.text("number")[:120]))
    except HqFault as fault:
        return ask.again("fault.html", fault)
    return ask.go(f"{PLACE}/{found.code_hash}")


@pages.get("/-/new", needs=Scope.VOUCHERS_WRITE)
def show_new(ask: Page) -> Response:
    """Ask which cards to make."""
    return _new_page(ask, {})


@pages.post("/-/new", needs=Scope.VOUCHERS_WRITE)
def make_batch(ask: Page) -> Response:
    """Begin a batch, and go to it."""
    typed = {name: ask.text(name) for name in FIELDS}
    try:
        currency = CURRENCIES.get(ask.look.currency)
        if not typed["name"] or currency is None:
            raise Malformed("Give the batch a name.")
        with typed_into(N_("On each")):
            value = to_minor(typed["value"], currency) if typed["value"] else 0
        with typed_into(N_("How many")):
            count = to_whole(typed["count"])
        new = NewGiftCards(typed["name"][:80], count, value, typed["kind"], typed["place"])
        made = batches.make_gift_cards(ask.hq, ask.actor, new)
    except HqFault as fault:
        return _new_page(ask, typed, fault)
    return ask.go(f"/console/batches/{made.batch_id}", said=ask.said(N_("The job has begun.")))


@pages.get("/{code_hash}")
def show_card(ask: Page, code_hash: str) -> Response:
    """Show a card: what is on it, and its postings."""
    return _card_page(ask, listing.find_card(ask.hq, code_hash))


@pages.post("/{code_hash}/state", needs=Scope.VOUCHERS_WRITE)
def post_state(ask: Page, code_hash: str) -> Response:
    """Stop a card, or let it go on."""
    found = listing.find_card(ask.hq, code_hash)
    try:
        if ask.text("do") not in ("freeze", "unfreeze") or not ask.text("reason"):
            raise Malformed("Say why.")
        is_frozen = ask.text("do") == "freeze"
        set_frozen(ask.hq, ask.actor, code_hash, is_frozen=is_frozen, reason=ask.text("reason")[:300])
    except HqFault as fault:
        return _card_page(ask, found, fault)
    return ask.go(f"{PLACE}/{code_hash}", said=ask.said(N_("That counts now. Stations hear of it.")))


@finder(N_("Gift cards"), needs=Scope.VOUCHERS_READ)
def _find_cards(hq: Hq, _actor: Actor, text: str) -> list[Found]:
    try:
        found = listing.find_card(hq, hash_of(text))
    except HqFault:
        return []
    return [
        Found(found.batch_name or found.kind or found.currency, f"{PLACE}/{found.code_hash}", found.currency)
    ]


def _new_page(ask: PageAsk, typed: dict[str, str], fault: HqFault | None = None) -> Response:
    with ask.hq.database.reading() as connection:
        program = program_of(ask.hq, connection, newest_version(connection, "program"))
    if program is None and fault is None:
        fault = NotPossible("No program has been published yet.")
    values: dict[str, Any] = {
        "typed": {name: typed.get(name, "") for name in FIELDS},
        "kinds": [] if program is None else sorted(program.schemes.card_kinds),
        "places": [] if program is None else sorted(program.schemes.jurisdictions),
        "count_max": COUNT_MAX,
    }
    return ask.page("gift_cards/new.html", fault=fault, **values)


def _card_page(ask: PageAsk, found: CardRow, fault: HqFault | None = None) -> Response:
    account = card_account(found.code_hash)
    may_read = ask.actor.may(Scope.REPORTS_READ)
    asked = PostingList(account=account)
    postings = list_postings(ask.hq, ask.actor, asked)[0] if may_read else []
    values: dict[str, Any] = {
        "card": found,
        "state": STATES[found.state],
        "rests": RESTS,
        "postings": postings,
        "posted": listing.posted_on(ask.hq, found.code_hash),
        "account": account,
    }
    return ask.page("gift_cards/one.html", fault=fault, **values)
