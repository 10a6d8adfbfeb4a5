"""Dresses an application: one palette and one stylesheet, both made of the tokens.

Widgets say what they are by the properties `role` (type), `ink` (colour of text) and `ground` (colour behind);
what is painted by hand asks `current()`, which is to tokens what QApplication.palette() is to system colours.
"""

import sys
from dataclasses import dataclass, fields

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from app.core.brand import NO_BRAND, Brand
from ui.tokens import (
    DARK,
    FOCUS_WIDTH,
    GAP_M,
    GAP_S,
    LIGHT,
    RADIUS_CARD,
    RADIUS_CONTROL,
    TYPE,
    Tokens,
)  # fmt: skip

__all__ = ["FAMILIES", "SYSTEM", "THEMES", "ZOOMS", "Theme", "Worn", "apply", "current", "mark", "wear"]

SYSTEM = "system"
THEMES = {"light": LIGHT, "dark": DARK}
ZOOMS = {"usual": 1.0, "large": 1.25, "largest": 1.5}  # by the setting text_size
LARGE_PX = 30  # text of this size is read from as far as anybody stands
# System fonts that cover the five languages; nothing is shipped.
FAMILIES = {"win32": ["Segoe UI", "Malgun Gothic"], "darwin": ["Helvetica Neue", "Apple SD Gothic Neo"]}
FAMILIES_ELSEWHERE = ["Noto Sans", "NanumGothic", "Noto Sans CJK KR", "DejaVu Sans"]


@dataclass(frozen=True, slots=True)
class Theme:
    """What is worn now."""

    name: str
    tokens: Tokens
    zoom: float = 1.0

    def px(self, size: float) -> int:
        """Return a size in whole pixels: targets and columns stay, so that larger text finds room."""
        return round(size)

    def space(self, size: int) -> int:
        """Return a gap or a margin: larger text takes of it what fingers don't need between two targets."""
        return max(min(size, GAP_S), round(size / self.zoom))

    def with_text(self, size: float) -> int:
        """Return the size of a box that holds one line of text, and grows with it."""
        return round(size * self.zoom)

    def color(self, token: str) -> QColor:
        """Return a token as Qt's colour."""
        return QColor(getattr(self.tokens, token))

    def font(self, role: str) -> QFont:
        """Return the font of a role, with figures of one width."""
        font = QFont(font_families())
        font.setPixelSize(larger(TYPE[role].px, self.zoom))
        font.setWeight(QFont.Weight(TYPE[role].weight))
        font.setFeature(QFont.Tag("tnum"), 1)
        return font


@dataclass(frozen=True, slots=True)
class Worn:
    """What is to be worn, by the settings `theme` and `text_size`."""

    theme: str = SYSTEM
    text_size: str = "usual"


_current = [Theme("light", LIGHT)]
_brand = [NO_BRAND]


def current() -> Theme:
    """Return what the application wears."""
    return _current[0]


def apply(app: QApplication, theme: str = SYSTEM, zoom: float = 1.0) -> Theme:
    """Dress the application in `light`, `dark` or what the `system` wears, in the brand's colour, and return it."""
    name = _system_theme(app) if theme == SYSTEM else theme
    chosen = Theme(name, THEMES[name].wearing(_brand[0].worn(name)), zoom)
    _current[0] = chosen
    app.setStyle("Fusion")
    app.setFont(chosen.font("body"))
    app.setPalette(_palette(chosen))
    app.setStyleSheet(_sheet(chosen))
    return chosen


def wear(app: QApplication, brand: Brand) -> None:
    """Let the application wear a brand's colour from now on, in whichever theme."""
    before, _brand[0] = _brand[0], brand
    if brand.color != before.color:
        apply(app, current().name, current().zoom)


def larger(px: int, zoom: float) -> int:
    """Return the size of text at a zoom: what is large already grows no more, and nothing small overtakes it."""
    return max(px, min(round(px * zoom), LARGE_PX))


def mark(widget: QWidget, **properties: str) -> None:
    """Set properties the stylesheet looks at; restyles only what has changed."""
    changed = {name: value for name, value in properties.items() if widget.property(name) != value}
    for name, value in changed.items():
        widget.setProperty(name, value)
    if changed:
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def font_families(platform: str = sys.platform) -> list[str]:
    """Return the fonts of a system, the one to ask first in front."""
    return FAMILIES.get(platform, FAMILIES_ELSEWHERE)


