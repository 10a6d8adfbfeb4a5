"""Which lists of what is stopped a station believes, and for how long: never an older one, nor a thief's for ever."""

import pytest
from msgspec.structs import replace

from app.core.keyset import KeyUse
from app.core.stops import NO_STOPS, Stop, write_stops
from hq.campaigns.service import newest_document
from hq.keys import sign_document
from hq.keysets.service import revoke as revoke_key
from hq.stops.service import lift
from sync.faults import HqUntrusted
from tests.sync.key_changes import hand_out, leave_alone, lose_replica, publish, rotate, versions
from tests.sync.test_epochs import reenrol
from tests.sync.test_stops import newest_entry, reasons, stop

HUGE = 1 << 40


def forged_list(world, kid, version, *stops):
    body = write_stops(version, stops)
    return sign_document(world.hq.keys, kind="stops", version=version, body=body, kids=[kid])


def test_a_lower_list_is_refused_for_ever(world):
    """I12: the first list played again, through a restart and with a new replica."""
    voucher, shop = world.voucher(), world.shop().synced()
    stop(world, "rule:coffee-1")
    lift(world.hq, "rule:coffee-1")
    old = newest_document(world.hq, "stops")
    stop(world, "campaign:coffee")
    shop.synced()
    for change in (lambda: None, shop.restart, lambda: lose_replica(shop)):
        change()
        shop.synced()
        hand_out(shop, replace(old, version=9))  # under another number its signature is none
        with pytest.raises(HqUntrusted):
            shop.syncer.sync()
        hand_out(shop, old)
        shop.hq.alter("changes", lambda page: replace(page, stops_version=9))
        with pytest.raises(HqUntrusted, match="older than 3"):
            shop.syncer.sync()
        leave_alone(shop)
        assert shop.store.versions.highest("stops") == 3
        assert reasons(shop.sell(voucher=voucher)) == [["stopped"]]


def test_it_outlasts_the_replica(world):
    voucher, shop = world.voucher(), world.shop().synced()
    stop(world, "campaign:coffee")
    shop.synced()
    lose_replica(shop)
    assert shop.store.stops.newest.holds("campaign:coffee", 1)
    shop.hq.document = lambda kind: shop.hq.real.document(kind) if kind != "stops" else pytest.fail("known")
    shop.synced()
    assert reasons(shop.sell(voucher=voucher)) == [["stopped"]]


def test_a_list_that_nobody_of_ours_signed_is_refused(world):
    shop = world.shop().synced()
    for document in (forged_list(world, "t1", 5), replace(forged_list(world, "s1", 5), version=6)):
        hand_out(shop, document)
        with pytest.raises(HqUntrusted):
            shop.syncer.sync()
        leave_alone(shop)
    assert shop.store.stops.newest == NO_STOPS
    assert shop.store.versions.highest("stops") == 0


def test_a_thiefs_list_keeps_no_later_one_out(world):
    """Its version is higher than any that HQ will reach. It is obeyed until HQ's own has come."""
    voucher, shop = world.voucher(), world.shop().synced()
    stop(world, "campaign:coffee")
    shop.synced()
    hand_out(shop, forged_list(world, "s1", HUGE, Stop("program", 1)))
    shop.synced()
    leave_alone(shop)
    assert shop.store.versions.highest("stops") == HUGE
    rotate(world, KeyUse.SIGN)
    revoke_key(world.hq, "s1")
    real = shop.hq.real
    shop.hq.document = lambda kind: real.document(kind) if kind != "stops" else forged_list(world, "s1", 1)
    with pytest.raises(HqUntrusted):
        shop.syncer.sync()
    assert (shop.store.stops.version, shop.store.versions.highest("stops")) == (0, 1)
    assert shop.store.stops.newest.holds("program", 1), "until HQ's own comes"
    leave_alone(shop)
    shop.synced()
    assert not shop.store.stops.newest.holds("program", 1)
    assert reasons(shop.sell(voucher=voucher)) == [["stopped"]]
    lift(world.hq, "campaign:coffee")
    shop.synced()
    assert shop.sell(voucher=voucher).discount == 100


def test_a_thiefs_list_goes_where_hq_never_made_one(world):
    voucher, shop = world.voucher(), world.shop().synced()
    hand_out(shop, forged_list(world, "s1", HUGE, Stop("program", 1)))
    shop.synced()
    leave_alone(shop)
    rotate(world, KeyUse.SIGN)
    revoke_key(world.hq, "s1")
    shop.synced()
    assert shop.store.stops.newest == NO_STOPS
    assert shop.sell(voucher=voucher).discount == 100


@pytest.mark.loud("a list that this program can't read")
def test_a_list_in_a_form_that_we_do_not_know_leaves_the_one_before(world, caplog):
    shop = world.shop().synced()
    stop(world, "campaign:coffee")
    shop.synced()
    document = sign_document(world.hq.keys, kind="stops", version=5, body=b'{"version":5}', kids=["s1"])
    hand_out(shop, document)
    shop.synced()
    shop.synced()
    assert [record.levelname for record in caplog.records].count("WARNING") == 1, "fetched once"
    assert shop.store.stops.newest.holds("campaign:coffee", 1)
    assert shop.store.versions.highest("stops") == 5


def test_hq_hears_which_list_a_station_goes_by(world):
    shop = world.shop().synced()
    stop(world, "campaign:coffee")
    told = []
    real = shop.hq.real
    shop.hq.push = lambda request: told.append(request.stops_version) or real.push(request)
    shop.synced()
    shop.synced()
    assert told == [0, 1]
    shop.sell()
    assert newest_entry(shop)["stops_version"] == 1


def test_new_rules_wait_for_a_list_that_is_refused(world):
    """Else what is stopped of them would be given. Rows come all the same."""
    shop = world.shop().synced()
    publish(world, 2)
    stop(world, "campaign:coffee")
    real = shop.hq.real
    shop.hq.document = lambda kind: real.document(kind) if kind != "stops" else forged_list(world, "t1", 1)
    with pytest.raises(HqUntrusted):
        shop.syncer.sync()
    assert (versions(shop), shop.store.stops.version) == ((1, 1), 0)
    assert shop.store.replica.position().as_of_ms == world.clock.now_ms(), "rows are not kept back"
    leave_alone(shop)
    shop.synced()
    assert (versions(shop), shop.store.stops.version) == ((1, 2), 1)


def test_a_new_epoch_goes_on_refusing(world, monkeypatch):
    shop = world.shop().synced()
    stop(world, "campaign:coffee")
    shop.synced()
    shop.store.close()
    with monkeypatch.context() as patch:
        patch.setattr("sync.syncer.Syncer.pull", lambda _: 0)  # nothing has come yet
        reenrol(shop)
    assert shop.store.versions.highest("stops") == 1
    assert (shop.store.stops.version, shop.store.stops.newest.holds("campaign:coffee", 1)) == (0, True)
    shop.synced()
    assert shop.store.stops.version == 1
