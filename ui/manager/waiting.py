"""What stands in the place of a section's page: nothing for a moment, bars, then words; or what went wrong."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from ui.i18n import _
from ui.models.manager.section import Wait
from ui.theme import current
from ui.widgets.button import Button, primary
from ui.widgets.card import centred, column
from ui.widgets.label import CENTER, Label

BAR, GAP, WIDTHS = 24, 20, (0.4, 0.9, 0.8, 0.9, 0.6, 0.85, 0.7, 0.9)
WORDS_WIDTH = 420


class Waiting(QWidget):
    """Shown only while there is nothing to show yet."""

    def __init__(self) -> None:
        """Make the words and the button; the bars are painted."""
        super().__init__()
        self._wait = Wait.NO
        self._words, self.cancel = Label("h2", align=CENTER), Button()
        inside = QWidget()
        inside.setFixedWidth(current().px(WORDS_WIDTH))
        parts = column(inside)
        parts.addWidget(self._words)
        parts.addWidget(self.cancel)
        self._inside = inside
        layout = column(self)
        layout.addStretch(1)
        layout.addLayout(centred(inside))
        layout.addStretch(1)

    def draw(self, wait: Wait) -> None:
        """Say how long it has been."""
        self._wait = wait
        self._words.say(_("Still reading. This takes longer than usual."))
        self.cancel.say(_("Stop reading"))
        self._inside.setVisible(wait is Wait.LONG)
        self.setAccessibleName("" if wait is Wait.SHORT else _("One moment …"))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint bars where lines will be."""
        super().paintEvent(event)
        if self._wait is not Wait.SKELETON:
            return
        painter, theme = QPainter(self), current()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("surface2"))
        top = 0
        for width in WIDTHS:
            painter.drawRoundedRect(QRectF(0, top, self.width() * width, theme.px(BAR)), 6, 6)
            top += theme.px(BAR + GAP)


class Instead(QWidget):
    """A sentence, what to do, and the button that does it: what went wrong, or who may come in."""

    def __init__(self) -> None:
        """Make an empty one."""
        super().__init__()
        self._title, self._hint, self.do = (
            Label("h1", align=CENTER),
            Label("body", align=CENTER),
            primary("Enter"),
        )
        inside = QWidget()
        inside.setFixedWidth(current().px(WORDS_WIDTH))
        parts = column(inside)
        for part in (self._title, self._hint, self.do):
            parts.addWidget(part)
        layout = column(self)
        layout.addStretch(1)
        layout.addLayout(centred(inside))
        layout.addStretch(1)

    def draw(self, title: str, hint: str, word: str) -> None:
        """Show a title, what to do about it, and what Enter does."""
        self._title.say(title)
        self._hint.say(hint)
        self._hint.setVisible(bool(hint))
        self.do.say(word)
