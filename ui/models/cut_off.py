"""What is said when the line goes: what works without head office, once each time, in one sentence."""

from typing import TYPE_CHECKING, Any

from app.core.authority import Offline
from app.station.queue import Without, without_head_office
from ui.i18n import _
from ui.models.state import Pill, PillKind, Screen, State
from ui.tasks import Tasks

CUT_OFF = {PillKind.OFFLINE, PillKind.STALE}
# An answer is read first, and where nobody serves anybody nothing is to be known.
SILENT = {
    Screen.ANSWER,
    Screen.PAIRING,
    Screen.PREPARING,
    Screen.STOPPED,
    Screen.SIGN_IN,
    Screen.QUEUE,
    Screen.SCANNER,
    Screen.PRINTER,
}


def sentence(without: Without) -> str:
    """Return what goes on, and where to see which."""
    how = [each.offline for each in without.offered]
    waits = how.count(Offline.NEVER)
    if waits:
        said = _(
            "Head office can't be reached. Offers that wait for it: {count}; the rest goes on. F9 shows which."
        )
        return said.format(count=waits)
    if any(each is not Offline.ALWAYS for each in how):
        return _("Head office can't be reached. Offers go on up to a limit. F9 shows which.")
    return _("Head office can't be reached. Everything goes on here.")


class CutOffPart:
    """A part of `StationModel`: tells when the line has gone what goes on without it."""

    _tasks: Tasks
    _state: State

    if TYPE_CHECKING:  # what the whole has

        def _show(self, **changes: Any) -> None: ...

    def _look_for_cut(self, before: Pill) -> None:
        """Tell it where the pill has just come to say so."""
        if self._state.pill.kind in CUT_OFF and before.kind not in CUT_OFF:
            self._tasks.on_store(without_head_office, then=self._tell_cut, failed=lambda _problem: None)

    def _tell_cut(self, without: Without) -> None:
        now = self._state
        is_open = now.screen not in SILENT and not now.is_busy and not now.notice
        if is_open and now.pill.kind in CUT_OFF:
            self._show(notice=sentence(without))
