"""The derived file and the journal beside it, open on one thread: two connections, of which the journal's only reads.

What a manager's pages ask is answered from the file, which reads the journal on, a piece at a time, and knows up to
which entry. It is worth nothing: whatever doesn't fit, or can't be read, is thrown away and made anew.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from sqlite_utils import Database

from app.core.chain import ChainOwner
from app.core.entry import Entry, read_entry
from app.core.program import Program
from app.core.program_format import read_program
from app.store.carried import opened
from app.store.db import look_into_database
from app.store.faults import StoreDamaged
from app.store.former_programs import FormerPrograms
from app.store.listing import Listing
from app.store.meta import read_meta
from app.store.replica import Replica
from app.store.review.file import drop_review, open_review, own_faults
from app.store.review.following import Following

JOURNAL = "journal.db"
ROWS_AT_ONCE = 25  # of a long list, before the station's work goes on: less than half a millisecond
PROGRAMS_MAX = 4  # compiled, of older orders too


class ReviewClosed(Exception):
    """The station closes while something was being read."""


@dataclass(frozen=True)
class Place:
    """Where a station's records lie, and whose they are. `replica_path` is asked anew each time."""

    folder: Path
    key: bytes
    owner: ChainOwner
    store_id: str
    time_zone: str
    currency: str
    replica_path: Callable[[], Path]


@dataclass(frozen=True, slots=True)
class Word:
    """HQ's word on an entry, and when it came (UTC ms)."""

    seq: int
    verdict: str
    flags: tuple[str, ...]
    at_ms: int


