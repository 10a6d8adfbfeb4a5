"""What the page of a day says: its figures, what its charts show, and the tables that say the same."""

from collections.abc import Sequence

from app.core.day_figures import ByOffer, ByStaff, DayFigures, Hour
from app.core.money import Currency
from ui import texts_store_day
from ui.i18n import _, ngettext
from ui.manager.plot import Drawn, Plot, Series
from ui.models.manager.today import By, TodayView
from ui.models.state import State
from ui.texts import day as written
from ui.texts import grouped, money

BARS_MAX = 8  # of staff or offers in a chart; the table has them all
NOTHING = "–"
Cells = tuple[str, ...]


def title(view: TodayView) -> str:
    """Return which day it is."""
    ago = (view.today - view.day).days
    word = {0: _("Today"), 1: _("Yesterday")}.get(ago, "")
    return f"{word}, {written(view.day)}" if word else written(view.day)


def tiles(view: TodayView, state: State) -> tuple[tuple[str, str], ...]:
    """Return the figures, each with what it counts."""
    figures, currency = view.figures or DayFigures(), state.shop.currency
    return (
        (grouped(figures.redemptions), _("Redemptions")),
        (money(figures.value_given, currency), _("Value given")),
        (_average(figures.average_with, currency), _("Average order with a reward")),
        (_average(figures.average_without, currency), _("Average order without")),
        (grouped(figures.new_members), _("New members")),
        (grouped(figures.overridden), _("Approved by a manager")),
        (grouped(state.pill.waiting), _("Waiting to be sent now")),
    )


def _average(amount: int | None, currency: Currency) -> str:
    return NOTHING if amount is None else money(amount, currency)


def came_back(view: TodayView, state: State) -> str:
    """Return what stands below the figures: what of it came back, and that it is of this station alone."""
    figures = view.figures or DayFigures()
    alone = _("This station only. Head office has the figures of the whole store.")
    if not figures.value_back:
        return alone
    back = _("Came back: {amount}.").format(amount=money(figures.value_back, state.shop.currency))
    return f"{back} {alone}"


def way(by: By) -> str:
    """Return how a day is taken apart."""
    return {
        By.HOUR: _("By hour"),
        By.STAFF: _("By cashier"),
        By.OFFER: _("By offer"),
        By.STATION: _("By station"),
    }[by]


# --- charts ---------------------------------------------------------------------------------------------------------


def plot(view: TodayView, state: State) -> Plot:
    """Return the chart; of stations there is only the table."""
    figures, currency = view.figures or DayFigures(), state.shop.currency
    if view.by is By.HOUR:
        return _by_hour(figures, currency)
    if view.by is By.STAFF:
        staff = sorted(figures.by_staff, key=lambda each: (-each.value, each.staff))[:BARS_MAX]
        names = tuple(_staff_name(each, view) for each in staff)
        said = tuple(_staff_said(name, each, currency) for name, each in zip(names, staff, strict=True))
        return _by_value(_("Value given by cashier"), names, said, [each.value for each in staff], currency)
    offers = sorted(figures.by_offer, key=lambda each: (-each.value, -each.times, each.rule))[:BARS_MAX]
    names = tuple(_offer_name(each, view) for each in offers)
    said = tuple(_offer_said(name, each, currency) for name, each in zip(names, offers, strict=True))
    return _by_value(_("Value given by offer"), names, said, [each.value for each in offers], currency)


def _by_value(
    title: str, names: tuple[str, ...], said: tuple[str, ...], values: Sequence[int], currency: Currency
) -> Plot:
    empty = _("There is nothing to compare yet. The table below says all there is.")
    series = Series(_("Value given"), tuple(_major(value, currency) for value in values))
    return Plot(title, names, said, (series,), lies=True, empty=empty)


