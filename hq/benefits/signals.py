"""Signals as stations are told of them: what is so in the world, in a store or (`store` empty) in all."""

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import Connection, or_, select

from hq.benefits.tables import signal

COLUMNS = ("key", "name", "value", "until_ms")

SIGNALS = select(signal.c.store, signal.c.name, signal.c.value, signal.c.until_ms)


def key_of(store: str, name: str) -> str:
    """Return the key under which a store's stations keep a signal."""
    return f"{store}/{name}"


def read_signals(connection: Connection, keys: Collection[str]) -> dict[str, dict[str, Any]]:
    """Return the signals with these keys as stations get them, by key; what is not so any more is left out."""
    if not keys:
        return {}
    found = {key_of(row.store, row.name): _facts(row) for row in connection.execute(SIGNALS)}
    return {key: dict(zip(COLUMNS, found[key], strict=True)) for key in keys if key in found}


def signals_of_store(connection: Connection, store: str) -> Iterator[list[Any]]:
    """Yield what is so in a store, and in all of them, as COLUMNS."""
    for row in connection.execute(SIGNALS.where(signal.c.store.in_(("", store)))):
        yield _facts(row)


def signals_so(connection: Connection, store: str, *, at_ms: int) -> dict[str, str]:
    """Return what is so in a store at a moment (UTC ms), by name, as its stations would go by it."""
    holds = or_(signal.c.until_ms.is_(None), signal.c.until_ms > at_ms)
    found = SIGNALS.where(signal.c.store.in_(("", store)), holds).order_by(signal.c.store)
    return {
        row.name: row.value for row in connection.execute(found)
    }  # of this store comes behind that of all


def _facts(row: Any) -> list[Any]:
    return [key_of(row.store, row.name), row.name, row.value, row.until_ms]
