"""Where a station's secrets live: outside the store folder, so that a copied folder opens nothing.

Three kinds, chosen once at enrolment and never changed by themselves: `os` (the system's keyring), `file` (a file for
this user only, in the user's state folder, for machines without a keyring) and `memory` (tests). Beside the secrets
lie the mark (how far the journal had come when it was last noted, by which a restored backup is found out) and how far
it was verified, so that not all of it is verified before the first customer.
"""

import errno
import json
import os
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from app.core.chain import Head
from app.ids import new_ref, new_secret
from app.store.faults import DiskFull, KeysMissing, KeyStoreMissing, StoreFault, StoreReadOnly
from app.store.verifying import Reached

SERVICE = "Tillside station"
PROBE = "probe"
MARK_EVERY_MS = 60_000  # while entries come and no sync notes it: what is younger could be lost unnoticed
MARK_DIGITS = 10  # of an entry's number: marks have one length, so each goes in the place of the last
SECTOR_BYTES = 512  # what every disk writes whole or not at all
_sync = getattr(os, "fdatasync", os.fsync)  # in place no length changes


class KeyStoreKind(StrEnum):
    """Where the secrets are."""

    OS = "os"
    FILE = "file"
    MEMORY = "memory"


@dataclass(frozen=True, slots=True)
class StationKeys:
    """A station's secrets: the database key (32 bytes), its signing key and the key for sealed boxes."""

    database: bytes
    sign: Ed25519PrivateKey
    box: X25519PrivateKey


class KeyStore(Protocol):
    """Keeps small texts by name."""

    def read(self, name: str) -> str | None:
        """Return a text, or None when there is none. Raises `KeysMissing` when the store itself is gone or locked."""
        ...

    def write(self, name: str, text: str) -> None:
        """Keep a text durably, in place of an earlier one. Raises a `StoreFault`; then the earlier one stands."""
        ...

    def delete(self, name: str) -> None:
        """Forget a text, if there is one. Raises a `StoreFault`."""
        ...


class FileKeyStore:
    """Files for this user only, each written whole or not at all.

    A text as long as the one before, and smaller than what a disk writes at once, goes in its place: the mark is noted
    at each closing, and a new file costs the disk many times as much.
    """

    def __init__(self, folder: Path) -> None:
        """Use `folder`, which is made when the first text is written."""
        self._folder = folder
        self._made: list[Path] = []  # folders that were not there before us, the innermost first

    def read(self, name: str) -> str | None:
        """See `KeyStore.read`."""
        try:
            return (self._folder / name).read_text(encoding="ascii")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as problem:
            raise KeysMissing(str(problem)) from problem

    def write(self, name: str, text: str) -> None:
        """See `KeyStore.write`."""
        try:
            self._write(name, text.encode("ascii"))
        except OSError as problem:
            fault = DiskFull if problem.errno in (errno.ENOSPC, errno.EDQUOT) else StoreReadOnly
            raise fault(str(problem)) from problem

    def _write(self, name: str, content: bytes) -> None:
        if not self._replace_in_place(self._folder / name, content):
            self._write_anew(name, content)

    def _replace_in_place(self, path: Path, content: bytes) -> bool:
        """Write over a file that has the length of `content`; False where that isn't one write to the disk."""
        if len(content) > SECTOR_BYTES:
            return False
        try:
            descriptor = os.open(path, os.O_WRONLY | getattr(os, "O_BINARY", 0))
        except FileNotFoundError:
            return False
        try:
            if os.fstat(descriptor).st_size != len(content):
                return False
            os.write(descriptor, content)
            _sync(descriptor)
        finally:
            os.close(descriptor)
        return True

    def _write_anew(self, name: str, content: bytes) -> None:
        missing = [each for each in (self._folder, *self._folder.parents) if not each.exists()]
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._made = missing or self._made
        draft = self._folder / f"{name}.{os.getpid()}.new"  # several stations may keep their keys here
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        draft.replace(self._folder / name)

    def delete(self, name: str) -> None:
        """See `KeyStore.delete`. It is written over first, as far as the disk writes in place."""
        path = self._folder / name
        try:
            with path.open("rb+") as file:
                file.write(bytes(os.fstat(file.fileno()).st_size))
                file.flush()
                os.fsync(file.fileno())
            path.unlink()
        except FileNotFoundError:
            return
        except OSError as problem:
            raise StoreReadOnly(str(problem)) from problem
        with suppress(OSError):  # something lies in it: then it stays, and so do those around it
            for each in self._made:
                each.rmdir()


class OsKeyStore:
    """The keyring of the operating system. Its library is 8 MB of memory that a station with key files doesn't need."""

    def read(self, name: str) -> str | None:
        """See `KeyStore.read`."""
        import keyring.errors  # noqa: PLC0415 as above

        try:
            return keyring.get_password(SERVICE, name)
        except keyring.errors.KeyringError as problem:
            raise KeysMissing(str(problem)) from problem

    def write(self, name: str, text: str) -> None:
        """See `KeyStore.write`."""
        import keyring.errors  # noqa: PLC0415 as above

        try:
            keyring.set_password(SERVICE, name, text)
        except keyring.errors.KeyringError as problem:
            raise KeysMissing(str(problem)) from problem

    def delete(self, name: str) -> None:
        """See `KeyStore.delete`."""
        import keyring.errors  # noqa: PLC0415 as above

        try:
            keyring.delete_password(SERVICE, name)
        except keyring.errors.PasswordDeleteError:
            return  # the library's word for a text that isn't there
        except keyring.errors.KeyringError as problem:
            raise KeysMissing(str(problem)) from problem


