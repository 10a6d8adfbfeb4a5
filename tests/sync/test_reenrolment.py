"""Enrolled anew: for whom a text is, and that nothing is lost by it that any HQ ever acknowledged."""

import pytest
from sqlalchemy import update

from app.core.entry import SALVAGED
from app.core.salvaged import read_salvaged
from app.core.standing import Standing
from hq.faults import UnknownDevice
from hq.journal.desk import list_cases, post_case
from hq.stores.devices import devices
from hq.stores.pairing import new_epoch_pairing, new_pairing
from hq.tables import journal
from sync.enrolment import PairingInvalid, read_pairing
from sync.faults import HqFault
from sync.reenrolment import Reenrolled, reenrol_station
from tests.sync.test_epochs import carried, sells
from tests.sync.world import Shop, make_hq


@pytest.fixture
def shop(world) -> Shop:
    """Two entries acknowledged."""
    shop = world.shop().synced()
    sells(shop, 2).syncer.sync()
    return shop


def text_for(shop) -> str:
    world = shop.world
    return new_epoch_pairing(world.hq, device_id=shop.store.device.device_id, url=world.url).text


def text_for_a_new_one(shop) -> str:
    return new_pairing(shop.world.hq, store_id="s-1", url=shop.world.url).text


def enrolled_anew(shop, text: str, **options) -> Reenrolled:
    """Do what `station reenrol` does."""
    return reenrol_station(
        read_pairing(text),
        folder=shop.folder,
        key_store=shop.keys,
        key_store_kind="memory",
        clock=shop.world.clock,
        connect=shop.world.enrolment,
        **options,
    )


def reenrol(shop, text: str, **options) -> Reenrolled:
    """Do so with a station that is running, and open what comes of it."""
    shop.store.close()
    try:
        return enrolled_anew(shop, text, **options)
    finally:
        shop._real = None
        shop.open()


def put_back(shop, copied) -> None:
    shop.world.start_hq(copied)


def posted_by_people(world) -> None:
    for case in list_cases(world.hq):
        post_case(world.hq, case.case_id, who="ada")


# --- what is carried over ---------------------------------------------------------------------------------------------


def test_what_a_restored_hq_lost_is_carried_over_though_it_was_acknowledged(shop, tmp_path):
    """I27, I9: HQ is put back, and the station is enrolled anew before it could hand in what was lost."""
    copied = shop.world.back_up(tmp_path / "backup")
    card = shop.world.card()
    for _ in range(3):
        shop.sell(card=card)
    shop.syncer.sync()
    points = shop.world.posted_points()
    put_back(shop, copied)
    shop.sell(card=card)
    done = reenrol(shop, text_for(shop))
    assert (done.salvaged, carried(shop)) == (4, [(1, seq, True) for seq in range(3, 7)])
    shop.syncer.sync()
    posted_by_people(shop.world)
    assert shop.world.posted_points() == points + 5
    assert devices(shop.world.hq)[0].owner.epoch == 2


def test_what_hq_holds_is_not_carried_over(shop):
    """Neither where HQ goes further than the station knows, nor where it ends before."""
    shop.sell()
    shop.hq.lose_answer_of("push")
    with pytest.raises(HqFault):
        shop.syncer.sync()
    assert shop.store.acked_seq() == 2
    assert reenrol(shop, text_for(shop)).salvaged == 1  # which HQ answers as known
    shop.syncer.sync()
    assert shop.verdicts()[:2] == [(1, "posted"), (2, "posted")]


def test_another_history_than_hqs_is_carried_over_whole(shop):
    """Its entry 2 is not the one that HQ names: nobody knows where the two parted."""

    with shop.world.hq.database.atomic() as connection:
        connection.execute(update(journal).where(journal.c.seq == 2).values(hash=bytes(32)))
    assert reenrol(shop, text_for(shop)).salvaged == 2


def test_folders_set_aside_before_are_read_where_hq_was_put_back_to_before_them(shop, tmp_path):
    copied = shop.world.back_up(tmp_path / "backup")
    sells(shop, 2).syncer.sync()
    reenrol(shop, text_for(shop))
    sells(shop.synced(), 1).syncer.sync()
    put_back(shop, copied)
    done = reenrol(shop, text_for(shop))
    assert done.device.epoch == 3  # HQ knows of one alone, and gives none a second time
    assert carried(shop) == [(1, 3, True), (1, 4, True), (2, 1, True), (2, 2, True)]
    shop.syncer.sync()
    assert [entry.data["from_epoch"] for entry in shop.store.journal.entries() if entry.seq == 1] == [2]


