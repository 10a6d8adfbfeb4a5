"""What HQ's answers make of a station: what it may still do, until when, and that the till hears the same twice."""

import pytest
from msgspec.structs import replace

from app.core.reasons import Reason
from app.station.redeem import hand_in
from app.station.standing import Standing, standing
from hq.stores.devices import revoke
from sync.faults import DeviceUnknown, HqUntrusted
from sync.protocol import PushRefusal, PushRefusalKind
from tests.builders import an_order, at_till
from tests.sync.world import make_hq


@pytest.fixture
def shop(world):
    """Two entries acknowledged; a voucher is known."""
    shop = world.shop()
    shop.voucher, shop.card = world.voucher(), world.card()
    shop.syncer.sync()
    for _ in range(2):
        shop.sell()
    return shop.synced()


def redeems(shop) -> bool:
    """Try the voucher, and the card beside it: that one earns in any case."""
    answer = shop.sell(card=shop.card, voucher=shop.voucher)
    (outcome,) = answer.presented
    assert answer.points > 0
    found = {refusal.reason for refusal in outcome.refusals}
    assert found in (set(), {Reason.SPENDING_STOPPED})
    return outcome.is_approved


def test_a_station_in_good_standing_redeems(shop):
    assert (standing(shop.store), redeems(shop)) == (Standing.GOOD, True)


def refuse_with(shop, kind: PushRefusalKind) -> None:
    shop.hq.push = lambda request: PushRefusal(kind=kind)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (PushRefusalKind.FORK, Standing.FORKED),
        (PushRefusalKind.EPOCH_REVOKED, Standing.REVOKED),
        (PushRefusalKind.CHAIN, Standing.CHAIN_BROKEN),
        (PushRefusalKind.NOT_CONFIRMED, Standing.NOT_CONFIRMED),
    ],
)
def test_a_refusal_ends_spending_and_not_earning_over_a_restart_too(shop, kind, expected):
    answered = hand_in(shop.store, an_order("again"), at_till(None, shop.show(shop.voucher)))
    refuse_with(shop, kind)
    assert shop.syncer.sync().refusal.kind is kind
    for _ in range(2):
        assert (standing(shop.store), redeems(shop)) == (expected, False)
        shop.restart()
    repeated = hand_in(shop.store, an_order("again"), at_till(None, shop.show(shop.voucher)))
    assert (repeated.is_repeat, repeated.presented) == (True, answered.presented)


@pytest.mark.parametrize(
    ("kind", "heals"),
    [
        (PushRefusalKind.FORK, False),
        (PushRefusalKind.EPOCH_REVOKED, False),
        (PushRefusalKind.CHAIN, True),  # HQ has followed our chain to its end
        (PushRefusalKind.NOT_CONFIRMED, True),
    ],
)
def test_what_a_good_answer_heals(shop, kind, heals):
    refuse_with(shop, kind)
    shop.syncer.sync()
    del shop.hq.push
    assert shop.syncer.sync().refusal is None
    assert redeems(shop) == heals


def test_the_graver_standing_stays(shop):
    for kind in (PushRefusalKind.EPOCH_REVOKED, PushRefusalKind.CHAIN):
        refuse_with(shop, kind)
        shop.syncer.sync()
    assert standing(shop.store) is Standing.REVOKED


def test_a_revoked_station_hears_it_from_hq_itself(shop, world):
    revoke(world.hq, shop.store.device.device_id)
    shop.syncer.sync()
    assert (standing(shop.store), redeems(shop)) == (Standing.REVOKED, False)


def test_an_hq_that_was_moved_without_its_database_ends_spending_until_it_knows_us(web_world, tmp_path):
    """Only a signed request shows it: HQ has no key to check the signature with."""
    shop = web_world.shop()
    shop.voucher, shop.card = web_world.voucher(), web_world.card()
    shop.syncer.sync()
    there = web_world.hq_folder
    make_hq(tmp_path / "empty")
    web_world.start_hq(tmp_path / "empty")
    for _ in range(2):
        shop.sell()
        with pytest.raises(DeviceUnknown):
            shop.syncer.sync()
    assert (standing(shop.store), redeems(shop)) == (Standing.UNKNOWN_AT_HQ, False)
    assert shop.store.acked_seq() == 0
    web_world.start_hq(there)
    shop.syncer.sync()
    assert (standing(shop.store), redeems(shop)) == (Standing.GOOD, True)


def test_an_acknowledgement_of_what_is_not_ours_is_an_alarm_and_moves_nothing(shop):
    shop.sell()
    shop.hq.alter("push", lambda answer: replace(answer, acked_hash=bytes(32)))
    with pytest.raises(HqUntrusted):
        shop.syncer.sync()
    assert (standing(shop.store), shop.store.acked_seq()) == (Standing.HQ_DOUBTED, 2)
    assert redeems(shop), "HQ's lie is no reason to refuse a member"
    del shop.hq.push
    shop.syncer.sync()
    assert (standing(shop.store), shop.store.waiting_count()) == (Standing.GOOD, 0)


def test_the_good_part_before_a_break_goes_up(shop):
    """Somebody changes entry 5 of a station that runs: HQ refuses the batch, and gets what comes before it."""
    for _ in range(4):
        shop.sell()
    shop.store._db.execute("DROP TRIGGER journal_is_never_changed")
    body = "CAST(replace(CAST(body AS TEXT), '500', '501') AS BLOB)"
    shop.store._db.execute(f"UPDATE journal SET body = {body} WHERE seq = 5")  # noqa: S608 ours
    report = shop.syncer.sync()
    assert report.refusal.kind is PushRefusalKind.CHAIN
    assert (shop.store.acked_seq(), shop.world.entries_of(shop)) == (4, [1, 2, 3, 4])
    assert (standing(shop.store), redeems(shop)) == (Standing.CHAIN_BROKEN, False)
    again = shop.syncer.sync()
    assert (again.pushed, again.refusal.kind) == (0, PushRefusalKind.CHAIN)
    assert standing(shop.store) is Standing.CHAIN_BROKEN
