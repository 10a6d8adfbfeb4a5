"""The same code within two seconds counts once."""

from scanner.debounce import TEXTS_MAX, WINDOW_MS, Debounce


class Ticks:
    def __init__(self) -> None:
        self.now_ms = 0

    def __call__(self) -> int:
        return self.now_ms


def test_a_second_sight_within_two_seconds_does_not_count() -> None:
    ticks = Ticks()
    debounce = Debounce(now_ms=ticks)
    assert debounce.is_new("A")
    ticks.now_ms = WINDOW_MS - 1
    assert not debounce.is_new("A")
    assert debounce.is_new("B"), "another code does"


def test_a_code_that_lies_in_view_counts_once() -> None:
    ticks = Ticks()
    debounce = Debounce(now_ms=ticks)
    seen = []
    for ticks.now_ms in range(0, 60_000, 33):
        seen.append(debounce.is_new("A"))
    assert sum(seen) == 1
    ticks.now_ms += WINDOW_MS
    assert debounce.is_new("A"), "and again when it comes back"


def test_only_the_last_codes_are_remembered() -> None:
    debounce = Debounce(now_ms=lambda: 0)
    for number in range(TEXTS_MAX + 1):
        debounce.is_new(str(number))
    assert debounce.is_new("0")
    assert not debounce.is_new(str(TEXTS_MAX))
