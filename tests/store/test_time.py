"""The store's time: kept over restarts of program and machine, told in the journal, and never written for nothing."""

from pathlib import Path

import pytest

from app.core.entry import CLOCK_JUMP, SCAN_DENIED
from app.core.trusted_time import AGAIN_MS, ANCHORED, STARTS_SPARE, WEAK
from app.station.identify import identify
from app.station.redeem import hand_in
from app.station.standing import Standing, standing
from app.store.faults import DiskFull
from app.store.journal import Draft
from app.store.keystore import MemoryKeyStore
from app.store.store import StationStore
from tests.builders import DAY_MS, NOW_MS, a_campaign, a_program, a_store, a_voucher, an_order, at_till
from tests.clocks import Machine

IN_2099 = NOW_MS + 73 * 365 * DAY_MS


class Till:
    """A store on a machine whose program and clocks a test starts, stops and sets."""

    def __init__(self, folder: Path) -> None:
        self.keys = MemoryKeyStore()
        self.machine = Machine(NOW_MS)
        self.store = a_store(folder, keys_in=self.keys, clock=self.machine)
        self.hear_hq()

    def hear_hq(self) -> None:
        with self.store.atomic():
            self.store.time.anchor(self.store.time.reading(), self.machine.really_ms)

    def start_again(self) -> None:
        self.store.close()
        self.store = StationStore(self.store.folder, key_store=self.keys, clock=self.machine)

    def crash(self) -> None:
        """Start again without what a close would have written."""
        self.store._close_files()
        self.store._lock.release()
        self.store = StationStore(self.store.folder, key_store=self.keys, clock=self.machine)

    def sell(self, *vouchers: str):
        shown = [identify(self.store, voucher) for voucher in vouchers]
        order_id = f"A-{self.store.journal.head().seq}"
        return hand_in(self.store, an_order(order_id), at_till(None, *shown))

    def entries(self) -> list[tuple[str, str]]:
        return [(entry.type, entry.quality) for entry in self.store.journal.entries()]

    def last_times(self) -> tuple[int, ...]:
        return tuple(entry.data["t_eff"] for entry in self.store.journal.entries())


@pytest.fixture
def till(tmp_path: Path):
    made = Till(tmp_path / "store")
    yield made
    made.store.close()


def test_entries_say_what_the_clocks_showed_and_what_was_gone_by(till: Till) -> None:
    till.machine.set_wall(NOW_MS + 60_000)
    till.sell()
    (entry,) = till.store.journal.entries()
    assert (entry.wall_ms, entry.boot_ms) == (NOW_MS + 60_000, till.machine.boot_ms())
    assert (entry.data["t_eff"], entry.quality) == (NOW_MS, ANCHORED)


def test_a_clock_wound_back_revives_nothing(till: Till) -> None:
    """The voucher's campaign ends in January; in February somebody sets the clock to January."""
    voucher = a_voucher(till.store)
    till.machine.go_on(30 * DAY_MS)
    assert till.sell(voucher).presented[0].refusals[0].reason.code == "expired"
    till.machine.set_wall(NOW_MS)
    for _ in range(2):
        refused = {refusal.reason.code for refusal in till.sell(voucher).presented[0].refusals}
        assert {"expired", "time_doubtful"} <= refused
        till.machine.restart()
        till.start_again()
    types = [kind for kind, _ in till.entries()]
    assert types.count(CLOCK_JUMP) == 2  # while it ran, and over the restart
    jump = next(entry for entry in till.store.journal.entries() if entry.type == CLOCK_JUMP)
    assert jump.data == {"store": "s-1", "t_eff": NOW_MS + 30 * DAY_MS} | {
        "from_ms": NOW_MS + 30 * DAY_MS, "to_ms": NOW_MS,
    }  # fmt: skip
    assert till.last_times() == tuple(sorted(till.last_times()))


def test_a_clock_set_back_each_morning_is_found_out_by_the_number_of_mornings(till: Till) -> None:
    """Each day the shop sells for a minute. The starts are counted over those of the program as well."""
    voucher = a_voucher(till.store)
    till.sell()
    days = 0
    while standing(till.store) is not Standing.TIME_DOUBTFUL and days < 100:
        days += 1
        till.machine.restart(off_ms=DAY_MS)
        till.machine.set_wall(till.last_times()[-1])
        till.sell()
        till.machine.go_on(60_000)
        if days % 20 == 1:
            till.crash()
    assert days == STARTS_SPARE + 1
    assert till.sell(voucher).presented[0].refusals[0].reason.code == "time_doubtful"
    assert CLOCK_JUMP not in {kind for kind, _ in till.entries()}, "no clock has jumped"
    till.hear_hq()
    till.machine.go_on(AGAIN_MS)
    till.hear_hq()
    assert standing(till.store) is Standing.GOOD
    assert till.store.now_ms() == till.machine.really_ms


@pytest.mark.parametrize("wall_ms", [0, IN_2099])
def test_a_clock_far_off_and_back_bricks_nothing(till: Till, wall_ms: int) -> None:
    voucher = a_voucher(till.store)
    for moment in (wall_ms, None):
        till.machine.restart()
        till.machine.set_wall(till.machine.really_ms if moment is None else moment)
        till.start_again()
        answer = till.sell(voucher)
        assert answer.presented[0].refusals[0].reason.code == "time_doubtful"
        assert (answer.payable, standing(till.store)) == (499, Standing.TIME_DOUBTFUL)
        assert abs(till.store.now_ms() - till.machine.really_ms) <= 2 * 61_000
    assert {quality for _, quality in till.entries()} == {WEAK}
    till.hear_hq()
    assert till.sell(voucher).discount == 100
    assert (till.entries()[-1], standing(till.store)) == (("redeem", ANCHORED), Standing.GOOD)
    assert till.store.now_ms() == till.machine.really_ms


