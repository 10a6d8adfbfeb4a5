"""What is believed of the bar codes that a camera's frames show; as `scanner.votes` for still pictures.

About one bar code in a hundred is misread with a valid check digit, and what a reader misreads in one frame it misreads
in the next one in the same way, if that shows the same. So a number is believed after two equal reads, and of an EAN
another reader must say the same where it lies: zbar or zxing-cpp, else the weighing of its digits, which takes 0.1 s
and is asked once. Where neither sees anything, four equal reads do, of frames between which something has moved. What
one of them reads otherwise is forgotten, and has to be read anew. No QR code was ever seen misread.
"""

from dataclasses import dataclass
from typing import Final

from scanner.bars import numbers
from scanner.decode import Format, Grey, Symbol, read_by_zbar
from scanner.regions import region_of
from scanner.votes import LOOKS_MIN, READERS_MIN

EQUAL_READS_WITHIN: Final = 30
"""Frames between two equal reads of a bar code, one second: later it is another look, which may be misread anew."""
AROUND: Final = 0.5
"""How much a symbol's box is widened on each side for the other reader: it may have been told by one line alone."""

ZXING, ZBAR = "zxing", "zbar"
Key = tuple[Format, str]


@dataclass
class _Reads:
    """What was read of one number: when last, how often in frames that differed, and by whom."""

    frame: int
    readers: set[str]
    times: int = 1
    is_weighed: bool = False


class Belief:
    """What one camera has read lately."""

    def __init__(self) -> None:
        """Start with nothing read."""
        self._reads: dict[Key, _Reads] = {}

    def add(self, symbol: Symbol, grey: Grey, *, frame: int, is_moving: bool, reader: str = ZXING) -> bool:
        """Count what was read in a frame (`is_moving` since the one before); return whether it is believed."""
        if symbol.format is Format.QR:
            return True
        self._reads = {
            key: reads for key, reads in self._reads.items() if frame - reads.frame <= EQUAL_READS_WITHIN
        }
        key = (symbol.format, symbol.text)
        reads = self._reads.get(key)
        if reads is None:
            self._reads[key] = _Reads(frame, {reader})
            return False
        if reads.frame != frame:
            reads.frame = frame
            reads.readers.add(reader)
            reads.times += is_moving or symbol.format is Format.CODE128
            if len(reads.readers) < READERS_MIN and symbol.format is not Format.CODE128:
                self._ask_others(key, reads, symbol, grey)
        return key in self._reads and (
            len(reads.readers) >= READERS_MIN or reads.times >= LOOKS_MIN[symbol.format]
        )

    def _ask_others(self, key: Key, reads: _Reads, symbol: Symbol, grey: Grey) -> None:
        said = _by_zbar(symbol, grey) if ZBAR not in reads.readers else set()
        if not said and not reads.is_weighed:
            reads.is_weighed = True
            said = {number.text for number in numbers(grey, region_of(symbol))}
        if said == {symbol.text}:
            reads.readers.add("another")
        elif said:
            del self._reads[key]


def _by_zbar(symbol: Symbol, grey: Grey) -> set[str]:
    xs, ys = zip(*symbol.corners, strict=True)
    reach = round(AROUND * max(max(xs) - min(xs), max(ys) - min(ys)))
    left, top = max(0, min(xs) - reach // 2), max(0, min(ys) - reach)
    part = grey[top : max(ys) + reach, left : max(xs) + reach // 2]
    return {found.text for found in read_by_zbar(part, frozenset({symbol.format}))}
