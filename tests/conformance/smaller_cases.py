"""How a case that shows a difference is made small: whatever isn't needed for it goes, one thing after the other."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

Case = dict[str, Any]


def minimised(case: Case, differs: Callable[[Case], bool]) -> Case:
    """The case with everything left out that isn't needed for `differs` to stay true."""
    assert differs(case)
    small = case
    shrunk = True
    while shrunk:
        shrunk = False
        for smaller in _smaller(small):
            if differs(smaller):
                small, shrunk = smaller, True
                break
    return small


def _smaller(case: Case) -> Iterator[Case]:
    """Copies with one thing less: a promotion, a line, a setting, a condition; then with plainer figures."""
    for number in range(len(case["program"]["promotions"])):
        smaller = copy.deepcopy(case)
        gone = smaller["program"]["promotions"].pop(number)["id"]
        if gone in (stated := smaller["program"].get("order_of_application", [])):
            stated.remove(gone)
        yield smaller
    if len(case["order"]["lines"]) > 1:
        for number in range(len(case["order"]["lines"])):
            smaller = copy.deepcopy(case)
            del smaller["order"]["lines"][number]
            yield smaller
    for path in _droppable(case):
        smaller = copy.deepcopy(case)
        holder: Any = smaller
        for step in path[:-1]:
            holder = holder[step]
        del holder[path[-1]]
        yield smaller
    for number, line in enumerate(case["order"]["lines"]):
        for plain in ({"qty": 1}, {"tax_rate": "0"}, {"unit_price": "10.00"}, {"categories": []}):
            if all(line[key] != value for key, value in plain.items()):
                smaller = copy.deepcopy(case)
                smaller["order"]["lines"][number] |= plain
                yield smaller


_NEEDED = {"id", "sku", "unit_price", "qty", "tax_rate", "categories", "effect"}


def _droppable(case: Case) -> Iterator[tuple[Any, ...]]:
    yield from ((key, name) for key in ("member", "action") for name in case[key])
    yield from (("program", key) for key in case["program"] if key != "promotions")
    yield from (("program", "policy", key) for key in case["program"].get("policy", {}))
    for number, line in enumerate(case["order"]["lines"]):
        yield from (("order", "lines", number, key) for key in line if key not in _NEEDED)
    for number, promotion in enumerate(case["program"]["promotions"]):
        place = ("program", "promotions", number)
        yield from ((*place, key) for key in promotion if key not in _NEEDED)
        yield from ((*place, "conditions", key) for key in promotion.get("conditions", {}))
        optional = ("cap", "base", "max_units", "selector", "weights", "percent", "pick")
        yield from ((*place, "effect", key) for key in optional if key in promotion["effect"])
