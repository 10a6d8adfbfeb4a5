"""What wants a look: the list on the left with a word on the chosen row, and beside it what is shown of it all."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.review.exceptions import ExceptionRow, What
from app.station.noted import NOTE_LENGTH_MAX
from ui import texts_exceptions as texts
from ui.i18n import _
from ui.manager.section_page import SectionPage
from ui.models.manager.exceptions_view import (
    ExceptionsView,
    ExportThese,
    MarkSeen,
    Seen,
    ShowWhy,
    Tick,
    WantSeen,
    WantSpan,
    WantWhat,
    key_of,
)
from ui.models.manager.spans import Span
from ui.models.setup import Choice
from ui.models.state import State
from ui.theme import current
from ui.widgets.button import Button, primary
from ui.widgets.card import column, row
from ui.widgets.choices import Choices
from ui.widgets.field import Field
from ui.widgets.label import Label
from ui.widgets.lines import DONE, MARK, LineList, Said
from ui.widgets.room import Scroll

Key = Qt.Key
SIDE_WIDTH, DETAILS_HEIGHT = 276, 112
SPANS = (Span.ALL, Span.TODAY, Span.YESTERDAY, Span.WEEK)
STEPS = {Key.Key_Left: -1, Key.Key_Right: 1}
TICKED = "☑"


class ExceptionsPage(SectionPage):
    """Left and right choose the days, F6 the kind, Space ticks, Enter marks as seen, F7 exports what is shown."""

    def __init__(self) -> None:
        """Build the page."""
        super().__init__()
        self._view, self._state = ExceptionsView(), State()
        self.list, self.side = _List(), _Side()
        self.side.setFixedWidth(current().px(SIDE_WIDTH))
        self.list.rows.chosen.connect(self._draw_chosen)
        self.list.rows.doubleClicked.connect(lambda _index: self._tick())
        self.list.note.entered.connect(lambda _text: self._mark())
        self.list.why.clicked.connect(self._show_why)
        side = self.side
        side.spans.chosen.connect(lambda value: self.asked.emit(WantSpan(Span(value))))
        side.seen.chosen.connect(lambda value: self.asked.emit(WantSeen(Seen(value))))
        side.kinds.chosen.connect(lambda value: self.asked.emit(WantWhat(What(value) if value else None)))
        side.mark.clicked.connect(self._mark)
        side.export.clicked.connect(lambda: self.asked.emit(ExportThese()))
        line = row(self)
        line.addWidget(self.list, 1)
        line.addWidget(side)

    def draw(self, view: object, state: State) -> None:
        """Show the rows that are wanted."""
        if not isinstance(view, ExceptionsView):
            return  # it is being left
        self._view, self._state = view, state
        self.list.draw(view, state)
        self.side.draw(view)
        self._draw_chosen()

    def place_focus(self) -> None:
        """Arrows go through the list at once."""
        self.list.rows.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose what is shown, tick, and begin a note by its first letter; the other keys are the frame's."""
        key = Key(event.key())
        if key in STEPS:
            self.side.spans.step(STEPS[key])
        elif key == Key.Key_F6:
            self.side.kinds.step(1)
        elif key == Key.Key_F7:
            self.asked.emit(ExportThese())
        elif key == Key.Key_Space:
            self._tick()
        elif event.text().isalpha() and self.list.note.isEnabled():
            self.list.note.setFocus(Qt.FocusReason.OtherFocusReason)
            self.list.note.insert(event.text())
        else:
            super().keyPressEvent(event)

    def enter(self) -> bool:
        """Mark the rows as seen."""
        self._mark()
        return True

    def escape(self) -> bool:
        """Go back from the note to the list."""
        was_there = self.list.note.hasFocus()
        if was_there:
            self.list.note.clear()
            self.place_focus()
        return was_there

    def turn(self, direction: int) -> None:
        """Turn the list."""
        self.list.rows.turn(direction)

    def controls(self) -> list[QWidget]:
        """The list and its note, then what is shown, and what is done."""
        side, found = self.side, self.list
        chips = [*side.spans.controls(), *side.seen.controls(), *side.kinds.controls()]
        return [found.rows, found.note, found.why, *chips, side.mark, side.export]

    def _chosen(self) -> ExceptionRow | None:
        return self.list.rows.row()

    def _draw_chosen(self) -> None:
        self.list.draw_chosen(self._chosen(), self._view, self._state)
        self.side.mark.setEnabled(self._chosen() is not None and not self._view.is_busy)

    def _tick(self) -> None:
        if (found := self._chosen()) is not None:
            self.asked.emit(Tick(key_of(found)))

    def _mark(self) -> None:
        if (found := self._chosen()) is not None:
            text = self.list.note.text()
            self.list.note.clear()
            self.place_focus()
            self.asked.emit(MarkSeen(key_of(found), text))

    def _show_why(self) -> None:
        if (found := self._chosen()) is not None:
            self.asked.emit(ShowWhy(key_of(found)))


