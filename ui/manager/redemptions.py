"""All that this station gave: filters and a search above the table, and beside it choices or the why of a row."""

from dataclasses import replace
from functools import partial
from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QWidget

from ui import texts_redemptions as texts
from ui.i18n import _
from ui.manager.chip import ChipTile
from ui.manager.choosing import ChoosingPanel
from ui.manager.redemption_choices import chosen, removed, stepped, typed
from ui.manager.redemption_rows import RedemptionRows
from ui.manager.section_page import SectionPage
from ui.manager.table import Table
from ui.manager.trace_drawer import TraceDrawer
from ui.models.manager.redemptions import USUAL, Copied, Export, Near, RedemptionsView, SetColumns, Want, Why
from ui.models.manager.wanted import TEXT_MAX
from ui.models.state import State
from ui.texts_redemptions import FILTERS, Chip
from ui.theme import current
from ui.tokens import TARGET_MIN
from ui.widgets.button import Button
from ui.widgets.card import column, row
from ui.widgets.field import Field
from ui.widgets.label import CENTER, Elided, Label

Key = Qt.Key
PANEL_WIDTH, DRAWER_WIDTH = 320, 380
BUTTON_WIDTH = 104
BEFORE, BEHIND = 30, 60  # rows that are to be at hand around what is looked at


