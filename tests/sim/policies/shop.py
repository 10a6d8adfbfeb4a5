"""One shop's station on its real files, and its line to HQ, which is in the same process."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from msgspec.json import decode, encode

from app.clock import SetClock
from app.core.asking import NOTHING_HEARD, Asking, Heard
from app.store.checking import Check
from app.store.keystore import MemoryKeyStore
from app.store.store import StationStore
from hq.faults import HqFault
from hq.home import Hq
from hq.service import DeviceSession
from sync import authorising
from sync.faults import HqRefused, HqUnreachable
from sync.syncer import Syncer

SYNC_EVERY_MS = 30_000  # a station asks HQ twice a minute


class Line:
    """What a station talks to: all that HQ answers to its device, in wire form, while the line is up."""

    def __init__(self, hq: Hq, device_id: str) -> None:
        """Begin with a good line."""
        self.is_up = True
        self._hq = hq
        self._device_id = device_id

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """Return a question to HQ by its name."""
        return lambda *told, **more: self._carry(lambda hq: getattr(hq, name)(*told, **more))

    def _carry(self, question: Callable[[DeviceSession], Any]) -> Any:
        if not self.is_up:
            raise HqUnreachable("the line is down")
        try:
            answer = question(DeviceSession(self._hq, self._device_id))
        except HqFault as fault:
            raise HqRefused(str(fault)) from fault
        return answer if isinstance(answer, bytes) else decode(encode(answer), type=type(answer))


class Shop:
    """A shop that is open all year."""

    def __init__(self, hq: Hq, folder: Path, keys: MemoryKeyStore, clock: SetClock) -> None:
        """Open the station's files."""
        self.store = StationStore(folder, key_store=keys, clock=clock, check=Check.SINCE_MARK, is_alone=True)
        self.device_id = self.store.device.device_id
        self.line = Line(hq, self.device_id)
        self._syncer = Syncer(self.store, self.line, run=lambda work: work())
        self._synced_ms = 0

    @property
    def link(self) -> str:
        """What a till is told of the line."""
        return "online" if self.line.is_up else "offline"

    def sync(self) -> None:
        """Push and pull, as a station does when something has happened and twice a minute."""
        self._syncer.sync()
        self._synced_ms = self.store.clock.now_ms()

    def sync_if_due(self) -> None:
        """Be as near to HQ as a station is that asks twice a minute."""
        if self.line.is_up and self.store.clock.now_ms() - self._synced_ms >= SYNC_EVERY_MS:
            self.sync()

    def push(self) -> None:
        """Send what has just been written, if there is a line."""
        if self.line.is_up:
            self._syncer.push()

    def ask(self, asking: Asking | None) -> Heard:
        """Hear HQ's words on an order, if there is a question and a line. Here HQ answers in no time."""
        if asking is None or not self.line.is_up:
            return NOTHING_HEARD
        request = authorising._request(asking, self.store.device.epoch)
        return authorising._of(asking, self.line.authorize(request))
