"""Where a chart stands: its title, what its series look like, the chart, and what is chosen of it in words.

It does not import what draws charts before somebody has brought that: see `ui/models/manager/charts.py`.
"""

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QSlider, QWidget

from ui.i18n import _
from ui.manager.plot import NO_PLOT, Drawn, Plot, Series
from ui.theme import current
from ui.tokens import FOCUS_WIDTH
from ui.widgets.card import column, row
from ui.widgets.label import Label

if TYPE_CHECKING:
    from ui.manager.chart import Chart

Key = Qt.Key
HEIGHT, SWATCH = 190, (22, 14)
STEPS = {Key.Key_Left: -1, Key.Key_Right: 1}
STEPS_LYING = {Key.Key_Up: -1, Key.Key_Down: 1}


class Points(QSlider):
    """The chart as what it is to keys, and to those who don't see it: something that goes from point to point."""

    def __init__(self) -> None:
        """Begin without a chart."""
        super().__init__(Qt.Orientation.Horizontal)
        self._plot = NO_PLOT
        self.chart: Chart | None = None
        self.setFixedHeight(current().px(HEIGHT))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.valueChanged.connect(self._chosen)
        self._inside = column(self, gap=0, margin=FOCUS_WIDTH)

    def said(self) -> str:
        """Return what the chosen point says."""
        return self._plot.said[self.value()] if self.value() < len(self._plot.said) else ""

    def draw(self, plot: Plot, *, can_draw: bool) -> None:
        """Show a plot, as soon as it can be drawn."""
        self._plot = plot
        self.setRange(0, max(len(plot.labels) - 1, 0))
        if can_draw:
            self._made().draw(plot)
        self._name()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go from point to point, along the chart; every other key is the page's."""
        key, steps = Key(event.key()), STEPS_LYING if self._plot.lies else STEPS
        if key in steps:
            self.setValue(self.value() + steps[key])
        elif key in (Key.Key_Home, Key.Key_End):
            self.setValue(0 if key == Key.Key_Home else self.maximum())
        else:
            event.ignore()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the page."""
        event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show where the keys go."""
        self._focus(has_focus=True)
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show that they go elsewhere."""
        self._focus(has_focus=False)
        super().focusOutEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint no slider, but the ring of the focus."""
        if self.hasFocus():
            painter, half = QPainter(self), FOCUS_WIDTH / 2
            painter.setPen(QPen(current().color("focus"), FOCUS_WIDTH))
            painter.drawRect(QRectF(self.rect()).adjusted(half, half, -half, -half))

    def _focus(self, *, has_focus: bool) -> None:
        if self.chart is not None:
            self.chart.show_focus(has_focus=has_focus)

    def _chosen(self, place: int) -> None:
        if self.chart is not None:
            self.chart.choose(place)
        self._name()

    def _name(self) -> None:
        self.setAccessibleName(_("{title}: {value}").format(title=self._plot.title, value=self.said()))

    def _made(self) -> "Chart":
        if self.chart is None:
            from ui.manager.chart import Chart

            self.chart = Chart()
            self.chart.pointed.connect(self.setValue)
            self._inside.addWidget(self.chart)
        return self.chart


class ChartPlace(QWidget):
    """A plot as a chart, or why there is none."""

    def __init__(self) -> None:
        """Begin with nothing to show."""
        super().__init__()
        self._plot = NO_PLOT
        self._empty, self._said = Label("body", ink="muted"), Label("strong")
        self.points = Points()
        self.points.valueChanged.connect(lambda _place: self._said.say(self.points.said()))
        self._legend = row(gap=16)
        layout = column(self, gap=4)
        layout.addLayout(self._legend)
        for part in (self._empty, self.points, self._said):
            layout.addWidget(part)

    def draw(self, plot: Plot, *, can_draw: bool) -> None:
        """Show a plot; until charts can be drawn, their room is kept free."""
        if plot != self._plot:
            self._plot = plot
            self._fill_legend()
        self._empty.say(plot.empty)
        self._empty.setVisible(plot.is_empty)
        for part in (self.points, self._said):
            part.setVisible(not plot.is_empty)
        if not plot.is_empty:
            self.points.draw(plot, can_draw=can_draw)
            self._said.say(self.points.said())

    def controls(self) -> list[QWidget]:
        """The chart, where there is one."""
        return [] if self._plot.is_empty else [self.points]

    def _fill_legend(self) -> None:
        while (item := self._legend.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        if self._plot.is_empty:
            return
        for place, series in enumerate(self._plot.series):
            self._legend.addWidget(_Key(series, place))
        self._legend.addStretch(1)


class _Key(QWidget):
    """A series by its look and its name."""

    def __init__(self, series: Series, place: int) -> None:
        super().__init__()
        name = Label("small", wraps=False)
        name.say(series.name)
        line = row(self, gap=6)
        line.addWidget(_Swatch(series, place))
        line.addWidget(name)


class _Swatch(QWidget):
    """A piece of a bar, or of a line with its mark."""

    def __init__(self, series: Series, place: int) -> None:
        super().__init__()
        self._series, self._place = series, place
        self.setFixedSize(QSize(*SWATCH))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint it."""
        painter, theme = QPainter(self), current()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        color = theme.color(f"chart{self._place + 1}")
        area = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        if self._series.drawn is Drawn.BARS:
            painter.fillRect(area, color)
            return
        pen = painter.pen()
        pen.setColor(color)
        pen.setWidth(2)
        pen.setStyle(Qt.PenStyle.SolidLine)
        painter.setPen(pen)
        middle = area.center().y()
        painter.drawLine(QPointF(area.left(), middle), QPointF(area.right(), middle))
        painter.setBrush(theme.color("surface"))
        painter.drawEllipse(area.center(), 4, 4)
