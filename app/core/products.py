"""Which lines of an order a rule means: product sets by SKU, category, brand, attribute, price and kind.

All that a set says must hold for a line; of several words of one kind any will do. The keys of a set let a rule be
found by what is in the order (index.py), without asking every rule.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.core.order import BY_NUMBER, KIND, MILLI, Line, LineKind

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
    is_plain: bool = field(init=False, repr=False, compare=False)  # goods with one of the SKUs or categories

    def holds(self, line: Line) -> bool:
        """Tell whether the line is one of these products. A line without a product never is."""
        return (
            line.kind in self.kinds
            and (self.skus is None or line.sku in self.skus)
            and line.sku != ""
            and (self.categories is None or not self.categories.isdisjoint(line.categories))
            and (self.is_plain or self._holds_rarely(line))
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

    def __post_init__(self) -> None:
        """Note whether it asks for nothing but some words, as most sets do."""
        absent = (self.skus if self.categories is not None else self.categories, self.brands)
        bounds = (self.unit_price_least, self.unit_price_most)
        rest = self.not_skus or self.not_categories or self.attributes or self.not_reduced
        is_plain = absent + bounds == (None,) * 4 and not rest and self.kinds == GOODS
        object.__setattr__(self, "is_plain", is_plain)

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
NOTHING: Sequence[int] = ()


class LineFinder:
    """Finds the lines of an order that a product set means, by the words that its lines have.

    Places are by line number: the earlier line is the one with the lower number, however the till lists them.
    """

    def __init__(self, lines: Sequence[Line], product_sets: ProductSets) -> None:
        """Note which word stands on which lines."""
        self.lines = sorted(lines, key=BY_NUMBER)
        self._product_sets = product_sets
        self._found: dict[str | None, Sequence[int]] = {}  # rules often share product sets
        self._by_sku: dict[str, list[int]] = {}
        self._by_category: dict[str, list[int]] = {}
        by_sku, by_category = self._by_sku, self._by_category
        for place, line in enumerate(self.lines):
            by_sku.setdefault(line.sku, []).append(place)
            if line.categories:
                for category in line.categories:
                    by_category.setdefault(category, []).append(place)
        self._are_goods = set(map(KIND, self.lines)) <= GOODS
        self._skus, self._categories = frozenset(by_sku), frozenset(by_category)

    def places(self, name: str | None) -> Sequence[int]:
        """Return the places of the lines of a product set. None means all goods, named or not."""
        found = self._found.get(name)
        if found is None:
            found = self._found[name] = self._all_goods() if name is None else self._look(name)
        return found

    def _all_goods(self) -> Sequence[int]:
        return [place for place, line in enumerate(self.lines) if line.kind is LineKind.GOODS]

    def _look(self, name: str) -> Sequence[int]:
        products = self._product_sets[name]
        if products.skus is not None:
            words, there, by_word = products.skus, self._skus, self._by_sku
        elif products.categories is not None:
            words, there, by_word = products.categories, self._categories, self._by_category
        else:
            return [place for place, line in enumerate(self.lines) if products.holds(line)]
        if words.isdisjoint(there):
            return NOTHING
        named = sorted({place for word in words & there for place in by_word[word]})
        if products.is_plain and self._are_goods:
            return named
        return [place for place in named if products.holds(self.lines[place])]


def _has(line: Line, name: str, values: frozenset[str]) -> bool:
    return any(key == name and value in values for key, value in line.attributes)
