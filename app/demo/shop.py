"""One shop of the replay: a real station, opened and closed with the shop.

When the shop is cut off, its connections go to a port where nobody listens: the refusal is the system's, and nothing
in the station knows of it.
"""

import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app.clock import SetClock
from app.core.order import Line
from app.core.voucher import Presentation
from app.demo.journey import JourneyOrder
from app.demo.patience import patiently
from app.station.answer import OrderAnswer
from app.station.identify import SeenMember, identify
from app.station.redeem import AtTill, OrderIn, hand_in
from app.store.checking import Check
from app.store.keystore import KeyStore
from app.store.store import StationStore
from sync.client import DeviceSigner, HttpHq
from sync.faults import HqUnreachable
from sync.line import Line as LineToHq
from sync.syncer import Syncer

DAY_MS = 86_400_000
PUSH_AT_WAITING = 200  # a station pushes when this many entries wait
HEARD_S = 1.0  # a station at a till asks every half minute; shops of one process share a line and need not ask again


class ScanRefused(Exception):
    """A code of the demo that its own station does not take."""


class DeadPort:
    """A port of this machine that refuses connections for as long as this lives: taken, but nobody listens."""

    def __init__(self) -> None:
        """Take it."""
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def close(self) -> None:
        """Give it back."""
        self._socket.close()


@dataclass(frozen=True, slots=True)
class Sending:
    """When a shop that reaches HQ syncs: every so many days, and when so many entries wait."""

    days: int
    entries: int


DAILY = Sending(days=0, entries=1)  # when it opens and when it closes
WEEKLY = Sending(days=7, entries=100)
AT_THE_END = Sending(days=7, entries=1_000_000)  # what a station records until then waits


class Shop:
    """A shop's station, open for a day."""

    def __init__(
        self,
        folder: Path,
        *,
        key_store: KeyStore,
        clock: SetClock,
        line: LineToHq,
        sending: Sending = DAILY,
        is_passing: bool = False,
    ) -> None:
        """Open the store and fetch what is new, as far as HQ can be reached at the end of `line`.

        A station that `is_passing` is there to fill HQ and is thrown away then: it doesn't wait for the disk.
        """
        # Every store is looked at whole when the demo counts.
        self._store = StationStore(
            folder, key_store=key_store, clock=clock, check=Check.SINCE_MARK, is_alone=True
        )
        if is_passing:
            self._store.spare_disk()
        device = self._store.device
        signer = DeviceSigner(
            device_id=device.device_id,
            epoch=device.epoch,
            key=self._store.keys.sign,
            clock=self._store.signing_clock,
        )
        self._sending = sending
        self._line = line
        self._hq = HttpHq(line, signer)
        self._syncer = Syncer(self._store, self._hq, run=lambda work: work())
        self.is_online = self._reaches_hq(self._open_the_day)

    def _open_the_day(self) -> None:
        """Sync if it is time to; otherwise only see whether HQ answers, or has just answered another shop."""
        position = self._store.replica.position()
        age_ms = self._store.clock.now_ms() - (position.as_of_ms if position else 0)
        if age_ms < self._sending.days * DAY_MS:
            if not self._line.was_heard(within_s=HEARD_S):
                self._hq.health()
            return
        if self._store.waiting_count():
            self._syncer.push()
        self._syncer.pull()

    def _reaches_hq(self, work: Callable[[], object]) -> bool:
        """Do what needs HQ; without a connection everything waits."""
        try:
            patiently(work)
        except HqUnreachable:
            return False
        return True

    def serve(self, order: JourneyOrder, *, member_scan: str, voucher_scans: list[str]) -> OrderAnswer:
        """Scan the card and the vouchers, then hand the order in."""
        member = identify(self._store, member_scan)
        if not isinstance(member, SeenMember):
            raise ScanRefused(f"household {order.household_id}: {member}")
        at_till = AtTill(
            member,
            tuple(self._present(text) for text in voucher_scans),
            "online" if self.is_online else "offline",
        )
        answer = hand_in(self._store, OrderIn(f"B{order.basket_id}", order_lines(order)), at_till)
        if self.is_online and self._store.waiting_count() >= PUSH_AT_WAITING:
            patiently(self._syncer.push)
        return answer

    def _present(self, text: str) -> Presentation:
        seen = identify(self._store, text)
        if not isinstance(seen, Presentation):
            raise ScanRefused(f"voucher {text}: {seen}")
        return seen

    def close(self) -> None:
        """Send what waits, if it is enough, and close the store."""
        if self._store.waiting_count() >= self._sending.entries:
            self._reaches_hq(self._syncer.push)
        self.is_behind = self._store.waiting_count() > 0
        self._store.close()


def order_lines(order: JourneyOrder) -> tuple[Line, ...]:
    """Return an order's lines as its till would hand them in."""
    return tuple(
        Line(line=number, sku=str(line.product_id), quantity=line.quantity, amount=line.cents)
        for number, line in enumerate(order.lines, start=1)
    )
