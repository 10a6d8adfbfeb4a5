"""HQ's public keys as the station knows them, read from the signed set of keys."""

from collections.abc import Mapping
from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from app.core.codes import TokenKey
from app.core.keyset import KeySet, KeyState, KeyUse, PublicKey, read_keyset
from app.store.replica import Replica

KEYSET = "keyset"


def token_keys(replica: Replica) -> dict[bytes, TokenKey]:
    """Return the keys that member codes are signed with, by key id, those that were revoked too."""
    body = replica.document_body(KEYSET)
    return {} if body is None else _token_keys(body)


@lru_cache(maxsize=4)
def _token_keys(body: bytes) -> dict[bytes, TokenKey]:
    return {
        kid.encode("ascii"): TokenKey(
            verifying(key), key.retired_ms, is_revoked=key.state == KeyState.REVOKED
        )
        for kid, key in keyset_of(body).of(KeyUse.TOKEN, *KeyState).items()
    }


@lru_cache(maxsize=8)
def keyset_of(body: bytes) -> KeySet:
    """Read the body of a set of keys that was looked at when it came."""
    return read_keyset(body)


def box_key(replica: Replica) -> PublicKey | None:
    """Return the newest key that HQ has personal data sealed to; None before it has one."""
    body = replica.document_body(KEYSET)
    good = {} if body is None else keyset_of(body).of(KeyUse.BOX, KeyState.GOOD)
    return max(good.values(), key=lambda key: (key.nbf_ms, key.kid), default=None)


def signing_keys(body: bytes) -> Mapping[str, Ed25519PublicKey]:
    """Return the keys that HQ signs programs, manifests and times with now: neither retired nor revoked."""
    return {kid: verifying(key) for kid, key in keyset_of(body).of(KeyUse.SIGN, KeyState.GOOD).items()}


def verifying(key: PublicKey) -> Ed25519PublicKey:
    """Return the key in the form that checks signatures."""
    return Ed25519PublicKey.from_public_bytes(key.public)
