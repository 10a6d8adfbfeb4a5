"""What a member rightly spent before anybody heard that they are erased: flagged for that, and for nothing else."""

from itertools import permutations

import pytest
from sqlalchemy import func, select

from app.core.authority import Authority, Lease, points_scope, voucher_scope
from app.core.codes import hash_number
from app.core.member import Member
from app.core.voucher import Voucher
from hq.authority.settling import OVERSPENT
from hq.authority.tables import member_use
from hq.members.erasing import erase_member
from hq.members.service import MemberFacts, upsert_members
from hq.tables import journal, posting
from hq.vouchers.service import NewVoucher, create_vouchers
from tests.hq.leasing import ask, publish
from tests.hq.station import NOW_MS, REF, a_campaign, a_rule, program_body

COST, LATER_MS = 5, NOW_MS + 60_000
OFF = {"kind": "amount_off", "target": "order", "amount": 100}
REWARDS = a_campaign(
    "rewards",
    a_rule("r5", "voucher", OFF, cost_points=COST),
    offline="lease",
    limits={"member_uses": [{"at_most": 9}]},
)


@pytest.fixture
def spends(hq, station):
    """The store's station holds what its members own: one of them has seven points and a voucher."""
    program = publish(hq, program_body(2, campaigns=[REWARDS]))
    upsert_members(hq, [MemberFacts(REF, "Zenobia Q.", home_store="S1")])
    (printed,) = create_vouchers(hq, [NewVoucher("r5", uses_max=1, owner=REF)])
    ask(station)
    station.order("o1", program=program)
    station.push()
    code = hash_number(printed)
    held = [
        Lease(f"home:{scope}", scope, left, LATER_MS + 1)
        for scope, left in ((points_scope(REF), 7), (voucher_scope(code), 1))
    ]

    def spend() -> None:
        station.order(
            "o2",
            at_ms=LATER_MS,
            member=Member(ref=REF, is_known=True, balance=7),
            vouchers=(Voucher(code_hash=code, rule_id="r5", uses_max=1, uses=0, owner=REF),),
            program=program,
            known={"member_uses:rewards": 0},
            authority=Authority(level="A2", as_of_ms=NOW_MS, leases=tuple(held)),
        )

    return spend


@pytest.mark.parametrize("order", list(permutations(["spend", "sync", "erase"])), ids="-".join)
def test_in_whichever_order_nothing_else_is_said_and_the_books_are_the_same(hq, station, spends, order):
    steps = {"spend": spends, "sync": station.push, "erase": lambda: erase_member(hq, REF)}
    for step in order:
        steps[step]()
    station.push()
    with hq.database.reading() as connection:
        words = connection.execute(
            select(journal.c.type, journal.c.flags).where(journal.c.seq > 1).order_by(journal.c.seq)
        ).all()
        sums = select(posting.c.account, func.sum(posting.c.amount)).where(posting.c.unit == "points")
        found = {row[0]: int(row[1]) for row in connection.execute(sums.group_by(posting.c.account))}
        assert not connection.execute(select(member_use)).all()
    said = "" if order == ("spend", "sync", "erase") else "MEMBER_ERASED"
    assert [tuple(word) for word in words] == [("order", said), ("redeem", said)]
    assert found.get(OVERSPENT, 0) == found[f"member:{REF}"] == 0
    assert found["points-spent"] == COST and sum(found.values()) == 0
