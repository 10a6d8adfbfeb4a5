"""T29: a countdown reaches nothing in the very second in which a decision refuses, whatever clocks are put to."""

from datetime import UTC, date, datetime

import pytest

from app.core.ending import SECOND_MS, over_at
from app.core.member import Member
from app.core.order import Line, Order
from app.core.outcome import Facts
from app.core.program_format import read_program
from app.core.quote import quote
from app.core.reasons import Reason
from app.core.voucher import Presentation, Voucher
from tests.builders import a_campaign, a_program

BERLIN, NEW_YORK, SEOUL = "Europe/Berlin", "America/New_York", "Asia/Seoul"


def ms(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=UTC).timestamp()) * SECOND_MS


def a_quote(at_ms: int, *, zone: str, ends: str, voucher_ends: date | None = None):
    program = a_program(
        time_zone=zone,
        expires_ms=ms(2030, 1, 1),
        campaigns=[a_campaign(starts_on="2026-01-01", ends_on=ends)],
    )
    coffee = Line(line=1, sku="coffee", quantity=1, amount=500)
    order = Order("o", "s", "1", at_ms, zone, "USD", (coffee,))
    voucher = Voucher("c" * 32, "coffee-1", ends_on=voucher_ends)
    shown = (Presentation("r", voucher, "A2"),)
    (offer,) = quote(Facts(read_program(program), order, Member("m", is_known=True), shown)).offers
    return offer


@pytest.mark.parametrize(
    ("zone", "ends", "over"),
    [
        (NEW_YORK, "2026-01-31T12:00:00", ms(2026, 1, 31, 17, 0, 1)),
        (SEOUL, "2026-01-31", ms(2026, 1, 31, 15, 0, 0)),
        (BERLIN, "2026-03-29T02:30:00", ms(2026, 3, 29, 1, 0, 0)),  # 02:00 to 03:00 is passed over
        (BERLIN, "2026-03-29T01:59:59", ms(2026, 3, 29, 1, 0, 0)),
        (BERLIN, "2026-10-25T02:30:00", ms(2026, 10, 25, 0, 30, 1)),  # the first of two
        (BERLIN, "2026-10-25T02:59:59", ms(2026, 10, 25, 2, 0, 0)),  # twice, with nothing in between
    ],
)
def test_one_second_left_is_usable_and_none_is_refused(zone, ends, over):
    before = a_quote(over - 1, zone=zone, ends=ends)
    assert before.is_usable
    assert over_at(before.ends_at, zone, after_ms=over - 1) == over
    assert [each.reason for each in a_quote(over, zone=zone, ends=ends).refusals] == [Reason.EXPIRED]
    assert a_quote(over - SECOND_MS, zone=zone, ends=ends).is_usable


def test_what_clocks_bring_back_ends_again():
    again = ms(2026, 10, 25, 1, 0, 0)  # 02:00 once more
    offer = a_quote(again, zone=BERLIN, ends="2026-10-25T02:30:00")
    over = over_at(offer.ends_at, BERLIN, after_ms=again)
    assert offer.is_usable and over == ms(2026, 10, 25, 1, 30, 1)
    assert not a_quote(over, zone=BERLIN, ends="2026-10-25T02:30:00").is_usable


def test_the_first_of_two_ends_counts():
    at_ms = ms(2026, 1, 20, 12, 0, 0)
    offer = a_quote(at_ms, zone=NEW_YORK, ends="2026-01-31", voucher_ends=date(2026, 1, 20))
    over = over_at(offer.ends_at, NEW_YORK, after_ms=at_ms)
    assert over == ms(2026, 1, 21, 5, 0, 0)
    told = {"ends": "2026-01-31", "voucher_ends": date(2026, 1, 20)}
    assert a_quote(over - 1, zone=NEW_YORK, **told).is_usable
    assert not a_quote(over, zone=NEW_YORK, **told).is_usable


def test_what_has_no_end_says_none():
    assert a_quote(ms(2026, 1, 20, 12, 0, 0), zone=SEOUL, ends="9999-12-31").ends_at == ""
