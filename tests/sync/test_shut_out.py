"""A station that was shut out or stolen: what it hands over, and when it erases itself."""

import pytest
from msgspec.structs import replace
from sqlalchemy import delete

from app.core.standing import Standing
from app.store.faults import StoreErased, StoreMissing
from hq.journal.held import list_held
from hq.journal.held_tables import held_entry, held_push
from hq.journal.posting_held import post_held
from hq.stores.devices import list_devices, revoke
from sync.faults import HqUnreachable
from sync.protocol import PushRefusalKind
from tests.sync.test_epochs import backup, copy_of, device_of, reenrol, sells
from tests.sync.world import Shop

BATCH = 3


@pytest.fixture
def shop(world) -> Shop:
    """Two entries acknowledged."""
    shop = world.shop().synced()
    sells(shop, 2).syncer.sync()
    return shop


def test_a_station_that_is_shut_out_hands_over_all_it_has_once(shop, monkeypatch):
    """F78: in as many batches as it takes, and nothing again with the next heartbeats."""
    monkeypatch.setattr("sync.syncer.BATCH_ENTRIES_MAX", BATCH)
    sells(shop, 2 * BATCH + 1)
    revoke(shop.world.hq, device_of(shop).owner.device_id)
    for _ in range(2):
        assert shop.syncer.sync().refusal.kind is PushRefusalKind.EPOCH_REVOKED
    held = list_held(shop.world.hq)
    assert [(each.from_seq, each.to_seq) for each in held] == [(3, 5), (6, 8), (9, 9)]
    assert (shop.store.waiting_count(), device_of(shop).head.seq) == (2 * BATCH + 1, 2)
    for each in held:
        post_held(shop.world.hq, each.id)
    assert shop.world.entries_of(shop) == list(range(1, 10))


def test_a_stolen_station_hands_over_what_it_has_and_then_erases_itself(shop, monkeypatch):
    """F110: replica, journal and keys, and HQ is told."""
    monkeypatch.setattr("sync.syncer.BATCH_ENTRIES_MAX", BATCH)
    sells(shop, BATCH + 2)
    revoke(shop.world.hq, device_of(shop).owner.device_id)
    shop.syncer.sync()  # handed over before anybody asked to wipe, and then HQ lost it
    with shop.world.hq.database.atomic() as connection:
        for table in (held_push, held_entry):
            connection.execute(delete(table))
    revoke(shop.world.hq, device_of(shop).owner.device_id, wipe=True)
    with pytest.raises(StoreErased):
        shop.syncer.sync()
    assert not shop.folder.exists()
    assert shop.keys._texts == {}
    assert sum(each.to_seq - each.from_seq + 1 for each in list_held(shop.world.hq)) == BATCH + 2
    assert list_devices(shop.world.hq)[0].wiped_ms == shop.world.clock.now_ms()
    with pytest.raises(StoreErased):
        shop.store.reopen()
    with pytest.raises(StoreMissing):
        shop.open()


def test_nothing_is_erased_that_hq_does_not_keep(shop, monkeypatch):
    """F110: no room, or no answer, or an order in between: then not now."""
    sells(shop, 2)
    revoke(shop.world.hq, device_of(shop).owner.device_id, wipe=True)
    with monkeypatch.context() as full:
        full.setattr("hq.journal.held.HELD_ENTRIES_MAX", 0)
        assert shop.syncer.sync().refusal.wipe
    assert shop.store.journal.head().seq == 4

    real = shop.hq.real.push

    def sell_meanwhile(request):
        answer = real(request)
        if not request.entries:
            shop.sell()
        return answer

    shop.hq.push = sell_meanwhile
    assert shop.syncer.sync().refusal.wipe
    assert shop.store.journal.head().seq == 5
    del shop.hq.push
    with pytest.raises(StoreErased):
        shop.syncer.sync()
    assert sum(each.to_seq - each.from_seq + 1 for each in list_held(shop.world.hq)) >= 3


def test_what_a_restored_hq_has_lost_is_handed_over_too(shop, tmp_path):
    """I27: the station was shut out before its next contact, and what HQ had acknowledged it sends once more."""
    world = shop.world
    copied = world.back_up(tmp_path / "backup")
    sells(shop, 2).syncer.sync()
    world.start_hq(copied)
    sells(shop, 1)
    revoke(world.hq, device_of(shop).owner.device_id)
    for _ in range(2):
        assert shop.syncer.sync().refusal.kind is PushRefusalKind.EPOCH_REVOKED
    assert [(each.from_seq, each.to_seq) for each in list_held(world.hq)] == [(3, 5), (5, 5)]
    assert sum(len(post_held(world.hq, each.id).results) for each in list_held(world.hq)) == 3
    assert world.entries_of(shop) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("sold", [0, 1])
