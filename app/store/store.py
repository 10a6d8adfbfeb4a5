"""A station's store: its folder, keys, journal and replica, opened together and checked before anything is decided.

<folder>/store.json     which key store holds the keys, and under which name; nothing secret
<folder>/journal.db     journal, effects, verdicts and who we are, in one file, so that one commit is one commit
<folder>/replica-N.db   HQ's facts; a new snapshot becomes N+1 and the journal's `replica` fact says which is valid

A damaged journal stops the station, and nothing of it is touched. A damaged replica is set aside: HQ has its facts, and
an empty one asks for a new snapshot.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from sqlite_utils import Database

from app.clock import Clock
from app.core.chain import Head
from app.core.guesses import Guesses
from app.core.standing import Standing, read_standing
from app.store.checking import Check, check_since, hold_against
from app.store.db import (
    DatabaseError,
    Transaction,
    atomic,
    check_pages,
    look_into_database,
    open_database,
)
from app.store.device import Device, former_stores, read_card, read_device
from app.store.draft import ReplicaDraft, replica_name
from app.store.enrolments import Enrolments
from app.store.faults import StoreDamaged, StoreFault
from app.store.former_programs import FormerPrograms
from app.store.journal import Journal
from app.store.keystore import (
    MARK_EVERY_MS,
    KeyStore,
    forget_keys,
    load_keys,
    load_mark,
    load_pepper,
    load_verified,
    save_mark,
    save_pepper,
    save_verified,
)
from app.store.leases import Leases
from app.store.lock import StoreLock
from app.store.meta import read_meta, write_meta
from app.store.migrate import migrate, refuse_newer
from app.store.pin_tries import PinTries
from app.store.replica import Replica
from app.store.replica_file import drop_old_copies, drop_stale_replicas, open_replica
from app.store.staff_words import PeopleHere, StaffWords
from app.store.stops import KeptStops
from app.store.timekeeper import SigningClock, TimeKeeper
from app.store.verifying import NOTHING, Reached
from app.store.versions import Versions

log = logging.getLogger(__name__)

JOURNAL = "journal.db"
LOCK = "lock"
# Of a file: some four thousand entries, of which all are looked at in a tenth of a second.
LARGE_BYTES = 8 << 20


class _Recording(Transaction):
    """A transaction on a journal's file, of which the store is told how it ended."""

    __slots__ = ("_store",)

    def __init__(self, store: "StationStore") -> None:
        super().__init__(store._db.conn)
        self._store = store

    def __exit__(self, kind: type[BaseException] | None, *problem: object) -> None:
        is_committed = False
        try:
            super().__exit__(kind, *problem)
            is_committed = kind is None
        finally:
            self._store._ended(is_committed=is_committed)


