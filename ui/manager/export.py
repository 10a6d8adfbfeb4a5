"""Exporting: on the left what and of which days, on the right its columns, how it is written, and where to."""

from datetime import date

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.review.export import Column
from app.review.sheet import Form
from ui import texts, texts_columns, texts_exceptions, texts_export
from ui.i18n import _
from ui.manager.section_page import SectionPage
from ui.models.manager.export_view import (
    ExportView,
    MoveColumn,
    PutInto,
    Take,
    TakeAll,
    TakeDates,
    TakeSpan,
    TurnColumn,
    What,
    WriteSo,
)
from ui.models.manager.spans import Span, typed_date
from ui.models.setup import Choice
from ui.models.state import State
from ui.theme import current
from ui.widgets.button import Button, primary
from ui.widgets.card import column, row
from ui.widgets.choices import Choices
from ui.widgets.field import Field
from ui.widgets.label import Elided, Label
from ui.widgets.lines import DONE, LineList, Said
from ui.widgets.room import Scroll

Key = Qt.Key
SIDE_WIDTH = 320
COLUMNS_STRETCH = 100  # they take what room there is; without them the buttons stay where they are
SPANS = (Span.TODAY, Span.YESTERDAY, Span.WEEK, Span.MONTH, Span.LAST_MONTH, Span.ALL)
STEPS = {Key.Key_Left: -1, Key.Key_Right: 1}
MOVES = {Key.Key_Minus: -1, Key.Key_Plus: 1, Key.Key_Equal: 1}
BOMS = {"bom": True, "plain": False}


class ExportPage(SectionPage):
    """Left and right choose what, F6 the days; Space turns a column, + and − move it; Enter writes, Esc stops."""

    def __init__(self) -> None:
        """Build the page."""
        super().__init__()
        self._view = ExportView()
        self.rows, self.side = _Rows(), _Side()
        self.side.setFixedWidth(current().px(SIDE_WIDTH))
        found, side = self.rows, self.side
        found.what.chosen.connect(lambda value: self.asked.emit(Take(What(value))))
        found.spans.chosen.connect(lambda value: self.asked.emit(TakeSpan(Span(value))))
        found.all.clicked.connect(lambda: self.asked.emit(TakeAll()))
        found.places.chosen.connect(lambda path: self.asked.emit(PutInto(path)))
        found.folder.entered.connect(self._put_into)
        for field in (found.since, found.until):
            field.entered.connect(lambda _text: self._take_dates())
        side.separators.chosen.connect(lambda value: self._write_so(value, has_bom=self._view.form.has_bom))
        side.boms.chosen.connect(lambda value: self._write_so(self._view.form.separator, has_bom=BOMS[value]))
        side.write.clicked.connect(self.entered)
        side.columns.clicked.connect(lambda _index: self._turn_column())
        line = row(self)
        line.addWidget(found, 1)
        line.addWidget(side)

    def draw(self, view: object, state: State) -> None:
        """Show what would be written."""
        if not isinstance(view, ExportView):
            return  # it is being left
        self._view = view
        self.rows.draw(view)
        self.side.draw(view)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose; the other keys are the frame's."""
        key = Key(event.key())
        if key in STEPS:
            self.rows.what.step(STEPS[key])
        elif key == Key.Key_F6:
            self.rows.spans.step(1)
        elif key == Key.Key_Space:
            self._turn_column()
        elif key in MOVES and (found := self.side.chosen()) is not None:
            self.side.columns.choose(max(self.side.columns.currentIndex().row() + MOVES[key], 0))
            self.asked.emit(MoveColumn(found, MOVES[key]))
        else:
            super().keyPressEvent(event)

    def place_focus(self) -> None:
        """Arrows go through the columns, where there are some to choose."""
        if self.side.columns.isHidden():
            super().place_focus()
        else:
            self.side.columns.setFocus(Qt.FocusReason.OtherFocusReason)

    def escape(self) -> bool:
        """Go back from a field."""
        fields = (self.rows.since, self.rows.until, self.rows.folder)
        was_there = any(field.hasFocus() for field in fields)
        if was_there:
            self.rows.fill(self._view)
            self.place_focus()
        return was_there

    def turn(self, direction: int) -> None:
        """Turn what there is to choose."""
        self.rows.room.turn(direction)

    def controls(self) -> list[QWidget]:
        """What, when and where to; then how it is written."""
        found, side = self.rows, self.side
        return [
            *found.what.controls(), found.all, *found.spans.controls(), found.since, found.until,
            *found.places.controls(), found.folder,
            side.columns, *side.separators.controls(), *side.boms.controls(), side.write,
        ]  # fmt: skip

    def _turn_column(self) -> None:
        if (found := self.side.chosen()) is not None:
            self.asked.emit(TurnColumn(found))

    def _take_dates(self) -> None:
        dates: list[date | None] = []
        for field in (self.rows.since, self.rows.until):
            typed = field.text().strip()
            found = typed_date(typed)
            if typed and found is None:
                field.setFocus(Qt.FocusReason.OtherFocusReason)
                field.selectAll()
                return
            dates.append(found)
        self.asked.emit(TakeDates(dates[0], dates[1]))
        self.place_focus()

    def _put_into(self, folder: str) -> None:
        if folder.strip():
            self.asked.emit(PutInto(folder.strip()))
        self.place_focus()

    def _write_so(self, separator: str, *, has_bom: bool) -> None:
        self.asked.emit(WriteSo(Form(separator, has_bom=has_bom)))


