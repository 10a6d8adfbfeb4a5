"""Nonces: each counts once, in whichever of HQ's processes it comes.

Those of the window are remembered in this process, and where several processes may serve one HQ, which is on
PostgreSQL, in a table too: the process that inserts one first has it. The table is not kept through a crash of the
database and its commits wait for no disk; what is lost with it is the memory of five minutes. On SQLite one process
serves, and a table would cost each request a write.
"""

import threading
from collections import OrderedDict

from sqlalchemy import bindparam, delete, select, tuple_
from sqlalchemy.dialects.postgresql import insert

from hq.db import Database
from hq.faults import Busy, NotSigned
from hq.seen_tables import nonce
from sync.protocol import CLOCK_WINDOW_MS

NONCES_KEPT_MAX = (
    500_000  # 1,000 stations asking twice in 30 s leave 40,000 in a window; above this somebody floods us
)
CLEAN_EVERY_MS = 60_000
CLEANED_AT_ONCE = 10_000  # more than 1,000 stations ask in that time

TAKE = insert(nonce).on_conflict_do_nothing().returning(nonce.c.nonce)
OLD = (
    select(nonce.c.device, nonce.c.nonce)
    .where(nonce.c.until_ms < bindparam("now_ms"))
    .limit(CLEANED_AT_ONCE)
    .with_for_update(skip_locked=True)  # another process may be at it
)
CLEAN = delete(nonce).where(tuple_(nonce.c.device, nonce.c.nonce).in_(OLD))


class Nonces:
    """The nonces of the window, oldest arrival first."""

    def __init__(self, database: Database) -> None:
        """Share them with other processes by this database, where it is one for several."""
        self._database = None if database.is_sqlite else database
        self._until_ms: OrderedDict[tuple[str, str], int] = OrderedDict()
        self._lock = threading.Lock()
        self._cleaned_ms = 0

    def take(self, device_id: str, name: str, *, time_ms: int, now_ms: int) -> None:
        """Use a nonce of a device up. Raises `NotSigned` when it was used before, and `Busy`."""
        until_ms = time_ms + CLOCK_WINDOW_MS
        self._take_here((device_id, name), until_ms=until_ms, now_ms=now_ms)
        if self._database is None:
            return
        row = {"device": device_id, "nonce": name, "until_ms": until_ms}
        with self._database.atomic() as connection:
            if connection.execute(TAKE, row).first() is None:
                raise NotSigned("This request was sent before.")
        if self._is_time_to_clean(now_ms):
            with self._database.atomic() as connection:
                connection.execute(CLEAN, {"now_ms": now_ms})

    def _take_here(self, name: tuple[str, str], *, until_ms: int, now_ms: int) -> None:
        with self._lock:
            self._forget(now_ms)
            if name in self._until_ms:
                raise NotSigned("This request was sent before.")
            if len(self._until_ms) >= NONCES_KEPT_MAX:
                raise Busy("Too many requests in a few minutes. Try again later.")
            self._until_ms[name] = until_ms

    def _forget(self, now_ms: int) -> None:
        """Drop from the front what the window refuses by itself.

        One that is kept longer behind a younger one does no harm.
        """
        while self._until_ms:
            name, until_ms = next(iter(self._until_ms.items()))
            if until_ms >= now_ms:
                return
            del self._until_ms[name]

    def _is_time_to_clean(self, now_ms: int) -> bool:
        with self._lock:
            if abs(now_ms - self._cleaned_ms) < CLEAN_EVERY_MS:
                return False
            self._cleaned_ms = now_ms
            return True
