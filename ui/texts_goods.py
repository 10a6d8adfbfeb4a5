"""What the pages of earning, balance and joining say, made of their values like all sentences of the station."""

from datetime import date
from typing import TYPE_CHECKING

from app.core.earning import EarningRule, Of
from app.core.money import Currency, format_amount
from app.station.belongings import Saved
from app.station.earned import EarnedBy
from ui import names
from ui.i18n import _, ngettext
from ui.texts import day as written
from ui.texts import grouped, moment, money

if TYPE_CHECKING:
    from ui.models.balance import BalanceView

MILLI = 1_000


def thousandths(value: int) -> str:
    """Write a number of thousandths: 2000 → `2`, 1500 → `1.5`."""
    whole, rest = divmod(value, MILLI)
    return f"{grouped(whole)}.{rest:03d}".rstrip("0") if rest else grouped(whole)


def earned_because(earned: EarnedBy, currency: Currency) -> str:
    """Return what points are for: the rule, and behind it the multipliers that counted."""
    parts = [_of_rule(earned.rule, currency)]
    parts += [_of_multiplier(rule) for rule in earned.multipliers]
    return " · ".join(parts)


def _of_rule(rule: EarningRule, currency: Currency) -> str:
    if rule.name:
        return rule.name
    points = thousandths(rule.points_milli)
    if rule.of is Of.ORDER:
        return _("Once for the order")
    if rule.of is Of.UNIT:
        return _("{points} for each product").format(points=points)
    return _("{points} for each {amount}").format(points=points, amount=money(rule.per, currency))


def _of_multiplier(rule: EarningRule) -> str:
    factor = f"×{thousandths(rule.factor_milli)}"
    return f"{factor} {rule.name}" if rule.name else factor


def why_no_points(*, has_member: bool, has_amount: bool) -> str:
    """Return what stands where there are no points yet."""
    if not has_amount:
        return _("Type the order's amount.")
    if not has_member:
        return _("Scan the member's card: the points go there.")
    return _("This order earns no points.")


def amount_as_typed(minor: int, currency: Currency) -> str:
    """Write an amount as it would be typed."""
    return format_amount(minor, currency)


# --- joining ------------------------------------------------------------------------------------------------


def card_taken(name: str) -> str:
    """Return what to say of a card that was held out to a new member and is somebody's."""
    if not name:
        return _("This card is somebody's already. Take another one.")
    return _("This card belongs to {name}: take another one.").format(name=names.shown(name))


def joined_before(at_ms: int, time_zone: str) -> str:
    """Return what to say where somebody has joined with the same number or address."""
    return _("Somebody joined here with this at {moment}. Ask first; Enter goes on all the same.").format(
        moment=moment(at_ms, time_zone)
    )


# --- balance ------------------------------------------------------------------------------------------------


def until(day: date | None) -> str:
    """Return the last day of something."""
    return _("no end") if day is None else _("until {day}").format(day=written(day))


def points_ending(points: int) -> str:
    """Return how many points end: `120 points`."""
    return ngettext("{points} point", "{points} points", points).format(points=grouped(points))


def saved(voucher: Saved) -> str:
    """Return a voucher that is the member's own, with how often it can be used where that is more than once."""
    if voucher.uses_left is None or voucher.uses_left == 1:
        return voucher.name
    return ngettext("{name} · {count} use left", "{name} · {count} uses left", voucher.uses_left).format(
        name=voucher.name, count=grouped(voucher.uses_left)
    )


def nothing_ends(view: "BalanceView") -> str:
    """Return what stands where there are no points that end; nothing where there are some."""
    if view.member is None:
        return _("Scan the member's card. Nothing is recorded.")
    if not view.member.is_known:
        return _("Known once head office has been reached.")
    return "" if view.has is None or view.has.expiring else _("None that this station knows of.")


def nothing_saved(view: "BalanceView") -> str:
    """Return what stands where nothing is saved for a member; nothing where something is."""
    return _("Nothing is saved.") if view.has is not None and not view.has.vouchers else ""
