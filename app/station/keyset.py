"""HQ's public keys as the station knows them, read from the signed set of keys."""

from base64 import b64decode
from functools import lru_cache

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from app.core.codes import TokenKey
from app.store.replica import Replica

KEYSET = "keyset"
USE_TOKEN, USE_SIGN = "token", "sign"


def token_keys(replica: Replica) -> dict[bytes, TokenKey]:
    """Return the keys that member codes are signed with, by key id."""
    body = replica.document_body(KEYSET)
    return {} if body is None else _token_keys(body)


@lru_cache(maxsize=4)
def _token_keys(body: bytes) -> dict[bytes, TokenKey]:
    return {
        key["kid"].encode("ascii"): TokenKey(_public(key), key.get("retired_ms"))
        for key in orjson.loads(body)["keys"]
        if key["use"] == USE_TOKEN
    }


def signing_keys(body: bytes) -> dict[str, Ed25519PublicKey]:
    """Return the keys that documents and manifests are signed with, from the body of a set of keys."""
    return {key["kid"]: _public(key) for key in orjson.loads(body)["keys"] if key["use"] == USE_SIGN}


def _public(key: dict[str, str]) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(b64decode(key["pub"]))
