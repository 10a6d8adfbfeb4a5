"""The day by which stations must run a program as new as this HQ's: told to them before anything is kept from them."""

from dataclasses import dataclass

from sqlalchemy import Connection, delete, select

from hq.home import Hq
from hq.rows import upsert
from hq.tables import meta
from sync.protocol import PROTO

UPDATE_BY = "update_by"  # in `meta`: the framing, and the moment in UTC ms


@dataclass(frozen=True, slots=True)
class UpdateBy:
    """From a moment on, facts are for stations of this framing or a newer one. `by_ms` 0: no such day was set."""

    framing: int = 0
    by_ms: int = 0


def set_update_by(hq: Hq, by_ms: int | None) -> UpdateBy:
    """Set the moment by which stations must speak this program's framing; None: there is none any more."""
    chosen = UpdateBy() if by_ms is None else UpdateBy(PROTO, by_ms)

    def keep(connection: Connection) -> None:
        if by_ms is None:
            connection.execute(delete(meta).where(meta.c.k == UPDATE_BY))
        else:
            row = {"k": UPDATE_BY, "v": f"{chosen.framing} {chosen.by_ms}"}
            upsert(connection, meta, [row], changes=("v",))

    hq.database.write(keep)
    return chosen


def update_by(connection: Connection) -> UpdateBy:
    """Return what was set."""
    found = connection.execute(select(meta.c.v).where(meta.c.k == UPDATE_BY)).scalar_one_or_none()
    return UpdateBy() if found is None else UpdateBy(*map(int, found.split()))


def oldest_client(hq: Hq, chosen: UpdateBy) -> int:
    """Return the oldest framing whose stations are given new facts now."""
    is_over = 0 < chosen.by_ms <= hq.clock.now_ms()
    return max(hq.min_client, chosen.framing) if is_over else hq.min_client
