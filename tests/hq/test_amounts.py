"""Amounts that HQ takes, and those that could outgrow what it sums up."""

import pytest

from app.core.canonical import INTEGER_MAX
from app.core.codes import hash_number
from app.core.entry import ORDER, REDEEM
from app.core.order import AMOUNT_MAX
from hq.members.service import MemberFacts, upsert_members
from hq.tables import member, order_fact
from hq.vouchers.service import NewVoucher, create_vouchers
from tests.hq.station import REF, VOUCHER_RULE
from tests.hq.station import voucher as shown
from tests.hq.test_ingest import count, rows, words


@pytest.mark.parametrize("name", ["total", "discount", "points", "campaigns"])
@pytest.mark.parametrize("amount", [AMOUNT_MAX + 1, -AMOUNT_MAX - 1, INTEGER_MAX])
def test_an_amount_that_could_overflow_a_sum_is_kept_and_holds_nobody_up(hq, station, name, amount):
    record = station.order("o1")[0]
    station.bodies.clear()
    value = [{"campaign": "7", "discount": amount}] if name == "campaigns" else amount
    station.append(ORDER, {**record, name: value})
    station.order("o2")
    assert [verdict for _, verdict, _ in words(station.push())] == ["quarantined", "posted"]
    assert count(hq, order_fact) == 1


@pytest.mark.parametrize("name", ["discount", "points"])
def test_a_redemption_of_too_much_is_kept(hq, station, name):
    number = create_vouchers(hq, [NewVoucher(VOUCHER_RULE)])[0]
    _, redemption = station.order("o1", vouchers=(shown(hash_number(number)),))
    station.bodies.pop()
    station.append(REDEEM, {**redemption, name: AMOUNT_MAX + 1})
    assert words(station.push())[1] == (2, "quarantined", ["UNPARSABLE"])


def test_the_largest_amounts_are_added_to_a_balance(hq, station):
    upsert_members(hq, [MemberFacts(REF)])
    record = station.order("o0")[0]
    station.bodies.clear()
    for n in range(3):
        station.append(ORDER, {**record, "order_id": f"o{n}", "points": AMOUNT_MAX})
    assert {verdict for _, verdict, _ in words(station.push())} == {"posted_flagged"}
    assert [row.balance for row in rows(hq, member)] == [3 * AMOUNT_MAX]
