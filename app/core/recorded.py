"""Reading values out of a record: a text is a text, and true is no number. Raises `TypeError` where it is another."""

from typing import Any


def text(value: Any) -> str:
    """Return a text."""
    if type(value) is not str:
        raise TypeError(f"expected a text, found {value!r}")
    return value


def whole(value: Any) -> int:
    """Return a whole number."""
    if type(value) is not int:
        raise TypeError(f"expected a whole number, found {value!r}")
    return value
