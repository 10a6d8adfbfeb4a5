"""Looks at a drawn window for what would trouble a person: the checks of UX §7, on whatever is to be seen now.

Text that doesn't fit, widgets that overlap or are cut off, targets too small, contrast too low, letters too small,
and controls that have no name or say not what they are for those who don't see them. Contrast is measured: the colour
of the text against the colour that was really painted around it. Its tests plant each of these and expect it here.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import combinations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QAccessible, QColor, QFontMetrics, QImage, QPalette
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QStackedLayout,
    QWidget,
)

from app.core.colors import TEXT_CONTRAST_MIN
from ui.painted import Painted
from ui.tokens import TARGET_MIN
from ui.widgets.label import Elided

TEXT_PX_MIN = 14
QT_OWN = "qt_"  # parts that Qt makes by itself, such as the box around a scroll bar
TARGETS = (QAbstractButton, QLineEdit, QComboBox, QAbstractSpinBox)
SAYS_NOTHING = {QAccessible.Role.NoRole, QAccessible.Role.Client, QAccessible.Role.Pane}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend: what kind, which widget, and what is wrong with it."""

    kind: str
    widget: str
    detail: str

    def record(self) -> dict[str, object]:
        """Return it as a row of findings.json."""
        return asdict(self)


def check(window: QWidget, image: QImage, size: tuple[int, int]) -> list[Finding]:
    """Return what is wrong with a window that was asked to be of `size` and painted as `image`."""
    shown = list(to_be_seen(window))
    painted = Painted(window, image)
    found = [*_too_large(window, size), *_overlaps([window, *shown])]
    for widget in shown:
        if widget.objectName().startswith(QT_OWN):
            continue
        found += [*_grows(widget), *_cut_off(widget, window), *_small_target(widget), *_unspoken(widget)]
        if isinstance(widget, QLabel) and widget.text():
            found += [*_truncated(widget), *_small_text(widget), *_markup(widget)]
            found += _faint(widget, widget.palette().color(widget.foregroundRole()), painted)
        elif isinstance(widget, QLineEdit):
            found += [*_field_truncated(widget), *_faint_field(widget, painted)]
        elif isinstance(widget, QAbstractButton | QComboBox) and _own_text(widget):
            found += [*_button_truncated(widget), *_small_text(widget)]
            found += _faint(widget, widget.palette().color(widget.foregroundRole()), painted)
    return found


def to_be_seen(window: QWidget) -> Iterator[QWidget]:
    """Yield the widgets inside another one that are not hidden; windows of their own are not looked at."""
    for child in window.children():
        if isinstance(child, QWidget) and not child.isHidden() and not child.isWindow():
            yield child
            yield from to_be_seen(child)


def _own_text(widget: QAbstractButton | QComboBox) -> str:
    return widget.text() if isinstance(widget, QAbstractButton) else widget.currentText()


def _name(widget: QWidget) -> str:
    text = widget.text() if isinstance(widget, QLabel | QLineEdit) else widget.accessibleName()
    return f"{type(widget).__name__} {text[:60]!r}"


# --- room -----------------------------------------------------------------------------------------------------------


def _too_large(window: QWidget, size: tuple[int, int]) -> Iterator[Finding]:
    if (window.width(), window.height()) != size:
        yield Finding("clipped", type(window).__name__, f"needs {window.width()}x{window.height()}")


def _grows(widget: QWidget) -> Iterator[Finding]:
    """What its parts need at least must fit: a widget that is smaller squeezes them, a window grows past the screen."""
    layout = widget.layout()
    if layout is None or isinstance(layout, QStackedLayout):  # of a stack only the page on top counts
        return
    needed = layout.totalMinimumSize()
    if layout.hasHeightForWidth():
        needed.setHeight(layout.totalMinimumHeightForWidth(widget.width()))
    if needed.width() > widget.width() or needed.height() > widget.height():
        has = f"{widget.width()}x{widget.height()}"
        yield Finding("grows", _name(widget), f"needs {needed.width()}x{needed.height()}, has {has}")


def _truncated(label: QLabel) -> Iterator[Finding]:
    """What may be elided is data and says so by its class; nothing else may lose a letter."""
    if isinstance(label, Elided):
        return
    room = label.contentsRect()
    flags = int(label.alignment().value)
    if label.wordWrap():
        flags |= int(Qt.TextFlag.TextWordWrap.value)
    needed = QFontMetrics(label.font()).boundingRect(QRect(0, 0, room.width(), 10_000), flags, label.text())
    if needed.width() > room.width() + 1 or needed.height() > room.height() + 1:
        detail = f"needs {needed.width()}x{needed.height()}, has {room.width()}x{room.height()}"
        yield Finding("truncated", _name(label), detail)


