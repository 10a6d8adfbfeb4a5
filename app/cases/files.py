"""Case files: JSON Lines, or a JSON document with one case or a list of them, each with the place it came from."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson


@dataclass(frozen=True, slots=True)
class Found:
    """A value from a file, or why there is none. `place` is the file with the line."""

    place: str
    value: Any = None
    problem: str = ""


def read_cases(path: Path) -> Iterator[Found]:
    """Yield what stands in a file, line by line; what can't be read is a `Found` with a problem."""
    try:
        body = path.read_bytes()
    except OSError as problem:
        yield Found(str(path), problem=f"can't be read: {problem.strerror}")
        return
    if path.suffix != ".jsonl" and (whole := _whole(body)) is not None:
        for place, value in enumerate(whole, start=1):
            yield Found(str(path) if len(whole) == 1 else f"{path} case {place}", value)
        return
    for number, line in enumerate(body.splitlines(), start=1):
        if line.strip():
            yield _line(f"{path} line {number}", line)


def _whole(body: bytes) -> list[Any] | None:
    """Return the cases of a file that is one JSON document; None when it isn't."""
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return found if isinstance(found, list) else [found]


def _line(place: str, line: bytes) -> Found:
    try:
        return Found(place, orjson.loads(line))
    except orjson.JSONDecodeError as problem:
        return Found(place, problem=f"is no JSON: {problem}")
