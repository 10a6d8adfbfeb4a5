"""What the window shows before there is a station behind it: opening, pairing, or stopped for good.

Light on purpose: it is there for the first paint, when nothing heavy has been imported yet.
"""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QCoreApplication, QObject, Signal

from app.core.brand import NO_BRAND, Brand
from ui.models.devices import Devices
from ui.models.state import Screen, State


class OpeningModel(QObject, Devices):
    """Has the intents of `StationModel`; most of them have nothing to do yet."""

    changed = Signal()

    def __init__(self, brand: Brand = NO_BRAND) -> None:
        """Begin with the page that says that the station is being opened, in a brand that is known already."""
        super().__init__(QCoreApplication.instance())
        self._state = State(screen=Screen.PREPARING, brand=brand)
        self._pair: Callable[[str], None] | None = None
        self._pair_by_picture: Callable[[bytes], None] | None = None

    @property
    def state(self) -> State:
        """What to show now."""
        return self._state

    def ask_for_pairing(
        self, pair: Callable[[str], None], by_picture: Callable[[bytes], None] | None = None
    ) -> None:
        """Show the pairing page; `pair` is called with the text that comes in, `by_picture` with a picture of it."""
        self._pair, self._pair_by_picture = pair, by_picture
        self._show(screen=Screen.PAIRING)

    def pairing_failed(self, sentence: str) -> None:
        """Say why it did not work; the page stays for another try."""
        self._show(screen=Screen.PAIRING, notice=sentence, is_busy=False)

    def stop(self, sentence: str) -> None:
        """Show why this station can't work."""
        self._show(screen=Screen.STOPPED, stopped_sentence=sentence)

    def pair(self, text: str) -> None:
        """Take a pairing text."""
        if self._pair is not None and text.strip() and not self._state.is_busy:
            self._show(is_busy=True, notice="")
            self._pair(text)

    def scan(self, text: str, *, aim: str = "") -> None:
        """On the pairing page a scan is the pairing code."""
        self.pair(text)

    def picture(self, data: bytes) -> None:
        """On the pairing page a picture holds the pairing code."""
        if self._pair_by_picture is not None and not self._state.is_busy:
            self._pair_by_picture(data)

    def type_amount(self, text: str) -> None:
        """Nothing to do yet."""

    def pick(self, key: int) -> None:
        """Nothing to do yet."""

    def remove_voucher(self, redemption_id: str = "") -> None:
        """Nothing to do yet."""

    def enter(self) -> None:
        """Nothing to do yet."""

    def escape(self) -> None:
        """Nothing to do yet."""

    def painted(self) -> None:
        """Nothing to do yet."""

    def totals_shown(self) -> None:
        """Nothing to do yet."""

    def open(self, screen: Screen) -> None:
        """Nothing to do yet."""

    def ask(self, intent: object) -> None:
        """Nothing to do yet."""

    def print_receipt(self) -> None:
        """Nothing to do yet."""

    def sync_now(self) -> None:
        """Nothing to do yet."""

    def dismiss_notice(self) -> None:
        """Take the notice away."""
        self._show(notice="")

    def take_demo_order(self) -> None:
        """Nothing to do yet."""

    def set_line_cut(self, is_cut: bool) -> None:
        """Nothing to do yet."""

    def _show(self, **changes: object) -> None:
        self._state = replace(self._state, **changes)  # type: ignore[arg-type]  # fields of State
        self.changed.emit()
