"""How a day went at the store's other stations, as head office says: asked while somebody looks, and never kept.

One question is under way at a time; of those that come up meanwhile the newest is asked next.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from sync.day_wire import StationDay, StoreDay
from sync.faults import HqFault, HqRefused
from ui.models.answers import after_fault
from ui.models.flow import Means
from ui.models.manager.devices_view import Line


@dataclass(frozen=True, slots=True)
class OthersView:
    """A day at the other stations as head office knew it at `as_of_ms`, 0 for never; `day` is None before it is asked.

    `is_whole`: head office told of all stations.
    """

    day: date | None = None
    stations: tuple[StationDay, ...] = ()
    as_of_ms: int = 0
    is_whole: bool = True
    line: Line = Line.ASKING


NOTHING = OthersView()


class Others:
    """Asks head office on the net thread. `changed` gets each new view."""

    def __init__(self, means: Means, changed: Callable[[OthersView], None]) -> None:
        """Ask nothing yet."""
        self._tasks, self._desk, self._changed = means.tasks, means.desk, changed
        self._view = NOTHING
        self._wanted: date | None = None
        self._is_under_way = False

    @property
    def view(self) -> OthersView:
        """What is known of them."""
        return self._view

    def ask(self, day: date) -> None:
        """Ask about a day; what was heard of the same one stays meanwhile."""
        kept = self._view if self._view.day == day else OthersView(day)
        is_there = self._desk.store_devices is not None
        self._wanted = day if is_there else None
        self._show(replace(kept, line=Line.ASKING if is_there else Line.NOBODY))
        self._go_on()

    def forget(self) -> None:
        """Nobody looks any more: an answer that is still to come counts no more."""
        self._wanted = None
        self._show(NOTHING)

    def _go_on(self) -> None:
        at_hq, day = self._desk.store_devices, self._wanted
        if self._is_under_way or at_hq is None or day is None:
            return
        self._is_under_way, self._wanted = True, None
        self._tasks.on_net(
            partial(at_hq.store_day, day),
            then=partial(self._heard, day),
            failed=partial(self._not_heard, day),
        )

    def _heard(self, day: date, told: StoreDay) -> None:
        if self._is_newest(day):
            own = self._desk.state.shop.station
            others = sorted(
                (each for each in told.stations if each.device_id != own),
                key=lambda each: (each.name, each.device_id),
            )
            self._show(OthersView(day, tuple(others), told.as_of_ms, told.is_whole, Line.HEARD))
        self._go_on()

    def _not_heard(self, day: date, problem: BaseException) -> None:
        if self._is_newest(day):
            if not isinstance(problem, HqFault):
                self._desk.notice(after_fault(problem).sentence)
            self._show(
                replace(self._view, line=Line.REFUSED if isinstance(problem, HqRefused) else Line.OFFLINE)
            )
        self._go_on()

    def _is_newest(self, day: date) -> bool:
        self._is_under_way = False
        return self._wanted is None and self._view.day == day

    def _show(self, view: OthersView) -> None:
        self._view = view
        self._changed(view)
