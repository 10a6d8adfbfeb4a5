"""Bytes of a serial line become texts, wherever they are cut; what is no text is named and thrown away."""

import random

import pytest

from scanner.framing import BYTES_MAX, PAUSES_WITHIN, Frame, Framer, Trouble
from scanner.habits import Ending, Habits
from tests.scanner.codes import different, pieces

SENT = {Ending.CR: "\r", Ending.LF: "\n", Ending.CRLF: "\r\n", Ending.TAB: "\t"}


def framer(ending: Ending = Ending.ANY, **habits: str) -> Framer:
    return Framer(Habits(ending=ending, **habits))  # type: ignore[arg-type]


def texts(found: list[Frame | Trouble]) -> list[str]:
    assert all(isinstance(one, Frame) for one in found), found
    return [one.text for one in found if isinstance(one, Frame)]


@pytest.mark.parametrize("is_known", [True, False], ids=["set", "any"])
@pytest.mark.parametrize("ending", SENT)
def test_a_thousand_codes_cut_anywhere_are_a_thousand_texts(ending: Ending, is_known: bool) -> None:
    rng = random.Random(f"{ending}")
    codes = different(1_000, rng)
    line = framer(ending if is_known else Ending.ANY)
    found: list[Frame | Trouble] = []
    for piece in pieces("".join(code + SENT[ending] for code in codes).encode(), rng):
        found += line.feed(piece)
        if found and rng.random() < 0.3:
            assert line.pause() is None, "an end is known by now"
    assert texts(found) == codes


def test_without_an_end_a_pause_ends_a_code() -> None:
    rng = random.Random(5)
    codes = different(500, rng)
    for line in (framer(Ending.NONE), framer(Ending.ANY)):
        found: list[Frame | Trouble] = []
        for code in codes:
            for piece in pieces(code.encode(), rng):
                found += line.feed(piece)
            late = line.pause()
            assert late is not None and line.pause() is None
            found.append(late)
        assert texts(found) == codes


def test_once_an_end_was_seen_a_computer_may_stumble_within_a_code() -> None:
    line = framer()
    line.feed(b"first\rsec")
    assert [line.pause() for _ in range(PAUSES_WITHIN - 1)] == [None] * (PAUSES_WITHIN - 1)
    assert texts(line.feed(b"ond\r")) == ["second"]


def test_lines_within_a_code_do_not_teach_an_end_for_good() -> None:
    line = framer()
    line.feed(b"BEGIN:VCARD\nEND:VCARD")
    assert [line.pause() for _ in range(PAUSES_WITHIN)][-1] == Frame("END:VCARD")
    line.feed(b"next")
    assert line.pause() == Frame("next")


def test_lines_within_a_code_stay_where_another_end_is_set() -> None:
    assert texts(framer(Ending.CR).feed(b"BEGIN:VCARD\nEND:VCARD\r")) == ["BEGIN:VCARD\nEND:VCARD"]


def test_the_symbology_is_kept_apart_and_separators_stay() -> None:
    assert framer().feed(b"]C1255950\x1d8018\r") == [Frame("255950\x1d8018", "]C1")]
    assert framer().feed(b"]Q\r]Q1\r") == [Frame("]Q"), Frame("]Q1")], "nothing but a symbology is a text"


@pytest.mark.parametrize("written", ["\x02]Q1M0\x03\r", "]Q1\x02M0\x03\r"])
def test_what_the_scanner_puts_around_a_code_is_taken_off(written: str) -> None:
    line = framer(prefix="\x02", suffix="\x03")
    assert line.feed(written.encode()) == [Frame("M0", "]Q1")]


def test_a_prefix_alone_is_part_of_the_text() -> None:
    line = framer(prefix="#", suffix="*")
    assert texts(line.feed(b"#1\r1*\r#2*\r#*\r")) == ["#1", "1*", "2", "#*"]


def test_latin_1_is_read_where_it_is_no_utf_8() -> None:
    assert texts(framer().feed("café\r".encode("latin-1") + "café\r".encode())) == ["café", "café"]


@pytest.mark.parametrize("raw", [b"\x80\x00\xf8\x78", b"M0\x00123", b"\x99\x9f\xe0", b"\x1b[A", b"M0\x7f"])
def test_what_is_no_text_is_noise(raw: bytes) -> None:
    line = framer()
    assert line.feed(raw + b"\r") == [Trouble.NOISE]
    assert texts(line.feed(b"M0\r")) == ["M0"], "and the next code is read"


def test_zero_bytes_of_a_line_being_plugged_in_harm_nothing() -> None:
    assert texts(framer().feed(b"\0\0M0\r\0")) == ["M0"]


@pytest.mark.parametrize("ending", [Ending.ANY, Ending.CR, Ending.NONE])
def test_a_text_without_end_is_bounded_and_told_once(ending: Ending) -> None:
    line = framer(ending)
    for _ in range(50):
        assert line.feed(b"x" * 4_096) == []
        assert len(line._held) <= BYTES_MAX
    if ending is Ending.NONE:
        assert line.pause() is Trouble.TOO_LONG
        line.feed(b"next")
        assert line.pause() == Frame("next")
    else:
        assert line.feed(b"x\rnext\r") == [Trouble.TOO_LONG, Frame("next")]


def test_a_code_whose_end_never_comes_is_cut_off() -> None:
    line = framer(Ending.CR)
    line.feed(b"M012")
    assert [line.pause() for _ in range(PAUSES_WITHIN)][-1] is Trouble.CUT_OFF
    assert texts(line.feed(b"M0\r")) == ["M0"]


def test_random_bytes_harm_nothing() -> None:
    rng = random.Random(11)
    for ending in Ending:
        line = framer(ending)
        for _ in range(2_000):
            line.feed(rng.randbytes(rng.randrange(1, 60)))
            line.pause()
