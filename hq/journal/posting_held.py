"""Posting what was held aside: by a person's word, never by itself.

A held entry keeps its identity (device, epoch, number). If it follows what HQ holds of its epoch, it takes its own
place there and that epoch's head moves, just as if it had been pushed in time. If HQ holds another history in that
place, it is stored beside it under the name of a branch, `<device>/2`, which no device on the wire can have. So a place
never has two contents, every chain that HQ holds is without gaps from where it begins, and nothing that was posted is
touched; that an entry is posted once is held by its id and its redemption's, as always.

Every entry is judged as a pushed one would be, so flags and cases tell what is doubtful about it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from sqlalchemy import Connection, select

from app.core.chain import ChainOwner, Head, follow, head_is_signed, next_hash
from app.core.entry import SALVAGED
from hq.faults import NotPossible
from hq.home import Hq
from hq.journal.carried import BRANCH, carried_in, is_signed, why_never
from hq.journal.firsts import held_before
from hq.journal.held import HeldState, decide_held, find_held
from hq.journal.intake import take_in
from hq.journal.store import is_anywhere
from hq.stores.devices import Device, keys_of_old_epochs, move_epoch_head, read_device, read_epoch
from hq.tables import journal
from sync.protocol import PushRequest, Result


@dataclass(frozen=True)
class Posted:
    """What became of a held push: how many of its entries HQ had already, where the others went, and the verdicts."""

    known: int
    place: str
    results: list[Result]


def post_held(hq: Hq, held_id: str, *, is_again: bool = False) -> Posted:
    """Post the entries of a held push that HQ doesn't hold yet; `is_again`: also if it was dismissed before.

    Raises `NotHere`, `NotPossible`, `Busy`.
    """
    return hq.database.write(partial(_post_held, hq, held_id=held_id, is_again=is_again))


def _post_held(hq: Hq, connection: Connection, *, held_id: str, is_again: bool) -> Posted:
    found, request = find_held(connection, held_id, for_update=True)
    decide_held(connection, found, HeldState.POSTED, now_ms=hq.clock.now_ms(), is_again=is_again)
    first = held_before(connection, found, request)
    if first is not None:
        raise NotPossible(
            f"Held push {first.id} comes first: this one goes on from it. Post that one before, or dismiss it."
        )
    present = read_device(connection, found.device_id, for_update=True)
    at = None if present is None else read_epoch(connection, present, found.epoch)
    if at is None:
        raise NotPossible(f"HQ knows no epoch {found.epoch} of {found.device_id}, so nobody signed this.")
    _check_chain(at, request)
    before = Head(request.from_seq - 1, request.prev_hash)
    return post_entries(hq, connection, at, before, request.entries)


def post_carried(hq: Hq, connection: Connection, place: ChainOwner, seq: int) -> None:
    """Post the entry that a `salvaged` one carries, if it is one, by a person's word. Raises `NotPossible`.

    HQ then holds what it carries, so that it passes when it is judged again.
    """
    of = journal.c.device == place.device_id, journal.c.epoch == place.epoch, journal.c.seq == seq
    statement = select(journal.c.body).where(*of, journal.c.type == SALVAGED)
    body = connection.execute(statement).scalar_one_or_none()
    if body is None:
        return
    carried = carried_in(body)
    if carried is None:
        return  # judging it again says so
    device_id = place.device_id.partition(BRANCH)[0]
    present = read_device(connection, device_id, for_update=True)
    keys = keys_of_old_epochs(connection, device_id)
    never = why_never(carried, place, keys)
    at = None if present is None else read_epoch(connection, present, carried.owner.epoch)
    if never is not None or at is None:
        where = f"Entry {carried.seq} of epoch {carried.owner.epoch} of {carried.owner.device_id}"
        raise NotPossible(
            f"{where} can't be posted: {never or 'HQ does not know it'}. Close the case, and set right what is due."
        )
    is_proven = is_signed(carried, keys)
    post_entries(hq, connection, at, carried.before, [carried.body], is_proven=is_proven)


def post_entries(
    hq: Hq,
    connection: Connection,
    at: Device,
    before: Head,
    bodies: Sequence[bytes],
    *,
    is_proven: bool = True,
) -> Posted:
    """Post entries that follow `before` in the chain of a device's epoch. Those that HQ holds are left alone.

    What is not proven to be the device's goes into a branch and never moves the epoch's head.
    """
    known = _count_known(connection, at.owner, before, bodies)
    before, bodies = follow(before, bodies[:known]), bodies[known:]
    if not bodies:
        return Posted(known, at.owner.device_id, [])
    place = at if is_proven and before == at.head else _branch(connection, at, before)
    results: list[Result] = []
    while len(results) < len(bodies):  # a person waits for the whole of it, however long it takes
        here = replace(place, head=follow(before, bodies[: len(results)]))
        rest = bodies[len(results) :]
        results += take_in(hq, connection, here, rest, now_ms=hq.clock.now_ms(), said_by=at.owner)
    if place is at:
        move_epoch_head(connection, at.owner, follow(before, bodies))
    return Posted(known, place.owner.device_id, results)


def _check_chain(at: Device, request: PushRequest) -> None:
    """Hold the push against the key of its epoch: of a shut-out device nobody had looked at it."""
    claimed = Head(request.head.seq, request.head.hash)
    if not head_is_signed(at.key, at.owner, claimed, request.head.sig):
        raise NotPossible("The head's signature is not this device's.")
    if follow(Head(request.from_seq - 1, request.prev_hash), request.entries) != claimed:
        raise NotPossible("The entries' hashes do not lead to the head.")


def _count_known(connection: Connection, owner: ChainOwner, before: Head, bodies: Sequence[bytes]) -> int:
    """Return how many of the first entries HQ holds already, in their own place or in a branch."""
    statement = select(journal.c.seq, journal.c.hash).where(
        is_anywhere(owner), journal.c.seq.between(before.seq + 1, before.seq + len(bodies))
    )
    held = {(seq, found) for seq, found in connection.execute(statement)}
    seq, last = before.seq, before.hash
    for count, body in enumerate(bodies):
        seq, last = seq + 1, next_hash(last, body)
        if (seq, last) not in held:
            return count
    return len(bodies)


def _branch(connection: Connection, at: Device, before: Head) -> Device:
    """Return the branch that stands at `before`, or a new one that begins there."""
    ends = _ends_of_branches(connection, at.owner)
    name = next((name for name, end in ends.items() if end == before), None)
    if name is None:
        name = f"{at.owner.device_id}{BRANCH}{len(ends) + 2}"
    return replace(at, owner=ChainOwner(name, at.owner.epoch), head=before)


def _ends_of_branches(connection: Connection, owner: ChainOwner) -> dict[str, Head]:
    statement = (
        select(journal.c.device, journal.c.seq, journal.c.hash)
        .where(is_anywhere(owner), journal.c.device != owner.device_id)
        .order_by(journal.c.device, journal.c.seq)
    )
    return {row.device: Head(row.seq, row.hash) for row in connection.execute(statement)}
