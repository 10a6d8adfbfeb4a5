"""Why something is not possible, in words: the station's own sentences, in English and with amounts written out."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from app.core.money import CURRENCIES
from app.core.reasons import BY_CODE, Refusal, sentence


def told_in_english(refusal: Refusal, currency: str) -> str:
    """Return a refusal's sentence."""
    return told(refusal, money=lambda minor: in_units(minor, currency))


def told(
    refusal: Refusal, *, money: Callable[[int], str], translate: Callable[[str], str] = lambda text: text
) -> str:
    """Return a refusal's sentence in a page's language."""
    return sentence(refusal, money=money, translate=translate)


def of_record(said: Mapping[str, Any]) -> Refusal | None:
    """Return a refusal as it stands in an entry, or None for one that this program doesn't know."""
    reason = BY_CODE.get(str(said.get("code")))
    numbers = said.get("numbers")
    return None if reason is None else Refusal(reason, numbers if isinstance(numbers, dict) else {})


def codes(refusals: Sequence[Refusal]) -> list[str]:
    """Return the stable codes of refusals."""
    return [refusal.reason.code for refusal in refusals]


def in_units(minor: int, currency: str) -> str:
    """Return an amount in units of its currency: 15.00 EUR."""
    digits = CURRENCIES[currency].digits if currency in CURRENCIES else 2
    return f"{Decimal(minor).scaleb(-digits):.{digits}f} {currency}"
