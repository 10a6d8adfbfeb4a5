"""From a few scans of a known code the set-up learns how a scanner writes, and says what to change."""

import dataclasses

import pytest

from app.core.codes import parse
from app.core.reasons import Refusal
from scanner.draw import qr_png
from scanner.habits import Ending, Habits
from scanner.learning import TEST_CODE, Advice, Learned, Try, learn
from scanner.picture import read_bytes
from scanner.wedge import Key
from tests.scanner.keyboard import presses

CAPS_LOCK = 58
ENDINGS = {"\r": Ending.CR, "\t": Ending.TAB, "": Ending.NONE}
TURKISH = str.maketrans("i;/*-=?_#", "ıç.?*-=_+")  # some of what the keys of these signs are there


def keys(text: str = TEST_CODE, *, gap_ms: int = 4, end: str = "\r", host: str = "") -> tuple[Key, ...]:
    return tuple(presses(text, gap_ms=gap_ms, end=end, host=host))


def learned(*tries: Try) -> Learned:
    return learn(tries)


def test_the_code_of_the_test_is_small_and_reads_as_it_is() -> None:
    (read,) = read_bytes(qr_png(TEST_CODE, module_px=4))
    assert read.text == TEST_CODE
    assert isinstance(parse(TEST_CODE, keys={}, now_ms=0), Refusal), "at the till it is nobody's"


def test_a_scanner_as_it_comes_needs_nothing() -> None:
    assert learned(keys(), keys(), keys()) == Learned(Habits(ending=Ending.CR), 4.0, (), is_well=True)


@pytest.mark.parametrize("end", ENDINGS)
@pytest.mark.parametrize(("prefix", "suffix"), [("", ""), ("#", ""), ("%", "$"), ("", "*"), ("AB", "12")])
@pytest.mark.parametrize("aim", ["", "]Q1"])
def test_what_is_around_the_code_is_learned(prefix: str, suffix: str, end: str, aim: str) -> None:
    for written in {aim + prefix + TEST_CODE + suffix, prefix + aim + TEST_CODE + suffix}:
        found = learned(keys(written, end=end), keys(written, end=end))
        assert found.habits == Habits(prefix=prefix, suffix=suffix, ending=ENDINGS[end])
        assert found.is_well
        assert found.advice == (() if end else (Advice.NO_END,))


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n", "\t", ""])
@pytest.mark.parametrize(("prefix", "suffix"), [("", ""), ("\x02", "\x03"), ("#", "")])
def test_a_serial_line_is_learned_by_its_bytes(prefix: str, suffix: str, end: str) -> None:
    raw = f"]Q1{prefix}{TEST_CODE}{suffix}{end}".encode()
    found = learned(raw, raw)
    assert (found.habits.prefix, found.habits.suffix) == (prefix, suffix)
    assert {"\r": "cr", "\n": "lf", "\r\n": "crlf", "\t": "tab", "": "none"}[end] == found.habits.ending
    assert found.is_well and found.ms_a_key is None


def test_by_the_keys_places_a_foreign_computer_makes_no_difference() -> None:
    found = learned(keys(host=TEST_CODE.translate(TURKISH)))
    assert found.habits.layout == "us" and found.is_well and found.advice == ()


def test_a_scanner_set_to_the_computers_keyboard_is_known_by_what_arrives() -> None:
    """It presses the keys that give the code here, which on a US keyboard give something else."""
    foreign = TEST_CODE.translate(str.maketrans("YZyz", "ZYzy"))
    found = learned(keys(foreign, host=TEST_CODE))
    assert found.habits.layout == "host"
    assert found.is_well and found.advice == (Advice.SET_US,)


def test_caps_lock_around_a_code_is_part_of_nothing() -> None:
    gap_ms = 4
    pressed = [dataclasses.replace(key, time_ms=key.time_ms + gap_ms) for key in keys()]
    lock = [Key(CAPS_LOCK, at_ms) for at_ms in (pressed[0].time_ms - gap_ms, pressed[-1].time_ms + gap_ms)]
    found = learned((lock[0], *pressed, lock[1]))
    assert found == Learned(Habits(ending=Ending.CR), 4.0, (), is_well=True)


@pytest.mark.parametrize(
    ("gap_ms", "is_slow"), [(1, False), (16, False), (24, False), (25, True), (60, True)]
)
def test_keys_that_come_too_slowly_are_no_scan(gap_ms: int, is_slow: bool) -> None:
    found = learned(keys(gap_ms=gap_ms))
    assert found.ms_a_key == gap_ms
    assert found.is_well is not is_slow
    assert found.advice == ((Advice.SLOW,) if is_slow else ())


def test_one_hesitation_is_slow_too() -> None:
    late = tuple(
        dataclasses.replace(key, time_ms=key.time_ms + (80 if n > 20 else 0)) for n, key in enumerate(keys())
    )
    assert learned(keys(), late).advice == (Advice.SLOW,)


@pytest.mark.parametrize("written", [TEST_CODE.swapcase(), TEST_CODE.upper(), TEST_CODE.lower()])
def test_changed_capitals_are_named(written: str) -> None:
    assert learned(keys(written)).advice == (Advice.CASE,)
    assert learned(written.encode() + b"\r").advice == (Advice.CASE,)


@pytest.mark.parametrize(
    ("one", "advice"),
    [
        (keys("M0123456789T"), Advice.OTHER_CODE),
        (keys(TEST_CODE[:9] + TEST_CODE[12:]), Advice.LOST),
        (TEST_CODE[:9].encode() + TEST_CODE[12:].encode(), Advice.LOST),
        (b"M0123456789T\r", Advice.OTHER_CODE),
        (b"\x80\xf8\x00\x1b\x9f", Advice.NOISE),
        ((), Advice.OTHER_CODE),
    ],
)
def test_what_is_not_the_code_is_named(one: Try, advice: Advice) -> None:
    found = learned(keys(), one)
    assert (found.advice, found.is_well) == ((advice,), False)


def test_scans_with_different_things_around_teach_nothing() -> None:
    found = learned(keys("a" + TEST_CODE), keys("b" + TEST_CODE))
    assert (found.advice, found.is_well) == ((Advice.UNLIKE,), False)
