"""Text on a page. Always plain text: a member called `<b>` is shown as that."""

import re
from html import escape

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from ui.theme import current, mark
from ui.tokens import TARGET_MIN, TYPE

SMALLEST = TYPE["small"].px
QT_EDGE = 2  # pixels that a label wants beside its text
NEVER_BREAKS = 12  # letters: a word of these fits into every column
BREAK = "\u200b"  # zero width space: a line may break here
PIECES = re.compile(r"(?<=[\s-])")
LETTERS = re.compile(r"(?:f+[ijlt]?|.)[\u0300-\u036f]*-?", re.DOTALL)  # before these a line may break
SHRINKS = {
    "answer": ("answer", "pay", "number", "h1"),
    "pay": ("pay", "number", "h1", "amount", "h2"),
    "h1": ("h1", "h2"),
    "number": ("number", "h1", "amount", "h2", "body"),
}
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
        self.role = role
        self._whole = ""
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
        self._fit()  # Qt gives a widget that is restyled its first font back

    @property
    def whole(self) -> str:
        """What it says, however much of it is shown."""
        return self._whole

    def say(self, text: str) -> None:
        """Show `text`; nothing happens when it is shown already."""
        if text != self._whole:
            self._whole = text
            self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the text again."""
        super().resizeEvent(event)
        self._fit()

    def minimumSizeHint(self) -> QSize:
        """A long word doesn't make a column wider: it is broken."""
        hint = super().minimumSizeHint()
        return QSize(min(hint.width(), current().px(TARGET_MIN)), hint.height()) if self.wordWrap() else hint

    def _fit(self) -> None:
        """Break the words that are longer than a line."""
        shown = self._whole
        if self.wordWrap() and any(len(word) * current().zoom > NEVER_BREAKS for word in shown.split()):
            metrics, room = QFontMetrics(self.font()), self.contentsRect().width()
            words = PIECES.split(shown)  # a line breaks after a space or a hyphen by itself
            shown = "".join(_broken(word, metrics, room) for word in words)
        if shown != self.text():
            self.setText(shown)
            self.setAccessibleName(self._whole if shown != self._whole else "")  # read out in whole words

    def changeEvent(self, event: QEvent) -> None:
        """Take the font of a new theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.setFont(current().font(self.role))
            self._fit()


class Elided(Label):
    """One line of data that ends in … when there's no room. The whole text is its tool tip and accessible name."""

    def __init__(self, role: str = "body", *, ink: str = "text", align: Qt.AlignmentFlag = LEFT) -> None:
        """Make an empty label."""
        super().__init__(role, ink=ink, align=align, wraps=False)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def say(self, text: str) -> None:
        """Show as much of `text` as there is room for."""
        self.setAccessibleName(text)
        super().say(text)

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
        self.setToolTip(as_tip(self._whole) if shown != self._whole else "")
        if shown != self.text():
            self.setText(shown)
            self.updateGeometry()


class OneLine(Label):
    """A sentence that stays on its line: smaller where there is little room, and only then with … at its end."""

    def __init__(self, role: str = "body", *, align: Qt.AlignmentFlag = LEFT) -> None:
        """Make an empty label."""
        super().__init__(role, align=align, wraps=False)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Ask for the whole sentence in its own type."""
        metrics = QFontMetrics(current().font(self.role))
        return QSize(metrics.horizontalAdvance(self._whole) + QT_EDGE, metrics.height() + QT_EDGE)

    def minimumSizeHint(self) -> QSize:
        """Shrink to nothing but keep a line's height."""
        return QSize(0, self.sizeHint().height())

    def say(self, text: str) -> None:
        """Show `text`, and ask for its room."""
        super().say(text)
        self.updateGeometry()

    def _fit(self) -> None:
        font, room = current().font(self.role), max(self.contentsRect().width(), 0)
        while font.pixelSize() > SMALLEST and QFontMetrics(font).horizontalAdvance(self._whole) > room:
            font.setPixelSize(font.pixelSize() - 1)
        if font != self.font():
            self.setFont(font)
        shown = QFontMetrics(font).elidedText(self._whole, Qt.TextElideMode.ElideRight, room)
        self.setToolTip(as_tip(self._whole) if shown != self._whole else "")
        if shown != self.text():
            self.setText(shown)
            self.setAccessibleName(self._whole if shown != self._whole else "")


