"""What the end of a day says: on the page, on paper and in a file the same lines, made of one report."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from io import BytesIO

from app.core.approvals import Why
from app.core.day_figures import ByOffer, ByStaff, Override, Shift
from app.core.entry import (
    DAY_CLOSE,
    ENROL,
    GIFT_CARD,
    ORDER,
    OVERRIDE,
    PAIRING,
    RETURN,
    STAFF_CHANGE,
    VOID,
)
from app.core.money import Currency
from app.review.sheet import Form, text_cell
from app.review.sheet import Sheet as Table
from ui.i18n import _, ngettext
from ui.models.manager.day_report import DayReport
from ui.receipt.rows import Band, Line, Pair, Row, Rule, Sheet, Style
from ui.texts import clock, day, grouped, moment, money
from ui.why_texts import why as why_text


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of a report: what, a figure as people read it, and what there is to say beneath.

    `amount` in minor units, or `count`: the figure as a table's program reckons with it.
    """

    what: str
    figure: str
    beneath: str = ""
    amount: int | None = None
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Lines that belong together, under their title."""

    title: str
    facts: tuple[Fact, ...]


def _count(what: str, count: int) -> Fact:
    return Fact(what, grouped(count), count=count)


def _worth(what: str, amount: int, currency: Currency, beneath: str = "") -> Fact:
    return Fact(what, money(amount, currency), beneath, amount=amount)


# --- the report -----------------------------------------------------------------------------------------------------


def title(report: DayReport) -> str:
    """Return which day it is."""
    return _("End of day {day}").format(day=day(report.day))


def period(report: DayReport) -> str:
    """Return from when until when something was done."""
    if report.begin_ms is None or report.end_ms is None:
        return _("Nothing was done on this day.")
    begin, end = (moment(at_ms, report.time_zone) for at_ms in (report.begin_ms, report.end_ms))
    return _("From {begin} until {end}").format(begin=begin, end=end)


def late(report: DayReport) -> str:
    """Return how much of it was done on days that had been closed; nothing where none was."""
    if not report.late:
        return ""
    said = ngettext(
        "{count} entry of it was made after its own day had been closed.",
        "{count} entries of it were made after their own day had been closed.",
        report.late,
    )
    return said.format(count=grouped(report.late))


def signed(report: DayReport) -> str:
    """Return when the day was closed, and who signed it off."""
    close = report.close
    if close is None:
        return _("Not closed yet")
    at = moment(close.at_ms, report.time_zone)
    if not close.approver:
        return _("Closed at {time}").format(time=at)
    said = _("Closed at {time} by {name}").format(time=at, name=report.name_of(close.approver))
    return f"{said} · {why_text(Why(close.why))}" if close.why in set(Why) else said


def groups(report: DayReport) -> tuple[Group, ...]:
    """Return everything that stands in a report."""
    found = (
        Group(_("Figures"), tuple(_figures(report))),
        Group(_("Points and gift cards"), tuple(_points(report))),
        Group(_("Undone, returned, approved"), tuple(_undone(report))),
        Group(_("By cashier"), tuple(_staff(report, each) for each in report.figures.by_staff)),
        Group(_("By offer"), tuple(_offer(report, each) for each in report.figures.by_offer)),
        Group(_("Who signed in"), tuple(_shift(report, each) for each in report.figures.shifts)),
        Group(_("Head office"), tuple(_line(report))),
    )
    return tuple(group for group in found if group.facts)


def _figures(report: DayReport) -> Iterator[Fact]:
    found, currency = report.figures, report.currency
    yield _count(_("Orders"), found.orders)
    yield _worth(_("Worth of all orders"), found.total, currency)
    yield _count(_("Redemptions"), found.redemptions)
    yield _worth(_("Given"), found.value_given, currency)
    if found.value_back:
        yield _worth(_("Came back"), -found.value_back, currency)
        yield _worth(_("Given in all"), found.value_net, currency)
    if found.average_with is not None:
        yield _worth(_("Average order with a reward"), found.average_with, currency)
    if found.average_without is not None:
        yield _worth(_("Average order without"), found.average_without, currency)
    yield _count(_("New members"), found.new_members)
    yield _count(_("Offers refused"), found.refused)
    for what, count in (
        (_("Codes turned away"), found.denied),
        (_("PINs locked"), found.pin_locks),
        (_("Clock moved"), found.clock_jumps),
    ):
        if count:
            yield _count(what, count)


def _points(report: DayReport) -> Iterator[Fact]:
    found, currency = report.figures, report.currency
    yield _count(_("Points earned"), found.points_earned)
    yield _count(_("Points spent"), found.points_spent)
    if found.points_undone:
        yield _count(_("Points taken back"), -found.points_undone)
    if found.points_back:
        yield _count(_("Points given back"), found.points_back)
    for what, amount in (
        (_("Paid by gift cards"), found.gift_cards_paid),
        (_("Put on gift cards"), found.gift_cards_put_on),
        (_("Back on gift cards"), found.gift_cards_back),
    ):
        if amount:
            yield _worth(what, amount, currency)


def _undone(report: DayReport) -> Iterator[Fact]:
    found = report.figures
    yield _count(_("Orders undone"), found.voids)
    yield _count(_("Returns"), found.returns)
    if at_till := found.given_back - found.gift_cards_back:
        yield _worth(_("Given back at the till"), -at_till, report.currency)
    yield _count(_("Approved by a manager"), found.overridden)
    for each in found.overrides:
        yield _override(report, each)


def _override(report: DayReport, found: Override) -> Fact:
    who = " → ".join(report.name_of(each) for each in (found.cashier, found.approver) if each)
    reason = why_text(Why(found.why)) if found.why in set(Why) else ""
    at = f"{clock(found.at_ms, report.time_zone)} · {approved(found.type)}"
    beneath = " · ".join(part for part in (who, reason) if part)
    return _worth(at, found.value, report.currency, beneath) if found.value else Fact(at, "", beneath)


def approved(entry_type: str) -> str:
    """Return what a manager let happen."""
    return {
        ORDER: _("An order"),
        VOID: _("An order was undone"),
        RETURN: _("Goods came back"),
        OVERRIDE: _("The wait for a PIN was ended"),
        GIFT_CARD: _("Money was put on a gift card"),
        ENROL: _("Somebody joined"),
        DAY_CLOSE: _("A day was closed"),
        STAFF_CHANGE: _("Staff changed"),
        PAIRING: _("Code for a new station"),
    }.get(entry_type, _("Something else"))


def _staff(report: DayReport, found: ByStaff) -> Fact:
    name = report.name_of(found.staff) if found.staff else _("Nobody signed in")
    counted = _("Orders: {orders} · redemptions: {redemptions} · undone and returned: {undone}").format(
        orders=grouped(found.orders),
        redemptions=grouped(found.redemptions),
        undone=grouped(found.voids + found.returns),
    )
    return _worth(name, found.value - found.value_back, report.currency, counted)


def _offer(report: DayReport, found: ByOffer) -> Fact:
    name = report.name_of(found.rule) if found.rule else _("All others")
    given = _("Given: {count}").format(count=grouped(found.times))
    if found.points:
        given = f"{given} · {_('Points: {count}').format(count=grouped(found.points))}"
    return _worth(name, found.value - found.value_back, report.currency, given)


def _shift(report: DayReport, found: Shift) -> Fact:
    begin, end = (
        "…" if at_ms is None else clock(at_ms, report.time_zone) for at_ms in (found.begin_ms, found.end_ms)
    )
    return Fact(report.name_of(found.staff), f"{begin} – {end}")


def _line(report: DayReport) -> Iterator[Fact]:
    if report.close is not None:
        yield _count(_("Not sent yet when it was closed"), report.close.queue.waiting)
        yield _count(_("To be looked at then"), report.close.queue.to_look_at)


# --- on paper and in a file -----------------------------------------------------------------------------------------


def sheet(report: DayReport) -> Sheet:
    """Return a report as it is printed."""
    return Sheet(report.name, tuple(_rows(report)))


def _rows(report: DayReport) -> Iterator[Row]:
    yield Line(report.store, Style.STORE)
    yield Line(report.station, Style.SMALL)
    yield Rule(is_strong=True)
    yield Line(title(report), Style.LARGE)
    if report.close is None:
        yield Band(_("Not closed yet"))
    for said in (period(report), late(report), signed(report) if report.close else ""):
        if said:
            yield Line(said, Style.SMALL)
    for group in groups(report):
        yield Rule()
        yield Line(group.title, Style.STRONG)
        for fact in group.facts:
            yield Pair(fact.what, fact.figure)
            if fact.beneath:
                yield Pair(f" {fact.beneath}", "", Style.SMALL)


def csv(report: DayReport, form: Form) -> bytes:
    """Return a report as a table: the group, what, its figure as a number, and what there is to say of it."""
    to = BytesIO()
    table = Table(form, to, digits=report.currency.digits)
    table.write(
        [[text_cell(said) for said in (title(report), signed(report), period(report), report.currency.code)]]
    )
    for group in groups(report):
        table.write(
            [
                [text_cell(group.title), text_cell(fact.what), _number(fact, table), text_cell(fact.beneath)]
                for fact in group.facts
            ]
        )
    return to.getvalue()


def _number(fact: Fact, table: Table) -> str:
    if fact.amount is not None:
        return table.amount(fact.amount)
    return text_cell(fact.figure) if fact.count is None else str(fact.count)


# --- the page -------------------------------------------------------------------------------------------------------


def to_close(which: date) -> str:
    """Return what a manager signs off."""
    return _("Close the day {day}").format(day=day(which))


def unsent(waiting: int) -> str:
    """Return how much head office has not heard of; nothing where it knows all."""
    if not waiting:
        return ""
    said = ngettext("{count} entry is not sent yet", "{count} entries are not sent yet", waiting)
    return said.format(count=grouped(waiting))


def unsent_warning(waiting: int) -> str:
    """Return the same as a warning: the day can be closed all the same."""
    said = unsent(waiting)
    return _("{what}. The day can be closed all the same.").format(what=said) if said else ""


def since(count: int) -> str:
    """Return what became of what was done after the day had been closed."""
    if not count:
        return _("Nothing was done since this day was closed.")
    said = ngettext(
        "{count} entry was made since this day was closed. It is counted with the next one.",
        "{count} entries were made since this day was closed. They are counted with the next one.",
        count,
    )
    return said.format(count=grouped(count))


def days_waiting(count: int) -> str:
    """Return that more days than this one wait to be closed."""
    if count < 2:
        return ""
    said = ngettext("{count} day waits to be closed.", "{count} days wait to be closed.", count)
    return said.format(count=grouped(count))


def no_day() -> str:
    """Return what stands where there is no day to show."""
    return _("There is no day to close yet. The first one is that of the first order.")
