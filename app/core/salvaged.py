"""What a station writes first under a new epoch: where the old one ended, and the entries saved out of its journal.

`epoch_start`  {store, from_epoch, last_seq, last_hash, reason}
`salvaged`     {store, device, epoch, seq, body, prev, hash, sig, is_signed, packed, counts}

Bytes are Base64 (RFC 4648 §4). A salvaged entry is carried as the bytes it had, whether they hold or not: HQ compares
them with what it holds, and a person decides about the rest. A body too large to be carried inside another one is
packed by zlib (RFC 1950), and `packed` says so. `counts` says that the station counts what the entry took, until HQ's
figures have it; journals of older programs don't say it, and count nothing of the kind.
"""

import re
import zlib
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.core.canonical import INTEGER_MAX
from app.core.chain import HASH_SIZE, ChainOwner, Head, next_hash
from app.core.entry import BODY_BYTES_MAX

PLAIN_BYTES_MAX = BODY_BYTES_MAX // 2  # in Base64 it grows by a third, and has its wrapping around it
ZLIB = "zlib"
COUNTS = "counts"
DEVICE_ID = re.compile(r"[0-9A-Za-z_-]{1,40}")


class EpochReason(StrEnum):
    """Why a new epoch was begun."""

    ROLLED_BACK = "rolled_back"  # the journal is older than its mark
    DAMAGED = "damaged"  # a page, a chain or a column does not hold
    KEYS_MISSING = "keys_missing"  # nothing of the old journal can be read
    SHUT_OUT = "shut_out"  # the journal is sound: HQ fenced the epoch, or a person wants a new one


class SalvageInvalid(ValueError):
    """The data of an entry that is no salvaged one."""


@dataclass(frozen=True, slots=True)
class Salvaged:
    """An entry as it lay in an old journal. `sig` is empty where it could not be read."""

    owner: ChainOwner
    seq: int
    body: bytes
    prev: bytes
    hash: bytes
    sig: bytes
    is_signed: bool  # as the station found: HQ looks for itself

    @property
    def before(self) -> Head:
        """Where the old chain stood before it, by its own word."""
        return Head(self.seq - 1, self.prev)

    @property
    def is_whole(self) -> bool:
        """Whether its hash is the one of its body after the hash before."""
        return next_hash(self.prev, self.body) == self.hash


def epoch_start_record(
    *, store: str, from_epoch: int, last: Head | None, reason: EpochReason
) -> dict[str, Any]:
    """Return the data of an `epoch_start` entry; `last` is the last entry that was readable, if one was."""
    return {
        "store": store,
        "from_epoch": from_epoch,
        "last_seq": 0 if last is None else last.seq,
        "last_hash": "" if last is None else _text(last.hash),
        "reason": str(reason),
    }


def salvaged_record(found: Salvaged, *, store: str) -> dict[str, Any]:
    """Return the data of a `salvaged` entry."""
    is_large = len(found.body) > PLAIN_BYTES_MAX
    return {
        "store": store,
        "device": found.owner.device_id,
        "epoch": found.owner.epoch,
        "seq": found.seq,
        "body": _text(zlib.compress(found.body) if is_large else found.body),
        "prev": _text(found.prev),
        "hash": _text(found.hash),
        "sig": _text(found.sig),
        "is_signed": found.is_signed,
        "packed": ZLIB if is_large else "",
        COUNTS: True,
    }


def read_salvaged(data: Mapping[str, Any]) -> Salvaged:
    """Read the data of a `salvaged` entry. Raises `SalvageInvalid`."""
    try:
        body = b64decode(data["body"], validate=True)
        if data["packed"] == ZLIB:
            body = _unpacked(body)
        found = Salvaged(
            owner=ChainOwner(data["device"], data["epoch"]),
            seq=data["seq"],
            body=body,
            prev=b64decode(data["prev"], validate=True),
            hash=b64decode(data["hash"], validate=True),
            sig=b64decode(data["sig"], validate=True),
            is_signed=data["is_signed"] is True,
        )
    except (KeyError, TypeError, ValueError, zlib.error) as problem:
        raise SalvageInvalid(f"not a salvaged entry: {problem!r}") from problem
    if not _is_place(found.owner.device_id, found.owner.epoch, found.seq):
        raise SalvageInvalid("not a salvaged entry: it has no place")
    if len(found.hash) != HASH_SIZE or len(found.prev) != HASH_SIZE:
        raise SalvageInvalid(f"not a salvaged entry: a hash has {HASH_SIZE} bytes")
    return found


def _is_place(device_id: object, epoch: object, seq: object) -> bool:
    """Tell whether these could be an entry's: they are looked up, and go into hashes."""
    if not isinstance(device_id, str) or not DEVICE_ID.fullmatch(device_id):
        return False
    if type(epoch) is not int or type(seq) is not int:
        return False
    return 1 <= epoch < 1 << 32 and 1 <= seq <= INTEGER_MAX


def _unpacked(packed: bytes) -> bytes:
    """Unpack no more than an entry may have, whatever the bytes promise."""
    unpacker = zlib.decompressobj()
    body = unpacker.decompress(packed, BODY_BYTES_MAX)
    if not unpacker.eof:
        raise SalvageInvalid("not a salvaged entry: it is longer than an entry may be")
    return body


def _text(content: bytes) -> str:
    return b64encode(content).decode("ascii")
