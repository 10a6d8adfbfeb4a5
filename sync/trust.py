"""Believing HQ: signatures of documents and manifests, versions that never go down, and root keys that change.

How a root key changes is taken from The Update Framework (specification, §5.3): a new one is believed only where the
set of keys that names it is signed by the root key believed so far and by the new one, version by version.
"""

from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from msgspec import DecodeError
from msgspec.json import decode

from app.core.chain import ChainOwner
from app.core.keyset import KeySet, KeySetInvalid, KeyState, KeyUse, read_keyset
from sync.authority_wire import LeaseWire, lease_message
from sync.faults import HqUntrusted
from sync.protocol import (
    Manifest,
    SignedDocument,
    SignedManifest,
    SignedTime,
    document_message,
    manifest_message,
    time_message,
)


def check_keyset(document: SignedDocument, *, root: bytes) -> tuple[KeySet, bytes]:
    """Return a set of keys and the root key to believe from now on. Raises `HqUntrusted`.

    `root` is the root key believed so far (32 bytes).
    """
    if not is_signed_by(document, root):
        raise HqUntrusted("the keyset is not signed by HQ's root key")
    try:
        keyset = read_keyset(document.body)
    except KeySetInvalid as problem:
        raise HqUntrusted(str(problem)) from problem
    if document.kind != "keyset" or keyset.version != document.version:
        raise HqUntrusted(f"a {document.kind} {document.version} that calls itself keyset {keyset.version}")
    roots = [key.public for key in keyset.of(KeyUse.ROOT, KeyState.GOOD).values()]
    if len(roots) != 1:
        raise HqUntrusted(f"keyset {keyset.version} names {len(roots)} root keys")
    if not is_signed_by(document, roots[0]):
        raise HqUntrusted(f"keyset {keyset.version} is not signed by the new root key that it names")
    return keyset, roots[0]


def is_signed_by(document: SignedDocument, public: bytes) -> bool:
    """Tell whether one of a document's signatures is by this key, under whatever id."""
    key, message = Ed25519PublicKey.from_public_bytes(public), _message(document)
    return any(_is_good(key, each.sig, message) for each in document.signatures)


def signer_of(document: SignedDocument, keys: Mapping[str, Ed25519PublicKey]) -> str:
    """Return the id of a key of `keys` that signed the document. Raises `HqUntrusted`."""
    known = [each for each in document.signatures if each.kid in keys]
    if not known:
        key_of(keys, document.kid)
    for each in known:
        if _is_good(keys[each.kid], each.sig, _message(document)):
            return each.kid
    raise HqUntrusted(f"the {document.kind} is not signed by HQ")


def check_version(document: SignedDocument, *, lowest: int) -> None:
    """Raise `HqUntrusted` for a version below one that was seen before."""
    if document.version < lowest:
        raise HqUntrusted(f"{document.kind} {document.version} is older than {lowest}, seen before")


def read_manifest(signed: SignedManifest, *, keys: Mapping[str, Ed25519PublicKey]) -> Manifest:
    """Return a manifest that one of HQ's signing keys signed. Raises `HqUntrusted`."""
    if not _is_good(key_of(keys, signed.kid), signed.sig, manifest_message(signed.body)):
        raise HqUntrusted("the manifest is not signed by HQ")
    try:
        return decode(signed.body, type=Manifest)
    except (DecodeError, UnicodeDecodeError) as mismatch:
        raise HqUntrusted("a manifest in a form we do not know") from mismatch


def check_time(signed: SignedTime, *, nonce: str, keys: Mapping[str, Ed25519PublicKey]) -> None:
    """Make sure that HQ said this to who made up the nonce. Raises `HqUntrusted`."""
    if signed.nonce != nonce:
        raise HqUntrusted("the signed time answers another request")
    message = time_message(nonce=nonce, ms=signed.ms)
    if not _is_good(key_of(keys, signed.kid), signed.sig, message):
        raise HqUntrusted("the time is not signed by HQ")


def check_lease(lease: LeaseWire, *, owner: ChainOwner, keys: Mapping[str, Ed25519PublicKey]) -> None:
    """Make sure that HQ set this aside for us, in this epoch. Raises `HqUntrusted`."""
    if (lease.device, lease.epoch) != (owner.device_id, owner.epoch):
        raise HqUntrusted(f"lease {lease.lease_id} is for another device or epoch")
    if lease.from_ms >= lease.until_ms:
        raise HqUntrusted(f"lease {lease.lease_id} ends before it begins")
    if not _is_good(key_of(keys, lease.kid), lease.sig, lease_message(lease)):
        raise HqUntrusted(f"lease {lease.lease_id} is not signed by HQ")


def key_of(keys: Mapping[str, Ed25519PublicKey], kid: str) -> Ed25519PublicKey:
    """Return a key by its id, or raise `HqUntrusted`."""
    key = keys.get(kid)
    if key is None:
        raise HqUntrusted(f"no key {kid!r} that signs now in the set of keys")
    return key


def _message(document: SignedDocument) -> bytes:
    return document_message(kind=document.kind, version=document.version, body=document.body)


def _is_good(key: Ed25519PublicKey, signature: bytes, message: bytes) -> bool:
    try:
        key.verify(signature, message)
    except InvalidSignature:
        return False
    return True
