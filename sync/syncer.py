"""One sync: push what waits, pull what changed, with every step small and in order. No sleep, no thread, no clock.

Store work goes through `run`, which the station points at its store thread: the network never holds the database,
and the database never waits for the network. Pushing comes first, so the balances pulled hold our own entries.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any

import orjson
import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from app.core.chain import Head
from app.station.keyset import KEYSET, signing_keys
from app.store.journal import WordOfHq
from app.store.replica import Position
from app.store.store import ReplicaDraft, StationStore
from sync.faults import HqUntrusted
from sync.protocol import (
    BATCH_BYTES_MAX,
    BATCH_ENTRIES_MAX,
    Changes,
    ClockWire,
    HeadWire,
    HqProtocol,
    Manifest,
    MustRefetch,
    PushAnswer,
    PushRefusal,
    PushRefusalKind,
    PushRequest,
    Row,
    SignedDocument,
)
from sync.trust import check_document, check_manifest, key_of

APPLY_ROWS_MAX = (
    200  # rows a transaction: a redemption never waits longer than such a chunk takes (some 10 ms)
)
GAPS_MAX = (
    3  # HQ may name a gap once after a restore; more often means that the two ends talk past each other
)
SNAPSHOT_LINE_MAX = 64 << 20
PROGRAM = "program"
SOFTWARE = "tillside 0.1.0"

Runner = Callable[[Callable[[], Any]], Any]


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a sync did. `refusal` is set when HQ stopped the queue (see `PushRefusalKind`)."""

    pushed: int
    pulled: int
    refusal: PushRefusal | None = None


