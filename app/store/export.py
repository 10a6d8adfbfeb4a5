"""A journal as a signed bundle: a text file that anybody can check, on any machine, without keys, store or network.

A line of JSON each. First who it is of and where the chain begins, then the entries, last the signed head:

    {"bundle": 1, "device": …, "epoch": 1, "nonce": …, "public_key": …, "from_seq": 1, "prev_hash": …}
    {"seq": 1, "body": …, "hash": …}
    {"head": {"seq": 1, "hash": …, "sig": …}}

Bytes are Base64. The signature proves that the holder of `public_key` wrote these entries in this order; whose key that
is says HQ. What was appended after the bundle was made is not in it.
"""

import hashlib
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from app.core.chain import ChainOwner, Head, genesis, head_is_signed, next_hash
from app.store.salvage import Row

FORM = 1


class BundleInvalid(ValueError):
    """A bundle that doesn't hold. `first_bad_seq` is the first entry that doesn't, 0 where it is no entry."""

    def __init__(self, detail: str, *, first_bad_seq: int = 0) -> None:
        """Keep where and why."""
        super().__init__(detail)
        self.first_bad_seq = first_bad_seq


@dataclass(frozen=True, slots=True)
class Bundle:
    """What a bundle that holds is of."""

    owner: ChainOwner
    entries: int
    head: Head
    fingerprint: str  # SHA-256 of the device's public key, to be compared with HQ's


def write_bundle(
    rows: Iterable[Row], *, owner: ChainOwner, nonce: bytes, key: Ed25519PublicKey
) -> Iterator[bytes]:
    """Yield the lines of a bundle of entries that follow each other from the first on."""
    begin = genesis(owner, nonce)
    yield _line(
        {
            "bundle": FORM,
            "device": owner.device_id,
            "epoch": owner.epoch,
            "nonce": _text(nonce),
            "public_key": _text(key.public_bytes_raw()),
            "from_seq": 1,
            "prev_hash": _text(begin.hash),
        }
    )
    head, sig = begin, b""
    for row in rows:
        head, sig = Head(row.seq, row.hash), row.sig
        yield _line({"seq": row.seq, "body": _text(row.body), "hash": _text(row.hash)})
    yield _line({"head": {"seq": head.seq, "hash": _text(head.hash), "sig": _text(sig)}})


def check_bundle(lines: Iterable[bytes]) -> Bundle:
    """Recompute the chain of a bundle and hold its head against the signature. Raises `BundleInvalid`."""
    owner = key = None
    head, entries, said = Head(0, b""), 0, None
    for line in lines:
        content = _read(line)
        if owner is None:
            owner, key, head = _opening(content)
        elif said is not None:
            raise BundleInvalid("there is something behind the head")
        elif "head" in content:
            said = content["head"]
        else:
            head, entries = _following(head, content), entries + 1
    if owner is None or key is None or said is None:
        raise BundleInvalid("the bundle has no end", first_bad_seq=head.seq + 1)
    _check_head(owner, key, head, said)
    return Bundle(owner, entries, head, hashlib.sha256(key.public_bytes_raw()).hexdigest())


def _opening(content: dict[str, Any]) -> tuple[ChainOwner, Ed25519PublicKey, Head]:
    try:
        if content["bundle"] != FORM:
            raise BundleInvalid(f"bundles of form {content['bundle']} are not known here")
        owner = ChainOwner(content["device"], content["epoch"])
        key = Ed25519PublicKey.from_public_bytes(_bytes(content["public_key"]))
        begin = genesis(owner, _bytes(content["nonce"]))
        is_begin = Head(content["from_seq"] - 1, _bytes(content["prev_hash"])) == begin
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as problem:
        raise BundleInvalid(f"the first line does not say whose journal this is: {problem}") from problem
    if not is_begin:
        raise BundleInvalid("it does not begin where this device's journal does", first_bad_seq=1)
    return owner, key, begin


def _following(head: Head, content: dict[str, Any]) -> Head:
    seq = head.seq + 1
    try:
        body, found = _bytes(content["body"]), _bytes(content["hash"])
        is_next = content["seq"] == seq
    except (KeyError, TypeError, ValueError) as problem:
        raise BundleInvalid(f"entry {seq} can't be read: {problem}", first_bad_seq=seq) from problem
    if not is_next or next_hash(head.hash, body) != found:
        raise BundleInvalid(f"entry {seq} does not follow from the one before", first_bad_seq=seq)
    return Head(seq, found)


def _check_head(owner: ChainOwner, key: Ed25519PublicKey, head: Head, said: dict[str, Any]) -> None:
    try:
        signed, sig = Head(said["seq"], _bytes(said["hash"])), _bytes(said["sig"])
    except (KeyError, TypeError, ValueError) as problem:
        raise BundleInvalid(f"the head can't be read: {problem}") from problem
    if signed != head:
        raise BundleInvalid(f"the head is of entry {signed.seq}", first_bad_seq=head.seq + 1)
    if head.seq and not head_is_signed(key, owner, head, sig):
        raise BundleInvalid("the head's signature is not this device's", first_bad_seq=head.seq)


def _read(line: bytes) -> dict[str, Any]:
    try:
        content = orjson.loads(line)
    except orjson.JSONDecodeError as problem:
        raise BundleInvalid(f"not a line of JSON: {problem}") from problem
    if not isinstance(content, dict):
        raise BundleInvalid("not a line of a bundle")
    return content


def _line(content: dict[str, Any]) -> bytes:
    return orjson.dumps(content) + b"\n"


def _bytes(text: str) -> bytes:
    return b64decode(text, validate=True)


def _text(content: bytes) -> str:
    return b64encode(content).decode("ascii")
