"""Canonical JSON (RFC 8785) as bytes: what is hashed and signed is exactly what is stored.

The general library takes many times as long as orjson with sorted keys (docs/decisions/0007). The two write the same
bytes for the documents we make (ASCII keys, text, integers below 2**53, booleans, null, lists), and a property test
holds them together; whatever else is handed in is refused here, so the shortcut can't drift from the standard.
"""

import hashlib
from typing import Any

import orjson

INTEGER_MAX = 2**53 - 1  # beyond it, JSON readers that use doubles would change the number


class NotCanonical(ValueError):
    """A value that has no canonical form here: a float, a key that isn't ASCII, or an integer that is too large."""


def canonical(value: Any) -> bytes:
    """Return the RFC 8785 form of `value`. Raises `NotCanonical`."""
    _check(value)
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER)
    except TypeError as problem:  # orjson's complaints: a lone surrogate, a type it does not know
        raise NotCanonical(str(problem)) from problem


def digest(data: bytes) -> str:
    """Return the SHA-256 of `data` as 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def _check(value: Any) -> None:
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return
    if kind is int:
        if not -INTEGER_MAX <= value <= INTEGER_MAX:
            raise NotCanonical(f"{value} is outside what JSON readers keep exact")
    elif kind is dict:
        for key, item in value.items():
            if type(key) is not str or not key.isascii():
                raise NotCanonical(f"{key!r} can't be a key here: keys are ASCII text")
            _check(item)
    elif kind is list or kind is tuple:
        for item in value:
            _check(item)
    else:
        raise NotCanonical(f"{kind.__name__} has no place in a signed document")
