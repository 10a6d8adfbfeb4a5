"""Ceilings as they are kept in the database: a JSON object, empty for none."""

import json
from typing import Any

from hq.access.actor import Ceilings


def read_ceilings(text: str) -> Ceilings:
    """Return ceilings from the text that is kept."""
    said = json.loads(text or "{}")
    return Ceilings(
        said.get("percent"), said.get("amount"), said.get("points"), frozenset(said.get("stores", ()))
    )


def write_ceilings(ceilings: Ceilings) -> str:
    """Return the text to keep; it is empty where there is no ceiling at all."""
    said = ceilings_said(ceilings)
    return json.dumps(said) if said else ""


def ceilings_said(ceilings: Ceilings) -> dict[str, Any]:
    """Return what there is of ceilings, for the audit."""
    parts = {
        "percent": ceilings.percent,
        "amount": ceilings.amount,
        "points": ceilings.points,
        "stores": sorted(ceilings.stores) or None,
    }
    return {name: value for name, value in parts.items() if value is not None}


def is_within(ceilings: Ceilings, of: Ceilings) -> bool:
    """Tell whether somebody under the ceilings `of` may give others these: none is higher, no store is added."""
    pairs = ((ceilings.percent, of.percent), (ceilings.amount, of.amount), (ceilings.points, of.points))
    if any(most is not None and (asked is None or asked > most) for asked, most in pairs):
        return False
    return not of.stores or bool(ceilings.stores and ceilings.stores <= of.stores)
