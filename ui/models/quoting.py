"""What a visit would get, and recording it as it was shown; all of it for the store's thread."""

from dataclasses import dataclass, replace

from app.core.overlay import ORDER_CLAIM
from app.core.quote import Quote
from app.ids import new_id
from app.station.answer import OrderAnswer
from app.station.redeem import hand_in, quote_order, rules_to_pick
from app.store.store import StationStore
from ui.models.till import Visit, settled

PROGRAM = "program"


class QuoteOutdated(Exception):
    """What was shown is not what would be recorded now: rules or facts have come in between. Nothing was recorded."""


@dataclass(frozen=True, slots=True)
class Quoted:
    """A visit with settled picks, what it would get, and the version of the rules by which."""

    visit: Visit
    quote: Quote
    program_version: int


def quote_visit(store: StationStore, visit: Visit, *, register: str, link: str) -> Quoted:
    """Return the visit's quote. Raises `NoProgram` or a `StoreFault`.

    The cashier's own picks are kept; what is picked without them is decided anew with every quote.
    """
    choices = {rule_id: visit.choices.get(rule_id) or new_id() for rule_id in rules_to_pick(store)}
    wished = replace(visit, choices=choices, picks=frozenset(choices) & visit.wished)
    found = _quote(store, wished, register, link)
    better = settled(wished, found)
    if better.picks != wished.picks:
        found = _quote(store, better, register, link)
    return Quoted(better, found, store.replica.document_version(PROGRAM))


def hand_in_as_shown(store: StationStore, shown: Quoted, *, register: str, link: str) -> OrderAnswer:
    """Record an order as it was shown. Raises `QuoteOutdated`, `NotRecorded` or a `StoreFault`.

    An order that was recorded before is answered from the journal, whatever has changed since.
    """
    order_in, at_till = shown.visit.order.order_in(register), shown.visit.at_till(link=link)
    if store.journal.claimed(ORDER_CLAIM, order_in.order_id) is None:
        now = _quote(store, shown.visit, register, link)
        version = store.replica.document_version(PROGRAM)
        if (now.decision, version) != (shown.quote.decision, shown.program_version):
            raise QuoteOutdated
    return hand_in(store, order_in, at_till)


def _quote(store: StationStore, visit: Visit, register: str, link: str) -> Quote:
    order_in, at_till = visit.order.order_in(register), visit.at_till(link=link)
    return quote_order(store, order_in, at_till, choices=visit.choices)
