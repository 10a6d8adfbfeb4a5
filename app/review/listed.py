"""Exceptions, and the days that were closed, as files for spreadsheet programs: a row each, in fixed columns."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import BinaryIO

from app.core.money import CURRENCIES
from app.core.order import zone
from app.review.exceptions import ExceptionRow
from app.review.export import Say
from app.review.names import member_names, staff_names
from app.review.sheet import Form, Sheet, id_cell, text_cell
from app.station.day_close import read_close
from app.store.review.review import Review

AT_ONCE = 50  # rows, before the station's work goes on
EXCEPTIONS = (
    "number", "day", "time", "exception", "kind", "order", "member", "value", "count", "why", "flags", "staff",
    "approver", "seen_by", "note",
)  # fmt: skip
DAYS = (
    "day", "closed", "staff", "approver", "why", "orders", "total", "redemptions", "value_given", "value_back",
    "new_members", "refused", "voids", "returns", "overridden", "points_earned", "points_spent", "gift_cards_paid",
    "gift_cards_put_on", "waiting", "to_look_at",
)  # fmt: skip
AMOUNTS = frozenset({"total", "value_given", "value_back", "gift_cards_paid", "gift_cards_put_on"})
Why = Callable[[ExceptionRow], str]  # why a row wants a look, in words


def write_exceptions(
    review: Review, rows: Iterable[ExceptionRow], form: Form, to: BinaryIO, *, say: Say, why: Why
) -> int:
    """Write exceptions in the order in which they are given; return how many. Raises as `write_csv`."""
    sheet = Sheet(form, to, digits=CURRENCIES[review.place.currency].digits)
    sheet.write([[text_cell(say(head, "")) for head in EXCEPTIONS]])
    listed = list(rows)
    people = staff_names(review)
    members = member_names(review, {row.member_ref for row in listed if row.member_ref})
    for begin in range(0, len(listed), AT_ONCE):
        part = listed[begin : begin + AT_ONCE]
        sheet.write([_exception(review, row, sheet, people, members, say, why) for row in part])
        review.give_way()
    return len(listed)


def _exception(
    review: Review,
    row: ExceptionRow,
    sheet: Sheet,
    people: Mapping[str, str],
    members: Mapping[str, str],
    say: Say,
    why: Why,
) -> list[str]:
    moment = datetime.fromtimestamp(row.since_ms // 1000, zone(review.place.time_zone))
    return [
        str(row.seq),
        f"{moment:%Y-%m-%d}",
        f"{moment:%H:%M:%S}",
        text_cell(say("exception", row.what)),
        text_cell(say("kind", row.kind)),
        id_cell(row.order_id),
        text_cell(members.get(row.member_ref, "")),
        sheet.amount(row.value),
        str(row.count),
        text_cell(why(row)),
        text_cell(" + ".join(say("flags", flag) for flag in row.flags)),
        _person(row.staff, people),
        _person(row.approver, people),
        _person(row.seen_by, people),
        text_cell(row.note),
    ]


def write_days(
    review: Review, since: date | None, until: date | None, form: Form, to: BinaryIO, *, say: Say
) -> int:
    """Write the days that were closed, as they were closed, in their order; return how many. Raises as `write_csv`."""
    sheet = Sheet(form, to, digits=CURRENCIES[review.place.currency].digits)
    sheet.write([[text_cell(say(head, "")) for head in DAYS]])
    people, count = staff_names(review), 0
    for day, seq in sorted(review.listing.closes().items()):
        if (since is None or day >= since) and (until is None or day <= until):
            sheet.write([_day(review, seq, sheet, people, say)])
            review.give_way()
            count += 1
    return count


def _day(review: Review, seq: int, sheet: Sheet, people: Mapping[str, str], say: Say) -> list[str]:
    found = read_close(review.listing.at(seq))
    closed = datetime.fromtimestamp(found.closed_ms // 1000, zone(review.place.time_zone))

    def figure(name: str) -> str:
        value: int = getattr(found.figures, name)
        return sheet.amount(value) if name in AMOUNTS else str(value)

    return [
        found.day.isoformat(),
        f"{closed:%Y-%m-%d %H:%M:%S}",
        _person(found.cashier, people),
        _person(found.approver, people),
        text_cell(say("why", found.why)) if found.why else "",
        *(figure(name) for name in DAYS[5:-2]),
        str(found.queue.waiting),
        str(found.queue.to_look_at),
    ]


def _person(staff_id: str, people: Mapping[str, str]) -> str:
    return text_cell(people[staff_id]) if staff_id in people else id_cell(staff_id)