class Words(Label):
    """A few words none of which is broken: they are smaller where one is too long for its room."""

    def sizeHint(self) -> QSize:
        """Ask for the longest word in its own type, however small it is now."""
        metrics, hint = QFontMetrics(current().font(self.role)), super().sizeHint()
        longest = max((metrics.horizontalAdvance(word) for word in self._whole.split()), default=0)
        return QSize(max(hint.width(), longest), hint.height())

    def showEvent(self, event: QShowEvent) -> None:
        """Fit them to the room they got."""
        super().showEvent(event)
        self._fit()

    def _fit(self) -> None:
        font, room = current().font(self.role), self.contentsRect().width()
        while self.isVisible() and font.pixelSize() > SMALLEST:  # before that it has no room yet
            metrics = QFontMetrics(font)
            if all(metrics.horizontalAdvance(word) + QT_EDGE <= room for word in self._whole.split()):
                break
            font.setPixelSize(font.pixelSize() - 1)
        if font != self.font():
            self.setFont(font)
        super()._fit()


class Figure(Label):
    """A figure that takes the largest type in which it fits; a number is never cut off."""

    def __init__(self, role: str = "number", *, ink: str = "text", align: Qt.AlignmentFlag = RIGHT) -> None:
        """Make an empty figure; its height is that of the largest type, so that nothing moves."""
        super().__init__(role, ink=ink, align=align, wraps=False)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Be as high as the largest type."""
        metrics = QFontMetrics(current().font(self.role))
        return QSize(metrics.horizontalAdvance(self._whole), metrics.height() + 2)

    def minimumSizeHint(self) -> QSize:
        """Leave the width to the column."""
        return QSize(0, self.sizeHint().height())

    def _fit(self) -> None:
        fonts = [current().font(role) for role in SHRINKS[self.role]]
        room = self.contentsRect().width()
        fitting = (font for font in fonts if QFontMetrics(font).horizontalAdvance(self._whole) <= room)
        font = next(fitting, fonts[-1])
        if font != self.font():
            self.setFont(font)
        super()._fit()


class Title(Label):
    """A sentence in the largest type in which it takes no more than so many lines."""

    def __init__(self, role: str, *, align: Qt.AlignmentFlag = LEFT, lines_max: int = 2) -> None:
        """Make an empty title."""
        self._lines_max = lines_max
        super().__init__(role, align=align)

    def _fit(self) -> None:
        fonts = [current().font(role) for role in SHRINKS[self.role]]
        font = next(filter(self._has_room, fonts), fonts[-1])
        if font != self.font():
            self.setFont(font)
        super()._fit()

    def _has_room(self, font: QFont) -> bool:
        metrics, room = QFontMetrics(font), self.contentsRect().width()
        area, wraps = QRect(0, 0, room, metrics.height() * len(self._whole)), Qt.TextFlag.TextWordWrap
        needed = metrics.boundingRect(area, int(wraps.value), self._whole)
        lines = round(needed.height() / metrics.lineSpacing())  # Qt adds a pixel between them
        return needed.width() <= room and lines <= self._lines_max


def _broken(word: str, metrics: QFontMetrics, room: int) -> str:
    """Return a word with a place to break before each letter that would not fit any more."""
    pieces = [""]
    for letter in LETTERS.findall(word):
        if pieces[-1] and metrics.horizontalAdvance(pieces[-1] + letter) > room:
            pieces.append("")
        pieces[-1] += letter
    return BREAK.join(pieces)


def as_tip(text: str) -> str:
    """Return a text as a tool tip. Qt takes one that looks like HTML for that, and would act on what is in it."""
    return f"<p>{escape(text)}</p>" if "<" in text else text


def number(role: str = "number", *, ink: str = "text", align: Qt.AlignmentFlag = RIGHT) -> Label:
    """Return a label for figures: it never wraps."""
    return Label(role, ink=ink, align=align, wraps=False)
