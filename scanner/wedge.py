"""Tells a keyboard-wedge scanner's key presses from a person's, and makes text of the scanner's.

A scanner presses its keys 1 to 16 ms apart, nobody types like that: a run of at least six characters with no more
than 50 ms between two keys, most of them 24 ms or less apart, is a scan, ended by Enter, Tab or a pause. By the keys'
own times: by arrival, an application that is busy painting would see gaps of its own making. From the first character
until the run has ended nobody can know whose it is, so the one who owns the keyboard keeps what `takes` claims, and
learns from `press` and `pause`: a `Scan`, or `TYPED` (give it all back, in order), or `DROPPED`.

What only people do ends the claim at once: a key held down, a character that no US keyboard has. Combinations with
Ctrl, Alt or the system key in a scan are dropped with it (BadBarcode), but for Ctrl+] (a GS1 separator).
Limits: with layout "us" scanners must be set to a US keyboard, which is how they come; scanners that write with
Alt + decimal codes are not understood; codes of fewer than six characters stay typing.
"""

from dataclasses import dataclass, replace
from enum import Enum
from typing import Final, TypeAlias

from scanner.habits import USUAL, Habits, Layout
from scanner.keys import BRACKET, ENTER, GROUP_SEPARATOR, KEYPAD, NEUTRAL, TAB, US_PLAIN, US_SHIFTED

GAP_MAX_MS: Final = 50
QUICK_GAP_MS: Final = 24
"""A gap that a scanner makes: half as long again as the longest measured. Fast fingers roll over digits in 30 and more,
and may have a quicker pair or two among them; so most gaps of a scan must be quick, and none needs to be."""
TAIL_MS: Final = 200
"""Behind a scan an Enter or Tab may come late, after the pause that ended it. It must confirm nothing; a person can't
have seen yet what the scan brought."""
CHARACTERS_MIN: Final = 6
CHARACTERS_MAX: Final = 2_001
"""Kept of one scan: one more than the longest text anybody takes, so that more is refused for its length."""
KEYS_MAX: Final = 4 * CHARACTERS_MAX
"""A key stuck or a hostile code: from then on the run is thrown away as it comes."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key press. `scan_code` is evdev's (see `scanner.keys`), None where the host doesn't tell.

    `text` is what the host's layout made of it; `is_repeat` marks what the host adds while a key is held down.
    """

    scan_code: int | None
    time_ms: int
    text: str = ""
    shift: bool = False
    ctrl: bool = False
    alt: bool = False
    altgr: bool = False
    meta: bool = False
    is_repeat: bool = False


@dataclass(frozen=True, slots=True)
class Scan:
    """What a scanner wrote. `aim` is the symbology it said in front ("]Q1"), empty when it said none."""

    text: str
    aim: str = ""


class Fate(Enum):
    """What else the keys of a run can turn out to be."""

    TYPED = "typed"  # a person's: give them back
    DROPPED = "dropped"  # what trails a scan


End: TypeAlias = Scan | Fate


@dataclass(frozen=True, slots=True)
class _Run:
    """Keys so far with no pause between them."""

    last_ms: int
    text: str = ""
    keys: int = 0
    strokes: int = 0  # characters, a key held down counted once
    quick: int = 0  # of these, those that came as soon as a scanner's do; the first comes after nothing

    @property
    def is_scan(self) -> bool:
        return self.strokes >= CHARACTERS_MIN and 2 * self.quick > self.strokes - 1


