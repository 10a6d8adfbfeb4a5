"""What head office has stopped, as this station heard it last: kept in the journal's file.

There and not in the replica: it must outlast a replica that is damaged or exchanged, and a power cut, after which the
replica may be some moments older. What was heard once is obeyed from then on.
"""

from sqlite_utils import Database

from app.core.stops import NO_STOPS, Stops, read_stops
from app.store.meta import read_meta, write_meta


class KeptStops:
    """The newest list. Call what writes inside `atomic`."""

    def __init__(self, database: Database) -> None:
        """Keep it in the journal's file."""
        self._db = database
        self._newest: Stops | None = None  # as far as it was read: it is asked at each order

    @property
    def newest(self) -> Stops:
        """The list that decisions go by; an empty one before the first."""
        if self._newest is None:
            body = read_meta(self._db, "stops")
            self._newest = read_stops(body) if body else NO_STOPS
        return self._newest

    @property
    def version(self) -> int:
        """The version of the list that is held; 0 before the first, or where it is held in doubt."""
        return int(read_meta(self._db, "stops_version", 0))

    def keep(self, body: bytes, version: int) -> None:
        """Go by a list that was read, and whose signature has been checked."""
        write_meta(self._db, stops=body, stops_version=version)
        self._newest = None

    def doubt(self) -> None:
        """Go on by it until head office's own comes, whatever its version: a thief may have signed this one."""
        write_meta(self._db, stops_version=0)

    def drop(self) -> None:
        """Let it go: head office itself never made one."""
        write_meta(self._db, stops=b"", stops_version=0)
        self._newest = None