class StationStore:
    """An open store. Everything in it belongs to one thread."""

    def __init__(
        self,
        folder: Path,
        *,
        key_store: KeyStore,
        clock: Clock,
        check: Check = Check.EVERYTHING,
        is_alone: bool = False,
    ) -> None:
        """Open and check the store at `folder`. Raises a `StoreFault` that says why it can't be used.

        With `is_alone` nobody may look into it while it is open, which makes each statement cheaper.
        """
        self.folder = folder
        self.is_alone = is_alone
        self.clock = clock
        self.check = check
        self.is_journal_whole = self.is_replica_whole = True  # all of it was looked at when it was opened
        self.guesses = Guesses()
        self._key_store = key_store
        self._name = read_card(folder).name
        self.keys = load_keys(key_store, self._name)
        self._mark: Head | None = None
        self._pepper: bytes | None = None  # as far as it is known
        self.verified = NOTHING
        self._marked_ms = clock.boot_ms()
        self._gone: StoreFault | None = None  # erased
        self._lock = StoreLock(folder / LOCK)
        try:
            self._open()
            drop_stale_replicas(self.replica_path)
        except BaseException:
            self._lock.release()
            raise

    def _open(self) -> None:
        self._standing: Standing | None = None  # as far as it is known
        self._mark = load_mark(self._key_store, self._name)
        self._noted = load_verified(self._key_store, self._name)
        is_trusted = self.check.trusts_journal(self.folder / JOURNAL, mark=self._mark, noted=self._noted)
        if not is_trusted:
            self.verified = self._check()
        self._db = open_database(self.folder / JOURNAL, self.keys.database, is_alone=self.is_alone)
        try:
            migrate(self._db, "journal")
            self.device = read_device(self._db)
            self.time = TimeKeeper(self._db, self.clock, store_id=self.device.store_id)
            self.journal = self._journal_in(self._db, self.device, time=self.time)
            self.stops = KeptStops(self._db)
            self.staff_words = StaffWords(self._db, epoch=self.device.epoch)
            if is_trusted and self._mark is not None:
                noted = self._noted if self.check is Check.BESIDE else None
                self.verified = check_since(self.journal, mark=self._mark, noted=noted)
            self._replica_db = self._open_replica()
            self.replica = Replica(self._replica_db)
            with suppress(DatabaseError):  # no room for it: with the next member who is forgotten
                self.replica.fold_wal()  # whoever died may have forgotten a member and not come that far
        except BaseException:
            self._db.close()
            raise
        self.is_journal_whole = not is_trusted
        self._is_open = True
        if self.check is Check.SINCE_MARK:
            self.check = Check.EVERYTHING  # after a fault nothing is taken on trust
        elif self.check is Check.BESIDE:
            self.note_verified(self.verified)

    def _check(self) -> Reached:
        """Look at the journal without touching it. The columns of its entries are the same in every form."""
        database = look_into_database(self.folder / JOURNAL, self.keys.database)
        try:
            if refuse_newer(database, "journal") == 0:
                raise StoreDamaged("the journal is empty")
            check_pages(database)
            journal = self._journal_in(database, read_device(database))
            reached = journal.verification().finish()
            hold_against(journal, reached.head, self._mark)
        except DatabaseError as problem:  # a table of ours is missing
            raise StoreDamaged(str(problem)) from problem
        finally:
            database.close()
        return reached

    def _journal_in(self, database: Database, device: Device, *, time: TimeKeeper | None = None) -> Journal:
        sign, clock = self.keys.sign, self.clock
        return Journal(database, owner=device.owner, nonce=device.nonce, key=sign, clock=clock, time=time)

    def _open_replica(self, *, is_doubted: bool = False) -> Database:
        self.replica_path = self.folder / replica_name(read_meta(self._db, "replica"))
        is_trusted = self.check.trusts_replica(self.replica_path) and not is_doubted
        self.is_replica_whole = not is_trusted
        key, is_alone = self.keys.database, self.is_alone
        return open_replica(self.replica_path, key, is_alone=is_alone, is_trusted=is_trusted)

    def renew_replica(self) -> None:
        """Look at every page of a replica that is said to be damaged, and go on with an empty one if it is."""
        self._replica_db.close()
        self._replica_db = self._open_replica(is_doubted=True)
        self.replica = Replica(self._replica_db)

    def reopen(self) -> None:
        """After a fault: drop the connections and check everything anew before the next decision."""
        if self._gone is not None:
            raise self._gone
        self._close_files()
        self._open()

    def let_go_for_good(self, fault: StoreFault, *, former: Sequence[str] = ()) -> None:
        """Forget keys and mark: nobody can open these files again, and each later use ends in `fault`.

        So too of the `former` stores of this station, by their names in the key store.
        """
        for name in (*former, self._name):
            forget_keys(self._key_store, name)
        self._gone = fault
        self._close_files()
        self._lock.release()

    def spare_disk(self) -> None:
        """Wait for the disk no more: a power cut may then take everything. Only for a station that is thrown away."""
        for database in (self._db, self._replica_db):
            database.execute("PRAGMA synchronous = OFF")

    @property
    def is_gone(self) -> bool:
        """Whether it was erased: nobody may read its files any more, whoever still holds them open."""
        return self._gone is not None

    def close(self) -> None:
        """Note the mark and let the store go."""
        try:
            if self._is_open:  # not after a `reopen` that failed: then the mark stays where it was
                self.note_mark()
        finally:
            self._close_files()
            self._lock.release()

    def _close_files(self) -> None:
        self._is_open = False
        self._db.close()
        self._replica_db.close()

    def note_mark(self) -> None:
        """Save the mark if the key store lets us: an older mark is a weaker watch, but no reason to stop."""
        try:
            self.save_mark()
        except StoreFault as fault:
            log.info("the mark could not be saved: %s", fault)

    def note_verified(self, reached: Reached) -> None:
        """Note in the key store how far the journal was verified, if it lets us: else the next start has more to do."""
        self.verified = reached
        if reached != self._noted and self._is_open:
            try:
                save_verified(self._key_store, self._name, reached)
                self._noted = reached
            except StoreFault as fault:
                log.info("what was verified could not be noted: %s", fault)

    def distrust(self) -> None:
        """The journal was found damaged: nothing is noted as good any more, and the next start looks at everything."""
        self.note_verified(NOTHING)
        self._is_open = False

    def save_mark(self) -> None:
        """Note in the key store how far the journal has come, so that an older copy of it is found out."""
        head, self._marked_ms = self.journal.head(), self.clock.boot_ms()  # not again at once if it fails
        if head != self._mark:
            save_mark(self._key_store, self._name, head)
            self._mark = head

    def atomic(self) -> AbstractContextManager[None]:
        """One transaction on the journal's file."""
        return _Recording(self)

    def _ended(self, *, is_committed: bool) -> None:
        """Take note of how a transaction ended."""
        self.time.ended(is_committed=is_committed)
        if not is_committed:
            self.journal.forget_head()
        elif not self.is_alone and self.time.boot_ms - self._marked_ms >= MARK_EVERY_MS:
            self.note_mark()

    def now_ms(self) -> int:
        """Return effective time (UTC ms), which use cases go by: it never goes back, whatever the clock does."""
        return self.time.now_ms()

    @property
    def signing_clock(self) -> Clock:
        """The clock to sign requests by: HQ's time as far as it is known, though the machine's may be wrong."""
        return SigningClock(self.clock, self._signing_ms)

    def _signing_ms(self) -> int:
        return self.time.signing_ms()  # asked anew each time: a `reopen` makes another

    def settle_time(self) -> None:
        """Record a jump of the clock that no entry tells of yet."""
        if self.time.has_jumped():
            with self.atomic():
                self.journal.append([])

    @property
    def standing(self) -> Standing:
        """How this station stands with HQ, as far as that lasts (see core.standing)."""
        if self._standing is None:  # asked at each order, and nobody else writes it
            self._standing = read_standing(read_meta(self._db, "standing"))
        return self._standing

    def set_standing(self, standing: Standing) -> None:
        """Keep how this station stands, unless what stands already is graver. Opens its own transaction."""
        if standing is not self.standing and standing.outweighs(self.standing):
            with self.atomic():
                write_meta(self._db, standing=standing.value)
            self._standing = standing

    def heal_standing(self, *healed: Standing) -> None:
        """Stand well again, if it was one of these. Opens its own transaction."""
        if self.standing in healed:
            with self.atomic():
                write_meta(self._db, standing=Standing.GOOD.value)
            self._standing = Standing.GOOD

    @contextmanager
    def replica_atomic(self) -> Iterator[None]:
        """One transaction on the replica's file."""
        with atomic(self._replica_db):
            yield

    def acked_seq(self) -> int:
        """Return the number of the last entry that HQ has acknowledged by its hash."""
        return int(read_meta(self._db, "acked_seq", 0))

    def set_acked_seq(self, seq: int) -> None:
        """Move the acknowledged number. Call it inside `atomic`; back too, when HQ was restored from a backup."""
        write_meta(self._db, acked_seq=seq)

    def waiting_count(self) -> int:
        """Return how many entries wait for HQ."""
        return self.journal.head().seq - self.acked_seq()

    @property
    def leases(self) -> Leases:
        """What HQ has set aside for this station."""
        return Leases(self._db, epoch=self.device.epoch)

    @property
    def enrolments(self) -> Enrolments:
        """What new members said of themselves, sealed, until HQ has it."""
        return Enrolments(self._db)

    @property
    def people(self) -> PeopleHere:
        """Who works in this store, with what managers have changed here."""
        return PeopleHere(self.replica, self.staff_words)

    @property
    def former_programs(self) -> FormerPrograms:
        """The rules that older orders were made under."""
        return FormerPrograms(self._db)

    @property
    def pin_tries(self) -> PinTries:
        """How often PINs were tried on this station."""
        return PinTries(self._db)

    @property
    def pepper(self) -> bytes | None:
        """What PINs of this store's staff rest on, from the key store; None before HQ has sent it, or while locked."""
        if self._pepper is None:
            try:
                self._pepper = load_pepper(self._key_store, self._name)
            except StoreFault as fault:
                log.info("the pepper can't be read: %s", fault)
        return self._pepper

    def keep_pepper(self, pepper: bytes) -> None:
        """Keep the pepper that HQ sent, with the keys and never in a database. Raises a `StoreFault`."""
        save_pepper(self._key_store, self._name, pepper)
        self._pepper = pepper

    @property
    def versions(self) -> Versions:
        """The highest versions of signed documents ever seen, whatever replica comes."""
        return Versions(self._db)

    def trust_root(self, root_key: bytes) -> None:
        """Believe HQ's new root key from now on, which the one before vouched for. Call it inside `atomic`."""
        write_meta(self._db, root_key=root_key)
        self.device = replace(self.device, root_key=root_key)

    def begin_replica(self) -> ReplicaDraft:
        """Start a replica beside the present one, for a new snapshot."""
        return ReplicaDraft(
            self.folder, read_meta(self._db, "replica") + 1, key=self.keys.database, is_alone=self.is_alone
        )

    def adopt_replica(self, draft: ReplicaDraft) -> None:
        """Make a draft the valid replica: one commit moves the pointer."""
        draft.finish()
        with self.atomic():
            write_meta(self._db, replica=draft.number)
        self._replica_db.close()
        self._replica_db, self.replica_path = draft.database, self.folder / replica_name(draft.number)
        self.replica = Replica(draft.database)
        drop_stale_replicas(self.replica_path)

    def forget_copies(self) -> None:
        """Members are taken out of the replica: let no other file still name them."""
        drop_old_copies(self.folder, former_stores(self.folder))