class RedemptionsPage(SectionPage):
    """F6 searches, F7 goes through the filters, Delete takes them away; Enter shows the why of a row."""

    def __init__(self) -> None:
        """Build the page."""
        super().__init__()
        self._view, self._state = RedemptionsView(), State()
        self._open: Chip | None = None
        self._is_taking = False  # widths that the code sets are nobody's wish
        self.field, self.export = Field(), Button()
        self.field.setMaxLength(TEXT_MAX)
        self.field.setFixedHeight(current().px(TARGET_MIN))
        self.field.textEdited.connect(self._search)
        self.field.entered.connect(lambda _text: self.place_focus())
        self.export.clicked.connect(lambda: self.asked.emit(Export()))
        self.chips = {chip: ChipTile() for chip in Chip}
        for chip, tile in self.chips.items():
            tile.clicked.connect(partial(self._turn_panel, chip))
        self._total = Elided("strong")
        self._rows = RedemptionRows()
        self.table = Table(self._rows, _("Redemptions"))
        self.table.chosen.connect(self._moved)
        self.table.opened.connect(lambda place: self.asked.emit(Why(place)))
        self.table.verticalScrollBar().valueChanged.connect(lambda _value: self._near())
        self.table.horizontalHeader().sectionResized.connect(self._resized)
        self._nothing, self._hint = Label("h2", align=CENTER), Label("body", ink="muted", align=CENTER)
        self.panel, self.drawer = ChoosingPanel(), TraceDrawer()
        self._connect()
        self._lay_out()

    def _connect(self) -> None:
        self.panel.picked.connect(lambda key: self._choose(chosen(self._open, key, self._view)))
        self.panel.removed.connect(lambda key: self._choose(removed(self._open, key), stays=True))
        self.panel.stepped.connect(lambda key, step: self._choose(stepped(self._open, key, step, self._view)))
        self.panel.typed.connect(
            lambda found: self._choose(typed(self._open, found, self._view, self._state.shop.currency))
        )
        self.panel.closed.connect(self.escape)
        self.drawer.closed.connect(lambda: self.asked.emit(Why(None)))
        self.drawer.copied.connect(lambda number: self.asked.emit(Copied(number)))

    def _lay_out(self) -> None:
        top, filters = row(gap=8), row(gap=8)
        top.addWidget(self.field, 1)
        for part in (self.chips[Chip.VIEWS], self.chips[Chip.COLUMNS], self.export):
            part.setFixedWidth(current().with_text(BUTTON_WIDTH))
            top.addWidget(part)
        for chip in FILTERS:
            filters.addWidget(self.chips[chip], 1)
        listed = column(gap=4)
        listed.addWidget(self._total)
        listed.addWidget(self.table, 1)
        self._blank = QWidget()
        blank = column(self._blank)
        blank.addStretch(1)
        blank.addWidget(self._nothing)
        blank.addWidget(self._hint)
        blank.addStretch(2)
        listed.addWidget(self._blank, 1)
        self.panel.setFixedWidth(current().px(PANEL_WIDTH))
        self.drawer.setFixedWidth(current().px(DRAWER_WIDTH))
        beside = row(gap=8)
        beside.addLayout(listed, 1)
        beside.addWidget(self.panel)
        beside.addWidget(self.drawer)
        layout = column(self, gap=8)
        layout.addLayout(top)
        layout.addLayout(filters)
        layout.addLayout(beside, 1)

    # --- drawing ----------------------------------------------------------------------------------------------------

    def draw(self, view: object, state: State) -> None:
        """Show what was found."""
        if not isinstance(view, RedemptionsView):
            return
        before, self._view, self._state = self._view, view, state
        self.field.setPlaceholderText(_("Search (F6)"))
        self.field.setAccessibleName(_("Order, member or offer (F6)"))
        if not self.field.hasFocus():
            self.field.setText(view.wanted.text)
        self.export.say(_("Export"))
        for chip, tile in self.chips.items():
            is_set = texts.is_set(chip, view.wanted)
            tile.draw(*texts.chip(chip, view, state), is_set=is_set, is_open=chip is self._open)
        self._total.say(texts.total(view, state))
        self._draw_rows(view, state)
        if view.traced is not None:
            self._open = None
        if self._open is not None:
            self.panel.draw(texts.choosing(self._open, view, state))
        self.panel.setVisible(self._open is not None)
        self.drawer.setVisible(view.traced is not None)
        if view.traced is not None:
            self.drawer.draw(view, state)
        if before.traced is not None and view.traced is None:
            self.place_focus()

    def _draw_rows(self, view: RedemptionsView, state: State) -> None:
        place = self.table.row
        if self._rows.show(view, state):
            self._is_taking = True
            for column_at, (_key, width) in enumerate(view.columns):
                self.table.setColumnWidth(column_at, current().with_text(width))
            self._is_taking = False
            self.table.choose(0)
        elif place >= 0 and self.table.row < 0:
            self.table.choose(min(place, view.reached - 1))
        is_empty = not view.reached
        title, hint = texts.nothing(view)
        self._nothing.say(title)
        self._hint.say(hint)
        self.table.setVisible(not is_empty)
        self._blank.setVisible(is_empty and not view.is_reading)

    # --- the list ---------------------------------------------------------------------------------------------------

    def _moved(self, place: int) -> None:
        self._near()
        if self._view.traced is not None and place >= 0 and place != self._view.traced:
            self.asked.emit(Why(place))

    def _near(self) -> None:
        """Have at hand what is looked at, if it is not."""
        place = max(self.table.rowAt(self.table.viewport().height() // 2), 0)
        view = self._view
        low, high = max(place - BEFORE, 0), min(place + BEHIND, view.reached - 1)
        if view.rows and not view.first <= low <= high < view.first + len(view.rows):
            self.asked.emit(Near(place))

    def _resized(self, at: int, _before: int, width: int) -> None:
        """Keep the width that somebody gave a column; the last one takes what is left."""
        if self._is_taking or not 0 <= at < len(self._view.columns) - 1:
            return
        new = round(width / current().with_text(100) * 100)
        columns = [(key, new if place == at else old) for place, (key, old) in enumerate(self._view.columns)]
        if columns != list(self._view.columns):
            self.asked.emit(SetColumns(tuple(columns)))

    # --- choosing ---------------------------------------------------------------------------------------------------

    def _search(self, text: str) -> None:
        self.asked.emit(Want(replace(self._view.wanted, text=text)))

    def _turn_panel(self, chip: Chip) -> None:
        self._open = None if self._open is chip else chip
        if self._view.traced is not None:
            self.asked.emit(Why(None))
        self.draw(self._view, self._state)
        if self._open is not None:
            self.panel.place_focus()
            self.order_tabs()

    def _choose(self, intent: object, *, stays: bool = False) -> None:
        """Ask for what was chosen. A panel of several things to do stays."""
        if intent is None:
            return
        stays = stays or self._open is Chip.COLUMNS
        if not stays:
            self._open = None
            self.place_focus()
        self.asked.emit(intent)
        self.draw(self._view, self._state)

    # --- keys -------------------------------------------------------------------------------------------------------

    def place_focus(self) -> None:
        """Give the keys to the table."""
        target = self if self.table.isHidden() else self.table
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    def controls(self) -> list[QWidget]:
        """The search, the filters, the list, and what stands beside it."""
        beside: list[QWidget] = []
        if self._view.traced is not None:
            beside = self.drawer.controls()
        elif self._open is not None:
            beside = self.panel.controls()
        top = [self.field, self.chips[Chip.VIEWS], self.chips[Chip.COLUMNS], self.export]
        return [*top, *(self.chips[chip] for chip in FILTERS), self.table, *beside]

    def order_tabs(self) -> None:
        """Let Tab go through what has just come up, in reading order."""
        controls = self.controls()
        for before, after in pairwise(controls):
            self.setTabOrder(before, after)

    def turn(self, direction: int) -> None:
        """Turn the why of a row."""
        if self._view.traced is not None:
            self.drawer.turn(direction)

    def enter(self) -> bool:
        """Pick what is chosen in the panel, else show the why of the row."""
        if self._open is not None:
            return self.panel.enter()
        if self.table.hasFocus() and self.table.row >= 0:
            self.asked.emit(Why(self.table.row))
            return True
        return False

    def escape(self) -> bool:
        """Close the panel, or go back from the search to the list."""
        if self._open is not None:
            self._open = None
            self.draw(self._view, self._state)
        elif not self.field.hasFocus():
            return False
        self.place_focus()
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Search, filter, and begin anew; the other keys are the frame's."""
        key = Key(event.key())
        if key == Key.Key_F6:
            self.field.setFocus(Qt.FocusReason.OtherFocusReason)
            self.field.selectAll()
        elif key == Key.Key_F7:
            self._next_filter()
        elif event.matches(QKeySequence.StandardKey.Copy):
            self._copy()
        elif key == Key.Key_Delete and self._open is None:
            self.asked.emit(Want(USUAL))
        else:
            super().keyPressEvent(event)

    def _copy(self) -> None:
        """Let the number of the chosen row's order be pasted elsewhere."""
        row = self._view.row(self.table.row)
        if row is not None and row.order_id:
            QGuiApplication.clipboard().setText(row.order_id)
            self.asked.emit(Copied(row.order_id))

    def _next_filter(self) -> None:
        chips = [self.chips[chip] for chip in FILTERS]
        at = next((place for place, chip in enumerate(chips) if chip.hasFocus()), -1)
        chips[(at + 1) % len(chips)].setFocus(Qt.FocusReason.OtherFocusReason)