def _by_hour(figures: DayFigures, currency: Currency) -> Plot:
    hours = _busy(figures)
    return Plot(
        _("Orders and redemptions by hour"),
        tuple(f"{hour:02}" for hour, _counted in hours),
        tuple(_hour_said(hour, counted, currency) for hour, counted in hours),
        (
            Series(_("Orders"), tuple(counted.orders for _hour, counted in hours)),
            Series(_("Redemptions"), tuple(counted.redemptions for _hour, counted in hours), Drawn.LINE),
        ),
        empty=_("Nothing to draw yet: less than two hours have passed with orders in them.")
        if figures.orders
        else _("No orders on this day."),
    )


def _busy(figures: DayFigures) -> tuple[tuple[int, Hour], ...]:
    """Return the hours from the first with anything in it to the last one."""
    busy = [hour for hour, counted in enumerate(figures.by_hour) if counted != Hour()]
    return tuple((hour, figures.by_hour[hour]) for hour in range(busy[0], busy[-1] + 1)) if busy else ()


def _hour_said(hour: int, counted: Hour, currency: Currency) -> str:
    return " · ".join(
        (
            f"{hour:02}:00–{hour:02}:59",
            _orders(counted.orders),
            _redemptions(counted.redemptions),
            money(counted.value, currency),
        )
    )


def _staff_said(name: str, each: ByStaff, currency: Currency) -> str:
    return " · ".join(
        (name, _orders(each.orders), _redemptions(each.redemptions), money(each.value, currency))
    )


def _offer_said(name: str, each: ByOffer, currency: Currency) -> str:
    return " · ".join((name, _redemptions(each.times), money(each.value, currency)))


def _orders(count: int) -> str:
    return ngettext("{count} order", "{count} orders", count).format(count=grouped(count))


def _redemptions(count: int) -> str:
    return ngettext("{count} redemption", "{count} redemptions", count).format(count=grouped(count))


def _major(minor: int, currency: Currency) -> float:
    """Return an amount as the axis has it."""
    return float(minor) / 10.0**currency.digits


def _staff_name(each: ByStaff, view: TodayView) -> str:
    return dict(view.staff).get(each.staff, each.staff) or _("Nobody signed in")


def _offer_name(each: ByOffer, view: TodayView) -> str:
    return dict(view.offers).get(each.rule, each.rule) or _("All others")


# --- tables ---------------------------------------------------------------------------------------------------------


def heads(by: By) -> Cells:
    """Return what stands above the columns; the first is a name, all others are figures."""
    return {
        By.HOUR: (_("Hour"), _("Orders"), _("Redemptions"), _("Value given")),
        By.STAFF: (
            _("Cashier"),
            _("Orders"),
            _("Total"),
            _("Redemptions"),
            _("Value given"),
            _("Undone"),
            _("Returns"),
        ),
        By.OFFER: (_("Offer"), _("Times"), _("Value given"), _("Points spent"), _("Came back")),
        By.STATION: texts_store_day.heads(),
    }[by]


def rows(view: TodayView, state: State) -> tuple[Cells, ...]:
    """Return the table: the same as the chart, and more."""
    figures, currency = view.figures or DayFigures(), state.shop.currency
    if view.by is By.HOUR:
        return tuple(
            (f"{hour:02}:00", grouped(each.orders), grouped(each.redemptions), money(each.value, currency))
            for hour, each in _busy(figures)
        )
    if view.by is By.STAFF:
        return tuple(
            (
                _staff_name(each, view),
                grouped(each.orders),
                money(each.total, currency),
                grouped(each.redemptions),
                money(each.value, currency),
                grouped(each.voids),
                grouped(each.returns),
            )
            for each in sorted(figures.by_staff, key=lambda each: (-each.value, each.staff))
        )
    if view.by is By.STATION:
        return texts_store_day.rows(view, state)
    return tuple(
        (
            _offer_name(each, view),
            grouped(each.times),
            money(each.value, currency),
            grouped(each.points),
            money(each.value_back, currency),
        )
        for each in sorted(figures.by_offer, key=lambda each: (-each.value, -each.times, each.rule))
    )
