"""How many exceptions no manager has looked at: counted when nothing has happened at the till for a while."""

import logging
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer

from app.core.order import local_date
from app.review.exceptions import count_unseen
from ui.models.state import State
from ui.tasks import Tasks

log = logging.getLogger(__name__)
REST_MS = 3_000  # nobody is kept waiting by it, and a queue at the till is not the time for it


class UnseenPart:
    """A part of `StationModel`: the number beside the manager's key."""

    _tasks: Tasks
    _state: State
    _unseen_timer: QTimer

    if TYPE_CHECKING:  # what the whole has; defined here it would hide the others' own

        def _show(self, **changes: Any) -> None: ...

    def _start_unseen(self) -> None:
        whole: Any = self
        assert isinstance(whole, QObject), "it is a part of the model"
        self._unseen_timer = QTimer(whole, singleShot=True, interval=REST_MS)
        self._unseen_timer.timeout.connect(self._count_unseen)

    def _count_unseen_soon(self) -> None:
        """Count once it has been quiet: something was recorded, or head office has said a word."""
        if self._tasks.can_review:
            self._unseen_timer.start()

    def _count_unseen(self) -> None:
        today = local_date(self._state.now_ms, self._state.time_zone)
        self._tasks.on_review(
            lambda review: count_unseen(review, today=today),
            then=lambda count: self._show(unseen=count),
            failed=lambda problem: log.info(
                "what is unseen could not be counted: %s", type(problem).__name__
            ),
        )
