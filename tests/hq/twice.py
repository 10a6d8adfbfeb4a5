"""What is used twice since two stores can't know of each other: a case for people."""

from app.core.codes import hash_number
from hq.members.service import MemberFacts, upsert_members
from hq.vouchers.service import NewVoucher, create_vouchers
from tests.hq.station import NOW_MS, REF, VOUCHER_RULE, voucher


def use_twice(hq, station, elsewhere):
    """Use one voucher at two stores: the second time is an exception."""
    upsert_members(hq, [MemberFacts(REF, "Ada", home_store="S1")])
    (number,) = create_vouchers(hq, [NewVoucher(VOUCHER_RULE, uses_max=1)])
    shown = voucher(hash_number(number), uses_max=1)
    for minute, each in enumerate((station, elsewhere)):
        each.order("o1", vouchers=(shown,), at_ms=NOW_MS + minute * 60_000)
        each.push()
