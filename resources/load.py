"""Reads packaged data files. Names are relative paths with forward slashes, such as `migrations/journal/0001.sql`."""

from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable


def read_text(name: str) -> str:
    """Return a packaged text file."""
    return _place(name).read_text(encoding="utf-8")


@cache  # packaged files stay as they are, and a store asks at every start
def names(folder: str) -> tuple[str, ...]:
    """Return the names of the files in a packaged folder, sorted."""
    return tuple(sorted(item.name for item in _place(folder).iterdir() if item.is_file()))


def _place(name: str) -> Traversable:
    parts = name.split("/")
    if name.startswith("/") or ".." in parts:
        raise ValueError(f"{name!r} leads out of the resources")
    return files(__package__).joinpath(*parts)
