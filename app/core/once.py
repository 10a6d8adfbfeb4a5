"""A property that is worked out once. `functools.cached_property` takes a lock each time, up to Python 3.11."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

T = TypeVar("T")


class once(Generic[T]):  # noqa: N801 it stands where `property` would
    """Keeps what was read in the object's own attributes, where it is found from then on without us."""

    def __init__(self, read: Callable[[Any], T]) -> None:
        """Take its documentation from the method."""
        self._read = read
        self._name = read.__name__
        self.__doc__ = read.__doc__

    @overload
    def __get__(self, owner: None, kind: type) -> "once[T]": ...
    @overload
    def __get__(self, owner: object, kind: type) -> T: ...
    def __get__(self, owner: object | None, kind: type) -> "once[T] | T":
        """Read it the first time."""
        if owner is None:
            return self
        found = owner.__dict__[self._name] = self._read(owner)
        return found
