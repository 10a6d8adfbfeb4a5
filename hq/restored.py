"""An HQ whose database is older than it was: put back from a backup, by a person's word or by what the mark says.

It becomes a new incarnation with a new set of facts. Stations then take a snapshot, since the feed's numbers will come
again for other facts, and send every entry that HQ has lost, which they find out by its head. The rules get a version
above every one that a station was shown, for a station never goes back to a lower one: the mark knows which. Where only
a person knows that HQ was put back, the mark may have been put back too, and the rules go up by more than anybody has
published since. What stations report moves nothing: one that lies would have every station fetch the rules anew.
"""

import json
import logging
from collections.abc import Iterable, Mapping
from pathlib import Path

from sqlalchemy import Connection, select

from app.core.canonical import canonical
from app.core.keyset import KeyUse
from app.ids import new_id, new_secret
from hq.authority.forgotten import forget, unknown_holders
from hq.campaigns.store import insert_document, newest_version, read_document
from hq.db import Whole, hold_whole
from hq.feed import last_number
from hq.keys import KeyRing, sign_document
from hq.keysets.store import current_kid
from hq.mark import Reached
from hq.rows import upsert
from hq.stops.document import STOPS, publish_stops_above
from hq.tables import meta

log = logging.getLogger(__name__)

INCARNATION, SET_ID, FORMER = "hq_incarnation", "set_id", "former_incarnations"
STOPS_OF_BACKUP = (
    "stops_of_backup"  # version of the list of stops that a folder brought which a person put back
)
LOST_MAX = 1_000  # versions: nobody has published more since the backup


def is_older(connection: Connection, mark: Reached | None, holders: Iterable[str] = ()) -> bool:
    """Tell whether the database is older than what was noted beside it: a number of the feed, or who held leases."""
    if unknown_holders(connection, holders):
        return True
    if mark is None:
        return False
    about = read_about(connection)
    if mark.incarnation != about[INCARNATION]:
        # A former one: another process of this HQ found it out before us. An unknown one: of a lost future.
        return mark.incarnation not in _former(about)
    return mark.feed > last_number(connection) or mark.program > newest_version(connection, "program")


def become_new(
    connection: Connection,
    keys: KeyRing,
    mark: Reached | None,
    *,
    now_ms: int,
    holders: Iterable[str] = (),
    is_known: bool = False,
) -> None:
    """Make a new incarnation and a new set of facts, with rules above all that stations were shown.

    `is_known` says that a person knows of it, who may have put the mark back too.
    """
    about = read_about(connection)
    former = [*_former(about), about[INCARNATION]]
    if mark is not None and mark.incarnation not in former:
        former.append(mark.incarnation)
    values = {INCARNATION: new_id(), SET_ID: new_secret(8).hex(), FORMER: json.dumps(former)}
    upsert(connection, meta, [{"k": name, "v": value} for name, value in values.items()], changes=("v",))
    forget(connection, now_ms=now_ms, holders=holders)
    shown = 0 if mark is None else mark.program
    if is_known:
        shown = max(shown, newest_version(connection, "program") + LOST_MAX)
    _lift_program(connection, keys, above=shown, now_ms=now_ms)
    if is_known:  # the file beside the database may have been put back too
        of_backup = newest_version(connection, STOPS)
        upsert(connection, meta, [{"k": STOPS_OF_BACKUP, "v": str(of_backup)}], changes=("v",))
        publish_stops_above(connection, keys, of_backup + LOST_MAX, now_ms=now_ms)


def _lift_program(connection: Connection, keys: KeyRing, *, above: int, now_ms: int) -> None:
    """Publish the newest program anew, above a version that a station may hold, unless it is or there is none."""
    hold_whole(connection, Whole.PROGRAMS)
    newest = newest_version(connection, "program")
    held = read_document(connection, "program", newest)
    if above <= newest or held is None:
        return
    version = above + 1
    body = canonical(json.loads(held.body) | {"version": version})
    kid = current_kid(connection, KeyUse.SIGN)
    signed = sign_document(keys, kind="program", version=version, body=body, kids=[kid])
    insert_document(connection, signed, now_ms=now_ms)
    log.info("program %s is published anew as %s: stations may hold up to %s", newest, version, above)


def read_about(connection: Connection) -> Mapping[str, str]:
    """Return what HQ knows of itself."""
    return {row.k: row.v for row in connection.execute(select(meta))}


def drop_snapshots(folder: Path) -> None:
    """Delete the files of another set of facts."""
    for path in folder.glob("snapshot-*.zst"):
        path.unlink(missing_ok=True)


def _former(about: Mapping[str, str]) -> list[str]:
    found: list[str] = json.loads(about.get(FORMER, "[]"))
    return found
