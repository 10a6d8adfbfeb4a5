"""First run: welcome, and which language is spoken. Whoever holds a pairing code already can scan it here."""

from PySide6.QtWidgets import QWidget

from ui import i18n
from ui.i18n import NAMES, _
from ui.models.opening import Speak
from ui.models.setup import Choice
from ui.models.state import State
from ui.station.page import Page
from ui.texts_brand import program_name
from ui.theme import current
from ui.widgets.button import primary
from ui.widgets.card import Card, centred, column, row
from ui.widgets.choices import Choices
from ui.widgets.label import Label
from ui.widgets.shapes import Sign, SignKind

WIDTH = 640


class WelcomePage(Page):
    """A tile for each language, in its own words."""

    def __init__(self) -> None:
        """Build the page."""
        super().__init__()
        card = Card(gap=12, margin=24)
        card.setFixedWidth(current().px(WIDTH))
        head = row(gap=16)
        self._sign, self._welcome = Sign(40, SignKind.BRAND, "primary"), Label("h1")
        head.addWidget(self._sign)
        head.addWidget(self._welcome, 1)
        card.body.addLayout(head)
        self._how = Label("body", ink="muted")
        self._languages = Choices(1)
        self._languages.chosen.connect(lambda language: self.asked.emit(Speak(language)))
        self._on = primary("Enter")
        self._on.clicked.connect(self.enter)
        for part in (self._how, self._languages, self._on):
            card.body.addWidget(part)
        outer = column(self)
        outer.addStretch(1)
        outer.addLayout(centred(card))
        outer.addStretch(1)

    def draw(self, state: State) -> None:
        """Show which language is chosen."""
        self._sign.setVisible(not state.brand.is_white_label)
        self._welcome.say(_("Welcome to {program}").format(program=program_name(state.brand)))
        self._how.say(_("Choose the language of this station. Everybody can choose their own later."))
        named = tuple(Choice(language, name) for language, name in NAMES.items())
        self._languages.draw(_("Language"), named, i18n.language())
        self._on.say(_("One moment …") if state.is_busy else _("Go on"))
        self._on.setEnabled(not state.is_busy)

    def controls(self) -> list[QWidget]:
        """The languages, then the button."""
        return [*self._languages.controls(), self._on]
