"""The newest list of what is stopped as a file in HQ's folder, beside the database that it is published in.

A database that is put back from a backup would let go what was stopped since, and stations would refuse its next lists
as older than what they have seen. The file is written after the commit; the next start writes what a death in between
left out.
"""

from pathlib import Path

from msgspec import DecodeError
from msgspec.json import decode, encode
from sqlalchemy import Connection

from app.core.stops import Stops, StopsInvalid, read_stops
from hq.campaigns.store import insert_document, newest_version, read_document
from hq.drafts import write_whole
from hq.faults import SetUpFault
from hq.stops.document import STOPS
from hq.stops.store import all_periods, end_period, insert_period
from sync.protocol import SignedDocument

FILE = "stops.json"
FROM_THE_FILE = "known again from the file beside the database"


def keep_newest(connection: Connection, folder: Path) -> None:
    """Write the newest list unless the file holds it, or a newer one. Nothing is written before the first."""
    version = newest_version(connection, STOPS)
    if _version(folder) < version:
        write_whole(folder / FILE, encode(read_document(connection, STOPS, version)))


def is_behind(connection: Connection, folder: Path) -> bool:
    """Tell whether there is a list that the database does not know: then it was put back from a backup."""
    return _version(folder) > newest_version(connection, STOPS)


def catch_up(connection: Connection, folder: Path, *, now_ms: int) -> None:
    """Publish the list that the database has forgotten, and stop and let go as it says."""
    document, stops = _read(folder)
    newest = newest_version(connection, STOPS)
    if document is None or document.version <= newest:
        return  # another process was quicker
    insert_document(connection, document, now_ms=now_ms)
    known = {each.what: each for each in all_periods(connection) if not each.is_over}
    found = {each.what: each for each in stops.stops if each.before_program is None}
    before = {each.what: each.before_program for each in stops.stops}
    # Which lists in between began or ended it nobody knows: no station is to have known it for longer than it did.
    for what, period in known.items():
        if what not in found:
            end_period(
                connection, period, version=newest + 1, until_ms=now_ms, before_program=before.get(what)
            )
    for what, each in found.items():
        if what not in known:
            insert_period(
                connection, what, version=document.version, since_ms=each.since_ms, note=FROM_THE_FILE
            )


def _version(folder: Path) -> int:
    document, _ = _read(folder)
    return 0 if document is None else document.version


def _read(folder: Path) -> tuple[SignedDocument | None, Stops]:
    path = folder / FILE
    try:
        document = decode(path.read_bytes(), type=SignedDocument)
        return document, read_stops(document.body)
    except FileNotFoundError:
        return None, Stops(0, ())
    except (OSError, DecodeError, StopsInvalid) as problem:
        raise SetUpFault(
            f"{path} can't be read ({problem}). Delete it: HQ writes it anew. If the database was put back from a "
            "backup, look at `tillside hq stops` then: what was stopped since is not stopped any more."
        ) from problem
