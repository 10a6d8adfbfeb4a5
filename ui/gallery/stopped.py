"""A station whose records can't be used."""

from dataclasses import replace

from app.store.faults import DiskFull, JournalBroken, KeysMissing, StoreBusy, StoreDamaged, StoreTooNew
from ui.gallery.samples import BASE
from ui.models.answers import after_fault
from ui.models.state import Screen, State


def states() -> dict[str, State]:
    """Return every state of the page."""
    faults = {
        "open": StoreBusy(), "damaged": StoreDamaged(), "key": KeysMissing(), "newer": StoreTooNew(),
        "full": DiskFull(), "journal": JournalBroken(first_bad_seq=1, detail=""),
    }  # fmt: skip
    stopped = replace(BASE, screen=Screen.STOPPED)
    return {
        f"stopped-{name}": replace(stopped, stopped_sentence=after_fault(fault).sentence)
        for name, fault in faults.items()
    }
