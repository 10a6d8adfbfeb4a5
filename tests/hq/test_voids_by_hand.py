"""Voids that people at head office make: all comes back, once, and stations' own voids find nothing left."""

import pytest
from sqlalchemy import select

from app.core.authority import Authority, Lease
from app.core.codes import hash_number
from app.core.program_format import read_program
from hq.access.actor import SYSTEM, Ceilings, of_person
from hq.access.scopes import Role
from hq.audit.service import list_audit
from hq.authority.tables import campaign_counter, claim, member_use
from hq.benefits.past import read_past
from hq.campaigns.service import publish_program
from hq.faults import NotPossible, OverCeiling
from hq.journal.postings import GIVEN, ISSUED
from hq.members.service import MemberFacts, upsert_members
from hq.redemptions.making import redeem_past
from hq.redemptions.past import PastAsked
from hq.redemptions.voiding import void_order, void_redemption
from hq.reports import service
from hq.tables import journal, member, voucher
from hq.vouchers.service import NewVoucher, create_vouchers
from tests.hq.leasing import ask, publish
from tests.hq.reports.test_reports import ALL, of_account
from tests.hq.station import NOW_MS, REF, VOUCHER_RULE
from tests.hq.station import voucher as shown
from tests.hq.test_past_redemptions import AGENT, DAY_MS, is_balanced, with_offer, yesterday
from tests.hq.undoing import undo

LIMITS = {"uses": 1, "members": 1, "member_uses": [{"at_most": 1, "period": "day"}]}


@pytest.fixture
def shop(hq, clock):
    """An HQ with an offer of 10.00 off from 50.00 for one member, once; it costs nothing and uses a voucher."""
    publish_program(hq, with_offer(2, limits=LIMITS))
    upsert_members(hq, [MemberFacts(REF, "Ada L.", home_store="S1")])
    clock.set_ms(NOW_MS + DAY_MS)
    return hq


def own_voucher(hq):
    return hash_number(create_vouchers(hq, [NewVoucher("sorry", 1, REF)])[0])


def counted(hq):
    """What is counted of the campaign and its member, and of vouchers."""
    with hq.database.reading() as connection:
        scopes = connection.execute(select(campaign_counter.c.key, campaign_counter.c.n)).all()
        uses = connection.execute(select(member_use.c.n)).scalars().all()
        claims = connection.execute(select(claim.c.scope)).scalars().all()
        spent = connection.execute(select(voucher.c.uses)).scalars().all()
    return {key: n for key, n in scopes if n}, [n for n in uses if n], list(claims), sum(spent)


def balance(hq):
    with hq.database.reading() as connection:
        return connection.execute(select(member.c.balance).where(member.c.ref == REF)).scalar_one()


def entry_of(hq, order_id="o1"):
    with hq.database.reading() as connection:
        rows = connection.execute(select(journal.c.entry_id).where(journal.c.type == "order"))
        return rows.scalars().first()


def figures(hq):
    found = service.total(hq, ALL)
    assert found.discount == of_account(hq, GIVEN)
    assert found.issued == -of_account(hq, ISSUED)
    return found.orders, found.discount, found.issued


def test_a_redemption_of_the_past_comes_back_whole_and_can_be_made_again(shop) -> None:
    own_voucher(shop)
    made = redeem_past(shop, AGENT, REF, yesterday(6_000, order_id="o-1"), reason="x")
    assert made.is_posted
    assert figures(shop) == (0, 1_000, 0)
    assert counted(shop)[3] == 1
    tried = void_redemption(shop, AGENT, made.redemption_id, is_trial=True)
    assert (tried.value, tried.points, tried.is_posted) == (1_000, 0, False)
    assert void_redemption(shop, AGENT, made.redemption_id, reason="Wrong order.").is_posted
    assert counted(shop) == ({}, [], [], 0)
    assert figures(shop) == (0, 0, 0)
    with pytest.raises(NotPossible, match="before"):
        void_redemption(shop, AGENT, made.redemption_id, reason="x")
    assert redeem_past(shop, AGENT, REF, yesterday(6_000, order_id="o-1"), reason="x").is_posted
    assert is_balanced(shop)


