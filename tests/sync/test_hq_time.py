"""HQ's signed time: asked for with each push, believed only if it is HQ's, ours and quick, and then gone by."""

import dataclasses

import pytest
from msgspec.structs import replace

from app.core.trusted_time import ANCHORED, WEAK
from app.station.standing import Standing, standing
from app.store.store import StationStore
from hq.clock import FollowingClock
from sync.faults import HqRefused
from sync.hq_time import ROUND_TRIP_MAX_MS
from sync.protocol import CLOCK_WINDOW_MS
from tests.builders import DAY_MS, NOW_MS
from tests.clocks import Machine
from tests.sync.world import signer_of

HOUR_MS = 3_600_000


def on_a_machine(shop, *, off_by_ms: int = 0) -> Machine:
    """Open the shop's store on a machine of its own, whose wall clock may be wrong."""
    machine = Machine(NOW_MS)
    machine.set_wall(NOW_MS + off_by_ms)
    shop.store.close()
    shop.store = StationStore(shop.folder, key_store=shop.keys, clock=machine)
    shop.syncer = type(shop.syncer)(shop.store, shop.hq, run=lambda work: work())
    return machine


def let_pass(shop, machine: Machine, ms: int) -> None:
    """Let time go by at both ends."""
    machine.go_on(ms)
    shop.world.clock.set_ms(shop.world.clock.now_ms() + ms)


def quality(shop) -> str:
    return shop.store.time.stamp()[1]


def test_a_station_goes_by_hqs_time_from_its_first_push_on(both):
    shop = both.shop()
    machine = on_a_machine(shop, off_by_ms=HOUR_MS - CLOCK_WINDOW_MS)
    assert quality(shop) == WEAK
    shop.syncer.sync()
    assert (quality(shop), shop.store.now_ms()) == (ANCHORED, machine.really_ms)
    let_pass(shop, machine, HOUR_MS)
    assert shop.store.now_ms() == machine.really_ms
    shop.sell()
    (entry,) = shop.store.journal.entries()
    assert (entry.quality, entry.data["t_eff"]) == (ANCHORED, NOW_MS + HOUR_MS)
    assert entry.wall_ms == machine.now_ms()


@pytest.mark.parametrize(
    "lie",
    [
        lambda time: None,
        lambda time: replace(time, nonce="other"),
        lambda time: replace(time, kid="t1"),
        lambda time: replace(time, kid="unknown"),
        lambda time: replace(time, ms=time.ms + 1),
        lambda time: replace(time, sig=bytes(64)),
    ],
    ids=["none", "nonce", "key of another use", "unknown key", "time", "signature"],
)
def test_a_time_that_hq_did_not_sign_for_us_is_left_aside_and_holds_nothing_up(world, lie):
    shop = world.shop().synced()
    on_a_machine(shop)
    shop.store.time._time = replace_time(shop, is_signed=False)
    shop.sell()
    shop.hq.alter("push", lambda answer: replace(answer, time=lie(answer.time)))
    assert shop.syncer.sync().pushed == 1
    assert (quality(shop), shop.store.acked_seq()) == (WEAK, 1)


def replace_time(shop, **changes):
    return dataclasses.replace(shop.store.time._time, **changes)


@pytest.mark.parametrize(("took_ms", "found"), [(ROUND_TRIP_MAX_MS, ANCHORED), (ROUND_TRIP_MAX_MS + 1, WEAK)])
def test_an_answer_that_took_long_says_little_of_the_time(world, took_ms, found):
    shop = world.shop()
    machine = on_a_machine(shop)

    def slow(answer):
        machine.go_on(took_ms)
        return answer

    shop.hq.alter("push", slow)
    shop.syncer.push()
    assert quality(shop) == found


def test_an_answer_of_before_a_restart_is_none(world):
    shop = world.shop()
    machine = on_a_machine(shop)

    def start_again(answer):
        machine.restart(off_ms=0)
        machine.go_on(70_000)  # the new boot clock stands a little beyond where the old one stood
        return answer

    shop.hq.alter("push", start_again)
    shop.syncer.push()
    assert quality(shop) == WEAK


def test_the_answer_to_another_push_is_not_taken_again(world):
    shop = world.shop().synced()
    machine = on_a_machine(shop)
    kept = []
    shop.hq.alter("push", lambda answer: kept.append(answer) or answer)
    shop.syncer.push()
    let_pass(shop, machine, DAY_MS)
    machine.restart()
    shop.hq.alter("push", lambda answer: replace(answer, time=kept[0].time))
    shop.syncer.push()
    assert quality(shop) == WEAK and shop.store.now_ms() >= machine.really_ms


