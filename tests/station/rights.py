"""Rights for stations in tests: leases as if HQ had signed them, programs whose offers ask, and what became of orders.

`Till` is a store with a member at it; each call is what a cashier would do.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

from app.clock import SetClock
from app.core.asking import NOTHING_HEARD, Heard
from app.core.outcome import Outcome
from app.core.voucher import Presentation, picked
from app.ids import new_id
from app.station.identify import SeenMember, identify
from app.station.redeem import AtTill, hand_in
from app.store.keystore import MemoryKeyStore
from app.store.leases import LeaseRow
from app.store.store import StationStore
from tests.builders import NOW_MS, a_campaign, a_member, a_program, a_store, a_voucher, an_order, move_replica

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


def asking(offline: str = "lease", *, rule: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """Return the builders' campaign (1.00 off coffee, by voucher), which asks for a right."""
    made = a_campaign(offline=offline, **changes)
    return made | {"rules": [made["rules"][0] | (rule or {})]}


def by_itself(offline: str = "lease", **changes: Any) -> dict[str, Any]:
    """Return the same as an offer that applies by itself."""
    return asking(offline, rule={"trigger": "automatic"}, **changes)


class Till:
    """A station that is cut off, with its replica of an hour ago."""

    def __init__(self, folder: Path, *campaigns: dict[str, Any], heard: bool = True, **program: Any) -> None:
        self.folder = folder
        self.clock = SetClock(NOW_MS)
        self.keys = MemoryKeyStore()
        body = a_program(campaigns=list(campaigns) or [asking()], **program)
        self.store = a_store(folder, program=body, keys_in=self.keys, clock=self.clock)
        if heard:
            move_replica(self.store, included_seq=0, as_of_ms=NOW_MS - HOUR_MS)
        self.orders = 0

    def restart(self) -> None:
        self.store.close()
        self.store = StationStore(self.folder, key_store=self.keys, clock=self.clock)

    def lease(self, scope: str, units: int, *, name: str = "L1", **changes: Any) -> None:
        """Keep a lease that holds for a day."""
        row = {"from_ms": NOW_MS - DAY_MS, "until_ms": NOW_MS + DAY_MS, "epoch": 1, "kid": "h1", "sig": b"-"}
        with self.store.atomic():
            self.store.leases.keep([LeaseRow(name, scope, units, **row | changes)])

    def counter(self, key: str, n: int, *, included_seq: int = 0) -> None:
        with self.store.replica_atomic():
            self.store.replica.put_rows("counter", ("key", "n"), [(key, n)], included_seq=included_seq)

    def member(self, *, seed: int = 1, **row: Any) -> SeenMember:
        seen = identify(self.store, a_member(self.store, seed=seed, **row).code)
        assert isinstance(seen, SeenMember)
        return seen

    def voucher(self, *, seed: int = 1, **row: Any) -> str:
        return a_voucher(self.store, seed=seed, **{"uses_max": 1} | row)

    def show(self, text: str) -> Presentation:
        seen = identify(self.store, text)
        assert isinstance(seen, Presentation), seen
        return seen

    def sell(self, *vouchers: str, member: SeenMember | None = None) -> tuple[Outcome, ...]:
        """Sell a coffee and return what became of what was shown."""
        return self.hand_in(*map(self.show, vouchers), member=member)

    def pick(
        self, rule: str, *, member: SeenMember, heard: Heard = NOTHING_HEARD, redemption_id: str = ""
    ) -> tuple[Outcome, ...]:
        """Sell a coffee to a member with an offer that the cashier picked."""
        choice = Presentation(redemption_id or new_id(), picked(rule), member.level)
        return self.hand_in(choice, member=member, heard=heard)

    def hand_in(
        self, *shown: Presentation, member: SeenMember | None = None, heard: Heard = NOTHING_HEARD
    ) -> tuple[Outcome, ...]:
        self.orders += 1
        order = an_order(f"{self.folder.name}-{self.orders}", ("coffee", 500))
        return hand_in(self.store, order, AtTill(member, shown, "offline", heard=heard)).presented

    def ack(self, *, is_read: bool = True) -> None:
        """Let HQ have heard of everything, and the replica have its figures since, unless they were not read."""
        with self.store.atomic():
            self.store.set_acked_seq(self.store.journal.head().seq)
        position = self.store.replica.position()
        if is_read and position is not None:
            with self.store.replica_atomic():
                self.store.replica.move_to(replace(position, included_seq=self.store.acked_seq()))

    def last(self, entry_type: str) -> dict[str, Any]:
        """Return the newest entry of a type."""
        return next(
            entry.data for entry in self.store.journal.entries_backwards() if entry.type == entry_type
        )


def said(outcomes: tuple[Outcome, ...]) -> list[str]:
    """Return by which right each was given, or its first reason why not."""
    return [
        outcome.refusals[0].reason.code if outcome.refusals else str(outcome.auth.kind)
        for outcome in outcomes
    ]
