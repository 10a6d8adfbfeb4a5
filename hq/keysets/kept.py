"""Sets of keys as files in HQ's folder, beside the database that they are published in.

A database that is put back from a backup would know nothing of what changed since: a key that was stolen and revoked
would be good again, and stations would refuse sets under numbers that they know with another content. The files are no
secret. They are written after the commit; the next start writes what a death in between left out.
"""

from pathlib import Path

from msgspec import DecodeError
from msgspec.json import decode, encode
from sqlalchemy import Connection

from app.core.keyset import KeyUse, read_keyset
from hq.campaigns.store import insert_document, insert_signature, newest_version, read_document
from hq.drafts import write_whole
from hq.faults import SetUpFault
from hq.keys import KeyRing
from hq.keysets.store import current_kid, put_keys
from sync.protocol import Signature, SignedDocument, document_message

FOLDER = "keysets"


def keep(folder: Path, document: SignedDocument) -> None:
    """Write a published set of keys, whole or not at all."""
    (folder / FOLDER).mkdir(exist_ok=True)
    write_whole(_path(folder, document.version), encode(document))


def is_behind(connection: Connection, folder: Path) -> bool:
    """Tell whether there is a set of keys that the database does not know: then it was put back from a backup."""
    return _path(folder, newest_version(connection, "keyset") + 1).exists()


def catch_up(connection: Connection, folder: Path, *, now_ms: int) -> None:
    """Publish what the database has forgotten, in order, and let its keys be as the newest of them says."""
    while is_behind(connection, folder):
        path = _path(folder, newest_version(connection, "keyset") + 1)
        try:
            document = decode(path.read_bytes(), type=SignedDocument)
            keyset = read_keyset(document.body)
        except (OSError, DecodeError, ValueError) as problem:
            raise SetUpFault(
                f"{path} can't be read ({problem}). It is a set of keys that the database, which was put back, lacks. "
                "Take the file from the newest copy of the folder. Without one, move it and those of higher numbers "
                "away and run `tillside hq restored`; then rotate and revoke anew each key that was stolen, which is "
                "good again."
            ) from problem
        insert_document(connection, document, now_ms=now_ms)
        put_keys(connection, keyset.keys)


def sign_anew(connection: Connection, keys: KeyRing) -> None:
    """Let what is newest outlive the key that signed it, for stations that have not seen it yet."""
    kid = current_kid(connection, KeyUse.SIGN)
    for kind in ("program", "stops", "brand"):
        signed = read_document(connection, kind, newest_version(connection, kind))
        if signed is None or kid in {each.kid for each in signed.signatures}:
            continue
        message = document_message(kind=signed.kind, version=signed.version, body=signed.body)
        insert_signature(connection, signed, Signature(kid=kid, sig=keys.sign(kid, message)))


def keep_newest(connection: Connection, folder: Path) -> None:
    """Write the newest set of keys if its file is missing."""
    version = newest_version(connection, "keyset")
    document = read_document(connection, "keyset", version)
    if document is not None and not _path(folder, version).exists():
        keep(folder, document)


def _path(folder: Path, version: int) -> Path:
    return folder / FOLDER / f"keyset-{version}.json"
