"""The half of a sync that fetches: what changed since our place in HQ's feed, or a whole snapshot.

Rows are applied in small transactions, so that a redemption never waits long; the replica's position moves only with
the last one of a checkpoint. Whatever breaks off before leaves the position where it was, and the next pull applies the
same rows again. Nothing that HQ says is believed to be of the right form before it has been looked at.
"""

import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from itertools import groupby, islice
from typing import Any, Literal

import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from msgspec import convert

from app.core.program import ProgramInvalid
from app.station.keyset import KEYSET, signing_keys
from app.store.draft import ReplicaDraft
from app.store.journal import WordOfHq
from app.store.programs import compiled
from app.store.replica import Position
from app.store.store import StationStore
from sync.faults import ClientTooOld, HqUntrusted
from sync.protocol import PROTO, Changes, HqProtocol, MustRefetch, Row, SignedDocument, SnapshotFile
from sync.rows import DELETE, VERDICT, VerdictValues, read_block, shape_of, usable_rows
from sync.trust import check_document, key_of, read_manifest

log = logging.getLogger(__name__)

APPLY_ROWS_MAX = (
    100  # rows a transaction: a redemption never waits longer than such a chunk takes (some 10 ms)
)
SNAPSHOT_LINE_MAX = 64 << 20
PROGRAM: Literal["program"] = "program"
WORD_LENGTH_MAX = 40  # ours have at most 15 characters
NO_SET = ""  # in a position: its figures stand, but HQ's feed can't be followed from there

Runner = Callable[[Callable[[], Any]], Any]


