"""How a case of the ledgers finds the function that runs it: by what it contains, never by its id.

A kind is a test on the case's shape and a function that returns what our engine makes of it, under the keys of
`expected`. Each case must fit exactly one kind.
"""

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

Case = dict[str, Any]
Run = Callable[[Case], Case]
Fits = Callable[[Case], bool]

KINDS: list[tuple[str, Fits, Run]] = []


def kind(fits: Fits) -> Callable[[Run], Run]:
    """Register the function for the cases that fit."""

    def register(run: Run) -> Run:
        KINDS.append((run.__name__, fits, run))
        return run

    return register


def cases(name: str) -> list[Case]:
    """Read a file of cases that lies beside this one."""
    lines = Path(__file__).with_name(name).read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def effects(case: Case) -> list[Case]:
    """The effects of a case's promotions, in their order."""
    return [promotion["effect"] for promotion in case["program"]["promotions"] if "effect" in promotion]


def types(case: Case) -> set[str]:
    """The types of its effects."""
    return {effect["type"] for effect in effects(case)}


def run(case: Case) -> Case:
    """Return our answer to a case, from the one kind that it fits."""
    fitting = [(name, run_it) for name, fits, run_it in KINDS if fits(case)]
    names = [name for name, _ in fitting]
    assert len(fitting) == 1, f"{case['id']} fits {names or 'no kind'}"
    return fitting[0][1](case)


def agrees(wanted: Any, got: Any) -> bool:
    """Compare as cases mean it: 90, "90" and "90.00" are the same, and what an object doesn't name is 0."""
    if isinstance(wanted, dict):
        return isinstance(got, dict) and all(agrees(inner, got.get(key, 0)) for key, inner in wanted.items())
    if isinstance(wanted, list):
        is_as_long = isinstance(got, list) and len(wanted) == len(got)
        return is_as_long and all(agrees(*pair) for pair in zip(wanted, got, strict=True))
    if isinstance(wanted, bool) or isinstance(got, bool):
        return wanted is got
    return bool(_number(wanted) == _number(got))


def _number(value: Any) -> Any:
    try:
        return Decimal(value)
    except (ArithmeticError, TypeError):
        return value


def cents(text: str) -> int:
    """Return an amount in minor units."""
    amount = Decimal(text) * 100
    assert amount == int(amount)
    return int(amount)


def money(minor: int) -> str:
    """Return minor units as a case writes them."""
    return str(Decimal(minor) / 100)
