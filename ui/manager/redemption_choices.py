"""What is asked when something is chosen on a chip: the intent of it, or None where there is none."""

from dataclasses import replace
from datetime import date

from app.core.money import Currency
from app.review.rows import Standing
from ui.models.amount import parse_amount
from ui.models.manager.redemptions import (
    COLUMNS,
    MORE_COLUMNS,
    NotRead,
    RedemptionsView,
    SaveView,
    SetColumns,
    UseView,
    Want,
)
from ui.models.manager.wanted import Kinds, When
from ui.texts_redemptions import Chip

WIDER = 16  # pixels at once


def chosen(chip: Chip | None, key: str, view: RedemptionsView) -> object:
    """Return what picking an option asks for."""
    wanted = view.wanted
    match chip:
        case Chip.KINDS:
            return Want(replace(wanted, kinds=Kinds(key)))
        case Chip.DAYS:
            return Want(replace(wanted, when=When(key), since=None, until=None))
        case Chip.STAFF:
            return Want(replace(wanted, staff=key))
        case Chip.OFFER:
            return Want(replace(wanted, offer=key))
        case Chip.STANDING:
            return Want(replace(wanted, standing=Standing(key) if key else None))
        case Chip.AMOUNT:
            return Want(replace(wanted, amount_min=None, amount_max=None))
        case Chip.VIEWS:
            return UseView(key)
        case Chip.COLUMNS:
            return _turned(key, view)
    return None


def _turned(key: str, view: RedemptionsView) -> SetColumns:
    """Show a column at its place, or hide it; one always stays."""
    shown = dict(view.columns)
    if key in shown:
        others = tuple((each, width) for each, width in view.columns if each != key)
        return SetColumns(others or view.columns)
    usual = dict((*COLUMNS, *MORE_COLUMNS))
    return SetColumns((*view.columns, (key, usual[key])))


def removed(chip: Chip | None, key: str) -> object:
    """Return what taking an option off the list asks for."""
    return SaveView(key, is_gone=True) if chip is Chip.VIEWS else None


def stepped(chip: Chip | None, key: str, step: int, view: RedemptionsView) -> object:
    """Return what + and − ask for: a column is wider or narrower."""
    if chip is not Chip.COLUMNS or key not in dict(view.columns):
        return None
    return SetColumns(
        tuple((each, width + step * WIDER if each == key else width) for each, width in view.columns)
    )


def typed(chip: Chip | None, found: dict[str, str], view: RedemptionsView, currency: Currency) -> object:
    """Return what typed days, amounts or a name ask for; what can't be read asks to say so."""
    wanted = view.wanted
    match chip:
        case Chip.DAYS:
            try:
                since, until = (date.fromisoformat(text) if text else None for text in found.values())
            except ValueError:
                return NotRead(is_day=True)
            return Want(replace(wanted, when=When.DAYS, since=since, until=until))
        case Chip.AMOUNT:
            ends = [parse_amount(text, currency) if text else None for text in found.values()]
            if any(end is not None and not isinstance(end, int) for end in ends):
                return NotRead(is_day=False)
            low, high = (end if isinstance(end, int) else None for end in ends)
            return Want(replace(wanted, amount_min=low, amount_max=high))
        case Chip.VIEWS:
            return SaveView(found.get("name", ""))
    return None
