"""The demo's part of the station's model: its till and its cable."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from app.core.order import Line
from ui.i18n import _
from ui.models.outside import DemoTill
from ui.models.state import State


class DemoPart:
    """A part of `StationModel`. Without a demo it does nothing."""

    _demo: DemoTill | None
    _state: State

    if TYPE_CHECKING:  # what the whole has; defined here it would hide the others' own

        def _show(self, **changes: Any) -> None: ...
        def till_order(self, order_id: str, lines: tuple[Line, ...]) -> None: ...  # noqa: D102
        def sync_now(self) -> None: ...  # noqa: D102

    def take_demo_order(self) -> None:
        """Let the demo's till hand over its next order."""
        if self._demo is None or self._state.is_busy:
            return
        order = self._demo.next_order()
        if order is None:
            self._show(notice=_("There are no more orders."))
        else:
            self.till_order(*order)
            self.sync_now()  # the demo's clock may have moved on by a night

    def set_line_cut(self, is_cut: bool) -> None:
        """Cut the demo's line to head office, or put it back."""
        if self._demo is not None:
            self._demo.set_cut(is_cut=is_cut)
            self._show(shop=replace(self._state.shop, is_line_cut=is_cut))
            self.sync_now()
