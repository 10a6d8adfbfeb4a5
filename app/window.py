"""The station with its window, put together: the window first, then everything heavy behind it.

The first paint needs only Qt and the pages. Database, network and decoders are imported and opened on other threads
after it; until then the window says that it is opening.
"""

import contextlib
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from app.clock import Clock
from app.config import Config
from app.core.brand import NO_BRAND, Brand
from app.kept import keep, read_kept
from app.window_pairing import BEGUN, SET_UP, WindowPairing
from app.window_parts import along_of, habits_of, printing_of, read_picture
from app.window_setup import MASKED, WindowSetUp
from ui import i18n, names
from ui.application import Application
from ui.beside_window import OFF
from ui.models.opening import OpeningModel
from ui.theme import Worn

if TYPE_CHECKING:
    from app.store.faults import StoreDamaged
    from app.store.review.thread import ReviewThread
    from app.store.thread import StoreThread
    from app.till_api.server import TillApi
    from app.window_training import WindowTraining
    from sync.authorising import Authoriser
    from sync.client import HttpHq
    from sync.worker import SyncWorker
    from ui.models.outside import DemoTill
    from ui.models.receipts import Printing
    from ui.models.station import StationModel
    from ui.tasks import Tasks


log = logging.getLogger(__name__)


@dataclass(frozen=True)
class DemoParts:
    """What the demo brings along: its till, and the address under which its line to HQ can be cut."""

    till: "DemoTill"
    hq_url: str


@dataclass
class Running:
    """The parts of an open station that must be closed again."""

    thread: "StoreThread"
    hq: "HttpHq"
    authoriser: "Authoriser"
    worker: "SyncWorker"
    tasks: "Tasks"
    model: "StationModel"
    review: "ReviewThread"
    till_api: "TillApi | None" = None


def run_window(config: Config, *, clock: Clock, demo: DemoParts | None = None) -> int:
    """Open the station's window and stay until it is closed. Returns the exit status."""
    i18n.use(config.language)
    names.use(is_masked=config.names == MASKED)
    application = Application(
        event_log=config.event_log,
        kept_log=config.state_dir,
        habits=habits_of(config),
        port=config.scanner_port,
        baud=config.scanner_baud,
        camera_size=config.camera_size,
        worn=Worn(config.theme, config.text_size),
        along=along_of(config, partial(_keep_brand, config)),
    )
    station = _Station(application, config, clock, demo)
    application.show(station.opening, then=station.open)
    status = application.run()
    station.close()
    return status


class _Station:
    """Opens the station behind the window, or shows why it can't."""

    def __init__(
        self, application: Application, config: Config, clock: Clock, demo: DemoParts | None
    ) -> None:
        own = Brand(config.white_label, is_white_label=True) if config.white_label else NO_BRAND
        self.opening = OpeningModel(own)
        self.set_up = WindowSetUp(application, config, keep_brand=partial(_keep_brand, config))
        self.set_up.is_first_run = read_kept(config.state_dir).get(SET_UP) == BEGUN
        self._application = application
        self._config = config
        self._clock = clock
        self._demo = demo
        self._running: Running | None = None
        self._training: WindowTraining | None = None

    def open(self) -> None:
        """Import and open what is heavy on a thread of its own, then come home."""
        self._beside(lambda: _open_thread(self._config, self._clock), self._opened, self._not_opened)

    def _beside(
        self, work: Callable[[], Any], then: Callable[[Any], None], failed: Callable[[BaseException], None]
    ) -> None:
        def run() -> None:
            try:
                result = work()
            except Exception as problem:  # outermost: of this thread; it is shown as the fault it is
                self._application.at_home(partial(failed, problem))
            else:
                self._application.at_home(partial(then, result))

        threading.Thread(target=run, name="opening", daemon=True).start()

    def _opened(self, thread: "StoreThread") -> None:
        self._running = _assemble(thread, self._config, self._clock, self._demo)
        model = self._running.model
        model.equipment = self.set_up
        self.set_up.model = model
        self._application.attach(model, camera=self.set_up.config.camera)
        model.training = self._training_of(self._running)
        if self.set_up.is_first_run:
            model.begin_set_up()
        self._running.worker.start()
        self._open_till(self._running)
        thread.on_found(lambda fault: self._application.at_home(partial(self._found_damaged, fault)))

    def _open_till(self, running: Running) -> None:
        """Let the shop's till hand over orders, where that is set. It comes last: the window needs nothing of it."""
        if self._config.till_port is None:
            return
        from app.till_parts import open_till_api, start_till_api
        from ui.models.till_desk import WindowTillDesk
        from ui.texts_till import cant_listen

        desk = WindowTillDesk(running.tasks, running.model)

        def opened(api: "TillApi") -> None:
            running.till_api = api
            start_till_api(api)

        def failed(problem: BaseException) -> None:
            log.info("the till's API is not there: %s", problem)
            running.model.notice(cant_listen())

        self._beside(lambda: open_till_api(self._config, running.thread, desk), opened, failed)

    def _training_of(self, running: Running) -> "WindowTraining":
        from app.window_training import Means, WindowTraining

        def show(model: "StationModel") -> None:
            self._application.attach(model, camera=self.set_up.config.camera)

        def printing() -> "Printing":
            return printing_of(self.set_up.config)

        means = Means(running.thread, running.model, self._beside, show, printing, read_picture)
        self._training = WindowTraining(self._config, self._clock, means)
        return self._training

    def _paired(self) -> None:
        self.set_up.is_first_run = True
        self.open()

    def _found_damaged(self, fault: "StoreDamaged") -> None:
        """Stop the station for good, as at a start that finds this; an answer stays until it has been left."""
        from ui.models.answers import after_fault
        from ui.models.state import Screen

        assert self._running is not None, "it is called for a station that runs"
        model = self._running.model

        def stop() -> None:
            if not model.state.is_busy and model.state.screen is not Screen.ANSWER:
                model.changed.disconnect(stop)
                self.opening.stop(after_fault(fault).sentence)
                self._application.attach(self.opening, camera=self._config.camera, is_station=False)

        model.changed.connect(stop)
        stop()

    def _not_opened(self, problem: BaseException) -> None:
        from app.store.faults import StoreMissing
        from ui.models.answers import after_fault

        if isinstance(problem, StoreMissing):
            pairing = WindowPairing(self._config, self._clock, self.opening, self._beside)
            pairing.ask(
                then=self._paired, keep_language=lambda language: self.set_up.keep({"language": language})
            )
            self._application.start_camera(self._config.camera)
        else:
            self.opening.stop(after_fault(problem).sentence)

    def close(self) -> None:
        """Close what was opened."""
        if self._training is not None:
            self._training.close()
        if self._running is not None:
            if self._running.till_api is not None:
                self._running.till_api.close()
            self._running.worker.stop()
            self._running.model.close()
            self._running.tasks.close()
            self._running.hq.close()
            self._running.authoriser.close()
            self._running.review.close()
            self._running.thread.close()


