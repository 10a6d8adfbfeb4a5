"""A chart: bars or lines by pyqtgraph, with a point that arrows or the mouse choose, and what it says in words.

The one importer of pyqtgraph, which takes longer to import than the window to appear: so this is imported on another
thread first, when a page with a chart is wanted.
"""

import pyqtgraph
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import (
    QBrush,
    QFontMetrics,
    QMouseEvent,
    QPen,
)

from ui.manager.plot import NO_PLOT, Drawn, Plot, Series
from ui.theme import current

BAR = 0.7  # of the room of a point
NAMES_WIDTH = 170  # of the axis with names, where the bars lie
LABEL_GAP = 12
PATTERNS = (Qt.BrushStyle.SolidPattern, Qt.BrushStyle.BDiagPattern, Qt.BrushStyle.Dense4Pattern)
DASHES = (Qt.PenStyle.DashLine, Qt.PenStyle.SolidLine, Qt.PenStyle.DotLine)
MARKS = ("o", "s", "t")


class Chart(pyqtgraph.PlotWidget):  # type: ignore[misc]  # it carries no types
    """One plot. The mouse chooses the point that it is over; the keys are whose it stands in."""

    pointed = Signal(int)  # which point is chosen now

    def __init__(self) -> None:
        """Begin with nothing to show."""
        super().__init__(background=current().color("surface"))
        self._plot, self._chosen = NO_PLOT, 0
        self._band: object = None
        self._has_focus = False
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFrameShape(pyqtgraph.PlotWidget.Shape.NoFrame)
        self.setMenuEnabled(False)
        self.setMouseEnabled(x=False, y=False)
        self.hideButtons()
        self.viewport().setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setMouseTracking(True)

    @property
    def chosen(self) -> int:
        """Which point is chosen."""
        return self._chosen

    def draw(self, plot: Plot) -> None:
        """Show a plot; the same one leaves the chosen point where it is."""
        if plot == self._plot:
            return
        is_same = plot.labels == self._plot.labels
        self._plot = plot
        self._chosen = self._chosen if is_same else _largest(plot)
        self._paint_all()
        self.pointed.emit(self._chosen)

    # --- drawing --------------------------------------------------------------------------------------------------

    def _paint_all(self) -> None:
        theme, plot, item = current(), self._plot, self.getPlotItem()
        item.clear()
        self._band = None
        names, figures = ("left", "bottom") if plot.lies else ("bottom", "left")
        for side in (names, figures):
            axis = item.getAxis(side)
            axis.setStyle(tickFont=theme.font("small"), tickTextOffset=6, maxTickLevel=0)
            axis.setPen(QPen(theme.color("line"), 1))
            axis.setTextPen(theme.color("muted"))
        item.getAxis(names).setTicks([self._names()])
        item.getAxis(figures).setTicks(None)
        item.getAxis(figures).setGrid(40)
        item.getAxis("left").setWidth(theme.px(NAMES_WIDTH) if plot.lies else None)
        item.getViewBox().invertY(plot.lies)
        bars = [series for series in plot.series if series.drawn is Drawn.BARS]
        for place, series in enumerate(plot.series):
            if series.drawn is Drawn.BARS:
                self._add_bars(series, place, bars.index(series), len(bars))
            else:
                self._add_line(series, place)
        self._range()
        self._mark()

    def _names(self) -> list[tuple[int, str]]:
        """Return what stands at the axis: every name where they lie, else as many as find room."""
        metrics = QFontMetrics(current().font("small"))
        if self._plot.lies:
            room = current().px(NAMES_WIDTH - LABEL_GAP)
            short = (
                metrics.elidedText(name, Qt.TextElideMode.ElideRight, room) for name in self._plot.labels
            )
            return list(enumerate(short))
        widest = max((metrics.horizontalAdvance(name) for name in self._plot.labels), default=1) + LABEL_GAP
        room = max(self.width() - 80, widest)
        each = -(-len(self._plot.labels) * widest // room)
        return [(place, name) for place, name in enumerate(self._plot.labels) if place % each == 0]

    def _add_bars(self, series: Series, place: int, nth: int, count: int) -> None:
        color = current().color(f"chart{place + 1}")
        thick = BAR / count
        at = [point - BAR / 2 + thick * (nth + 0.5) for point in range(len(series.values))]
        look = {"pen": QPen(color, 0), "brush": QBrush(color, PATTERNS[nth % len(PATTERNS)])}
        if self._plot.lies:
            bars = pyqtgraph.BarGraphItem(x0=0, y=at, width=list(series.values), height=thick, **look)
        else:
            bars = pyqtgraph.BarGraphItem(x=at, y0=0, height=list(series.values), width=thick, **look)
        self.addItem(bars)

    def _add_line(self, series: Series, place: int) -> None:
        color = current().color(f"chart{place + 1}")
        pen = pyqtgraph.mkPen(color, width=2, style=DASHES[place % len(DASHES)])
        points = list(range(len(series.values)))
        self.plot(
            points,
            list(series.values),
            pen=pen,
            symbol=MARKS[place % len(MARKS)],
            symbolSize=8,
            symbolPen=pyqtgraph.mkPen(color, width=2),
            symbolBrush=current().color("surface"),
        )

    def _range(self) -> None:
        most = max((value for series in self._plot.series for value in series.values), default=0)
        least = min((value for series in self._plot.series for value in series.values), default=0)
        along, up = (-0.5, len(self._plot.labels) - 0.5), (min(least, 0), max(most, 1) * 1.08)
        first, second = (up, along) if self._plot.lies else (along, up)
        self.setXRange(*first, padding=0)
        self.setYRange(*second, padding=0)

    def _mark(self) -> None:
        """Draw a band behind the chosen point."""
        if self._band is not None:
            self.removeItem(self._band)
            self._band = None
        if self._plot.is_empty:
            return
        way = "horizontal" if self._plot.lies else "vertical"
        edges = (self._chosen - 0.5, self._chosen + 0.5)
        ink = current().color("focus" if self._has_focus else "line")
        fill = current().color("surface2")
        band = pyqtgraph.LinearRegionItem(
            edges, orientation=way, movable=False, pen=QPen(ink, 0), brush=QBrush(fill)
        )
        band.setZValue(-10)
        self.addItem(band)
        self._band = band

    def resizeEvent(self, event: object) -> None:
        """Leave out other names where there is other room."""
        super().resizeEvent(event)
        if getattr(self, "_plot", NO_PLOT).labels and not self._plot.lies:
            self.getPlotItem().getAxis("bottom").setTicks([self._names()])

    # --- choosing -------------------------------------------------------------------------------------------------

    def choose(self, place: int) -> None:
        """Choose a point."""
        if place != self._chosen and 0 <= place < len(self._plot.labels):
            self._chosen = place
            self._mark()
            self.pointed.emit(place)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Choose what the mouse is over."""
        super().mouseMoveEvent(event)
        if not self._plot.is_empty:
            at: QPointF = self.getPlotItem().getViewBox().mapSceneToView(event.position())
            self.choose(round(at.y() if self._plot.lies else at.x()))

    def wheelEvent(self, event: object) -> None:
        """Leave the wheel to the page."""
        if isinstance(event, QEvent):
            event.ignore()

    def show_focus(self, *, has_focus: bool) -> None:
        """Show whether keys go to the points."""
        if has_focus != self._has_focus:
            self._has_focus = has_focus
            self._mark()


def _largest(plot: Plot) -> int:
    """Return the point that is looked for first: the one with the most of the first series."""
    values = plot.series[0].values if plot.series else ()
    return values.index(max(values)) if values and any(values) else 0
