"""Paired: the first download runs."""

from PySide6.QtCore import Qt

from ui import texts, texts_setup
from ui.i18n import _, ngettext
from ui.models.state import State
from ui.station.page import Page
from ui.widgets.card import column
from ui.widgets.label import CENTER, Label
from ui.widgets.logo import Logo
from ui.widgets.shapes import Sign, SignKind


class PreparingPage(Page):
    """A number that grows."""

    def __init__(self) -> None:
        """Build the page."""
        super().__init__()
        self._title = Label("h1", align=CENTER)
        self._number = Label("answer", align=CENTER, wraps=False)
        self._unit = Label("h2", align=CENTER, ink="muted")
        self._hint = Label("body", align=CENTER, ink="muted")
        layout = column(self, margin=24)
        layout.addStretch(2)
        self._sign, self._logo = Sign(64, SignKind.BRAND, "primary"), Logo(64)
        for mark in (self._sign, self._logo):
            layout.addWidget(mark, 0, Qt.AlignmentFlag.AlignHCenter)
        for label in (self._title, self._number, self._unit, self._hint):
            layout.addWidget(label)
        layout.addStretch(3)

    def draw(self, state: State) -> None:
        """Show how far it is."""
        self._logo.show_png(state.brand.logo)
        self._sign.setVisible(self._logo.is_empty and not state.brand.is_white_label)
        self._title.say(_("Getting this station ready"))
        percent = None if state.rows_loaded else state.percent_loaded
        self._number.say(
            texts.grouped(state.rows_loaded) if percent is None else texts_setup.percent(percent)
        )
        self._number.setVisible(state.rows_loaded > 0 or percent is not None)
        loaded = ngettext("member loaded", "members loaded", state.rows_loaded)
        self._unit.say(loaded if state.rows_loaded else _("Fetching the program and the members"))
        self._hint.say(_("You can scan as soon as the members are here."))