def _system_theme(app: QApplication) -> str:
    return "dark" if app.styleHints().colorScheme() == Qt.ColorScheme.Dark else "light"


def _palette(theme: Theme) -> QPalette:
    """Return the palette for what the stylesheet doesn't reach."""
    palette = QPalette()
    roles = QPalette.ColorRole
    for role, token in (
        (roles.Window, "bg"), (roles.WindowText, "text"), (roles.Base, "surface"), (roles.AlternateBase, "surface2"),
        (roles.Text, "text"), (roles.Button, "surface"), (roles.ButtonText, "text"), (roles.PlaceholderText, "muted"),
        (roles.Highlight, "primary"), (roles.HighlightedText, "on_primary"),
        (roles.ToolTipBase, "surface2"), (roles.ToolTipText, "text"), (roles.Accent, "primary"),
    ):  # fmt: skip
        palette.setColor(role, theme.color(token))
    return palette


def _sheet(theme: Theme) -> str:
    """Return the stylesheet."""
    tokens = theme.tokens
    inks = "".join(
        f'*[ink="{field.name}"] {{ color: {getattr(tokens, field.name)}; }}\n' for field in fields(Tokens)
    )
    grounds = "".join(
        f'*[ground="{field.name}"] {{ background: {getattr(tokens, field.name)}; }}\n'
        for field in fields(Tokens)
    )
    return f"""
QLabel {{ background: transparent; color: {tokens.text}; }}
QScrollArea, QScrollArea > QWidget > QWidget {{ background: transparent; border: none; }}
QFrame[card="yes"] {{ background: {tokens.surface}; border: 1px solid {tokens.line};
  border-radius: {theme.px(RADIUS_CARD)}px; }}
QLineEdit {{ background: {tokens.surface}; color: {tokens.text}; border: 2px solid {tokens.line};
  placeholder-text-color: {tokens.muted};
  border-radius: {theme.px(RADIUS_CONTROL)}px; padding: 0 {theme.px(GAP_M)}px; }}
QLineEdit:focus {{ border: {FOCUS_WIDTH}px solid {tokens.focus}; }}
QScrollBar:vertical {{ background: transparent; width: {theme.px(14)}px; margin: 0; }}
QScrollBar::handle:vertical {{ background: {tokens.line}; border-radius: {theme.px(5)}px;
  min-height: {theme.px(48)}px; margin: 2px; }}
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page {{
  background: none; height: 0; }}
QScrollBar:horizontal {{ background: transparent; height: {theme.px(14)}px; margin: 0; }}
QScrollBar::handle:horizontal {{ background: {tokens.line}; border-radius: {theme.px(5)}px;
  min-width: {theme.px(48)}px; margin: 2px; }}
QTableView {{ background: {tokens.surface}; alternate-background-color: {tokens.surface2}; color: {tokens.text};
  border: {FOCUS_WIDTH}px solid {tokens.surface}; selection-background-color: {tokens.primary};
  selection-color: {tokens.on_primary}; outline: 0; }}
QTableView:focus {{ border: {FOCUS_WIDTH}px solid {tokens.focus}; }}
QTableView::item {{ padding: 0 {theme.px(GAP_S)}px; }}
QAbstractScrollArea::corner {{ background: transparent; border: none; }}
QHeaderView {{ background: {tokens.surface}; }}
QHeaderView::section {{ background: {tokens.surface}; color: {tokens.muted}; border: none;
  border-bottom: 2px solid {tokens.line}; padding: 0 {theme.px(GAP_S)}px; }}
QFrame[tone="stop"] {{ background: {tokens.stop_soft}; border: 2px solid {tokens.on_stop_soft};
  border-radius: {theme.px(RADIUS_CARD)}px; }}
QLabel[chip="warn"] {{ background: {tokens.warn}; border: 2px solid {tokens.warn_edge};
  border-radius: {theme.px(RADIUS_CONTROL)}px; padding: 0 {theme.px(GAP_M)}px; }}
QFrame[rule="yes"] {{ background: {tokens.surface2}; border: none; }}
{inks}{grounds}"""
