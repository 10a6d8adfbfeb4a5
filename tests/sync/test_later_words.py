"""A verdict that changes later reaches the station it is about, by the feed or with a new snapshot."""

import pytest
from msgspec.structs import replace
from sqlalchemy import delete

from app.core.entry import SCAN_DENIED
from app.store.journal import Draft
from hq.journal import again, judge
from hq.journal.again import judge_all_again
from hq.journal.desk import post_case
from hq.stores.updating import set_update_by
from hq.tables import feed
from sync.faults import ClientTooOld, HqRefused
from sync.protocol import PROTO, Row
from tests.sync.test_snapshot import changed, signed
from tests.sync.world import OTHER_SET


def of_the_future(shop):
    """Let a newer station record what today's HQ doesn't know."""
    with shop.store.atomic():
        shop.store.journal.append(
            [
                Draft(
                    "later_kind",
                    {"store": "s-1", "reason": "code_forged", "t_eff": shop.world.clock.now_ms()},
                )
            ]
        )


@pytest.fixture
def learn(monkeypatch):
    def update():
        known = judge.JUDGES | {"later_kind": judge.JUDGES[SCAN_DENIED]}
        monkeypatch.setattr(judge, "JUDGES", known)
        monkeypatch.setattr(again, "JUDGES", known)

    return update


def test_an_entry_of_a_newer_station_is_posted_after_the_update_and_the_station_hears(both, learn):
    shop, neighbour = both.shop().synced(), both.shop().synced()
    of_the_future(shop)
    shop.syncer.sync()
    assert shop.store.journal.flagged_count() == 1
    learn()
    assert judge_all_again(both.hq) == 1
    shop.syncer.sync()
    neighbour.syncer.sync()
    assert shop.verdicts() == [(1, "quarantined"), (1, "posted")]
    assert shop.store.journal.verdict_counts() == {"posted": 1}
    assert shop.store.journal.flagged_count() == 0
    assert neighbour.verdicts() == []
    shop.syncer.sync()
    assert len(shop.verdicts()) == 2


def test_who_takes_a_snapshot_has_the_later_words_too(both, learn):
    shop = both.shop().synced()
    of_the_future(shop)
    shop.syncer.sync()
    learn()
    post_case(both.hq, "C-1", who="ann")
    with both.hq.database.atomic() as connection:
        connection.execute(delete(feed))
    both.set_set_id(OTHER_SET)
    shop.syncer.sync()
    assert shop.store.journal.verdict_counts() == {"posted": 1}


def test_words_on_entries_that_are_not_ours_are_left_out(world):
    shop = world.shop().synced()
    shop.sell(card=world.card())
    shop.syncer.sync()
    of = {"epoch": 1, "verdict": "quarantined", "codes": [], "case": None}
    device_id = shop.store.device.device_id
    rows = [
        Row(t="verdict", k="a", v=of | {"device": "D000", "seq": 1}),
        Row(t="verdict", k="b", v=of | {"device": device_id, "seq": 99}),
        Row(t="verdict", k="c", v=of | {"device": device_id, "seq": 1, "epoch": 7}),
        Row(t="verdict", k="d", v=of | {"device": device_id, "seq": 1, "verdict": "word_of_a_newer_hq" * 9}),
    ]
    shop.hq.alter("changes", lambda page: replace(page, rows=rows))
    shop.syncer.pull()
    assert [seq for seq, _ in shop.verdicts()] == [1, 1]
    assert shop.verdicts()[-1][1].startswith("word_of_a_newer_hq")
    assert shop.store.journal.flagged_count() == 1  # a word that nobody knows is for a person
    assert shop.syncer._puller.skipped == 1  # the one about an entry that we should have


def test_a_station_too_old_for_facts_sends_and_keeps_what_it_has(world):
    shop = world.shop().synced()
    before = shop.store.replica.position()
    shop.sell()
    shop.hq.alter("changes", lambda page: replace(page, min_client=PROTO + 1))
    with pytest.raises(ClientTooOld, match="framing"):
        shop.syncer.sync()
    assert (shop.store.waiting_count(), shop.store.replica.position()) == (0, before)
    assert shop.sell(card=world.card()).points == 5  # it goes on by what it has


def test_a_snapshot_for_newer_stations_is_not_taken(world):
    shop = world.shop()
    newer = {"min_client": PROTO + 1}
    shop.hq.alter("manifest", lambda manifest: signed(world, changed(manifest, **newer)))
    with pytest.raises(ClientTooOld, match="framing"):
        shop.syncer.sync()
    assert shop.store.replica.position() is None


def test_a_station_hears_until_when_its_program_is_new_enough(world, monkeypatch):
    shop = world.shop().synced()
    assert shop.syncer.sync().update_by_ms is None
    by_ms = world.hq.clock.now_ms() + 3_600_000
    set_update_by(world.hq, by_ms)
    assert shop.syncer.sync().update_by_ms is None  # it speaks the framing that is asked for
    monkeypatch.setattr("sync.pull.PROTO", PROTO - 1)
    assert shop.syncer.sync().update_by_ms == by_ms
    set_update_by(world.hq, None)
    assert shop.syncer.sync().update_by_ms is None


def test_over_http_the_station_knows_why(web_world):
    shop = web_world.shop().synced()
    object.__setattr__(web_world.hq, "min_client", PROTO + 1)
    with pytest.raises(ClientTooOld, match="Update Tillside"):
        shop.syncer.sync()
    assert issubclass(ClientTooOld, HqRefused)
