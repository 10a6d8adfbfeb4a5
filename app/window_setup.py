"""What is set on this station, kept and put on at once: the window's side of the set-up and of the settings' page."""

import threading
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from app.config import Config, changed
from app.core.brand import Brand
from app.kept import keep
from app.window_pairing import DONE, SET_UP
from app.window_parts import along_of, habits_of, printing_of
from ui import names
from ui.application import Application
from ui.i18n import _
from ui.theme import Worn

if TYPE_CHECKING:
    from ui.models.outside import Learner, Plugged
    from ui.models.station import StationModel

MASKED = "masked"
WORN = {"theme", "text_size"}
ALONG = {"sound", "display", "language"}
PRINTING = {"printer", "receipt_paper", "receipt_language", "receipt_dir", "receipts", "language"}


class WindowSetUp:
    """The `Equipment` of the station's model."""

    def __init__(
        self, application: Application, config: Config, *, keep_brand: Callable[[Brand], None]
    ) -> None:
        """Begin with what was set at the start; `keep_brand` is told a brand that came."""
        self._keep_brand = keep_brand
        self.is_first_run = False
        self.model: StationModel | None = None
        self._application = application
        self._config = config
        self._kept: dict[
            str, Any
        ] = {}  # all since the start, so that it doesn't matter which thread writes last
        self._writing = threading.Lock()

    @property
    def config(self) -> Config:
        """What is set now."""
        return self._config

    def keep(self, settings: Mapping[str, Any]) -> None:
        """Keep settings, on a thread of its own, and let them hold at once where that can be."""
        before, self._config = self._config, changed(self._config, settings)
        if settings:
            self._write(settings)
        new = {name for name in settings if getattr(before, name) != getattr(self._config, name)}
        self._use_devices()
        self._use_rest(new)

    def _use_devices(self) -> None:
        """Hear and see by what is set, whatever was tried in between."""
        config = self._config
        self._application.use_camera(config.camera)
        self._application.use_scanner(config.scanner_port, config.scanner_baud, habits_of(config))

    def _use_rest(self, new: set[str]) -> None:
        """Let hold at once what has changed: there is nothing here that has to wait for the next start."""
        config, model = self._config, self.model
        if model is not None and new & PRINTING:
            model.print_so(printing_of(config))
        if model is not None and "lock_after_s" in new:
            model.lock_after_s = config.lock_after_s
        if new & ALONG:
            self._application.go_along(along_of(config, self._keep_brand))
        if new & WORN:
            self._application.wear(Worn(config.theme, config.text_size))
        if "names" in new:
            names.use(is_masked=config.names == MASKED)
            self._application.draw_anew()

    def look(self, then: "Callable[[Plugged], None]") -> None:
        """Find out what is plugged in, on a thread of its own."""

        def run() -> None:
            self._application.at_home(partial(then, plugged()))

        threading.Thread(target=run, name="looking", daemon=True).start()

    def listen(self, learner: "Learner | None") -> None:
        """Give what scanners send to `learner` and to nobody else, until None takes its place."""
        self._application.listen(learner)

    def try_camera(self, camera: str) -> None:
        """Look through another camera."""
        self._application.use_camera(camera)

    def try_port(self, port: str, baud: int) -> None:
        """Listen at another port."""
        self._application.use_scanner(port, baud, habits_of(self._config))

    def print_test(self) -> None:
        """Print a receipt for trying the printer."""
        if self.model is not None:
            self.model.print_test()

    def end_first_run(self) -> None:
        """Know that the first set-up is done."""
        if self.is_first_run:
            self.is_first_run = False
            self._write({SET_UP: DONE})

    def _write(self, settings: Mapping[str, Any]) -> None:
        self._kept |= settings
        threading.Thread(target=self._write_down, name="keeping", daemon=True).start()

    def _write_down(self) -> None:
        with self._writing:
            try:
                keep(self._config.state_dir, dict(self._kept))
            except OSError:
                self._application.at_home(self._not_kept)

    def _not_kept(self) -> None:
        if self.model is not None:
            self.model.notice(_("This can't be written down. Is there room on the disk?"))


def plugged() -> "Plugged":
    """Return what this computer has now. Not for the main thread: it asks the system."""
    from app.printing.found import printers
    from scanner.cameras import cameras
    from scanner.serial import ports
    from ui.models.outside import Plugged

    return Plugged(cameras(), ports(), printers())
