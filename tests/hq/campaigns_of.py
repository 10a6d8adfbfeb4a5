"""Campaigns to try with, on the program of `station.py`."""

from typing import Any

from hq.access.actor import Ceilings, of_person
from hq.access.scopes import Role

ADA = of_person("Ada", Role.MARKETER)
BEN = of_person("Ben", Role.MARKETER)
JUN = of_person("Jun", Role.JUNIOR, Ceilings(percent=2_000, amount=500, points=100))


def spring(basis_points: int = 1_500, **changes: Any) -> dict[str, Any]:
    """A campaign body without id and name."""
    rule = {
        "id": "spring-1",
        "name": "Coffee off",
        "trigger": "automatic",
        "priority": 0,
        "effect": {
            "kind": "percent_off",
            "target": "products",
            "products": "coffee",
            "basis_points": basis_points,
        },
    }
    return {
        "starts_on": "2017-11-01",
        "ends_on": "2017-12-10",
        "audience": None,
        "offline": "always",
        "rules": [rule],
        **changes,
    }


def scenario(discount: str = "1.50", rule: str = "spring-1", at: str = "2017-11-10T10:00") -> dict[str, Any]:
    """Ten dollars of coffee, and what is expected to be taken off."""
    lines = [{"sku": "COFFEE", "unit_price": "10.00"}]
    order = {"store": "S1", "at": at, "lines": lines}
    return {"order": order, "expected": {"offers": {rule: discount}, "discount": discount}}
