"""A till at which gift cards are shown: the station's model on a real store"""

from tests.builders import PIN, a_gift_card, move_replica
from tests.ui.station_bench import Bench, open_member
from ui.models.card_view import GiftCardView
from ui.models.known_flows import FLOWS
from ui.models.pin_pad import Choose, GivePin
from ui.models.state import Screen

PIN_MS = 30_000  # a PIN takes its time where all are at work


def a_till(bench: Bench) -> Bench:
    """Know every page, and when head office was heard last: a card's balance goes by it."""
    bench.thread.call(lambda store: move_replica(store, included_seq=0))
    bench.model.add_flows(*FLOWS)
    return bench


def a_card(bench: Bench, **changes: object) -> str:
    """Put a gift card with 20.00 on it into the replica and return its number."""
    return bench.thread.call(lambda store: a_gift_card(store, **({"balance": 2_000} | changes)))


def view(bench: Bench) -> GiftCardView:
    found = bench.model.state.flow
    assert isinstance(found, GiftCardView)
    return found


def shown(bench: Bench) -> GiftCardView:
    """Wait until the page shows a card that Enter acts on."""
    bench.until(Screen.GIFT_CARD)
    bench.qtbot.waitUntil(lambda: view(bench).card is not None)
    bench.settled()
    return view(bench)


def with_order(bench: Bench, amount: str, total: int) -> None:
    open_member(bench)
    bench.model.type_amount(amount)
    bench.quoted(total)


def paying(bench: Bench, count: int = 1):
    bench.qtbot.waitUntil(lambda: len(bench.model.state.order.cards) == count)
    bench.settled()
    return bench.model.state.order.cards


def notice(bench: Bench) -> str:
    bench.qtbot.waitUntil(lambda: bool(bench.model.state.notice))
    return bench.model.state.notice


def confirm(bench: Bench):
    bench.settled()
    bench.model.enter()
    bench.until(Screen.ANSWER)
    return bench.model.state.answer


def entries(bench: Bench, kind: str) -> list[dict]:
    def read(store):
        return [entry.data for entry in store.journal.entries(from_seq=1) if entry.type == kind]

    return bench.thread.call(read)


def sign_in(till: Bench, who: str) -> None:
    till.model.open(Screen.SIGN_IN)
    till.settled()
    till.model.ask(Choose(who))
    till.model.ask(GivePin(PIN))
    till.qtbot.waitUntil(lambda: bool(till.model.state.cashier), timeout=PIN_MS)
    till.until(Screen.IDLE)
