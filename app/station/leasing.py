"""Leases as they come and go: which to close, what is left of each, and what people are told of it.

A lease is given back by an entry, `lease_close`, after which this station gives nothing more by it: entry and mark are
one commit. Until HQ has that entry it counts the lease as given away, so a lease that ends is never given out twice.
"""

from collections.abc import Collection
from typing import Any

from app.core.entry import LEASE_CLOSE
from app.core.keyset import KeyState, KeyUse
from app.core.overlay import FLOOR_USE, LEASE_USE, SPENDS, SPENT
from app.station.keyset import KEYSET, keyset_of
from app.store.journal import Draft
from app.store.leases import LeaseRow
from app.store.store import StationStore

LOW_PERCENT = 30  # with less of a lease left more is asked for
TOLD_MAX = 50  # leases that people are shown


def used_of(store: StationStore, leases: Collection[LeaseRow]) -> dict[str, int]:
    """Return how much entries took of each lease."""
    if not leases:
        return {}
    taken = store.journal.effect_sums(LEASE_USE, [lease.lease_id for lease in leases], after_seq=0)
    return {lease.lease_id: taken.get(lease.lease_id, 0) for lease in leases}


def close_leases(store: StationStore, lease_ids: Collection[str]) -> None:
    """Give leases back. Those that aren't open are left alone. Opens its own transaction."""
    closing = [lease for lease in store.leases.open_ones() if lease.lease_id in lease_ids]
    if not closing:
        return
    used, now_ms = used_of(store, closing), store.now_ms()
    with store.atomic():
        store.journal.append(
            [Draft(LEASE_CLOSE, _closed(store, lease, used[lease.lease_id], now_ms)) for lease in closing]
        )
        for lease in closing:
            store.leases.close(lease.lease_id)


def _closed(store: StationStore, lease: LeaseRow, used: int, now_ms: int) -> dict[str, Any]:
    return {
        "store": store.device.store_id,
        "t_eff": now_ms,
        "lease_id": lease.lease_id,
        "scope": lease.scope,
        "used": used,
    }


def close_what_is_over(store: StationStore) -> None:
    """Give back the leases that have ended, and those that a stolen key signed. A doubtful clock can't say which."""
    open_ones = store.leases.open_ones()
    if not open_ones:
        return
    revoked = _revoked_keys(store)
    is_sure, now_ms = not store.time.is_doubtful(), store.now_ms()
    over = [
        each.lease_id for each in open_ones if (is_sure and each.until_ms <= now_ms) or each.kid in revoked
    ]
    close_leases(store, over)


def _revoked_keys(store: StationStore) -> Collection[str]:
    body = store.replica.document_body(KEYSET)
    return () if body is None else keyset_of(body).of(KeyUse.SIGN, KeyState.REVOKED)


def heard_seq(store: StationStore) -> int:
    """Return up to which own entry head office has heard us, and we have its figures with that.

    An answer to a push alone makes no room: our copy may still be the one from before what others have spent.
    """
    position = store.replica.position()
    return min(store.acked_seq(), 0 if position is None else position.included_seq)


def low_leases(store: StationStore) -> frozenset[str]:
    """Return the leases of which little is left."""
    open_ones = store.leases.open_ones()
    used = used_of(store, open_ones)
    return frozenset(
        each.lease_id
        for each in open_ones
        if (each.units - used[each.lease_id]) * 100 < each.units * LOW_PERCENT
    )


def lease_figures(store: StationStore) -> dict[str, Any]:
    """Return what people are told of the rights of this station; nothing where no offer asks for any."""
    program, open_ones = store.replica.program(), store.leases.open_ones()
    if program is None or not (program.asks_authority or open_ones):
        return {}
    used, heard, policy = used_of(store, open_ones), heard_seq(store), program.authority
    told: list[dict[str, Any]] = [
        {
            "lease_id": each.lease_id,
            "scope": each.scope,
            "left": each.units - used[each.lease_id],
            "units": each.units,
            "until_ms": each.until_ms,
        }
        for each in open_ones
    ]
    told.sort(key=lambda each: (each["left"] / max(each["units"], 1), each["lease_id"]))  # the emptiest first
    return {
        "leases": told[:TOLD_MAX],
        "unheard": {  # given by leases and floor limits since head office last heard of us
            "spends": store.journal.effect_sum(SPENDS, "", after_seq=heard),
            "spends_max": policy.spends_max,
            "value": store.journal.effect_sum(SPENT, "", after_seq=heard),
            "value_max": policy.value_max,
            "by_floor": sum(
                times for _, times in store.journal.effects_under(FLOOR_USE, "", after_seq=heard)
            ),
        },
    }
