"""The list of what is stopped as the document that stations get."""

from sqlalchemy import Connection

from app.core.keyset import KeyUse
from app.core.stops import STOPS_MAX, write_stops
from hq.campaigns.store import insert_document, newest_version
from hq.faults import NotPossible
from hq.keys import KeyRing, sign_document
from hq.keysets.store import current_kid
from hq.stops.store import all_periods, forget_older_rules, listed
from sync.protocol import DocumentKind

STOPS: DocumentKind = "stops"
OLDER_RULES_MS = 90 * 24 * 60 * 60 * 1000  # as long as a deletion stays in the feed


def publish_stops(connection: Connection, keys: KeyRing, version: int, *, now_ms: int) -> None:
    """Sign the list as it stands, under a version above all before. Raises `NotPossible` where it is too long."""
    forget_older_rules(connection, before_ms=now_ms - OLDER_RULES_MS)
    stops = listed(all_periods(connection))
    if len(stops) > STOPS_MAX:
        raise NotPossible(
            f"At most {STOPS_MAX} things are stopped at a time. Change the rules or withdraw vouchers, and lift some."
        )
    kid = current_kid(connection, KeyUse.SIGN)
    signed = sign_document(keys, kind=STOPS, version=version, body=write_stops(version, stops), kids=[kid])
    insert_document(connection, signed, now_ms=now_ms)


def publish_stops_above(connection: Connection, keys: KeyRing, above: int, *, now_ms: int) -> None:
    """Sign the list anew above a version that stations may hold, though this database knows of none so high."""
    publish_stops(connection, keys, max(above, newest_version(connection, STOPS)) + 1, now_ms=now_ms)
