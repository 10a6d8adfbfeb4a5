"""Bugs to plant into what a station does when it is shut out, goes on under a new epoch, or its files were changed."""

from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from app.core.standing import Standing
from app.store import store
from app.store.verifying import Verification
from hq.journal import ingest
from sync import carrying, reenrolment


def epoch_forgets_versions() -> AbstractContextManager[Any]:
    """A new epoch is a new beginning: HQ will say what is newest."""
    return patch.object(reenrolment, "_note_versions", lambda *_: None)


def salvage_without_body() -> AbstractContextManager[Any]:
    """The hash says which entry it was."""
    right = carrying.salvaged_of

    def salvaged_of(*given: Any, **named: Any) -> Any:
        return replace(right(*given, **named), body=b"{}")

    return patch.object(carrying, "salvaged_of", salvaged_of)


def standing_ignored() -> AbstractContextManager[Any]:
    """HQ will sort it out; the customer stands here now."""
    return patch.object(Standing, "forbids_spending", property(lambda _: False))


def effects_unchecked() -> AbstractContextManager[Any]:
    """The entries are sound, and what they do follows from them."""
    return patch.object(Verification, "_find_stray", lambda *_, **__: None)


def never_rolled_back() -> AbstractContextManager[Any]:
    """A journal whose chain holds is a journal."""
    return patch.object(store, "hold_against", lambda *_: None)


def tells_nobody_of_two_histories() -> AbstractContextManager[Any]:
    """The list of devices says so."""
    return patch.object(ingest, "tell_of_device", lambda *_, **__: None)


PLANTS = (
    ("I12", epoch_forgets_versions),
    ("I9", salvage_without_body),
    ("I10", tells_nobody_of_two_histories),
    ("I11", standing_ignored),
    ("I21", effects_unchecked),
    ("I21", never_rolled_back),
)
