"""Bugs to plant into what a station does when it is shut out, goes on under a new epoch, or its files were changed."""

from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any
from unittest.mock import patch

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


PLANTS = (
    ("I12", epoch_forgets_versions),
    ("I9", salvage_without_body),
)
