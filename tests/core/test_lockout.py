"""How often a PIN may be tried, whatever is done to the machine: five times, then a wait that doubles."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core import lockout
from app.core.lockout import FIRST_WAIT_MS, LONGEST_WAIT_MS, TRIES, Lockout, refused_untried
from app.core.trusted_time import Reading
from tests.clocks import Machine

NOW_MS = 1_767_000_000_000
DAY_MS = 86_400_000
DEEDS = st.one_of(
    st.tuples(st.just("try"), st.integers(1, 7)),
    st.tuples(st.just("go_on"), st.sampled_from([1, 1_000, 59_999, 60_000, 3 * 60_000, DAY_MS])),
    st.tuples(
        st.just("set_wall"), st.sampled_from([0, NOW_MS - DAY_MS, NOW_MS + DAY_MS, NOW_MS + 90 * DAY_MS])
    ),
    st.tuples(st.just("restart"), st.sampled_from([1_000, 61_000, DAY_MS])),
)


def looked_at(deeds: list[tuple[str, int]]) -> list[int]:
    """Return the moments, by time that really passed, at which a wrong PIN was looked at."""
    machine, kept, moments = Machine(NOW_MS), Lockout(), []
    for deed, how in deeds:
        if deed == "go_on":
            machine.go_on(how)
        elif deed == "set_wall":
            machine.set_wall(how)
        elif deed == "restart":
            machine.restart(off_ms=how)
        for _ in range(how if deed == "try" else 0):
            now = machine.reading()
            kept = kept.resumed(now)
            if not kept.remaining_ms(now):
                kept = kept.tried(now)
                moments.append(machine.really_ms)
    return moments


def waits_held(moments: list[int]) -> bool:
    """Tell whether after each five tries at least the wait that was due has really passed."""
    return all(
        moments[end] - moments[end - 1] >= min(FIRST_WAIT_MS << (end // TRIES - 1), LONGEST_WAIT_MS)
        for end in range(TRIES, len(moments), TRIES)
    )


@given(st.lists(DEEDS, max_size=40))
def test_no_more_than_five_tries_a_window_whatever_is_done_to_the_machine(
    deeds: list[tuple[str, int]],
) -> None:
    assert waits_held(looked_at(deeds))


def by_the_wall(self: Lockout, now: Reading) -> int:
    """What somebody writes who takes the wall clock: it is set in a moment."""
    return max(self.boot_ms + self.wait_ms - now.wall_ms, 0) if self.tries == TRIES else 0


def over_after_a_start(self: Lockout, now: Reading) -> int:
    """What somebody writes who forgets that the boot clock begins at nought."""
    passed = now.boot_ms - self.boot_ms if now.boot == self.boot else self.wait_ms
    return max(self.wait_ms - passed, 0) if self.tries == TRIES else 0


@pytest.mark.parametrize("planted", [by_the_wall, over_after_a_start])
def test_a_wait_by_another_clock_is_found(monkeypatch: pytest.MonkeyPatch, planted: object) -> None:
    monkeypatch.setattr(Lockout, "remaining_ms", planted)
    monkeypatch.setattr(Lockout, "resumed", lambda self, _: self)
    deeds = [("try", 5), ("set_wall", NOW_MS + DAY_MS), ("restart", 1_000), ("try", 1)]
    assert not waits_held(looked_at(deeds))


def test_the_wait_doubles_up_to_a_day() -> None:
    machine, kept, waits = Machine(NOW_MS), Lockout(), []
    for _ in range(12):
        for _ in range(TRIES):
            kept = kept.tried(machine.reading())
        waits.append(kept.remaining_ms(machine.reading()) // 1000)
        machine.go_on(waits[-1] * 1000)
    assert waits == [60 << n for n in range(11)] + [86_400]
    assert not kept.remaining_ms(machine.reading())
    assert kept.tried(machine.reading()).left == TRIES - 1


def test_after_a_start_of_the_machine_the_wait_begins_again_once() -> None:
    machine, kept = Machine(NOW_MS), Lockout(TRIES - 1, 3)
    kept = kept.tried(machine.reading())
    machine.go_on(479_000)
    assert kept.remaining_ms(machine.reading()) == 1_000
    machine.restart()
    kept = kept.resumed(machine.reading())
    assert kept.remaining_ms(machine.reading()) == 480_000
    machine.go_on(479_000)
    kept = kept.resumed(machine.reading())
    assert kept.remaining_ms(machine.reading()) == 1_000


def test_of_a_wait_in_another_start_of_the_machine_all_is_left() -> None:
    assert Lockout(TRIES, 2, b"one", 0).remaining_ms(Reading(NOW_MS, b"other", DAY_MS)) == 120_000
    assert Lockout(TRIES, 2, b"one", 0).remaining_ms(Reading(NOW_MS, b"one", 90_000)) == 30_000


def test_a_boot_clock_that_goes_back_is_another_start() -> None:
    kept = Lockout(TRIES - 1).tried(Reading(NOW_MS, b"b", 500_000))
    assert kept.resumed(Reading(NOW_MS, b"b", 400_000)).remaining_ms(Reading(NOW_MS, b"b", 400_000)) == 60_000


def test_who_can_be_tried_at_all() -> None:
    assert refused_untried(rests_on="p", held="p") is None
    assert lockout.refused_untried(rests_on="", held=None) is not None