class _Rows(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self._about, self.all = Label("small", ink="muted"), Button(role="body")
        self.what, self.spans, self.places = Choices(2), Choices(3), Choices(2)
        self.since, self.until, self.folder = Field(), Field(), Field()
        self._titles = [Label("strong") for _ in range(3)]
        self._asked_for: object = None
        inside = QWidget()
        self._parts = parts = column(inside, gap=8)
        dates = row(gap=8)
        for field in (self.since, self.until):
            dates.addWidget(field, 1)
        for choices in (self.what, self.spans, self.places):
            choices.setSizePolicy(
                QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum
            )  # narrow: in two lines
        what, days, where = self._titles
        upper: tuple[QWidget, ...] = (what, self.what, self._about, self.all, days, self.spans)
        lower: tuple[QWidget, ...] = (where, self.places, self.folder)
        for part in upper:
            parts.addWidget(part)
        parts.addLayout(dates)
        for part in lower:
            parts.addWidget(part)
        self.room = Scroll(inside)
        self.room.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        column(self).addWidget(self.room)

    def draw(self, view: ExportView) -> None:
        """Show what is chosen."""
        for title, said in zip(self._titles, (_("What"), _("Days"), _("Where to")), strict=True):
            title.say(said)
        whats = tuple(Choice(each.value, texts_export.what(each)) for each in What)
        spans = tuple(Choice(each.value, texts_exceptions.span(each)) for each in SPANS)
        places = tuple(Choice(each.path, texts_export.place(each)) for each in view.places)
        about = texts_export.about(view)
        is_new = [
            self.what.draw(_("What"), whats, view.what.value),
            self.spans.draw(_("Days"), spans, view.span.value),
            self.places.draw(_("Where to"), places, view.folder),
            about != self._about.whole,
        ]
        self._about.say(about)
        self.all.say(_("Everything of these days"))
        self.all.setVisible(view.is_filtered)
        named = (
            (self.since, _("From")),
            (self.until, _("Until")),
            (self.folder, _("Folder")),
        )
        for field, name in named:
            field.setAccessibleName(name)
            field.setPlaceholderText(name)
        shown = (view.asked_for, view.since, view.until, view.folder)
        if shown != self._asked_for:
            self._asked_for = shown
            self.fill(view)
        if any(is_new):
            self._parts.invalidate()
            self.room.fit()

    def fill(self, view: ExportView) -> None:
        """Write into the fields what holds."""
        for field, day in ((self.since, view.since), (self.until, view.until)):
            field.setText(texts.day(day) if day is not None else "")
        self.folder.setText(view.folder)
        self.folder.setCursorPosition(0)


class _Side(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self._title = Label("strong")
        self.columns = LineList(has_signs=True, lines=1)
        self.separators, self.boms = Choices(2), Choices(2)
        for choices in (self.separators, self.boms):
            choices.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self._told, self.write = Label("body"), primary("Enter")
        self._room = Scroll(self._told)
        parts = column(self, gap=8)
        parts.addWidget(self._title)
        parts.addWidget(self.columns, COLUMNS_STRETCH)
        parts.addStretch(1)
        self._file = Elided("strong")
        for part in (self.separators, self.boms, self._file, self._room, self.write):
            parts.addWidget(part)

    def chosen(self) -> Column | None:
        """Return the column that is chosen in the list."""
        found = None if self.columns.isHidden() else self.columns.row()
        return found[0] if found is not None else None

    def draw(self, view: ExportView) -> None:
        """Show the columns, and how far the file is."""
        has_columns = view.what is What.REDEMPTIONS
        self._title.say(_("Columns"))
        for part in (self._title, self.columns):
            part.setVisible(has_columns)

        def say(found: tuple[Column, bool]) -> Said:
            name, is_on = texts_columns.head(found[0]), found[1]
            return Said(name, sign=DONE if is_on else "", aloud=texts_export.column_name(name, is_on=is_on))

        self.columns.show_rows(view.columns, say, name=_("Columns"))
        forms = {each: Form(each) for each in (";", ",")}
        separators = tuple(Choice(each, texts_export.separator(form)) for each, form in forms.items())
        boms = tuple(Choice(key, texts_export.byte_order_mark(has_bom=value)) for key, value in BOMS.items())
        self.separators.draw(_("Between columns"), separators, view.form.separator)
        self.boms.draw(_("Letters"), boms, "bom" if view.form.has_bom else "plain")
        self._file.say(view.written.name if view.written is not None else "")
        self._file.setVisible(view.written is not None)
        told = texts_export.progress(view)
        self._told.set_ink("on_stop_soft" if view.cannot is not None else "text")
        if told != self._told.whole:
            self._told.say(told)
            self._room.fit()
        self._room.setVisible(bool(told))
        self.write.say(_("One moment …") if view.is_busy else _("Write the file"))
        self.write.setEnabled(
            not view.is_busy and bool(view.folder) and (not has_columns or bool(view.chosen))
        )
