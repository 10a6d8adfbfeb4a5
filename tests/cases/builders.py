"""Small cases to change one thing in."""

from pathlib import Path
from typing import Any

from app.cases.files import Found
from app.cases.reading import Spot
from app.cases.run import Verdict, run_case
from app.cases.translate import Translation, translate

Case = dict[str, Any]


def line(**other: Any) -> Case:
    return {"sku": "A", "unit_price": "10.00", "qty": 1, **other}


def promotion(effect: Case | None = None, **other: Any) -> Case:
    return {"id": "p", "effect": effect or {"type": "amount_off", "value": "1.00"}, **other}


def case(*promotions: Case, lines: tuple[Case, ...] = (line(),), **other: Any) -> Case:
    program: Case = {"promotions": list(promotions)}
    program |= {key: other.pop(key) for key in ("policy", "order_of_application") if key in other}
    return {"id": "c", "program": program, "order": {"lines": list(lines)}, **other}


def translated(*promotions: Case, **other: Any) -> Translation:
    return translate(Spot("", case(*promotions, **other)))


def rule(*promotions: Case, **other: Any) -> Case:
    """The rule of the first campaign."""
    found: Case = translated(*promotions, **other).program["campaigns"][0]["rules"][0]
    return found


def effect(said: Case) -> Case:
    """What an effect becomes, with its product sets in the place of their names."""
    done = translated(promotion(said))
    sets = done.program["product_sets"]

    def told(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: told(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [told(inner) for inner in value]
        return sets.get(value, value) if isinstance(value, str) else value

    found: Case = told(done.program["campaigns"][0]["rules"][0]["effect"])
    return found


def run(said: Any) -> Verdict:
    return run_case(Found("f line 1", said), folder=Path())


def decided(*promotions: Case, **other: Any) -> Case:
    """What the engine makes of a case, for the keys in `ask`."""
    ask = other.pop("ask")
    return run(case(*promotions, expected=dict.fromkeys(ask), **other)).got
