"""Leases on their way: asked for after a pull, believed by their signature, and kept.

HQ hands out what a station should hold beside what it holds. It is asked when little is left of a lease, when the rules
changed, once an hour, and when the facts are another set's: then HQ was put back from a backup, and must hear what it
gave. What goes wrong holds nothing up; but a lease that HQ did not sign for us is said.
"""

import logging
from functools import partial
from typing import Protocol

from app.station.leasing import close_leases, close_what_is_over, low_leases, used_of
from app.store.faults import StoreFault
from app.store.leases import LeaseRow
from app.store.store import StationStore
from sync.authority_wire import LEASES_MAX, LeaseAnswer, LeaseRequest, LeaseWire
from sync.documents import PROGRAM, Documents, Runner
from sync.faults import HqFault, HqUntrusted
from sync.pull import NO_SET
from sync.trust import check_lease

log = logging.getLogger(__name__)

HOUR_MS = 3_600_000


class LeaseGiver(Protocol):
    """What is asked of HQ here: a part of `AuthorityProtocol`."""

    def leases(self, request: LeaseRequest) -> LeaseAnswer:
        """Hand out shares of what may be given."""
        ...


class Leasing:
    """Keeps a station in leases."""

    def __init__(self, store: StationStore, hq: LeaseGiver, *, run: Runner, documents: Documents) -> None:
        """Work on `store` through `run`, which calls a function on the store's thread and returns its result."""
        self._store = store
        self._hq = hq
        self._run = run
        self._documents = documents
        self._asked_ms: int | None = None  # of the boot clock
        self._asked_about = (0, NO_SET)
        self._asked_low: frozenset[str] = frozenset()

    def close_what_is_over(self) -> None:
        """Give back what has ended, so that HQ hears of it with the next push. A disk that is full holds up no push."""
        try:
            self._run(partial(close_what_is_over, self._store))
        except StoreFault as fault:
            log.info("what has ended could not be given back: %s", fault.code)

    def refresh(self) -> None:
        """Ask for leases if it is time. Raises `HqUntrusted` for one that isn't HQ's word to us."""
        request = self._run(self._request_if_due)
        if request is None:
            return
        try:
            answer = self._hq.leases(request)
            if answer.show:  # HQ was put back from a backup, and no longer knows that it gave them
                shown = self._run(partial(self._as_signed, answer.show))
                answer = self._hq.leases(
                    LeaseRequest(
                        epoch=request.epoch,
                        program_version=request.program_version,
                        held=request.held,
                        shown=shown,
                    )
                )
        except HqUntrusted:
            raise
        except HqFault as fault:
            log.info("leases did not come: %s", fault.code)
            return
        self._run(partial(self._take, answer))

    # --- on the store's thread -----------------------------------------------------------------------------------

    def _request_if_due(self) -> LeaseRequest | None:
        store = self._store
        program, open_ones = store.replica.program(), store.leases.open_ones()
        if program is None or not (program.asks_authority or open_ones) or not self._is_due():
            return None
        used = used_of(store, open_ones)
        return LeaseRequest(
            epoch=store.device.epoch,
            program_version=program.version,
            held=[
                (each.lease_id, max(each.units - used[each.lease_id], 0)) for each in open_ones[:LEASES_MAX]
            ],
        )

    def _is_due(self) -> bool:
        store = self._store
        if self._asked_ms is None or not 0 <= store.clock.boot_ms() - self._asked_ms < HOUR_MS:
            return True
        if _rules_and_facts(store) != self._asked_about:
            return True
        return not low_leases(store) <= self._asked_low  # not again and again for what HQ has no more of

    def _as_signed(self, lease_ids: list[str]) -> list[LeaseWire]:
        device = self._store.device.device_id
        rows = [row for row in self._store.leases.open_ones() if row.lease_id in lease_ids]
        return [
            LeaseWire(
                lease_id=row.lease_id,
                scope=row.scope,
                device=device,
                epoch=row.epoch,
                units=row.units,
                from_ms=row.from_ms,
                until_ms=row.until_ms,
                kid=row.kid,
                sig=row.sig,
            )
            for row in rows
        ]

    def _take(self, answer: LeaseAnswer) -> None:
        """Keep the leases that are HQ's word to us, close what HQ wants back, and then say what was wrong."""
        store, keys = self._store, self._documents.signing_keys()
        good, problem = [], None
        for lease in answer.leases:
            try:
                check_lease(lease, owner=store.device.owner, keys=keys)
                good.append(_row(lease))
            except HqUntrusted as mismatch:
                problem = mismatch
        if good:
            with store.atomic():
                store.leases.keep(good)
        close_leases(store, answer.close)
        if problem is not None:
            raise problem
        self._asked_ms = store.clock.boot_ms()
        self._asked_about = _rules_and_facts(store)
        self._asked_low = low_leases(store)


def _rules_and_facts(store: StationStore) -> tuple[int, str]:
    """Return the version of the program, and the name of the set that the replica's facts are of."""
    position = store.replica.position()
    return store.replica.document_version(PROGRAM), NO_SET if position is None else position.set_id


def _row(lease: LeaseWire) -> LeaseRow:
    return LeaseRow(
        lease.lease_id,
        lease.scope,
        lease.units,
        lease.from_ms,
        lease.until_ms,
        lease.epoch,
        lease.kid,
        lease.sig,
    )
