"""Which of HQ's signed documents this station has seen: kept in the journal's `meta`, where it outlives replicas.

A version never goes down, but by the root key's word after the key that signed the highest was revoked.
"""

from sqlite_utils import Database

from app.store.meta import read_meta, write_meta

SNAPSHOT = "snapshot"  # its version is HQ's moment, of which it speaks


class Versions:
    """The highest version seen of each kind of document, and who signed it. Call what writes inside `atomic`."""

    def __init__(self, database: Database) -> None:
        """Keep them in the journal's file."""
        self._db = database

    def highest(self, kind: str) -> int:
        """Return the highest version ever seen; 0 before the first."""
        return int(read_meta(self._db, f"highest_{kind}", 0))

    def signer(self, kind: str) -> str:
        """Return the id of the key that signed the highest; empty when that isn't known."""
        return str(read_meta(self._db, f"highest_{kind}_signer", ""))

    def note(self, kind: str, version: int, *, signer: str = "") -> None:
        """Remember a version that was seen and believed. The same again may come under a newer signature."""
        if version >= self.highest(kind):
            self.set_to(kind, version, signer=signer)

    def set_to(self, kind: str, version: int, *, signer: str = "") -> None:
        """Begin anew at a version, which may be lower: only where the root key says so."""
        write_meta(self._db, **{f"highest_{kind}": version, f"highest_{kind}_signer": signer})
