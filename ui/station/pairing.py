"""First run: welcome, and wait for the pairing code of head office."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from ui.i18n import _
from ui.models.state import State
from ui.station.page import Page
from ui.texts_brand import program_name
from ui.theme import current
from ui.widgets.button import primary
from ui.widgets.camera import CameraView
from ui.widgets.card import Card, centred, column, row
from ui.widgets.field import Field
from ui.widgets.label import Label
from ui.widgets.offer import KeyCap
from ui.widgets.shapes import Sign, SignKind

WIDTH = 760
GAP = 10
CAMERA_WIDTH, CAMERA_HEIGHT = 240, 180  # as wide as high as most cameras see


class PairingPage(Page):
    """One field and what to put into it. A scan, by hand scanner or camera, or a picture works just as well."""

    paired = Signal(str)

    def __init__(self) -> None:
        """Build the page."""
        super().__init__()
        card = Card(gap=GAP, margin=24)
        card.setFixedWidth(current().px(WIDTH))
        self._field = Field()
        self._field.entered.connect(self.paired)
        self._button = primary("Enter")
        self._button.clicked.connect(self.enter)
        head = row(gap=16)
        self._sign, self._welcome = Sign(40, SignKind.BRAND, "primary"), Label("h1")
        head.addWidget(self._sign)
        head.addWidget(self._welcome, 1)
        card.body.addLayout(head)
        card.body.addWidget(_said("body", _("This station doesn't belong to a store yet."), ink="muted"))
        self.camera = CameraView()
        self.camera.setFixedSize(current().px(CAMERA_WIDTH), current().px(CAMERA_HEIGHT))
        steps = column(gap=GAP)
        for place, step in enumerate(_steps(), start=1):
            steps.addWidget(_step(place, step))
        steps.addStretch(1)
        how = row(gap=16)
        how.addLayout(steps, 1)
        how.addWidget(self.camera)
        card.body.addLayout(how)
        card.body.addSpacing(4)
        card.body.addWidget(self._field)
        card.body.addWidget(self._button)
        outer = column(self)
        outer.addStretch(1)
        outer.addLayout(centred(card))
        outer.addStretch(1)
        self._field.setPlaceholderText("TS:P:…")
        self._field.setAccessibleName(_("Pairing code"))

    def draw(self, state: State) -> None:
        """Show whether a pairing is under way, and the viewfinder where a camera watches."""
        self._sign.setVisible(not state.brand.is_white_label)
        self._welcome.say(_("Welcome to {program}").format(program=program_name(state.brand)))
        self.camera.setVisible(state.camera == "on")
        self._button.say(_("One moment …") if state.is_busy else _("Pair this station"))
        self._button.setEnabled(not state.is_busy)
        self._field.setEnabled(not state.is_busy)

    def set_frame(self, frame: QImage) -> None:
        """Show what the camera sees."""
        self.camera.set_frame(frame)

    def place_focus(self) -> None:
        """Type at once."""
        self._field.setFocus(Qt.FocusReason.OtherFocusReason)

    def controls(self) -> list[QWidget]:
        """The field, then the button."""
        return [self._field, self._button]

    def enter(self) -> None:
        """Pair with what stands in the field."""
        if self._button.isEnabled():
            self.paired.emit(self._field.text().strip())


def _steps() -> tuple[str, ...]:
    return (
        _("Ask head office for a pairing code for this store."),
        _("Scan the pairing code that it shows, or paste its text below."),
        _("The code works once, for ten minutes."),
    )


def _said(role: str, text: str, *, ink: str = "text") -> Label:
    label = Label(role, ink=ink)
    label.say(text)
    return label


def _step(place: int, text: str) -> QWidget:
    step = QWidget()
    layout = row(step)
    layout.addWidget(KeyCap(place))
    layout.addWidget(_said("body", text), 1)
    return step
