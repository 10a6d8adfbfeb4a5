"""Ceilings in a form: what was typed into Ceilings, and back. Percentages and amounts stand as people write them."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from app.core.money import CURRENCIES
from app.core.order import AMOUNT_MAX
from hq.access.actor import Ceilings
from hq.console.routing import PageAsk
from hq.faults import NotPossible

WHOLE = 10_000  # basis points


def ceilings_in(ask: PageAsk) -> Ceilings:
    """Return the ceilings of a form. Raises `NotPossible` where something is no number."""
    digits = CURRENCIES[ask.look.currency].digits
    percent = _number(ask.text("percent"), 2, WHOLE)
    return Ceilings(
        percent=percent,
        amount=_number(ask.text("amount"), digits, AMOUNT_MAX),
        points=_number(ask.text("points"), 0, AMOUNT_MAX),
        stores=frozenset(store for store in ask.texts("store") if store),
    )


def ceilings_typed(ask: PageAsk) -> Mapping[str, object]:
    """Return what was typed, to show it again beside the fault."""
    typed: dict[str, object] = {name: ask.text(name) for name in ("percent", "amount", "points")}
    return {**typed, "stores": frozenset(ask.texts("store"))}


def ceilings_shown(ceilings: Ceilings, currency: str) -> Mapping[str, object]:
    """Return what stands in the fields."""
    digits = CURRENCIES[currency].digits if currency in CURRENCIES else 2
    return {
        "percent": _text(ceilings.percent, 2),
        "amount": _text(ceilings.amount, digits),
        "points": _text(ceilings.points, 0),
        "stores": ceilings.stores,
    }


def _number(text: str, digits: int, most: int) -> int | None:
    """Return a number with so many decimals as a whole one, None for an empty field."""
    if not text:
        return None
    try:
        value = Decimal(text.replace(" ", "").replace(",", ".")).scaleb(digits)
    except InvalidOperation as problem:
        raise NotPossible("A ceiling is a number, or empty for none.") from problem
    if not value.is_finite() or value != int(value) or not 0 <= value <= most:
        raise NotPossible("A ceiling is not below 0, has no more decimals than the money, and is not absurd.")
    return int(value)


def _text(value: int | None, digits: int) -> str:
    if value is None:
        return ""
    text = f"{Decimal(value).scaleb(-digits):f}"
    return text.rstrip("0").rstrip(".") if "." in text and digits == 2 and text.endswith(".00") else text
