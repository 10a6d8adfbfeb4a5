"""Offline authority: what a station may give away when head office does not answer, and how much of it is proven.

A replica says what was true a while ago; that is no right to spend. Such a right is one of four, the strongest first:
- head office has said yes to this very redemption (`granted`): it holds a reservation for it;
- a lease: so many uses, points or units were set aside at head office for this station alone;
- a floor limit, by how much the code shown proves: little enough that it may be given twice by accident;
- the offer asks for nothing (`offline: always`).

Who decides hands in what it holds (`Authority`); the order's record keeps it, so that head office decides alike.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from app.core.reasons import Refusal

HOUR_MS = 3_600_000
HOME_LEASE_MS = 7 * 24 * HOUR_MS  # how long a holder goes by what its replica says, after the moment of it


class Offline(StrEnum):
    """What an offer needs when head office does not answer."""

    ALWAYS = "always"  # nothing: neither floor limits nor the age of the facts hold it back
    FLOOR = "floor"  # a lease, or else a floor limit
    LEASE = "lease"  # a lease
    NEVER = "never"  # it is given on line only


@dataclass(frozen=True, slots=True)
class FloorLimit:
    """What a code of one level may be given by a station alone.

    `value` is of one redemption, in minor units; `times` of one member or voucher until head office has heard of them;
    `stale_ms` is how old the replica may be.
    """

    value: int
    times: int
    stale_ms: int


NOTHING = FloorLimit(0, 0, 0)
WARN_MS = 24 * HOUR_MS  # after a day without head office a cashier is warned
STALE_MS = HOME_LEASE_MS  # how old facts may be by which anything is given that asks for a right
FLOORS: Mapping[str, FloorLimit] = {  # in hundredths of the currency's unit
    "A1": FloorLimit(300, 1, 24 * HOUR_MS),
    "A2": FloorLimit(1_000, 2, 72 * HOUR_MS),
    "A3": FloorLimit(3_000, 3, 72 * HOUR_MS),
}


@dataclass(frozen=True, slots=True)
class AuthorityPolicy:
    """How far a program trusts its stations.

    `spends_max` and `value_max` (minor units) bound what a station gives before head office hears of it, by leases
    too; behind them it only earns, and so it does with a replica older than `stale_ms`. `point_worth_milli`: what a
    point is worth at least, in thousandths of a minor unit. With a replica older than `warn_ms` a cashier is warned.
    """

    floors: Mapping[str, FloorLimit] = field(default_factory=lambda: FLOORS)
    spends_max: int = 500
    value_max: int = 200_000
    point_worth_milli: int = 0
    stale_ms: int = STALE_MS
    warn_ms: int = WARN_MS

    def floor(self, level: str) -> FloorLimit:
        """Return what a level may be given; nothing for one that isn't named."""
        return self.floors.get(level, NOTHING)


@dataclass(frozen=True, slots=True)
class Lease:
    """A right to spend that this station holds: `left` of a scope, through effective time `until_ms` (exclusive).

    A scope is `points:<member>`, `voucher:<code hash>`, or the key of a counter: `uses:…`, `members:…`, `discount:…`,
    `order_value:…` of a campaign, `stock:…` of a rule.
    """

    lease_id: str
    scope: str
    left: int
    until_ms: int


@dataclass(frozen=True, slots=True)
class Authority:
    """What a station holds at the moment of a decision.

    `level` is how much the member's code proves. `granted` are reservations and `denied` head office's refusals, by
    redemption id (by rule id for what applies by itself). `as_of_ms` is head office's moment of the facts, None: never
    heard of. `times` are the redemptions by floor limit that head office hasn't heard of, by member or code hash;
    `spends` and `value` (minor units) all redemptions of this station that it hasn't heard of. `must_ask` are
    redemptions that floor limits don't cover although they are small: some are drawn while there is a line.
    """

    level: str = ""
    as_of_ms: int | None = None
    leases: tuple[Lease, ...] = ()
    granted: Mapping[str, str] = field(default_factory=dict)
    denied: Mapping[str, Refusal] = field(default_factory=dict)
    times: Mapping[str, int] = field(default_factory=dict)
    spends: int = 0
    value: int = 0
    must_ask: frozenset[str] = frozenset()


class AuthKind(StrEnum):
    """By what right something was given."""

    ALWAYS = "always"
    ONLINE = "online"
    LEASE = "lease"
    FLOOR = "floor"


class Auth(NamedTuple):
    """The right by which a rule's outcome was given: `ref` names the reservation or the level of the floor limit.

    `leases` is what was taken of which lease, whatever the kind: (lease id, how many). `value` is what was given, in
    minor units, where the station's caps count it: by leases and floor limits.
    """

    kind: AuthKind = AuthKind.ALWAYS
    ref: str = ""
    leases: tuple[tuple[str, int], ...] = ()
    value: int = 0

    def record(self) -> dict[str, object]:
        """Return the form that stands in journal entries."""
        told: dict[str, object] = {"kind": str(self.kind)}
        if self.kind is AuthKind.ONLINE:
            told["reservation"] = self.ref
        if self.kind is AuthKind.FLOOR:
            told["level"] = self.ref
        if self.leases:
            told["leases"] = [list(taken) for taken in self.leases]
        if self.value:
            told["value"] = self.value
        return told


NEEDS_NONE = Auth()


class Need(NamedTuple):
    """So many of a scope (see `Lease`) that giving something would spend."""

    scope: str
    units: int


def points_scope(ref: str) -> str:
    """Return the scope of a member's points."""
    return f"points:{ref}"


def voucher_scope(code_hash: str) -> str:
    """Return the scope of a voucher's uses."""
    return f"voucher:{code_hash}"


def card_scope(code_hash: str) -> str:
    """Return the scope of a gift card's money. It is never leased."""
    return f"gift_card:{code_hash}"


def held(leases: Iterable[Lease], *, at_ms: int) -> dict[str, list[Lease]]:
    """Return the leases that hold at a moment, by scope; of several the one that ends first in front."""
    found: dict[str, list[Lease]] = {}
    for lease in sorted(leases, key=lambda lease: (lease.until_ms, lease.lease_id)):
        if at_ms < lease.until_ms and lease.left > 0:
            found.setdefault(lease.scope, []).append(lease)
    return found
