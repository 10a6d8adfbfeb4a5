"""Buttons with a word and the key that does the same."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QLayout, QSizePolicy

from ui.theme import current
from ui.tokens import ACTION_HEIGHT, GAP_S, PRIMARY_HEIGHT, TARGET_MIN
from ui.widgets.card import column, row
from ui.widgets.label import CENTER, Label, Words
from ui.widgets.tile import PLAIN, PRIMARY, Look, Tile


class Button(Tile):
    """A word, and its key in smaller letters: beside it, or below it where the button is high."""

    def __init__(
        self,
        *,
        key: str = "",
        look: Look = PLAIN,
        role: str = "button",
        height: int = TARGET_MIN,
        edge: int = GAP_S,
    ) -> None:
        """Make a button of at least `height` pixels; `edge` is beside its word, where it is no wider than that."""
        super().__init__(look)
        self._edge = edge if current().zoom == 1 else GAP_S
        self._word = Words(role, align=CENTER)
        self._key = Label("key", align=CENTER, wraps=False)
        self._key.say(key)
        if not key:
            self._key.hide()  # never shown from here: without a parent yet it would come up as a window
        self._is_high = height > PRIMARY_HEIGHT - GAP_S and current().zoom == 1  # larger text takes its room
        self.setMinimumHeight(current().px(height if current().zoom == 1 else min(height, ACTION_HEIGHT)))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self._lay_out()
        self._ink()

    def _lay_out(self) -> None:
        layout = column(self, gap=0) if self._is_high else row(self, gap=GAP_S)
        self._keep_edges(layout, self._edge)
        if self._is_high:
            layout.addStretch(1)
        layout.addWidget(self._word, 0 if self._is_high else 1)
        layout.addWidget(self._key)
        if self._is_high:
            layout.addStretch(1)
        for label in (self._word, self._key):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def say(self, word: str) -> None:
        """Show a word; the accessible name tells the key too."""
        self._word.say(word)
        self.setAccessibleName(f"{word} ({self._key.text()})" if self._key.text() else word)
        self._centre()

    def set_look(self, look: Look) -> None:
        """Paint it otherwise from now on."""
        super().set_look(look)
        self._ink()

    def changeEvent(self, event: QEvent) -> None:
        """Dim the word of a button that can't be pressed."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.EnabledChange:
            self._ink()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the word in the middle."""
        super().resizeEvent(event)
        self._centre()

    def _centre(self) -> None:
        """Balance the key on the right by as much room on the left, while the word needs none of it."""
        if self._is_high or not self._key.text():
            return
        key = self._key.sizeHint().width() + current().px(GAP_S)
        needed = QFontMetrics(current().font(self._word.role)).horizontalAdvance(self._word.whole) + 3 * GAP_S
        spare = max(0, min(key, self.width() - needed - key))
        layout = self.layout()
        if layout is not None:
            self._keep_edges(layout, GAP_S + spare)

    def _keep_edges(self, layout: QLayout, left: int) -> None:
        """Leave room around; above and below larger text takes half of it."""
        upper = GAP_S if self._is_high or current().zoom == 1 else GAP_S // 2
        layout.setContentsMargins(left, upper, self._edge, upper)

    def _ink(self) -> None:
        for label in (self._word, self._key):
            label.set_ink(self.look.ink)


def primary(key: str) -> Button:
    """Return the one button that Enter presses."""
    return Button(key=key, look=PRIMARY, role="primary", height=PRIMARY_HEIGHT)
