"""Why something is not possible, in words: the station's own sentences, in English and with amounts written out."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache
from gettext import NullTranslations
from typing import Any

from app.core.money import CURRENCIES
from app.core.reasons import BY_CODE, Refusal, sentence
from resources.load import compiled, read_text


def told_in_english(refusal: Refusal, currency: str) -> str:
    """Return a refusal's sentence."""
    return told(refusal, money=lambda minor: in_units(minor, currency))


def told(
    refusal: Refusal, *, money: Callable[[int], str], translate: Callable[[str], str] = lambda text: text
) -> str:
    """Return a refusal's sentence in a page's language."""
    return sentence(refusal, money=money, translate=translate)


def of_stations(language: str) -> Callable[[str], str]:
    """Return what translates a reason's sentence: the stations' own catalogue, so that both say the same."""
    return _catalogue(language).gettext


@cache
def _catalogue(language: str) -> NullTranslations:
    if language == "en":
        return NullTranslations()
    return compiled(read_text(f"i18n/{language}/LC_MESSAGES/tillside.po").encode("utf-8"))


def of_record(said: Mapping[str, Any]) -> Refusal | None:
    """Return a refusal as it stands in an entry, or None for one that this program doesn't know."""
    reason = BY_CODE.get(str(said.get("code")))
    numbers = said.get("numbers")
    return None if reason is None else Refusal(reason, numbers if isinstance(numbers, dict) else {})


def in_units(minor: int, currency: str) -> str:
    """Return an amount in units of its currency: 15.00 EUR."""
    digits = CURRENCIES[currency].digits if currency in CURRENCIES else 2
    return f"{Decimal(minor).scaleb(-digits):.{digits}f} {currency}"
