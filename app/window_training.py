"""Into training and out of it: another store, model and receipts behind the same window, while the real ones rest.

The real station goes on sending what waits. Its journal has two entries of each training, when it began and when it
was over; what is done in between is in the training's own records, which are taken away with it. That all steps of the
walk were done stands in the second one: then whoever is signed in has completed their training.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from app.clock import Clock
from app.config import Config
from app.window_parts import Beside

if TYPE_CHECKING:
    from app.store.review.thread import ReviewThread
    from app.store.thread import StoreThread
    from ui.models.receipts import Printing
    from ui.models.station import StationModel
    from ui.models.tour import Tour
    from ui.tasks import Tasks

SHEET = "training-codes.pdf"


@dataclass(frozen=True)
class Means:
    """What a training needs of the station: whose thread and model are real, and how another model is shown."""

    thread: "StoreThread"
    model: "StationModel"
    beside: Beside
    show: Callable[["StationModel"], None]
    printing: Callable[[], "Printing"]
    read_picture: Callable[[bytes], str | None]


@dataclass(frozen=True)
class _Practice:
    thread: "StoreThread"
    tasks: "Tasks"
    model: "StationModel"
    review: "ReviewThread"
    tour: "Tour"


class WindowTraining:
    """The way into training and out of it."""

    def __init__(self, config: Config, clock: Clock, means: Means) -> None:
        """Nobody trains yet."""
        self._config = config
        self._clock = clock
        self._means = means
        self._practice: _Practice | None = None
        self._is_changing = False

    @property
    def is_on(self) -> bool:
        """Whether somebody trains now."""
        return self._practice is not None

    @property
    def folder(self) -> Path:
        """Where the records of a training lie while it lasts."""
        return training_folder(self._config)

    def begin(self, *, staff_id: str) -> None:
        """Go into training, unless it is begun already."""
        if self._practice is None and not self._is_changing:
            self._is_changing = True
            self._means.beside(partial(self._open, staff_id), self._opened, self._not_opened)

    def end(self) -> None:
        """Go back to what is real, whatever was begun in training."""
        practice, self._practice = self._practice, None
        if practice is not None:
            self._is_changing = True
            self._means.show(self._means.model)
            practice.model.close()
            practice.tasks.close()
            self._means.beside(partial(self._close, practice), self._closed, self._not_opened)

    def close(self) -> None:
        """Leave nothing behind when the window is closed in training."""
        practice, self._practice = self._practice, None
        if practice is not None:
            practice.model.close()
            practice.tasks.close()
            self._close(practice)

    def _open(self, staff_id: str) -> "StoreThread":
        from app.station.staff import TRAINING, change_mode
        from app.station.training import open_training
        from app.store.thread import StoreThread
        from ui.training_words import words

        real = self._means.thread
        brand = real.call(lambda store: store.replica.document_body("brand"))
        thread = StoreThread(
            lambda: open_training(self.folder, real.store.device, clock=self._clock, words=words, brand=brand)
        )
        try:
            _write_sheet(self.folder / SHEET)
            real.call(lambda store: change_mode(store, TRAINING, staff_id=staff_id))
        except BaseException:
            thread.close()
            raise
        return thread

    def _opened(self, thread: "StoreThread") -> None:
        self._is_changing = False
        self._practice = practice = self._assemble(thread)
        self._means.show(practice.model)
        self._means.model.sync_now()

    def _assemble(self, thread: "StoreThread") -> _Practice:
        from app.core.money import CURRENCIES
        from app.store.review.thread import ReviewThread
        from sync.worker import LinkState
        from ui.models.known_flows import FLOWS
        from ui.models.receipts import Receipts
        from ui.models.state import Shop
        from ui.models.station import StationModel
        from ui.models.tour import Tour
        from ui.tasks import Tasks
        from ui.training_words import sheet_lies_at

        device, register = thread.store.device, self._config.register
        review = ReviewThread(thread)
        tasks = Tasks(thread, review)
        model = StationModel(
            tasks,
            clock=self._clock,
            shop=Shop(device.store_name, device.store_id, CURRENCIES[device.currency], is_training=True),
            time_zone=device.time_zone,
            register=register,
            read_picture=self._means.read_picture,
        )
        model.training = self
        model.add_flows(*FLOWS)
        printing = replace(self._means.printing(), is_training=True)
        model.use_receipts(Receipts(tasks, printing, register=register, parent=model))
        model.link_changed(LinkState(is_online=True, synced_at_ms=self._clock.now_ms()))
        tour = Tour(model, cut=partial(self._cut, model), parent=model)
        sheet = str(self.folder / SHEET)
        model.notice(sheet_lies_at(sheet))
        return _Practice(thread, tasks, model, review, tour)

    def _cut(self, model: "StationModel", is_cut: bool) -> None:
        """Pretend that head office is away, or there again: in training there is no line at all."""
        from sync.worker import LinkState
        from ui.models.pill import TRIES

        for _nth in range(TRIES):
            model.link_changed(LinkState(is_online=not is_cut, synced_at_ms=self._clock.now_ms()))

    def _close(self, practice: _Practice) -> None:
        from app.station.staff import LIVE, change_mode
        from app.station.training import clear_training

        practice.review.close()
        practice.thread.close()
        clear_training(self.folder)
        who = self._means.model.cashier
        staff_id = who.staff_id if who else ""
        is_over = practice.tour.is_over
        self._means.thread.call(lambda store: change_mode(store, LIVE, staff_id=staff_id, has_walked=is_over))

    def _closed(self, _nothing: None) -> None:
        self._is_changing = False
        self._means.model.sync_now()

    def _not_opened(self, problem: BaseException) -> None:
        from ui.models.answers import after_fault

        self._is_changing = False
        self._means.model.notice(after_fault(problem).sentence)


def training_folder(config: Config) -> Path:
    """Return where the records of a training lie, beside the real ones."""
    return config.store_dir.with_name(f"{config.store_dir.name}-training")


def _write_sheet(path: Path) -> None:
    """Write the page of codes to scan. A page that can't be written keeps nobody from training."""
    import logging

    from app.station.training import codes
    from scanner.sheet import DOTS_AN_INCH, packed_sheet
    from ui.sheet_pdf import write_pdf
    from ui.training_words import words

    try:
        write_pdf(path, packed_sheet(codes(words)), dots_an_inch=DOTS_AN_INCH, title="Tillside training")
    except OSError as problem:
        logging.getLogger(__name__).info("the sheet was not written: %s", type(problem).__name__)