class Syncer:
    """Station and HQ, brought together."""

    def __init__(self, store: StationStore, hq: HqProtocol, *, run: Runner) -> None:
        """Work on `store` through `run`, which calls a function on the store's thread and returns its result."""
        self._store = store
        self._hq = hq
        self._run = run

    def sync(self) -> SyncReport:
        """Push, then pull. Raises `HqFault` or `StoreFault`; what was done until then stays done."""
        report = self.push()
        if report.refusal is not None:
            return report
        pulled = self.pull()
        self._run(self._store.save_mark)
        return SyncReport(report.pushed, pulled)

    def push(self) -> SyncReport:
        """Send all entries that wait; with none it is a heartbeat."""
        pushed = gaps = 0
        while True:
            request = self._run(self._next_push)
            answer = self._hq.push(request)
            if isinstance(answer, PushRefusal):
                gaps += 1
                if answer.kind is not PushRefusalKind.GAP or gaps > GAPS_MAX:
                    return SyncReport(pushed, 0, answer)
                self._run(partial(self._go_back, answer))
                continue
            waiting = self._run(partial(self._acknowledge, answer))
            pushed += len(request.entries)
            if not waiting:
                return SyncReport(pushed, 0)

    def pull(self) -> int:
        """Fetch what changed; the first time, or when HQ says so, the whole snapshot. Returns the number of rows."""
        position = self._run(lambda: self._store.replica.position())  # noqa: PLW0108 the replica may have been swapped
        if position is None:
            return self._pull_snapshot()
        rows = 0
        cursor = position.cursor
        while True:
            changes = self._hq.changes(cursor=cursor, set_id=position.set_id)
            if isinstance(changes, MustRefetch) or changes.set_id != position.set_id:
                return self._pull_snapshot()
            self._pull_documents(changes)
            self._apply(changes)
            rows += len(changes.rows)
            if changes.checkpoint:
                return rows
            if changes.next <= cursor:
                raise HqUntrusted("HQ's changes do not get on")
            cursor = changes.next

    def _next_push(self) -> PushRequest:
        store = self._store
        waiting = store.journal.waiting(
            after_seq=store.acked_seq(), entries_max=BATCH_ENTRIES_MAX, bytes_max=BATCH_BYTES_MAX
        )
        position = store.replica.position()
        return PushRequest(
            epoch=store.device.epoch,
            boot=store.clock.boot_id(),
            sw=SOFTWARE,
            from_seq=waiting.from_seq,
            prev_hash=waiting.prev_hash,
            entries=list(waiting.bodies),
            head=HeadWire(seq=waiting.head.seq, hash=waiting.head.hash, sig=waiting.signature),
            clock=ClockWire(wall_ms=store.clock.now_ms(), boot_ms=store.clock.boot_ms()),
            pull_cursor=position.cursor if position else 0,
            program_version=store.replica.document_version(PROGRAM),
        )

    def _acknowledge(self, answer: PushAnswer) -> int:
        """Move our mark of what HQ holds, only over entries whose hash HQ names. Returns how many still wait."""
        store = self._store
        head = store.journal.head()
        if answer.acked_seq > head.seq or store.journal.at(answer.acked_seq) != Head(
            answer.acked_seq, answer.acked_hash
        ):
            raise HqUntrusted(f"HQ acknowledges an entry {answer.acked_seq} that isn't ours")
        words = [WordOfHq(result.seq, result.verdict, tuple(result.codes)) for result in answer.results]
        with store.atomic():
            store.journal.append_verdicts(words)
            store.set_acked_seq(answer.acked_seq)
        return head.seq - answer.acked_seq

    def _go_back(self, gap: PushRefusal) -> None:
        """HQ holds less than we thought (it was restored from a backup): send again from where it stands."""
        store = self._store
        expected = Head(gap.expect - 1, gap.hash)
        if not 0 <= expected.seq <= store.journal.head().seq or store.journal.at(expected.seq) != expected:
            raise HqUntrusted(f"HQ expects entry {gap.expect} of a journal that isn't ours")
        with store.atomic():
            store.set_acked_seq(expected.seq)

    def _pull_documents(self, changes: Changes) -> None:
        """Fetch keys first, then rules, when HQ has newer ones than we hold."""
        held = self._run(
            lambda: {kind: self._store.replica.document_version(kind) for kind in (KEYSET, PROGRAM)}
        )
        if changes.keyset_version > held[KEYSET]:
            self._pull_document(KEYSET)
        if changes.program_version > held[PROGRAM]:
            self._pull_document(PROGRAM)

    def _pull_document(self, kind: Any) -> None:
        document = self._hq.document(kind)
        self._run(lambda: self._keep_document(document))

    def _keep_document(self, document: SignedDocument) -> None:
        store = self._store
        lowest = store.highest_version(document.kind)
        check_document(document, key=self._key_for(document), lowest_version=lowest)
        with store.atomic():
            store.note_version(document.kind, document.version)
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
        replica = self._store.replica
        with self._store.replica_atomic():
            for row in rows:
                if row.op == "del":
                    replica.delete_row(row.t, row.k)
                elif row.v is not None:
                    replica.put_row(row.t, row.v)
            if position is not None:
                replica.move_to(position)

    def _pull_snapshot(self) -> int:
        """Build a new replica beside the old one and switch when it is whole."""
        manifest = self._hq.manifest()
        if self._run(lambda: self._store.replica.document_version(KEYSET)) == 0:
            self._pull_document(KEYSET)
        check_manifest(manifest, keys=self._run(self._signing_keys))
        draft: ReplicaDraft = self._run(self._store.begin_replica)
        rows = sum(self._fill(draft, file.name, file.sha256) for file in manifest.files)
        self._run(lambda: self._adopt(draft, manifest))
        self._pull_document(PROGRAM)
        return rows

    def _fill(self, draft: ReplicaDraft, name: str, sha256: str) -> int:
        packed = self._hq.snapshot(name)
        if hashlib.sha256(packed).hexdigest() != sha256:
            raise HqUntrusted(f"{name} is not the file that the manifest names")
        count = 0
        with zstandard.ZstdDecompressor().stream_reader(packed) as reader:
            for line in _lines(reader):
                count += self._run(partial(_fill_line, draft, line))
        return count

    def _adopt(self, draft: ReplicaDraft, manifest: Manifest) -> None:
        with draft.atomic():
            draft.replica.copy_documents_from(self._store.replica)
            draft.replica.move_to(
                Position(manifest.set_id, manifest.cursor, manifest.as_of_ms, manifest.included_seq)
            )
        self._store.adopt_replica(draft)


def _fill_line(draft: ReplicaDraft, line: bytes) -> int:
    block = orjson.loads(line)
    with draft.atomic():
        draft.replica.put_rows(block["t"], block["cols"], block["rows"])
    return len(block["rows"])


def _lines(reader: Any) -> Any:
    """Yield the lines of a stream, none of them longer than a block of rows may be."""
    rest = b""
    while chunk := reader.read(1 << 16):
        *whole, rest = (rest + chunk).split(b"\n")
        yield from (line for line in whole if line)
        if len(rest) > SNAPSHOT_LINE_MAX:
            raise HqUntrusted("a line of the snapshot is too long")
    if rest:
        yield rest
