"""A chip: what something is filtered by, and what is chosen on it; pressed, it shows what there is to choose."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSizePolicy

from ui.theme import current
from ui.widgets.card import column
from ui.widgets.label import Elided
from ui.widgets.tile import PLAIN, PRIMARY, Look, Tile

HEIGHT, WIDTH_MIN = 56, 72
OPEN = Look("surface2", "text", "primary")


class ChipTile(Tile):
    """Two lines: the title small, what is chosen below."""

    def __init__(self) -> None:
        """Make an empty one."""
        super().__init__()
        self._title, self._chosen = Elided("small"), Elided("strong")
        self.setFixedHeight(current().with_text(HEIGHT))
        self.setMinimumWidth(current().px(WIDTH_MIN))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        lines = column(self, gap=0, margin=4)
        for label in (self._title, self._chosen):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            lines.addWidget(label)

    def draw(self, title: str, chosen: str, *, is_set: bool, is_open: bool) -> None:
        """Show what is chosen on it."""
        look = OPEN if is_open else PRIMARY if is_set else PLAIN
        self.set_look(look)
        self._title.say(title)
        self._chosen.say(chosen)
        for label in (self._title, self._chosen):
            label.set_ink(look.ink)
        self.setAccessibleName(f"{title}: {chosen}")
