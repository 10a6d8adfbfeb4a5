"""Believing HQ: signatures of documents and manifests, and versions that never go down."""

from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from app.core.canonical import canonical
from sync.faults import HqUntrusted
from sync.protocol import Manifest, SignedDocument, document_message, manifest_message


def check_document(document: SignedDocument, *, key: Ed25519PublicKey, lowest_version: int) -> None:
    """Raise `HqUntrusted` unless `key` signed the document and its version isn't below `lowest_version`."""
    message = document_message(kind=document.kind, version=document.version, body=document.body)
    _check(key, document.sig, message, f"the {document.kind}")
    if document.version < lowest_version:
        raise HqUntrusted(f"{document.kind} {document.version} is older than {lowest_version}, seen before")


def check_manifest(manifest: Manifest, *, keys: Mapping[str, Ed25519PublicKey]) -> None:
    """Raise `HqUntrusted` unless one of HQ's signing keys signed the manifest."""
    body = canonical(manifest.model_dump(mode="json", exclude={"kid", "sig"}))
    _check(key_of(keys, manifest.kid), manifest.sig, manifest_message(body), "the manifest")


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
