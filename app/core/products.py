"""Which lines of an order a rule means: product sets by SKU, category, brand, attribute, price and kind.

All that a set says must hold for a line; of several words of one kind any will do. The keys of a set let a rule be
found by what is in the order (index.py), without asking every rule.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.core.order import MILLI, Line, LineKind

Key = tuple[str, str]  # ("sku", "espresso"), ("category", "mugs")
GOODS = frozenset({LineKind.GOODS})


@dataclass(frozen=True, slots=True)
class ProductSet:
    """A choice of products. None asks nothing; prices are minor units, both bounds inclusive."""

    skus: frozenset[str] | None = None
    categories: frozenset[str] | None = None
    brands: frozenset[str] | None = None
    not_skus: frozenset[str] = frozenset()
    not_categories: frozenset[str] = frozenset()
    attributes: tuple[tuple[str, frozenset[str]], ...] = ()
    unit_price_least: int | None = None
    unit_price_most: int | None = None
    not_reduced: bool = False
    kinds: frozenset[LineKind] = GOODS

    def holds(self, line: Line) -> bool:
        """Tell whether the line is one of these products. A line without a product never is."""
        return (
            line.kind in self.kinds
            and (self.skus is None or line.sku in self.skus)
            and line.sku != ""
            and (self.categories is None or not self.categories.isdisjoint(line.categories))
            and self._holds_rarely(line)
        )

    def _holds_rarely(self, line: Line) -> bool:
        """Look at what few sets ask for."""
        return (
            (self.brands is None or line.brand in self.brands)
            and line.sku not in self.not_skus
            and self.not_categories.isdisjoint(line.categories)
            and not (self.not_reduced and line.is_reduced)
            and all(_has(line, name, values) for name, values in self.attributes)
            and self._is_priced(line)
        )

    def _is_priced(self, line: Line) -> bool:
        least, most = self.unit_price_least, self.unit_price_most
        if least is None and most is None:
            return True
        price = line.unit_price
        if price is None:  # compared without dividing
            price, units = line.amount * MILLI, line.quantity_milli
            return (least is None or price >= least * units) and (most is None or price <= most * units)
        return (least is None or price >= least) and (most is None or price <= most)

    @property
    def is_empty(self) -> bool:
        """Whether it can't hold for any line."""
        chosen = (
            self.skus,
            self.categories,
            self.brands,
            self.kinds,
            *(values for _, values in self.attributes),
        )
        return any(words is not None and not words for words in chosen)

    @property
    def keys(self) -> tuple[Key, ...] | None:
        """What at least one line of an order must have for the set to hold for any; None when it can't be said."""
        if self.skus is not None:
            return tuple(("sku", sku) for sku in self.skus)
        if self.categories is not None:
            return tuple(("category", category) for category in self.categories)
        return None


ProductSets = Mapping[str, ProductSet]
ALL_GOODS = ProductSet()


def places_of(products: ProductSet | None, lines: Sequence[Line]) -> list[int]:
    """Return the places of the lines that are meant. None means all goods, named or not."""
    if products is None:
        return [place for place, line in enumerate(lines) if line.kind is LineKind.GOODS]
    skus = products.skus
    if skus is not None:
        return [place for place, line in enumerate(lines) if line.sku in skus and products.holds(line)]
    return [place for place, line in enumerate(lines) if products.holds(line)]


def _has(line: Line, name: str, values: frozenset[str]) -> bool:
    return any(key == name and value in values for key, value in line.attributes)
