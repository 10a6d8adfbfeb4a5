"""Who is at the till: tiles, a pad, languages. The same page is the lock."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from ui import i18n
from ui.i18n import NAMES, _
from ui.models.opening import Speak
from ui.models.signing_in import EndShift, LetTryAgain, SignInView, Train
from ui.models.state import State
from ui.station.pin_page import PinPage
from ui.theme import current
from ui.widgets.button import Button
from ui.widgets.card import Card, row
from ui.widgets.label import Label
from ui.widgets.room import Scroll
from ui.widgets.tile import PLAIN, PRIMARY

PAD_WIDTH = 344
COLUMNS = 2


class SignInPage(PinPage):
    """PIN and Enter sign in; Esc goes on without, unless somebody is signed in behind the lock."""

    left = Signal()

    def __init__(self) -> None:
        """Build the page."""
        super().__init__(columns=COLUMNS)
        self._title, self._hint = Label("h1"), Label("body", ink="muted")
        self._without, self._end, self._train = Button(key="Esc"), Button(), Button()
        self._again = Button()
        self._again.clicked.connect(lambda: self.asked.emit(LetTryAgain()))
        self._without.clicked.connect(self.left)
        self._end.clicked.connect(lambda: self.asked.emit(EndShift()))
        self._train.clicked.connect(lambda: self.asked.emit(Train()))
        self._languages = {language: self._language(language) for language in NAMES}
        self._people = Scroll(self.tiles)
        self.tiles.refilled.connect(self._people.fit)
        who = Card(gap=12)
        for widget in (self._title, self._hint, self._people):
            who.body.addWidget(widget)
        who.body.addStretch(1)
        who.body.addWidget(self._again)
        who.body.addLayout(_by_need(*self._languages.values()))
        who.body.addLayout(_row(self._end, self._without, self._train))
        pad = self.pad_card()
        pad.setFixedWidth(current().px(PAD_WIDTH))
        layout = row(self)
        layout.addWidget(who, 1)
        layout.addWidget(pad)

    def draw(self, state: State) -> None:
        """Show who can sign in, and who is signed in behind the lock."""
        view = state.flow
        if not isinstance(view, SignInView):
            return  # it is being left
        self._title.say(_("Locked") if view.locked else _("Who is at the till?"))
        self._hint.say(_hint(view))
        self.draw_pin(view.pin, state, _("Unlock") if _is_same(view) else _("Sign in"))
        self._without.say(_("Without signing in"))
        self._without.setVisible(not view.locked)
        self._end.say(_("End shift of {name}").format(name=view.locked))
        self._end.setVisible(bool(view.locked))
        self._train.say(_("Training"))
        self._train.setVisible(view.can_train and not state.shop.is_training)
        self._again.say(_("A manager lets them try again"))
        self._again.setVisible(view.pin.waits_until_ms > state.now_ms)
        for language, button in self._languages.items():
            button.set_look(PRIMARY if language == i18n.language() else PLAIN)

    def turn(self, direction: int) -> None:
        """Turn a page of people."""
        self._people.turn(direction)

    def controls(self) -> list[QWidget]:
        """The people, languages, what else can be done, then the button."""
        more = [self._again, self._end, self._without, self._train]
        return [*self.tiles.controls(), *self._languages.values(), *more, self.give]

    def _language(self, language: str) -> Button:
        button = Button(role="body")
        button.say(NAMES[language])
        button.clicked.connect(lambda: self.asked.emit(Speak(language)))
        return button


def _is_same(view: SignInView) -> bool:
    staff = view.pin.staff
    chosen = staff.find(view.pin.chosen) if staff is not None else None
    return bool(view.locked) and chosen is not None and chosen.name == view.locked


def _hint(view: SignInView) -> str:
    staff = view.pin.staff
    if staff is None:
        return ""
    if not staff.people:
        return _("Nobody can sign in here yet. Head office adds the people of this store.")
    if view.locked:
        return _("{name} is signed in. What was begun waits for them.").format(name=view.locked)
    if staff.is_needed:
        return _("Scan a badge or choose your name, then type your PIN. Without it nothing can be redeemed.")
    return _("Scan a badge or choose your name, then type your PIN.")


def _by_need(*buttons: Button) -> QHBoxLayout:
    """Return a row in which a longer word has the wider button: larger text would break it else."""
    line = row(gap=8)
    for button in buttons:
        line.addWidget(button, button.sizeHint().width())
    return line


def _row(*widgets: QWidget) -> QHBoxLayout:
    line = row(gap=8)
    for widget in widgets:
        line.addWidget(widget, 1)
    return line
