"""Text on a page. Always plain text: a member called `<b>` is shown as that."""

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from ui.theme import current, mark

LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
CENTER = Qt.AlignmentFlag.AlignCenter


class Label(QLabel):
    """A sentence that wraps. `role` names its type, `ink` its colour token."""

    def __init__(
        self,
        role: str = "body",
        *,
        ink: str = "text",
        align: Qt.AlignmentFlag = LEFT,
        wraps: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        """Make an empty label."""
        super().__init__(parent)
        self._role = role
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAlignment(align)
        self.setWordWrap(wraps)
        self.setFont(current().font(role))
        if wraps:
            self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self.set_ink(ink)

    def set_ink(self, ink: str) -> None:
        """Write in the colour of another token."""
        mark(self, ink=ink)

    def say(self, text: str) -> None:
        """Show `text`; nothing happens when it is shown already."""
        if text != self.text():
            self.setText(text)

    def changeEvent(self, event: QEvent) -> None:
        """Take the font of a new theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            font = current().font(self._role)
            if font != self.font():
                self.setFont(font)


class Elided(Label):
    """One line of data that ends in … when there's no room. The whole text is its tool tip and accessible name."""

    def __init__(self, role: str = "body", *, ink: str = "text", align: Qt.AlignmentFlag = LEFT) -> None:
        """Make an empty label."""
        super().__init__(role, ink=ink, align=align, wraps=False)
        self._whole = ""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    @property
    def whole(self) -> str:
        """What it says, whether there is room or not."""
        return self._whole

    def say(self, text: str) -> None:
        """Show as much of `text` as there is room for."""
        if text != self._whole:
            self._whole = text
            self.setAccessibleName(text)
            self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the text again."""
        super().resizeEvent(event)
        self._fit()

    def minimumSizeHint(self) -> QSize:
        """Shrink to nothing but keep a line's height."""
        return QSize(0, QFontMetrics(self.font()).height())

    def sizeHint(self) -> QSize:
        """Ask for the whole text, whatever is shown of it now."""
        metrics = QFontMetrics(self.font())
        return QSize(metrics.horizontalAdvance(self._whole) + 2, metrics.height())

    def _fit(self) -> None:
        metrics = QFontMetrics(self.font())
        shown = metrics.elidedText(self._whole, Qt.TextElideMode.ElideRight, max(self.width(), 0))
        self.setToolTip(self._whole if shown != self._whole else "")
        if shown != self.text():
            self.setText(shown)
            self.updateGeometry()


def number(role: str = "number", *, ink: str = "text", align: Qt.AlignmentFlag = RIGHT) -> Label:
    """Return a label for figures: it never wraps."""
    return Label(role, ink=ink, align=align, wraps=False)
