"""Tiles of people, of whom one is chosen."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from ui.i18n import _
from ui.models.people import Person
from ui.theme import current
from ui.tokens import GAP_S
from ui.widgets.button import Button
from ui.widgets.tile import PLAIN, PRIMARY

TILE_HEIGHT = 64


class PeopleTiles(QWidget):
    """A tile for each, made anew only when the people have changed."""

    chosen = Signal(str)
    refilled = Signal()

    def __init__(self, columns: int) -> None:
        """Begin with nobody."""
        super().__init__()
        self._columns = columns
        self._people: tuple[Person, ...] = ()
        self.tiles: dict[str, Button] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(current().px(GAP_S))
        for place in range(columns):
            self._grid.setColumnStretch(place, 1)

    def draw(self, people: tuple[Person, ...], chosen: str) -> None:
        """Show who there is, and who is chosen."""
        names = [(person.staff_id, person.name) for person in people]
        if names != [(person.staff_id, person.name) for person in self._people] or not self.tiles:
            self._people = people
            self._fill(people)
        for person in people:
            tile = self.tiles[person.staff_id]
            is_chosen = person.staff_id == chosen
            tile.set_look(PRIMARY if is_chosen else PLAIN)
            name = _("{name}, chosen").format(name=person.name) if is_chosen else person.name
            tile.setAccessibleName(name)

    def controls(self) -> list[QWidget]:
        """Return the tiles in reading order."""
        return [self.tiles[person.staff_id] for person in self._people]

    def _fill(self, people: tuple[Person, ...]) -> None:
        for tile in self.tiles.values():
            tile.hide()
            tile.setParent(None)
            tile.deleteLater()
        self.tiles = {}
        for place, person in enumerate(people):
            tile = Button(height=TILE_HEIGHT)
            tile.say(person.name)
            tile.clicked.connect(lambda _=False, staff_id=person.staff_id: self.chosen.emit(staff_id))
            self._grid.addWidget(tile, *divmod(place, self._columns))
            tile.show()  # at once: a page that is up would count none of them, and give them no room
            self.tiles[person.staff_id] = tile
        self._grid.activate()
        self.refilled.emit()
