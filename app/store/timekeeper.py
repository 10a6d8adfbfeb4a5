"""What time the station goes by, kept in the journal's file: reads the clock, remembers, and finds jumps.

The rules are those of `core.trusted_time`. Here they meet a clock and a file. The highest time of all need not be
written with each entry: the last entry says it. What else is known changes rarely and goes into `meta` with the entry
or answer of HQ that it belongs to, in the same transaction, and with the place of the last entry before it: what was
written down knows better than entries up to there, which HQ's first word may have put right.
"""

from collections.abc import Callable, Iterable
from dataclasses import asdict, fields
from typing import Any

import orjson
from sqlite_utils import Database

from app.clock import Clock
from app.core.entry import EntryInvalid, read_entry
from app.core.trusted_time import (
    Jump,
    Reading,
    TrustedTime,
    anchored,
    differ_beyond_floor,
    first_time,
    in_new_epoch,
    resumed,
    seen,
)
from app.store.meta import read_meta, write_meta

TIME = "time"  # its name in `meta`
Place = tuple[int, int]  # of an entry: epoch and number


class TimeKeeper:
    """Effective time of a station. Belongs to the store's thread; `signing_ms` may be asked by any."""

    def __init__(self, database: Database, clock: Clock, *, store_id: str) -> None:
        """Take up what the journal's file says."""
        self._db = database
        self._clock = clock
        self._store_id = store_id
        kept = read_meta(database, TIME)
        self._written: TrustedTime | None = None
        if kept is None:
            self._time = first_time(self.reading(), floor_ms=_latest_ms(database, after=(0, 0)))
        else:
            self._written, after = _from_text(kept)
            self._time = resumed(self._written, _latest_ms(database, after=after))
        self._to_be_written = self._written
        self._last: Reading | None = None  # up to where `seen` has gone
        self._jumps: list[Jump] = []
        self._jumps_recorded = 0  # in the transaction that is open

    def reading(self) -> Reading:
        """Return what both clocks say."""
        return Reading(self._clock.now_ms(), self._clock.boot_id(), self._clock.boot_ms())

    def now_ms(self) -> int:
        """Return effective time (UTC ms): monotone, whatever happens to the wall clock."""
        self._seen()
        return self._time.floor_ms

    def is_doubtful(self) -> bool:
        """Tell whether nothing may be decided by the hour or the day."""
        reading = self._seen()
        return self._time.is_doubtful(reading)

    @property
    def boot_ms(self) -> int:
        """Where the boot clock stood when somebody last looked."""
        return self._time.boot_ms if self._last is None else self._last.boot_ms

    def stamp(self) -> tuple[Reading, str]:
        """Return what an entry says of the moment it is made: both clocks and the quality of effective time."""
        reading = self._seen()
        return reading, self._time.quality(reading)

    def signing_ms(self) -> int:
        """Return the best guess at HQ's time, to sign requests with: by the anchor, or else by the wall clock."""
        time, reading = self._time, self.reading()  # a value that is replaced and never changed
        is_anchored = time.is_signed and reading.boot == time.boot and reading.boot_ms >= time.boot_ms
        return time.reckoned_ms(reading) if is_anchored else reading.wall_ms

    def anchor(self, sent: Reading, signed_ms: int) -> None:
        """Take HQ's signed time, asked for at `sent`. Call it inside `atomic`."""
        received = self._seen()
        self._time = anchored(self._time, sent, received, signed_ms)
        self.save()

    def has_jumped(self) -> bool:
        """Tell whether the wall clock has jumped and no entry says so yet."""
        self._seen()
        return bool(self._jumps)

    def record(self) -> list[dict[str, Any]]:
        """Write down what is known and return the data of entries on jumps. Call it inside `atomic`."""
        now_ms = self._time.floor_ms
        self.save()
        self._jumps_recorded = len(self._jumps)
        return [
            {"store": self._store_id, "t_eff": now_ms, "from_ms": jump.from_ms, "to_ms": jump.to_ms}
            for jump in self._jumps
        ]

    def save(self) -> None:
        """Write down what is known, if more than the hour has changed. Call it inside `atomic`."""
        time, written = self._time, self._to_be_written
        if written is None or differ_beyond_floor(written, time):
            write_meta(self._db, **{TIME: _to_text(time, after=_last_place(self._db))})
            self._to_be_written = time

    def ended(self, *, is_committed: bool) -> None:
        """Take note of how the transaction ended: what was written in it is durable, or gone."""
        if is_committed:
            del self._jumps[: self._jumps_recorded]
            self._written = self._to_be_written
        self._to_be_written = self._written
        self._jumps_recorded = 0

    def _seen(self) -> Reading:
        """Go on to what both clocks say now."""
        reading = self.reading()
        if reading == self._last:  # a redemption looks several times within a millisecond
            return reading
        self._last = reading
        self._time, jump = seen(self._time, reading)
        if jump is not None:
            self._jumps.append(jump)
        return reading