class Wedge:
    """The keys of one keyboard. Call for each press: `end_before`, then, if it `takes` the key, `press`."""

    def __init__(self, habits: Habits = USUAL) -> None:
        """`habits.layout`: "us" tells characters by the keys' places, "host" by what the computer makes of them."""
        self._habits = habits
        self._run: _Run | None = None
        # Behind a scan, and behind an Enter by itself: commands from one time to the other are no person's.
        self._tail_ms = range(0)

    @property
    def is_open(self) -> bool:
        """Whether keys are held: call `pause` when no key has come for GAP_MAX_MS."""
        return self._run is not None

    def end_before(self, key: Key) -> End | None:
        """End the run that a pause, or a person's hand, has closed before this key."""
        if self._run is None or (self._is_close(self._run.last_ms, key) and not self._is_by_hand(key)):
            return None
        return self.pause()

    def takes(self, key: Key) -> bool:
        """Whether the key belongs to what may be a scan and has to be kept from everybody else. Changes nothing."""
        if key.scan_code in NEUTRAL or self._is_by_hand(key):
            return False
        if self._run is not None and self._is_close(self._run.last_ms, key):
            return True
        return self._can_begin(key) or self._trails(key)

    def press(self, key: Key) -> End | None:
        """Take a key that `takes` claims; None while nothing can be said."""
        if self._run is None and self._trails(key):
            self._tail_ms = _tail(key.time_ms, max(GAP_MAX_MS, self._tail_ms.stop - key.time_ms - 1))
            return Fate.DROPPED
        run = self._run or _Run(key.time_ms)
        if self._is_end(key):
            self._run, self._tail_ms = None, _tail(key.time_ms, TAIL_MS if run.is_scan else GAP_MAX_MS)
            return self._scan(run) if run.is_scan else Fate.TYPED
        self._run = self._added(run, key)
        return None

    def pass_by(self, key: Key) -> None:
        """Learn of a key that `takes` did not claim: a Shift within a run, or an Enter by itself.

        A slow scanner presses Shift between two characters, and only a scanner follows an Enter up at once.
        """
        if self._run is not None and key.scan_code in NEUTRAL:
            self._run = replace(self._run, last_ms=key.time_ms)
        elif self._is_end(key) and not key.is_repeat:
            self._tail_ms = _tail(key.time_ms, GAP_MAX_MS)

    def pause(self) -> End | None:
        """No key has come for GAP_MAX_MS: end what is open."""
        run, self._run = self._run, None
        if run is None:
            return None
        if not run.is_scan:
            return Fate.TYPED
        self._tail_ms = _tail(run.last_ms, TAIL_MS)
        return self._scan(run)

    def _scan(self, run: _Run) -> Scan | Fate:
        if run.keys > KEYS_MAX:
            return Fate.DROPPED
        aim, text = self._habits.code_of(run.text)
        return Scan(text, aim)

    def _added(self, run: _Run, key: Key) -> _Run:
        char = self._character(key)
        is_stroke = bool(char) and not key.is_repeat
        is_quick = run.keys > 0 and key.time_ms - run.last_ms <= QUICK_GAP_MS
        return replace(
            run,
            last_ms=key.time_ms,
            text=(run.text + char)[:CHARACTERS_MAX],
            keys=run.keys + 1,
            strokes=run.strokes + is_stroke,
            quick=run.quick + (is_stroke and is_quick),
        )

    def _can_begin(self, key: Key) -> bool:
        """Characters begin a scan, and Ctrl combinations, which only a hostile code has in front.

        Alt and the system key are left alone: the host acts on them itself, and can't be given them back.
        """
        if key.is_repeat or key.alt or key.meta:
            return False
        return bool(self._character(key)) or (
            key.ctrl and key.scan_code is not None and not self._is_end(key)
        )

    def _trails(self, key: Key) -> bool:
        """A late or second Enter, a line feed (Ctrl+J) or another combination right behind a scan's end."""
        if key.time_ms not in self._tail_ms or key.is_repeat or key.scan_code is None:
            return False
        return self._is_end(key) or key.ctrl or key.alt or key.meta

    def _is_by_hand(self, key: Key) -> bool:
        """What no scanner does: AltGr, characters that a US keyboard lacks, a key held down before a run could begin.

        A scanner's equal characters may look like a key held down, so within a run they don't tell.
        """
        if key.scan_code is None or key.altgr or (key.is_repeat and self._run is None):
            return True
        is_plain = bool(key.text) and key.text.isprintable() and not (key.ctrl or key.alt or key.meta)
        return is_plain and not self._character(key)

    def _is_end(self, key: Key) -> bool:
        return (key.scan_code in ENTER or key.scan_code == TAB) and not (key.ctrl or key.alt or key.meta)

    def _is_close(self, since_ms: int, key: Key) -> bool:
        return 0 <= key.time_ms - since_ms <= GAP_MAX_MS

    def _character(self, key: Key) -> str:
        return character(key, self._habits.layout)


def character(key: Key, layout: Layout) -> str:
    """Return the character of a key, empty for all others."""
    code = key.scan_code
    if code is None or key.alt or key.meta or key.altgr:
        return ""
    if key.ctrl:
        return GROUP_SEPARATOR if code == BRACKET else ""
    if layout == "host" or code in KEYPAD:
        return key.text if len(key.text) == 1 and key.text.isprintable() else ""
    return (US_SHIFTED if key.shift else US_PLAIN).get(code, "")


def _tail(since_ms: int, length_ms: int) -> range:
    return range(since_ms, since_ms + length_ms + 1)
