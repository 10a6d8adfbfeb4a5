"""Whom the station's model asks: the sync worker, head office, and the demo's till with its cable."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol

from app.config import Config
from app.core.asking import Asking, Heard
from app.core.order import Line
from scanner.source import Scanned
from scanner.wedge import Key

if TYPE_CHECKING:
    from app.station.devices import PairingWanted
    from scanner.cameras import CameraName
    from scanner.serial import PortName
    from sync.day_wire import StoreDay
    from sync.devices_wire import PairingAnswer, StoreDevices


class Worker(Protocol):
    """The part of the sync worker that a window needs."""

    def wake(self) -> None:
        """Sync now."""
        ...


class HeadOffice(Protocol):
    """Who says what an order may use, while its member waits."""

    def ask(self, asking: Asking, *, since: float | None = None) -> Heard:
        """Return head office's words a moment after `since` (monotonic; None: now), or that nothing was heard."""
        ...


class DevicesAtHq(Protocol):
    """Who knows the store's other devices and their days. Each call waits for the line, and may raise an `HqFault`."""

    def devices(self) -> "StoreDevices":
        """Return how the devices of the store are."""
        ...

    def store_day(self, day: date) -> "StoreDay":
        """Return what a day came to at each station of the store."""
        ...

    def pairing(self, wanted: "PairingWanted") -> "PairingAnswer":
        """Return a pairing text for a new device, or why there is none."""
        ...


class Training(Protocol):
    """The way into training, on records of its own, and out of it."""

    @property
    def is_on(self) -> bool:
        """Whether somebody trains now: what is real is behind that, and nobody sees it."""
        ...

    def begin(self, *, staff_id: str) -> None:
        """Go into training; `staff_id` is who wanted it, where somebody signed in."""
        ...

    def end(self) -> None:
        """Go back to what is real."""
        ...


class Languages(Protocol):
    """Which language whom is spoken to; kept for the next start."""

    def of(self, staff_id: str) -> str:
        """Return somebody's language; "" where none is known."""
        ...

    def keep(self, staff_id: str, language: str) -> None:
        """Keep somebody's language; of nobody ("") it is the station's."""
        ...


class Learner(Protocol):
    """Who takes all that cameras and hand scanners send, while they are tried."""

    def key(self, key: Key) -> None:
        """Take a key."""
        ...

    def raw(self, data: bytes) -> None:
        """Take bytes of a serial line."""
        ...

    def scanned(self, scanned: Scanned, frame: tuple[int, int] | None = None) -> None:
        """Take what a camera found; `frame` is how large its picture is."""
        ...


@dataclass(frozen=True, slots=True)
class Plugged:
    """What this computer has now; printers by the name of their device."""

    cameras: "tuple[CameraName, ...]" = ()
    ports: "tuple[PortName, ...]" = ()
    printers: tuple[str, ...] = ()


class Equipment(Protocol):
    """What is plugged into this computer, and what is set on this station."""

    is_first_run: bool

    @property
    def config(self) -> Config:
        """What is set now."""
        ...

    def keep(self, settings: Mapping[str, Any]) -> None:
        """Keep settings for the next start too, and let them hold at once where that can be."""
        ...

    def look(self, then: Callable[[Plugged], None]) -> None:
        """Find out what is plugged in."""
        ...

    def listen(self, learner: Learner | None) -> None:
        """Give what scanners send to `learner` and to nobody else, until None takes its place."""
        ...

    def try_camera(self, camera: str) -> None:
        """Look through another camera, without keeping it."""
        ...

    def try_port(self, port: str, baud: int) -> None:
        """Listen at another port, without keeping it."""
        ...

    def print_test(self) -> None:
        """Print a receipt for trying the printer."""
        ...

    def end_first_run(self) -> None:
        """Know that the first set-up is done."""
        ...


class DemoTill(Protocol):
    """The demo's stand-in for the shop's till and its cable."""

    def next_order(self) -> tuple[str, tuple[Line, ...]] | None:
        """Hand over the next order: its id and lines; None when there is none left."""
        ...

    def set_cut(self, *, is_cut: bool) -> None:
        """Cut the line to head office, or put it back."""
        ...
