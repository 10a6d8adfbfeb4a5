"""A manager's changes on their way: to head office, to the store's other station, and against head office's own."""

import pytest

from app.core.approvals import Approval, Why
from app.core.entry import STAFF_CHANGE
from app.core.pins import Role
from app.core.verdicts import Verdict
from app.station.staff import SignedIn, approve, sign_in
from app.station.staff_changes import colleagues, give_pin, pin_given, suspend, suspended
from hq.staff.people import add_person, set_pin
from sync.faults import HqUnreachable
from tests.sync.test_staff import add
from tests.sync.world import Shop, World

PIN, NEW_PIN, LATER_PIN, MANAGER_PIN = "7392", "4417", "8264", "739215"


class Store:
    """Two stations of a store with a cashier and a manager."""

    def __init__(self, world: World) -> None:
        self.hq = world.hq
        self.ben = add(world)
        mia = add_person(world.hq, store_id="s-1", name="Mia", role=Role.MANAGER, pin=MANAGER_PIN)
        self.mia = mia.staff_id
        self.here, self.there = world.shop().synced(), world.shop().synced()

    def approved(self, action: str) -> Approval:
        found = approve(
            lambda work: work(self.here.store), self.mia, MANAGER_PIN, action=action, why=Why.LEFT
        )
        assert isinstance(found, Approval)
        return found

    def give(self, pin: str = NEW_PIN) -> None:
        done = give_pin(lambda work: work(self.here.store), self.ben, pin, self.approved(pin_given(self.ben)))
        assert done is None

    def suspend(self) -> None:
        assert suspend(self.here.store, self.ben, self.approved(suspended(self.ben))) is None

    def pins(self, *shops: Shop) -> list[str]:
        """Return which PIN of Ben's is good at each station; empty where none is."""
        return [self._pin(shop) for shop in shops or (self.here, self.there)]

    def _pin(self, shop: Shop) -> str:
        for pin in (PIN, NEW_PIN, LATER_PIN):
            if isinstance(sign_in(lambda work: work(shop.store), self.ben, pin), SignedIn):
                return pin
        return ""


@pytest.fixture
def store(world: World) -> Store:
    return Store(world)


def test_a_pin_given_here_reaches_the_other_station_and_survives_a_lost_answer(store: Store) -> None:
    store.give()
    assert store.pins() == [NEW_PIN, PIN]
    store.here.hq.lose_answer_of("push")
    with pytest.raises(HqUnreachable):
        store.here.syncer.sync()
    store.here.restart()
    assert store.pins(store.here) == [NEW_PIN] and colleagues(store.here.store)[0].pin_given_ms
    for shop in (store.here, store.there):
        shop.syncer.sync()
    assert store.pins() == [NEW_PIN, NEW_PIN] and not colleagues(store.here.store)[0].pin_given_ms
    (said,) = [entry.seq for entry in store.here.store.journal.entries() if entry.type == STAFF_CHANGE]
    assert (said, Verdict.FLAGGED) in store.here.verdicts()


@pytest.mark.parametrize("is_hq_first", [True, False])
def test_of_two_changes_the_later_at_head_office_stands_everywhere(store: Store, is_hq_first: bool) -> None:
    if is_hq_first:  # the station has not heard of it
        set_pin(store.hq, store.ben, LATER_PIN)
        store.give()
    else:
        store.give()
        store.here.syncer.push()
        set_pin(store.hq, store.ben, LATER_PIN)
        assert store.pins(store.here) == [NEW_PIN], "until it has heard of it"
    for shop in (store.here, store.there):
        shop.syncer.sync()
    assert store.pins() == [NEW_PIN if is_hq_first else LATER_PIN] * 2


def test_who_is_suspended_is_gone_everywhere_until_head_office_lets_them_back(store: Store) -> None:
    store.suspend()
    assert store.pins() == ["", PIN]
    for shop in (store.here, store.there):
        shop.syncer.sync()
    assert store.pins() == ["", ""]
    set_pin(store.hq, store.ben, LATER_PIN)
    for shop in (store.here, store.there):
        shop.syncer.sync()
    assert store.pins() == [LATER_PIN, LATER_PIN]