def test_what_hq_kept_and_lost_is_handed_over_again(shop, tmp_path, sold):
    """I9: it was put back to before it was sent them; the station runs on and takes them for kept."""
    world = shop.world
    revoke(world.hq, device_of(shop).owner.device_id)
    copied = world.back_up(tmp_path / "backup")
    sells(shop, 2).syncer.sync()
    assert kept_of(world) == {3, 4}
    world.start_hq(copied)
    assert kept_of(world) == set()
    sells(shop, sold).syncer.sync()
    assert kept_of(world) == set(range(3, 5 + sold))


def test_what_was_acknowledged_before_a_copy_took_its_place_is_handed_over_too(shop, tmp_path):
    """I10: HQ has lost two entries, and got three of a copy's since; both histories are kept."""
    world = shop.world
    twin = copy_of(shop, backup(shop, tmp_path / "twin"))
    copied = world.back_up(tmp_path / "backup")
    sells(shop, 2).syncer.sync()
    world.start_hq(copied)
    sells(twin, 3).syncer.sync()
    twin.store.close()
    sells(shop, 1)
    assert shop.syncer.sync().refusal.kind is PushRefusalKind.FORK
    assert kept_of(world) >= {3, 4, 5}
    asked = []
    shop.hq.alter("push", lambda answer: asked.append(answer) or answer)
    shop.syncer.sync()
    assert len(asked) == 1  # it is known to be kept now


def test_what_is_said_before_much_is_sent_counts_though_the_line_fails_then(shop, monkeypatch):
    """I11: told so once, a station redeems nothing, whether its entries got through or not."""
    monkeypatch.setattr("sync.syncer.ASKS_FIRST_ABOVE", 1)
    sells(shop, 2)
    revoke(shop.world.hq, device_of(shop).owner.device_id)
    real = shop.hq.real.push

    def nothing_of_size(request):
        if request.entries:
            raise HqUnreachable("cut")
        return real(request)

    monkeypatch.setattr(shop.hq, "push", nothing_of_size, raising=False)
    with pytest.raises(HqUnreachable):
        shop.syncer.sync()
    assert shop.store.standing is Standing.REVOKED


def test_an_hq_that_keeps_nothing_is_not_asked_for_ever(shop, monkeypatch):
    monkeypatch.setattr("sync.syncer.BATCH_ENTRIES_MAX", BATCH)
    asked = []

    def forget(answer):
        asked.append(answer)
        return replace(answer, kept_seq=0)

    shop.hq.alter("push", forget)
    revoke(shop.world.hq, device_of(shop).owner.device_id)
    assert sells(shop, 2 * BATCH).syncer.sync().refusal.kind is PushRefusalKind.EPOCH_REVOKED
    assert len(asked) == 2


def kept_of(world) -> set[int]:
    return {seq for each in list_held(world.hq) for seq in range(each.from_seq, each.to_seq + 1)}


def test_over_the_line_too_the_last_word_arrives(web_world):
    """Signed by the key that is erased already."""
    shop = sells(web_world.shop().synced(), 2)
    revoke(web_world.hq, device_of(shop).owner.device_id, wipe=True)
    with pytest.raises(StoreErased):
        shop.syncer.sync()
    listed = list_devices(web_world.hq)[0]
    assert (listed.wiped_ms, listed.state) == (web_world.clock.now_ms(), "revoked")
    assert [(each.from_seq, each.to_seq) for each in list_held(web_world.hq)] == [(1, 2)]


def test_what_was_set_aside_by_a_re_enrolment_is_erased_too(shop):
    """F110: its replica holds members, and its keys open it."""
    shop.store.close()
    again = reenrol(shop)
    assert again.aside.exists()
    shop.synced()
    revoke(shop.world.hq, device_of(shop).owner.device_id, wipe=True)
    with pytest.raises(StoreErased):
        shop.syncer.sync()
    assert not again.aside.exists() and not shop.folder.exists()
    assert set(shop.keys._texts) <= {"probe"}
