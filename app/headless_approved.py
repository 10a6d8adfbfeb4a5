"""Commands of the station without a window that a manager may have to approve: looked at first, or done."""

from collections.abc import Callable
from typing import Any, TypeVar

from app.core.approvals import Approval, Why
from app.core.document import Place
from app.core.reasons import Refusal
from app.station.staff import approve
from app.station.void import By
from app.store.store import StationStore
from app.store.thread import StoreThread

Answer = dict[str, Any]
Seen = TypeVar("Seen")
Done = TypeVar("Done")


class Approved:
    """Such commands on the store's thread. `"preview": true` does nothing; `"approve": {"staff", "pin", "why"}`."""

    def __init__(
        self,
        thread: StoreThread,
        wake: Callable[[], None],
        *,
        by: Callable[[Approval | None], By],
        refusal: Callable[[Refusal], Answer],
    ) -> None:
        """`wake` what sends entries, ask `by` who is at the till, and write refusals as the station does."""
        self._thread = thread
        self._wake = wake
        self._by = by
        self._refusal = refusal

    def _look_or_do(
        self,
        place: Place,
        action: str,
        look: Callable[[StationStore, By], Seen | Refusal],
        do: Callable[[StationStore, By], Done | Refusal],
    ) -> Seen | Done | Refusal:
        """Return what it would come to, or what came of it; `action` is what a manager approves."""
        if place.flag("preview"):
            by = self._by(None)
            return self._thread.call(lambda store: look(store, by))
        approval = self._approval(place, action) if place.has("approve") else None
        if isinstance(approval, Refusal):
            return approval
        by = self._by(approval)
        found = self._thread.call(lambda store: do(store, by))
        self._wake()
        return found

    def _approval(self, place: Place, action: str) -> Approval | Refusal:
        who = place.inner("approve").only("staff", "pin", "why")
        why = who.word("why", Why)
        return approve(self._thread.call, who.name("staff"), who.text("pin"), action=action, why=why)
