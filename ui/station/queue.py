"""What waits for head office: how the line stands and what goes on without it, and on the right the three lists."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from app.station.queue import QueueRow, Tab
from ui import texts_pill, texts_queue
from ui.i18n import _
from ui.models.queue import Copied, Hand, QueueView, ReadOn, TurnTo
from ui.models.state import State
from ui.station.page import Page
from ui.theme import current
from ui.widgets.button import Button, primary
from ui.widgets.card import Card, clear, column, row
from ui.widgets.entries import EntryList
from ui.widgets.label import LEFT, Label
from ui.widgets.room import Scroll
from ui.widgets.tile import PLAIN, PRIMARY

DRAWER_WIDTH = 420


class QueuePage(Page):
    """Enter syncs, Esc goes back to what was up."""

    def __init__(self) -> None:
        """Build the page."""
        super().__init__()
        self.head, self.drawer = _Head(), _Drawer()
        self.drawer.setFixedWidth(current().px(DRAWER_WIDTH))
        self.head.sync.clicked.connect(self.enter)
        self.head.back.clicked.connect(self.left)
        for tab, button in self.drawer.tabs.items():
            button.clicked.connect(lambda told=False, tab=tab: self.asked.emit(TurnTo(tab)))
        self.drawer.copy.clicked.connect(self._copy)
        self.drawer.hand.clicked.connect(self._hand)
        self.drawer.rows.entries.more_wanted.connect(lambda: self.asked.emit(ReadOn()))
        line = row(self)
        line.addWidget(self.head, 1)
        line.addWidget(self.drawer)

    def draw(self, state: State) -> None:
        """Show the line and the list."""
        view = state.flow if isinstance(state.flow, QueueView) else QueueView()
        self.head.draw(view, state)
        self.drawer.draw(view, state)

    def place_focus(self) -> None:
        """Arrows and PgDn go through the list at once."""
        self.drawer.rows.setFocus(Qt.FocusReason.OtherFocusReason)

    def _copy(self) -> None:
        if row := self.drawer.chosen():
            QGuiApplication.clipboard().setText(row.name)
            self.asked.emit(Copied(row.name))

    def _hand(self) -> None:
        if row := self.drawer.chosen():
            self.asked.emit(Hand(row.seq))

    def controls(self) -> list[QWidget]:
        """The lists, then what can be done."""
        drawer = self.drawer
        return [*drawer.tabs.values(), drawer.rows, drawer.copy, drawer.hand, self.head.sync, self.head.back]


class _Head(Card):
    def __init__(self) -> None:
        super().__init__(gap=6)
        self._state = Label("h2", align=LEFT)
        self._last, self._next = Label("body"), Label("body", ink="muted")
        self._standing = Label("strong")
        inside = QWidget()
        self._facts = column(inside, gap=6)
        self._scroll = Scroll(inside)
        self._shown: object = None
        self.sync, self.back = primary("Enter"), Button(key="Esc")
        for part in (self._state, self._last, self._next, self._standing, self._scroll):
            self.body.addWidget(part)
        self.body.addStretch(1)
        self.body.addWidget(self.sync)
        self.body.addWidget(self.back)

    def draw(self, view: QueueView, state: State) -> None:
        """Say how the line stands."""
        self._state.say(texts_pill.pill(state.pill, state.time_zone))
        self._last.say(texts_queue.last_success(state.pill))
        for label, said in (
            (self._next, texts_queue.next_try(state.pill)),
            (self._standing, texts_queue.what_stands(state)),
        ):
            label.say(said)
            label.setVisible(bool(said))
        self.sync.say(_("Sync now"))
        self.back.say(_("Back"))
        shown = (view.without, state.time_zone)
        if shown != self._shown:
            self._shown = shown
            self._fill(view, state)

    def _fill(self, view: QueueView, state: State) -> None:
        clear(self._facts)
        self._facts.addWidget(_title(_("Without head office")))
        always = (_("Points and new members"), _("goes on"))
        for facts in (always, *(texts_queue.offered(each) for each in view.without.offered)):
            self._facts.addWidget(_fact(*facts))
        if view.without.leases:
            self._facts.addWidget(_title(_("Set aside for this station")))
        for lease in view.without.leases:
            self._facts.addWidget(_fact(*texts_queue.left(lease, state.time_zone)))
        self._scroll.fit()


class _Drawer(Card):
    def __init__(self) -> None:
        super().__init__(gap=8)
        self.tabs = {tab: Button() for tab in Tab}
        self._none = Label("body", ink="muted")
        self.rows = EntryList()
        self.rows.selectionModel().currentChanged.connect(lambda *_: self._draw_details())
        self.rows.entries.modelReset.connect(self._draw_details)
        self._details = Label("body")
        self._said = Scroll(self._details)  # larger text leaves less room for it
        self._actions, self.copy, self.hand = QWidget(), Button(), Button()
        actions = row(self._actions, gap=8, margin=0)
        actions.addWidget(self.copy, 1)
        actions.addWidget(self.hand, 1)
        for button in self.tabs.values():
            self.body.addWidget(button)
        self.body.addWidget(self._none)
        self.body.addWidget(self.rows, 1)
        self.body.addWidget(self._said)
        self.body.addWidget(self._actions)

    def chosen(self) -> QueueRow | None:
        """Return the row that is chosen in the list."""
        index, entries = self.rows.currentIndex(), self.rows.entries
        return entries.row(index) if index.isValid() and index.row() < entries.rowCount() else None

    def draw(self, view: QueueView, state: State) -> None:
        """Show one of the lists."""
        for tab, button in self.tabs.items():
            button.say(texts_queue.tab(tab, state.pill))
            button.set_look(PRIMARY if tab is view.tab else PLAIN)
        self._none.say(texts_queue.nothing(view, state.pill))
        self._none.setVisible(not view.rows)
        self.rows.entries.show(view, state)
        if view.rows and self.chosen() is None:
            self.rows.setCurrentIndex(self.rows.entries.index(0))
        self._draw_details()

    def _draw_details(self) -> None:
        found, entries = self.chosen(), self.rows.entries
        self._details.say(texts_queue.details(found, entries.view, entries.state) if found else "")
        self.copy.say(_("Copy number"))
        self.hand.say(_("With the manager") if found and found.is_handed else _("To the manager"))
        self.hand.setEnabled(found is not None and not found.is_handed)
        for part in (self._said, self._actions):
            part.setVisible(found is not None)
        self._said.fit()


def _title(text: str) -> QWidget:
    label = Label("h2")
    label.say(text)
    return label


def _fact(what: str, how: str) -> QWidget:
    box = QWidget()
    lines = column(box, gap=0)
    name, words = Label("strong"), Label("small", ink="muted")
    name.say(what)
    words.say(how)
    lines.addWidget(name)
    lines.addWidget(words)
    return box
