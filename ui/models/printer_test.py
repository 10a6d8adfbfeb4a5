"""The printer is named, tried and kept: a step of the first set-up, and a page of the settings."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.printing.place import PlaceUnclear, read_place
from ui.i18n import _
from ui.models.flow import Flow, Means
from ui.models.state import Screen

if TYPE_CHECKING:
    from ui.models.outside import Plugged


@dataclass(frozen=True, slots=True)
class PrinterView:
    """What the page shows. `printers` are plugged in; `place` is the one that was typed or chosen.

    `is_tried`: a test was printed at this place, so Enter keeps it and goes on.
    """

    place: str = ""
    paper: str = "80"
    language: str = ""
    receipts: str = "asked"
    printers: tuple[str, ...] = ()
    problem: str = ""
    is_tried: bool = False
    is_first_run: bool = False
    began: int = 0


@dataclass(frozen=True, slots=True)
class PlaceTyped:
    """Where the printer is."""

    text: str


@dataclass(frozen=True, slots=True)
class PrintSo:
    """One of the settings of receipts, and what it is to be."""

    name: str
    value: str


class PrintTest:
    """Print a test, once more if need be."""


class PrinterTest(Flow):
    """Comes over whatever is up."""

    screen = Screen.PRINTER
    is_over = True

    def __init__(self, means: Means, parent: QObject) -> None:
        """Try nothing yet."""
        super().__init__(means, parent)
        self._view = PrinterView()

    @property
    def view(self) -> object:
        """See `PrinterView`."""
        return self._view

    def begin(self) -> None:
        """Show what is set, and find out what is plugged in."""
        equipment = self.desk.equipment
        assert equipment is not None, "the page comes up where something can be set"
        config = equipment.config
        self._view = PrinterView(
            config.printer,
            config.receipt_paper,
            config.receipt_language,
            config.receipts,
            is_first_run=equipment.is_first_run,
            began=self._view.began + 1,
        )
        equipment.look(self._plugged)

    def end(self) -> None:
        """In the first set-up this was the last page."""
        equipment = self.desk.equipment
        if equipment is not None and self._view.is_first_run:
            equipment.end_first_run()

    def take(self, intent: object) -> None:
        """Do what the page asks."""
        match intent:
            case PlaceTyped(text):
                if text.strip() != self._view.place:
                    self._show(place=text.strip(), problem="", is_tried=False)
            case PrintSo(name, value):
                names = {"receipt_paper": "paper", "receipt_language": "language", "receipts": "receipts"}
                self._keep({name: value})
                self._show(**{names[name]: value})
            case PrintTest():
                self._try()

    def enter(self) -> None:
        """Print a test; once it was printed, or where there is no printer, go on."""
        if self._view.place and not self._view.is_tried:
            self._try()
        else:
            self._keep({"printer": self._view.place})
            self.left.emit()

    def scanned(self, text: str, aim: str) -> bool:
        """Take scans in the first set-up: nobody can be served yet."""
        return self._view.is_first_run

    def _try(self) -> None:
        try:
            read_place(self._view.place)
        except PlaceUnclear:
            self._show(problem=_("This is no printer's address. Write 192.168.1.50 or the name of a device."))
            return
        self._keep({"printer": self._view.place})
        equipment = self.desk.equipment
        if equipment is not None:
            equipment.print_test()
        self._show(problem="", is_tried=True)

    def _keep(self, settings: dict[str, str]) -> None:
        if self.desk.equipment is not None:
            self.desk.equipment.keep(settings)

    def _plugged(self, plugged: "Plugged") -> None:
        """Propose the printer that is plugged in, where none was set."""
        place = self._view.place or next(iter(plugged.printers), "")
        self._view = replace(self._view, printers=plugged.printers, place=place)
        self.changed.emit()

    def _show(self, **changes: object) -> None:
        self._view = replace(self._view, **changes)  # type: ignore[arg-type]  # fields of PrinterView
        self.changed.emit()