class _List(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self._none = Label("body", ink="muted")
        self.rows = LineList(has_signs=True)
        self._details = Label("body")
        self._said = Scroll(self._details)
        self._said.setMaximumHeight(current().with_text(DETAILS_HEIGHT))  # the list keeps its room
        self.note, self.why = Field(), Button()
        self.note.setMaxLength(NOTE_LENGTH_MAX)
        self.why.setFixedWidth(current().with_text(150))
        word = row(gap=8)
        word.addWidget(self.note, 1)
        word.addWidget(self.why)
        parts = column(self, gap=8)
        parts.addWidget(self._none)
        parts.addWidget(self.rows, 1)
        parts.addWidget(self._said)
        parts.addLayout(word)

    def draw(self, view: ExceptionsView, state: State) -> None:
        """Show the rows."""
        self._none.say(texts.nothing(view))
        self._none.setVisible(not view.rows)

        def say(found: ExceptionRow) -> Said:
            sign = TICKED if key_of(found) in view.ticked else DONE if found.is_seen else MARK
            upper, right = texts.line(found, state), texts.amount(found, state)
            return Said(upper, texts.beneath(found, view, state), right, sign)

        self.rows.show_rows(view.rows, say, name=_("Exceptions"))
        self.note.setAccessibleName(_("A word on it"))
        self.note.setPlaceholderText(_("A note, no names"))
        self.why.say(_("Why allowed"))

    def draw_chosen(self, found: ExceptionRow | None, view: ExceptionsView, state: State) -> None:
        """Say everything about the chosen row."""
        said = texts.details(found, view, state) if found else ""
        if said != self._details.whole:
            self._details.say(said)
            self._said.fit()
        self._said.setVisible(found is not None)
        self.note.setEnabled(found is not None)
        self.why.setEnabled(found is not None and bool(found.order_id))


class _Side(QWidget):
    def __init__(self) -> None:
        super().__init__()
        inside = QWidget()
        self._chips = column(inside, gap=8)
        self.spans, self.seen, self.kinds = Choices(2), Choices(2), Choices(1)
        for choices in (self.spans, self.seen, self.kinds):
            choices.setSizePolicy(
                QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum
            )  # narrow: in two lines
            self._chips.addWidget(choices)
        self._scroll = Scroll(inside)
        self._scroll.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self.mark, self.export = primary("Enter"), Button(key="F7")
        parts = column(self, gap=8)
        parts.addWidget(self._scroll, 1)
        parts.addWidget(self.mark)
        parts.addWidget(self.export)

    def draw(self, view: ExceptionsView) -> None:
        """Show what is chosen of it all."""
        wanted = view.wanted
        spans = tuple(Choice(each.value, texts.span(each)) for each in SPANS)
        seen = tuple(Choice(each.value, texts.seen(each)) for each in Seen)
        counts = dict(view.of_kinds)
        if wanted.what is not None:
            counts.setdefault(wanted.what, 0)
        kinds = [Choice("", texts.with_count(None, sum(counts.values())))]
        kinds += [Choice(each.value, texts.with_count(each, counts[each])) for each in What if each in counts]
        is_new = [
            self.spans.draw(_("Days"), spans, wanted.span.value),
            self.seen.draw(_("Seen"), seen, wanted.seen.value),
            self.kinds.draw(_("Kind"), tuple(kinds), wanted.what.value if wanted.what else ""),
        ]
        if any(is_new):
            self._chips.invalidate()
            self._scroll.fit()
        self.mark.say(_("One moment …") if view.is_busy else texts.marking(view))
        self.export.say(_("Export these"))
        self.export.setEnabled(bool(view.rows))
