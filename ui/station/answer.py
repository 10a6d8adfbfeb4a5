"""The answer, over the whole window: shape, word or reason, one instruction, and what else there is to know.

An approved answer goes away after eight seconds, an unknown code after four. What isn't possible stays until somebody
goes on, and flashes its edge twice, for a station without sound; so does an order approved of which a gift card didn't
pay, without the flash. The button comes a moment after the answer, when the model takes Enter.
"""

from dataclasses import dataclass

from PySide6.QtCore import QRect, QRectF, Qt, QVariantAnimation, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QPainter, QPaintEvent, QPen, QRegion
from PySide6.QtWidgets import QWidget

from ui import texts_answer
from ui.i18n import _
from ui.models.state import AnswerView, AnswerWord, State
from ui.station.page import Page
from ui.theme import current
from ui.tokens import PRIMARY_HEIGHT
from ui.widgets.button import Button
from ui.widgets.card import column, row
from ui.widgets.label import CENTER, Label, Title
from ui.widgets.room import Scroll
from ui.widgets.shapes import AnswerShape
from ui.widgets.tile import Look

STRIPE = 24
EDGE_WIDTH = 8
FLASH_MS = 200
STAYS_MS = {AnswerWord.APPROVED: 8_000, AnswerWord.QUEUED: 8_000, AnswerWord.UNKNOWN: 4_000}


@dataclass(frozen=True, slots=True)
class Colours:
    """The tokens of an answer."""

    fill: str
    ink: str
    accent: str  # the shape


COLOURS = {
    AnswerWord.APPROVED: Colours("ok", "on_ok", "on_ok"),
    AnswerWord.QUEUED: Colours("queued", "on_queued", "on_queued"),
    AnswerWord.LOOK: Colours("warn", "on_warn", "on_warn"),
    AnswerWord.NOT_POSSIBLE: Colours("stop", "on_stop", "on_stop"),
    AnswerWord.UNKNOWN: Colours("surface2", "text", "stop"),
}