class MemoryKeyStore:
    """Forgets everything when the process ends."""

    def __init__(self) -> None:
        """Start empty."""
        self._texts: dict[str, str] = {}

    def read(self, name: str) -> str | None:
        """See `KeyStore.read`."""
        return self._texts.get(name)

    def write(self, name: str, text: str) -> None:
        """See `KeyStore.write`."""
        self._texts[name] = text

    def delete(self, name: str) -> None:
        """See `KeyStore.delete`."""
        self._texts.pop(name, None)


def check_key_store(key_store: KeyStore) -> None:
    """Write and read a word, before anything is promised to anyone, and leave nothing. Raises `KeyStoreMissing`."""
    probe = f"{PROBE}-{new_ref()}"  # another station of this machine may be set up at the same moment
    try:
        key_store.write(probe, "ok")
        is_kept = key_store.read(probe) == "ok"
        key_store.delete(probe)
    except StoreFault as problem:
        raise KeyStoreMissing(str(problem)) from problem
    if not is_kept:
        raise KeyStoreMissing("what was written could not be read again")


def make_keys(database: bytes) -> StationKeys:
    """Return new signing and box keys beside a database key (32 random bytes)."""
    return StationKeys(
        database,
        Ed25519PrivateKey.from_private_bytes(new_secret()),
        X25519PrivateKey.from_private_bytes(new_secret()),
    )


def save_keys(key_store: KeyStore, store_id: str, keys: StationKeys) -> None:
    """Keep the secrets of a store."""
    key_store.write(
        f"{store_id}.keys",
        json.dumps(
            {
                "database": keys.database.hex(),
                "sign": keys.sign.private_bytes_raw().hex(),
                "box": keys.box.private_bytes_raw().hex(),
            }
        ),
    )


def load_keys(key_store: KeyStore, store_id: str) -> StationKeys:
    """Return the secrets of a store. Raises `KeysMissing`."""
    text = key_store.read(f"{store_id}.keys")
    if text is None:
        raise KeysMissing(f"nothing is kept for store {store_id}")
    try:
        found = {name: bytes.fromhex(value) for name, value in json.loads(text).items()}
        return StationKeys(
            found["database"],
            Ed25519PrivateKey.from_private_bytes(found["sign"]),
            X25519PrivateKey.from_private_bytes(found["box"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        raise KeysMissing(f"what is kept for store {store_id} is no set of keys") from problem


def forget_keys(key_store: KeyStore, store_id: str) -> None:
    """Forget everything about a store, the secrets first."""
    for part in ("keys", "pepper", "mark", "verified"):
        key_store.delete(f"{store_id}.{part}")


def save_pepper(key_store: KeyStore, store_id: str, pepper: bytes) -> None:
    """Keep what the PINs of the shop's staff rest on (core.pins)."""
    key_store.write(f"{store_id}.pepper", pepper.hex())


def load_pepper(key_store: KeyStore, store_id: str) -> bytes | None:
    """Return the pepper, or None before HQ has sent one. What can't be read is asked for again."""
    text = key_store.read(f"{store_id}.pepper")
    try:
        return None if text is None else bytes.fromhex(text)
    except ValueError:
        return None


def save_mark(key_store: KeyStore, store_id: str, head: Head) -> None:
    """Note how far the journal has come."""
    key_store.write(f"{store_id}.mark", f"{head.seq:0{MARK_DIGITS}} {head.hash.hex()}")


def load_mark(key_store: KeyStore, store_id: str) -> Head | None:
    """Return the last mark, or None before the first. Raises `KeysMissing`."""
    text = key_store.read(f"{store_id}.mark")
    if text is None:
        return None
    seq, _, digest = text.partition(" ")
    try:
        return Head(int(seq), bytes.fromhex(digest))
    except ValueError as problem:
        raise KeysMissing(f"what is kept for store {store_id} is no mark") from problem


def save_verified(key_store: KeyStore, store_id: str, reached: Reached) -> None:
    """Note how far the journal was read back and held."""
    head = reached.head
    text = f"{head.seq:0{MARK_DIGITS}} {head.hash.hex()} {reached.effect:0{MARK_DIGITS}}"
    key_store.write(f"{store_id}.verified", text)


def load_verified(key_store: KeyStore, store_id: str) -> Reached | None:
    """Return how far the journal was verified when that was noted last, or None. Raises `KeysMissing`.

    A note that can't be read counts as none: all that it does is to spare a start some work.
    """
    text = key_store.read(f"{store_id}.verified")
    if text is None:
        return None
    try:
        seq, digest, effect = text.split(" ")
        return Reached(Head(int(seq), bytes.fromhex(digest)), int(effect))
    except ValueError:
        return None
