"""The station's window with a log that says more, for tests that hold what was shown against the books.

`python -m tests.e2e.told PICTURES station …`. Beside what the product's own log says there are the figures of the idle
page, what an answer came to and whose record it tells of, and the order for which keys count now. PICTURES is a folder
that gets a picture of every page as it was painted, or "-".
"""

import sys
from pathlib import Path
from typing import Any

from ui import event_log
from ui.models.card_view import GiftCardView
from ui.models.state import Screen, State
from ui.models.undo import UndoView
from ui.models.undoing import Effect

Event = dict[str, Any]
PICTURES = Path("-")
TOLD = [sys.executable, "-m", "tests.e2e.told", "-"]  # the program, without pictures
say_less = event_log._to_paint


def say_more(before: State | None, now: State) -> list[Event]:
    """Return what of a state is still to be painted, with its figures."""
    events = say_less(before, now)
    for event in events:
        if event["event"] == "answer_painted" and now.answer is not None:
            told = now.answer
            event |= {"receipt": told.receipt, "discount": told.discount, "points": told.points}
            event |= {"undone": told.undone is not None, "sold": told.put is not None}
        elif event["event"] == "card_painted" and now.member is not None:
            event |= {"balance": now.member.balance, "pending": now.member.pending}
    is_new_page = before is None or before.screen is not now.screen
    if now.screen is Screen.IDLE and (is_new_page or before is None or before.today != now.today):
        events.append({"event": "figures_painted"} | figures(now))
    if isinstance(now.flow, UndoView) and (before is None or before.flow != now.flow):
        events.append({"event": "undoing_painted"} | undoing(now.flow))
    if isinstance(now.flow, GiftCardView) and (before is None or before.flow != now.flow) and now.flow.card:
        told_of = {"is_new": now.flow.card.is_new, "doing": str(now.flow.doing), "amount": now.flow.amount}
        events.append({"event": "gift_card_shown"} | told_of)
    if before is not None and before.cashier and not now.cashier:
        events.append({"event": "shift_ended"})
    if now.notice and (before is None or before.notice != now.notice):
        events.append({"event": "notice_painted", "text": now.notice})
    return events


def figures(now: State) -> Event:
    """Return what the idle page says of today."""
    today = now.today
    counts = {"orders": today.orders, "redemptions": today.redemptions, "members": today.members}
    return counts | {"value": today.value_given, "is_training": now.shop.is_training}


def undoing(view: UndoView) -> Event:
    """Return how far the page of undoing is."""
    told = {"goods": len(view.goods), "has_effect": isinstance(view.effect, Effect)}
    return told | {"is_read": view.is_read, "reason": str(view.reason or ""), "is_own": view.row is not None}


class ToldEvents(event_log.EventLog):
    """The product's log, which says more and draws."""

    def __init__(self, *places: Any, **more: Any) -> None:
        super().__init__(*places, **more)
        self._pictures = 0

    def watch(self, window: Any) -> None:
        self._window = window
        super().watch(window)

    def follow(self, model: Any) -> None:
        super().follow(model)
        if around := getattr(model, "_around", None):  # the station's, not the one of the opening
            around.read.connect(self._overview_came)

    def _overview_came(self, found: Any) -> None:
        told = {"program": found.program_version, "asks_to_sign_in": found.is_sign_in_needed}
        self._note({"event": "overview_came", "screen": self._before.screen.value} | told)

    def _painted(self) -> None:
        names = [event["event"] for event in self._unpainted if event["event"].endswith("_painted")]
        super()._painted()
        if names and PICTURES.is_dir():
            self._pictures += 1
            self._window.grab().save(str(PICTURES / f"{self._pictures:03}-{names[-1]}.png"))

    def _note(self, event: Event) -> None:
        now = self._before
        if event["event"] == "member_ready" and now is not None and now.order is not None:
            event |= {"typed": now.order.typed, "discount": now.order.discount}
            event |= {"cards": len(now.order.cards)}
            event |= {"vouchers": sum(row.is_voucher for row in now.offers)}
            event |= {"picked": sum(row.is_picked for row in now.offers)}
        super()._note(event)


if __name__ == "__main__":
    PICTURES = Path(sys.argv[1])
    event_log._to_paint = say_more
    event_log.EventLog = ToldEvents
    from app.cli import main

    sys.argv[1:] = sys.argv[2:]
    main()