def test_an_hq_whose_clock_follows_its_stations_vouches_for_no_time(world):
    shop = world.shop().synced()
    on_a_machine(shop)
    world.hq = type(world.hq)(**{**vars(world.hq), "clock": FollowingClock(NOW_MS)})
    shop.hq.alter("push", lambda answer: answer if answer.time is None else pytest.fail("signed"))
    shop.syncer.push()


def test_an_empty_battery_uploads_by_hqs_time_and_heals(web_world):
    """1970 after a night: the entries go up all the same, and with their answer the doubt is over."""
    shop = web_world.shop().synced()
    voucher = web_world.voucher()
    shop.syncer.sync()
    machine = on_a_machine(shop)
    shop.syncer.sync()
    let_pass(shop, machine, DAY_MS)
    machine.restart(off_ms=0)
    machine.set_wall(0)
    assert not shop.sell(voucher=voucher).presented[0].is_approved
    assert standing(shop.store) is Standing.TIME_DOUBTFUL
    assert shop.syncer.sync().pushed == 3  # the jump, the order, the refusal
    assert (standing(shop.store), shop.store.now_ms()) == (Standing.GOOD, NOW_MS + DAY_MS)
    assert {verdict for _, verdict in shop.verdicts()} == {"posted"}
    assert shop.sell(voucher=voucher).presented[0].is_approved


def test_requests_are_signed_by_hqs_time_once_it_is_known(web_world):
    shop = web_world.shop().synced()
    machine = on_a_machine(shop, off_by_ms=40 * DAY_MS)
    signer = signer_of(shop.store)
    assert _time_in(signer) == machine.now_ms(), "before there is an anchor the wall clock is all there is"
    shop.syncer.push()
    let_pass(shop, machine, HOUR_MS)
    assert _time_in(signer) == machine.really_ms
    machine.set_wall(0)
    assert _time_in(signer) == machine.really_ms


def _time_in(signer) -> int:
    parts = dict(part.split("=", 1) for part in signer.header(method="GET", target="/", body=b"").split(";"))
    return int(parts["time"])


def test_hqs_clock_an_hour_wrong_and_mended_ends_nothing(web_world):
    """Station A heard HQ before, B starts in the wrong hour. Neither turns back, neither refuses what is still good."""
    shops = [web_world.shop().synced() for _ in range(2)]
    voucher = web_world.voucher()
    machines = [on_a_machine(shop) for shop in shops]
    shops[0].syncer.sync()
    web_world.clock.set_ms(NOW_MS + HOUR_MS)
    times = []
    for off_ms in (HOUR_MS, 0, 0):
        web_world.clock.set_ms(machines[0].really_ms + off_ms)
        for shop, machine in zip(shops, machines, strict=True):
            sync(shop)
            assert standing(shop.store) is Standing.GOOD
            assert shop.sell(voucher=voucher).presented[0].is_approved
            times.append((shop.folder, shop.store.now_ms()))
            machine.go_on(60_000)
    for shop in shops:
        own = [ms for folder, ms in times if folder == shop.folder]
        assert own == sorted(own)
    assert shops[0].store.now_ms() == machines[0].really_ms, "two of its clocks know better"
    machines[1].go_on(HOUR_MS)
    web_world.clock.set_ms(machines[1].really_ms)
    sync(shops[1])
    assert shops[1].store.now_ms() == machines[1].really_ms


def test_an_hq_a_year_wrong_for_one_push_stops_no_station_that_was_just_switched_on(world):
    shop = world.shop().synced()
    voucher = world.voucher()
    machine = on_a_machine(shop)
    shop.syncer.sync()
    let_pass(shop, machine, DAY_MS)
    machine.restart(off_ms=0)
    world.clock.set_ms(machine.really_ms + 365 * DAY_MS)
    shop.syncer.push()
    assert (standing(shop.store), shop.store.now_ms()) == (Standing.TIME_DOUBTFUL, machine.really_ms)
    world.clock.set_ms(machine.really_ms)
    shop.syncer.push()
    assert (standing(shop.store), shop.store.now_ms()) == (Standing.GOOD, machine.really_ms)
    assert shop.sell(voucher=voucher).presented[0].is_approved


def sync(shop) -> None:
    try:
        shop.syncer.sync()
    except HqRefused:  # signed by a time that HQ has just left: the signer asks again by HQ's
        shop.syncer.sync()
