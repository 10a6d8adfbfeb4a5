"""The frame of the manager's pages: the rail on the left, whose data it is above, and the section's page below."""

from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from ui import texts_sections
from ui.i18n import _
from ui.manager.pages import make_page
from ui.manager.rail import Rail
from ui.manager.section_page import SectionPage
from ui.manager.waiting import Instead, Waiting
from ui.models.manager.flow import SETTINGS, Gate, GiveUp, ManagerView, TurnTo
from ui.models.state import State
from ui.station.page import Page
from ui.texts import title_and_hint
from ui.theme import current
from ui.widgets.card import Card, row
from ui.widgets.label import RIGHT, Label, OneLine
from ui.widgets.room import Faces

Key = Qt.Key
RAIL_WIDTH = 184
STEPS = {Key.Key_Up: -1, Key.Key_Down: 1}
NOTHING = ManagerView()


class ManagerPage(Page):
    """Digits choose a section, and up and down wherever a list doesn't want them; Esc goes back."""

    def __init__(self) -> None:
        """Build the frame; pages of sections are made when they are turned to."""
        super().__init__()
        self._view = NOTHING
        self._made: dict[str, SectionPage] = {}
        self.rail = Rail()
        self.rail.setFixedWidth(current().px(RAIL_WIDTH))
        self.rail.chosen.connect(self._choose)
        self.rail.back.clicked.connect(self.left)
        self._title, self._whose = OneLine("h1"), Label("small", ink="muted", align=RIGHT)
        self.waiting, self.barred, self.wrong = Waiting(), Instead(), Instead()
        self.waiting.cancel.clicked.connect(lambda: self.asked.emit(GiveUp()))
        self.barred.do.clicked.connect(self.entered)
        self.wrong.do.clicked.connect(self.entered)
        self._faces = Faces()
        for face in (self.waiting, self.barred, self.wrong):
            self._faces.addWidget(face)
        card = Card(gap=8, margin=16)
        head = row(gap=16)
        head.addWidget(self._title)
        head.addWidget(self._whose, 1)
        card.body.addLayout(head)
        card.body.addWidget(self._faces, 1)
        line = row(self)
        line.addWidget(self.rail)
        line.addWidget(card, 1)

    @property
    def page(self) -> SectionPage | None:
        """The page of the section that is up, once it was made."""
        return self._made.get(self._view.name)

    def draw(self, state: State) -> None:
        """Show the section that is up, or why it can't be seen."""
        if not isinstance(state.flow, ManagerView):
            return  # it is being left
        before, view = self._view, state.flow
        self._view = view
        is_open = view.gate is Gate.OPEN
        self.rail.draw(view.names, view.name)
        self.rail.set_open(is_open=is_open)
        self._title.say(texts_sections.title(view.name) if is_open else _("Manager"))
        self._whose.say(texts_sections.whose(view, state))
        face = self._face(view, state)
        is_other = face is not self._faces.currentWidget()
        self._faces.setCurrentWidget(face)
        if (is_other or view.name != before.name) and self.isVisible():
            self._order_tabs()
            self.place_focus()

    def _face(self, view: ManagerView, state: State) -> QWidget:
        if view.gate is Gate.BARRED:
            said = _("A manager's PIN opens these pages."), _("Nothing on them was shown.")
            self.barred.draw(*said, _("Enter the PIN"))
            return self.barred
        if view.problem:
            self.wrong.draw(*title_and_hint(view.problem), _("Read again"))
            return self.wrong
        if view.gate is Gate.ASKING or not view.read_ms:
            self.waiting.draw(view.wait)
            return self.waiting
        page = self._page_of(view.name)
        page.draw(view.shown, state)
        return page

    def _page_of(self, name: str) -> SectionPage:
        if name not in self._made:
            page = self._made[name] = make_page(name)
            page.asked.connect(self.asked)
            page.entered.connect(self.entered)
            self._faces.addWidget(page)
        return self._made[name]

    # --- keys -----------------------------------------------------------------------------------------------------

    def place_focus(self) -> None:
        """Give the keys to the section's page."""
        if self._faces.currentWidget() is self.page and self.page is not None:
            self.page.place_focus()
        else:
            super().place_focus()

    def controls(self) -> list[QWidget]:
        """The rail, then what the section has."""
        match self._faces.currentWidget():
            case SectionPage() as page:
                own = page.controls()
            case Instead() as instead:
                own = [instead.do]
            case _:
                own = [self.waiting.cancel]
        return [*self.rail.buttons.values(), *own, self.rail.back]

    def _order_tabs(self) -> None:
        for before, after in pairwise(self.controls()):
            self.setTabOrder(before, after)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose a section; the other keys are the window's."""
        key = Key(event.key())
        names = self._view.names
        if Key.Key_1 <= key <= Key.Key_9 and key - Key.Key_1 < len(names):
            self._choose(names[key - Key.Key_1])
        elif key in STEPS and self._view.name in names:
            around = [name for name in names if name != SETTINGS]
            self._choose(around[(around.index(self._view.name) + STEPS[key]) % len(around)])
        else:
            super().keyPressEvent(event)

    def enter(self) -> None:
        """Do what Enter means on the page, else what it means to the section."""
        if self._faces.currentWidget() is not self.page or self.page is None or not self.page.enter():
            super().enter()

    def escape(self) -> bool:
        """Step back inside the page."""
        return self._faces.currentWidget() is self.page and self.page is not None and self.page.escape()

    def turn(self, direction: int) -> None:
        """Turn what the section's page shows."""
        if self.page is not None:
            self.page.turn(direction)

    def _choose(self, name: str) -> None:
        if self._view.gate is Gate.OPEN:
            self.asked.emit(TurnTo(name))
