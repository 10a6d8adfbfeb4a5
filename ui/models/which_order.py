"""Which order is to be undone, as others than its own page say it: a scan, or the answer that was on the screen."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FindOrder:
    """An order was named, by its number or by its receipt."""

    order: str


@dataclass(frozen=True, slots=True)
class PreferOrder:
    """The order of the answer that was on the screen: of the list it is that one or none."""

    order: str
