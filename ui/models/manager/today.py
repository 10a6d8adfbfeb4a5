"""How a day of this station goes: its figures, and how they come about."""

from dataclasses import dataclass

from PySide6.QtCore import QObject

from app.station.today import TodaysWork
from ui.models.flow import Means
from ui.models.manager.section import Section
from ui.models.today import read_overview


@dataclass(frozen=True, slots=True)
class TodayView:
    """What the page shows; `work` is None while it is being read."""

    work: TodaysWork | None = None


class Today(Section):
    """Today, and each day before."""

    name = "today"

    def __init__(self, means: Means, parent: QObject) -> None:
        """Know no figures."""
        super().__init__(means, parent)
        self._view = TodayView()

    @property
    def view(self) -> object:
        """See `TodayView`."""
        return self._view

    def begin(self) -> None:
        """Read today."""
        self.ask_store(lambda store: read_overview(store, None).work, self._read)

    def end(self) -> None:
        """Forget the figures."""
        super().end()
        self._view = TodayView()

    def _read(self, work: TodaysWork) -> None:
        self._view = TodayView(work)
