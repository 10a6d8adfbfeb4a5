"""The store's devices, and beside them what is known of one, or a code for a new one that counts down."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from ui import texts_devices
from ui.i18n import _
from ui.manager.section_page import SectionPage
from ui.models.manager.devices_view import AskAgain, Choose, DevicesView, Line
from ui.models.state import State
from ui.theme import current
from ui.widgets.button import Button, primary
from ui.widgets.card import column, row
from ui.widgets.label import CENTER, Elided, Label
from ui.widgets.lines import LineList, Said
from ui.widgets.qr import QrView
from ui.widgets.room import Faces, Scroll

Key = Qt.Key
SIDE_WIDTH, CODE_SIDE = 340, 330


class DevicesPage(SectionPage):
    """Enter asks for a code for a new device, F6 asks head office once more how the others are."""

    def __init__(self) -> None:
        """Build the page."""
        super().__init__()
        self.rows, self._line = LineList(), Label("small", ink="muted")
        self.rows.chosen.connect(self._choose)
        self.about, self.code = _About(), _Code()
        self.about.pair.clicked.connect(self.entered)
        self.about.again.clicked.connect(lambda: self.asked.emit(AskAgain()))
        self._side = Faces()
        self._side.setFixedWidth(current().px(SIDE_WIDTH))
        for face in (self.about, self.code):
            self._side.addWidget(face)
        listed = column(gap=8)
        listed.addWidget(self._line)
        listed.addWidget(self.rows, 1)
        line = row(self)
        line.addLayout(listed, 1)
        line.addWidget(self._side)

    def draw(self, view: object, state: State) -> None:
        """Show the devices."""
        if not isinstance(view, DevicesView):
            return  # it is being left
        now_ms = state.now_ms
        self._line.say(texts_devices.line(view, now_ms))
        self._line.setVisible(bool(self._line.whole))
        self.rows.show_rows(
            view.rows,
            lambda device: Said(
                texts_devices.name(device, view),
                texts_devices.beneath(device, view, now_ms),
                texts_devices.stands(device),
            ),
            name=_("Devices"),
            place=view.place,
        )
        face = self.code if view.pairing is not None else self.about
        self._side.setCurrentWidget(face)
        face.draw(view, state)

    def place_focus(self) -> None:
        """Arrows go through the list."""
        self.rows.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ask once more; the other keys are the frame's."""
        if event.key() == Key.Key_F6:
            self.asked.emit(AskAgain())
        else:
            super().keyPressEvent(event)

    def turn(self, direction: int) -> None:
        """Turn the list."""
        self.rows.turn(direction)

    def controls(self) -> list[QWidget]:
        """The list, then what can be done."""
        return [self.rows, self.about.pair, self.about.again]

    def _choose(self) -> None:
        if (device := self.rows.row()) is not None:
            self.asked.emit(Choose(device.device_id))


class _About(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self._name, self._said = Elided("h2"), Label("body")
        self._scroll = Scroll(self._said)
        self.pair, self.again = primary("Enter"), Button(key="F6")
        parts = column(self, gap=8)
        parts.addWidget(self._name)
        parts.addWidget(self._scroll)
        parts.addStretch(1)
        parts.addWidget(self.pair)
        parts.addWidget(self.again)

    def draw(self, view: DevicesView, state: State) -> None:
        """Say what is known of the chosen one."""
        found = view.rows[view.place] if view.rows else None
        self._name.say((found.name or found.device_id) if found else "")
        said = texts_devices.about(found, view, state) if found else ""
        if said != self._said.whole:
            self._said.say(said)
            self._scroll.fit()
        self.pair.say(_("One moment …") if view.is_busy else _("Pair a new station"))
        self.pair.setEnabled(not view.is_busy and view.line is not Line.NOBODY)
        self.again.say(_("Ask head office again"))
        self.again.setEnabled(view.line not in (Line.ASKING, Line.NOBODY))


class _Code(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self._title, self._left, self._what = (
            Label("h2"),
            Label("strong", align=CENTER),
            Label("small", ink="muted"),
        )
        self.qr = QrView(CODE_SIDE)
        parts = column(self, gap=8)
        parts.addWidget(self._title)
        parts.addWidget(self.qr, 0, CENTER)
        parts.addWidget(self._left)
        parts.addWidget(self._what)
        parts.addStretch(1)

    def draw(self, view: DevicesView, state: State) -> None:
        """Show the code as long as it is good."""
        assert view.pairing is not None, "it is shown with a code alone"
        is_good = view.pairing.until_ms > state.now_ms
        self._title.say(_("A new station"))
        self.qr.show_text(view.pairing.text if is_good else "")
        self.qr.setAccessibleName(_("Pairing code for a new station"))
        self._left.say(texts_devices.left(view.pairing.until_ms, state.now_ms))
        self._what.say(texts_devices.what_to_do())
