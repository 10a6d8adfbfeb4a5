"""A cashier at work: what is pressed for each kind of customer, and what has to be seen before the next key."""

import time
from collections.abc import Sequence
from typing import Any

from scanner.debounce import WINDOW_MS
from tests.e2e.shift_shop import MANAGERS_PIN, PIN, Shop
from tests.e2e.windows import EVERY_S, OPEN_S, PAINT_S, Event, WindowProcess
from tests.rig.processes import eventually
from tests.x_screen import XScreen

RECEIPT = "TS:R:"
TO_END_OF_SHIFT = (
    9  # presses of Tab on the lock's page: pill, two people, five languages, the end of the shift
)
TO_TRAINING = TO_END_OF_SHIFT + 1
TO_END_OF_TRAINING = 2  # the lock, the stripe's button


class Died(Exception):
    """The window's process has ended."""


class Shift:
    """One run of the window."""

    def __init__(
        self, shop: Shop, screen: XScreen, window: WindowProcess, receipts: Sequence[str] = ()
    ) -> None:
        self.shop, self.screen, self.window = shop, screen, window
        self.begun = 0  # events before the customer at the till
        self.at = 0  # events looked at already
        self._receipts_before = list(receipts)
        self._scanned: dict[str, float] = {}

    # --- what was seen ------------------------------------------------------------------------------------------------

    def wait(self, name: str, *, within_s: float = PAINT_S, **facts: Any) -> Event:
        """Wait for an event behind the one that was waited for last, and return it. Raises `Died`."""
        wanted = ({"event": name} | facts).items()

        def is_there() -> bool:
            is_over = self.window.process.poll() is not None
            events = self.window.events()
            for place in range(self.at, len(events)):
                if wanted <= events[place].items():
                    self.at = place + 1
                    return True
            if is_over:
                raise Died
            return False

        try:
            eventually(is_there, within_s=within_s, every_s=EVERY_S)
        except AssertionError:
            raise AssertionError(
                f"{name} {facts} never came; the last: {self.window.events()[-8:]}"
            ) from None
        return self.window.events()[self.at - 1]

    def mark(self) -> None:
        """Look at what comes from now on."""
        self.begun = self.at = len(self.window.events())

    @property
    def figures(self) -> Event:
        """What the idle page said of today last."""
        return [event for event in self.window.events() if event["event"] == "figures_painted"][-1]

    @property
    def answers(self) -> list[Event]:
        """The answers that somebody saw."""
        return [event for event in self.window.events() if event["event"] == "answer_painted"]

    @property
    def receipts(self) -> list[str]:
        """The numbers of orders that an answer told of, in their order."""
        told = (answer for answer in self.answers if not answer["undone"] and not answer["sold"])
        return self._receipts_before + [answer["receipt"] for answer in told if answer["receipt"]]

    @property
    def pill(self) -> Event:
        """What the pill said last."""
        return [event for event in self.window.events() if event["event"] == "pill"][-1]

    def until_all_is_sent(self, *, within_s: float) -> None:
        """Wait until head office has everything, and the idle page says so."""
        is_sent = lambda: self.pill["waiting"] == 0 and self.pill["kind"] == "fresh"  # noqa: E731
        eventually(is_sent, within_s=within_s, every_s=EVERY_S)

    # --- pieces -------------------------------------------------------------------------------------------------------

    def scan(self, code: str) -> None:
        """Scan; the same code at once again would count as one scan."""
        last = self._scanned.get(code, 0.0)
        eventually(lambda: time.monotonic() - last > WINDOW_MS / 1000, within_s=10, every_s=EVERY_S)
        self.screen.scan(code)
        self.wait("scan_received")
        self._scanned[code] = time.monotonic()

    def leave(self) -> None:
        """Read the answer, and go on to the next."""
        self.wait("answer_ready")
        self.screen.press("Enter")
        self.wait("idle_painted")

    def answered(self, **facts: Any) -> Event:
        """Wait for the answer, leave it and return what it said."""
        found = self.wait("answer_painted", **facts)
        self.leave()
        return found

    def till(self, *codes: str, amount: str, keys: str = "") -> None:
        """Bring a customer to where Enter confirms: what they show, the amount, and offers by their digits."""
        vouchers = 0
        for code in codes:
            self.scan(code)
            vouchers += code.startswith("V")
            if not code.startswith("V"):
                self.wait("card_painted")
            self.wait("member_ready", vouchers=vouchers)
        self.amount(amount, vouchers)
        for key in keys:
            self.screen.type_keys(key)
            self.wait("member_ready")

    def amount(self, amount: str, vouchers: int = 0) -> None:
        """Type the amount and take it."""
        self.screen.type_keys(amount)
        self.wait("member_ready", typed=amount, vouchers=vouchers)
        self.screen.press("Enter")
        self.wait("member_ready", typed=amount)

    # --- customers ----------------------------------------------------------------------------------------------------

    def serve(self, *codes: str, amount: str, keys: str = "") -> Event:
        """Somebody with a card, rewards, or both."""
        self.till(*codes, amount=amount, keys=keys)
        self.screen.press("Enter")
        return self.answered()

    def serve_by_number(self, number: str, *, amount: str) -> Event:
        """Somebody without a code that scans: the number on their card is typed."""
        self.screen.type_keys(number, gap_ms=60)
        self.screen.press("Enter")
        self.wait("card_painted")
        self.amount(amount)
        self.screen.press("Enter")
        return self.answered()

    def refused(self, code: str) -> Event:
        """A code that is none, or none any more."""
        self.scan(code)
        return self.answered()

    def earn(self, code: str, *, amount: str) -> Event:
        """Points and nothing else."""
        self.screen.press("F2")
        self.wait("earn_painted")
        self.scan(code)
        self.screen.type_keys(amount)
        self.screen.press("Enter")
        return self.answered()

    def change_mind(self, code: str, *, amount: str) -> None:
        """Everything is ready, and they don't want it."""
        self.till(code, amount=amount)
        self.screen.press("Escape")
        self.wait("idle_painted")

    def another_card(self, code: str, other: str, *, amount: str) -> Event:
        """The wrong card first; the order goes over to the right one."""
        self.till(code, amount=amount)
        self.scan(other)
        self.wait("switch_ready")
        self.screen.press("Enter")
        self.wait("card_painted")
        self.wait("member_ready", typed=amount)
        self.screen.press("Enter")
        return self.answered()

    def enrol(self, phone: str, *, amount: str = "") -> Event | None:
        """Somebody joins, and buys something at once or goes."""
        self.screen.press("F5")
        self.wait("enrol_painted")
        self.screen.type_keys(phone, gap_ms=60)
        self.screen.press("Enter")
        self.wait("enrol_ready")
        self.screen.press("Enter" if amount else "Escape")
        if not amount:
            self.wait("idle_painted")
            return None
        self.wait("card_painted")
        self.amount(amount)
        self.screen.press("Enter")
        return self.answered()

    def sell_card(self, card: str, *, amount: str) -> Event | None:
        """Somebody buys a gift card; one that carries something already was sold before."""
        self.scan(card)
        is_new = self.wait("gift_card_shown")["is_new"]
        self.wait("gift_card_ready")
        if not is_new:
            self.screen.press("Escape")
            self.wait("idle_painted")
            return None
        self.screen.press("Enter")
        self.wait("gift_card_shown", doing="activate")
        self.screen.type_keys(amount)
        self.wait("gift_card_shown", amount=round(float(amount) * 100))
        self.screen.press("Enter")
        return self.answered()

    def pay_by_card(self, *codes: str, card: str, amount: str) -> Event:
        """Somebody pays with a gift card."""
        self.till(*codes, amount=amount)
        self.scan(card)
        self.wait("member_ready", typed=amount, cards=1)
        self.screen.press("Enter")
        return self.answered()

    def balance(self, code: str) -> None:
        """Somebody only asks what they have."""
        self.screen.press("F3")
        self.wait("balance_painted")
        self.scan(code)
        self.screen.press("Escape", delay_ms=700)
        self.wait("idle_painted")

    # --- undoing ------------------------------------------------------------------------------------------------------

    def undo_last(self, *, manager: bool = False) -> Event:
        """The newest order was a slip."""
        self.screen.press("F8")
        self.wait("undo_ready")
        self.screen.press("Enter")
        if manager:
            self.approve()
        return self.answered(undone=True)

    def undo_by_receipt(self, order_id: str, *, manager: bool = False) -> Event:
        """Somebody comes back with their receipt."""
        self.scan(RECEIPT + order_id)
        self.wait("undo_ready")
        if manager:
            self.screen.press("Down")
            self.wait("undoing_painted", reason="mistake")
        self.screen.press("Enter")
        if manager:
            self.approve()
        return self.answered(undone=True)

    def goods_back(self, order_id: str) -> Event:
        """All goods of an order come back."""
        self.scan(RECEIPT + order_id)
        self.wait("undo_ready")
        self.screen.press("F7")
        self.wait("undoing_painted", goods=1)
        self.screen.type_keys("=")
        self.wait("undo_ready")
        self.screen.press("Down")
        self.wait("undoing_painted", reason="goods_back")
        self.screen.press("Enter")
        return self.answered(undone=True)

    def approve(self) -> None:
        """Have the manager come."""
        self.wait("approval_painted")
        self.screen.press("Down")
        self.screen.type_keys(MANAGERS_PIN, gap_ms=60)
        self.screen.press("Enter")

    # --- people -------------------------------------------------------------------------------------------------------

    def open(self) -> None:
        """Wait for the station, which asks who is there, and sign in: two people work here, the first one does."""
        self.wait("sign_in_painted", within_s=OPEN_S)
        self.screen.press("Down", delay_ms=300)
        self.give_pin()

    def lock(self) -> None:
        """Go for a minute, and come back."""
        self.screen.press("F12")
        self.wait("sign_in_painted")
        self.give_pin()

    def train(self) -> None:
        """Go into training: there the figures begin at nothing."""
        self.screen.press("F12")
        self.wait("sign_in_painted")
        self.screen.press(*["Tab"] * TO_TRAINING, "Space")
        self.wait("figures_painted", is_training=True)

    def end_training(self) -> None:
        """Go back to what counts, which is locked since."""
        self.screen.press(*["Tab"] * TO_END_OF_TRAINING, "Space")
        self.wait("sign_in_painted")
        self.give_pin()

    def end(self) -> None:
        """Go home."""
        self.screen.press("F12")
        self.wait("sign_in_painted")
        self.screen.press(*["Tab"] * TO_END_OF_SHIFT, "Space")
        self.wait("shift_ended")

    def give_pin(self) -> None:
        """Type it."""
        self.screen.type_keys(PIN, gap_ms=60)
        self.screen.press("Enter")
        self.wait("idle_painted")
