"""Paints the rows of a receipt: measured first, then painted, by the same steps for dots and for PDF.

A printer has dots of an eighth of a millimetre and knows no grey, so letters are large, lines are strong, and nothing
is thinner than two dots. The fonts are the window's, which cover the five languages; what no font of this computer has
is counted by asking the font engine for each glyph.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Final
from unicodedata import category

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QTextLayout, QTextOption

from scanner.draw import qr_modules
from ui.receipt.rows import Band, Code, Edges, Line, Logo, Pair, Row, Rule, Style
from ui.theme import font_families

WIDE, NARROW = 576, 384  # dots of 80 mm and 58 mm paper
BLACK, WHITE = QColor(0, 0, 0), QColor(255, 255, 255)
SIDE: Final = 8  # left white at both sides: paper lies a little askew
LAST_OF_FIRST_PLANE: Final = 0xFFFF
UNSEEN = {"Cc", "Cf", "Zl", "Zp", "Zs"}  # categories of which nothing is to be seen
INDENT: Final = 22
GAP: Final = 20  # between a text and its figure
BETWEEN: Final = 6
MARGIN: Final = 16  # above and below everything
MODULE_MIN, MODULE_MAX = 4, 8  # dots: a hand scanner reads half a millimetre at ease
LOGO_PART: Final = 0.6  # of the width, at most
LOGO_HEIGHT: Final = 140
CODE_PART: Final = 0.62  # of the width
BAND_PADDING: Final = 10


@dataclass(frozen=True, slots=True)
class Face:
    """Pixels and weight of a style, on wide and on narrow paper."""

    wide: int
    narrow: int
    weight: QFont.Weight = QFont.Weight.Medium


FACES = {
    Style.STORE: Face(46, 36, QFont.Weight.Bold),
    Style.PLAIN: Face(27, 24),
    Style.SMALL: Face(23, 21),
    Style.STRONG: Face(28, 25, QFont.Weight.Bold),
    Style.LARGE: Face(44, 33, QFont.Weight.Bold),
}
BAND_FACE = Face(38, 30, QFont.Weight.Bold)


@dataclass(slots=True)
class Painted:
    """A receipt that is laid out: how high it is, how to paint it, and what no font has."""

    width: int
    height: float = MARGIN
    steps: list[Callable[[QPainter], None]] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def paint(self, painter: QPainter) -> None:
        """Paint all of it, a dot a unit."""
        for step in self.steps:
            step(painter)


def lay_out(rows: tuple[Row, ...], width: int) -> Painted:
    """Lay a receipt out for paper of `width` dots."""
    sheet = Painted(width)
    for row in rows:
        match row:
            case Line():
                _line(sheet, row)
            case Pair():
                _pair(sheet, row)
            case Band():
                _band(sheet, row)
            case Rule():
                _rule(sheet, row)
            case Code():
                _code(sheet, row)
            case Logo():
                _logo(sheet, row)
            case Edges():
                _edges(sheet)
        sheet.height += BETWEEN
    sheet.height += MARGIN
    return sheet


def _font(face: Face, width: int) -> QFont:
    font = QFont(font_families())
    font.setPixelSize(face.wide if width >= WIDE else face.narrow)
    font.setWeight(face.weight)
    font.setFeature(QFont.Tag("tnum"), 1)
    font.setHintingPreference(QFont.HintingPreference.PreferFullHinting)
    return font


def _text(
    sheet: Painted, text: str, font: QFont, *, left: float, width: float, align: Qt.AlignmentFlag
) -> tuple[QTextLayout, float]:
    """Lay a text out in lines of `width`; note what no font has. Return it with its height."""
    layout = QTextLayout(text, font)
    option = QTextOption(align)
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    layout.beginLayout()
    height = 0.0
    while (line := layout.createLine()).isValid():
        line.setLineWidth(width)
        line.setPosition(QPointF(left, height))
        height += line.height()
    layout.endLayout()
    sheet.missing += missing(layout)
    return layout, height


def missing(layout: QTextLayout) -> list[str]:
    """Return the characters of a text for which the font engine has only the sign that stands for none (glyph 0)."""
    found = []
    # Qt counts in units of UTF-16, of which what lies beyond the first plane has two.
    units = [char for char in layout.text() for _ in range(1 + (ord(char) > LAST_OF_FIRST_PLANE))]
    wanted = QTextLayout.GlyphRunRetrievalFlag.RetrieveGlyphIndexes
    places = QTextLayout.GlyphRunRetrievalFlag.RetrieveStringIndexes
    for run in layout.glyphRuns(-1, -1, wanted | places):
        for glyph, place in zip(run.glyphIndexes(), run.stringIndexes(), strict=True):
            if glyph == 0 and category(units[place]) not in UNSEEN:
                found.append(units[place])
    return found


def _put(sheet: Painted, layout: QTextLayout, *, ink: QColor = BLACK) -> None:
    top = sheet.height

    def paint(painter: QPainter) -> None:
        painter.setPen(ink)
        layout.draw(painter, QPointF(0, top))

    sheet.steps.append(paint)


def _line(sheet: Painted, row: Line) -> None:
    font = _font(FACES[row.style], sheet.width)
    room = sheet.width - 2 * SIDE
    layout, height = _text(sheet, row.text, font, left=SIDE, width=room, align=Qt.AlignmentFlag.AlignHCenter)
    _put(sheet, layout)
    sheet.height += height


def _pair(sheet: Painted, row: Pair) -> None:
    """The figure keeps its line whole; the text beside it takes as many as it needs."""
    font = _font(FACES[row.style], sheet.width)
    figure = QFontMetricsF(font).horizontalAdvance(row.right) + 1 if row.right else 0.0
    whole = sheet.width - 2 * SIDE
    indent = INDENT if row.left.startswith(" ") else 0
    room = whole - figure - (GAP if figure else 0) - indent
    left, height = _text(
        sheet, row.left.strip(), font, left=SIDE + indent, width=room, align=Qt.AlignmentFlag.AlignLeft
    )
    _put(sheet, left)
    if row.right:
        right, _ = _text(sheet, row.right, font, left=SIDE, width=whole, align=Qt.AlignmentFlag.AlignRight)
        _put(sheet, right)
    sheet.height += height


def _band(sheet: Painted, row: Band) -> None:
    font = _font(BAND_FACE, sheet.width)
    room = sheet.width - 2 * BAND_PADDING
    layout, height = _text(
        sheet, row.text, font, left=BAND_PADDING, width=room, align=Qt.AlignmentFlag.AlignHCenter
    )
    area = QRectF(0, sheet.height, sheet.width, height + 2 * BAND_PADDING)
    sheet.steps.append(lambda painter: painter.fillRect(area, BLACK))
    sheet.height += BAND_PADDING
    _put(sheet, layout, ink=WHITE)
    sheet.height += height + 2 * BAND_PADDING
    if row.more:
        _line(sheet, Line(row.more, Style.STRONG))


def _rule(sheet: Painted, row: Rule) -> None:
    thick, top = (4 if row.is_strong else 2), sheet.height + BETWEEN
    area = QRectF(0, top, sheet.width, thick)
    sheet.steps.append(lambda painter: painter.fillRect(area, BLACK))
    sheet.height = top + thick + BETWEEN


def _code(sheet: Painted, row: Code) -> None:
    """A module is whole dots; the quiet zone is part of the modules."""
    dark = qr_modules(row.content)
    module = max(MODULE_MIN, min(MODULE_MAX, int(sheet.width * CODE_PART) // len(dark)))
    left, top = (sheet.width - module * len(dark)) // 2, round(sheet.height)

    def paint(painter: QPainter) -> None:
        for down, line in enumerate(dark.tolist()):
            for along, is_dark in enumerate(line):
                if is_dark:
                    area = QRectF(left + along * module, top + down * module, module, module)
                    painter.fillRect(area, BLACK)

    sheet.steps.append(paint)
    sheet.height = top + module * len(dark)


def _logo(sheet: Painted, row: Logo) -> None:
    """Its greys become dots close together or far apart. One that can't be read is left out: it is not the receipt."""
    picture = QImage.fromData(row.png)
    if picture.isNull():
        return
    room = QSize(int(sheet.width * LOGO_PART), LOGO_HEIGHT)
    keep, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    scaled = picture.scaled(picture.size().scaled(room, keep), Qt.AspectRatioMode.IgnoreAspectRatio, smooth)
    paper = QImage(scaled.size(), QImage.Format.Format_RGB32)
    paper.fill(WHITE)
    with QPainter(paper) as painter:
        painter.drawImage(0, 0, scaled)
    dots = paper.convertToFormat(QImage.Format.Format_Mono, Qt.ImageConversionFlag.DiffuseDither)
    left, top = (sheet.width - dots.width()) // 2, round(sheet.height)
    sheet.steps.append(lambda painter: painter.drawImage(left, top, dots))
    sheet.height = top + dots.height()


def _edges(sheet: Painted) -> None:
    top, high, wide = sheet.height, 24, 6
    for left in (0, sheet.width - wide):
        area = QRectF(left, top, wide, high)
        sheet.steps.append(partial(_fill, area=area))
    between = QRectF(0, top + high / 2 - 1, sheet.width, 2)
    sheet.steps.append(partial(_fill, area=between))
    sheet.height += high + BETWEEN


def _fill(painter: QPainter, *, area: QRectF) -> None:
    painter.fillRect(area, BLACK)
