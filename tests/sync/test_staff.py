"""Staff and the pepper of their store on the way to a station, over both implementations of the protocol."""

import pytest

from app.core.entry import PIN_LOCK, SHIFT
from app.core.pepper import pepper_info
from app.core.pins import Role
from app.core.reasons import Reason, Refusal
from app.core.sealed import seal
from app.station.staff import SignedIn, sign_in
from hq.faults import HqFault as HqsFault
from hq.home import KEYS_FOLDER
from hq.staff.people import add_person, ask_sign_in, remove_person, set_pin
from hq.staff.peppers import read_pepper
from hq.stores.devices import confirm, revoke
from hq.stores.pairing import new_pairing
from sync.faults import HqFault, HqUnreachable
from sync.protocol import SealedPepper
from tests.sync.world import Shop, World


@pytest.fixture(params=["world", "web_world"], ids=["service", "server"])
def either(request: pytest.FixtureRequest) -> World:
    """Return each implementation of the protocol in turn; the database makes no difference here."""
    found: World = request.getfixturevalue(request.param)
    return found


def add(world: World, *, store_id: str = "s-1", pin: str = "7392") -> str:
    return add_person(world.hq, store_id=store_id, name="Ben", role=Role.CASHIER, pin=pin).staff_id


def signed_in(shop: Shop, who: str, pin: str = "7392") -> SignedIn | Refusal:
    return sign_in(lambda work: work(shop.store), who, pin)


def test_a_pin_set_at_hq_works_at_a_station_of_before_and_of_after(either: World) -> None:
    before = either.shop().synced()
    assert before.store.pepper is None
    ben = add(either)
    after = either.shop()
    assert after.store.pepper is not None, "it came with the enrolment"
    for shop in (before, after):
        shop.syncer.sync()
        assert isinstance(signed_in(shop, ben), SignedIn)
        assert isinstance(signed_in(shop, ben, "7393"), Refusal)
        shop.restart()
        assert isinstance(signed_in(shop, ben), SignedIn)
        shop.syncer.sync()
    assert [verdict for _, verdict in before.verdicts()] == ["posted"] * 2


def test_other_stores_get_neither_people_nor_pepper(world: World) -> None:
    ben = add(world)
    other = world.shop("s-2").synced()
    assert other.store.pepper is None and other.store.replica.people.all() == []
    assert signed_in(other, ben) == Refusal(Reason.NOT_STAFF)
    with pytest.raises((HqFault, HqsFault)):
        other.hq.pepper()


def test_another_pin_a_rule_and_a_leaving_reach_the_station(world: World) -> None:
    shop = world.shop().synced()
    ben, eve = add(world), add(world, pin="8264")
    ask_sign_in(world.hq, "s-1", is_needed=True)
    shop.syncer.sync()
    assert shop.store.replica.people.is_sign_in_needed()
    set_pin(world.hq, ben, "4711")
    remove_person(world.hq, eve)
    shop.syncer.sync()
    assert isinstance(signed_in(shop, ben, "4711"), SignedIn)
    for station in (shop, world.shop().synced()):  # by the feed, and by a snapshot
        assert signed_in(station, eve, "8264") == Refusal(Reason.NOT_STAFF)
    ask_sign_in(world.hq, "s-1", is_needed=False)
    shop.syncer.sync()
    assert not shop.store.replica.people.is_sign_in_needed()


def test_a_lock_is_a_case_at_hq(world: World) -> None:
    shop = world.shop()
    ben = add(world)
    shop.syncer.sync()
    for _ in range(5):
        signed_in(shop, ben, "0001")
    shop.syncer.sync()
    types = [entry.type for entry in shop.store.journal.entries()]
    assert types == [PIN_LOCK] and shop.verdicts() == [(1, "posted_flagged")] and SHIFT not in types


def test_a_pepper_that_hq_had_to_make_anew_comes_with_the_rows(world: World) -> None:
    shop = world.shop()
    ben = add(world)
    shop.syncer.sync()
    before = shop.store.pepper
    for path in (world.hq_folder / KEYS_FOLDER).glob("pepper-*"):
        path.unlink()
    set_pin(world.hq, ben, "8264")
    shop.syncer.sync()
    assert shop.store.pepper == read_pepper(world.hq_folder / KEYS_FOLDER, "s-1") != before
    assert isinstance(signed_in(shop, ben, "8264"), SignedIn)


def test_who_is_not_confirmed_or_shut_out_gets_no_pepper(web_world: World) -> None:
    ben = add(web_world)
    web_world.pairing_text = lambda store_id, **_: (
        new_pairing(  # type: ignore[method-assign]
            web_world.hq, store_id=store_id, url=web_world.url, is_trusted=False
        ).text
    )
    shop = web_world.shop()
    assert shop.store.pepper is None
    with pytest.raises(HqFault):
        shop.hq.pepper()
    confirm(web_world.hq, shop.store.device.device_id)
    shop.syncer.sync()
    assert isinstance(signed_in(shop, ben), SignedIn)
    revoke(web_world.hq, shop.store.device.device_id)
    with pytest.raises(HqFault):
        shop.hq.pepper()


def test_no_pepper_holds_nothing_up(world: World) -> None:
    shop = world.shop()
    ben = add(world)

    def cut() -> SealedPepper:
        raise HqUnreachable("cut")

    shop.hq.pepper = cut  # type: ignore[method-assign]
    assert shop.syncer.sync().refusal is None
    assert signed_in(shop, ben) == Refusal(Reason.PIN_UNCHECKED)
    device = shop.store.device
    box, name = shop.store.keys.box.public_key().public_bytes_raw(), device.device_id
    for sealed in (
        b"",
        bytes(80),
        seal(box, bytes(32), info=pepper_info(store="s-2", device_id=name)),
        seal(box, bytes(31), info=pepper_info(store="s-1", device_id=name)),
        seal(bytes([9]) + bytes(31), bytes(32), info=pepper_info(store="s-1", device_id=name)),
    ):
        shop.hq.pepper = lambda sealed=sealed: SealedPepper(box=sealed)  # type: ignore[method-assign]
        shop.syncer.sync()
        assert shop.store.pepper is None
    del shop.hq.pepper
    shop.syncer.sync()
    assert isinstance(signed_in(shop, ben), SignedIn)


def test_erasing_a_station_takes_its_pepper(world: World) -> None:
    shop = world.shop()
    add(world)
    shop.syncer.sync()
    assert any(name.endswith(".pepper") for name in shop.keys._texts)
    revoke(world.hq, shop.store.device.device_id, wipe=True)
    with pytest.raises(Exception, match=shop.store.device.device_id):
        shop.syncer.sync()
    assert shop.keys._texts == {}
    world._shops.remove(shop)
