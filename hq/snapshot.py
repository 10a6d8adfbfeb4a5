"""Snapshots: everything a store's stations hold, in one file with the place in the feed from where they go on.

A file is zstd-compressed lines, each `{"t": "member", "cols": ["ref", …], "rows": [[…], …]}` of at most
ROWS_A_LINE rows. Its name tells the store (hashed) and the place in the feed, so that asking again while
nothing changed costs nothing and a download that was cut can go on where it stopped. Only the newest few of a
store are kept.
"""

import hashlib
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
import zstandard
from msgspec.json import encode
from sqlalchemy import Connection

from app.core.keyset import KeyUse
from hq.authority import counters, told
from hq.benefits import signals
from hq.campaigns.store import newest_versions
from hq.drafts import draft_of
from hq.faults import NotHere
from hq.feed import (
    ALIAS,
    COUNTED,
    GIFT_CARD,
    MEMBER,
    SIGNAL,
    STAFF,
    VERDICT,
    VOUCHER,
    head_of,
    last_number,
)
from hq.gift_cards import store as gift_cards
from hq.home import Hq
from hq.journal import words
from hq.keysets.store import current_kid
from hq.members import merged
from hq.staff import store as staff
from hq.stores.devices import Device
from hq.stores.updating import oldest_client, update_by
from sync.protocol import Manifest, SignedManifest, SnapshotFile, manifest_message

ROWS_A_LINE = 200  # a station writes one line in one transaction, which must not hold up a redemption
KEPT_A_STORE = 3  # a slow station may still be fetching the one before
NAME = re.compile(r"snapshot-[0-9a-f]{16}-[0-9a-f]{16}-[0-9]{1,16}\.zst")
ZSTD_LEVEL = 3


def make_manifest(hq: Hq, device: Device) -> SignedManifest:
    """Make (or find) the snapshot of the device's store as of now and describe it, signed.

    Cursor, rows and the device's last entry in them are read in one transaction, so that they belong together.
    """
    with hq.database.reading() as connection:
        cursor = last_number(connection)
        versions, kid = newest_versions(connection), current_kid(connection, KeyUse.SIGN)
        included_seq = head_of(connection, device.owner)
        oldest = oldest_client(hq, update_by(connection))
        path = hq.snapshots / _name(hq, device.store, cursor)
        if not path.exists():
            _write(connection, path, device.store)
    hq.mark.note(feed=cursor, program=0)
    _drop_old(path)
    manifest = Manifest(
        set_id=hq.set_id,
        as_of_ms=hq.clock.now_ms(),
        cursor=cursor,
        included_seq=included_seq,
        included_epoch=device.owner.epoch,
        min_client=oldest,
        files=[SnapshotFile(name=path.name, sha256=_sha256(path), size=path.stat().st_size)],
        **versions,
    )
    body = encode(manifest)
    return SignedManifest(kid=kid, sig=hq.keys.sign(kid, manifest_message(body)), body=body)


def snapshot_path(hq: Hq, device: Device, name: str) -> Path:
    """Return a snapshot file of the device's own store. Raises `NotHere`."""
    path = hq.snapshots / name
    if not NAME.fullmatch(name) or not name.startswith(_prefix(hq, device.store)) or not path.is_file():
        raise NotHere("There is no such snapshot of this store any more. Ask for the manifest again.")
    return path


def _prefix(hq: Hq, store: str) -> str:
    """Begin a file's name. The store is hashed: its id may hold what no file name should."""
    return f"snapshot-{hq.set_id}-{hashlib.sha256(store.encode('utf-8')).hexdigest()[:16]}-"


def _name(hq: Hq, store: str, cursor: int) -> str:
    return f"{_prefix(hq, store)}{cursor}.zst"


def _write(connection: Connection, path: Path, store: str) -> None:
    """Write under a name of its own first, so that nobody ever fetches half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    packer = zstandard.ZstdCompressor(level=ZSTD_LEVEL)
    with draft_of(path) as draft, draft.open("wb") as file, packer.stream_writer(file) as writer:
        for line in _lines(connection, store):
            writer.write(line + b"\n")


def _lines(connection: Connection, store: str) -> Iterator[bytes]:
    yield from _blocks(MEMBER, told.MEMBER_COLUMNS, told.members_of_store(connection, store))
    yield from _blocks(VOUCHER, told.VOUCHER_COLUMNS, told.all_vouchers(connection))
    yield from _blocks(GIFT_CARD, gift_cards.COLUMNS, gift_cards.all_cards(connection))
    yield from _blocks(STAFF, staff.COLUMNS, staff.staff_of_store(connection, store))
    yield from _blocks(COUNTED, counters.COLUMNS, iter(counters.all_facts(connection)))
    yield from _blocks(SIGNAL, signals.COLUMNS, signals.signals_of_store(connection, store))
    yield from _blocks(ALIAS, merged.COLUMNS, merged.all_aliases(connection))
    yield from _blocks(VERDICT, words.COLUMNS, words.words_of_store(connection, store))


def _blocks(kind: str, columns: tuple[str, ...], rows: Iterator[list[Any]]) -> Iterator[bytes]:
    while block := list(islice(rows, ROWS_A_LINE)):
        yield orjson.dumps({"t": kind, "cols": columns, "rows": block})


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _drop_old(newest: Path) -> None:
    """Delete all but the newest snapshots of a store; its name without the number says which are its."""
    beginning = newest.name.rpartition("-")[0]
    found = sorted(newest.parent.glob(f"{beginning}-*.zst"), key=_cursor_of, reverse=True)
    for path in found[KEPT_A_STORE:]:
        # After HQ was put back from a copy, files of its lost future have higher numbers than the one just made.
        if path != newest:
            path.unlink(missing_ok=True)


def drop_before(hq: Hq, number: int) -> None:
    """Delete the snapshots of all stores from before a number of the feed: somebody was erased since."""
    for path in hq.snapshots.glob(f"snapshot-{hq.set_id}-*.zst"):
        if _cursor_of(path) < number:
            path.unlink(missing_ok=True)


def _cursor_of(path: Path) -> int:
    return int(path.stem.rpartition("-")[2])
