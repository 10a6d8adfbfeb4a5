"""The backup of HQ's keys: one file, useless without the passphrase that `init`, or a rotation, shows once.

AES-256-GCM (NIST SP 800-38D) under a key that argon2id (RFC 9106) makes of the passphrase. The passphrase is of
our making and carries 125 random bits, so the cost of argon2id is only there for people who will one day choose
their own.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Set
from pathlib import Path
from typing import Any

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.ids import new_number, new_secret
from hq.faults import SetUpFault
from hq.keys import KeyRing, private_key, write_keys, write_secret
from hq.staff.peppers import FILE_NAME, write_peppers

FORM = "tillside-hq-keys-1"
MEMORY_KIB, PASSES, LANES = 64 * 1024, 3, 1  # RFC 9106's second recommended choice, on one core
SALT_SIZE, NONCE_SIZE, KEY_SIZE = 16, 12, 32
GROUPS, GROUP_LENGTH = 5, 5  # 25 characters of 5 bits each
FILE_BYTES_MAX = 1 << 20  # a real one has 1 KiB; each rotation, and each store with staff, adds a tenth of it


def new_passphrase() -> str:
    """Return a passphrase to write down, such as `7K2QD-…` (five groups of five)."""
    return "-".join(new_number(GROUP_LENGTH) for _ in range(GROUPS))


def write_backup(path: Path, keys: KeyRing, *, passphrase: str) -> None:
    """Write the encrypted keys to a file that must not exist yet."""
    salt, nonce = new_secret(SALT_SIZE), new_secret(NONCE_SIZE)
    secrets = {kid: key.private_bytes_raw().hex() for kid, key in keys.private.items()}
    secrets |= {name: pepper.hex() for name, pepper in keys.peppers.items()}
    box = AESGCM(_derive(passphrase, salt)).encrypt(nonce, json.dumps(secrets).encode("ascii"), FORM.encode())
    document = {"form": FORM, "salt": _out(salt), "nonce": _out(nonce), "box": _out(box)}
    write_secret(path, json.dumps(document, indent=1) + "\n")


def read_backup(path: Path, *, passphrase: str) -> KeyRing:
    """Decrypt a backup. Raises `SetUpFault` when it isn't one, is damaged, or the passphrase is another."""
    document = _read_document(path)
    box = AESGCM(_derive(passphrase, document["salt"]))
    try:
        secrets = json.loads(box.decrypt(document["nonce"], document["box"], FORM.encode()))
    except InvalidTag as problem:
        raise SetUpFault(
            f"{path} does not open: the passphrase is another, or the file is damaged."
        ) from problem
    found = {name: bytes.fromhex(secret) for name, secret in secrets.items()}
    peppers = {name: secret for name, secret in found.items() if FILE_NAME.fullmatch(name)}
    keys = {kid: secret for kid, secret in found.items() if kid not in peppers}
    return KeyRing({kid: private_key(kid, secret) for kid, secret in keys.items()}, peppers=peppers)


def restore_keys(backup: Path, folder: Path, *, passphrase: str, needed: Set[str] = frozenset()) -> KeyRing:
    """Put the keys of a backup into an HQ's `keys/` folder, which must hold none. Raises `SetUpFault`.

    `needed` are the keys that HQ's database names: an older backup lacks those that were made since.
    """
    if folder.exists() and any(folder.iterdir()):
        raise SetUpFault(f"{folder} holds keys already. Move them away first; nothing was changed.")
    keys = read_backup(backup, passphrase=passphrase)
    if missing := sorted(needed - keys.private.keys()):
        raise SetUpFault(
            f"{backup} is older than HQ's newest keys: it lacks {', '.join(missing)}. Nothing was changed; take the "
            "backup that the last `tillside hq keys rotate` made."
        )
    write_keys(folder, keys)
    write_peppers(folder, keys.peppers)
    return keys


def _read_document(path: Path) -> dict[str, bytes]:
    try:
        with path.open("rb") as file:
            found: Any = json.loads(file.read(FILE_BYTES_MAX))
        if found["form"] != FORM:
            raise ValueError(f"its form is {found['form']!r}")
        document = {name: b64decode(found[name], validate=True) for name in ("salt", "nonce", "box")}
        if len(document["salt"]) != SALT_SIZE or len(document["nonce"]) != NONCE_SIZE:
            raise ValueError("salt or nonce has another size")
        return document
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise SetUpFault(f"{path} is no backup of HQ's keys: {problem}") from problem


def _derive(passphrase: str, salt: bytes) -> bytes:
    """Return the key. Case, spaces and dashes of what people type don't matter."""
    folded = passphrase.upper().replace("-", "").replace(" ", "").encode("utf-8")
    return hash_secret_raw(
        folded,
        salt,
        time_cost=PASSES,
        memory_cost=MEMORY_KIB,
        parallelism=LANES,
        hash_len=KEY_SIZE,
        type=Type.ID,
    )


def _out(data: bytes) -> str:
    return b64encode(data).decode("ascii")
