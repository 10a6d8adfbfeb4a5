"""What the page of redemptions says: its columns and cells, its chips, and what there is to choose on each."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.core.masking import masked
from app.core.money import Currency, format_amount
from app.review.rows import Choice, ReviewRow, Standing
from ui import texts_trace
from ui.i18n import _
from ui.models.manager.redemptions import COLUMNS, MORE_COLUMNS, USUAL, RedemptionsView
from ui.models.manager.wanted import Kinds, Wanted, When
from ui.models.state import State
from ui.texts import day as written
from ui.texts import grouped, moment, money, points_gained


class Chip(StrEnum):
    """What can be chosen."""

    KINDS = "kinds"
    DAYS = "days"
    STAFF = "staff"
    OFFER = "offer"
    STANDING = "standing"
    AMOUNT = "amount"
    VIEWS = "views"
    COLUMNS = "columns"


CLEAR = "Delete"  # the key
FILTERS = (Chip.KINDS, Chip.DAYS, Chip.STAFF, Chip.OFFER, Chip.STANDING, Chip.AMOUNT)


@dataclass(frozen=True, slots=True)
class Field:
    """Something to type: its key, what it is called, and what stands there."""

    key: str
    title: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Choosing:
    """What a panel shows: options by their keys, which is chosen, and what can be typed."""

    title: str
    options: tuple[tuple[str, str], ...]
    chosen: str = ""
    fields: tuple[Field, ...] = ()
    apply: str = ""
    hint: str = ""


def heads() -> Mapping[str, str]:
    """Return what stands above each column."""
    return {
        "time": _("Time"),
        "member": _("Member"),
        "offer": _("Offer"),
        "order": _("Order"),
        "discount": _("Taken off"),
        "staff": _("Cashier"),
        "register": _("Till"),
        "standing": _("Head office"),
        "total": _("Total"),
        "points": _("Points"),
        "approver": _("Approved by"),
        "kind": _("What"),
    }


NUMBERS = {"discount", "total", "points"}


def cell(key: str, row: ReviewRow, names: Mapping[str, str], state: State) -> str:
    """Return what stands in a cell."""
    currency = state.shop.currency
    match key:
        case "time":
            return moment(row.at_ms, state.time_zone)
        case "member":
            return member(row)
        case "offer":
            return ", ".join(row.offers or texts_trace.refused(row))
        case "order":
            return row.order_id
        case "discount":
            return money(-row.discount, currency)
        case "total":
            return money(row.total, currency)
    return _more(key, row, names)


def _more(key: str, row: ReviewRow, names: Mapping[str, str]) -> str:
    match key:
        case "staff":
            return texts_trace.staff(row.staff, names)
        case "register":
            return row.register
        case "standing":
            return texts_trace.standing(row.standing)
        case "points":
            return points_gained(row.points_earned - row.points_spent)
        case "approver":
            return texts_trace.staff(row.approver, names) if row.approver else ""
    return texts_trace.kind(row)


def member(row: ReviewRow) -> str:
    """Return whose it was, so that only who knows them knows."""
    return masked(row.member) or (_("Member") if row.member_ref else _("No member"))


def total(view: RedemptionsView, state: State) -> str:
    """Return how many match and what they come to."""
    if view.is_reading:
        return _("One moment …")
    count = _("{count} found").format(count=grouped(view.count))
    off = money(view.discount, state.shop.currency)
    said = _("{count}, taken off {amount}").format(count=count, amount=off)
    if view.behind:
        said = f"{said} · {_('still reading: {count} to come').format(count=grouped(view.behind))}"
    return said


def nothing(view: RedemptionsView) -> tuple[str, str]:
    """Return what stands in an empty list, and what to do."""
    if view.wanted == USUAL:
        return _("Nothing was redeemed on this station yet."), _("What is given at the till comes up here.")
    return _("Nothing matches."), _("Take a filter away, or press {key} to begin anew.").format(key=CLEAR)


# --- chips ----------------------------------------------------------------------------------------------------------


def chip(which: Chip, view: RedemptionsView, state: State) -> tuple[str, str]:
    """Return the title of a chip and what is chosen on it."""
    wanted = view.wanted
    return {
        Chip.KINDS: (_("Show"), _kinds()[wanted.kinds]),
        Chip.DAYS: (_("Days"), _days(wanted)),
        Chip.STAFF: (_("Cashier"), _called(wanted.staff, view.staff)),
        Chip.OFFER: (_("Offer"), _called(wanted.offer, view.offers)),
        Chip.STANDING: (
            _("Head office"),
            texts_trace.standing(wanted.standing) if wanted.standing else _("All"),
        ),
        Chip.AMOUNT: (_("Order total"), _amounts(wanted, state.shop.currency)),
        Chip.VIEWS: (_("Saved views"), grouped(len(view.views))),
        Chip.COLUMNS: (_("Columns"), grouped(len(view.columns))),
    }[which]


def is_set(which: Chip, wanted: Wanted) -> bool:
    """Whether something is chosen on it that is not as usual."""
    return {
        Chip.KINDS: wanted.kinds is not USUAL.kinds,
        Chip.DAYS: wanted.when is not USUAL.when,
        Chip.STAFF: bool(wanted.staff),
        Chip.OFFER: bool(wanted.offer),
        Chip.STANDING: wanted.standing is not None,
        Chip.AMOUNT: wanted.amount_min is not None or wanted.amount_max is not None,
    }.get(which, False)


def _kinds() -> Mapping[Kinds, str]:
    return {
        Kinds.GIVEN: _("Redeemed"),
        Kinds.REFUSED: _("Not possible"),
        Kinds.UNDONE: _("Undone and returned"),
        Kinds.ALL: _("Everything"),
    }


def _whens() -> Mapping[When, str]:
    return {
        When.ALL: _("All days"),
        When.TODAY: _("Today"),
        When.YESTERDAY: _("Yesterday"),
        When.WEEK: _("Last 7 days"),
        When.MONTH: _("Last 30 days"),
    }


def _days(wanted: Wanted) -> str:
    if wanted.when is not When.DAYS:
        return _whens()[wanted.when]
    return " – ".join(written(day) if day else "…" for day in (wanted.since, wanted.until))


def _called(key: str, known: tuple[Choice, ...]) -> str:
    names = {each.key: each.name for each in known}
    return names.get(key, key) if key else _("All")


def _amounts(wanted: Wanted, currency: Currency) -> str:
    if wanted.amount_min is None and wanted.amount_max is None:
        return _("All")
    ends = (wanted.amount_min, wanted.amount_max)
    return " – ".join("…" if end is None else money(end, currency) for end in ends)


# --- panels ---------------------------------------------------------------------------------------------------------


def choosing(which: Chip, view: RedemptionsView, state: State) -> Choosing:
    """Return what there is to choose on a chip."""
    wanted, title = view.wanted, chip(which, view, state)[0]
    match which:
        case Chip.KINDS:
            return Choosing(title, tuple((each.value, said) for each, said in _kinds().items()), wanted.kinds)
        case Chip.DAYS:
            ends = zip(("since", "until"), (_("From"), _("Until")), (wanted.since, wanted.until), strict=True)
            fields = tuple(Field(key, said, written(day) if day else "") for key, said, day in ends)
            days = tuple((each.value, said) for each, said in _whens().items())
            return Choosing(title, days, wanted.when, fields, _("Show these days"), _("Such as 2026-11-28"))
        case Chip.STAFF:
            return _all_and(title, [(each.key, each.name) for each in view.staff], wanted.staff)
        case Chip.OFFER:
            return _all_and(title, [(each.key, each.name) for each in view.offers], wanted.offer)
        case Chip.STANDING:
            known = [(each.value, texts_trace.standing(each)) for each in Standing]
            return _all_and(title, known, wanted.standing or "")
        case Chip.AMOUNT:
            return _amount(title, wanted, state.shop.currency)
    return _views(title, view) if which is Chip.VIEWS else _columns(title, view)


def _all_and(title: str, known: list[tuple[str, str]], chosen: str) -> Choosing:
    return Choosing(title, (("", _("All")), *known), chosen)


def _amount(title: str, wanted: Wanted, currency: Currency) -> Choosing:
    ends = (wanted.amount_min, wanted.amount_max)
    typed = ["" if end is None else format_amount(end, currency) for end in ends]
    fields = (Field("amount_min", _("From"), typed[0]), Field("amount_max", _("Until"), typed[1]))
    is_any = ends == (None, None)
    return Choosing(title, (("", _("All")),), "" if is_any else "-", fields, _("Show these amounts"))


def _views(title: str, view: RedemptionsView) -> Choosing:
    hint = _("Enter shows a view, {key} takes it off the list.").format(key=CLEAR)
    fields = (Field("name", _("Keep these filters as")),)
    return Choosing(title, tuple((name, name) for name in view.views), "", fields, _("Keep"), hint)


def _columns(title: str, view: RedemptionsView) -> Choosing:
    shown, named = dict(view.columns), heads()
    known = [key for key, _width in (*view.columns, *COLUMNS, *MORE_COLUMNS)]
    options = tuple((key, f"✓ {named[key]}" if key in shown else named[key]) for key in dict.fromkeys(known))
    return Choosing(
        title, options, "", hint=_("Enter shows or hides a column, + and − make it wider or narrower.")
    )
