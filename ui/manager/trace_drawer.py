"""The whole why of one row, under headings, beside the list; it follows the row that is chosen."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui import texts_redemptions, texts_trace
from ui.i18n import _
from ui.models.manager.redemptions import RedemptionsView
from ui.models.state import State
from ui.widgets.button import Button
from ui.widgets.card import Card, clear, column, row
from ui.widgets.label import Label
from ui.widgets.room import Scroll


class TraceDrawer(Card):
    """Shown while a row's why is wanted."""

    copied = Signal(str)
    closed = Signal()

    def __init__(self) -> None:
        """Begin with nothing."""
        super().__init__(gap=8, margin=12)
        self._number = ""
        self._shown: object = None
        self._title, self._whose = Label("h2"), Label("body", ink="muted")
        inside = QWidget()
        self._parts = column(inside, gap=4)
        self._scroll = Scroll(inside)
        self._scroll.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self.copy, self.close_button = Button(), Button(key="Esc")
        self.copy.clicked.connect(self._copy)
        self.close_button.clicked.connect(self.closed)
        self.body.addWidget(self._title)
        self.body.addWidget(self._whose)
        self.body.addWidget(self._scroll, 1)
        buttons = row(gap=8)
        for part in (self.copy, self.close_button):
            buttons.addWidget(part, 1)
        self.body.addLayout(buttons)

    def draw(self, view: RedemptionsView, state: State) -> None:
        """Show the why, as soon as it was read."""
        of = view.trace.row if view.trace else view.row(view.traced or 0)
        if of is None:
            return
        self._number = of.order_id
        self._title.say(
            _("Order {number}").format(number=of.order_id) if of.order_id else texts_trace.kind(of)
        )
        self._whose.say(f"{texts_redemptions.member(of)} · {texts_trace.standing(of.standing)}")
        self.copy.say(_("Copy number"))
        self.copy.setVisible(bool(of.order_id))
        self.close_button.say(_("Close"))
        shown = (view.trace, state.time_zone)
        if shown != self._shown:
            self._shown = shown
            self._fill(view, state)

    def _fill(self, view: RedemptionsView, state: State) -> None:
        clear(self._parts)
        if view.trace is not None:
            for heading, said in texts_trace.parts(view.trace, dict(view.names), state):
                self._add("strong", heading)
                for each in said:
                    self._add("body", each)
        self._scroll.fit()

    def _add(self, role: str, text: str) -> None:
        label = Label(role)
        label.say(text)
        self._parts.addWidget(label)

    def turn(self, direction: int) -> None:
        """Turn a page."""
        self._scroll.turn(direction)

    def controls(self) -> list[QWidget]:
        """What can be done with it."""
        return [*([self.copy] if self._number else []), self.close_button]

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._number)
        self.copied.emit(self._number)