class Review:
    """What has been read of a journal. Everything in it belongs to one thread."""

    def __init__(self, place: Place, *, give_way: Callable[[], None] = lambda: None) -> None:
        """Open the derived file, or begin it anew. Raises a `StoreFault`.

        `give_way` waits while the station works, and raises `ReviewClosed` when all is to end; whoever reads for long
        calls it in between.
        """
        self.place = place
        self.give_way = give_way
        self._programs: dict[tuple[int, str], Program | None] = {}
        self._journal = look_into_database(place.folder / JOURNAL, place.key)
        try:
            self._open()
        except BaseException:
            self._journal.close()
            raise

    def _open(self) -> None:
        self._db = open_review(self.place.folder, self.place.key)
        self._following = Following(
            self._db, self._journal, owner=self.place.owner, time_zone=self.place.time_zone
        )

    def close(self) -> None:
        """Let the files go."""
        self._db.close()
        self._journal.close()

    def drop(self) -> None:
        """Throw the derived file away, once it is closed: the next `Review` begins anew."""
        with suppress(OSError):  # held open by somebody, or forbidden: then the next try says so
            drop_review(self.place.folder)

    # --- reading on --------------------------------------------------------------------------------------------

    def step(self) -> bool:
        """Read the next entries or verdicts; False when there was nothing new. Raises a `StoreFault`."""
        return self._following.step()

    @property
    def behind(self) -> int:
        """How many entries were not read yet: what is answered is without them."""
        return self._following.behind

    @property
    def until_seq(self) -> int:
        """The last entry that was read."""
        return self._following.seq

    def give_back(self) -> None:
        """Give the memory back that answers had taken, while nobody asks."""
        with own_faults():
            self._db.conn.execute("PRAGMA shrink_memory").fetchall()

    # --- the derived file --------------------------------------------------------------------------------------

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[Any]:
        """Return all rows of a query of the derived file (schema.py). Raises `ReviewDamaged`."""
        self.give_way()
        with own_faults():
            found: list[Any] = self._db.conn.execute(sql, values).fetchall()
            return found

    def row(self, sql: str, values: Sequence[Any] = ()) -> Any:
        """Return the first row of one, None where there is none."""
        self.give_way()
        with own_faults():
            return self._db.conn.execute(sql, values).fetchone()

    def stream(
        self, sql: str, values: Sequence[Any] = (), *, at_once: int = ROWS_AT_ONCE
    ) -> Iterator[list[Any]]:
        """Yield the rows of a query in lists, and give way to the station's work between them."""
        with own_faults():
            cursor = self._db.conn.execute(sql, values)
            while found := cursor.fetchmany(at_once):
                yield found
                self.give_way()

    # --- the journal -------------------------------------------------------------------------------------------

    @property
    def epoch(self) -> int:
        """Which incarnation of the device these entries are of."""
        return self.place.owner.epoch

    @property
    def listing(self) -> Listing:
        """The journal's lists: entries as they are, also those that carry others."""
        return Listing(self._journal, self.epoch, give_way=self.give_way)

    def acked_seq(self) -> int:
        """Return the number of the last entry that HQ has acknowledged."""
        return int(read_meta(self._journal, "acked_seq", 0))

    def entry(self, seq: int) -> Entry | None:
        """Return an entry, of one that carries another the other; None where there is none."""
        found = self.entries_between(seq, seq)
        return found[0] if found else None

    def entries_between(self, first_seq: int, last_seq: int) -> list[Entry]:
        """Return the entries from one number to another."""
        self.give_way()
        rows = self._journal.conn.execute(
            "SELECT body FROM journal WHERE epoch = ? AND seq BETWEEN ? AND ? ORDER BY seq",
            (self.epoch, first_seq, last_seq),
        ).fetchall()
        return [opened(read_entry(body)) for (body,) in rows]

    def entries_of(self, numbers: Sequence[int]) -> list[Entry]:
        """Return entries by their numbers, in their order."""
        self.give_way()
        rows = self._journal.conn.execute(
            "SELECT body FROM journal WHERE epoch = ? AND seq IN (SELECT value FROM json_each(?)) ORDER BY seq",
            (self.epoch, orjson.dumps(list(numbers)).decode()),
        ).fetchall()
        return [opened(read_entry(body)) for (body,) in rows]

    def words_on(self, first_seq: int, last_seq: int) -> list[Word]:
        """Return all that HQ has said of these entries, as it came."""
        rows = self._journal.conn.execute(
            "SELECT seq, verdict, codes, received_ms FROM verdict WHERE epoch = ? AND seq BETWEEN ? AND ?"
            " ORDER BY rowid",
            (self.epoch, first_seq, last_seq),
        ).fetchall()
        return [Word(seq, verdict, tuple(orjson.loads(codes)), at_ms) for seq, verdict, codes, at_ms in rows]

    # --- names and rules ---------------------------------------------------------------------------------------

    @contextmanager
    def replica(self) -> Iterator[Replica]:
        """Open the replica for reading, as long as the block lasts. Raises a `StoreFault`."""
        self.give_way()
        database = self._replica()
        try:
            yield Replica(database)
        finally:
            database.close()

    def _replica(self) -> Database:
        path = self.place.replica_path()
        try:
            return look_into_database(path, self.place.key)
        except StoreDamaged:
            newer = self.place.replica_path()  # a snapshot has just taken its place
            if newer == path:
                raise
            return look_into_database(newer, self.place.key)

    def program(self, version: int | None = None, program_hash: str = "") -> Program | None:
        """Return the newest program, or that of a version and hash; None where this station doesn't hold it."""
        if version is None:
            with self.replica() as replica:
                version = replica.document_version("program")
        if (version, program_hash) not in self._programs:
            while len(self._programs) >= PROGRAMS_MAX:
                del self._programs[next(iter(self._programs))]
            self._programs[version, program_hash] = self._read_program(version, program_hash)
        return self._programs[version, program_hash]

    def _read_program(self, version: int, program_hash: str) -> Program | None:
        with self.replica() as replica:
            body = (
                replica.document_body("program") if replica.document_version("program") == version else None
            )
        if body is None:
            return FormerPrograms(self._journal).find(version, program_hash)
        program = read_program(body)  # not that of the store's thread: those are kept by it alone
        return program if program_hash in ("", program.hash) else None
