"""Rule engines that others make, asked which of the campaigns an order is eligible for: yes or no for each.

They stand in a folder of their own beside the station's libraries, which must not hold them; `./tillside bench quote`
puts them there. Both get facts that plain Python works out of the order in one pass (units by product set, the local
minute, the total), one context an order. zen-engine is asked in two ways: as its documents are, one decision with a
row a rule, and as one compiled expression, a list of all rules, which its makers don't mention and which is far faster.
"""

import importlib.util
import json
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from bench._campaigns import Campaign, Goods

FOLDER = Path(sys.prefix) / "peers"
MODULES = {"django-oscar": "oscar", "common-expression-language": "cel", "zen-engine": "zen"}


def reach(folder: Path = FOLDER) -> None:
    """Let this process import what is in the folder, our own libraries first."""
    if str(folder) not in sys.path:
        sys.path.append(str(folder))


def is_installed(package: str) -> bool:
    """Tell whether a peer can be imported."""
    return importlib.util.find_spec(MODULES[package]) is not None


class PlainFacts:
    """What rules ask of an order, worked out in one pass: how many units there are of each product set."""

    def __init__(self, campaigns: Sequence[Campaign]) -> None:
        """Note which product sets a product or a category counts to."""
        self._sets_of: dict[str, list[str]] = {}
        self._none: dict[str, int] = {}
        for goods in {each for campaign in campaigns for each in (campaign.goods, campaign.wanted) if each}:
            self._none[_units_of(goods)] = 0
            for word in goods.skus | goods.categories:
                self._sets_of.setdefault(word, []).append(_units_of(goods))

    def of(self, order: tuple[Any, ...]) -> dict[str, Any]:
        """Return the facts of an order as _floor_quote.py reads it."""
        store, at_ms, zone, segments, lines = order
        moment = datetime.fromtimestamp(at_ms / 1000, zone)
        facts: dict[str, Any] = self._none.copy()
        total = 0
        sets_of = self._sets_of
        for sku, category, quantity, amount in lines:
            total += amount
            for units in sets_of.get(sku, ()):
                facts[units] += quantity
            for units in sets_of.get(category, ()):
                facts[units] += quantity
        facts["store"], facts["segments"], facts["total"] = store, list(segments), total
        facts["minute"] = moment.hour * 60 + moment.minute
        return facts


def _units_of(goods: Goods) -> str:
    return "units_" + goods.name.replace("-", "_")


def expressions(campaigns: Sequence[Campaign], *, both: str) -> list[str]:
    """Return each campaign's conditions in the language of these engines; `both` is how they write "and"."""
    return [f" {both} ".join(_conditions(campaign)) or "true" for campaign in campaigns]


def _conditions(campaign: Campaign) -> list[str]:
    """Return what must hold, the cheapest first: both engines stop at the first that doesn't."""
    found = []
    if campaign.stores is not None:
        found.append(f"store in {json.dumps(sorted(campaign.stores))}")
    if campaign.hours is not None:
        found += [f"minute >= {campaign.hours[0]}", f"minute < {campaign.hours[1]}"]
    if campaign.segment is not None:
        found.append(f'"{campaign.segment}" in segments')
    if campaign.total_least is not None:
        found.append(f"total >= {campaign.total_least}")
    if campaign.goods is not None:
        found.append(f"{_units_of(campaign.goods)} >= 1")
    if campaign.wanted is not None:
        found.append(f"{_units_of(campaign.wanted)} >= {campaign.quantity_least}")
    return found


Eligible = Callable[[dict[str, Any]], list[bool]]  # facts of an order: yes or no for each campaign


def cel_rules(campaigns: Sequence[Campaign]) -> Eligible:
    """Return what asks common-expression-language, with one context an order."""
    import cel

    rules = [cel.compile(text).execute for text in expressions(campaigns, both="&&")]

    def eligible(facts: dict[str, Any]) -> list[bool]:
        context = cel.Context(facts)
        return [rule(context) for rule in rules]

    return eligible


def zen_decision(campaigns: Sequence[Campaign]) -> Eligible:
    """Return what asks zen-engine for a decision with a row a rule."""
    import zen

    rows = [
        {"id": f"e{at}", "key": f"r{at}", "value": text}
        for at, text in enumerate(expressions(campaigns, both="and"))
    ]
    nodes = [
        {"id": "in", "name": "in", "type": "inputNode"},
        {"id": "rules", "name": "rules", "type": "expressionNode", "content": {"expressions": rows}},
        {"id": "out", "name": "out", "type": "outputNode"},
    ]
    edges = [
        {"id": f"{one}-{other}", "type": "edge", "sourceId": one, "targetId": other}
        for one, other in (("in", "rules"), ("rules", "out"))
    ]
    decision = zen.ZenEngine().create_decision(json.dumps({"nodes": nodes, "edges": edges}))
    keys = [row["key"] for row in rows]

    def eligible(facts: dict[str, Any]) -> list[bool]:
        result = decision.evaluate(facts)["result"]
        return [result[key] for key in keys]

    return eligible


def zen_expression(campaigns: Sequence[Campaign]) -> Eligible:
    """Return what asks zen-engine by one expression that is a list of all rules."""
    import zen

    rules = ", ".join(f"({text})" for text in expressions(campaigns, both="and"))
    return zen.compile_expression(f"[{rules}]").evaluate
