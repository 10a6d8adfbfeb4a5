"""What was really painted: the colours of a drawn window, and how text stands out from them."""

from collections import Counter

from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QWidget

from app.core.colors import contrast

SAMPLE_STEP = 2  # every second pixel both ways is enough to find the ground
PIXEL_BYTES = 4
RGB = 0xFFFFFF


class Painted:
    """A window as it was painted."""

    def __init__(self, window: QWidget, image: QImage) -> None:
        """Look at `image`, which `window` was painted into."""
        self._window = window
        self._image = image.convertToFormat(QImage.Format.Format_RGB32)
        self._pixels = memoryview(self._image.constBits()).cast("I")  # much faster than asking for each

    def contrast(
        self, widget: QWidget, color: QColor, inside: QRect | None = None
    ) -> tuple[float, str] | None:
        """Return how text of a colour stands out from what was painted around it, and both colours in words.

        `inside` is a part of the widget. None for text that lets all of its ground through, or of no size.
        """
        ground = self._ground(widget, inside or widget.rect())
        if ground is None or color.alpha() == 0:
            return None
        ink = _blended(color, ground)
        return contrast(ink, ground), f"{ink} on {ground}"

    def _ground(self, widget: QWidget, inside: QRect) -> str | None:
        """Return the colour most often painted in an area: what the text stands on."""
        seen_of_it = widget.visibleRegion().boundingRect()  # the rest may be scrolled away
        area = (
            inside.intersected(seen_of_it)
            .translated(widget.mapTo(self._window, QPoint(0, 0)))
            .intersected(self._image.rect())
        )
        width = self._image.bytesPerLine() // PIXEL_BYTES
        seen: Counter[int] = Counter()
        for y in range(area.top(), area.bottom() + 1, SAMPLE_STEP):
            seen.update(self._pixels[y * width + area.left() : y * width + area.right() + 1 : SAMPLE_STEP])
        return f"#{seen.most_common(1)[0][0] & RGB:06x}" if seen else None


def _blended(color: QColor, ground: str) -> str:
    """Return what a colour that lets some of the ground through looks like on it."""
    below, part = QColor(ground), color.alphaF()
    mixed = (
        round(over * part + under * (1 - part))
        for over, under in zip(color.getRgb()[:3], below.getRgb()[:3], strict=True)  # type: ignore[index]
    )
    return QColor(*mixed).name()
