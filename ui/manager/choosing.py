"""A panel beside a list: what can be chosen, one under the other, and fields for what has to be typed."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from ui.i18n import _
from ui.manager.table import ROW, Column, FewRows, Table
from ui.texts_redemptions import Choosing
from ui.theme import current
from ui.tokens import TARGET_MIN
from ui.widgets.button import Button
from ui.widgets.card import Card, clear, column, row
from ui.widgets.field import Field
from ui.widgets.label import Label
from ui.widgets.room import Scroll

Key = Qt.Key
STEPS = {Key.Key_Plus: 1, Key.Key_Equal: 1, Key.Key_Minus: -1}
ROWS_MIN = 2
NO_CHOICE = Choosing("", ())


class ChoosingPanel(Card):
    """Up and down go through the options, Enter picks one; in a field it takes what was typed."""

    picked = Signal(str)
    removed = Signal(str)
    stepped = Signal(str, int)
    typed = Signal(object)  # what stands in the fields, by their keys
    closed = Signal()

    def __init__(self) -> None:
        """Begin with nothing to choose."""
        super().__init__(gap=8, margin=12)
        self._shown = NO_CHOICE
        self._title, self._hint = Label("h2"), Label("small", ink="muted")
        self._rows = FewRows()
        self.table = Table(self._rows, _("Choices"))
        self.table.horizontalHeader().hide()
        self.table.clicked.connect(lambda index: self._pick(index.row()))
        self.table.setMinimumHeight(current().with_text(ROWS_MIN * ROW))
        inside = QWidget()
        self._below, self._inputs = column(inside, gap=8), row(gap=8)
        self._scroll = Scroll(inside)  # larger text leaves less room for what is typed
        self.fields: dict[str, Field] = {}
        self.apply, self.close_button = Button(), Button(key="Esc")
        self.apply.clicked.connect(self._give)
        self.close_button.clicked.connect(self.closed)
        self.body.addWidget(self._title)
        self.body.addWidget(self.table, 1)
        self._below.addLayout(self._inputs)
        self._below.addWidget(self._hint)
        self._below.addWidget(self.apply)
        self.body.addWidget(self._scroll)
        self.body.addWidget(self.close_button)

    def draw(self, shown: Choosing) -> None:
        """Show what can be chosen; the row that was chosen stays where other words stand in it."""
        if shown == self._shown:
            return
        before, self._shown = self._shown, shown
        at = self.table.row
        self._title.say(shown.title)
        self._hint.say(shown.hint)
        self._hint.setVisible(bool(shown.hint))
        self._rows.show((Column("", shown.title, 0),), tuple((said,) for _key, said in shown.options))
        keys = [key for key, _said in shown.options]
        if shown.title != before.title:
            at = keys.index(shown.chosen) if shown.chosen in keys else 0
        self.table.choose(min(max(at, 0), len(keys) - 1))
        self.table.setVisible(bool(keys))
        if [field.key for field in shown.fields] != list(self.fields):
            self._make_fields()
        for field in shown.fields:
            self.fields[field.key].setText(field.value)
        self.apply.say(shown.apply)
        self.apply.setVisible(bool(shown.apply))
        self.close_button.say(_("Close"))
        self._below.activate()
        self._scroll.fit()

    def _make_fields(self) -> None:
        clear(self._inputs)
        self.fields = {}
        for field in self._shown.fields:
            title, made = Label("small"), Field()
            title.say(field.title)
            made.setFixedHeight(current().px(TARGET_MIN))
            made.setAccessibleName(field.title)
            made.entered.connect(lambda _text: self._give())
            box = QWidget()
            lines = column(box, gap=4)
            lines.addWidget(title)
            lines.addWidget(made)
            self._inputs.addWidget(box)
            self.fields[field.key] = made

    def controls(self) -> list[QWidget]:
        """The options, the fields, then the buttons."""
        apply = [self.apply] if self._shown.apply else []
        options = [self.table] if self._shown.options else []
        return [*options, *self.fields.values(), *apply, self.close_button]

    def place_focus(self) -> None:
        """Let keys go through the options; where there are none, into the first field."""
        target = self.controls()[0]
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    def enter(self) -> bool:
        """Pick the option that is chosen; in a field Enter is the field's."""
        has_keys = self.table.hasFocus()
        if has_keys:
            self._pick(self.table.row)
        return has_keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take an option off the list, or change its measure."""
        key = Key(event.key())
        at = self.table.row
        if not self.table.hasFocus() or not 0 <= at < len(self._shown.options):
            super().keyPressEvent(event)
        elif key == Key.Key_Delete:
            self.removed.emit(self._shown.options[at][0])
        elif key in STEPS:
            self.stepped.emit(self._shown.options[at][0], STEPS[key])
        else:
            super().keyPressEvent(event)

    def _pick(self, at: int) -> None:
        if 0 <= at < len(self._shown.options):
            self.picked.emit(self._shown.options[at][0])

    def _give(self) -> None:
        self.typed.emit({key: field.text().strip() for key, field in self.fields.items()})
