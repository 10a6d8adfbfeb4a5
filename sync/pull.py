"""The half of a sync that fetches: keys and rules first, then what changed in HQ's feed, or a whole snapshot.

Rows are applied in small transactions, so that a redemption never waits long; the replica's position moves only with
the last one of a checkpoint. Whatever breaks off before leaves the position where it was, and the next pull applies the
same rows again; until then each row says itself which of our entries its figures include. Nothing that HQ says is
believed to be of the right form before it has been looked at.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from io import BytesIO
from itertools import groupby, islice
from typing import Any

import zstandard
from msgspec import convert

from app.store.draft import ReplicaDraft
from app.store.journal import WordOfHq
from app.store.replica import Position
from app.store.replica_rows import ALIAS, MEMBER
from app.store.store import StationStore
from app.store.versions import SNAPSHOT
from sync.documents import Documents, Runner
from sync.faults import ClientTooOld, HqUntrusted
from sync.loading import Loading
from sync.protocol import (
    CHANGES_ROWS_BEHIND,
    CHANGES_ROWS_MAX,
    CLOCK_WINDOW_MS,
    PROTO,
    Changes,
    HqProtocol,
    Manifest,
    MustRefetch,
    Row,
    SnapshotFile,
)
from sync.rows import DELETE, VERDICT, VerdictValues, read_block, shape_of, usable_rows
from sync.trust import read_manifest

APPLY_ROWS_MAX = (
    100  # rows a transaction: a redemption never waits longer than such a chunk takes (some 10 ms)
)
SNAPSHOT_LINE_MAX = 64 << 20
WORD_LENGTH_MAX = 40  # ours have at most 15 characters
PAGES_BRISK = 4  # of the usual size, of which the line has each within seconds; then larger ones
PAGES_MAX = 12  # 72,000 rows: from there on a snapshot is less to read
NO_SET = ""  # in a position: its figures stand, but HQ's feed can't be followed from there


class Puller:
    """Brings HQ's facts to a station."""

    def __init__(
        self, store: StationStore, hq: HqProtocol, *, run: Runner, loading: Loading | None = None
    ) -> None:
        """Work on `store` through `run`, which calls a function on the store's thread and returns its result.

        `loading` is told how far a snapshot is.
        """
        self._loading = loading or Loading()
        self._store = store
        self._hq = hq
        self._run = run
        self.documents = Documents(store, hq, run=run)
        self.update_by_ms: int | None = None  # until then HQ gives facts to a program as old as this
        self.skipped = 0  # rows that we could not use and that HQ hasn't heard of yet
        self._words: list[VerdictValues] = []  # HQ's later words that came ahead of a checkpoint

    def pull(self) -> int:
        """Follow HQ's feed to its end, from a new snapshot if need be. Returns the number of rows.

        An HQ that writes faster than we read could keep the end from us for ever, and only there do the figures belong
        together. So pages grow, and where even that does not help, a snapshot is such a moment.

        A program that was refused on the way is said at the end: see `Documents.follow`.
        """
        self.documents.forget()
        rows = self._pull()
        self.documents.tell()
        return rows

    def _pull(self) -> int:
        self._words = []
        position = self._run(self.position)
        is_new, rows = position is None or position.set_id == NO_SET, 0
        if is_new:
            position, rows = self._pull_snapshot()
        pages = 0
        while True:
            if pages == PAGES_MAX:
                if is_new:
                    return rows  # the snapshot was a checkpoint: the next pull goes on from there
                (position, rows), is_new, pages = self._pull_snapshot(), True, 0
            limit = CHANGES_ROWS_MAX if pages < PAGES_BRISK else CHANGES_ROWS_BEHIND
            changes = self._hq.changes(cursor=position.cursor, set_id=position.set_id, limit=limit)
            pages += 1
            if isinstance(changes, MustRefetch) or changes.set_id != position.set_id:
                if is_new:
                    raise HqUntrusted("HQ's snapshot and its changes do not belong together")
                position, rows = self._pull_snapshot()
                is_new = True
                continue
            self.documents.follow(
                keyset_version=changes.keyset_version,
                program_version=changes.program_version,
                stops_version=changes.stops_version,
            )
            self.documents.follow_brand(changes.brand_version)
            self.update_by_ms = changes.update_by_ms if changes.next_client > PROTO else None
            _check_client(changes.min_client)
            _check_progress(changes, position)
            self._apply(changes)
            rows += len(changes.rows)
            if changes.checkpoint:
                return rows
            position = replace(position, cursor=changes.next)

    def position(self) -> Position | None:
        """Return where the replica stands. On the store's thread."""
        return self._store.replica.position()  # asked anew each time: a snapshot swaps the replica

    def _apply(self, changes: Changes) -> None:
        """Apply a page in small transactions; only the last one of a checkpoint moves the replica's position."""
        rows, included_seq = iter(changes.rows), self._included(changes)
        position = Position(changes.set_id, changes.next, changes.as_of_ms, included_seq)
        chunk = list(islice(rows, APPLY_ROWS_MAX))
        while True:
            following = list(islice(rows, APPLY_ROWS_MAX))
            end = position if changes.checkpoint and not following else None
            self._run(partial(self._apply_chunk, chunk, included_seq, end))
            if not following:
                return
            chunk = following

    def _apply_chunk(self, rows: list[Row], included_seq: int, position: Position | None) -> None:
        """Apply rows. What their figures include is kept with each, since the position moves only with the last.

        HQ's words on entries wait for that, too: an entry that is posted at last counts here until all figures have it.
        """
        usable = usable_rows(rows)
        self.skipped += len(rows) - len(usable)
        self._check_included(included_seq)
        self._words += [convert(row.v, VerdictValues) for row in usable if row.t == VERDICT]
        if position is not None:
            self._keep_words(self._words)
            self._words = []
        replica = self._store.replica
        is_forgetting = any(row.op == DELETE and row.t in (MEMBER, ALIAS) for row in usable)
        if is_forgetting:
            self._store.forget_copies()  # before the rows go: whoever dies in between gets them again
        with self._store.replica_atomic():
            for (op, kind, columns), alike in groupby(usable, shape_of):
                if op == DELETE:
                    for row in alike:
                        replica.delete_row(kind, row.k)
                elif kind != VERDICT:
                    values = [list((row.v or {}).values()) for row in alike]
                    replica.put_rows(kind, columns, values, included_seq=included_seq)
            if position is not None:
                replica.move_to(position)
        if is_forgetting:
            replica.fold_wal()  # whoever dies before it does it at the next start

    def _keep_words(self, found: Iterable[VerdictValues]) -> None:
        """Keep HQ's later words on our entries. They come for all stations of the store, and for epochs of before."""
        store = self._store
        us = (store.device.device_id, store.device.epoch)
        ours = [word for word in found if (word.device, word.epoch) == us]
        if ours:
            with store.atomic():
                for word in ours:
                    said = WordOfHq(word.seq, word.verdict[:WORD_LENGTH_MAX], tuple(word.codes), word.epoch)
                    self.skipped += not store.journal.append_later_word(said)

    def _included(self, told: Changes | Manifest) -> int:
        """Return the last entry of our present epoch that HQ's figures include: of an earlier one they have none."""
        epoch = self._store.device.epoch
        if told.included_epoch > epoch:
            raise HqUntrusted(
                f"HQ's figures include entries of epoch {told.included_epoch}, which isn't ours"
            )
        return told.included_seq if told.included_epoch == epoch else 0

    def _check_included(self, included_seq: int) -> None:
        """Figures that claim to hold entries we never made would swallow the next ones we make."""
        if included_seq > self._store.journal.head().seq:
            raise HqUntrusted(f"HQ's figures include entry {included_seq}, which isn't ours")

    def _pull_snapshot(self) -> tuple[Position, int]:
        """Build a new replica beside the old one and switch when it is whole.

        It is filled on this thread: the store's own connections have no part in it, and nobody waits for its rows.
        """
        manifest = self._manifest()
        position = Position(manifest.set_id, manifest.cursor, manifest.as_of_ms, self._included(manifest))
        self._loading.begin(file.size for file in manifest.files)
        draft: ReplicaDraft = self._run(self._store.begin_replica)
        try:
            words: list[VerdictValues] = []
            rows = sum(self._fill(draft, file, words) for file in manifest.files)
            draft.finish()
            self._run(lambda: self._adopt(draft, position, words))
        except BaseException:
            draft.drop()
            raise
        return position, rows

    def _manifest(self) -> Manifest:
        """Return what HQ's snapshot is made of. The newest keys come before it, the rules it names before its files."""
        self.documents.pull_keys_if_newer()
        manifest = read_manifest(self._hq.manifest(), keys=self._run(self.documents.signing_keys))
        lowest_ms = self._run(lambda: self._store.versions.highest(SNAPSHOT)) - CLOCK_WINDOW_MS
        if manifest.as_of_ms < lowest_ms:
            raise HqUntrusted(f"a snapshot of {manifest.as_of_ms}, and one of {lowest_ms} was seen before")
        self.documents.follow(
            keyset_version=manifest.keyset_version,
            program_version=manifest.program_version,
            stops_version=manifest.stops_version,
        )
        _check_client(manifest.min_client)
        return manifest

    def _fill(self, draft: ReplicaDraft, file: SnapshotFile, words: list[VerdictValues]) -> int:
        packed = self._hq.snapshot(file.name)
        if hashlib.sha256(packed).hexdigest() != file.sha256:
            raise HqUntrusted(f"{file.name} is not the file that the manifest names")
        try:
            rows, source = 0, BytesIO(packed)
            with zstandard.ZstdDecompressor().stream_reader(source) as reader:
                for line in _lines(reader):
                    rows += self._fill_line(draft, line, words)
                    self._loading.filled(len(packed), source.tell())
            self._loading.end_file(file.size)
            return rows
        except zstandard.ZstdError as problem:
            raise HqUntrusted(f"{file.name} is not whole zstd") from problem

    def _fill_line(self, draft: ReplicaDraft, line: bytes, words: list[VerdictValues]) -> int:
        """Put a line's rows into the draft; HQ's words on entries go into the journal once the rest is whole."""
        block = read_block(line)
        self.skipped += block.skipped
        if block.t == VERDICT:
            words += [convert(dict(zip(block.cols, row, strict=True)), VerdictValues) for row in block.rows]
        else:
            with draft.atomic():
                draft.replica.put_rows(block.t, block.cols, block.rows)
        return len(block.rows)

    def _adopt(self, draft: ReplicaDraft, position: Position, words: list[VerdictValues]) -> None:
        self._check_included(position.included_seq)
        self._keep_words(words)
        with draft.atomic():
            draft.replica.copy_documents_from(self._store.replica)
            draft.replica.move_to(position)
        store = self._store
        # HQ's clock may be wrong for a day, and ours by its word: what it says then is not to keep us out afterwards.
        moment = min(position.as_of_ms, min(store.now_ms(), store.clock.now_ms()) + CLOCK_WINDOW_MS)
        with store.atomic():
            store.versions.note(SNAPSHOT, moment)
        store.adopt_replica(draft)


def _check_progress(changes: Changes, position: Position) -> None:
    is_stuck = changes.next == position.cursor and not changes.checkpoint
    if is_stuck or changes.next < position.cursor:
        raise HqUntrusted("HQ's changes do not get on")


def _check_client(min_client: int) -> None:
    """Stop before facts that only a newer program may decide by. What we hold stays good until it expires."""
    if min_client > PROTO:
        raise ClientTooOld(
            f"HQ gives facts to stations from framing {min_client} on; this one speaks {PROTO}"
        )


def _lines(reader: Any) -> Iterator[bytes]:
    """Yield the lines of a stream, none of them longer than a block of rows may be."""
    rest = b""
    while chunk := reader.read(1 << 16):
        *whole, rest = (rest + chunk).split(b"\n")
        yield from (line for line in whole if line)
        if len(rest) > SNAPSHOT_LINE_MAX:
            raise HqUntrusted("a line of the snapshot is too long")
    if rest:
        yield rest