def test_folders_set_aside_are_left_alone_where_hq_knows_of_them(shop):
    sells(shop, 2)
    reenrol(shop, text_for(shop))
    shop.syncer.sync()
    assert reenrol(shop, text_for(shop)).salvaged == 0


def test_a_station_that_hq_forgot_comes_with_all_it_has(world, tmp_path):
    """HQ is put back to before the station's time, so that it can only come as a new one."""
    copied = world.back_up(tmp_path / "backup")
    shop = world.shop().synced()
    sells(shop, 2).syncer.sync()
    old_id = shop.store.device.device_id
    put_back(shop, copied)
    with pytest.raises(UnknownDevice):
        shop.syncer.sync()
    shop.store.set_standing(Standing.UNKNOWN_AT_HQ)
    assert reenrol(shop, text_for_a_new_one(shop)).salvaged == 2
    found = [read_salvaged(each.data) for each in shop.store.journal.entries() if each.type == SALVAGED]
    assert [each.owner.device_id for each in found] == [old_id] * 2
    shop.syncer.sync()


# --- another HQ -------------------------------------------------------------------------------------------------------


def test_versions_of_another_hq_bind_nobody(shop, tmp_path):
    """HQ was lost for good, and a new one begins with version 1 of everything."""
    with shop.store.atomic():
        shop.store.versions.set_to("program", 7, signer="s1")
        shop.store.versions.set_to("keyset", 9, signer="r1")
    old_root = shop.store.device.root_key
    make_hq(tmp_path / "other")
    shop.world.start_hq(tmp_path / "other")
    sells(shop, 1)
    done = reenrol(shop, text_for_a_new_one(shop))
    assert (done.device.root_key != old_root, done.salvaged) == (True, 1)  # what nobody had acknowledged
    shop.syncer.sync()
    assert shop.store.replica.document_version("program") == 1
    shop.sell()


# --- for whom a text is -----------------------------------------------------------------------------------------------


def refused(shop, text: str, *named: str, **options) -> None:
    """Nothing is used up by it: the text is still good where it belongs, and the station as it was."""
    before, known = shop.store.device, devices(shop.world.hq)
    with pytest.raises(PairingInvalid, match="Nothing was used up") as caught:
        reenrol(shop, text, **options)
    assert all(name in str(caught.value) for name in named), str(caught.value)
    assert (shop.store.device, devices(shop.world.hq)) == (before, known)


def test_a_text_for_another_device_is_refused_and_stays_good(shop):
    other = shop.world.shop("s-2")
    text = text_for(other)
    names = other.store.device.device_id, shop.store.device.device_id
    refused(shop, text, *names)
    refused(shop, text, *names, is_text_believed=True)
    assert reenrol(other, text).device.epoch == 2


def test_a_text_for_a_new_station_is_refused_where_there_is_one(shop):
    refused(shop, text_for_a_new_one(shop), "a new station", shop.store.device.device_id)


def test_a_store_that_only_its_card_speaks_of_is_known_by_that(shop):
    other = shop.world.shop("s-2")
    lose_keys(shop)
    with pytest.raises(PairingInvalid, match=f"is for {other.store.device.device_id}"):
        enrolled_anew(shop, text_for(other))
    with pytest.raises(PairingInvalid, match="is for a new station"):
        enrolled_anew(shop, text_for_a_new_one(shop))
    with pytest.raises(PairingInvalid, match="not sent yet would be lost"):
        enrolled_anew(shop, text_for(shop))
    done = enrolled_anew(shop, text_for(shop), is_text_believed=True)
    assert (done.device.epoch, done.lost) == (2, None)


def test_of_a_store_that_says_nothing_a_person_says_whose_it_is(shop):
    lose_keys(shop)
    (shop.folder / "store.json").write_text('{"name": "x", "key_store": "memory"}')
    text = text_for(shop)
    with pytest.raises(PairingInvalid, match="--believe-text"):
        enrolled_anew(shop, text)
    assert enrolled_anew(shop, text, is_text_believed=True).device.epoch == 2


def lose_keys(shop) -> None:
    shop.store.close()
    shop.keys._texts.clear()
