"""What a hand scanner's habits are, learned from a few scans of a code that is known.

Each scan of the set-up page's code is a `Try`: the keys that were pressed, or the bytes that came on a serial line.
What stands before and behind the known text is the scanner's own; where the text comes out right by the places of the
keys it is set to a US keyboard, where only by what this computer makes of them, to this computer's. Last of all the
tries are read as they will be read at the till, so that "it works" is seen and not concluded.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from statistics import median
from typing import Final, TypeAlias

from scanner.framing import PAUSES_WITHIN, Found, Frame, Framer
from scanner.habits import USUAL, Ending, Habits, Layout, parted
from scanner.keys import ENTER, NEUTRAL, TAB
from scanner.wedge import QUICK_GAP_MS, End, Fate, Key, Scan, Wedge, character

TEST_CODE: Final = "TS:SCAN:QWERTZUY-qwertzuy-AaMm;0123456789/+*$%.=?_#"
"""Has what keyboards put in different places, in capitals and small letters."""
TRIES: Final = 3

BYTES_BEHIND: Final = {Ending.CRLF: "\r\n", Ending.CR: "\r", Ending.LF: "\n", Ending.TAB: "\t"}

Try: TypeAlias = tuple[Key, ...] | bytes


class Advice(Enum):
    """What to change, or to know, in the order in which it matters."""

    NOISE = "noise"  # serial: no text, so most likely another speed
    OTHER_CODE = "other_code"  # some other code was scanned
    CASE = "case"  # capitals and small letters are exchanged, or all are the same
    LOST = "lost"  # characters are missing
    UNLIKE = "unlike"  # each scan came with something else around it
    SLOW = "slow"  # keys come so slowly that they can't be told from a person's
    SET_US = "set_us"  # it works, and would work on every computer were it set to a US keyboard
    NO_END = "no_end"  # it works, and would be quicker with an Enter behind each code


WORKS: Final = frozenset({Advice.SET_US, Advice.NO_END})


@dataclass(frozen=True, slots=True)
class Learned:
    """`ms_a_key` is None on a serial line. `is_well`: read with these habits each try was the code and nothing else."""

    habits: Habits
    ms_a_key: float | None
    advice: tuple[Advice, ...]
    is_well: bool


@dataclass(frozen=True, slots=True)
class _Parts:
    """What one try consists of."""

    layout: Layout
    prefix: str
    suffix: str
    ending: Ending


def learn(tries: Sequence[Try], *, code: str = TEST_CODE) -> Learned:
    """Return what these scans of `code` show."""
    assert tries, "there is something to learn from"
    speed = _ms_a_key(tries)
    parts = [_parts(one, code) for one in tries]
    wrong = [one for one in parts if isinstance(one, Advice)]
    if wrong:
        return Learned(USUAL, speed, (min(wrong, key=list(Advice).index),), is_well=False)
    found = {one for one in parts if isinstance(one, _Parts)}
    if len(found) > 1:
        return Learned(USUAL, speed, (Advice.UNLIKE,), is_well=False)
    (one,) = found
    habits = Habits(one.layout, one.prefix, one.suffix, one.ending)
    is_well = all(_read(each, habits) == code for each in tries)
    return Learned(habits, speed, _advice(habits, speed, is_well=is_well), is_well)


def _advice(habits: Habits, speed: float | None, *, is_well: bool) -> tuple[Advice, ...]:
    said = []
    if speed is not None and (not is_well or speed > QUICK_GAP_MS):
        said.append(Advice.SLOW)
    if habits.layout == "host":
        said.append(Advice.SET_US)
    if habits.ending is Ending.NONE:
        said.append(Advice.NO_END)
    return tuple(said)


def _parts(one: Try, code: str) -> _Parts | Advice:
    written, ending = _written(one)
    for layout, text in written.items():
        before, is_there, behind = text.partition(code)
        if is_there:
            return _Parts(layout, _own(before), behind, ending)
    texts = written.values()
    if any(code.casefold() in text.casefold() for text in texts):
        return Advice.CASE
    if isinstance(one, bytes) and not any(isinstance(found, Frame) for found in _frames(one, USUAL)):
        return Advice.NOISE
    return Advice.LOST if any(_lacks(text, code) for text in texts) else Advice.OTHER_CODE


def _own(before: str) -> str:
    """Take the symbology out of what stands before a code; it changes from code to code."""
    aim, rest = parted(before + "x")  # a symbology alone is no code
    if aim:
        return rest.removesuffix("x")
    return before[:-3] if parted(before[-3:] + "x")[0] else before


def _lacks(text: str, code: str) -> bool:
    """Whether a text is what is left of the code where some characters got lost; half of them at least are there."""
    rest = iter(code)
    return 2 * len(text) >= len(code) and all(char in rest for char in text)


def _written(one: Try) -> tuple[dict[Layout, str], Ending]:
    """Return what was written, by each layout that it may have been written with, and what came behind it."""
    if isinstance(one, bytes):
        text = one.strip(b"\0").decode("utf-8", errors="replace")
        ending = next((ending for ending, end in BYTES_BEHIND.items() if text.endswith(end)), Ending.NONE)
        return {"us": text.removesuffix(BYTES_BEHIND.get(ending, ""))}, ending
    keys = [key for key in one if key.scan_code not in NEUTRAL]
    ending = _key_behind(keys[-1]) if keys else Ending.NONE
    layouts: tuple[Layout, ...] = ("us", "host")
    return {layout: "".join(character(key, layout) for key in keys) for layout in layouts}, ending


def _key_behind(key: Key) -> Ending:
    return Ending.CR if key.scan_code in ENTER else Ending.TAB if key.scan_code == TAB else Ending.NONE


def _ms_a_key(tries: Sequence[Try]) -> float | None:
    """Return how far apart the characters' keys mostly were."""
    gaps = []
    for one in tries:
        if not isinstance(one, bytes):
            times = [key.time_ms for key in one if character(key, "us")]
            gaps += [later - earlier for earlier, later in pairwise(times)]
    return float(median(gaps)) if gaps else None


def _read(one: Try, habits: Habits) -> str | None:
    """Return the text that the till would take, None where it is none or more than one."""
    if isinstance(one, bytes):
        texts = [found.text if isinstance(found, Frame) else None for found in _frames(one, habits)]
    else:
        texts = [end.text if isinstance(end, Scan) else None for end in _ends(one, habits)]
    return texts[0] if len(texts) == 1 else None


def _frames(raw: bytes, habits: Habits) -> list[Found]:
    framer = Framer(habits)
    found = framer.feed(raw)
    late = [framer.pause() for _ in range(PAUSES_WITHIN)]
    return [*found, *(one for one in late if one is not None)]


def _ends(keys: Sequence[Key], habits: Habits) -> list[End]:
    wedge = Wedge(habits)
    ends: list[End | None] = []
    for key in keys:
        ends.append(wedge.end_before(key))
        if wedge.takes(key):
            ends.append(wedge.press(key))
        else:
            wedge.pass_by(key)
    ends.append(wedge.pause())
    return [end for end in ends if end is not None and end is not Fate.DROPPED]
