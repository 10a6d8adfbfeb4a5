"""Which order a showing of a phone's code was redeemed with first: a code counts once, wherever it was shown.

A picture of it, or the phone held up at two lanes, may be redeemed with in two cut-off shops within a minute. HQ posts
both and flags the one that comes second. The first to come takes the showing's row, and whoever else writes it waits
for that; so of two pushes at once one is second. Forgotten after 90 days: an entry that is later still is not flagged.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, delete, select

from app.core.chain import ChainOwner
from app.core.entry import REDEEM, Entry
from hq.db import NAMES_AT_ONCE
from hq.deletions import DAY_MS
from hq.home import Hq
from hq.journal.carried import BRANCH
from hq.journal.schemas import RedemptionData
from hq.members.store import parts_of
from hq.rows import is_among, upsert
from hq.seen_tables import showing

KEPT_DAYS = 90
HASH_LENGTH_MAX, ORDER_ID_LENGTH_MAX = 32, 80
SHOWINGS = select(showing).where(is_among(showing.c.nonce_hash))


class FirstUse(NamedTuple):
    """The order that a showing was redeemed with first; all its redemptions are one use."""

    device_id: str
    order_id: str


def take_showings(
    connection: Connection, owner: ChainOwner, entries: Sequence[Entry], *, now_ms: int
) -> dict[str, FirstUse]:
    """Note the showings in these entries unless they are known, and return by whom each was used first.

    Holds their rows until the commit, in sorted order. A branch of a device's history is that device: see
    posting_held.
    """
    device_id = owner.device_id.partition(BRANCH)[0]
    seen: dict[str, FirstUse] = {}
    for entry in entries:
        found = _showing_of(entry)
        if found is not None:
            seen.setdefault(found[0], FirstUse(device_id, found[1]))
    rows = [
        {"nonce_hash": name, "device": use.device_id, "order_id": use.order_id, "seen_ms": now_ms}
        for name, use in sorted(seen.items())
    ]
    upsert(connection, showing, rows, changes=("nonce_hash",))  # changes nothing of a row that is there
    first: dict[str, FirstUse] = {}
    for some in parts_of(sorted(seen), NAMES_AT_ONCE):
        for row in connection.execute(SHOWINGS, {"names": some}):
            first[row.nonce_hash] = FirstUse(row.device, row.order_id)
    return first


def used_before(first: Mapping[str, FirstUse], redemption: RedemptionData, entry: Entry) -> str:
    """Return a word on the order that the redemption's showing was used for before, if it is another one's."""
    if redemption.shown is None:
        return ""
    use = first.get(redemption.shown.nonce_hash)
    here = FirstUse(entry.device_id.partition(BRANCH)[0], redemption.order_id)
    if use is None or use == here:
        return ""
    return f"the same code of the member's phone was used for order {use.order_id} at {use.device_id}"


def forget_showings(hq: Hq) -> int:
    """Forget those that nobody can use any more by now. Returns how many."""
    until_ms = hq.clock.now_ms() - KEPT_DAYS * DAY_MS
    return hq.database.write(
        lambda connection: connection.execute(delete(showing).where(showing.c.seen_ms < until_ms)).rowcount
    )


def _showing_of(entry: Entry) -> tuple[str, str] | None:
    """Return hash and order of a redemption's showing, if they could be that: bodies have not been checked yet."""
    shown, order_id = entry.data.get("shown"), entry.data.get("order_id")
    if entry.type != REDEEM or not isinstance(shown, dict):
        return None
    name = shown.get("nonce_hash")
    if not _fits(name, HASH_LENGTH_MAX) or not _fits(order_id, ORDER_ID_LENGTH_MAX):
        return None
    return str(name), str(order_id)


def _fits(value: object, length_max: int) -> bool:
    return isinstance(value, str) and len(value) <= length_max and "\x00" not in value
