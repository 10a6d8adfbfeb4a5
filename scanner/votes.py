"""What is believed of what several looks at one picture read."""

import math
from collections import Counter
from collections.abc import Iterable
from typing import Final

from scanner.decode import Format, Symbol, middle_of

READERS_MIN: Final = 2
"""Readers that must agree on a bar code: about one in a hundred is misread with a valid check digit, and by one reader
often in the same way whatever is done to the picture. No QR code was ever seen misread."""
LOOKS_MIN: Final = {Format.EAN13: 4, Format.EAN8: 4, Format.CODE128: 2, Format.QR: 1}
"""Looks that do where one reader alone sees anything. Code 128 says more about itself in each character."""

Key = tuple[Format, bytes]


class Votes:
    """The looks so far, symbol by symbol."""

    def __init__(self) -> None:
        """Start with nothing seen."""
        self._seen: dict[Key, Symbol] = {}
        self._looks: dict[Key, Counter[str]] = {}
        self._sure: set[Key] = set()
        self._believed: dict[Key, Symbol] = {}

    def add(self, symbols: Iterable[Symbol], *, reader: str, is_sure: bool = False) -> None:
        """Count one look of a reader. What a look saw twice it still saw once."""
        for key, symbol in {(symbol.format, symbol.raw): symbol for symbol in symbols}.items():
            self._seen.setdefault(key, symbol)
            self._looks.setdefault(key, Counter())[reader] += 1
            if is_sure:
                self._sure.add(key)

    def newly_believed(self) -> tuple[Symbol, ...]:
        """Return what has come to be believed since the last time."""
        new = {
            key: symbol
            for key, symbol in self._seen.items()
            if key not in self._believed and self._is_enough(key) and not self._is_disputed(key)
        }
        self._believed |= new
        return tuple(new.values())

    @property
    def believed(self) -> tuple[Symbol, ...]:
        """All that is believed."""
        return tuple(self._believed.values())

    @property
    def doubtful(self) -> tuple[Symbol, ...]:
        """What was seen and isn't believed yet."""
        return tuple(symbol for key, symbol in self._seen.items() if key not in self._believed)

    def _is_enough(self, key: Key) -> bool:
        looks = self._looks[key]
        return key in self._sure or len(looks) >= READERS_MIN or looks.total() >= LOOKS_MIN[key[0]]

    def _strength(self, key: Key) -> tuple[bool, int, int]:
        return key in self._sure, len(self._looks[key]), self._looks[key].total()

    def _is_disputed(self, key: Key) -> bool:
        """Whether another bar code at the same place was seen as well."""
        if key[0] is Format.QR:
            return False
        return any(
            other != key
            and other[0] is not Format.QR
            and self._strength(other) >= self._strength(key)
            and _are_at_one_place(self._seen[other], self._seen[key])
            for other in self._seen
        )


def _are_at_one_place(one: Symbol, other: Symbol) -> bool:
    reach = max(_length(one), _length(other))
    return math.dist(middle_of(one), middle_of(other)) < reach / 2


def _length(symbol: Symbol) -> float:
    return max(math.dist(one, other) for one in symbol.corners for other in symbol.corners)
