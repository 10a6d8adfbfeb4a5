"""Members by the million, made up: as a snapshot on disk, as pages of the feed, and an HQ that hands these out."""

import hashlib
import random
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import zstandard
from msgspec.json import decode, encode

from app.clock import ResumedClock
from app.core.canonical import canonical
from app.ids import ref_of
from app.store.replica import Position
from app.store.store import StationStore
from hq.snapshot import ROWS_A_LINE, ZSTD_LEVEL
from sync.protocol import (
    CHANGES_ROWS_MAX,
    Changes,
    Manifest,
    Row,
    SignedDocument,
    SignedManifest,
    SnapshotFile,
    document_message,
    manifest_message,
)
from tests.builders import NOW_MS, a_signing_key, a_store

SET_ID = "bench"
COLUMNS = ("ref", "number_hash", "name", "tier", "segments", "balance", "state")
SYLLABLES = (
    "an",
    "be",
    "ca",
    "da",
    "el",
    "fi",
    "gé",
    "ha",
    "il",
    "jo",
    "ka",
    "lu",
    "mi",
    "no",
    "ol",
    "pe",
    "rø",
    "su",
)
INITIALS = "ABCDEFGHIJKLMNOPRSTUVWZ"
TWO_NAMES = 0.08  # of all members have a second given name


@dataclass(frozen=True)
class Members:
    """What can be asked for: references, hashed numbers and names, in the order of the members."""

    refs: list[str]
    numbers: list[str]
    names: list[str]


def station(folder: Path) -> StationStore:
    """Return a new station that has rules and keys and no members."""
    return a_store(folder / "store", clock=ResumedClock(NOW_MS))


def write_snapshot(path: Path, count: int) -> Members:
    """Write a snapshot as HQ does: lines of rows in the order of their references, packed."""
    chance = random.Random(count)
    refs = sorted(ref_of(raw.to_bytes(8, "big")) for raw in {chance.getrandbits(64) for _ in range(count)})
    numbers = [hashlib.sha256(ref.encode()).hexdigest()[:32] for ref in refs]
    names = [_name(chance) for _ in refs]
    members = Members(refs, numbers, names)
    with path.open("wb") as file, zstandard.ZstdCompressor(level=ZSTD_LEVEL).stream_writer(file) as writer:
        for start in range(0, len(refs), ROWS_A_LINE):
            rows = [_row(members, at, chance) for at in range(start, min(start + ROWS_A_LINE, len(refs)))]
            writer.write(encode({"t": "member", "cols": COLUMNS, "rows": rows}) + b"\n")
    return members


def feed_pages(members: Members, rows: int) -> list[bytes]:
    """Return pages of the feed as they come from HQ, in which members all over the store have new balances."""
    chance = random.Random(rows)
    changed = chance.sample(range(len(members.refs)), min(rows, len(members.refs)))
    wire = [
        Row(t="member", k=members.refs[at], v=dict(zip(COLUMNS, _row(members, at, chance), strict=True)))
        for at in changed
    ]
    starts = range(0, len(wire), CHANGES_ROWS_MAX)
    return [
        encode(_page(wire[start : start + CHANGES_ROWS_MAX], cursor=start + 2, is_last=start == starts[-1]))
        for start in starts
    ]


class Shelf:
    """An HQ that has one snapshot and the pages that follow it: what `Puller` asks for, and no network."""

    def __init__(self, snapshot: Path, pages: list[bytes] | None = None) -> None:
        """Hand out a snapshot's file, then these pages."""
        self._snapshot = snapshot
        self._pages: Iterator[bytes] = iter(pages or [encode(_page([], cursor=1, is_last=True))])
        self.position: Position | None = None

    def document(self, kind: Literal["program", "keyset"]) -> SignedDocument:
        """See `HqProtocol.document`: the newest keys, which come before a snapshot."""
        root, sign = ("r1", "root", a_signing_key(4)), ("h1", "sign", a_signing_key(3))
        keys = [
            {"kid": kid, "use": use, "pub": b64encode(key.public_key().public_bytes_raw()).decode()}
            for kid, use, key in (root, sign)
        ]
        body = canonical({"version": 1, "keys": keys})
        signature = root[2].sign(document_message(kind=kind, version=1, body=body))
        return SignedDocument(kind=kind, version=1, kid="r1", sig=signature, body=body)

    def manifest(self) -> SignedManifest:
        """See `HqProtocol.manifest`."""
        packed = self._snapshot.read_bytes()
        file = SnapshotFile(
            name=self._snapshot.name, sha256=hashlib.sha256(packed).hexdigest(), size=len(packed)
        )
        body = encode(Manifest(set_id=SET_ID, as_of_ms=NOW_MS, cursor=1, included_seq=0, files=[file]))
        return SignedManifest(kid="h1", sig=a_signing_key(3).sign(manifest_message(body)), body=body)

    def snapshot(self, name: str) -> bytes:
        """See `HqProtocol.snapshot`."""
        return self._snapshot.with_name(name).read_bytes()

    def changes(self, **_asked: Any) -> Changes:
        """See `HqProtocol.changes`."""
        page = decode(next(self._pages), type=Changes)
        self.position = Position(page.set_id, page.next, page.as_of_ms, page.included_seq)
        return page


def _page(rows: list[Row], *, cursor: int, is_last: bool) -> Changes:
    return Changes(
        rows=rows,
        next=cursor,
        checkpoint=is_last,
        as_of_ms=NOW_MS,
        included_seq=0,
        set_id=SET_ID,
        program_version=1,
        keyset_version=1,
    )


def _name(chance: random.Random) -> str:
    given = [_given(chance)]
    if chance.random() < TWO_NAMES:
        given.append(_given(chance))
    return f"{' '.join(given)} {chance.choice(INITIALS)}."


def _given(chance: random.Random) -> str:
    return "".join(chance.choices(SYLLABLES, k=chance.randint(2, 4))).capitalize()


def _row(members: Members, at: int, chance: random.Random) -> list[Any]:
    segments = ["regular"] if at % 10 == 0 else []
    return [
        members.refs[at], members.numbers[at], members.names[at], "", segments, chance.randrange(5_000), "active",
    ]  # fmt: skip
