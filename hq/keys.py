"""HQ's own keys: files of mode 0600 in the data folder's `keys/`, never in the database.

Four uses: `root` signs the set of keys and nothing else, `sign` signs program versions and manifests, `token`
signs member codes, and what stations seal for head office opens by `box`. The set of keys is a signed document whose
body names the root key too: a station compares that one with the fingerprint in its pairing text and believes the rest
because of it. Which of the keys are good, and
which of those signs, stands in the database (hq/keysets). Losing the files kills every card: see backup.py.
"""

import hashlib
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from app.core.keyset import PublicKey, VouchedProgram, write_keyset
from app.ids import new_secret
from hq.drafts import draft_of
from hq.faults import SetUpFault
from sync.protocol import DocumentKind, Signature, SignedDocument, document_message

ROOT, SIGN, TOKEN, BOX = (
    "r1",
    "s1",
    "t1",
    "b1",
)  # the first of each use; short, since the token key's stands in every printed code
USES = {ROOT: "root", SIGN: "sign", TOKEN: "token", BOX: "box"}
LETTERS = {use: kid[0] for kid, use in USES.items()}
FILE_NAME = re.compile(r"(root-r|sign-s|token-t|box-b)[1-9][0-9]{0,3}\.key")
KEY_FILE_MODE = 0o600
KEYS_FOLDER_MODE = 0o700

PrivateKey = Ed25519PrivateKey | X25519PrivateKey


@dataclass(frozen=True)
class KeyRing:
    """The private keys by key id. With a `folder`, one that was made since the start is read when it is wanted.

    `peppers` (hq/staff/peppers.py) by the names of their files: only on the way into a backup and out of one.
    """

    private: dict[str, PrivateKey]
    folder: Path | None = field(default=None, compare=False)
    peppers: Mapping[str, bytes] = field(default_factory=dict, compare=False)

    def key(self, kid: str) -> Ed25519PrivateKey:
        """Return a key that signs. Raises `SetUpFault` when its file is missing."""
        found = self._held(kid)
        assert isinstance(found, Ed25519PrivateKey), "a box key signs nothing"
        return found

    def box_key(self, kid: str) -> X25519PrivateKey:
        """Return a key that opens what was sealed for it. Raises `SetUpFault` when its file is missing."""
        found = self._held(kid)
        assert isinstance(found, X25519PrivateKey), "only a box key opens anything"
        return found

    def _held(self, kid: str) -> PrivateKey:
        if kid not in self.private:
            if self.folder is None:
                raise SetUpFault(f"HQ does not hold the key {kid}.")
            self.private[kid] = read_key(self.folder, kid)
        return self.private[kid]

    def sign(self, kid: str, message: bytes) -> bytes:
        """Return the Ed25519 signature (64 bytes) by one of the keys."""
        return self.key(kid).sign(message)

    def public(self, kid: str) -> bytes:
        """Return the public half (32 bytes) of a key."""
        return self._held(kid).public_key().public_bytes_raw()


def new_keys() -> KeyRing:
    """Make the keys of a new HQ."""
    return KeyRing({kid: private_key(kid, new_secret()) for kid in USES})


def private_key(kid: str, secret: bytes) -> PrivateKey:
    """Return the key that 32 random bytes are, by what its id says that it is for."""
    if kid[0] == LETTERS["box"]:
        return X25519PrivateKey.from_private_bytes(secret)
    return Ed25519PrivateKey.from_private_bytes(secret)


def next_kid(use: str, known: Iterable[str], *, above: int = 0) -> str:
    """Return the id of the next key of a use: its letter and the next number, which is above `above`."""
    numbers = [number_of(kid) for kid in known if kid[0] == LETTERS[use]]
    return f"{LETTERS[use]}{max(above, *numbers, 0) + 1}"


def number_of(kid: str) -> int:
    """Return which of its use a key is, the first being 1."""
    return int(kid[1:])


def root_fingerprint(keys: KeyRing, kid: str = ROOT) -> str:
    """Return the SHA-256 of a root key's 32 public bytes, in hexadecimal: what a pairing text carries."""
    return hashlib.sha256(keys.public(kid)).hexdigest()


