"""Pushes that may not be posted by themselves.

Of a revoked device, of an epoch that was replaced, or of a device with two histories. Kept whole for people to look at,
who post or dismiss them (`hq.journal.posting_held`). Nothing here is ever deleted.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Table, func, insert, select, update

from app.core.canonical import digest
from app.core.chain import ChainOwner, Head, next_hash
from hq.faults import NotHere, NotPossible
from hq.home import Hq
from hq.journal.held_tables import held_entry, held_push
from hq.journal.store import is_anywhere
from hq.rows import insert_tuples
from hq.tables import journal
from sync.protocol import PushRefusalKind, PushRequest

# Of a device and not decided yet: more than a shop does in months, and a stolen station can't fill the disk.
HELD_ENTRIES_MAX, HELD_BYTES_MAX = 50_000, 256 << 20
# What one place of an epoch may be told to hold, undecided: a copied disk makes two, more than a few are made up.
HISTORIES_MAX = 16
NOT_ITS_CONTENT = (
    "boxes",  # erasing a member would not find what is in them
    "clock",
    "boot",
    "pull_cursor",
    "program_version",
    "rows_skipped",
    "wiped",
    "sw",
    "standing",
)
ID_LENGTH = 12  # of the digest, as people type it


class HeldState(StrEnum):
    """What became of a push that was held."""

    HELD = "held"
    POSTED = "posted"
    DISMISSED = "dismissed"


@dataclass(frozen=True)
class HeldPush:
    """A push as people see it: entries `from_seq`…`to_seq` of a device's epoch."""

    id: str
    device_id: str
    epoch: int
    from_seq: int
    to_seq: int
    why: str
    state: str
    received_ms: int


def hold(
    connection: Connection, device_id: str, request: PushRequest, why: PushRefusalKind, *, now_ms: int
) -> bool:
    """Keep a push once and tell whether it is kept. Heartbeats are not, nor is what goes beyond the limits.

    What a push costs does not grow with what is held: whoever is shut out may send for as long as they like.
    """
    if not request.entries:
        return False
    owner = ChainOwner(device_id, request.epoch)
    places = [Head(seq, each) for seq, each in enumerate(hashes_of(request), start=request.from_seq)]
    here = _held_places(connection, owner, places)
    unknown = [place for place in places if place not in here]
    if not unknown:
        return True
    if not _has_room(connection, owner, unknown[0].seq):
        return False
    sent = msgspec.to_builtins(request)
    for unneeded in NOT_ITS_CONTENT:
        del sent[unneeded]
    body = msgspec.json.encode(sent)
    name = digest(body)
    row = {
        "device": device_id,
        "digest": name,
        "epoch": request.epoch,
        "from_seq": request.from_seq,
        "to_seq": request.head.seq,
        "head_hash": request.head.hash,
        "why": why.value,
        "received_ms": now_ms,
        "body": body,
        "bytes": len(body),
        "state": HeldState.HELD.value,
    }
    connection.execute(insert(held_push), row)
    rows = [(device_id, owner.epoch, each.hash, each.seq, name) for each in unknown]
    insert_tuples(connection, held_entry, ("device", "epoch", "hash", "seq", "digest"), rows)
    return True


def _held_places(connection: Connection, owner: ChainOwner, places: Sequence[Head]) -> set[Head]:
    """Return those of these entries that HQ has: posted, or in pushes kept before, decided or not."""
    posted = select(journal.c.seq, journal.c.hash).where(
        is_anywhere(owner), journal.c.seq.between(places[0].seq, places[-1].seq)
    )
    held = select(held_entry.c.seq, held_entry.c.hash).where(
        *_is_of(owner, held_entry), held_entry.c.hash.in_([place.hash for place in places])
    )
    return {Head(*row) for statement in (posted, held) for row in connection.execute(statement)}


def hashes_of(request: PushRequest) -> Iterator[bytes]:
    """Yield the hash after each entry, which stands for it and all that came before it."""
    last = request.prev_hash
    for body in request.entries:
        last = next_hash(last, body)
        yield last


def holds(connection: Connection, owner: ChainOwner, head: Head) -> bool:
    """Tell whether an entry of this chain is here, posted or held: what HQ kept once may be lost with its database.

    Of a held push its head as the device named it counts too, since nobody has looked whether its hashes hold.
    """
    if head.seq == 0 or head in _held_places(connection, owner, [head]):
        return True
    named = select(held_push.c.digest).where(
        *_is_of(owner, held_push), held_push.c.to_seq == head.seq, held_push.c.head_hash == head.hash
    )
    return connection.execute(named.limit(1)).first() is not None


