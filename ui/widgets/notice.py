"""A sentence that comes up, blocks nothing and goes away by itself or when it is pressed."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QSizePolicy

from ui.i18n import _
from ui.tokens import GAP_L
from ui.widgets.button import Button
from ui.widgets.card import row
from ui.widgets.label import Label
from ui.widgets.shapes import Sign, SignKind
from ui.widgets.tile import Look, Tile

STAYS_MS = 8_000


class Notice(Tile):
    """The notice line."""

    gone = Signal()
    print_wanted = Signal()

    def __init__(self) -> None:
        """Make it, out of sight."""
        super().__init__(Look("warn_soft", "on_warn_soft", "warn_edge"))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self._text = Label("body", ink="on_warn_soft")
        close = Sign(14, SignKind.CROSS, "on_warn_soft")
        layout = row(self, gap=12, margin=12)
        layout.addWidget(Sign(18, SignKind.MARK, "on_warn_soft"))
        self.print_again = Button(look=Look("warn_soft", "on_warn_soft", "warn_edge"), edge=GAP_L)
        self.print_again.clicked.connect(self.print_wanted)
        layout.addWidget(self._text, 1)
        layout.addWidget(self.print_again)
        layout.addWidget(close)
        for part in (self._text, close):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.clicked.connect(self.gone)
        self.timer = QTimer(self, singleShot=True, interval=STAYS_MS)
        self.timer.timeout.connect(self.gone)
        self.hide()

    def draw(self, sentence: str, *, can_print: bool = False) -> None:
        """Show a sentence, or nothing; with a button where what it is about can be printed again."""
        is_new = sentence != self._text.text()
        self.print_again.say(_("Print again"))
        self.print_again.setVisible(can_print and bool(sentence))
        self._text.say(sentence)
        self.setVisible(bool(sentence))
        if not is_new:
            return
        self.setAccessibleName(_("{notice} Dismiss").format(notice=sentence))
        if sentence:
            self.timer.start()
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, sentence))
        else:
            self.timer.stop()
