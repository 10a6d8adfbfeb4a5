"""In which stores a rule can hold at all, as far as its condition says so without any order."""

from collections.abc import Mapping
from typing import Any

from app.core.campaign import Campaign

STORE = "order.store"


def is_of_store(campaign: Campaign, store: str) -> bool:
    """Tell whether some rule of a campaign may hold in a store, whatever is bought and whoever buys it."""
    return any(_holds(rule.tree, store) is not False for rule in campaign.rules)


def _holds(tree: Mapping[str, Any] | None, store: str) -> bool | None:
    """Return what a tree comes to in a store; None where that hangs on something else."""
    if not tree:
        return None
    if "fact" in tree:
        if tree["fact"] != STORE:
            return None
        return bool(store == tree["value"] if tree["op"] == "is" else store in tree["value"])
    ((key, inner),) = tree.items()
    if key == "not":
        found = _holds(inner, store)
        return None if found is None else not found
    parts = [_holds(each, store) for each in inner]
    decides = key == "any"  # one part that says so is enough
    if decides in parts:
        return decides
    return None if None in parts else not decides
