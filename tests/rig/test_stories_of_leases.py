"""A lease that ends while its holder is cut off: nothing more by it, by whatever clock, and nobody else's before."""

from pathlib import Path

from app.core.entry import CLOCK_JUMP, LEASE_CLOSE
from app.core.limits import uses_key
from hq.authority.recounting import LEASE_MS
from tests.rig.books import books, entries, uses
from tests.rig.company import Company, Station
from tests.rig.offers import gives, offer, opened, publish
from tests.rig.processes import an_order
from tests.rig.stepped import passes, step

GIFTS, CAMPAIGN = 20, "campaign-gift"
SCOPE = uses_key(CAMPAIGN)
HOUR_MS = 3_600_000
NEXT_BOOT = {"boot": "ab" * 16, "boot_ms": -3_600_000}


def gift(station: Station, order_id: str) -> int:
    return station.sells(order_id, card="")["discount"]


def why_not(station: Station) -> list[str]:
    """Return what the till would say of the gift."""
    (found,) = station.ask({"quote": an_order("Q")["order"]})["offers"]
    return [each["reason"] for each in found["why_not"]]


def held(station: Station) -> list[tuple[int, int]]:
    """Return what it says of its leases: how much is left, of how many."""
    return [(each["left"], each["units"]) for each in station.status()["leases"]]


def test_the_expired_lease(shops: Company, clock: Path) -> None:
    """A week later its holder refuses, nobody else is given what it may have given, and then it comes back."""
    facts_last = {"stale_hours": 2 * LEASE_MS // HOUR_MS}  # so that it is the lease that ends
    publish(
        shops,
        offer("gift", "lease", trigger="automatic", limits={"uses": GIFTS}),
        authority=facts_last,
    )
    holder, other = opened(shops, 2, clock=clock)
    ((left, units),) = held(holder)
    assert left == units >= 2
    holder.is_cut_off()
    assert gift(holder, "O-1") == 100
    passes(clock, LEASE_MS + 1)
    assert (gift(holder, "O-2"), why_not(holder)) == (0, ["online_only"])
    other.is_back()
    assert gives(other) == GIFTS - units, "on line too, what is out is out: nobody knows what was given of it"
    assert books(shops).leased == {SCOPE: units}

    holder.stop()
    step(clock, wall_ms=0, **NEXT_BOOT)
    assert holder.start(clock=clock)["answer"] == "ready"
    assert (gift(holder, "O-3"), why_not(holder)) == (0, ["online_only", "time_doubtful"])
    holder.stop()
    passes(clock, LEASE_MS + HOUR_MS)
    holder.start(clock=clock)
    assert gives(other) == 0
    holder.is_back()
    assert held(holder) == [] and books(shops).leased == {SCOPE: 0}
    assert gives(other) == units - 1
    other.drains()
    found = books(shops)
    assert (found.given[SCOPE], found.reserved, found.exceptions) == (GIFTS, {}, {})
    assert not [case for case in found.cases if "EXCEEDED" in case[1] or "OVERSPENT" in case[1]]
    shops.close()
    assert (uses(holder), uses(other)) == ({CAMPAIGN: 1}, {CAMPAIGN: GIFTS - 1})
    (closed,) = entries(holder, LEASE_CLOSE)
    assert (closed.data["scope"], closed.data["used"]) == (SCOPE, 1)
    assert entries(holder, CLOCK_JUMP), "that somebody turned the clock is told"