class Puller:
    """Brings HQ's facts to a station."""

    def __init__(self, store: StationStore, hq: HqProtocol, *, run: Runner) -> None:
        """Work on `store` through `run`, which calls a function on the store's thread and returns its result."""
        self._store = store
        self._hq = hq
        self._run = run
        self._unreadable_version = 0  # of the program: not fetched again until there is a newer one
        self.skipped = 0  # rows that we could not use and that HQ hasn't heard of yet

    def pull(self) -> int:
        """Follow HQ's feed to its end, from a new snapshot if need be. Returns the number of rows."""
        position = self._run(self._position)
        is_new, rows = position is None or position.set_id == NO_SET, 0
        if is_new:
            position, rows = self._pull_snapshot()
        while True:
            changes = self._hq.changes(cursor=position.cursor, set_id=position.set_id)
            if isinstance(changes, MustRefetch) or changes.set_id != position.set_id:
                if is_new:
                    raise HqUntrusted("HQ's snapshot and its changes do not belong together")
                position, rows = self._pull_snapshot()
                is_new = True
                continue
            _check_client(changes.min_client)
            _check_progress(changes, position)
            self._pull_documents(changes)
            self._apply(changes)
            rows += len(changes.rows)
            if changes.checkpoint:
                return rows
            position = replace(position, cursor=changes.next)

    def _position(self) -> Position | None:
        return self._store.replica.position()  # asked anew each time: a snapshot swaps the replica

    def _pull_documents(self, changes: Changes) -> None:
        """Fetch keys first, then rules, when HQ has newer ones than we hold."""
        held = self._run(
            lambda: {kind: self._store.replica.document_version(kind) for kind in (KEYSET, PROGRAM)}
        )
        if changes.keyset_version > held[KEYSET]:
            self._pull_document("keyset")
        if changes.program_version > max(held[PROGRAM], self._unreadable_version):
            self._pull_document(PROGRAM)

    def _pull_document(self, kind: Literal["program", "keyset"]) -> None:
        document = self._hq.document(kind)
        if document.kind != kind:
            raise HqUntrusted(f"asked for the {kind}, got the {document.kind}")
        self._run(lambda: self._keep_document(document))

    def _keep_document(self, document: SignedDocument) -> None:
        store = self._store
        lowest = store.highest_version(document.kind)
        check_document(document, key=self._key_for(document), lowest_version=lowest)
        with store.atomic():
            store.note_version(document.kind, document.version)
        if document.kind == PROGRAM and not _is_readable(document):
            self._unreadable_version = document.version
            return
        with store.replica_atomic():
            store.replica.put_document(
                kind=document.kind,
                version=document.version,
                kid=document.kid,
                signature=document.sig,
                body=document.body,
            )

    def _key_for(self, document: SignedDocument) -> Ed25519PublicKey:
        if document.kind == KEYSET:
            return Ed25519PublicKey.from_public_bytes(self._store.device.root_key)
        return key_of(self._signing_keys(), document.kid)

    def _signing_keys(self) -> dict[str, Ed25519PublicKey]:
        body = self._store.replica.document_body(KEYSET)
        return {} if body is None else signing_keys(body)

    def _apply(self, changes: Changes) -> None:
        """Apply a page in small transactions; only the last one of a checkpoint moves the replica's position."""
        rows = iter(changes.rows)
        position = Position(changes.set_id, changes.next, changes.as_of_ms, changes.included_seq)
        chunk = list(islice(rows, APPLY_ROWS_MAX))
        while True:
            following = list(islice(rows, APPLY_ROWS_MAX))
            end = position if changes.checkpoint and not following else None
            self._run(partial(self._apply_chunk, chunk, end))
            if not following:
                return
            chunk = following

    def _apply_chunk(self, rows: list[Row], position: Position | None) -> None:
        usable = usable_rows(rows)
        self.skipped += len(rows) - len(usable)
        if position is not None:
            self._check_included(position.included_seq)
        self._keep_words([convert(row.v, VerdictValues) for row in usable if row.t == VERDICT])
        replica = self._store.replica
        with self._store.replica_atomic():
            for (op, kind, columns), alike in groupby(usable, shape_of):
                if op == DELETE:
                    for row in alike:
                        replica.delete_row(kind, row.k)
                elif kind != VERDICT:
                    replica.put_rows(kind, columns, [list((row.v or {}).values()) for row in alike])
            if position is not None:
                replica.move_to(position)

    def _keep_words(self, found: Iterable[VerdictValues]) -> None:
        """Keep HQ's later words on our entries. They come for all stations of the store."""
        store = self._store
        ours = [word for word in found if word.device == store.device.device_id]
        if ours:
            with store.atomic():
                for word in ours:
                    said = WordOfHq(word.seq, word.verdict[:WORD_LENGTH_MAX], tuple(word.codes), word.epoch)
                    self.skipped += not store.journal.append_later_word(said)

    def _check_included(self, included_seq: int) -> None:
        """Figures that claim to hold entries we never made would swallow the next ones we make."""
        if included_seq > self._store.journal.head().seq:
            raise HqUntrusted(f"HQ's figures include entry {included_seq}, which isn't ours")

    def _pull_snapshot(self) -> tuple[Position, int]:
        """Build a new replica beside the old one and switch when it is whole.

        It is filled on this thread: the store's own connections have no part in it, and nobody waits for its rows.
        """
        signed = self._hq.manifest()
        if signed.kid not in self._run(self._signing_keys):
            self._pull_document("keyset")
        manifest = read_manifest(signed, keys=self._run(self._signing_keys))
        _check_client(manifest.min_client)
        position = Position(manifest.set_id, manifest.cursor, manifest.as_of_ms, manifest.included_seq)
        draft: ReplicaDraft = self._run(self._store.begin_replica)
        try:
            words: list[VerdictValues] = []
            rows = sum(self._fill(draft, file, words) for file in manifest.files)
            draft.finish()
            self._run(lambda: self._adopt(draft, position, words))
        except BaseException:
            draft.database.close()  # its file goes when the next attempt begins
            raise
        return position, rows

    def _fill(self, draft: ReplicaDraft, file: SnapshotFile, words: list[VerdictValues]) -> int:
        packed = self._hq.snapshot(file.name)
        if hashlib.sha256(packed).hexdigest() != file.sha256:
            raise HqUntrusted(f"{file.name} is not the file that the manifest names")
        try:
            with zstandard.ZstdDecompressor().stream_reader(packed) as reader:
                return sum(self._fill_line(draft, line, words) for line in _lines(reader))
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
        self._store.adopt_replica(draft)


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


def _is_readable(document: SignedDocument) -> bool:
    """Tell whether this program is one that we can decide by; if not, the one before stays until it expires."""
    try:
        program = compiled(document.version, document.sig, lambda: document.body)
        return program.version == document.version
    except ProgramInvalid as problem:
        log.warning("program %s can't be used by this version of Tillside: %s", document.version, problem)
        return False


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
