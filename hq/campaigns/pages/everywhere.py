"""What the wizard adds to the condition of every rule of a draft at once: tiers, segments, stores, days and hours."""

from collections.abc import Mapping
from typing import Any

Leaf = dict[str, Any]


def leaves_typed(typed: Mapping[str, list[str]]) -> list[Leaf]:
    """Return the questions that were chosen in a step, none where nothing was."""
    found: list[Leaf] = []
    if tiers := typed.get("tiers"):
        found.append({"fact": "member.tier", "op": "one_of", "value": tiers})
    if segments := typed.get("segments"):
        found.append({"fact": "member.segments", "op": "contains_any", "value": segments})
    if stores := typed.get("stores"):
        found.append({"fact": "order.store", "op": "one_of", "value": stores})
    days = sorted(int(day) for day in typed.get("weekdays", ()) if day.isascii() and day.isdecimal())
    if days:
        found.append({"fact": "order.weekday", "op": "one_of", "value": days})
    hours = [next(iter(typed.get(name, ())), "").strip() for name in ("from_time", "to_time")]
    if all(hours):
        found.append({"fact": "order.time", "op": "between", "value": hours})
    return found


def with_leaves(body: Mapping[str, Any], leaves: list[Leaf]) -> dict[str, Any]:
    """Return a body each of whose rules also asks these questions; one about the same fact is asked anew."""
    rules = body.get("rules")
    changed = [
        {**rule, "condition": _with(rule.get("condition"), leaves)} if isinstance(rule, Mapping) else rule
        for rule in (rules if isinstance(rules, list) else [])
    ]
    return {**body, "rules": changed}


def _with(tree: Any, leaves: list[Leaf]) -> dict[str, Any]:
    asked = {leaf["fact"] for leaf in leaves}
    if tree is None:
        inner = []
    elif isinstance(tree, Mapping) and isinstance(tree.get("all"), list):
        inner = list(tree["all"])
    else:
        inner = [tree]
    kept = [each for each in inner if not (isinstance(each, Mapping) and each.get("fact") in asked)]
    together = [*kept, *leaves]
    return {"all": together} if len(together) > 1 else dict(together[0])
