"""One thing that was looked at: how it is, in words, and what to do about it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How it is. Only `BAD` keeps a station from doing its work."""

    OK = "ok"
    NOTE = "note"  # worth knowing, nothing to do
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """`text` says how it is; `remedy` what to do, empty when there is nothing."""

    name: str
    level: Level
    text: str
    remedy: str = ""


Check = Callable[[], Finding]
