"""Somebody becomes a member: what they say, what they agree to; and then their code, to be photographed or scanned."""

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.i18n import _
from ui.models.enrol import BIRTHDAY, CONTACT, NAME, ConsentRow, EnrolAgreed, EnrolTyped, EnrolView
from ui.models.state import State
from ui.station.page import Page
from ui.theme import current
from ui.tokens import PRIMARY_HEIGHT
from ui.widgets.button import Button, primary
from ui.widgets.card import Card, centred, clear, column, row
from ui.widgets.check import Check
from ui.widgets.code import CodeView
from ui.widgets.field import Field
from ui.widgets.label import Elided, Label
from ui.widgets.room import Faces, Scroll

SIDE_WIDTH, WELCOME_WIDTH = 320, 880
CONTACT_MAX, NAME_MAX, BIRTHDAY_MAX = 254, 80, 10


class EnrolPage(Page):
    """Two faces: the form, and the welcome."""

    def __init__(self) -> None:
        """Build both."""
        super().__init__()
        self._begun = 0
        self.form, self.welcome = _Form(), _Welcome()
        self._faces = Faces()
        for face in (self.form, self.welcome):
            self._faces.addWidget(face)
            face.primary.clicked.connect(self.enter)
            face.back.clicked.connect(self.left)
        for part, field in self.form.fields.items():
            field.entered.connect(self.enter)
            field.textChanged.connect(lambda text, part=part: self.asked.emit(EnrolTyped(part, text)))
        column(self).addWidget(self._faces)

    def draw(self, state: State) -> None:
        """Show what was typed, or who was welcomed."""
        view = state.flow if isinstance(state.flow, EnrolView) else EnrolView()
        is_new = view.begun != self._begun
        self._begun = view.begun
        if view.welcome is None:
            self.form.draw(view, state, is_new=is_new)
            self._draw_consents(view.consents)
        else:
            self.welcome.draw(view, state)
        was_welcome, is_welcome = self._faces.currentIndex() == 1, view.welcome is not None
        self._faces.setCurrentIndex(int(is_welcome))
        if is_new or was_welcome != is_welcome:
            self.place_focus()

    def _draw_consents(self, consents: tuple[ConsentRow, ...]) -> None:
        for row_, check in self.form.draw_consents(consents):
            check.clicked.connect(lambda _checked, what=row_.what: self.asked.emit(EnrolAgreed(what)))

    def place_focus(self) -> None:
        """Type the phone number at once."""
        if self._faces.currentIndex() == 0:
            self.form.fields[CONTACT].setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            super().place_focus()

    def controls(self) -> list[QWidget]:
        """The fields, the consents, what is done with them."""
        form, welcome = self.form, self.welcome
        return [*form.fields.values(), *form.checks, form.primary, form.back, welcome.primary, welcome.back]

    def turn(self, direction: int) -> None:
        """Scroll the consents."""
        self.form.asked.turn(direction)