class AnswerPage(Page):
    """The answer."""

    print_wanted = Signal()
    undo_wanted = Signal()

    def __init__(self) -> None:
        """Build the page."""
        super().__init__()
        self._answer: AnswerView | None = None
        self.shape = AnswerShape()
        self._title = Title("answer", align=CENTER)
        self._instruction = Title("number", align=CENTER)
        self._details = Label("h2", align=CENTER)
        self._more = Scroll(self._details)
        self._button = Button(key="Enter", role="primary", height=PRIMARY_HEIGHT)
        self._button.clicked.connect(self.enter)
        self._button.setFixedWidth(current().px(360))
        self._print = Button(key="Ctrl+P", height=PRIMARY_HEIGHT)
        self._print.clicked.connect(self.print_wanted)
        self._print.setFixedWidth(current().px(240))
        self._undo = Button(key="F8", height=PRIMARY_HEIGHT)
        self._undo.clicked.connect(self.undo_wanted)
        self._undo.setFixedWidth(current().px(220))
        keeps_its_place = self._button.sizePolicy()
        keeps_its_place.setRetainSizeWhenHidden(True)
        self._button.setSizePolicy(keeps_its_place)
        self._lay_out()
        self.time_left = QVariantAnimation(self)
        self.time_left.setStartValue(1.0)
        self.time_left.setEndValue(0.0)
        self.time_left.valueChanged.connect(self.update)
        self.time_left.finished.connect(self.enter)
        self.flash = QVariantAnimation(self)
        self.flash.setStartValue(1.0)
        self.flash.setEndValue(0.0)
        self.flash.setDuration(FLASH_MS)
        self.flash.setLoopCount(2)
        self.flash.valueChanged.connect(self.update)

    def _lay_out(self) -> None:
        layout = column(self, gap=12, margin=STRIPE + 24)
        layout.addStretch(2)
        layout.addWidget(self.shape, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addSpacing(8)
        for label in (self._title, self._instruction):
            layout.addWidget(label)
        layout.addSpacing(8)
        layout.addWidget(self._more)
        layout.addStretch(2)
        buttons = row(gap=16)
        buttons.addStretch(1)
        buttons.addWidget(self._undo)
        buttons.addWidget(self._print)
        buttons.addWidget(self._button)
        buttons.addStretch(1)
        layout.addLayout(buttons)

    def draw(self, state: State) -> None:
        """Show the answer; a new one is announced and gets its time."""
        self._button.setVisible(not state.is_new)
        has_receipt = state.answer is not None and bool(state.answer.receipt)
        self._print.setVisible(state.prints and has_receipt and not state.is_new)
        self._undo.setVisible(has_receipt and not state.is_new and _of_order(state.answer))
        if state.answer is None or state.answer is self._answer:
            return
        self._answer = state.answer
        colours = COLOURS[state.answer.word]
        self.shape.show_answer(state.answer.word, colours.accent)
        self._say(state.answer, state)
        for label in (self._title, self._instruction, self._details):
            label.set_ink(colours.ink)
        for button in (self._button, self._print, self._undo):
            button.set_look(Look(colours.fill, colours.ink, colours.ink))
        self._start(state.answer)
        self._announce(texts_answer.read_out(state.answer, state.shop.currency))

    def _say(self, answer: AnswerView, state: State) -> None:
        currency = state.shop.currency
        self._title.say(texts_answer.title(answer))
        self._instruction.say(texts_answer.to_do(answer, currency))
        self._details.say("\n".join(texts_answer.details(answer, currency)))
        is_over = answer.word in texts_answer.GIVEN and not answer.goes_back
        self._more.fit()
        self._button.say(_("Next member") if is_over else _("Go on"))
        self._print.say(_("Print"))
        self._undo.say(_("Undo"))

    def _start(self, answer: AnswerView) -> None:
        self.stop()
        if _stays_ms(answer):
            self.time_left.setDuration(_stays_ms(answer))
            self.time_left.start()
        if answer.word is AnswerWord.NOT_POSSIBLE:
            self.flash.start()
        self.update()

    def turn(self, direction: int) -> None:
        """Scroll what else there is to know."""
        self._more.turn(direction)

    def stop(self) -> None:
        """Let no time run out any more: the page was left."""
        self.time_left.stop()
        self.flash.stop()

    def leave(self) -> None:
        """Forget the answer, so that the same one would be announced again."""
        self.stop()
        self._answer = None

    def _announce(self, sentence: str) -> None:
        event = QAccessibleAnnouncementEvent(self, sentence)
        event.setPoliteness(QAccessible.AnnouncementPoliteness.Assertive)
        QAccessible.updateAccessibility(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint ground, stripes or edge, and the bar of the time that is left."""
        if self._answer is None:
            return
        painter = QPainter(self)
        word = self._answer.word
        colours = COLOURS[word]
        painter.fillRect(self.rect(), current().color(colours.fill))
        if word is AnswerWord.NOT_POSSIBLE:
            paint_stripes(painter, self, is_bright=_is_bright(self.flash))
        elif word is AnswerWord.UNKNOWN:
            _paint_edge(painter, self.rect())
        if _stays_ms(self._answer):
            self._paint_bar(painter, colours.ink)

    def _paint_bar(self, painter: QPainter, ink: str) -> None:
        running = self.time_left.state() == QVariantAnimation.State.Running
        part = float(self.time_left.currentValue()) if running else 1.0
        height = current().px(8)
        bar = QRectF(0, self.height() - height, self.width() * part, height)
        painter.fillRect(bar, current().color(ink))


def _stays_ms(answer: AnswerView) -> int:
    """Return when it goes away; 0: when somebody goes on. A card that was to pay and didn't is not to be missed."""
    return 0 if any(row.why_not is not None for row in answer.cards) else STAYS_MS.get(answer.word, 0)


def _of_order(answer: AnswerView | None) -> bool:
    return answer is not None and answer.is_of_order


def _is_bright(flash: QVariantAnimation) -> bool:
    return flash.state() == QVariantAnimation.State.Running and float(flash.currentValue()) > 0.5


def paint_stripes(painter: QPainter, page: QWidget, *, is_bright: bool) -> None:
    """Paint diagonal stripes along the edges: a no is seen without colour."""
    theme = current()
    width = theme.px(STRIPE)
    area = page.rect()
    inner = area.adjusted(width, width, -width, -width)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setClipRegion(_frame(area, inner))
    painter.fillRect(area, theme.color("on_stop" if is_bright else "stop"))
    painter.setPen(QPen(theme.color("stop" if is_bright else "on_stop"), width / 2))
    for left in range(-area.height(), area.width(), width * 2):
        painter.drawLine(left, area.height(), left + area.height(), 0)
    painter.restore()


def _frame(outer: QRect, inner: QRect) -> QRegion:
    return QRegion(outer).subtracted(QRegion(inner))


def _paint_edge(painter: QPainter, area: QRect) -> None:
    width = current().px(EDGE_WIDTH)
    painter.setPen(QPen(current().color("stop"), width, j=Qt.PenJoinStyle.MiterJoin))
    painter.drawRect(QRectF(area).adjusted(width / 2, width / 2, -width / 2, -width / 2))
