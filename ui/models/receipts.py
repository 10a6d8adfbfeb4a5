"""Receipts on their way to the printer: asked for by number, made from the journal, drawn beside the window.

An order is recorded and answered before anything here begins, and nobody waits for what comes of it. What goes wrong is
one sentence, and Ctrl+P tries again.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.printing.place import printer_at
from app.printing.queue import Became, Job, News, PrintQueue
from app.station.receipt import Kind, NoSuchOrder, Receipt, a_test, last_order, receipt_of
from app.store.store import StationStore
from ui import i18n
from ui.i18n import _
from ui.models.answers import after_fault
from ui.receipt.rows import Band, Sheet
from ui.tasks import Tasks
from ui.texts import moment

log = logging.getLogger(__name__)
NAME_LENGTH = 40
SHEET = "sheet:"  # begins the name of what is no receipt


class When(StrEnum):
    """When a receipt is printed."""

    ASKED = "asked"  # by a key
    ALWAYS = "always"  # with each order, too


@dataclass(frozen=True, slots=True)
class Printing:
    """How receipts are made here. `language` "" is the window's; `folder` None: none are kept as files."""

    printer: str = ""
    paper: str = "80"
    language: str = ""
    folder: Path | None = None
    when: When = When.ASKED
    is_training: bool = False  # each receipt is marked as one of training


class Receipts(QObject):
    """Prints receipts and says what became of them."""

    told = Signal(str)  # a sentence for people
    failed = Signal(str)  # one of a receipt that did not come out: it can be tried again
    changed = Signal()  # whether receipts are of any use

    def __init__(self, tasks: Tasks, printing: Printing, *, register: str, parent: QObject) -> None:
        """Open nothing yet."""
        super().__init__(parent)
        self._tasks, self._register = tasks, register
        self._printing = printing
        self._queue = self._new_queue(printing)
        self._last: str | None = None  # the number of the order that was recorded last

    def close(self) -> None:
        """Give up what waits."""
        self._queue.close()

    def use(self, printing: Printing) -> None:
        """Print so from now on: the set-up has changed."""
        self._queue.close()
        self._printing, self._queue = printing, self._new_queue(printing)
        self.changed.emit()

    # --- what to print --------------------------------------------------------------------------------------------

    def recorded(self, number: str, *, is_repeat: bool) -> None:
        """Know that an order was recorded; print it where that is wanted and it says anything. Not a second time."""
        self._last = number
        if self._printing.when is When.ALWAYS and self.is_any_use and not is_repeat:
            self._from_store(partial(_if_it_says_anything, number=number))

    def print_again(self) -> None:
        """Print the receipt of the last order, from before a restart too."""
        if not self.is_any_use:
            self.told.emit(_("No printer is set up on this station."))
        elif self._last is not None:
            self.print_order(self._last)
        else:
            self._from_store(_last_receipt, otherwise=_("There is no receipt to print yet."))

    def print_order(self, number: str) -> None:
        """Print the receipt of an order, by its number or a redemption's id."""
        if self.is_any_use:
            self._from_store(partial(receipt_of, number=number))
        else:
            self.told.emit(_("No printer is set up on this station."))

    def print_test(self, *, store: str, at_ms: int, time_zone: str, currency: str) -> None:
        """Print what shows whether the printer is set up well; it is told, too, when all went well."""
        if not self._printing.printer:
            self.told.emit(_("No printer is set up on this station."))
            return
        test = a_test(
            store=store, register=self._register, at_ms=at_ms, time_zone=time_zone, currency=currency
        )
        self.print(test)

    def print(self, receipt: Receipt | Sheet) -> None:
        """Print any receipt, or another sheet."""
        is_training = self._printing.is_training
        if isinstance(receipt, Sheet):
            mark = (Band(_("TRAINING")),) if is_training else ()
            receipt, name = replace(receipt, rows=(*mark, *receipt.rows)), f"{SHEET}{receipt.name}"
        else:
            receipt = replace(receipt, is_training=receipt.is_training or is_training)
            name = receipt.number or str(receipt.kind)
        made = _Made(receipt, self._printing.paper, self._printing.language or i18n.language())
        folder = self._printing.folder
        save = None if folder is None else partial(_save, folder, made)
        self._queue.hand_in(Job(name, partial(_draw, made), save))

    # --- how ------------------------------------------------------------------------------------------------------

    @property
    def is_any_use(self) -> bool:
        """Whether a receipt can come out, on paper or as a file."""
        return bool(self._printing.printer) or self._printing.folder is not None

    def _new_queue(self, printing: Printing) -> PrintQueue:
        """Return a queue whose news come home to this object's thread."""
        return PrintQueue(
            printer_at(printing.printer), on_news=lambda news: self._tasks.at_home(partial(self._heard, news))
        )

    def _heard(self, news: News) -> None:
        is_out = news.became is not Became.NOT_PRINTED and news.fault is None
        if news.name.startswith(SHEET):
            self.told.emit(sheet_sentence(news))
        elif said := sentence(news):
            (self.told if is_out else self.failed).emit(said)

    def _from_store(self, find: Callable[[StationStore], Receipt | None], *, otherwise: str = "") -> None:
        def found(receipt: Receipt | None) -> None:
            if receipt is not None:
                self.print(receipt)
            elif otherwise:
                self.told.emit(otherwise)

        self._tasks.on_store(find, then=found, failed=self._not_found)

    def _not_found(self, problem: BaseException) -> None:
        is_known = isinstance(problem, NoSuchOrder)
        self.told.emit(_(NoSuchOrder.sentence) if is_known else after_fault(problem).sentence)


