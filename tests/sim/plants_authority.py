"""Bugs to plant into offline authority: HQ's books of rights, and what a station gives by itself."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from app.core import spending
from app.core.overlay import FLOOR_USE, LEASE_USE, SPENDS, SPENT, VOUCHER_USE
from app.store.journal import Journal
from hq.authority import authorising, exposure, recounting, reservations, rights, settling
from hq.journal.postings import GIVEN
from hq.journal.postings import SPENT as SPENT_ACCOUNT
from hq.ledger import own


def gives_again_what_has_ended() -> AbstractContextManager[Any]:
    """A lease that is over is nobody's."""
    right = rights.outstanding

    def outstanding(connection: Any, scopes: Any) -> dict[str, int]:
        now_ms = connection.exec_driver_sql("SELECT MAX(from_ms) FROM lease").scalar() or 0
        held = (
            "SELECT scope, SUM(units - used) FROM lease WHERE state = 'open' AND until_ms > ? GROUP BY scope"
        )
        found = dict(connection.exec_driver_sql(held, (now_ms,)).tuples().all())
        return {scope: units for scope, units in right(connection, scopes).items() if scope in found}

    return patch.object(rights, "outstanding", outstanding)


def leases_what_is_promised() -> AbstractContextManager[Any]:
    """What was promised is not given yet."""
    return patch.object(rights, "reserved", lambda *_, **__: {})


def leases_at_once_when_it_is_restored() -> AbstractContextManager[Any]:
    """Nobody holds what HQ doesn't know of."""
    return patch.object(recounting, "is_under_way", lambda _: False)


def promises_what_others_hold() -> AbstractContextManager[Any]:
    """The books say that there is enough."""
    return patch.object(authorising, "_leave_to_holders", lambda *_: set())


def moves_nothing_to_exceptions() -> AbstractContextManager[Any]:
    """The flag says it all."""
    return patch.object(settling, "_post_differences", lambda *_: None)


def posts_one_side_of_exceptions() -> AbstractContextManager[Any]:
    """What was too much is on its account; nobody takes it from another."""
    right = own.insert_tuples

    def insert_tuples(connection: Any, table: Any, names: Any, rows: Any) -> None:
        right(connection, table, names, [row for row in rows if row[2] not in (GIVEN, SPENT_ACCOUNT)])

    return patch.object(own, "insert_tuples", insert_tuples)


def _forgets(*kinds: str) -> AbstractContextManager[Any]:
    """Let a station count nothing of these effects."""
    one, many = Journal.effect_sum, Journal.effect_sums

    def effect_sum(self: Journal, kind: str, ref: str, *, after_seq: int) -> int:
        return 0 if kind in kinds else one(self, kind, ref, after_seq=after_seq)

    def effect_sums(self: Journal, kind: str, refs: Any, *, after_seq: int) -> Any:
        return {} if kind in kinds else many(self, kind, refs, after_seq=after_seq)

    return patch.multiple(Journal, effect_sum=effect_sum, effect_sums=effect_sums)


def lease_is_never_used_up() -> AbstractContextManager[Any]:
    """HQ has signed how much it is for."""
    return _forgets(LEASE_USE)


def floor_limits_count_nothing() -> AbstractContextManager[Any]:
    """It is so little."""
    return _forgets(FLOOR_USE)


def no_cap_on_a_station() -> AbstractContextManager[Any]:
    """Each of them was allowed by itself."""
    return _forgets(SPENDS, SPENT)


def reports_nothing_beyond() -> AbstractContextManager[Any]:
    """What is in exceptions is in no report."""
    return patch.object(exposure, "_sums", lambda *_: (0, 0))


def facts_never_stale() -> AbstractContextManager[Any]:
    """They were true."""
    right = spending.Spending._refused_by_floor

    def _refused_by_floor(self: Any, candidate: Any, giving: Any, authority: Any, level: str) -> Any:
        fresh = replace(authority, as_of_ms=self.facts.order.at_ms)
        return right(self, candidate, giving, fresh, level)

    return patch.object(spending.Spending, "_refused_by_floor", _refused_by_floor)


def leases_never_end() -> AbstractContextManager[Any]:
    """HQ wants it back when it wants it back."""
    right = spending.held
    return patch.object(spending, "held", lambda leases, *, at_ms: right(leases, at_ms=0))


def station_forgets_vouchers_it_took() -> AbstractContextManager[Any]:
    """HQ says how often a voucher was used."""
    return _forgets(VOUCHER_USE)


@contextmanager
def one_reservation_for_all() -> Iterator[None]:
    """The order is what HQ has said yes to."""
    right = authorising.reservation_id

    def of_order(device_id: str, order_id: str, _: str) -> str:
        return right(device_id, order_id, "")

    with ExitStack() as stack:
        for module in (authorising, reservations):
            stack.enter_context(patch.object(module, "reservation_id", of_order))
        yield


PLANTS = (
    ("I6", posts_one_side_of_exceptions),
    ("I7", gives_again_what_has_ended),
    ("I7", leases_what_is_promised),
    ("I7", leases_at_once_when_it_is_restored),
    ("I7", promises_what_others_hold),
    ("I7", moves_nothing_to_exceptions),
    ("I7", lease_is_never_used_up),
    ("I8", floor_limits_count_nothing),
    ("I8", no_cap_on_a_station),
    ("I8", reports_nothing_beyond),
    ("I14", facts_never_stale),
    ("I14", leases_never_end),
    ("I17", station_forgets_vouchers_it_took),
    ("I17", one_reservation_for_all),
)
