"""A scanner's keys become its text whatever the host's layout; a person's keys all reach the application, in order."""

from dataclasses import replace
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.habits import Habits
from scanner.keys import evdev_code, has_scan_codes
from scanner.wedge import (
    CHARACTERS_MAX,
    CHARACTERS_MIN,
    GAP_MAX_MS,
    KEYS_MAX,
    QUICK_GAP_MS,
    TAIL_MS,
    Key,
    Scan,
    Wedge,
)
from tests.scanner.keyboard import BACKSPACE, ENTER, ESC, EVERY_CHARACTER, F4, PLACE, TAB, Desk, presses

NUMBER = "M0123456789V"
SHIFT, CAPS_LOCK, KEYPAD_1, EXTRA_KEY = 42, 58, 79, 86

scanned_texts = st.text(st.sampled_from(EVERY_CHARACTER), min_size=CHARACTERS_MIN, max_size=200)


def test_a_us_keyboard_holds_all_of_ascii() -> None:
    assert "".join(map(chr, range(32, 127))) == EVERY_CHARACTER


@given(scanned_texts, st.sampled_from(["", "\r", "\t"]), st.integers(0, QUICK_GAP_MS))
def test_a_burst_is_its_text_and_nothing_reaches_the_application(text: str, end: str, gap_ms: int) -> None:
    desk = Desk().feed(*presses(text, gap_ms=gap_ms, end=end)).rest()
    assert [scan.aim + scan.text for scan in desk.scans] == [text]
    assert desk.given == []


@given(
    st.lists(
        st.tuples(st.sampled_from(EVERY_CHARACTER), st.integers(GAP_MAX_MS + 1, 2_000)),
        min_size=1,
        max_size=40,
    )
)
def test_whoever_types_slower_gets_every_key_in_order(strokes: list[tuple[str, int]]) -> None:
    desk, at_ms = Desk(), 0
    for char, gap_ms in strokes:
        at_ms += gap_ms
        code, is_shifted = PLACE[char]
        desk.feed(Key(code, at_ms, text=char, shift=is_shifted))
    assert desk.rest().typed == "".join(char for char, _ in strokes)
    assert desk.scans == []


@given(
    st.text(st.sampled_from(EVERY_CHARACTER), max_size=CHARACTERS_MIN - 1),
    st.sampled_from(["", "\r", "\t"]),
    st.integers(0, GAP_MAX_MS),
)
def test_a_few_fast_keys_are_typing(text: str, end: str, gap_ms: int) -> None:
    desk = Desk().feed(*presses(text, gap_ms=gap_ms, end=end)).rest()
    assert (desk.typed, desk.scans) == (text + end, [])


fast_fingers = st.integers(QUICK_GAP_MS + 1, GAP_MAX_MS)


@given(
    st.text(st.sampled_from(EVERY_CHARACTER), min_size=1, max_size=40),
    st.sampled_from(["", "\r", "\t"]),
    fast_fingers,
)
def test_whoever_types_fast_gets_every_key_in_order(text: str, end: str, gap_ms: int) -> None:
    desk = Desk().feed(*presses(text, gap_ms=gap_ms, end=end)).rest()
    assert (desk.typed, desk.scans) == (text + end, [])


def _with_gaps(text: str, gaps_ms: list[int]) -> list[Key]:
    times = accumulate(gaps_ms, initial=1_000)
    return [replace(key, time_ms=at_ms) for key, at_ms in zip(presses(text, end=""), times, strict=True)]


@given(st.permutations([8, 16, 35, 31, 38, 40, 33]))
def test_a_quicker_pair_or_two_make_no_scan_of_typing(gaps_ms: list[int]) -> None:
    desk = Desk().feed(*_with_gaps("44012345", gaps_ms)).rest()
    assert (desk.typed, desk.scans) == ("44012345", [])


@given(st.permutations([1, 4, 8, 16, 16, GAP_MAX_MS, 45]))
def test_a_scanner_that_falters_is_still_one(gaps_ms: list[int]) -> None:
    desk = Desk().feed(*_with_gaps("44012345", gaps_ms)).rest()
    assert (desk.typed, desk.scans) == ("", [Scan("44012345")])


def test_a_key_held_down_behind_fast_typing_is_typing() -> None:
    typed = list(presses("440123", gap_ms=35, end=""))
    held = [replace(typed[-1], time_ms=typed[-1].time_ms + 12 * n, is_repeat=True) for n in range(1, 30)]
    desk = Desk().feed(*typed, *held).rest()
    assert (desk.typed, desk.scans) == ("440123" + "3" * 29, [])


keys = st.builds(
    Key,
    st.one_of(st.none(), st.integers(1, 127)),
    st.integers(0, 120),
    text=st.sampled_from(["", "a", "ş", "7", "\r", "\x0f"]),
    shift=st.booleans(),
    ctrl=st.booleans(),
    alt=st.booleans(),
    altgr=st.booleans(),
    meta=st.booleans(),
    is_repeat=st.booleans(),
)


