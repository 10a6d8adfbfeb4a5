"""Selectors of a case as product sets of a program, each named once however often it is used."""

from typing import Any

from app.cases.reading import Spot

SELECTOR_KEYS = frozenset(
    {
        "skus",
        "categories",
        "exclude_skus",
        "exclude_categories",
        "unit_price_min",
        "unit_price_max",
        "not_price_reduced",
    }
)
LISTS = {
    "skus": "skus",
    "categories": "categories",
    "exclude_skus": "not_skus",
    "exclude_categories": "not_categories",
}
PRICES = {"unit_price_min": "unit_price_least", "unit_price_max": "unit_price_most"}
ALL_GOODS: dict[str, Any] = {"kinds": ["goods"]}


class ProductSets:
    """The product sets that a case turned out to need, by name."""

    def __init__(self) -> None:
        """Start with none."""
        self.by_name: dict[str, dict[str, Any]] = {}
        self._names: dict[str, str] = {}

    def name(self, holder: Spot, key: str = "selector") -> str | None:
        """Return the name of the set that a key of `holder` selects; None when it asks nothing: all goods."""
        chosen = product_set(holder.inner(key).only(SELECTOR_KEYS))
        return self.add(chosen) if chosen else None

    def surely(self, holder: Spot, key: str) -> str:
        """Return a name also for all goods, where a program must name what it means."""
        return self.name(holder, key) or self.add(ALL_GOODS)

    def add(self, chosen: dict[str, Any]) -> str:
        """Return the name of a set."""
        written = repr(chosen)
        name = self._names.get(written)
        if name is None:
            name = self._names[written] = f"set-{len(self._names) + 1}"
            self.by_name[name] = chosen
        return name


def product_set(selector: Spot) -> dict[str, Any]:
    """Return the product set that a selector describes."""
    chosen: dict[str, Any] = {
        ours: selector.texts(theirs) for theirs, ours in LISTS.items() if selector.has(theirs)
    }
    chosen |= {ours: selector.money(theirs) for theirs, ours in PRICES.items() if selector.has(theirs)}
    if selector.switch("not_price_reduced"):
        chosen["not_reduced"] = True
    return chosen