class _Form(QWidget):
    """What they say on the left, what becomes of it on the right."""

    def __init__(self) -> None:
        super().__init__()
        self.fields = {CONTACT: Field(), NAME: Field(), BIRTHDAY: Field()}
        for part, length in ((CONTACT, CONTACT_MAX), (NAME, NAME_MAX), (BIRTHDAY, BIRTHDAY_MAX)):
            self.fields[part].setMaxLength(length)
        self._titles = {part: Label("body", ink="muted") for part in self.fields}
        self._title, self._agree = Label("h1"), Label("strong")
        said = Card(gap=6)
        said.body.addWidget(self._title)
        said.body.addLayout(self._cell(CONTACT))
        both = row(gap=12)
        both.addLayout(self._cell(NAME), 3)
        both.addLayout(self._cell(BIRTHDAY), 2)
        said.body.addLayout(both)
        said.body.addSpacing(6)
        said.body.addWidget(self._agree)
        self._listed = column(gap=8)
        inside = QWidget()
        inside.setLayout(self._listed)
        self.asked = Scroll(inside)
        said.body.addWidget(self.asked)
        said.body.addStretch(1)
        self.checks: list[Check] = []
        self._shown: tuple[ConsentRow, ...] | None = None
        line = row(self)
        line.addWidget(said, 1)
        line.addWidget(self._side())

    def _cell(self, part: str) -> QVBoxLayout:
        cell = column(gap=2)
        cell.addStretch(1)  # fields stand in one line, however many their titles take
        cell.addWidget(self._titles[part])
        cell.addWidget(self.fields[part])
        return cell

    def _side(self) -> Card:
        side = Card(gap=8)
        side.setFixedWidth(current().px(SIDE_WIDTH))
        self._card, self._card_number = Label("body", ink="muted"), Elided("strong")
        self._how, self._told = Label("body", ink="muted"), Label("strong")
        self.primary, self.back = primary("Enter"), Button(key="Esc")
        for widget in (self._card, self._card_number, self._how):
            side.body.addWidget(widget)
        side.body.addStretch(1)
        self._told_room = Scroll(self._told)
        for last in (self._told_room, self.primary, self.back):
            side.body.addWidget(last)
        return side

    def draw(self, view: EnrolView, state: State, *, is_new: bool) -> None:
        self._say(state)
        if is_new:
            for part, field in self.fields.items():
                with QSignalBlocker(field):
                    field.setText(getattr(view, part))
        self._card.say(_("Their card:") if view.card else _("You can also scan a card that is nobody's yet."))
        self._card_number.say(view.card)
        self._card_number.setVisible(bool(view.card))
        self._told.say(view.problem or view.warning)
        self._told.set_ink("on_stop_soft" if view.problem else "on_warn_soft")
        self._told_room.setVisible(bool(self._told.whole))
        self._told_room.fit()
        for hint in (self._card, self._how):  # what is told says what to do
            hint.setVisible(bool(view.card and hint is self._card) or not self._told.whole)
        self.primary.say(_("One moment …") if state.is_busy else _("Add member"))
        self.primary.setEnabled(not state.is_busy)

    def _say(self, state: State) -> None:
        self._title.say(_("New member"))
        titles = {
            CONTACT: _("Phone number or e-mail address"),
            NAME: _("First name"),
            BIRTHDAY: _("Month and day of birth"),
        }
        for part, title in titles.items():
            self._titles[part].say(title)
            self.fields[part].setAccessibleName(title)
        self.fields[BIRTHDAY].setPlaceholderText("05-17")
        self._agree.say(_("Ask, and tick only what they agree to:"))
        self._how.say(_("One of these is enough. It works without a connection, too."))
        self.back.say(_("Cancel"))

    def draw_consents(self, consents: tuple[ConsentRow, ...]) -> list[tuple[ConsentRow, Check]]:
        """Show what is asked; return those that were made now."""
        made: list[tuple[ConsentRow, Check]] = []
        texts = tuple(row_.text for row_ in consents)
        if self._shown is None or texts != tuple(row_.text for row_ in self._shown):
            clear(self._listed)
            made = [(row_, Check(row_.text)) for row_ in consents]
            self.checks = [check for _row, check in made]
            for check in self.checks:
                self._listed.addWidget(check)
            self.asked.fit()
        self._shown = consents
        self._agree.setVisible(bool(consents))
        self.asked.setVisible(bool(consents))
        for row_, check in zip(consents, self.checks, strict=True):
            check.tick(is_ticked=row_.is_given)
        return made


class _Welcome(QWidget):
    """The new member's code."""

    def __init__(self) -> None:
        super().__init__()
        self._title, self._how = Label("h1"), Label("body")
        self.code, self._number = CodeView(), Label("h2")
        self.primary, self.back = primary("Enter"), Button(key="Esc", height=PRIMARY_HEIGHT)
        card = Card(margin=24, gap=24)
        card.setFixedWidth(current().px(WELCOME_WIDTH))
        said = column(gap=12)
        said.addStretch(1)
        for label in (self._title, self._number, self._how):
            said.addWidget(label)
        said.addStretch(1)
        beside = row(gap=24)
        beside.addWidget(self.code)
        beside.addLayout(said, 1)
        card.body.addLayout(beside)
        buttons = row(gap=12)
        buttons.addWidget(self.primary, 2)
        buttons.addWidget(self.back, 1)
        card.body.addLayout(buttons)
        outer = column(self)
        outer.addStretch(1)
        outer.addLayout(centred(card))
        outer.addStretch(1)

    def draw(self, view: EnrolView, state: State) -> None:
        welcome = view.welcome
        assert welcome is not None
        self._title.say(_("Welcome! This is their member code."))
        self.code.show_code(welcome.picture, _("Member code {number}").format(number=welcome.number))
        self._number.say(welcome.number)
        self._how.say(_("They can photograph it, or write the number down. It works at this till at once."))
        self.primary.say(_("Go on with this member"))
        self.back.say(_("Done"))
