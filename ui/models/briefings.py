"""What head office tells of campaigns, card by card. The cards are the state's, so one that is stopped goes at once.

A card counts as read by who is at the till once it was shown; that is kept when the page is left.
"""

import logging
from dataclasses import dataclass, replace
from functools import partial

from PySide6.QtCore import QObject

from app.core.briefing import BriefingCard
from app.station.briefings import note_read
from ui.models.flow import Flow, Means
from ui.models.state import Screen, State

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class BriefingsView:
    """Which card is shown, by its campaign, and what has been `told` before."""

    chosen: str = ""
    left: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Look:
    """Show another card."""

    campaign: str


def shown_card(state: State, view: BriefingsView) -> BriefingCard | None:
    """Return the card that is shown: the chosen one or, where that is gone, the first; None where there is none."""
    found = (card for card in state.briefings if card.campaign == view.chosen)
    return next(found, next(iter(state.briefings), None))


class Briefings(Flow):
    """Shows one card after the other; Enter and Esc go back to where it came up."""

    screen = Screen.BRIEFINGS

    def __init__(self, means: Means, parent: QObject) -> None:
        """Show the first card."""
        super().__init__(means, parent)
        self._view = BriefingsView()
        self._staff = ""

    @property
    def view(self) -> object:
        """See `BriefingsView`."""
        return self._view

    def begin(self) -> None:
        """Begin with the first one."""
        self._staff = self._who()
        self._view = BriefingsView()

    def take(self, intent: object) -> None:
        """Turn to another card."""
        before = shown_card(self.desk.state, self._view)
        if isinstance(intent, Look) and before is not None:
            self._view = BriefingsView(intent.campaign, self._view.left | {before.told})
            self.changed.emit()

    def end(self) -> None:
        """Keep what was read."""
        last = shown_card(self.desk.state, self._view)
        looked_at = self._view.left | ({last.told} if last is not None else set())
        read = [card for card in self.desk.state.briefings if card.is_new and card.told in looked_at]
        self._view = replace(self._view, left=frozenset())
        if read:
            self.tasks.on_store(
                partial(note_read, cards=read, staff=self._staff or self._who()),
                then=lambda _: self.desk.refresh(),
                failed=lambda problem: log.info("what was read is not kept: %s", type(problem).__name__),
            )

    def enter(self) -> None:
        """Go back."""
        self.escape()

    def _who(self) -> str:
        who = self.desk.cashier
        return who.staff_id if who is not None else ""
