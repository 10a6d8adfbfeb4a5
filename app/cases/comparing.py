"""Holding what is expected against what was decided. Numbers are compared as numbers: "10.0" is "10.00"."""

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any


def differences(expected: dict[str, Any], got: dict[str, Any]) -> list[str]:
    """Return in words what differs; empty when everything expected is so. `alternatives` make nothing right."""
    return [
        text
        for key, wanted in expected.items()
        if key != "alternatives"
        for text in _differs(key, wanted, got.get(key))
    ]


def _differs(path: str, wanted: Any, found: Any) -> Iterator[str]:
    if isinstance(wanted, dict):
        inner = found if isinstance(found, dict) else {}
        for name, value in wanted.items():
            yield from _differs(f"{path}.{name}", value, inner.get(name, _absent(path)))
    elif isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        for place, pair in enumerate(zip(wanted, found, strict=True)):
            yield from _differs(f"{path}[{place}]", *pair)
    elif not _same(wanted, found):
        yield f"{path}: expected {_shown(wanted)}, got {_shown(found)}"


def _absent(path: str) -> Any:
    """Return what a name stands for that isn't there: no units are free of a product that isn't named."""
    return 0 if path == "free_units" else None


def _same(wanted: Any, found: Any) -> bool:
    if isinstance(wanted, bool) or isinstance(found, bool):
        return wanted is found
    numbers = _number(wanted), _number(found)
    if None not in numbers:
        return numbers[0] == numbers[1]
    return type(wanted) is type(found) and bool(wanted == found)


def _number(value: Any) -> Decimal | None:
    """Return a number, or a text that is one; None for anything else."""
    if isinstance(value, int | float):
        value = repr(value)
    if not isinstance(value, str):
        return None
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _shown(value: Any) -> str:
    return "nothing" if value is None else str(value)
