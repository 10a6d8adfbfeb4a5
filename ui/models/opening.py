"""What the window shows before there is a station behind it: opening, the first run's pages, or stopped for good.

Light on purpose: it is there for the first paint, when nothing heavy has been imported yet.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import QCoreApplication, QObject, Signal

from app.core.brand import NO_BRAND, Brand
from ui import i18n
from ui.models.devices import Devices
from ui.models.state import Screen, State


@dataclass(frozen=True, slots=True)
class Speak:
    """Another language was chosen."""

    language: str


@dataclass(frozen=True, slots=True)
class Named:
    """What the station is to be called."""

    name: str


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom the first run's pages tell what came in: a code, a picture of one, a name, a language."""

    pair: Callable[[str], None]
    by_picture: Callable[[bytes], None]
    named: Callable[[str], None]
    keep_language: Callable[[str], None]


class OpeningModel(QObject, Devices):
    """Has the intents of `StationModel`; most of them have nothing to do yet."""

    changed = Signal()

    def __init__(self, brand: Brand = NO_BRAND) -> None:
        """Begin with the page that says that the station is being opened, in a brand that is known already."""
        super().__init__(QCoreApplication.instance())
        self._state = State(screen=Screen.PREPARING, brand=brand, language=i18n.language())
        self._asked: Asked | None = None

    @property
    def state(self) -> State:
        """What to show now."""
        return self._state

    def ask_for_pairing(self, asked: Asked) -> None:
        """Begin the first run: the language first, though a pairing code is taken on that page already."""
        self._asked = asked
        self._show(screen=Screen.WELCOME)

    def ask_name(self, name: str) -> None:
        """Ask what the station is to be called; `name` is proposed, unless another one was given before."""
        self._show(screen=Screen.NAMING, name=self._state.name or name, is_busy=False)

    def pairing_failed(self, sentence: str) -> None:
        """Say why it did not work, on the page where another code can be shown."""
        self._show(screen=Screen.PAIRING, notice=sentence, is_busy=False)

    def code_refused(self, sentence: str) -> None:
        """Say why this is no pairing code; one that was taken before stays, and so does the page that names it."""
        is_named = self._state.screen is Screen.NAMING
        self._show(screen=Screen.NAMING if is_named else Screen.PAIRING, notice=sentence, is_busy=False)

    def stop(self, sentence: str) -> None:
        """Show why this station can't work."""
        self._show(screen=Screen.STOPPED, stopped_sentence=sentence)

    def pair(self, text: str) -> None:
        """Take a pairing text."""
        if self._asked is not None and text.strip() and not self._state.is_busy:
            self._show(is_busy=True, notice="")
            self._asked.pair(text)

    def scan(self, text: str, *, aim: str = "") -> None:
        """On each page of the first run a scan is the pairing code."""
        self.pair(text)

    def picture(self, data: bytes) -> None:
        """On each page of the first run a picture holds the pairing code."""
        if self._asked is not None and not self._state.is_busy:
            self._asked.by_picture(data)

    def type_amount(self, text: str) -> None:
        """Nothing to do yet."""

    def pick(self, key: int) -> None:
        """Nothing to do yet."""

    def remove_voucher(self, redemption_id: str = "") -> None:
        """Nothing to do yet."""

    def enter(self) -> None:
        """Go on from the first page."""
        if self._state.screen is Screen.WELCOME:
            self._show(screen=Screen.PAIRING, notice="")

    def escape(self) -> None:
        """Go a page back."""
        before = {Screen.PAIRING: Screen.WELCOME, Screen.NAMING: Screen.PAIRING}
        if self._asked is not None and not self._state.is_busy and self._state.screen in before:
            self._show(screen=before[self._state.screen], notice="")

    def painted(self) -> None:
        """Nothing to do yet."""

    def totals_shown(self) -> None:
        """Nothing to do yet."""

    def open(self, screen: Screen) -> None:
        """Nothing to do yet."""

    def ask(self, intent: object) -> None:
        """Take a language or a name."""
        if self._asked is None or self._state.is_busy:
            return
        match intent:
            case Speak(language):
                i18n.use(language)
                self._asked.keep_language(language)
                self._show(language=language, notice="")
            case Named(name) if name.strip() and self._state.screen is Screen.NAMING:
                self._show(name=name.strip(), is_busy=True, notice="")
                self._asked.named(name.strip())

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
