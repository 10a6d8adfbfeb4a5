"""A manager has seen an exception, and says a word on it: an entry like any other, so it stays and head office has it.

The note is in the journal for ever, where nobody can be erased: pages ask for no names in it.
"""

from dataclasses import dataclass

from app.core.entry import NOTED
from app.store.journal import Draft
from app.store.store import StationStore

NOTE_LENGTH_MAX = 200


@dataclass(frozen=True, slots=True)
class About:
    """What was seen: an entry, by its number, and as which exception."""

    seq: int
    what: str


def note(store: StationStore, about: About, text: str, *, staff: str) -> None:
    """Record that an exception was seen by somebody ("" for nobody who signed in). Raises a `StoreFault`."""
    said = {
        "store": store.device.store_id,
        "t_eff": store.now_ms(),
        "staff": staff,
        "about": {"epoch": store.device.epoch, "seq": about.seq, "what": about.what},
        "note": plain(text),
    }
    with store.atomic():
        store.journal.append([Draft(NOTED, said)])


def plain(text: str) -> str:
    """Return a note in one line of what can be printed, no longer than it may be."""
    printable = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(printable.split())[:NOTE_LENGTH_MAX]
