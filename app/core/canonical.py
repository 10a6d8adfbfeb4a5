"""Canonical JSON (RFC 8785) as bytes: what is hashed and signed is exactly what is stored.

The general library takes many times as long as orjson with sorted keys (docs/decisions/0007). The two write the same
bytes for the documents we make (ASCII keys, text, integers below 2**53, booleans, null, lists), and a property test
holds them together; whatever else is handed in is refused here, so the shortcut can't drift from the standard.
"""

import gc
import hashlib
from typing import Any

import orjson

INTEGER_MAX = 2**53 - 1  # beyond it, JSON readers that use doubles would change the number
ALLOWED = frozenset({str, bool, type(None), int, dict, list, tuple})


class NotCanonical(ValueError):
    """A value that has no canonical form here: a float, a key that isn't ASCII, or an integer that is too large."""


def canonical(value: Any) -> bytes:
    """Return the RFC 8785 form of `value`. Raises `NotCanonical`."""
    try:
        written = orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER)
    except (
        TypeError
    ) as problem:  # orjson's complaints: a lone surrogate, an integer too large, a type it does not know
        raise NotCanonical(str(problem)) from problem
    _check(value, is_ascii=written.isascii())
    return written


def digest(data: bytes) -> str:
    """Return the SHA-256 of `data` as 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def _check(value: Any, *, is_ascii: bool) -> None:
    """Refuse what orjson writes in a way of its own. What contains itself, or has keys that aren't texts, it refused.

    A level at a time, each in one call: an order has a hundred values, and this is done at each commit. What a list or
    an object holds is what the garbage collector would find in it; texts and numbers hold nothing.
    """
    found = [value]
    while found:
        kinds = set(map(type, found)) - ALLOWED
        if kinds:
            raise NotCanonical(f"{min(kind.__name__ for kind in kinds)} has no place in a signed document")
        if not is_ascii:
            for each in found:
                if type(each) is dict and not "".join(each).isascii():
                    raise NotCanonical("keys are ASCII text here")
        found = gc.get_referents(*found)