def test_points_that_a_redemption_of_the_past_moved_move_back(shop, station) -> None:
    """With the voucher the order earns 50 instead of 60: ten points go, and come back to where they were."""
    own_voucher(shop)
    station.order("o1", amounts=(("TEA", 6_000),), program=read_program(with_offer(2, limits=LIMITS)))
    station.push()
    made = redeem_past(shop, AGENT, REF, PastAsked(order_entry=entry_of(shop), rule="sorry"), reason="x")
    assert balance(shop) == 50
    with pytest.raises(NotPossible, match="first"):
        void_order(shop, AGENT, entry_of(shop), reason="x")
    assert void_redemption(shop, AGENT, made.redemption_id, reason="x").balance == balance(shop) == 60
    with shop.database.reading() as connection:
        moves = read_past(connection, REF, time_zone="UTC").movements
    assert sum(each.points + each.back if each.kind != "spent" else -each.points for each in moves) == 60
    assert (figures(shop), is_balanced(shop)) == ((1, 0, 60), True)


def test_an_order_of_a_station_comes_back_as_its_own_void_would_have_it(shop, station) -> None:
    program = publish(shop, with_offer(3, limits=LIMITS, trigger="automatic"))
    held = tuple(Lease(each.lease_id, each.scope, each.units, each.until_ms) for each in ask(station).leases)
    known = {"uses:C": 0, "members:C": 0, "member_counted:C": 0, "member_uses:C/day": 0}
    station.order(
        "o1", amounts=(("TEA", 6_000),), program=program, at_ms=NOW_MS + DAY_MS,
        authority=Authority(leases=held), known=known,
    )  # fmt: skip
    station.push()
    assert balance(shop) == 50
    before = counted(shop)[0]
    assert before["uses:C"] == before["members:C"] == 1
    assert void_order(shop, AGENT, entry_of(shop), is_trial=True).balance == 0
    done = void_order(shop, AGENT, entry_of(shop), reason="Wrong member.")
    assert (done.value, done.points, done.balance, done.is_posted) == (1_000, -50, 0, True)
    assert counted(shop) == ({}, [], [], 0)
    assert (figures(shop), is_balanced(shop)) == ((0, 0, 0), True)
    (row,) = [row for row in list_audit(shop) if row.action == "order.voided"]
    assert (row.who, row.reason, row.about) == ("Sam", "Wrong member.", f"member:{REF}")
    with pytest.raises(NotPossible, match="left"):
        void_order(shop, AGENT, entry_of(shop), reason="x")
    undo(station, "o1", program=program)
    results = station.push(len(station.bodies)).results
    assert [each.codes for each in results] == [["UNDONE_TWICE"]]
    assert balance(shop) == 0


def test_a_voucher_of_an_order_that_is_voided_is_good_once_more(shop, station) -> None:
    code = hash_number(create_vouchers(shop, [NewVoucher(VOUCHER_RULE, 1)])[0])
    station.order("o1", vouchers=(shown(code, uses_max=1),))
    station.push()
    assert counted(shop)[3] == 1
    assert void_order(shop, AGENT, entry_of(shop), reason="x").value == 100
    assert counted(shop)[3] == 0
    rows = station.session.changes(cursor=0, set_id=shop.set_id, limit=500).rows
    assert [row.v["uses"] for row in rows if row.t == "voucher"] == [0]


def test_what_a_station_has_voided_is_not_voided_again_and_ceilings_hold(shop, station) -> None:
    program = read_program(with_offer(2, limits=LIMITS))
    station.order("o1", amounts=(("TEA", 6_000),), program=program)
    station.push()
    junior = of_person("Jo", Role.SUPPORT, Ceilings(points=59))
    with pytest.raises(OverCeiling):
        void_order(shop, junior, entry_of(shop), reason="x")
    elsewhere = of_person("Jo", Role.SUPPORT, Ceilings(stores=frozenset({"S2"})))
    with pytest.raises(Exception, match="no such order"):
        void_order(shop, elsewhere, entry_of(shop), reason="x")
    assert balance(shop) == 60
    undo(station, "o1", program=program)
    station.push(len(station.bodies))
    with pytest.raises(NotPossible, match="left"):
        void_order(shop, SYSTEM, entry_of(shop), reason="x")
