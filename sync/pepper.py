"""The store's pepper on its way to a station: sealed to the station's box key, and kept in its key store.

It comes with the enrolment. A station that was enrolled before its store had staff, or whose HQ had to make another
one, sees by the rows of its staff that they rest on one that it doesn't hold, and asks.
"""

import logging
from contextlib import suppress

from app.core.pepper import PEPPER_SIZE, pepper_info, pepper_name
from app.core.sealed import NotOpened, open_sealed
from app.store.faults import StoreFault
from app.store.store import StationStore
from sync.documents import Runner
from sync.faults import HqFault
from sync.protocol import HqProtocol

log = logging.getLogger(__name__)


def fetch_pepper(store: StationStore, hq: HqProtocol, *, run: Runner) -> None:
    """Ask for the pepper if the rows of staff name one that we don't hold.

    What goes wrong holds nothing up: nobody can sign in by these PINs until the next sync has it.
    """
    if not run(lambda: is_pepper_wanted(store)):
        return
    try:
        box = hq.pepper().box
    except HqFault as fault:
        log.info("the pepper did not come: %s", fault.code)
        return
    run(lambda: keep_sealed(store, box))


def is_pepper_wanted(store: StationStore) -> bool:
    """Tell whether PINs of staff rest on a pepper that we don't hold."""
    wanted = store.replica.people.peppers()
    if not wanted:
        return False
    held = store.pepper
    return held is None or wanted != {pepper_name(held)}


def keep_sealed(store: StationStore, box: bytes) -> None:
    """Open what HQ sealed for us and keep it; what doesn't open is left aside."""
    device = store.device
    try:
        pepper = open_sealed(
            store.keys.box, box, info=pepper_info(store=device.store_id, device_id=device.device_id)
        )
    except NotOpened as problem:
        log.info("a pepper is left aside: %s", problem)
        return
    if len(pepper) == PEPPER_SIZE:
        with suppress(StoreFault):  # a key store that won't take it: the next sync asks again
            store.keep_pepper(pepper)
