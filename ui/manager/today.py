"""How a day of this station goes: figures, the day taken apart by hour, cashier or offer, and that as a table."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QHeaderView, QWidget

from ui import texts_day_figures as texts
from ui import texts_store_day
from ui.i18n import _
from ui.manager.chart_place import ChartPlace
from ui.manager.section_page import SectionPage
from ui.manager.table import Column, FewRows, Table
from ui.models.manager.devices_view import Line
from ui.models.manager.today import By, Step, TakeApart, TodayView, Typed
from ui.models.state import State
from ui.theme import current
from ui.tokens import ACTION_HEIGHT, RADIUS_CONTROL, TARGET_MIN
from ui.widgets.button import Button
from ui.widgets.card import column, row
from ui.widgets.field import Field
from ui.widgets.label import LEFT, Figure, Label, OneLine
from ui.widgets.room import Scroll
from ui.widgets.tile import PLAIN, PRIMARY

Key = Qt.Key
STEPS = {Key.Key_Left: -1, Key.Key_Right: 1}
TOP = Qt.AlignmentFlag.AlignTop
TILES, ACROSS = 7, 4
NAME_WIDTH, FIGURE_WIDTH = 200, 110
TABLE_HEIGHT = 240
FIELD_WIDTH = 170


class TodayPage(SectionPage):
    """Left and right go from day to day, F6 takes it apart otherwise, F7 types one; Enter asks head office again."""

    def __init__(self) -> None:
        """Build the page."""
        super().__init__()
        self._title = OneLine("h2")
        self.before, self.after = Button(), Button()
        for button in (self.before, self.after):
            button.setFixedWidth(current().px(ACTION_HEIGHT))
        self.field = Field()
        self.field.setFixedWidth(current().with_text(FIELD_WIDTH))
        self.field.setFixedHeight(current().px(TARGET_MIN))
        self.field.entered.connect(self._typed)
        self.before.clicked.connect(lambda: self.asked.emit(Step(-1)))
        self.after.clicked.connect(lambda: self.asked.emit(Step(1)))
        self.tiles = [_Tile() for _place in range(TILES)]
        self._note = Label("small", ink="muted")
        self.ways = {by: Button(role="body") for by in By}
        for by, button in self.ways.items():
            button.clicked.connect(lambda _=False, by=by: self.asked.emit(TakeApart(by)))
        self.place = ChartPlace()
        self._others = Label("small", ink="muted")
        self.again = Button(role="body", key="Enter")
        self.again.clicked.connect(self.entered)
        self._few = FewRows()
        self.table = Table(self._few, _("The same as a table"))
        self.table.setMinimumHeight(current().px(TABLE_HEIGHT))
        self._lay_out()

    def _lay_out(self) -> None:
        days = row(gap=8)
        for part, stretch in ((self._title, 1), (self.before, 0), (self.after, 0), (self.field, 0)):
            days.addWidget(part, stretch)
        inside = QWidget()
        parts = column(inside, gap=8)
        grid = QGridLayout()
        grid.setSpacing(current().space(8))
        for place, tile in enumerate(self.tiles):
            grid.addWidget(tile, *divmod(place, ACROSS))
            grid.setColumnStretch(place % ACROSS, 1)
        ways = row(gap=8)
        for button in self.ways.values():
            ways.addWidget(button, 1)
        parts.addLayout(grid)
        parts.addWidget(self._note)
        parts.addLayout(ways)
        parts.addWidget(self.place)
        others = row(gap=8)
        others.addWidget(self._others, 1)
        others.addWidget(self.again, 0, TOP)
        parts.addLayout(others)
        parts.addWidget(self.table)
        self._scroll = Scroll(inside)
        layout = column(self, gap=8)
        layout.addLayout(days)
        layout.addWidget(self._scroll, 1)
        layout.addStretch(0)

    def draw(self, view: object, state: State) -> None:
        """Show the day."""
        if not isinstance(view, TodayView) or view.figures is None:
            return
        self._title.say(texts.title(view))
        for button, arrow, word in (
            (self.before, "←", _("Day before")),
            (self.after, "→", _("Day after")),
        ):
            button.say(arrow)
            button.setAccessibleName(word)
        self.after.setEnabled(view.day < view.today)
        self.field.setPlaceholderText(_("Day (F7)"))
        self.field.setAccessibleName(_("Day (F7)"))
        for tile, (figure, word) in zip(self.tiles, texts.tiles(view, state), strict=True):
            tile.say(figure, word)
        self._note.say(texts.came_back(view, state))
        for by, button in self.ways.items():
            button.set_look(PRIMARY if by is view.by else PLAIN)
            word = texts.way(by)
            button.say(word)
            if by is view.by:
                button.setAccessibleName(_("{name}, chosen").format(name=word))
        self._draw_apart(view, state)
        heads = texts.heads(view.by)
        columns = tuple(
            Column(head, head, FIGURE_WIDTH if place else NAME_WIDTH, is_number=place > 0)
            for place, head in enumerate(heads)
        )
        rows = texts.rows(view, state)
        if self._few.show(columns, rows):
            head = self.table.horizontalHeader()
            head.setStretchLastSection(False)
            head.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
            for place, each in enumerate(columns[1:], start=1):
                self.table.setColumnWidth(place, current().with_text(each.width))
                if view.by is By.STATION:  # names of machines are longer than those of people
                    self.table.resizeColumnToContents(place)
        self.table.setVisible(bool(rows))

    def _draw_apart(self, view: TodayView, state: State) -> None:
        """Show the chart; of stations, how old what is said of them is."""
        is_store = view.by is By.STATION
        self.place.setVisible(not is_store)
        if not is_store:
            self.place.draw(texts.plot(view, state), can_draw=view.can_draw)
        for part in (self._others, self.again):
            part.setVisible(is_store)
        self._others.say(texts_store_day.said(view.others, state.now_ms) if is_store else "")
        self.again.say(_("Ask again"))
        self.again.setEnabled(view.others.line not in (Line.ASKING, Line.NOBODY))

    def controls(self) -> list[QWidget]:
        """The days, the ways to take one apart, then chart and table."""
        days = [self.before, self.after, self.field]
        return [*days, *self.ways.values(), *self.place.controls(), self.again, self.table]

    def turn(self, direction: int) -> None:
        """Turn the page."""
        self._scroll.turn(direction)

    def escape(self) -> bool:
        """Go back from the day that is typed."""
        was_there = self.field.hasFocus()
        if was_there:
            self.field.clear()
            self.place_focus()
        return was_there

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go from day to day, and take it apart; the other keys are the frame's."""
        key = Key(event.key())
        if key in STEPS:
            self.asked.emit(Step(STEPS[key]))
        elif key == Key.Key_F6:
            self.asked.emit(TakeApart())
        elif key == Key.Key_F7:
            self.field.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            super().keyPressEvent(event)

    def _typed(self, text: str) -> None:
        if text:
            self.field.clear()
            self.asked.emit(Typed(text))
        self.place_focus()


class _Tile(QWidget):
    """A figure, and below it what it counts."""

    def __init__(self) -> None:
        super().__init__()
        self._figure, self._word = Figure("h1", align=LEFT), Label("small", ink="muted")
        body = column(self, gap=0, margin=10)
        body.addWidget(self._figure)
        body.addWidget(self._word)
        body.addStretch(1)

    def say(self, figure: str, word: str) -> None:
        self._figure.say(figure)
        self._word.say(word)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(current().color("surface2"))
        painter.drawRoundedRect(QRectF(self.rect()), RADIUS_CONTROL, RADIUS_CONTROL)
