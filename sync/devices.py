"""Asking HQ about the store's devices and their days, for a manager who looks: over a line no sync waits for."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from app.station.devices import PairingWanted
from sync.client import DeviceSigner, HttpHq
from sync.day_wire import StoreDay
from sync.devices_wire import PairingAnswer, PairingRequest, StoreDevices
from sync.line import Limits, Line

LIMITS = Limits(connect_s=3.0, total_s=10.0, answer_bytes_max=1 << 20)  # somebody looks at the page meanwhile


@dataclass(frozen=True, slots=True)
class DevicesAtHq:
    """HQ at an address, asked as this device. Each call may be made on any thread and raises an `HqFault`."""

    url: str
    signer: DeviceSigner

    def devices(self) -> StoreDevices:
        """Return the devices of this one's store."""
        with self._hq() as hq:
            return hq.devices()

    def store_day(self, day: date) -> StoreDay:
        """Return what a local day came to at each station of this one's store."""
        with self._hq() as hq:
            return hq.store_day(day.isoformat())

    def pairing(self, wanted: PairingWanted) -> PairingAnswer:
        """Return a pairing text for a new device, or why there is none. Asked again, the one before is void."""
        request = PairingRequest(
            epoch=wanted.epoch, url=self.url, approver=wanted.approver, approval=wanted.approval_id
        )
        with self._hq() as hq:
            return hq.pairing(request)

    @contextmanager
    def _hq(self) -> Iterator[HttpHq]:
        hq = HttpHq(Line(self.url, limits=LIMITS), self.signer)
        try:
            yield hq
        finally:
            hq.close()
