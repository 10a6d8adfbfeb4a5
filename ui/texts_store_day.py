"""What the page of a day says of the store's other stations: a row each, their sum, and how old that is."""

from app.core.day_figures import DayFigures
from app.core.money import Currency
from app.core.order import local_date
from sync.day_wire import StationDay
from ui.i18n import _
from ui.models.manager.devices_view import Line
from ui.models.manager.others import OthersView
from ui.models.manager.today import TodayView
from ui.models.state import State
from ui.texts import clock, day, grouped, money
from ui.texts_devices import line

NOTHING, MORE = "–", "* "
Cells = tuple[str, ...]
Counts = tuple[int, int, int, int, int]


def heads() -> Cells:
    """Return what stands above the columns."""
    return (
        _("Station"),
        _("Orders"),
        _("Redemptions"),
        _("Value given"),
        _("Joined"),
        _("Approvals"),
        _("Last heard"),
    )


def rows(view: TodayView, state: State) -> tuple[Cells, ...]:
    """Return this station as it is, the others as head office heard of them, and what they come to together."""
    own, currency = _own(view.figures or DayFigures()), state.shop.currency
    told = view.others.stations
    found = [(_("This station"), *_cells(own, currency), NOTHING)]
    found += [(_name(each), *_cells(_counts(each), currency), _heard(each, state)) for each in told]
    if told:
        a, b, c, d, e = zip(own, *map(_counts, told), strict=True)
        together = sum(a), sum(b), sum(c), sum(d), sum(e)
        found.append((_("Whole store"), *_cells(together, currency), NOTHING))
    return tuple(found)


def said(view: OthersView, now_ms: int) -> str:
    """Return how old it is, what is in the way of asking, and what is not in it."""
    parts = [line(view, now_ms)]
    if view.line is Line.HEARD and not view.stations and view.is_whole:
        parts.append(_("The store has no other station."))
    if any(map(_has_more, view.stations)):
        parts.append(_("* Some of it was not sent yet, or could not be counted."))
    if not view.is_whole:
        parts.append(_("The store has more stations than are listed here."))
    return " ".join(part for part in parts if part)


def _own(figures: DayFigures) -> Counts:
    return (
        figures.orders,
        figures.redemptions,
        figures.value_given,
        figures.new_members,
        figures.overridden,
    )


def _counts(each: StationDay) -> Counts:
    return each.orders, each.redemptions, each.value_given, each.new_members, each.overridden


def _cells(counts: Counts, currency: Currency) -> Cells:
    orders, redemptions, value, members, overridden = counts
    return (
        grouped(orders),
        grouped(redemptions),
        money(value, currency),
        grouped(members),
        grouped(overridden),
    )


def _has_more(each: StationDay) -> bool:
    """Whether the day there was more than what is told."""
    return bool(each.behind) or not each.is_whole


def _name(each: StationDay) -> str:
    return (MORE if _has_more(each) else "") + (each.name or each.device_id)


def _heard(each: StationDay, state: State) -> str:
    """Return when head office heard of it last: a time of today's, or a day. Neither changes while somebody looks."""
    if not each.seen_ms:
        return NOTHING
    on, zone = local_date(each.seen_ms, state.time_zone), state.time_zone
    return clock(each.seen_ms, zone) if on == local_date(state.now_ms, zone) else day(on)
