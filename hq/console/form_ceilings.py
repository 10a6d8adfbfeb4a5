"""Ceilings in a form: what was typed into Ceilings, and back. Percentages and amounts stand as people write them."""

from collections.abc import Callable, Mapping
from decimal import Decimal

from app.core.money import CURRENCIES
from app.core.order import AMOUNT_MAX
from hq.access.actor import Ceilings
from hq.builder.typed import TypedWrong, to_basis_points, to_minor, to_whole
from hq.console.routing import PageAsk
from hq.console.texts import N_
from hq.faults import NotPossible

WHOLE = 10_000  # basis points


def ceilings_in(ask: PageAsk) -> Ceilings:
    """Return the ceilings of a form. Raises `NotPossible` where something is no number."""
    currency = CURRENCIES[ask.look.currency]
    return Ceilings(
        percent=_ceiling(ask, N_("Percentage at most"), "percent", to_basis_points, WHOLE),
        amount=_ceiling(
            ask, N_("Amount at most"), "amount", lambda text: to_minor(text, currency), AMOUNT_MAX
        ),
        points=_ceiling(ask, N_("Points at most"), "points", to_whole, AMOUNT_MAX),
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


def _ceiling(ask: PageAsk, label: str, name: str, read: Callable[[str], int], most: int) -> int | None:
    """Return what was typed as a whole number, None for an empty field."""
    text = ask.text(name)
    if not text:
        return None
    try:
        value = read(text.replace(" ", ""))
    except TypedWrong as problem:
        raise NotPossible(f"{ask.said(label)}: {ask.said(str(problem))}") from problem
    if not 0 <= value <= most:
        raise NotPossible("A ceiling is 0 or more, a percentage 100 at most. Leave it empty for none.")
    return value


def _text(value: int | None, digits: int) -> str:
    if value is None:
        return ""
    text = f"{Decimal(value).scaleb(-digits):f}"
    return text.rstrip("0").rstrip(".") if "." in text and digits == 2 and text.endswith(".00") else text