def endless(name: str, **changes) -> dict:
    """Return a campaign without end that takes 0.50 off every order."""
    rule = {"id": name, "name": name, "trigger": "automatic", "priority": 0}
    rule |= {"effect": {"kind": "amount_off", "target": "order", "amount": 50}} | changes.pop("in_rule", {})
    return a_campaign(**{"id": name, "name": name, "ends_on": "9999-12-31", "rules": [rule]} | changes)


def test_offers_without_an_end_are_given_by_a_doubtful_clock(tmp_path: Path) -> None:
    by_hours = {"condition": {"fact": "order.time", "op": "between", "value": ["00:00", "23:59"]}}
    campaigns = [endless("all-year"), endless("ends", ends_on="2026-12-31"), endless("h", in_rule=by_hours)]
    machine = Machine(NOW_MS)
    store = a_store(tmp_path / "store", program=a_program(campaigns=campaigns), clock=machine)
    assert hand_in(store, an_order("1"), at_till()).discount == 150
    machine.set_wall(0)
    assert hand_in(store, an_order("2"), at_till()).discount == 50
    data = [entry for entry in store.journal.entries() if entry.type == "order"][-1].data
    assert (data["stopped"], [each["rule"] for each in data["campaigns"]]) == (["timed"], ["all-year"])
    store.close()


def test_a_start_of_the_program_is_no_start_of_the_machine(till: Till) -> None:
    till.machine.go_on(DAY_MS)
    till.machine.set_wall(NOW_MS)  # while the program is closed
    till.start_again()
    assert till.store.now_ms() == NOW_MS + DAY_MS
    assert till.store.time.has_jumped()


def test_a_crash_loses_no_time_that_an_entry_was_given_by(till: Till) -> None:
    till.sell()
    till.machine.go_on(10 * DAY_MS)
    till.sell()
    till.machine.restart()
    till.machine.set_wall(NOW_MS + DAY_MS)
    till.crash()
    assert till.store.now_ms() >= NOW_MS + 10 * DAY_MS
    assert till.store.time.is_doubtful()


def test_an_entry_that_tells_no_time_hides_none_that_does(till: Till) -> None:
    till.machine.go_on(DAY_MS)
    till.sell()
    by_then = till.store.now_ms()
    with till.store.atomic():
        till.store.journal.append([Draft("of_a_newer_station", {})])
    till.machine.restart()
    till.machine.set_wall(IN_2099)
    till.crash()
    assert till.store.now_ms() >= by_then


def test_a_first_clock_in_2099_is_over_for_good_with_hqs_first_word(tmp_path: Path) -> None:
    """Set up by a wrong clock, set right, told the time; and the program starts again before it has written more."""
    keys, machine = MemoryKeyStore(), Machine(NOW_MS)
    machine.set_wall(IN_2099)
    store = a_store(tmp_path / "store", keys_in=keys, clock=machine)
    identify(store, "nonsense")
    machine.set_wall(NOW_MS)
    store.settle_time()
    with store.atomic():
        store.time.anchor(store.time.reading(), NOW_MS)
    for _ in range(2):
        assert (store.now_ms(), store.time.is_doubtful()) == (NOW_MS, False)
        store.reopen()
    identify(store, "nonsense")
    machine.go_on(DAY_MS)
    identify(store, "nonsense")
    store.reopen()
    assert (store.now_ms(), store.time.is_doubtful()) == (NOW_MS + DAY_MS, False)
    store.close()


def _no_room(_: str) -> None:
    raise DiskFull("no room")


def test_a_jump_is_told_again_when_its_entry_was_rolled_back(till: Till, monkeypatch) -> None:
    till.machine.set_wall(0)
    with monkeypatch.context() as patch:
        patch.setattr("app.store.db.failpoint", _no_room)
        with pytest.raises(DiskFull):
            till.store.settle_time()
    assert till.entries() == []
    till.store.settle_time()
    till.store.settle_time()
    assert till.entries() == [(CLOCK_JUMP, WEAK)]
    till.crash()
    till.store.settle_time()
    assert till.entries() == [(CLOCK_JUMP, WEAK)]


def test_a_jump_stands_before_what_was_decided_after_it_and_is_no_part_of_it(till: Till) -> None:
    till.machine.set_wall(0)
    assert till.sell().seq == 2
    assert till.sell().seq == 3
    identify(till.store, "nonsense")
    assert [kind for kind, _ in till.entries()] == [CLOCK_JUMP, "order", "order", SCAN_DENIED]


def test_a_machine_that_slept_while_deciding_decides_anew(till: Till, monkeypatch) -> None:
    """Stopped for ten minutes between decision and commit, over the end of what was to be given."""
    voucher = a_voucher(till.store, ends_on="2026-01-05")
    last_minute_ms = NOW_MS + 12 * 3_600_000 - 60_000  # 23:59 in New York
    till.machine.go_on(last_minute_ms - NOW_MS)
    from app.station import redeem

    decide, sleeps = redeem.decide, iter([600_000])

    def decide_and_sleep(facts, **how):
        decision = decide(facts, **how)
        till.machine.go_on(next(sleeps, 0))
        return decision

    monkeypatch.setattr(redeem, "decide", decide_and_sleep)
    answer = till.sell(voucher)
    assert answer.presented[0].refusals[0].reason.code == "expired"
    assert len(till.entries()) == 2


def test_what_did_not_change_is_not_written(till: Till, monkeypatch) -> None:
    written = []
    monkeypatch.setattr("app.store.timekeeper.write_meta", lambda *_, **facts: written.append(facts))
    for _ in range(3):
        till.machine.go_on(60_000)
        till.sell()
    assert written == []
