"""Cameras and hand scanners: what they see, which are used, and the code by which a hand scanner is learned.

While the test is on it gets all keys but Escape, the arrows and the F-keys. So arrows choose here, and Enter comes from
the test itself.
"""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QImage, QKeyEvent
from PySide6.QtWidgets import QWidget

from ui import texts_setup
from ui.i18n import _
from ui.models.scanner_test import (
    BAUDS,
    ChooseBaud,
    ChooseCamera,
    ChoosePort,
    PreviewSize,
    ScannerView,
    TryAgain,
)
from ui.models.setup import Choice, SetUp
from ui.models.state import State
from ui.station.page import Page
from ui.theme import current
from ui.widgets.button import Button, primary
from ui.widgets.camera import CameraView
from ui.widgets.card import Card, column, row
from ui.widgets.choices import Choices
from ui.widgets.code import CodeView
from ui.widgets.label import Elided, Label
from ui.widgets.offer import KeyCap
from ui.widgets.room import Scroll

SIDE_WIDTH, CAMERA_HEIGHT, KEY_WIDTH = 360, 180, 64
Key = Qt.Key


class ScannerPage(Page):
    """The test on the left, what there is on the right."""

    def __init__(self) -> None:
        """Build the page."""
        super().__init__()
        self.test, self.devices = _Test(), _Devices()
        self.test.again.clicked.connect(lambda: self.asked.emit(TryAgain()))
        self.test.on.clicked.connect(self.enter)
        self.test.back.clicked.connect(self.left)
        self.devices.cameras.chosen.connect(lambda value: self.asked.emit(ChooseCamera(value)))
        self.devices.ports.chosen.connect(lambda value: self.asked.emit(ChoosePort(value)))
        self.devices.bauds.chosen.connect(lambda value: self.asked.emit(ChooseBaud(int(value))))
        self.devices.camera.installEventFilter(self)
        self.devices.setFixedWidth(current().px(SIDE_WIDTH))
        line = row(self)
        line.addWidget(self.test, 1)
        line.addWidget(self.devices)

    def draw(self, state: State) -> None:
        """Show how far the test is, and what there is."""
        view = state.flow
        if not isinstance(view, ScannerView):
            return  # it is being left
        self.test.draw(view)
        self.devices.draw(view.set_up)

    def set_frame(self, frame: QImage) -> None:
        """Show what the camera sees."""
        self.devices.camera.set_frame(frame)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Tell how large the picture is shown: outlines are drawn in its places."""
        if event.type() == QEvent.Type.Resize:
            self.asked.emit(PreviewSize(self.devices.camera.width(), self.devices.camera.height()))
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose by arrows."""
        steps = {
            Key.Key_Up: (self.devices.cameras, -1),
            Key.Key_Down: (self.devices.cameras, 1),
            Key.Key_Left: (self.devices.ports, -1),
            Key.Key_Right: (self.devices.ports, 1),
        }
        step = steps.get(Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            step[0].step(step[1])

    def turn(self, direction: int) -> None:
        """Scroll what there is."""
        self.devices.listed.turn(direction)

    def controls(self) -> list[QWidget]:
        """What is done with the test, then what there is."""
        lists = (self.devices.cameras, self.devices.ports, self.devices.bauds)
        chosen = [tile for choices in lists for tile in choices.controls()]
        return [self.test.on, self.test.again, self.test.back, *chosen]


class _Test(Card):
    """The code to scan, how far it is, and what was found."""

    def __init__(self) -> None:
        super().__init__(gap=12)
        self._title, self._how = Label("h1"), Label("body", ink="muted")
        self._code, self._count, self._speed = CodeView(), Label("number"), Label("body", ink="muted")
        self._said = Label("strong")
        self._room = Scroll(self._said)
        self.on, self.again = primary("Enter"), Button()
        self.back = Button(key="Esc")
        beside = row(gap=24)
        beside.addWidget(self._code)
        so_far = column(gap=4)
        so_far.addStretch(1)
        so_far.addWidget(self._count)
        so_far.addWidget(self._speed)
        so_far.addStretch(1)
        beside.addLayout(so_far, 1)
        self.body.addWidget(self._title)
        self.body.addWidget(self._how)
        self.body.addLayout(beside)
        self.body.addWidget(self._room)
        self.body.addStretch(1)
        self.body.addWidget(self.on)
        below = row(gap=12)
        below.addWidget(self.again, 1)
        below.addWidget(self.back, 1)
        self.body.addLayout(below)

    def draw(self, view: ScannerView) -> None:
        set_up = view.set_up
        self._title.say(_("Try the scanner"))
        self._how.setVisible(not set_up.is_well)
        self._how.say(
            _("Scan this code with the hand scanner, three times. Nothing else can be typed meanwhile.")
        )
        self._code.show_code(view.picture, _("Code for the scanner test"))
        self._count.say(texts_setup.tries(set_up))
        self._speed.say(texts_setup.speed(set_up))
        self._said.say("\n".join(set_up.sentences))
        self._said.set_ink("on_ok_soft" if set_up.is_well else "on_stop_soft")
        self._room.setVisible(bool(set_up.sentences))
        self._room.fit()
        self.on.say(_("Keep it and go on") if set_up.is_well else _("Go on without a hand scanner"))
        self.again.say(_("Test again"))
        self.again.setEnabled(bool(set_up.tries or set_up.sentences))
        self.back.say(_("Skip") if view.is_first_run else _("Back"))


class _Devices(Card):
    """Cameras with a preview, and where a hand scanner may be."""

    def __init__(self) -> None:
        super().__init__(gap=8, margin=16)
        self.camera = CameraView(is_whole=True)
        self.camera.setFixedHeight(current().px(CAMERA_HEIGHT))
        self._seen = Elided("body", ink="muted")
        self.cameras, self.ports, self.bauds = Choices(1), Choices(1), Choices(2)
        self._title, self._camera, self._port, self._baud = (
            Label("h2"),
            Label("strong"),
            Label("strong"),
            Label("strong"),
        )
        inside = QWidget()
        listed = self._lines = column(inside, gap=8)
        for title, keys, choices in (
            (self._camera, "↑ ↓", self.cameras),
            (self._port, "← →", self.ports),
            (self._baud, "", self.bauds),
        ):
            if keys:
                head = row(gap=8)
                head.addWidget(title, 1)
                head.addWidget(KeyCap(keys, role="strong", width=KEY_WIDTH))
                listed.addLayout(head)
            else:
                listed.addWidget(title)
            listed.addWidget(choices)
        self.listed = Scroll(inside)
        self.body.addWidget(self.camera)
        self.body.addWidget(self._seen)
        self.body.addWidget(self.listed)
        self.body.addStretch(1)

    def draw(self, set_up: SetUp) -> None:
        self.camera.set_outline(set_up.outline)
        if set_up.camera_word != "on":
            self.camera.set_frame(None)
        self._seen.say(texts_setup.camera(set_up, set_up.camera_word))
        self._camera.say(_("Camera"))
        self._port.say(_("Hand scanner"))
        self._baud.say(_("Speed (baud)"))
        bauds = tuple(Choice(str(baud), f"{baud}") for baud in BAUDS)
        is_new = [
            self.cameras.draw(self._camera.whole, set_up.cameras, set_up.camera),
            self.ports.draw(self._port.whole, set_up.ports, set_up.port),
            self.bauds.draw(self._baud.whole, bauds, str(set_up.baud)),
        ]
        has_speed = bool(set_up.port)
        if any(is_new) or has_speed != self.bauds.isVisibleTo(self):
            for part in (self.bauds, self._baud):
                part.setVisible(has_speed)
            self._lines.invalidate()
            self.listed.fit()
