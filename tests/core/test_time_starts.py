"""Starts of the machine are counted: a clock that is set back at each of them cannot make time stand for long."""

from dataclasses import dataclass

import pytest

from app.core.trusted_time import (
    JUMP_MIN_MS,
    START_LASTS_MS,
    STARTS_SPARE,
    UNTOLD,
    TrustedTime,
    anchored,
    first_time,
    in_new_epoch,
    seen,
)
from tests.clocks import Machine

NOW_MS = 1_767_632_400_000
MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000


@dataclass
class Shop:
    """A station that heard HQ once, or never, and does not hear it any more."""

    machine: Machine
    time: TrustedTime

    def look(self) -> None:
        self.time, _ = seen(self.time, self.machine.reading())

    def hear_hq(self) -> None:
        self.look()
        reading = self.machine.reading()
        self.time = anchored(self.time, reading, reading, self.machine.really_ms)

    @property
    def is_doubtful(self) -> bool:
        self.look()
        return self.time.is_doubtful(self.machine.reading())

    def a_day_of_standing_time(self, *, open_ms: int) -> None:
        """The shop is open for so long; in the morning the clock is set to just behind the last entry."""
        self.machine.restart(off_ms=DAY_MS - open_ms)
        self.machine.set_wall(self.time.floor_ms - JUMP_MIN_MS + MINUTE_MS)
        self.look()
        self.machine.go_on(open_ms)
        self.look()


@pytest.fixture(params=[True, False], ids=["heard once", "never heard"])
def shop(request) -> Shop:
    machine = Machine(NOW_MS)
    shop = Shop(machine, first_time(machine.reading()))
    if request.param:
        shop.hear_hq()
    return shop


def days_of_standing_time(shop: Shop, *, open_ms: int) -> int:
    """Return for how many days a clock that is set back each night deceives a station, a year at most."""
    for day in range(365):
        if shop.is_doubtful:
            return day
        shop.a_day_of_standing_time(open_ms=open_ms)
    return 365


def test_a_clock_set_back_each_night_makes_time_stand_for_two_months_at_most(shop: Shop) -> None:
    assert days_of_standing_time(shop, open_ms=10 * MINUTE_MS) == STARTS_SPARE + 1


def test_the_longer_the_shop_is_open_the_less_it_gains(shop: Shop) -> None:
    """What it gains is told from a shop's ordinary starts later, and is never more than half of the time."""
    days = days_of_standing_time(shop, open_ms=8 * HOUR_MS)
    assert STARTS_SPARE < days < 365
    assert shop.time.floor_ms - NOW_MS >= (days - STARTS_SPARE - 1) * START_LASTS_MS


def test_an_honest_month_without_a_line_is_never_doubted(shop: Shop) -> None:
    """Switched off over noon and every night, and on a bad day the socket is loose."""
    for day in range(30):
        for off_ms in (2 * HOUR_MS, 9 * HOUR_MS):
            shop.machine.go_on(13 * HOUR_MS // 2)
            shop.look()
            shop.machine.restart(off_ms=off_ms)
            assert not shop.is_doubtful
        if day == 20:
            for _ in range(STARTS_SPARE - 1):
                shop.machine.restart()
                assert not shop.is_doubtful


def test_hqs_word_ends_the_doubt_and_the_count() -> None:
    machine = Machine(NOW_MS)
    shop = Shop(machine, first_time(machine.reading()))
    shop.hear_hq()
    days_of_standing_time(shop, open_ms=MINUTE_MS)
    machine.set_wall(machine.really_ms)
    shop.hear_hq()
    assert not shop.is_doubtful
    for _ in range(STARTS_SPARE):
        machine.restart()
        assert not shop.is_doubtful
    machine.restart()
    assert shop.is_doubtful


class Unnamed(Machine):
    """A machine whose system has no name for its starts: each start of the program has a name of its own."""

    programs = 0

    def boot_id(self) -> bytes:
        return UNTOLD + self.programs.to_bytes(8, "big")

    def start_program(self) -> None:
        self.programs += 1

    def restart(self, *, off_ms: int = 60_000) -> None:
        super().restart(off_ms=off_ms)
        self.start_program()


@pytest.fixture
def unnamed() -> Shop:
    machine = Unnamed(NOW_MS)
    shop = Shop(machine, first_time(machine.reading()))
    shop.hear_hq()
    return shop


def test_where_starts_of_the_machine_have_no_name_those_of_the_program_are_not_counted(unnamed: Shop) -> None:
    for _ in range(3 * STARTS_SPARE):  # it crashes every minute
        unnamed.machine.go_on(MINUTE_MS)
        unnamed.machine.start_program()
        unnamed.look()
    assert (unnamed.time.starts, unnamed.is_doubtful) == (0, False)
    unnamed.machine.restart()
    unnamed.look()
    assert unnamed.time.starts == 1


@pytest.mark.parametrize("open_ms", [10 * MINUTE_MS, 8 * HOUR_MS])
def test_a_clock_set_back_each_night_is_found_out_there_too(unnamed: Shop, open_ms: int) -> None:
    shop = Shop(Machine(NOW_MS), unnamed.time)
    shop.hear_hq()
    assert days_of_standing_time(unnamed, open_ms=open_ms) == days_of_standing_time(shop, open_ms=open_ms)


@pytest.mark.parametrize(("runs_ms", "off_by_ms"), [(HOUR_MS, 0), (9 * HOUR_MS, -HOUR_MS)])
def test_a_start_of_the_machine_is_no_start_of_the_program_however_the_clock_is_set(
    unnamed: Shop, runs_ms: int, off_by_ms: int
) -> None:
    """The wall clock stands as if the machine had gone on, which has not run for as long; or the other way round."""
    unnamed.machine.go_on(8 * HOUR_MS)
    unnamed.look()
    expected_ms = unnamed.machine.now_ms() - unnamed.machine.boot_ms()
    unnamed.machine.restart(off_ms=16 * HOUR_MS)
    unnamed.machine.go_on(runs_ms)
    unnamed.machine.set_wall(expected_ms + unnamed.machine.boot_ms() + off_by_ms)
    unnamed.look()
    assert unnamed.time.starts == 1


def test_a_new_epoch_does_not_begin_to_count_anew(shop: Shop) -> None:
    days_of_standing_time(shop, open_ms=MINUTE_MS)
    before = shop.time
    shop.time = in_new_epoch(before)
    assert (shop.time.starts, shop.time.counted_ms) == (before.starts, before.counted_ms)
    assert shop.is_doubtful
