"""How a day of this station goes: its figures large."""

from ui import texts
from ui.i18n import _
from ui.manager.section_page import SectionPage
from ui.models.manager.today import TodayView
from ui.models.state import State
from ui.widgets.card import column
from ui.widgets.figures import Figures


class TodayPage(SectionPage):
    """Figures of today."""

    def __init__(self) -> None:
        """Build the page."""
        super().__init__()
        self.figures = Figures()
        layout = column(self)
        layout.addWidget(self.figures)
        layout.addStretch(1)

    def draw(self, view: object, state: State) -> None:
        """Show the figures."""
        if not isinstance(view, TodayView) or view.work is None:
            return
        work = view.work
        self.figures.draw(
            (texts.grouped(work.orders), _("Orders today")),
            (texts.grouped(work.redemptions), _("Redemptions today")),
            (texts.money(work.value_given, state.shop.currency), _("Given today")),
            (texts.grouped(work.members), _("New members today")),
        )
