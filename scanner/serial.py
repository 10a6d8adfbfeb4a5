"""A scanner on a serial line (RS-232, or USB that shows itself as a COM port), on a thread of its own.

A port may be absent, belong to another program, be pulled out and come back; each is a state and never an error, as
with the camera: it is tried again every two seconds. What its bytes mean is `scanner.framing`' business.
Limits: eight data bits, no parity, one stop bit, no handshake, which is how such scanners come. Only a program that
locks the port as well is noticed beside us.
"""

import errno
import logging
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import Final, Literal, Protocol, TypeAlias

import serial

from scanner.debounce import Debounce, monotonic_ms
from scanner.framing import PAUSE_S, Frame, Framer, Trouble
from scanner.habits import USUAL, Habits
from scanner.own_thread import OwnThread
from scanner.source import Scanned, Source

log = logging.getLogger(__name__)

RETRY_S: Final = 2.0
BAUD: Final = 9_600
BAUD_MAX: Final = 2**31 - 1  # more can't be handed to the system
READ_MAX: Final = 4_096

State: TypeAlias = Literal["on", "missing", "forbidden", "busy"]
WHY: Final[dict[int | None, State]] = {
    errno.EACCES: "forbidden",
    errno.EPERM: "forbidden",
    errno.EBUSY: "busy",
    errno.EAGAIN: "busy",  # somebody else holds the lock
}


class Port(Protocol):
    """What is needed of an open port."""

    @property
    def in_waiting(self) -> int:
        """How many bytes have come."""
        ...

    def read(self, size: int, /) -> bytes:
        """Return what has come, nothing when nothing came for PAUSE_S. Raises `OSError` when the port is gone."""
        ...

    def close(self) -> None:
        """Give it back."""
        ...


@dataclass(frozen=True, slots=True)
class PortName:
    """A port of this computer: what to set, and what its maker says of it."""

    name: str
    words: str


def ports() -> tuple[PortName, ...]:
    """Return the serial ports that this computer has now."""
    from serial.tools.list_ports import comports  # noqa: PLC0415 only the set-up page wants it

    return tuple(
        PortName(port.device, port.description if port.description != "n/a" else "")
        for port in sorted(comports())
    )


def opened(name: str, baud: int = BAUD) -> Port:
    """Open a port for us alone. Raises `OSError` or, for a speed that it can't do, `ValueError`."""
    if not 0 < baud <= BAUD_MAX:
        raise ValueError(f"no port has the speed {baud}")
    port: Port = serial.Serial(name, baud, timeout=PAUSE_S, exclusive=True)
    return port


def look(name: str, baud: int = BAUD) -> State:
    """Say how a port is now."""
    try:
        opened(name, baud).close()
    except (OSError, ValueError) as problem:
        return _why(problem)
    return "on"


def _why(problem: Exception) -> State:
    """Absent, in use, forbidden or pulled out; a speed that the port can't do makes it as good as absent."""
    return WHY.get(getattr(problem, "errno", None), "missing")


class SerialScanner(OwnThread):
    """Listens to one port from `start` to `stop`. The callbacks are called on its thread."""

    def __init__(
        self,
        open_port: Callable[[], Port],
        *,
        on_text: Callable[[Scanned], None],
        on_state: Callable[[State], None] = lambda state: None,
        on_trouble: Callable[[Trouble], None] = lambda trouble: None,
        on_bytes: Callable[[bytes], None] = lambda data: None,
        habits: Habits = USUAL,
        debounce: Debounce | None = None,
        retry_s: float = RETRY_S,
    ) -> None:
        """`open_port` opens one port (`opened`); share `debounce` with the other sources."""
        super().__init__("serial scanner")
        self._habits = habits
        self._on_text = on_text
        self._on_state = on_state
        self._on_trouble = on_trouble
        self._on_bytes = on_bytes
        self._debounce = debounce or Debounce()
        self._retry_s = retry_s
        self._open_port = open_port
        self._state: State | None = None

    def run(self) -> None:
        """Listen on the calling thread until `ask_to_stop`."""
        while not self._stopping.is_set():
            try:
                self._listen()
            except (OSError, ValueError) as problem:
                self._enter(_why(problem))
            except Exception:  # outermost: of this thread; without this scanner the station still works
                log.exception("the serial scanner stopped")
            self._stopping.wait(self._retry_s)

    def _listen(self) -> None:
        """Serve what comes until we are stopped. Raises `OSError` when the port goes."""
        with closing(self._open_port()) as port:
            self._enter("on")
            framer = Framer(self._habits)  # what was half read when it was pulled out is gone
            while not self._stopping.is_set():
                data = port.read(min(max(1, port.in_waiting), READ_MAX))
                if data:
                    self._on_bytes(data)
                found = framer.feed(data) if data else [framer.pause()]
                for one in found:
                    if isinstance(one, Frame):
                        self._tell(one)
                    elif one is not None:
                        self._on_trouble(one)

    def _tell(self, frame: Frame) -> None:
        if self._debounce.is_new(frame.text):
            self._on_text(Scanned(frame.text, Source.SERIAL, frame.aim, time_ms=monotonic_ms()))

    def _enter(self, state: State) -> None:
        if state != self._state and not self._stopping.is_set():
            self._state = state
            self._on_state(state)