@given(st.lists(keys, max_size=60))
def test_whatever_is_pressed_nothing_is_given_twice_or_out_of_order(gaps: list[Key]) -> None:
    at_ms, desk, fed = 0, Desk(), []
    for key in gaps:
        at_ms += key.time_ms
        fed.append(replace(key, time_ms=at_ms))
    desk.feed(*fed).rest()
    order = [id(key) for key in fed]
    # Keys that pass at once (Shift and its like) may overtake those that are held; all others keep their order.
    given_order = [order.index(id(key)) for key in desk.given if not _passes_at_once(key)]
    assert given_order == sorted(set(given_order))


def _passes_at_once(key: Key) -> bool:
    return key.scan_code in (29, 42, 54, 56, 58, 69, 70, 97, 100, 125, 126)


@pytest.mark.parametrize(
    ("layout", "host"),
    [("tr", "Mş1ğüı*öçö.ç"), ("ru", "Ьж1хъшюдбдбю")],
)
def test_the_place_of_a_key_counts_and_not_what_the_host_makes_of_it(layout: str, host: str) -> None:
    text = "M;1[]i.,/,/."
    assert Desk().feed(*presses(text, host=host)).scans == [Scan(text)]


def test_a_host_layout_is_taken_at_its_word() -> None:
    desk = Desk(Wedge(Habits(layout="host"))).feed(*presses("M;1[]i", host="Mş1ğüı"))
    assert desk.scans == [Scan("Mş1ğüı")]


@pytest.mark.parametrize(
    ("aim", "text"), [("]Q1", NUMBER), ("]E0", "4006381333931"), ("]C1", "01\x1d21"), ("", "]]]]]]")]
)
def test_the_aim_prefix_is_kept_apart(aim: str, text: str) -> None:
    assert Desk().feed(*presses(aim + text)).scans == [Scan(text, aim)]


def test_a_group_separator_is_part_of_the_text() -> None:
    desk = Desk().feed(*presses("8018123\x1d2112")).rest()
    assert (desk.scans, desk.given) == ([Scan("8018123\x1d2112")], [])


@pytest.mark.parametrize(
    "combination",
    [
        Key(24, 0, text="\x0f", ctrl=True),  # Ctrl+O
        Key(F4, 0, alt=True),
        Key(19, 0, text="r", meta=True),
        Key(ESC, 0, text="\x1b"),
        Key(BACKSPACE, 0, text="\b"),
    ],
    ids=["ctrl+o", "alt+f4", "win+r", "escape", "backspace"],
)
@pytest.mark.parametrize("place", [1, 3, 8])
def test_commands_within_a_scan_go_nowhere(combination: Key, place: int) -> None:
    burst = list(presses(NUMBER))
    burst.insert(place, replace(combination, time_ms=burst[place - 1].time_ms + 1))
    desk = Desk().feed(*burst).rest()
    assert (desk.scans, desk.given) == ([Scan(NUMBER)], [])


def test_a_control_character_in_front_goes_nowhere_either() -> None:
    desk = Desk().feed(Key(19, 995, text="\x12", ctrl=True), *presses(NUMBER)).rest()
    assert (desk.scans, desk.given) == ([Scan(NUMBER)], [])


@pytest.mark.parametrize(
    "tail",
    [
        [Key(36, 0, text="\n", ctrl=True)],
        [Key(ENTER, 0, text="\r")] * 3,
        [Key(F4, 0, alt=True)],
        [Key(TAB, 0)],
    ],
    ids=["line feed", "enters", "alt+f4", "tab"],
)
def test_what_trails_a_scan_is_dropped(tail: list[Key]) -> None:
    burst = list(presses(NUMBER))
    last_ms = burst[-1].time_ms
    desk = Desk().feed(*burst)
    desk.feed(*(replace(key, time_ms=last_ms + 4 * n) for n, key in enumerate(tail, start=1))).rest()
    assert (desk.scans, desk.given) == ([Scan(NUMBER)], [])


@pytest.mark.parametrize(("late_ms", "given"), [(GAP_MAX_MS + 1, ""), (TAIL_MS, ""), (TAIL_MS + 1, "\r")])
def test_an_enter_that_comes_late_confirms_nothing(late_ms: int, given: str) -> None:
    burst = list(presses(NUMBER, end=""))
    for desk in (Desk().feed(*burst), Desk().feed(*burst).rest()):
        desk.feed(Key(ENTER, burst[-1].time_ms + late_ms, text="\r")).rest()
        assert (desk.scans, desk.typed) == ([Scan(NUMBER)], given)


