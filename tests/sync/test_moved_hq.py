"""An HQ that was moved, with an empty database: it does not know the station, and the station loses nothing by it."""

import shutil

import pytest

from sync.faults import DeviceUnknown
from sync.worker import SyncWorker


def test_an_hq_that_does_not_know_us_is_told_from_one_that_refuses_a_signature(
    web_world, hq_template, tmp_path
):
    shop = web_world.shop().synced()
    card = web_world.card()
    shop.sell(card=card)
    shop.syncer.sync()
    before = shop.store.replica.position()
    shop.sell(card=card)
    home = web_world.hq_folder
    web_world.start_hq(shutil.copytree(hq_template, tmp_path / "moved"))
    with pytest.raises(DeviceUnknown, match="There is no device"):
        shop.syncer.sync()
    assert (shop.store.acked_seq(), shop.store.waiting_count()) == (1, 1)
    assert shop.store.replica.position() == before
    web_world.start_hq(home)
    shop.syncer.sync()
    assert (web_world.entries_of(shop), web_world.posted_points()) == ([1, 2], 10)


def test_the_link_says_why(web_world, hq_template, tmp_path):
    shop = web_world.shop().synced()
    web_world.start_hq(shutil.copytree(hq_template, tmp_path / "moved"))
    worker = SyncWorker(shop.syncer, waiting=shop.store.waiting_count, clock=web_world.clock, interval_s=30)
    state = worker.sync_now()
    assert (state.is_online, state.problem) == (False, DeviceUnknown.code)