class SigningClock:
    """A machine's clock whose wall says what HQ's says, as far as that is known."""

    def __init__(self, clock: Clock, signing_ms: Callable[[], int]) -> None:
        """Go by `signing_ms`, and by the clock for the rest."""
        self._clock = clock
        self._signing_ms = signing_ms

    def now_ms(self) -> int:
        """See `Clock.now_ms`."""
        return self._signing_ms()

    def boot_ms(self) -> int:
        """See `Clock.boot_ms`."""
        return self._clock.boot_ms()

    def boot_id(self) -> bytes:
        """See `Clock.boot_id`."""
        return self._clock.boot_id()


def read_time(database: Database) -> TrustedTime | None:
    """Return what the journal's file says of the time; None before anything was written."""
    kept = read_meta(database, TIME)
    return None if kept is None else _from_text(kept)[0]


def carried_time(kept: object, rows: Iterable[tuple[int, int, bytes]]) -> str | None:
    """Return what a new epoch's journal is told of the time that an old one knew, so that it does not begin anew.

    `kept` is the old fact by the name TIME, `rows` are epoch, number and body of its entries, the newest first; None
    where nothing is known.
    """
    try:
        if not isinstance(kept, str):
            return None
        time, after = _from_text(kept)
        later = (_t_eff(body) for epoch, seq, body in rows if (epoch, seq) > after)
        time = in_new_epoch(resumed(time, next((at for at in later if at), 0)))
        return _to_text(time, after=after)
    except (ValueError, KeyError, TypeError):
        return None


def _to_text(time: TrustedTime, *, after: Place) -> str:
    return orjson.dumps(asdict(time) | {"boot": time.boot.hex(), "after": after}).decode()


def _from_text(kept: str) -> tuple[TrustedTime, Place]:
    """Return what was written down, and the place of the last entry before it."""
    found = orjson.loads(kept)
    known = {field.name: found[field.name] for field in fields(TrustedTime) if field.name in found}
    time = TrustedTime(**known | {"boot": bytes.fromhex(found["boot"])})
    epoch, seq = found.get("after", (0, 0))  # written before places were: every entry counts
    return time, (epoch, seq)


def _last_place(database: Database) -> Place:
    """Return epoch and number of the last entry."""
    row = database.conn.execute(
        "SELECT epoch, seq FROM journal ORDER BY epoch DESC, seq DESC LIMIT 1"
    ).fetchone()
    return (0, 0) if row is None else (row[0], row[1])


def _latest_ms(database: Database, *, after: Place) -> int:
    """Return the effective time of the last entry that tells it after a place: in any epoch, as time goes on."""
    rows = database.conn.execute(
        "SELECT body FROM journal WHERE (epoch, seq) > (?, ?) ORDER BY epoch DESC, seq DESC", after
    )
    return next((found for (body,) in rows if (found := _t_eff(body))), 0)


def _t_eff(body: bytes) -> int:
    """Return the effective time that an entry says; 0 where it says none."""
    try:
        t_eff = read_entry(body).data.get("t_eff", 0)
    except EntryInvalid:
        return 0  # a journal that does not hold is told of by whoever verifies it
    return t_eff if type(t_eff) is int else 0