def public_keys(keys: KeyRing, *, nbf_ms: int) -> list[PublicKey]:
    """Return the public halves of a new HQ's keys, good from `nbf_ms` on."""
    return [PublicKey(kid, use, keys.public(kid), nbf_ms) for kid, use in USES.items()]


def sign_document(
    keys: KeyRing,
    *,
    kind: DocumentKind,
    version: int,
    body: bytes,
    kids: Sequence[str] = (),
) -> SignedDocument:
    """Vouch for a document by these keys, in a new HQ by the only one of its use.

    The first of them is the one that older stations look at.
    """
    first, *others = kids or [ROOT if kind == "keyset" else SIGN]
    message = document_message(kind=kind, version=version, body=body)
    return SignedDocument(
        kind=kind,
        version=version,
        kid=first,
        sig=keys.sign(first, message),
        body=body,
        also=[Signature(kid=kid, sig=keys.sign(kid, message)) for kid in others],
    )


def keyset_body(
    version: int,
    keys: Sequence[PublicKey],
    programs: Sequence[VouchedProgram] = (),
    *,
    stops_version: int = 0,
) -> bytes:
    """Return the canonical body of a set of keys (app/core/keyset.py)."""
    return write_keyset(version, keys, programs, stops_version=stops_version)


def write_keys(folder: Path, keys: KeyRing) -> None:
    """Write each key to a file of its own that only this user may read. Existing files are left and raise."""
    folder.mkdir(mode=KEYS_FOLDER_MODE, parents=True, exist_ok=True)
    for kid, key in keys.private.items():
        write_key(folder, kid, key)


def write_key(folder: Path, kid: str, key: PrivateKey) -> None:
    """Write one key. Raises `FileExistsError`."""
    write_secret(key_path(folder, kid), key.private_bytes_raw().hex() + "\n")


def read_keys(folder: Path) -> KeyRing:
    """Read all keys that are there. Raises `SetUpFault` when none is, or one is damaged."""
    try:
        files = [path.name for path in folder.iterdir() if FILE_NAME.fullmatch(path.name)]
    except OSError as problem:
        raise _missing(folder, str(problem)) from problem
    if not files:
        raise _missing(folder, "there are none")
    kids = [name.removesuffix(".key").rpartition("-")[2] for name in files]
    return KeyRing({kid: read_key(folder, kid) for kid in kids}, folder)


def read_key(folder: Path, kid: str) -> PrivateKey:
    """Read one key. Raises `SetUpFault` when it is missing or damaged."""
    try:
        return private_key(kid, bytes.fromhex(key_path(folder, kid).read_text(encoding="ascii")))
    except (OSError, ValueError) as problem:
        raise _missing(folder, str(problem)) from problem


def check_whole(keys: KeyRing, kids: Iterable[str]) -> None:
    """Raise `SetUpFault` unless all keys that are still good are there."""
    if missing := sorted(set(kids) - keys.private.keys()):
        assert keys.folder is not None
        raise _missing(keys.folder, f"no {', '.join(missing)}")


def key_path(folder: Path, kid: str) -> Path:
    """Return where a key lies: `token-t1.key`."""
    use = next(use for use, letter in LETTERS.items() if letter == kid[0])
    return folder / f"{use}-{kid}.key"


def _missing(folder: Path, problem: str) -> SetUpFault:
    return SetUpFault(
        f"HQ's keys in {folder} are missing or damaged ({problem}). Restore them from the backup file made by "
        "`tillside hq init` or the last `tillside hq keys rotate`: without them no card and no station can be trusted."
    )


def write_secret(path: Path, text: str) -> None:
    """Write and sync a new file that never existed with wider rights, nor half written under its name."""
    if path.exists():
        raise FileExistsError(path)
    with draft_of(path, is_hidden=True) as draft:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, KEY_FILE_MODE)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # the name is on the disk too: what is published next rests on it
    finally:
        os.close(folder)
