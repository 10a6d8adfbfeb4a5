"""Reading a case: objects with the path to each place, and figures exactly, without binary fractions.

Money, percentages and quantities stand in cases as decimal strings (or JSON numbers); here they become integers of a
named number of decimals. What can't be read is `CaseInvalid`; a key or word whose meaning isn't known is `CaseUnknown`,
so that nothing in a case is ever passed over in silence. A key whose value is null counts as left out.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

NUMBER = re.compile(r"(-?)(\d{1,12})(?:\.(\d{1,12}))?")  # far beyond any order, far below what could hurt


class CaseInvalid(ValueError):
    """A case that can't be read. The message names the place, what is wrong and what would be right."""


class CaseUnknown(ValueError):
    """A key or word in a case whose meaning isn't known here. The message names it."""


class Spot:
    """An object in a case and the path to it."""

    __slots__ = ("path", "value")

    def __init__(self, path: str, value: Any) -> None:
        """Stand at `value`, which must be a JSON object."""
        if type(value) is not dict:
            raise CaseInvalid(f"{path or 'case'}: expected an object, found {shown(value)}")
        self.path = path
        self.value: dict[str, Any] = value

    def only(self, known: frozenset[str]) -> "Spot":
        """Refuse keys that aren't known."""
        if extra := self.value.keys() - known:
            raise CaseUnknown(f"{self.at(min(extra))} is not known")
        return self

    def at(self, key: str) -> str:
        """Return the path of a key."""
        return f"{self.path}.{key}" if self.path else key

    def has(self, key: str) -> bool:
        """Tell whether the key is there and not null."""
        return self.value.get(key) is not None

    def text(self, key: str) -> str:
        """Return a text that isn't empty."""
        found = self.value.get(key)
        if type(found) is not str or not found:
            raise CaseInvalid(f"{self.at(key)}: expected a text, found {shown(found)}")
        return found

    def word(self, key: str, words: Mapping[str, str], default: str | None = None) -> str:
        """Return what a word stands for; `default` is the word when nothing is said."""
        found = self.value.get(key)
        if found is None:
            found = default
        if type(found) is not str or found not in words:
            raise CaseUnknown(f"{self.at(key)}: {shown(found)} is not one of {', '.join(words)}")
        return words[found]

    def switch(self, key: str, *, default: bool = False) -> bool:
        """Return true or false."""
        found = self.value.get(key)
        if found is None:
            return default
        if type(found) is not bool:
            raise CaseInvalid(f"{self.at(key)}: expected true or false, found {shown(found)}")
        return found

    def texts(self, key: str) -> list[str]:
        """Return a list of texts, perhaps empty."""
        found = self.value.get(key)
        if type(found) is not list or any(type(item) is not str for item in found):
            raise CaseInvalid(f"{self.at(key)}: expected a list of texts, found {shown(found)}")
        return found

    def items(self, key: str) -> list[Any]:
        """Return a list of anything."""
        found = self.value.get(key)
        if type(found) is not list:
            raise CaseInvalid(f"{self.at(key)}: expected a list, found {shown(found)}")
        return found

    def inner(self, key: str) -> "Spot":
        """Return the object under a key; an empty one when it is left out."""
        found = self.value.get(key)
        return Spot(self.at(key), {} if found is None else found)

    def objects(self, key: str) -> Iterator["Spot"]:
        """Return the objects of a list."""
        for place, item in enumerate(self.items(key)):
            yield Spot(f"{self.at(key)}[{place}]", item)

    def money(self, key: str, *, default: str | None = None) -> int:
        """Return an amount in minor units (two decimals)."""
        return self.decimal(key, 2, default=default)

    def decimal(self, key: str, decimals: int, *, default: str | None = None) -> int:
        """Return a number as an integer of so many decimals: "19.99" with two is 1999. It must be exact."""
        found = self.value.get(key)
        return exact(default if found is None else found, decimals, path=self.at(key))

    def whole(self, key: str, *, default: int | None = None, least: int | None = None) -> int:
        """Return a whole number."""
        found = self.value.get(key)
        number = exact(default if found is None else found, 0, path=self.at(key))
        if least is not None and number < least:
            raise CaseInvalid(f"{self.at(key)}: expected at least {least}, found {number}")
        return number


def exact(found: Any, decimals: int, *, path: str) -> int:
    """Return a decimal string or JSON number as an integer of so many decimals. Raises `CaseInvalid`."""
    kind = type(found)
    if kind is int:
        found = str(found)
    elif kind is float:
        found = repr(found)  # the shortest text that means this number, which is what stood in the file
    elif kind is not str:
        raise CaseInvalid(f"{path}: expected a number, found {shown(found)}")
    match = NUMBER.fullmatch(found)
    if match is None:
        raise CaseInvalid(f"{path}: {shown(found)} is no number such as 12.50")
    sign, units, fraction = match.groups()
    fraction = (fraction or "").rstrip("0")
    if len(fraction) > decimals:
        raise CaseInvalid(f"{path}: {found} has more than {decimals} decimals")
    number = int(units + fraction.ljust(decimals, "0"))
    return -number if sign else number


def shown(found: Any) -> str:
    """Return a found value, short enough for a message."""
    if found is None:
        return "nothing"
    text = repr(found)
    return text if len(text) <= 60 else f"{text[:57]}…"
