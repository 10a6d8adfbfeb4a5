"""What a chart shows: a few series over the same points, ready to be read. No drawing yet, and nothing heavy."""

from dataclasses import dataclass
from enum import Enum


class Drawn(Enum):
    """How a series is drawn. Each way is another one without colour, too."""

    BARS = "bars"
    LINE = "line"


@dataclass(frozen=True, slots=True)
class Series:
    """Values over the points of a plot, one for each."""

    name: str
    values: tuple[float, ...]
    drawn: Drawn = Drawn.BARS


@dataclass(frozen=True, slots=True)
class Plot:
    """`labels` name the points on the axis, `said` tell all of each; `empty` stands there where there are too few.

    Where names are long the bars lie on their side.
    """

    title: str
    labels: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    series: tuple[Series, ...] = ()
    lies: bool = False
    empty: str = ""

    @property
    def is_empty(self) -> bool:
        """One point is no chart: its table says all of it."""
        return len(self.labels) < 2


NO_PLOT = Plot("")
