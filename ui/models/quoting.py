"""What a visit would get, read on the store's thread: offers and totals, with the picks that they allow."""

from dataclasses import replace

from app.core.quote import Quote
from app.ids import new_id
from app.station.redeem import quote_order, rules_to_pick
from app.store.store import StationStore
from ui.models.till import Visit, settled


def quote_visit(store: StationStore, visit: Visit, *, register: str, link: str) -> tuple[Visit, Quote]:
    """Return the visit with settled picks, and its quote. Raises `NoProgram` or a `StoreFault`."""
    if not visit.choices:
        visit = replace(visit, choices={rule_id: new_id() for rule_id in rules_to_pick(store)})
    found = _quote(store, visit, register, link)
    better = settled(visit, found)
    return better, found if better.picks == visit.picks else _quote(store, better, register, link)


def _quote(store: StationStore, visit: Visit, register: str, link: str) -> Quote:
    order_in, at_till = visit.order.order_in(register), visit.at_till(link=link)
    return quote_order(store, order_in, at_till, choices=visit.choices)
