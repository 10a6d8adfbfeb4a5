"""What HQ makes of a station's wrong clock: nothing, unless it gave what was not to be had when it was given."""

import pytest

from app.core.codes import hash_number
from app.core.entry import CLOCK_JUMP
from app.core.trusted_time import ANCHORED
from hq.clock import FollowingClock
from hq.vouchers.service import NewVoucher, create_vouchers
from sync.protocol import CLOCK_WINDOW_MS, ClockWire
from tests.databases import on
from tests.hq.station import EXPIRES_MS, NOW_MS, VOUCHER_RULE, voucher

pytestmark = on("sqlite")  # judging is pure: which database holds it does not matter

HOUR_MS, DAY_MS = 3_600_000, 86_400_000
JANUARY_MS = NOW_MS + 60 * DAY_MS  # after everything has ended
AGE_MS = 3 * DAY_MS  # of entries when they come in
FLAGGED, GOOD = ("posted_flagged", ["CLOCK_SUSPECT"]), ("posted", [])


def judged(hq, clock, station, *, made_ms: int, decided_ms: int = NOW_MS, **clock_of_push) -> list:
    """Sell tea and a coffee with a voucher, decided by the station's clock; the push comes three days later."""
    (number,) = create_vouchers(hq, [NewVoucher(VOUCHER_RULE)])
    shown = (voucher(hash_number(number)),)
    station.order("o1", amounts=(("COFFEE", 500), ("TEA", 300)), at_ms=decided_ms, vouchers=shown)
    clock.set_ms(made_ms + AGE_MS)
    told = {"wall_ms": NOW_MS, "boot_ms": AGE_MS} | clock_of_push
    answer = station.push(clock=ClockWire(**told))
    return [(result.verdict.value, result.codes) for result in answer.results]


def test_a_clock_wound_back_to_revive_what_had_ended_is_flagged(hq, clock, station):
    assert judged(hq, clock, station, made_ms=JANUARY_MS) == [FLAGGED, FLAGGED]


def test_a_long_time_without_a_line_is_no_wrong_clock(hq, clock, station):
    """Sold a day before the end of everything; by the time it comes in that is two days past."""
    made_ms = EXPIRES_MS - DAY_MS
    assert judged(hq, clock, station, made_ms=made_ms, decided_ms=made_ms) == [GOOD, GOOD]


@pytest.mark.parametrize("off_ms", [-2 * HOUR_MS, 2 * HOUR_MS, 10 * DAY_MS])
def test_a_wrong_clock_that_changed_nothing_needs_nobodys_look(hq, clock, station, off_ms):
    assert judged(hq, clock, station, made_ms=NOW_MS, decided_ms=NOW_MS + off_ms) == [GOOD, GOOD]


def test_an_anchored_time_is_hqs_own(hq, clock, station, monkeypatch):
    monkeypatch.setattr("hq.journal.receipt.WEAK", "another")
    assert judged(hq, clock, station, made_ms=JANUARY_MS) == [GOOD, GOOD]
    assert ANCHORED == "anchored"


def test_of_an_earlier_start_of_the_machine_only_the_future_is_known(hq, clock, station):
    """The boot clock of the push is another: it is younger than the entry."""
    early = {"boot_ms": -1}
    assert judged(hq, clock, station, made_ms=JANUARY_MS, **early) == [GOOD, GOOD]
    clock.set_ms(NOW_MS - 400 * DAY_MS)  # before the campaigns begin
    station.order("o2", amounts=(("TEA", 300),), at_ms=NOW_MS)
    (result,) = station.push(3, clock=ClockWire(wall_ms=NOW_MS, **early)).results
    assert (result.verdict.value, result.codes) == FLAGGED


@pytest.mark.parametrize(("off_ms", "expected"), [(CLOCK_WINDOW_MS, GOOD), (CLOCK_WINDOW_MS + 1, FLAGGED)])
def test_a_clock_that_is_a_little_off_is_not_looked_at(hq, clock, station, off_ms, expected):
    """Decided five minutes before the program's end by its own clock, and right after it by HQ's."""
    station.order("o1", amounts=(("TEA", 300),), at_ms=EXPIRES_MS - 1)
    clock.set_ms(EXPIRES_MS - 1 + off_ms)
    (result,) = station.push(clock=ClockWire(wall_ms=NOW_MS, boot_ms=0)).results
    assert (result.verdict.value, result.codes) == expected


def test_an_hq_whose_clock_is_not_its_own_judges_nobodys(hq, clock, station):
    clock.set_ms(JANUARY_MS + AGE_MS)
    station.hq = type(hq)(**{**vars(hq), "clock": FollowingClock(JANUARY_MS + AGE_MS)})
    station.order("o1", amounts=(("TEA", 300),), at_ms=NOW_MS)
    (result,) = station.push(clock=ClockWire(wall_ms=NOW_MS, boot_ms=AGE_MS)).results
    assert (result.verdict.value, result.codes) == GOOD


@pytest.mark.parametrize(
    ("changes", "verdict", "codes"),
    [
        ({}, "posted", []),
        ({"store": "S2"}, "posted_flagged", ["REPLAY_DIFFERS"]),
        ({"to_ms": "1970"}, "quarantined", ["UNPARSABLE"]),
    ],
)
def test_a_jump_is_posted(station, changes, verdict, codes):
    record = {"store": "S1", "t_eff": NOW_MS, "from_ms": NOW_MS, "to_ms": 0}
    station.append(CLOCK_JUMP, record | changes)
    (result,) = station.push().results
    assert (result.verdict.value, result.codes) == (verdict, codes)
