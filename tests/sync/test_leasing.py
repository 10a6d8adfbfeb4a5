"""Leases on their way to a station: asked for in time, believed by their signature, and with a real HQ behind."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from app.station.authority import leases_left
from app.station.redeem import hand_in
from app.store.store import StationStore
from hq.campaigns.service import publish_program
from sync.authority_wire import LeaseAnswer, LeaseRequest, LeaseWire, lease_message
from sync.documents import Documents
from sync.faults import HqUnreachable, HqUntrusted
from sync.leasing import HOUR_MS, Leasing
from tests.builders import NOW_MS, a_program, a_signing_key, an_order, at_till, put_program
from tests.station.rights import DAY_MS, Till, asking, by_itself
from tests.sync.world import Shop, World


def a_lease(name: str = "L1", *, signed_with: int = 3, units: int = 10, **changes: object) -> LeaseWire:
    """Return a lease as HQ signs it for the builders' device."""
    facts = {
        "lease_id": name,
        "scope": "uses:coffee",
        "device": "d-1",
        "epoch": 1,
        "units": units,
        "from_ms": NOW_MS,
        "until_ms": NOW_MS + DAY_MS,
        "kid": "h1",
    }
    unsigned = LeaseWire(**facts | changes, sig=b"")
    return msgspec.structs.replace(unsigned, sig=a_signing_key(signed_with).sign(lease_message(unsigned)))


class Giver:
    """An HQ that hands out what a test put down."""

    def __init__(self) -> None:
        self.asked: list[LeaseRequest] = []
        self.next: list[LeaseAnswer | Exception] = []

    def leases(self, request: LeaseRequest) -> LeaseAnswer:
        self.asked.append(request)
        answer = self.next.pop(0) if self.next else LeaseAnswer(leases=[])
        if isinstance(answer, Exception):
            raise answer
        return answer


class Asking:
    """A station that asks such an HQ."""

    def __init__(self, folder: Path) -> None:
        self.till = Till(folder, by_itself(limits={"uses": 100}))
        self.hq = Giver()
        run = lambda work: work()  # noqa: E731 the thread is this one
        documents = Documents(self.till.store, self.hq, run=run)
        self.leasing = Leasing(self.till.store, self.hq, run=run, documents=documents)

    def refresh(self, *answers: LeaseAnswer | Exception) -> int:
        """Return how often HQ was asked."""
        before = len(self.hq.asked)
        self.hq.next = list(answers)
        self.leasing.refresh()
        return len(self.hq.asked) - before

    def held(self) -> list[tuple[str, int]]:
        return [(each.lease_id, each.left) for each in leases_left(self.till.store)]


@pytest.fixture
def asking_station(tmp_path: Path) -> Iterator[Asking]:
    found = Asking(tmp_path / "t")
    yield found
    found.till.store.close()


def test_a_lease_is_asked_for_kept_and_used(asking_station: Asking) -> None:
    assert asking_station.refresh(LeaseAnswer(leases=[a_lease()])) == 1
    assert asking_station.hq.asked[0].held == [] and asking_station.held() == [("L1", 10)]
    asking_station.till.sell()
    assert asking_station.till.last("order")["discount"] == 100 and asking_station.held() == [("L1", 9)]


@pytest.mark.parametrize(
    "wrong",
    [
        a_lease("L2", signed_with=9),
        a_lease("L2", device="d-2"),
        a_lease("L2", epoch=2),
        a_lease("L2", kid="h9"),
        a_lease("L2", until_ms=NOW_MS),
        msgspec.structs.replace(a_lease("L2"), units=1_000),
    ],
    ids=["another key", "another device", "another epoch", "unknown key", "no time", "more units"],
)
def test_only_head_offices_word_to_us_is_a_lease(asking_station: Asking, wrong: LeaseWire) -> None:
    with pytest.raises(HqUntrusted):
        asking_station.refresh(LeaseAnswer(leases=[wrong, a_lease()]))
    assert asking_station.held() == [("L1", 10)], "the good one is kept"


