"""Reading a JSON document with a path to each place, so that every complaint says where, what and what instead."""

import re
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar

INTEGER_MAX = 2**53 - 1  # what every JSON reader reads alike (RFC 8785)
NAME_LENGTH_MAX = 80  # HQ keeps no longer ones
DAY = re.compile(r"\d{4}-\d\d-\d\d")
MOMENT = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?)?")
Word = TypeVar("Word", bound=StrEnum)


class DocumentInvalid(ValueError):
    """A document that isn't what it should be; the message names the place, what is wrong and what would be right."""


class Place:
    """An object in a document and the path to it."""

    def __init__(self, path: str, value: Any) -> None:
        """Stand at `value`, which must be a JSON object."""
        if not isinstance(value, dict):
            raise DocumentInvalid(f"{path}: expected an object")
        self.path = path
        self.value: dict[str, Any] = value

    def has(self, key: str) -> bool:
        """Tell whether the key is there and not null."""
        return self.value.get(key) is not None

    def only(self, *keys: str) -> "Place":
        """Refuse keys that mean nothing here: a misspelt one would silently change what the document says."""
        if extra := sorted(self.value.keys() - set(keys)):
            raise DocumentInvalid(f"{self.path}.{extra[0]}: means nothing here; known are {', '.join(keys)}")
        return self

    def text(self, key: str) -> str:
        """Return a text that isn't empty."""
        found = self.value.get(key)
        if not isinstance(found, str) or not found:
            raise DocumentInvalid(f"{self.path}.{key}: expected a text")
        return found

    def name(self, key: str) -> str:
        """Return a text that is short enough for an id or a title everywhere."""
        found = self.text(key)
        if len(found) > NAME_LENGTH_MAX:
            raise DocumentInvalid(f"{self.path}.{key}: expected at most {NAME_LENGTH_MAX} characters")
        return found

    def identifier(self, key: str) -> str:
        """Return a name that may stand in the key of a counter, where a slash begins the window it is counted in."""
        found = self.name(key)
        if "/" in found or not found.isprintable() or found != found.strip():
            raise DocumentInvalid(
                f"{self.path}.{key}: expected no slash, no blank at either end and nothing that can't be printed"
            )
        return found

    def number(self, key: str, *, least: int | None = None, most: int | None = None) -> int:
        """Return a whole number within its bounds, both inclusive."""
        found = self.value.get(key)
        if type(found) is not int:
            raise DocumentInvalid(f"{self.path}.{key}: expected a whole number")
        if abs(found) > INTEGER_MAX:
            raise DocumentInvalid(f"{self.path}.{key}: expected at most {INTEGER_MAX}, found {found}")
        if (least is not None and found < least) or (most is not None and found > most):
            bounds = f"at least {least}" if most is None else f"{least} to {most}"
            raise DocumentInvalid(f"{self.path}.{key}: expected {bounds}, found {found}")
        return found

    def word(self, key: str, kind: type[Word]) -> Word:
        """Return one of the words of an enum."""
        found = self.value.get(key)
        words = ", ".join(kind)
        if found is None:
            raise DocumentInvalid(f"{self.path}.{key}: expected one of {words}")
        try:
            return kind(str(found))
        except ValueError as problem:
            raise DocumentInvalid(f"{self.path}.{key}: {found!r} is not one of {words}") from problem

    def words(self, key: str, kind: type[Word]) -> list[Word]:
        """Return a list of words of an enum."""
        return [Place(self.path, {key: found}).word(key, kind) for found in self.texts(key)]

    def flag(self, key: str) -> bool:
        """Return true or false; a key that isn't there is false."""
        found = self.value.get(key, False)
        if type(found) is not bool:
            raise DocumentInvalid(f"{self.path}.{key}: expected true or false")
        return found

    def day(self, key: str) -> date:
        """Return a calendar date, written 2026-12-31."""
        try:
            found = self.text(key)
            return date.fromisoformat(found if DAY.fullmatch(found) else "")
        except ValueError as problem:
            raise DocumentInvalid(f"{self.path}.{key}: expected a date such as 2026-12-31") from problem

    def moment(self, key: str, *, is_end: bool = False) -> str:
        """Return a local moment as an ISO text to the second. A date alone means its start, or its end."""
        found = self.text(key)
        try:
            if DAY.fullmatch(found):
                return f"{date.fromisoformat(found)}T{'23:59:59' if is_end else '00:00:00'}"
            moment = datetime.fromisoformat(found if MOMENT.fullmatch(found) else "")
        except ValueError as problem:
            raise DocumentInvalid(f"{self.path}.{key}: expected a date such as 2026-12-31") from problem
        if moment.tzinfo is not None:
            raise DocumentInvalid(f"{self.path}.{key}: expected a time on the store's clock, without a zone")
        return moment.isoformat(timespec="seconds")

    def texts(self, key: str) -> list[str]:
        """Return a list of texts, perhaps empty."""
        found = self.value.get(key)
        if not isinstance(found, list) or any(type(item) is not str for item in found):
            raise DocumentInvalid(f"{self.path}.{key}: expected a list of texts")
        return found

    def inner(self, key: str) -> "Place":
        """Return the object under a key."""
        return Place(f"{self.path}.{key}", self.value.get(key))

    def objects(self, key: str) -> "list[Place]":
        """Return the objects of a list, perhaps empty."""
        found = self.value.get(key)
        if not isinstance(found, list):
            raise DocumentInvalid(f"{self.path}.{key}: expected a list")
        return [Place(f"{self.path}.{key}[{place}]", item) for place, item in enumerate(found)]
