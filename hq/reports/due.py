"""Noting of which hours figures have to be made anew, in the transaction that posts something.

Rows are only added, so nobody waits for anybody; `folding.py` takes them away with the figures it makes. Hours and not
days, since whoever posts need not know in which time zone a day is one.
"""

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection

from hq.reports.tables import figure_due
from hq.rows import insert_tuples

HOUR_MS = 3_600_000


def note_due(connection: Connection, moments: Mapping[str, Iterable[int]]) -> None:
    """Note that something was posted in stores at these moments (UTC ms); the store "" is head office."""
    hours = {(store, at_ms // HOUR_MS) for store, several in moments.items() for at_ms in several}
    insert_tuples(connection, figure_due, ("store", "hour"), sorted(hours))
