"""Believing HQ: signatures of documents and manifests, and versions that never go down."""

from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from msgspec import DecodeError
from msgspec.json import decode

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


def check_document(document: SignedDocument, *, key: Ed25519PublicKey, lowest_version: int) -> None:
    """Raise `HqUntrusted` unless `key` signed the document and its version isn't below `lowest_version`."""
    message = document_message(kind=document.kind, version=document.version, body=document.body)
    _check(key, document.sig, message, f"the {document.kind}")
    if document.version < lowest_version:
        raise HqUntrusted(f"{document.kind} {document.version} is older than {lowest_version}, seen before")


def read_manifest(signed: SignedManifest, *, keys: Mapping[str, Ed25519PublicKey]) -> Manifest:
    """Return a manifest that one of HQ's signing keys signed. Raises `HqUntrusted`."""
    _check(key_of(keys, signed.kid), signed.sig, manifest_message(signed.body), "the manifest")
    try:
        return decode(signed.body, type=Manifest)
    except (DecodeError, UnicodeDecodeError) as mismatch:
        raise HqUntrusted("a manifest in a form we do not know") from mismatch


def check_time(signed: SignedTime, *, nonce: str, keys: Mapping[str, Ed25519PublicKey]) -> None:
    """Make sure that HQ said this to who made up the nonce. Raises `HqUntrusted`."""
    if signed.nonce != nonce:
        raise HqUntrusted("the signed time answers another request")
    message = time_message(nonce=nonce, ms=signed.ms)
    _check(key_of(keys, signed.kid), signed.sig, message, "the time")


def key_of(keys: Mapping[str, Ed25519PublicKey], kid: str) -> Ed25519PublicKey:
    """Return a key by its id, or raise `HqUntrusted`."""
    key = keys.get(kid)
    if key is None:
        raise HqUntrusted(f"no key {kid!r} in the set of keys")
    return key


def _check(key: Ed25519PublicKey, signature: bytes, message: bytes, what: str) -> None:
    try:
        key.verify(signature, message)
    except InvalidSignature as problem:
        raise HqUntrusted(f"{what} is not signed by HQ") from problem
