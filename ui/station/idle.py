"""Wait for a scan: the viewfinder, today's numbers and what was done last."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from app.core.standing import Standing
from ui import texts, texts_briefings
from ui.i18n import _
from ui.keys import BRIEFINGS_KEY, label
from ui.models import scanner_words
from ui.models.state import State
from ui.station.page import Page
from ui.theme import current
from ui.widgets.actionbar import WAITS, ActionBar
from ui.widgets.actions import Actions
from ui.widgets.button import Button
from ui.widgets.camera import CameraView
from ui.widgets.card import Card, column, row
from ui.widgets.field import Field
from ui.widgets.figures import Figures
from ui.widgets.label import CENTER, Label
from ui.widgets.tile import PLAIN

ACTIONS_WIDTH = 388


class IdlePage(Page):
    """The page between two members."""

    typed = Signal(str)
    key_wanted = Signal(Qt.Key)  # one of the action bar
    briefings_wanted = Signal()

    def __init__(self) -> None:
        """Build the page."""
        super().__init__()
        self.camera = CameraView()
        self._title = Label("h1", align=CENTER)
        self._hint = Label("body", align=CENTER, ink="muted")
        self.field = Field()
        self.field.entered.connect(self._typed)
        self.recent = Actions()
        self.recent.setFixedWidth(current().px(ACTIONS_WIDTH))
        self.briefings = Button(key=label(BRIEFINGS_KEY))
        self.briefings.clicked.connect(self.briefings_wanted)
        beside = column(gap=8)
        beside.addWidget(self.recent, 1)
        beside.addWidget(self.briefings)
        self.figures = Figures()
        self.bar = ActionBar()
        self.bar.pressed.connect(self.key_wanted)
        scan = Card(gap=8, margin=12)
        scan.body.addWidget(self.camera, 1)
        scan.body.addSpacing(4)
        for widget in (self._title, self._hint, self.field):
            scan.body.addWidget(widget)
        columns = row(gap=12)
        columns.addWidget(scan, 1)
        columns.addLayout(beside)
        layout = column(self)
        layout.addLayout(columns, 1)
        layout.addWidget(self.figures)
        layout.addWidget(self.bar)

    def draw(self, state: State) -> None:
        """Show today and the last actions."""
        self._title.say(_("Scan a member or reward"))
        self._hint.say(
            texts.standing(state.standing) or scanner_words.state(state.scanner) or _hint(state.camera)
        )
        self._hint.set_ink("on_warn_soft" if state.standing is not Standing.GOOD else "muted")
        self.field.setPlaceholderText(_("Or type the number"))
        self.field.setAccessibleName(_("Number of a card or voucher"))
        if state.camera != "on":
            self.camera.set_frame(None)
        self.bar.draw(state.unseen)
        self.recent.draw(state)
        self._draw_briefings(state)
        self.figures.draw(
            (texts.grouped(state.today.orders), _("Orders today")),
            (texts.grouped(state.today.redemptions), _("Redemptions today")),
            (texts.money(state.today.value_given, state.shop.currency), _("Given today")),
            (texts.grouped(state.today.members), _("New members today")),
        )
        self._give_way()

    def _draw_briefings(self, state: State) -> None:
        """Show the way to what is told of campaigns, where there is anything, and how much of it is new."""
        new = sum(card.is_new for card in state.briefings)
        self.briefings.setVisible(bool(state.briefings))
        self.briefings.set_look(WAITS if new else PLAIN)
        self.briefings.say(texts_briefings.with_new(new))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Look again for what there is room."""
        super().resizeEvent(event)
        self._give_way()

    def _give_way(self) -> None:
        """Leave out what is needed least where there is no room for all of it: today's figures, then the viewfinder."""
        layout = self.layout()
        assert layout is not None, "it was made with one"
        parts = (self.figures, self.camera)
        for part in parts:
            part.setVisible(True)
        for part in parts:
            layout.activate()
            if layout.totalMinimumHeightForWidth(self.width()) <= self.height():
                return
            part.setVisible(False)

    def set_frame(self, frame: QImage) -> None:
        """Show what the camera sees."""
        self.camera.set_frame(frame)

    def place_focus(self) -> None:
        """Leave the focus nowhere: what is typed goes to the field all the same. A half-typed number goes on."""
        if self.field.text():
            self.field.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            super().place_focus()

    def controls(self) -> list[QWidget]:
        """The field, what is told of campaigns, then the action bar."""
        return [self.field, self.briefings, *self.bar.buttons]

    def type_key(self, event: QKeyEvent) -> bool:
        """Begin to type a number by hand; False for a key that isn't typing."""
        text = event.text()
        if not text.isprintable() or not text.strip():
            return False
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)
        self.field.insert(text)
        return True

    def escape(self) -> bool:
        """Drop what was typed."""
        had_text = bool(self.field.text())
        self.field.clear()
        self.place_focus()
        return had_text

    def _typed(self, text: str) -> None:
        if text:
            self.field.clear()
            self.typed.emit(text)


def _hint(camera: str) -> str:
    if camera == "missing":
        return _("There is no camera. Use the hand scanner, drop a picture here, or type the number.")
    if camera == "busy":
        return _(
            "Another program may be using the camera. Use the hand scanner, drop a picture here, or type the number."
        )
    if camera == "forbidden":
        return _(
            "This computer does not let this program use the camera. Use the hand scanner, or type the number."
        )
    if camera == "on":
        return _("Hold the code into the picture, or use the hand scanner.")
    return _("Use the hand scanner, drop a picture here, or type the number.")
