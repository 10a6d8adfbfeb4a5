"""Bugs to plant into what keeps people's data to themselves, and forgets it when they ask."""

import logging
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from app.core.canonical import digest
from app.core.entry import SCAN_DENIED
from app.logs import QuietFormatter
from app.station import identify
from app.store import db
from app.store.journal import Draft
from app.store.replica import Replica
from hq import home
from hq.journal import judge
from hq.members import closing, erasing
from hq.members.store import read_scopes
from sync.client import HttpHq


def writes_down_what_was_scanned() -> AbstractContextManager[Any]:
    """Whoever looks into it will want to know what it was."""

    def _record_denied(store: Any, text: str, refusal: Any) -> None:
        data = {
            "store": store.device.store_id,
            "reason": refusal.reason.code,
            "code_hash": digest(text.encode("utf-8", "surrogatepass"))[:32],
            "text": text,
            "t_eff": store.now_ms(),
        }
        with store.atomic():
            store.journal.append([Draft(SCAN_DENIED, data)])

    return patch.object(identify, "_record_denied", _record_denied)


def logs_what_exceptions_say() -> AbstractContextManager[Any]:
    """How should anybody find the bug otherwise?"""
    return patch.object(QuietFormatter, "formatException", logging.Formatter.formatException)


def asks_by_what_was_scanned() -> AbstractContextManager[Any]:
    """HQ could note who was here last."""
    right = HttpHq.document

    def document(self: HttpHq, kind: Any) -> Any:
        return (
            self._send("GET", f"/v1/sync/document/{kind}?by=ysolde")
            if kind == "program"
            else right(self, kind)
        )

    return patch.object(HttpHq, "document", document)


def leaves_its_copies_in_the_clear() -> AbstractContextManager[Any]:
    """What HQ tells a station is no secret in the shop."""
    right = db._connect

    def _connect(path: Path, mode: str, key: bytes, settings: Any) -> Any:
        if not path.name.startswith("replica-") or path.name == "replica-1.db":  # that one is made by now
            return right(path, mode, key, settings)
        with patch.object(db, "_prepare", _prepare):
            return right(path, mode, key, settings)

    def _prepare(connection: Any, _: bytes, settings: Any) -> None:
        connection.executescript("; ".join(f"PRAGMA {name} = {value}" for name, value in settings))

    return patch.object(db, "_connect", _connect)


def leaves_names_in_its_log() -> AbstractContextManager[Any]:
    """The row is deleted."""
    return patch.object(Replica, "fold_wal", lambda _: None)


def keeps_its_snapshots() -> AbstractContextManager[Any]:
    """Nobody fetches an old one."""
    return patch.object(erasing, "forget_files", lambda _: None)


def tells_the_stores_of_today() -> AbstractContextManager[Any]:
    """A member is known where they have their home."""

    def _scopes(connection: Any, ref: str) -> list[str]:
        return sorted(read_scopes(connection, [ref]).get(ref, {}))[:1]

    return patch.object(closing, "scopes_that_heard", _scopes)


def forgets_whom_it_forgot() -> AbstractContextManager[Any]:
    """A backup is put back as it was."""
    return patch.object(home.closing, "catch_up", lambda *_: 0)


def posts_to_whoever_it_was() -> AbstractContextManager[Any]:
    """An entry is an entry."""
    return patch.object(judge, "of_erased", lambda word, _: word)


PLANTS = (
    ("I19", writes_down_what_was_scanned),
    ("I19", logs_what_exceptions_say),
    ("I19", asks_by_what_was_scanned),
    ("I19", leaves_its_copies_in_the_clear),
    ("I22", leaves_names_in_its_log),
    ("I22", keeps_its_snapshots),
    ("I22", tells_the_stores_of_today),
    ("I22", forgets_whom_it_forgot),
    ("I22", posts_to_whoever_it_was),
)
