"""What a store comes to in figures, for whoever supports a station: counts, and words of ours that HQ gave.

No entry's body is read. Each question has a connection of its own: after one bad page a connection is broken for good
pages too, and a damaged store must still answer what it can. The station may be running.
"""

import re
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from app.store.db import DatabaseError, look_into_database
from app.store.draft import replica_name
from app.store.faults import StoreFault
from app.store.meta import read_meta
from app.store.store import JOURNAL
from app.store.timekeeper import read_time

LAST_VERDICTS = 20
OF_META = (
    "acked_seq",
    "epoch",
    "replica",
    "standing",
    "stops_version",
)  # what may be told of the facts by name
WORD = re.compile(r"[a-z][a-z0-9_]{0,40}")  # of ours; anything else is not told

ENTRIES = "SELECT epoch, type, COUNT(*) FROM journal GROUP BY epoch, type ORDER BY epoch, type"
VERDICTS = "SELECT epoch, verdict, COUNT(*) FROM verdict GROUP BY epoch, verdict ORDER BY epoch, verdict"
LAST = "SELECT epoch, seq, verdict, codes FROM verdict ORDER BY rowid DESC LIMIT ?"
OLDEST = """
SELECT MIN(wall_ms) FROM journal
WHERE epoch = (SELECT v FROM meta WHERE k = 'epoch') AND seq > (SELECT v FROM meta WHERE k = 'acked_seq')
"""
OF_JOURNAL = ("enrolment", "handed", "lease", "former_program", "pin_try", "effect", "briefing_seen")
OF_REPLICA = ("member", "voucher", "counter", "alias", "gift_card", "signal", "staff")

Question = Callable[[Database], Any]


def journal_figures(folder: Path, key: bytes) -> dict[str, Any]:
    """Return what the journal's file comes to; a fault's code stands where it could not be read."""
    questions: dict[str, Question] = {
        "form": _form,
        "facts": lambda found: {name: _told(read_meta(found, name)) for name in OF_META},
        "entries": lambda found: [
            [epoch, _told(kind), n] for epoch, kind, n in found.execute(ENTRIES).fetchall()
        ],
        "last_entry": lambda found: list(
            found.execute("SELECT MAX(epoch), MAX(seq) FROM journal").fetchone()
        ),
        "oldest_waiting_ms": lambda found: found.execute(OLDEST).fetchone()[0],
        "verdicts": lambda found: [
            [epoch, _told(kind), n] for epoch, kind, n in found.execute(VERDICTS).fetchall()
        ],
        "last_verdicts": _last_verdicts,
        "time": _time,
        **{f"rows_of_{table}": _rows_of(table) for table in OF_JOURNAL},
    }
    return {name: _asked(folder / JOURNAL, key, question) for name, question in questions.items()}


def replica_figures(folder: Path, key: bytes, number: int) -> dict[str, Any]:
    """Return what the copy of HQ's facts comes to."""
    questions: dict[str, Question] = {
        "form": _form,
        "documents": lambda found: dict(found.execute("SELECT kind, version FROM document").fetchall()),
        "position": lambda found: {
            name: read_meta(found, name) for name in ("cursor", "as_of_ms", "included_seq")
        },
        **{f"rows_of_{table}": _rows_of(table) for table in OF_REPLICA},
    }
    path = folder / replica_name(number)
    return {name: _asked(path, key, question) for name, question in questions.items()}


def _asked(path: Path, key: bytes, question: Question) -> Any:
    try:
        with closing(look_into_database(path, key)) as database:
            return question(database)
    except StoreFault as fault:
        return {"fault": fault.code}
    except (
        DatabaseError,
        ValueError,
        TypeError,
        KeyError,
    ) as problem:  # no such table, or no fact of that form
        return {"fault": type(problem).__name__}


def _told(value: object) -> Any:
    """Return a number or a word of ours; of anything else only that it is there."""
    if value is None or isinstance(value, int):
        return value
    return value if isinstance(value, str) and WORD.fullmatch(value) else "(something else)"


def _form(database: Database) -> int:
    return int(database.execute("PRAGMA user_version").fetchone()[0])


def _rows_of(table: str) -> Question:
    return lambda database: database.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0]  # noqa: S608 names of ours


def _last_verdicts(database: Database) -> list[list[Any]]:
    rows = database.execute(LAST, (LAST_VERDICTS,)).fetchall()
    return [[epoch, seq, _told(word), re.findall(WORD, codes)] for epoch, seq, word, codes in rows]


def _time(database: Database) -> dict[str, Any] | None:
    time = read_time(database)
    if time is None:
        return None
    return {
        "is_signed": time.is_signed,
        "was_signed": time.was_signed,
        "is_doubted": time.is_doubted,
        "starts": time.starts,
    }
