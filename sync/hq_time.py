"""HQ's signed time, from the question in a push to the anchor of the station's own."""

import logging

from app.core.trusted_time import Reading
from app.ids import new_id
from app.station.keyset import KEYSET, signing_keys
from app.store.store import StationStore
from sync.faults import HqUntrusted
from sync.protocol import ClockWire, PushAnswer, PushRequest
from sync.trust import check_time

log = logging.getLogger(__name__)

ROUND_TRIP_MAX_MS = (
    30_000  # HQ's clock was looked at somewhere within it: half of this is how wrong we may be
)


def ask_time(reading: Reading) -> ClockWire:
    """Return what a push says of our clocks, with a new nonce for HQ's answer."""
    return ClockWire(wall_ms=reading.wall_ms, boot_ms=reading.boot_ms, nonce=new_id())


def take_time(store: StationStore, request: PushRequest, answer: PushAnswer) -> None:
    """Anchor the station's time to the answer's, if it is signed, ours and quick. Call it inside `atomic`.

    One that is not is only left aside: entries must not wait for the time.
    """
    signed, sent = answer.time, Reading(request.clock.wall_ms, request.boot, request.clock.boot_ms)
    if signed is None or not _is_quick(sent, store.time.reading()):
        return
    body = store.replica.document_body(KEYSET)
    try:
        check_time(signed, nonce=request.clock.nonce, keys={} if body is None else signing_keys(body))
    except HqUntrusted as problem:
        log.info("HQ's time is left aside: %s", problem)
        return
    store.time.anchor(sent, signed.ms)


def _is_quick(sent: Reading, received: Reading) -> bool:
    return sent.boot == received.boot and 0 <= received.boot_ms - sent.boot_ms <= ROUND_TRIP_MAX_MS
