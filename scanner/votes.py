"""What is believed of what several looks at one picture read."""

import math
from collections.abc import Iterable
from typing import Final

from scanner.decode import Format, Symbol, middle_of

LOOKS_MIN: Final = 2
"""Equal reads of a bar code: about one in a hundred is misread with a valid check digit, and no QR code ever was."""

Key = tuple[Format, bytes]


class Votes:
    """The looks so far, symbol by symbol."""

    def __init__(self) -> None:
        """Start with nothing seen."""
        self._seen: dict[Key, Symbol] = {}
        self._looks: dict[Key, int] = {}
        self._believed: dict[Key, Symbol] = {}

    def add(self, symbols: Iterable[Symbol], *, weight: int = 1) -> None:
        """Count one look. What a look saw twice it still saw once."""
        for key, symbol in {(symbol.format, symbol.raw): symbol for symbol in symbols}.items():
            self._seen.setdefault(key, symbol)
            self._looks[key] = self._looks.get(key, 0) + (LOOKS_MIN if symbol.format is Format.QR else weight)

    def newly_believed(self) -> tuple[Symbol, ...]:
        """Return what has come to be believed since the last time."""
        new = {
            key: symbol
            for key, symbol in self._seen.items()
            if key not in self._believed and self._looks[key] >= LOOKS_MIN and not self._is_disputed(key)
        }
        self._believed |= new
        return tuple(new.values())

    @property
    def believed(self) -> tuple[Symbol, ...]:
        """All that is believed."""
        return tuple(self._believed.values())

    @property
    def is_doubtful(self) -> bool:
        """Whether something was seen that isn't believed yet."""
        return len(self._believed) < len(self._seen)

    def _is_disputed(self, key: Key) -> bool:
        """Whether another bar code at the same place was seen as often."""
        if key[0] is Format.QR:
            return False
        return any(
            other != key
            and other[0] is not Format.QR
            and self._looks[other] >= self._looks[key]
            and _are_at_one_place(self._seen[other], self._seen[key])
            for other in self._seen
        )


def _are_at_one_place(one: Symbol, other: Symbol) -> bool:
    reach = max(_length(one), _length(other))
    return math.dist(middle_of(one), middle_of(other)) < reach / 2


def _length(symbol: Symbol) -> float:
    return max(math.dist(one, other) for one in symbol.corners for other in symbol.corners)