def test_it_is_asked_when_it_is_time(asking_station: Asking) -> None:
    till = asking_station.till
    assert asking_station.refresh(LeaseAnswer(leases=[a_lease(units=3)])) == 1
    assert asking_station.refresh() == 0
    till.clock.set_ms(NOW_MS + HOUR_MS - 1)
    assert asking_station.refresh() == 0
    till.clock.set_ms(NOW_MS + HOUR_MS)
    assert asking_station.refresh() == 1  # an hour later
    put_program(till.store, a_program(campaigns=[by_itself(limits={"uses": 99})], version=2), version=2)
    assert asking_station.refresh() == 1  # by new rules
    for _ in range(2):
        till.sell()
        assert asking_station.refresh() == 0
    till.sell()
    assert asking_station.refresh() == 1  # nothing is left
    assert asking_station.hq.asked[-1].held == [("L1", 0)]
    assert asking_station.refresh() == 0  # and HQ has no more


def test_a_line_that_breaks_holds_nothing_up_and_is_tried_again(asking_station: Asking) -> None:
    assert asking_station.refresh(HqUnreachable("cut")) == 1
    assert asking_station.refresh(LeaseAnswer(leases=[a_lease()])) == 1
    assert asking_station.held() == [("L1", 10)]


def test_what_head_office_wants_back_is_closed(asking_station: Asking) -> None:
    asking_station.refresh(LeaseAnswer(leases=[a_lease()]))
    asking_station.till.clock.set_ms(NOW_MS + HOUR_MS)
    asking_station.refresh(LeaseAnswer(leases=[], close=["L1"]))
    assert asking_station.held() == []
    assert asking_station.till.last("lease_close")["lease_id"] == "L1"


def test_an_hq_that_was_put_back_is_shown_what_it_signed(asking_station: Asking) -> None:
    ours = a_lease()
    asking_station.refresh(LeaseAnswer(leases=[ours]))
    asking_station.till.clock.set_ms(NOW_MS + HOUR_MS)
    assert asking_station.refresh(LeaseAnswer(leases=[], show=["L1"])) == 2
    assert asking_station.hq.asked[-1].shown == [ours]


def test_nobody_asks_where_no_offer_needs_a_lease(tmp_path: Path) -> None:
    station = Asking(tmp_path / "t")
    put_program(station.till.store, a_program(campaigns=[asking("always")], version=2), version=2)
    assert station.refresh() == 0
    station.till.lease("uses:coffee", 5)  # of rules from before: HQ wants to have it back
    assert station.refresh() == 1
    station.till.store.close()


# --- with a real HQ -----------------------------------------------------------------------------------------------


def sold(shop: Shop, number: int) -> int:
    hand_in(shop.store, an_order(f"A-{number}", ("coffee", 500)), at_till())
    return next(e.data["discount"] for e in shop.store.journal.entries_backwards() if e.type == "order")


def leases_of(store: StationStore) -> list[tuple[str, int]]:
    return [(each.scope, each.left) for each in leases_left(store)]


def test_a_station_lives_on_its_lease_and_gives_it_back(world: World) -> None:
    """The lease that ends while its holder is cut off: given by no more, and told before anything else."""
    publish_program(world.hq, a_program(campaigns=[by_itself(limits={"uses": 10})], version=2))
    shop = world.shop().synced()
    ((scope, units),) = leases_of(shop.store)
    assert scope == "uses:coffee" and 0 < units < 10
    assert [sold(shop, number) for number in range(units + 1)] == [100] * units + [0]
    shop.syncer.sync()
    assert {verdict for _, verdict in shop.verdicts()} == {"posted"}
    world.clock.set_ms(NOW_MS + 8 * DAY_MS)
    assert sold(shop, 99) == 0  # more than its lease, or after its end
    shop.syncer.sync()
    used = [e.data["used"] for e in shop.store.journal.entries() if e.type == "lease_close"]
    assert used == [units, 0], "the second came in exchange for the first"
    assert shop.store.acked_seq() == shop.store.journal.head().seq, "and head office has it by the same sync"
