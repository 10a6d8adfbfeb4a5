"""Two of one device: a copied folder, a cloned disk, and an HQ that hears one of them first."""

import pytest

from app.core.standing import Standing
from app.store.faults import KeysMissing
from app.store.keystore import MemoryKeyStore
from app.store.store import StationStore
from hq.journal.held import list_held
from sync.enrolment import PairingInvalid
from sync.protocol import PushRefusalKind
from tests.store.through_key import crash_image
from tests.sync.test_epochs import backup, copy_of, reenrol, sells, shop, start_of
from tests.sync.world import Shop

__all__ = ["shop"]


def test_a_copied_folder_opens_nothing_without_its_keys(shop, tmp_path):
    """F71: on the second machine nothing can be redeemed, and nothing read; it can only become a station anew."""
    shop.store.save_mark()
    copied = crash_image(shop.folder, tmp_path / "elsewhere")
    with pytest.raises(KeysMissing):
        StationStore(copied, key_store=MemoryKeyStore(), clock=shop.world.clock)
    thief = Shop.__new__(Shop)
    thief.world, thief.folder, thief.keys = shop.world, copied, MemoryKeyStore()
    with pytest.raises(PairingInvalid, match="not sent yet would be lost"):
        reenrol(thief, device_id=shop.store.device.device_id)
    done = reenrol(thief, device_id=shop.store.device.device_id, is_text_believed=True)
    assert (done.device.epoch, done.salvaged, done.lost) == (2, 0, None)
    assert (start_of(thief)["reason"], start_of(thief)["from_epoch"]) == ("keys_missing", 1)
    thief.close()
    assert (
        shop.syncer.sync().refusal.kind is PushRefusalKind.EPOCH_REVOKED
    )  # the one it was copied from is fenced


def test_of_a_clone_and_its_original_neither_goes_on_by_itself(shop, tmp_path):
    """F72: all of both is kept at HQ."""
    twin = copy_of(shop, backup(shop, tmp_path / "clone"))
    sells(shop, 2).syncer.sync()
    sells(twin, 3)
    assert twin.syncer.sync().refusal.kind is PushRefusalKind.FORK
    sells(shop, 1)
    assert shop.syncer.sync().refusal.kind is PushRefusalKind.FORK
    assert [(each.from_seq, each.to_seq) for each in list_held(shop.world.hq)] == [(3, 5), (5, 5)]
    points = shop.world.posted_points()
    for _ in range(2):
        shop.syncer.sync()
        twin.syncer.sync()
    assert len(list_held(shop.world.hq)) == 2  # heartbeats bring nothing new
    assert shop.world.posted_points() == points
    twin.store.close()


def test_a_copy_that_reaches_a_restored_hq_first_is_found_by_what_the_original_shows(shop, tmp_path):
    """I10, I27: HQ is behind both, and holds the copy's entries in the place of the original's when that comes."""
    world = shop.world
    saved = world.back_up(tmp_path / "backup")
    twin = copy_of(shop, backup(shop, tmp_path / "clone"))
    sells(shop, 3).syncer.sync()
    world.start_hq(saved)
    sells(twin, 2).syncer.sync()
    sells(shop, 1)
    assert shop.syncer.sync().refusal.kind is PushRefusalKind.FORK
    assert shop.store.standing is Standing.FORKED
    assert [(each.from_seq, each.to_seq) for each in list_held(world.hq)] == [(1, 6)]
    assert sells(twin, 1).syncer.sync().refusal.kind is PushRefusalKind.FORK
    twin.store.close()


def test_two_of_one_device_are_found_though_much_waits(shop, tmp_path, monkeypatch):
    """I10: HQ is asked first where it stands, and names the copy's place; what waits must be sent even so."""
    monkeypatch.setattr("sync.syncer.ASKS_FIRST_ABOVE", 1)
    twin = copy_of(shop, backup(shop, tmp_path / "clone"))
    sells(twin, 2).syncer.sync()
    twin.store.close()
    assert sells(shop, 4).syncer.sync().refusal.kind is PushRefusalKind.FORK
    assert shop.store.standing is Standing.FORKED
