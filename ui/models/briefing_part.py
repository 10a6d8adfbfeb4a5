"""What head office tells of campaigns, read whenever something may have changed: a pull, a person, a language."""

import logging
from functools import partial
from typing import TYPE_CHECKING, Any

from app.station.briefings import briefing_cards
from app.station.staff import SignedIn
from ui import i18n
from ui.tasks import Tasks

log = logging.getLogger(__name__)


class BriefingPart:
    """A part of `StationModel`: the cards, in the language and with the marks of who is at the till."""

    _tasks: Tasks
    _signed_in: SignedIn | None

    if TYPE_CHECKING:  # what the whole has; defined here it would hide the others' own

        def _show(self, **changes: Any) -> None: ...

    def _read_briefings(self) -> None:
        staff = self._signed_in.staff_id if self._signed_in is not None else ""
        self._tasks.on_store(
            partial(briefing_cards, language=i18n.language(), staff=staff),
            then=lambda cards: self._show(briefings=cards),
            failed=lambda problem: log.info("briefings could not be read: %s", type(problem).__name__),
        )
