"""Bugs to plant into what takes texts for texts, and into what keeps a station within its bounds."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from app.core import codes
from app.core.guesses import Guesses
from app.core.reasons import Reason, Refusal
from app.station import identify, standing
from app.store import store
from app.store.journal import Journal
from hq import service
from sync.syncer import Syncer


@contextmanager
def reads_out_what_was_scanned() -> Iterator[None]:
    """The cashier should see what it was."""

    def unknown(text: str) -> Refusal:
        return Refusal(Reason.UNKNOWN_CODE, {"shown": text})

    with patch.object(codes, "unknown", unknown), patch.object(identify, "unknown", unknown):
        yield


def writes_ids_into_statements() -> AbstractContextManager[Any]:
    """Order numbers are numbers."""

    def claimed(self: Journal, kind: str, ref: str) -> int | None:
        where = f"kind = '{kind}' AND ref = '{ref}' AND epoch = {self._owner.epoch}"
        row = self._db.conn.execute(f"SELECT seq FROM effect WHERE {where}").fetchone()  # noqa: S608 the bug
        return row[0] if row else None

    return patch.object(Journal, "claimed", claimed)


def serves_any_file() -> AbstractContextManager[Any]:
    """Stations ask for what the manifest names."""

    def snapshot_path(hq: Any, _: Any, name: str) -> Path:
        return Path(hq.snapshots / name)

    return patch.object(service.snapshot, "snapshot_path", snapshot_path)


def writes_down_each_guess() -> AbstractContextManager[Any]:
    """Whoever looks into it will want to know how many there were."""
    return patch.object(Guesses, "is_news", lambda _: True)


def keeps_every_replica() -> AbstractContextManager[Any]:
    """One never knows."""
    return patch.object(store, "drop_stale_replicas", lambda _: None)


def gives_to_the_last_byte() -> AbstractContextManager[Any]:
    """There is room, or the disk will say so."""
    return patch.object(standing, "is_room_low", lambda _: False)


def syncs_on_the_stores_thread() -> AbstractContextManager[Any]:
    """What touches the store belongs on its thread."""
    right = Syncer.push
    return patch.object(Syncer, "push", lambda self: self._run(lambda: right(self)))


PLANTS = (
    ("I24", syncs_on_the_stores_thread),
    ("I25", gives_to_the_last_byte),
    ("I25", writes_down_each_guess),
    ("I25", keeps_every_replica),
    ("I28", reads_out_what_was_scanned),
    ("I28", writes_ids_into_statements),
    ("I28", serves_any_file),
)
