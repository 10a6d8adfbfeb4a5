"""What a visit would get, and recording it as it was shown; all of it for the store's thread."""

from dataclasses import dataclass, replace

from app.core.asking import NOTHING_HEARD, Asking, Heard
from app.core.authority import NEEDS_NONE
from app.core.outcome import Decision, Outcome
from app.core.overlay import ORDER_CLAIM
from app.core.prompted import Prompts
from app.core.quote import Quote
from app.core.standing import Standing
from app.ids import new_id
from app.station.answer import OrderAnswer
from app.station.earned import EarnedBy, earned_by
from app.station.prompts import prompts
from app.station.redeem import hand_in, quote_order, rules_to_pick, to_ask
from app.station.standing import standing
from app.store.store import StationStore
from ui.models.till import Visit, settled

PROGRAM = "program"


class QuoteOutdated(Exception):
    """What was shown is not what would be recorded now: rules or facts have come in between. Nothing was recorded."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What every quote rests on, whoever it is for: the versions of rules and of what is stopped, and how we stand."""

    program_version: int
    stops_version: int
    standing: Standing


@dataclass(frozen=True, slots=True)
class Quoted:
    """A visit with settled picks, what it would get, on which ground, and whether there was a line."""

    visit: Visit
    quote: Quote
    ground: Ground
    link: str = ""
    why: tuple[EarnedBy, ...] = ()  # what its points are for


def ground_of(store: StationStore) -> Ground:
    """Return what a quote would rest on now."""
    return Ground(store.replica.document_version(PROGRAM), store.stops.version, standing(store))


def quote_visit(store: StationStore, visit: Visit, *, register: str, link: str) -> Quoted:
    """Return the visit's quote. Raises `NoProgram` or a `StoreFault`.

    The cashier's own picks are kept; what is picked without them is decided anew with every quote.
    """
    choices = {rule_id: visit.choices.get(rule_id) or new_id() for rule_id in rules_to_pick(store)}
    wished = replace(visit, choices=choices, picks=frozenset(choices) & visit.wished)
    found = _quote(store, wished, register, link)
    better = settled(wished, found, link=link)
    if better.picks != wished.picks:
        found = _quote(store, better, register, link)
    why = earned_by(store.replica.program(), found.decision)
    return Quoted(better, found, ground_of(store), link, why)


def prompts_of(store: StationStore, shown: Quoted, *, register: str) -> Prompts:
    """Return what there is to say beside a quote. Raises as `quote_visit`."""
    visit = shown.visit
    order_in, at_till = visit.order.order_in(register), visit.at_till(link=shown.link)
    return prompts(store, order_in, at_till, shown.quote, choices=visit.choices)


def to_ask_as_shown(store: StationStore, shown: Quoted, *, register: str, link: str) -> Asking | None:
    """Return what to ask head office before an order is recorded as it was shown. Raises as `hand_in_as_shown`."""
    _check_shown(store, shown, register, link)
    return to_ask(store, shown.visit.order.order_in(register), shown.visit.at_till(link=link))


def hand_in_as_shown(
    store: StationStore, shown: Quoted, *, register: str, link: str, heard: Heard = NOTHING_HEARD
) -> OrderAnswer:
    """Record an order as it was shown. Raises `QuoteOutdated`, `NotRecorded` or a `StoreFault`.

    An order that was recorded before is answered from the journal, whatever has changed since. `heard` are head
    office's words, which alone may change what it gets.
    """
    _check_shown(store, shown, register, link)
    return hand_in(store, shown.visit.order.order_in(register), shown.visit.at_till(link=link, heard=heard))


def _check_shown(store: StationStore, shown: Quoted, register: str, link: str) -> None:
    if store.journal.claimed(ORDER_CLAIM, shown.visit.order.order_id) is not None:
        return
    now, version = _quote(store, shown.visit, register, link), store.replica.document_version(PROGRAM)
    if version != shown.ground.program_version or _seen(now.decision) != _seen(shown.quote.decision):
        raise QuoteOutdated


def _seen(decision: Decision) -> Decision:
    """Return what of a decision is on the screen: by which right something is given isn't."""

    def without(outcomes: tuple[Outcome, ...]) -> tuple[Outcome, ...]:
        return tuple(outcome._replace(auth=NEEDS_NONE) for outcome in outcomes)

    return replace(decision, presented=without(decision.presented), automatic=without(decision.automatic))


def _quote(store: StationStore, visit: Visit, register: str, link: str) -> Quote:
    order_in, at_till = visit.order.order_in(register), visit.at_till(link=link)
    return quote_order(store, order_in, at_till, choices=visit.choices)
