"""What head office tells of campaigns: the list on the left, the card of one beside it."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from app.core.briefing import BriefingCard
from ui import texts_briefings as texts
from ui.i18n import _
from ui.models.briefings import BriefingsView, Look, shown_card
from ui.models.state import State
from ui.station.page import Page
from ui.theme import current
from ui.widgets.button import primary
from ui.widgets.card import Card, row
from ui.widgets.label import LEFT, Label, Title
from ui.widgets.lines import MARK, LineList, Said
from ui.widgets.room import Scroll

LIST_WIDTH = 388
PAGE_KEYS = (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


class BriefingsPage(Page):
    """Arrows choose a card, PgUp and PgDn turn a long text, Enter goes back."""

    def __init__(self) -> None:
        """Build the page."""
        super().__init__()
        self._title = Label("h1")
        self.cards = _Cards(has_signs=True)
        self.cards.chosen.connect(self._look)
        self._listed = Card(margin=24)
        self._listed.setFixedWidth(current().px(LIST_WIDTH))
        self._listed.body.addWidget(self._title)
        self._listed.body.addWidget(self.cards, 1)
        self.card = _Card()
        self.card.back.clicked.connect(self.enter)
        line = row(self)
        line.addWidget(self._listed)
        line.addWidget(self.card, 1)

    def draw(self, state: State) -> None:
        """Show the list and the card that is chosen in it."""
        view = state.flow if isinstance(state.flow, BriefingsView) else BriefingsView()
        card = shown_card(state, view)
        title = _("What is on")
        self._title.say(title)
        self._listed.setVisible(card is not None)
        self.card.draw(card, state, title)
        if card is not None:
            place = state.briefings.index(card)
            self.cards.show_rows(state.briefings, lambda each: _row(each, view), name=title, place=place)

    def place_focus(self) -> None:
        """Arrows go through the list at once."""
        if self._listed.isHidden():
            super().place_focus()
        else:
            self.cards.setFocus(Qt.FocusReason.OtherFocusReason)

    def turn(self, direction: int) -> None:
        """Turn the text, where it is longer than its room."""
        self.card.text.turn(direction)

    def controls(self) -> list[QWidget]:
        """The list, then the way back."""
        return [self.cards, self.card.back]

    def _look(self) -> None:
        if (chosen := self.cards.row()) is not None:
            self.asked.emit(Look(chosen.campaign))


class _Cards(LineList):
    """The list. It leaves PgUp and PgDn to the text."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in PAGE_KEYS:
            event.ignore()
        else:
            super().keyPressEvent(event)


class _Card(Card):
    def __init__(self) -> None:
        super().__init__(margin=24)
        self._title, self._when = Title("h1"), Label("strong", ink="muted")
        self._language = Label("body", ink="muted")
        self._words = Label("body", align=LEFT)
        self.text = Scroll(self._words)
        self._shown: object = None
        self.back = primary("Enter")
        for part in (self._title, self._when, self._language):
            self.body.addWidget(part)
        self.body.addSpacing(4)
        self.body.addWidget(self.text)
        self.body.addStretch(1)
        self.body.addWidget(self.back)

    def draw(self, card: BriefingCard | None, state: State, title: str) -> None:
        """Show a card, or that there is none."""
        self.back.say(_("Back"))
        self._title.say(card.title if card else title)
        other = texts.other_language(card, state.language) if card else ""
        for label, said in ((self._when, texts.when(card) if card else ""), (self._language, other)):
            label.say(said)
            label.setVisible(bool(said))
        words = card.text if card else texts.nothing()
        if words != self._shown:
            self._shown = words
            self._words.say(words)
            self.text.fit()


def _row(card: BriefingCard, view: BriefingsView) -> Said:
    is_new = card.is_new and card.told not in view.left
    return Said(
        card.title, texts.standing(card), sign=MARK if is_new else "", aloud=texts.aloud(card, is_new=is_new)
    )
