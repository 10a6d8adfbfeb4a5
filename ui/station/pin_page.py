"""What signing in and approving have in common: people to choose from, a pad for the PIN, and why a try failed."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from ui import texts
from ui.i18n import _
from ui.models.people import neighbour
from ui.models.pin_pad import NO_TRY, Choose, GivePin, PinView
from ui.models.state import State
from ui.station.page import Page
from ui.widgets.button import Button, primary
from ui.widgets.card import Card
from ui.widgets.label import CENTER, Elided, Label
from ui.widgets.people import PeopleTiles
from ui.widgets.pinpad import PinPad
from ui.widgets.room import Scroll

Key = Qt.Key
PAD_MARGIN = 12
STEPS = {Key.Key_Left: -1, Key.Key_Up: -1, Key.Key_Right: 1, Key.Key_Down: 1}


class PinPage(Page):
    """Digits go to the pad and arrows choose somebody; the PIN is handed over once, by Enter."""

    def __init__(self, *, columns: int) -> None:
        """Make the parts; `lay_out` of the page puts them into place."""
        super().__init__()
        self.tiles = PeopleTiles(columns)
        self.pad = PinPad()
        self.give: Button = primary("Enter")
        self._name = Elided("h2", align=CENTER)
        self._told = Label("strong", align=CENTER, ink="on_stop_soft")
        self._pin = NO_TRY
        self._tries = 0
        self._room = Scroll(self._told)
        self.tiles.chosen.connect(self._choose)
        self.pad.changed.connect(self._typed)
        self.give.clicked.connect(self.enter)

    def pad_card(self) -> Card:
        """Return the card with the pad."""
        card = Card(gap=8, margin=PAD_MARGIN)
        card.body.addWidget(self._name)
        card.body.addStretch(1)
        card.body.addWidget(self.pad, 0, CENTER)
        card.body.addStretch(1)
        card.body.addWidget(self._room)
        card.body.addWidget(self.give)
        return card

    def draw_pin(self, pin: PinView, state: State, word: str) -> None:
        """Show who is chosen, and how the last try went; `word` is what Enter does."""
        self._pin = pin
        if pin.tries != self._tries:
            self._tries = pin.tries
            self.pad.forget()
        self.tiles.draw(pin.people, pin.chosen)
        chosen = pin.staff.find(pin.chosen) if pin.staff is not None else None
        self._name.say(chosen.name if chosen else _("Who is it?"))
        told = self._said(pin, state)
        if told != self._told.whole:
            self._told.say(told)
            self._room.fit()
        self.give.say(_("One moment …") if pin.is_busy else word)
        self._typed()

    def place_focus(self) -> None:
        """Digits go to the pad from anywhere on the page. What was typed before is forgotten."""
        self.pad.forget()
        super().place_focus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Type digits, and choose by arrows; the other keys are the window's."""
        if event.text().isdecimal() and event.text().isascii():
            self.pad.type(event.text())
        elif event.key() == Key.Key_Backspace:
            self.pad.backspace()
        elif (step := STEPS.get(Qt.Key(event.key()))) is not None:
            self._choose(neighbour(self._pin.people, self._pin.chosen, step))
        else:
            super().keyPressEvent(event)

    def enter(self) -> None:
        """Hand over what was typed."""
        if self.give.isEnabled():
            self.asked.emit(GivePin(self.pad.typed))

    def escape(self) -> bool:
        """Take back what was typed, if anything was."""
        had_typed = bool(self.pad.typed)
        self.pad.forget()
        return had_typed

    def may_give(self) -> bool:
        """Whether what is on the page is enough for a try."""
        return bool(self.pad.typed and self._pin.chosen and not self._pin.is_busy)

    def controls(self) -> list[QWidget]:
        """The people, then the button."""
        return [*self.tiles.controls(), self.give]

    def _choose(self, staff_id: str) -> None:
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        if staff_id:
            self.asked.emit(Choose(staff_id))

    def _typed(self) -> None:
        self.give.setEnabled(self.may_give())

    def _said(self, pin: PinView, state: State) -> str:
        """Return why the last try failed, or how long to wait still: that counts down."""
        left_s = -(-(pin.waits_until_ms - state.now_ms) // 1000)
        if left_s > 0:
            return _("Too many wrong PINs. Wait {duration}.").format(duration=texts.duration(left_s))
        return texts.because(pin.refusal, state.shop.currency) if pin.refusal is not None else ""