@dataclass(frozen=True, slots=True)
class _Made:
    """A receipt and how it is to be made."""

    receipt: Receipt | Sheet
    roll: str
    language: str


def _draw(made: _Made) -> bytes:
    """Return the bytes for the printer. On the printer's thread, which alone imports what draws."""
    from app.printing.escpos import job
    from ui.receipt.paper import DOTS, Paper, raster

    dots, missing = raster(made.receipt, Paper(DOTS[made.roll], made.language))
    if missing:
        log.info("no font here has %d characters of a receipt", len(missing))
    return job(dots)


def _save(folder: Path, made: _Made) -> None:
    """Write the receipt as a PDF into the folder. Raises `OSError`."""
    from ui.receipt.paper import DOTS, Paper, write_pdf

    folder.mkdir(parents=True, exist_ok=True)
    write_pdf(folder / _file_name(made.receipt), made.receipt, Paper(DOTS[made.roll], made.language))


def _file_name(receipt: Receipt | Sheet) -> str:
    """Return a name that sorts by time and that any system takes, whatever the till calls its orders."""
    if isinstance(receipt, Sheet):
        return f"{receipt.name}.pdf"
    when = moment(receipt.at_ms, receipt.time_zone).replace(":", "").replace(" ", "-")
    name = "".join(char for char in receipt.number or str(receipt.kind) if char.isalnum() or char in "-_")
    return f"{when}-{name[-NAME_LENGTH:]}.pdf"


def _if_it_says_anything(store: StationStore, number: str) -> Receipt | None:
    """Return the receipt of an order unless it is nobody's and nothing was given: that says the till's own."""
    receipt = receipt_of(store, number)
    return receipt if receipt.member or receipt.given or receipt.card or receipt.tenders else None


def _last_receipt(store: StationStore) -> Receipt | None:
    number = last_order(store)
    return None if number is None else receipt_of(store, number)


def sentence(news: News) -> str:
    """Return what to say of a receipt; nothing where one holds it in one's hand."""
    again = _("Ctrl+P prints it again.")
    why = "" if news.fault is None else _(news.fault.sentence)
    match news.became:
        case Became.PRINTED:
            return _("The receipt was printed.") if news.name == Kind.TEST else ""
        case Became.KEPT:
            kept = _("The receipt was saved as a file.")
            return f"{why} {kept} {again}" if why else kept
        case Became.NOT_PRINTED:
            why = why or _("The receipt can't be saved as a file.")
            return f"{why} {again}"


def sheet_sentence(news: News) -> str:
    """Return what to say of another sheet: its page is still there, and prints it again."""
    why = "" if news.fault is None else _(news.fault.sentence)
    match news.became:
        case Became.PRINTED:
            return _("It was printed.")
        case Became.KEPT:
            kept = _("It was saved as a file.")
            return f"{why} {kept}" if why else kept
        case Became.NOT_PRINTED:
            return why or _("It can't be printed.")
