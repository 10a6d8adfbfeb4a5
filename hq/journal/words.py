"""HQ's later words on entries: a quarantined one that was posted after all, or another change of a verdict.

The first word stays with the entry as it was given. Later ones are rows of their own, of which the newest counts; each
reaches the stations of the device's store by the feed, and by their next snapshot.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, insert, select

from app.core.chain import ChainOwner
from hq.tables import device, later_verdict

COLUMNS = ("device", "epoch", "seq", "verdict", "codes", "case")  # as stations get them
KEY_LENGTH_MAX = 32  # as the feed has room: an entry of number 10^12 in epoch 1,000


@dataclass(frozen=True, slots=True)
class Word:
    """A word on an entry."""

    seq: int
    verdict: str
    flags: tuple[str, ...]
    case: str | None


def key_of(owner: ChainOwner, seq: int) -> str:
    """Return how the feed calls an entry."""
    return f"{owner.device_id}:{owner.epoch}:{seq}"


def say(connection: Connection, owner: ChainOwner, word: Word, *, now_ms: int) -> None:
    """Add a word on an entry. The caller holds the device and announces it."""
    said = select(func.count()).where(*_is_of(owner), later_verdict.c.seq == word.seq)
    connection.execute(
        insert(later_verdict),
        {
            "device": owner.device_id,
            "epoch": owner.epoch,
            "seq": word.seq,
            "n": connection.execute(said).scalar_one() + 1,
            "verdict": word.verdict,
            "flags": " ".join(word.flags),
            "case_id": word.case,
            "said_ms": now_ms,
        },
    )


def newest_words(connection: Connection, owner: ChainOwner, *, first: int, last: int) -> dict[int, Word]:
    """Return the newest later word on each of the entries `first`…`last` that has one, by number."""
    statement = (
        select(later_verdict)
        .where(*_is_of(owner), later_verdict.c.seq.between(first, last))
        .order_by(later_verdict.c.seq, later_verdict.c.n)
    )
    return {row.seq: _word(row) for row in connection.execute(statement)}


def read_words(connection: Connection, keys: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return the newest words by the keys of their entries, as stations get them."""
    wanted: dict[ChainOwner, list[int]] = {}
    for key in keys:
        device_id, epoch, seq = key.rsplit(":", 2)
        wanted.setdefault(ChainOwner(device_id, int(epoch)), []).append(int(seq))
    found: dict[str, dict[str, Any]] = {}
    for owner, numbers in wanted.items():
        for word in newest_words(connection, owner, first=min(numbers), last=max(numbers)).values():
            found[key_of(owner, word.seq)] = dict(zip(COLUMNS, _facts(owner, word), strict=True))
    return {key: found[key] for key in keys if key in found}


def words_of_store(connection: Connection, store: str) -> Iterator[list[Any]]:
    """Yield the newest words on entries of a store's devices, as COLUMNS."""
    statement = (
        select(later_verdict)
        .join(device, device.c.device_id == later_verdict.c.device)
        .where(device.c.store == store)
        .order_by(later_verdict.c.device, later_verdict.c.epoch, later_verdict.c.seq, later_verdict.c.n)
    )
    rows = connection.execute(statement)
    newest = {(row.device, row.epoch, row.seq): row for row in rows}
    for row in newest.values():
        yield _facts(ChainOwner(row.device, row.epoch), _word(row))


def _facts(owner: ChainOwner, word: Word) -> list[Any]:
    return [owner.device_id, owner.epoch, word.seq, word.verdict, list(word.flags), word.case]


def _word(row: Any) -> Word:
    return Word(row.seq, row.verdict, tuple(row.flags.split()), row.case_id)


def _is_of(owner: ChainOwner) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return later_verdict.c.device == owner.device_id, later_verdict.c.epoch == owner.epoch