def _field_truncated(field: QLineEdit) -> Iterator[Finding]:
    text = field.text() or field.placeholderText()
    room = field.contentsRect().width() - 2 * 14  # the padding of the stylesheet and the cursor
    needed = QFontMetrics(field.font()).horizontalAdvance(text)
    if needed > room and not (field.text() and field.hasFocus()):
        yield Finding("truncated", _name(field), f"needs {needed}, has {room}")


def _button_truncated(widget: QAbstractButton | QComboBox) -> Iterator[Finding]:
    needed = widget.sizeHint()
    if needed.width() > widget.width() or needed.height() > widget.height():
        has = f"{widget.width()}x{widget.height()}"
        yield Finding("truncated", _name(widget), f"needs {needed.width()}x{needed.height()}, has {has}")


def _scrolls(widget: QWidget, window: QWidget) -> bool:
    """Return whether the widget lies in something that can be scrolled to."""
    above = widget.parentWidget()
    while above is not None and above is not window:
        if isinstance(above, QAbstractScrollArea):
            return True
        above = above.parentWidget()
    return False


def _cut_off(widget: QWidget, window: QWidget) -> Iterator[Finding]:
    if _scrolls(widget, window):
        return
    parent = widget.parentWidget()
    if parent is not None and not parent.rect().contains(widget.geometry()):
        yield Finding("clipped", _name(widget), f"{widget.geometry()} reaches out of {parent.rect()}")


def _overlaps(parents: list[QWidget]) -> Iterator[Finding]:
    for parent in parents:
        inside = [child for child in parent.children() if isinstance(child, QWidget)]
        seen = [child for child in inside if not child.isHidden() and not child.isWindow()]
        for first, second in combinations(seen, 2):
            if first.geometry().intersects(second.geometry()):
                yield Finding("overlap", _name(first), f"lies over {_name(second)}")


# --- eyes, fingers and ears -----------------------------------------------------------------------------------------


def _small_text(widget: QWidget) -> Iterator[Finding]:
    if widget.fontInfo().pixelSize() < TEXT_PX_MIN:
        yield Finding("small text", _name(widget), f"{widget.fontInfo().pixelSize()} px")


def _markup(label: QLabel) -> Iterator[Finding]:
    """A member called `<b>` is shown as that."""
    if label.textFormat() is not Qt.TextFormat.PlainText:
        yield Finding("markup", _name(label), f"reads {label.textFormat().name}")


def _small_target(widget: QWidget) -> Iterator[Finding]:
    if isinstance(widget.parentWidget(), TARGETS):  # the field inside a spin box: the box is the target
        return
    if isinstance(widget, TARGETS) and min(widget.width(), widget.height()) < TARGET_MIN:
        yield Finding("small target", _name(widget), f"{widget.width()}x{widget.height()}")


def _unspoken(widget: QWidget) -> Iterator[Finding]:
    """What can be reached by keys or pressed needs a name and a role."""
    if widget.focusPolicy() == Qt.FocusPolicy.NoFocus and not isinstance(widget, QAbstractButton):
        return
    spoken = QAccessible.queryAccessibleInterface(widget)
    if not spoken.text(QAccessible.Text.Name).strip():
        yield Finding("no name", _name(widget), "nothing to read out")
    if spoken.role() in SAYS_NOTHING:
        yield Finding("no role", _name(widget), f"is read out as {spoken.role().name}")


def _faint_field(field: QLineEdit, painted: Painted) -> Iterator[Finding]:
    if field.text() and field.selectedText() == field.text():
        return  # what is selected stands on a colour of its own, a pair of tokens that a test computes
    role = QPalette.ColorRole.Text if field.text() else QPalette.ColorRole.PlaceholderText
    if field.text() or field.placeholderText():
        yield from _faint(field, field.palette().color(role), painted)


def _faint(widget: QWidget, color: QColor, painted: Painted) -> Iterator[Finding]:
    seen = painted.contrast(widget, color)
    if seen is not None and seen[0] < TEXT_CONTRAST_MIN:
        ratio, colours = seen
        yield Finding("contrast", _name(widget), f"{colours}: {ratio:.2f}")