def _has_room(connection: Connection, owner: ChainOwner, seq: int) -> bool:
    """Tell whether people have decided enough of a device's pushes, and of what it says of a place, to keep another."""
    entries = func.coalesce(func.sum(held_push.c.to_seq - held_push.c.from_seq + 1), 0)
    size = func.coalesce(func.sum(held_push.c.bytes), 0)
    undecided = held_push.c.device == owner.device_id, held_push.c.state == HeldState.HELD.value
    row = connection.execute(select(entries, size).where(*undecided)).one()
    if row[0] >= HELD_ENTRIES_MAX or row[1] >= HELD_BYTES_MAX:
        return False
    brought = (held_push.c.device == held_entry.c.device) & (held_push.c.digest == held_entry.c.digest)
    histories = (
        select(func.count())
        .select_from(held_entry)
        .join(held_push, brought)
        .where(*_is_of(owner, held_entry), held_entry.c.seq == seq, *undecided)
    )
    return bool(connection.execute(histories).scalar_one() < HISTORIES_MAX)


def _is_of(owner: ChainOwner, table: Table) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return table.c.device == owner.device_id, table.c.epoch == owner.epoch


def list_held(hq: Hq, *, device_id: str | None = None, is_open: bool = True) -> list[HeldPush]:
    """Return pushes as they came, those that nobody has decided unless all are asked for."""
    statement = select(held_push).order_by(held_push.c.device, held_push.c.epoch, held_push.c.from_seq)
    if device_id is not None:
        statement = statement.where(held_push.c.device == device_id)
    if is_open:
        statement = statement.where(held_push.c.state == HeldState.HELD.value)
    with hq.database.reading() as connection:
        return [to_listed(row) for row in connection.execute(statement)]


def waiting_by_device(hq: Hq) -> dict[str, int]:
    """Return how many entries of each device are held and not decided."""
    count = func.sum(held_push.c.to_seq - held_push.c.from_seq + 1)
    statement = select(held_push.c.device, count).where(held_push.c.state == HeldState.HELD.value)
    with hq.database.reading() as connection:
        rows = connection.execute(statement.group_by(held_push.c.device))
        return {device_id: int(entries) for device_id, entries in rows}


def find_held(
    connection: Connection, held_id: str, *, for_update: bool = False
) -> tuple[HeldPush, PushRequest]:
    """Return a push by the beginning of its name; with `for_update` nobody else decides it. Raises `NotHere`."""
    if len(held_id) < ID_LENGTH or not held_id.isalnum():
        raise NotHere(f"There is no held push {held_id}.")
    statement = select(held_push).where(held_push.c.digest.startswith(held_id))
    rows = connection.execute(statement.with_for_update() if for_update else statement).all()
    if len(rows) != 1:
        raise NotHere(f"There is no held push {held_id}.")
    return to_listed(rows[0]), read_request(rows[0].body)


def read_held(hq: Hq, held_id: str) -> tuple[HeldPush, PushRequest]:
    """Return a push with its entries. Raises `NotHere`."""
    with hq.database.reading() as connection:
        return find_held(connection, held_id)


def dismiss(hq: Hq, held_id: str) -> None:
    """Decide that a push will not be posted; it stays where it is. Raises `NotHere`, `NotPossible`."""
    with hq.database.atomic() as connection:
        found, _ = find_held(connection, held_id, for_update=True)
        decide_held(connection, found, HeldState.DISMISSED, now_ms=hq.clock.now_ms())


def decide_held(
    connection: Connection, held: HeldPush, state: HeldState, *, now_ms: int, is_again: bool = False
) -> None:
    """Note what a person decided. What was posted stays posted, and what was dismissed too unless `is_again`.

    Raises `NotPossible`.
    """
    if held.state == HeldState.POSTED:
        raise NotPossible(f"Held push {held.id} was posted before.")
    if held.state == HeldState.DISMISSED and state is HeldState.POSTED and not is_again:
        raise NotPossible(f"Held push {held.id} was dismissed. To post it all the same, say --again.")
    of = held_push.c.device == held.device_id, held_push.c.digest.startswith(held.id)
    connection.execute(update(held_push).where(*of).values(state=state.value, decided_ms=now_ms))


def read_request(body: bytes) -> PushRequest:
    """Read a push as it was kept."""
    sent = msgspec.json.decode(body)
    sent |= {"clock": {"wall_ms": 0, "boot_ms": 0}, "boot": "", "sw": ""}
    return msgspec.convert(sent, PushRequest)


def to_listed(row: Any) -> HeldPush:
    """Return a row as people see it."""
    return HeldPush(
        id=row.digest[:ID_LENGTH],
        device_id=row.device,
        epoch=row.epoch,
        from_seq=row.from_seq,
        to_seq=row.to_seq,
        why=row.why,
        state=row.state,
        received_ms=row.received_ms,
    )