def test_of_a_burst_of_enters_one_gets_through() -> None:
    desk = Desk().feed(*(Key(ENTER, 1_000 + 8 * n, text="\r") for n in range(20))).rest()
    assert desk.typed == "\r"


def test_an_enter_of_a_person_passes_at_once() -> None:
    desk = Desk()
    assert desk.feed(Key(ENTER, 1_000, text="\r")).typed == "\r"
    assert desk.feed(Key(ENTER, 1_100, text="\r")).typed == "\r\r"


def test_scans_may_follow_each_other_at_once() -> None:
    first = list(presses(NUMBER))
    second = presses("V0123456789ABC8", start_ms=first[-1].time_ms + 2, end="")
    assert Desk().feed(*first, *second).rest().scans == [Scan(NUMBER), Scan("V0123456789ABC8")]


def test_a_pause_in_a_scan_that_only_the_next_key_shows_ends_it() -> None:
    first = list(presses(NUMBER, end=""))
    desk = Desk().feed(*first, *presses("ab", start_ms=first[-1].time_ms + GAP_MAX_MS + 1, end="")).rest()
    assert (desk.scans, desk.typed) == ([Scan(NUMBER)], "ab")


def test_a_key_held_down_is_typing() -> None:
    held = [Key(30, 1_000, text="a")] + [Key(30, 1_500 + 33 * n, text="a", is_repeat=True) for n in range(30)]
    desk = Desk().feed(*held).rest()
    assert (desk.typed, desk.scans) == ("a" * 31, [])


def test_equal_characters_may_look_like_a_key_held_down() -> None:
    burst = [
        replace(key, is_repeat=place > 0 and key.text == "0" == NUMBER_OF_ZEROS[place - 1])
        for place, key in enumerate(presses(NUMBER_OF_ZEROS))
    ]
    assert any(key.is_repeat for key in burst)
    assert Desk().feed(*burst).scans == [Scan(NUMBER_OF_ZEROS)]


NUMBER_OF_ZEROS = "M00012340067"


def test_letters_that_only_the_host_has_are_typing() -> None:
    keys = [Key(EXTRA_KEY, 1_000 + 10 * n, text="<") for n in range(8)]
    assert Desk().feed(*keys).typed == "<" * 8
    at_signs = [Key(16, 1_000 + 10 * n, text="@", altgr=True) for n in range(8)]
    assert Desk().feed(*at_signs).typed == "@" * 8


def test_caps_lock_and_shift_do_not_break_a_scan() -> None:
    a, *rest = presses("aB3456", gap_ms=16)
    shift = Key(SHIFT, a.time_ms + 16, shift=True)
    late = [replace(key, time_ms=key.time_ms + 16) for key in rest]
    desk = Desk().feed(Key(CAPS_LOCK, 990), a, shift, *late).rest()
    assert desk.scans == [Scan("aB3456")]
    assert [key.scan_code for key in desk.given] == [CAPS_LOCK, SHIFT]


def test_the_keypad_counts_when_it_gives_digits() -> None:
    digits = [Key(KEYPAD_1, 1_000 + 5 * n, text="1") for n in range(6)]
    assert Desk().feed(*digits).rest().scans == [Scan("111111")]
    arrows = [Key(KEYPAD_1, 1_000 + 5 * n) for n in range(6)]
    assert len(Desk().feed(*arrows).rest().given) == 6


def test_keys_without_a_place_are_not_from_a_scanner() -> None:
    desk = Desk().feed(*(replace(key, scan_code=None) for key in presses(NUMBER))).rest()
    assert (desk.typed, desk.scans) == (NUMBER + "\r", [])


def test_a_longer_text_than_anybody_takes_is_cut_and_an_endless_one_thrown_away() -> None:
    (scan,) = Desk().feed(*presses("7" * 5_000, gap_ms=1)).scans
    assert len(scan.text) == CHARACTERS_MAX
    desk = Desk().feed(*presses("7" * (KEYS_MAX + 1), gap_ms=1)).rest()
    assert (desk.scans, desk.given) == ([], [])


def test_a_clock_that_jumps_back_ends_a_run() -> None:
    assert Desk().feed(*presses("abcde", end=""), *presses("fg", start_ms=10, end="")).rest().scans == []


@pytest.mark.parametrize(
    ("native", "platform", "code"),
    [
        (38, "xcb", 30),
        (38, "wayland-egl", 30),
        (30, "windows", 30),
        (0x11C, "windows", 96),
        (0x148, "windows", None),
        (0, "xcb", None),
        (0, "windows", None),
        (30, "cocoa", None),
    ],
)
def test_scan_codes_of_each_platform(native: int, platform: str, code: int | None) -> None:
    assert evdev_code(native, platform=platform) == code


def test_macos_tells_no_places() -> None:
    assert not has_scan_codes("cocoa")
    assert has_scan_codes("xcb") and has_scan_codes("windows")
