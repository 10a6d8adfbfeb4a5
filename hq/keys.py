"""HQ's own keys: files of mode 0600 in the data folder's `keys/`, never in the database.

Three uses: `root` signs the set of keys and nothing else, `sign` signs program versions and manifests, `token`
signs member codes. The set of keys is a signed document whose body names the root key too: a station compares
that one with the fingerprint in its pairing text and believes the rest because of it. Losing the files kills
every card: see backup.py.
"""

import hashlib
import os
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.core.canonical import canonical
from app.ids import new_secret
from hq.faults import SetUpFault
from sync.protocol import SignedDocument, document_message

ROOT, SIGN, TOKEN = "r1", "s1", "t1"  # key ids; short, since the token key's stands in every printed code
USES = {ROOT: "root", SIGN: "sign", TOKEN: "token"}
KEY_FILE_MODE = 0o600
KEYS_FOLDER_MODE = 0o700


@dataclass(frozen=True)
class PublicKey:
    """A key as stations learn it. Codes issued from `retired_ms` on are not believed."""

    kid: str
    use: str
    public: bytes
    nbf_ms: int
    retired_ms: int | None = None


@dataclass(frozen=True)
class KeyRing:
    """The private keys by key id."""

    private: Mapping[str, Ed25519PrivateKey]

    def sign(self, kid: str, message: bytes) -> bytes:
        """Return the Ed25519 signature (64 bytes) by one of the keys."""
        return self.private[kid].sign(message)

    def public(self, kid: str) -> bytes:
        """Return the public half (32 bytes) of a key."""
        return self.private[kid].public_key().public_bytes_raw()


def new_keys() -> KeyRing:
    """Make the three keys of a new HQ."""
    return KeyRing({kid: Ed25519PrivateKey.from_private_bytes(new_secret()) for kid in USES})


def root_fingerprint(keys: KeyRing) -> str:
    """Return the SHA-256 of the root key's 32 public bytes, in hexadecimal: what a pairing text carries."""
    return hashlib.sha256(keys.public(ROOT)).hexdigest()


def public_keys(keys: KeyRing, *, nbf_ms: int) -> list[PublicKey]:
    """Return the public halves, good from `nbf_ms` on."""
    return [PublicKey(kid, use, keys.public(kid), nbf_ms) for kid, use in USES.items()]


def sign_document(
    keys: KeyRing, *, kind: Literal["program", "keyset"], version: int, body: bytes
) -> SignedDocument:
    """Vouch for a document: key sets by the root key, programs by the sign key."""
    kid = ROOT if kind == "keyset" else SIGN
    signature = keys.sign(kid, document_message(kind=kind, version=version, body=body))
    return SignedDocument(kind=kind, version=version, kid=kid, sig=signature, body=body)


def keyset_body(version: int, keys: Sequence[PublicKey]) -> bytes:
    """Return the canonical body of a set of keys: `{"version", "keys": [{kid, use, pub, nbf_ms, retired_ms}]}`."""
    return canonical(
        {
            "version": version,
            "keys": [
                {
                    "kid": key.kid,
                    "use": key.use,
                    "pub": b64encode(key.public).decode("ascii"),
                    "nbf_ms": key.nbf_ms,
                    "retired_ms": key.retired_ms,
                }
                for key in keys
            ],
        }
    )


def write_keys(folder: Path, keys: KeyRing) -> None:
    """Write each key to a file of its own that only this user may read. Existing files are left and raise."""
    folder.mkdir(mode=KEYS_FOLDER_MODE, parents=True, exist_ok=True)
    for kid, key in keys.private.items():
        write_secret(_path(folder, kid), key.private_bytes_raw().hex() + "\n")


def read_keys(folder: Path) -> KeyRing:
    """Read the keys back. Raises `SetUpFault` when one is missing or damaged."""
    try:
        raw = {kid: bytes.fromhex(_path(folder, kid).read_text(encoding="ascii")) for kid in USES}
        return KeyRing({kid: Ed25519PrivateKey.from_private_bytes(secret) for kid, secret in raw.items()})
    except (OSError, ValueError) as problem:
        raise SetUpFault(
            f"HQ's keys in {folder} are missing or damaged ({problem}). Restore them from the backup file made by "
            "`tillside hq init`: without them no card and no station can be trusted."
        ) from problem


def _path(folder: Path, kid: str) -> Path:
    return folder / f"{USES[kid]}-{kid}.key"


def write_secret(path: Path, text: str) -> None:
    """Write and sync a new file that never existed with wider rights."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, KEY_FILE_MODE)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