def _keep_brand(config: Config, brand: Brand) -> None:
    """Keep whose name the next start shows before it has opened its records. It is lost where that can't be written."""
    kept = brand.name if brand.is_white_label else ""
    if kept == config.white_label:
        return

    def write() -> None:
        with contextlib.suppress(OSError):
            keep(config.state_dir, {"white_label": kept})

    threading.Thread(target=write, name="keeping", daemon=True).start()


def _open_thread(config: Config, clock: Clock) -> "StoreThread":
    if config.display != OFF:
        import ui.display.window
    # For `_assemble`, which runs on the thread that draws and must not wait for these.
    import sync.authorising
    import sync.client
    import sync.worker  # noqa: F401
    import ui.models.station  # noqa: F401
    from app.station.opening import open_store
    from app.store.thread import StoreThread

    return StoreThread(lambda: open_store(config, clock=clock))


def _assemble(thread: "StoreThread", config: Config, clock: Clock, demo: DemoParts | None) -> Running:
    from app.core.money import CURRENCIES
    from app.kept_pages import KeptPages
    from app.languages import KeptLanguages
    from app.store.review.thread import ReviewThread
    from app.store.store import StationStore
    from sync.authorising import authoriser_of
    from sync.client import DeviceSigner, HttpHq
    from sync.devices import DevicesAtHq
    from sync.line import Line
    from sync.loading import Loading
    from sync.syncer import Syncer
    from sync.worker import SyncWorker
    from ui.models.known_flows import FLOWS
    from ui.models.receipts import Receipts
    from ui.models.state import Shop
    from ui.models.station import StationModel
    from ui.tasks import Tasks

    store, device = thread.store, thread.store.device
    signer = DeviceSigner(
        device_id=device.device_id, epoch=device.epoch, key=store.keys.sign, clock=store.signing_clock
    )
    url = demo.hq_url if demo else device.hq_url
    hq, authoriser = HttpHq(Line(url), signer), authoriser_of(url, signer, epoch=device.epoch, clock=clock)
    review = ReviewThread(thread)
    tasks = Tasks(thread, review)
    model = StationModel(
        tasks,
        clock=clock,
        shop=Shop(
            device.store_name,
            device.store_id,
            CURRENCIES[device.currency],
            is_demo=demo is not None,
            station=device.device_id,
        ),
        time_zone=device.time_zone,
        register=config.register,
        demo=demo.till if demo else None,
        read_picture=read_picture,
    )
    loading = Loading(model.loaded)
    hq.on_received = loading.received
    worker = SyncWorker(
        Syncer(store, hq, run=lambda work: thread.call(lambda _: work()), loading=loading),
        waiting=lambda: thread.call(StationStore.waiting_count),
        clock=clock,
        interval_s=config.sync_interval_s,
        on_change=model.link_changed,
    )
    model.connect_to(worker, authoriser)
    model.store_devices = DevicesAtHq(url, signer)
    model.kept_pages = KeptPages(config.state_dir)
    model.languages, model.lock_after_s = KeptLanguages(config.state_dir), config.lock_after_s
    model.add_flows(*FLOWS)
    model.use_receipts(Receipts(tasks, printing_of(config), register=config.register, parent=model))
    return Running(thread, hq, authoriser, worker, tasks, model, review)
