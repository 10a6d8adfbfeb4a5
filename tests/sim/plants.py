"""Planted bugs: each replaces one function of the product with what somebody might have written.

It names the invariant that must be found broken. The auditor does not know of them.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import NamedTuple

from tests.sim import (
    plants_authority,
    plants_books,
    plants_hq,
    plants_people,
    plants_privacy,
    plants_shutting,
    plants_station,
    plants_texts,
)

Plant = Callable[[], AbstractContextManager[object]]


class Planted(NamedTuple):
    """A bug and what it breaks."""

    invariant: str
    plant: Plant


PLANTS: dict[str, Planted] = {
    plant.__name__: Planted(invariant, plant)
    for invariant, plant in (
        *plants_station.PLANTS,
        *plants_hq.PLANTS,
        *plants_books.PLANTS,
        *plants_authority.PLANTS,
        *plants_shutting.PLANTS,
        *plants_people.PLANTS,
        *plants_privacy.PLANTS,
        *plants_texts.PLANTS,
    )
}


@contextmanager
def planted(name: str | None) -> Iterator[None]:
    """Have a bug in the product meanwhile; None plants nothing."""
    if name is None:
        yield
        return
    with PLANTS[name].plant():
        yield
