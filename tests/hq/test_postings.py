"""The ledger: whatever is posted sums to zero for each entry and unit, and balances are the sums of their accounts."""

import random

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from hq.journal import postings
from hq.journal.schemas import CampaignPart, MemberPart, OrderData, RedemptionData
from hq.members.service import MemberFacts, upsert_members
from hq.members.store import account
from hq.tables import member, posting
from tests.hq.station import enrol_station

amounts = st.integers(-(2**53) + 1, 2**53 - 1)
names = st.text("ab1", min_size=1, max_size=3)


@given(points=amounts, given_away=st.lists(st.tuples(names, amounts)), ref=st.none() | st.just("0" * 13))
def test_the_postings_of_an_order_are_balanced(points, given_away, ref):
    order = OrderData(
        order_id="o",
        store="s",
        link="online",
        t_eff=0,
        currency="USD",
        member=None if ref is None else MemberPart(ref=ref),
        lines=[],
        program_version=1,
        program_hash="",
        campaigns=[CampaignPart(campaign=name, discount=amount) for name, amount in given_away],
        total=0,
        discount=0,
        points=points,
    )
    made = postings.of_order(order)
    assert postings.is_balanced(made)
    assert sum(each.amount for each in made if each.account == postings.GIVEN) == sum(
        amount for _, amount in given_away
    )
    assert sum(each.amount for each in made if each.unit == "points" and each.amount > 0) == (
        abs(points) if ref else 0
    )


@given(discount=amounts)
def test_the_postings_of_a_redemption_are_balanced(discount):
    redemption = RedemptionData(
        redemption_id="r",
        order_id="o",
        rule="x",
        campaign="13",
        code_hash="",
        member=None,
        store="s",
        t_eff=0,
        program_version=1,
        program_hash="",
        discount=discount,
        reasons=[],
    )
    made = postings.of_redemption(redemption, currency="EUR")
    assert postings.is_balanced(made)
    assert sum(each.amount for each in made if each.account == "campaign:13") == -discount


def test_balances_are_the_sums_of_their_accounts(hq):
    chance = random.Random(7)
    refs = [f"{n:013d}" for n in range(9)]
    upsert_members(hq, [MemberFacts(ref) for ref in refs[:5]])
    for store in ("S1", "S2"):
        station = enrol_station(hq, store)
        for n in range(40):
            lines = tuple((chance.choice(("TEA", "MILK")), chance.randint(0, 900)) for _ in range(4))
            station.order(f"o{n}", ref=chance.choice(refs), amounts=lines)
        station.push()
    upsert_members(hq, [MemberFacts(ref) for ref in refs])
    with hq.database.reading() as connection:
        balances = {row.ref: row.balance for row in connection.execute(select(member))}
        of_entries = connection.execute(
            select(func.sum(posting.c.amount)).group_by(posting.c.entry_id, posting.c.unit)
        )
        assert set(of_entries.scalars()) == {0}
        for ref in refs:
            mine = select(func.sum(posting.c.amount)).where(posting.c.account == account(ref))
            assert balances[ref] == connection.execute(mine).scalar_one()
