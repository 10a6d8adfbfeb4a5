"""HQ's public keys as one document: which there are, what each is for, and whether it is still believed.

The body of a set of keys is canonical JSON:

    {"keys": [{"kid", "use", "pub", "nbf_ms", "retired_ms", "state"}], "programs": [{"version", "sha256"}], "stops",
     "version"}

A key stays in the set for ever. `good` ones sign; a `retired` one is believed for what it signed before; a `revoked`
one is in a thief's hands and believed for nothing. `programs` are the newest ones, vouched for by the root key, so that
stations know HQ's from a thief's when the key that signed both is revoked (docs/decisions/0021). `stops` is the newest
version of the list of what is stopped, for the same reason.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import orjson

from app.core.canonical import INTEGER_MAX, canonical

KEY_SIZE, HASH_LENGTH = 32, 64
KEYS_MAX = 1_000  # each rotation adds one; a set of this size has some 150 KiB
KID = re.compile(r"[0-9A-Za-z_-]{1,20}")  # as short as can be: the token key's stands in every printed code


class KeyUse(StrEnum):
    """What a key is for."""

    ROOT = "root"  # sets of keys, and nothing else
    SIGN = "sign"  # programs, manifests and times
    TOKEN = "token"  # noqa: S105 the use of keys that sign member codes
    BOX = "box"  # signs nothing: personal data is sealed to it (app/core/personal.py); X25519, all others Ed25519


class KeyState(StrEnum):
    """What a key's signature is worth."""

    GOOD = "good"
    RETIRED = "retired"
    REVOKED = "revoked"


@dataclass(frozen=True)
class PublicKey:
    """A key as stations learn it. Codes issued from `retired_ms` on are not believed."""

    kid: str
    use: str
    public: bytes
    nbf_ms: int = 0
    retired_ms: int | None = None
    state: str = KeyState.GOOD.value


@dataclass(frozen=True)
class VouchedProgram:
    """A program version that HQ vouches for by the root key: the SHA-256 of its body in hexadecimal."""

    version: int
    sha256: str


@dataclass(frozen=True)
class KeySet:
    """A set of keys, read. `programs` are the newest first."""

    version: int
    keys: tuple[PublicKey, ...]
    programs: tuple[VouchedProgram, ...] = ()
    stops_version: int = 0  # the newest list of what is stopped; 0: there is none

    def of(self, use: str, *states: str) -> Mapping[str, PublicKey]:
        """Return the keys of a use that are in one of these states, by their ids."""
        return {key.kid: key for key in self.keys if key.use == use and key.state in states}

    def is_revoked(self, kid: str) -> bool:
        """Tell whether a key was revoked. Of one that isn't in the set nobody has said so."""
        return any(key.kid == kid and key.state == KeyState.REVOKED for key in self.keys)

    def vouches_for(self, version: int, sha256: str) -> bool:
        """Tell whether the root key stands for this program, whoever signed it."""
        return VouchedProgram(version, sha256) in self.programs


class KeySetInvalid(ValueError):
    """Bytes that are no set of keys."""


def write_keyset(
    version: int,
    keys: Iterable[PublicKey],
    programs: Iterable[VouchedProgram] = (),
    *,
    stops_version: int = 0,
) -> bytes:
    """Return the canonical body of a set of keys."""
    document: dict[str, Any] = {
        "version": version,
        "keys": [
            {
                "kid": key.kid,
                "use": str(key.use),
                "pub": b64encode(key.public).decode("ascii"),
                "nbf_ms": key.nbf_ms,
                "retired_ms": key.retired_ms,
                "state": str(key.state),
            }
            for key in keys
        ],
    }
    vouched = [{"version": each.version, "sha256": each.sha256} for each in programs]
    told = {"programs": vouched, "stops": stops_version}
    return canonical(document | {name: value for name, value in told.items() if value})


def read_keyset(body: bytes) -> KeySet:
    """Read a set of keys. What only a newer HQ says is left alone. Raises `KeySetInvalid`."""
    try:
        found = orjson.loads(body)
        keys = tuple(_key(each) for each in found["keys"])
        programs = tuple(
            VouchedProgram(_number(each["version"]), _hash(each["sha256"]))
            for each in found.get("programs") or ()
        )
        version, stops = _number(found.get("version", 0)), _number(found.get("stops", 0))
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        raise KeySetInvalid("no set of keys in a form we know") from problem
    if len(keys) > KEYS_MAX or len({key.kid for key in keys}) != len(keys):
        raise KeySetInvalid("too many keys, or two under one id")
    return KeySet(version, keys, programs, stops)


def _key(found: dict[str, Any]) -> PublicKey:
    retired_ms = found.get("retired_ms")
    # Sets from before there were states: a time alone said that a key was retired.
    state = found.get("state") or (KeyState.GOOD if retired_ms is None else KeyState.RETIRED)
    public = b64decode(found["pub"], validate=True)
    if not KID.fullmatch(found["kid"]) or len(public) != KEY_SIZE or type(found["use"]) is not str:
        raise ValueError("no key of ours")
    return PublicKey(
        kid=found["kid"],
        use=found["use"],
        public=public,
        nbf_ms=_number(found.get("nbf_ms", 0)),
        retired_ms=None if retired_ms is None else _number(retired_ms),
        # A word that we don't know is no reason to believe the key.
        state=state if state in set(KeyState) else KeyState.REVOKED,
    )


def _number(found: Any) -> int:
    if type(found) is not int or not 0 <= found <= INTEGER_MAX:
        raise ValueError("no number")
    return found


def _hash(found: Any) -> str:
    if type(found) is not str or len(found) != HASH_LENGTH:
        raise ValueError("no hash")
    return found
