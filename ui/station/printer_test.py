"""The printer of receipts: where it is, how it prints, and a test that shows whether both are right."""

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QWidget

from ui.i18n import NAMES, _
from ui.models.printer_test import PlaceTyped, PrinterView, PrintSo, PrintTest
from ui.models.setup import Choice
from ui.models.state import State
from ui.station.page import Page
from ui.theme import current
from ui.widgets.button import Button, primary
from ui.widgets.card import Card, column, row
from ui.widgets.choices import Choices
from ui.widgets.field import Field
from ui.widgets.label import Label
from ui.widgets.room import Scroll

SIDE_WIDTH = 360
PLACE_MAX = 200


class PrinterPage(Page):
    """The place on the left, how it prints on the right."""

    def __init__(self) -> None:
        """Build the page."""
        super().__init__()
        self._began = 0
        self.place, self.how = _Place(), _How()
        self.how.setFixedWidth(current().px(SIDE_WIDTH))
        self.place.field.entered.connect(self.enter)
        self.place.field.textChanged.connect(lambda text: self.asked.emit(PlaceTyped(text)))
        self.place.printers.chosen.connect(self._take_place)
        self.place.on.clicked.connect(self.enter)
        self.place.again.clicked.connect(lambda: self.asked.emit(PrintTest()))
        self.place.back.clicked.connect(self.left)
        for name, choices in self.how.choices.items():
            choices.chosen.connect(lambda value, name=name: self.asked.emit(PrintSo(name, value)))
        line = row(self)
        line.addWidget(self.place, 1)
        line.addWidget(self.how)

    def draw(self, state: State) -> None:
        """Show where the printer is, and how far the test is."""
        view = state.flow if isinstance(state.flow, PrinterView) else PrinterView()
        if view.began != self._began or (view.place and not self.place.field.text()):
            self._began = view.began
            self._write(view.place)
        self.place.draw(view)
        self.how.draw(view)

    def _write(self, place: str) -> None:
        with QSignalBlocker(self.place.field):
            self.place.field.setText(place)

    def _take_place(self, place: str) -> None:
        self._write(place)
        self.asked.emit(PlaceTyped(place))

    def place_focus(self) -> None:
        """Type the place at once."""
        self.place.field.setFocus(Qt.FocusReason.OtherFocusReason)
        self.place.field.selectAll()

    def controls(self) -> list[QWidget]:
        """The place, what is done with it, how it prints."""
        place, tiles = self.place, [tile for c in self.how.choices.values() for tile in c.controls()]
        return [place.field, *place.printers.controls(), place.on, place.again, place.back, *tiles]

    def turn(self, direction: int) -> None:
        """Scroll how it prints."""
        self.how.listed.turn(direction)


class _Place(Card):
    def __init__(self) -> None:
        super().__init__(gap=12)
        self._title, self._how = Label("h1"), Label("body", ink="muted")
        self.field = Field()
        self.field.setMaxLength(PLACE_MAX)
        self.field.setPlaceholderText("192.168.1.50")
        self._found, self.printers = Label("strong"), Choices(2)
        self._said = Label("strong")
        self._room = Scroll(self._said)
        self.on, self.again = primary("Enter"), Button()
        self.back = Button(key="Esc")
        for part in (self._title, self._how, self.field, self._found, self.printers, self._room):
            self.body.addWidget(part)
        self.body.addStretch(1)
        self.body.addWidget(self.on)
        below = row(gap=12)
        below.addWidget(self.again, 1)
        below.addWidget(self.back, 1)
        self.body.addLayout(below)

    def draw(self, view: PrinterView) -> None:
        self._title.say(_("Try the receipt printer"))
        self._how.say(_("Its address, or the name of its device. Leave it empty where there is no printer."))
        self.field.setAccessibleName(_("Address of the printer"))
        self._found.say(_("Plugged in here:"))
        found = tuple(Choice(place, place) for place in view.printers)
        self.printers.draw(self._found.whole, found, view.place)
        for part in (self._found, self.printers):
            part.setVisible(bool(found))
        self._said.say(view.problem or (_("Did a receipt come out? Then go on.") if view.is_tried else ""))
        self._said.set_ink("on_stop_soft" if view.problem else "text")
        self._room.setVisible(bool(self._said.whole))
        self._room.fit()
        self.on.say(_on(view))
        self.again.say(_("Print another test"))
        self.again.setVisible(view.is_tried)  # before, the large button does it
        self.back.say(_("Skip") if view.is_first_run else _("Back"))


class _How(Card):
    """Paper, language, and when."""

    def __init__(self) -> None:
        super().__init__(gap=8, margin=16)
        self.choices = {"receipt_paper": Choices(2), "receipts": Choices(1), "receipt_language": Choices(2)}
        self._titles = {name: Label("strong") for name in self.choices}
        inside = QWidget()
        listed = column(inside, gap=8)
        for name, choices in self.choices.items():
            listed.addWidget(self._titles[name])
            listed.addWidget(choices)
        self.listed = Scroll(inside)
        self.body.addWidget(self.listed)
        self.body.addStretch(1)

    def draw(self, view: PrinterView) -> None:
        languages = tuple(Choice(language, name) for language, name in NAMES.items())
        said = {
            "receipt_paper": (_("Paper"), (Choice("80", _("80 mm")), Choice("58", _("58 mm"))), view.paper),
            "receipts": (
                _("When a receipt is printed"),
                (Choice("asked", _("When asked for")), Choice("always", _("With each order"))),
                view.receipts,
            ),
            "receipt_language": (
                _("Language of receipts"),
                (Choice("", _("As the station")), *languages),
                view.language,
            ),
        }
        is_new = False
        for name, (title, choices, value) in said.items():
            self._titles[name].say(title)
            is_new |= self.choices[name].draw(title, choices, value)
        if is_new:
            self.listed.fit()


def _on(view: PrinterView) -> str:
    if not view.place:
        return _("Go on without a printer")
    return _("Go on") if view.is_tried else _("Print a test")
