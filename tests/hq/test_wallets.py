"""Money for wallets: whatever orders and redemptions promise is posted once, and taken back with them."""

import json

import pytest
from sqlalchemy import func, select

from app.core.codes import hash_number
from app.core.entry import REDEEM
from app.core.pins import Role as Person
from app.core.program_format import read_program
from app.core.voucher import picked
from hq.access.actor import SYSTEM, Ceilings, of_person
from hq.access.scopes import Role
from hq.faults import NotPossible, OverCeiling
from hq.journal.again import judge_all_again
from hq.journal.desk import list_cases, post_case
from hq.journal.postings import BREAKAGE, CORRECTIONS, CREDITED
from hq.ledger.books import PostingList, list_accounts, list_postings
from hq.members.erasing import erase_member
from hq.members.exporting import export_member
from hq.members.service import MemberFacts, upsert_members
from hq.members.store import money_of
from hq.members.wallets import give_credit
from hq.redemptions.making import redeem_past, try_past
from hq.redemptions.past import PastAsked
from hq.redemptions.voiding import void_order, void_redemption
from hq.reports import service
from hq.reports.figures import By
from hq.reports.kinds import REPORTS
from hq.staff.people import add_person
from hq.tables import posting
from hq.vouchers.service import NewVoucher, create_vouchers
from hq.webhooks.tables import webhook_event
from tests.databases import on
from tests.hq.leasing import publish
from tests.hq.merging import GONE, STAYS, merge
from tests.hq.reports.test_reports import ALL
from tests.hq.station import NOW_MS, REF, a_campaign, a_rule, program_body
from tests.hq.station import voucher as shown
from tests.hq.test_devices import again
from tests.hq.test_ingest import words
from tests.hq.test_salvaged import carried_of
from tests.hq.undoing import UNIT, order_at, undo

AGENT = of_person("Sam", Role.SUPPORT, Ceilings(amount=2_000, points=500))


BACK = a_campaign("back", a_rule("r-back", "automatic", {"kind": "credit", "basis_points": 500}))
GIFT = a_campaign("gift", a_rule("r-gift", "voucher", {"kind": "credit", "amount": 300}))
CHOSEN = a_campaign("chosen", a_rule("r-chosen", "choice", {"kind": "credit", "amount": 200}))
PROGRAM = read_program(program_body(2, campaigns=[BACK, GIFT, CHOSEN]))


@pytest.fixture
def shop(hq):
    """An HQ whose rules put 5 % into the wallet, 3.00 for a voucher, and 2.00 for whoever chooses so."""
    publish(hq, program_body(2, campaigns=[BACK, GIFT, CHOSEN]))
    upsert_members(hq, [MemberFacts(REF, "Ada L.", home_store="S1")])
    return hq


def coupon(hq):
    (number,) = create_vouchers(hq, [NewVoucher("r-gift", 1)])
    return shown(hash_number(number), uses_max=1, rule="r-gift")


def sells(station, order_id: str = "o1", *amounts: int, **more) -> list[dict]:
    lines = tuple((f"SKU{n}", amount) for n, amount in enumerate(amounts or (2_000,)))
    return station.order(order_id, amounts=lines, program=PROGRAM, **more)


def held(hq, ref: str = REF) -> int:
    with hq.database.reading() as connection:
        return money_of(connection, ref).get("USD", 0)


def of_account(hq, account: str) -> int:
    amounts = select(func.coalesce(func.sum(posting.c.amount), 0)).where(posting.c.account == account)
    with hq.database.reading() as connection:
        return int(connection.execute(amounts.where(posting.c.unit == "USD")).scalar_one())


def told(hq, kind: str) -> list[dict]:
    """Return what endpoints are told of one kind of events."""
    with hq.database.reading() as connection:
        found = connection.execute(select(webhook_event.c.data).where(webhook_event.c.kind == kind))
        return [json.loads(data) for data in found.scalars()]


def is_balanced(hq) -> bool:
    sums = select(func.sum(posting.c.amount)).group_by(posting.c.entry_id, posting.c.unit)
    with hq.database.reading() as connection:
        return set(map(int, connection.execute(sums).scalars())) <= {0}


def test_what_orders_and_redemptions_promise_is_posted_once_however_often_it_is_pushed(shop, station):
    sells(station, vouchers=(coupon(shop),))
    first = station.push()
    assert words(first) == [(1, "posted", []), (2, "posted", [])]
    assert (held(shop), of_account(shop, CREDITED)) == (100 + 300, -400)
    assert [data["credit"] for data in told(shop, "redemption.made")] == [300]
    assert station.push() == first
    assert (held(shop), is_balanced(shop)) == (400, True)
    sells(station, "o2", ref=None)
    station.push(3)
    assert held(shop) == 400


@pytest.mark.parametrize("is_one_push", [True, False])
def test_a_void_takes_all_of_it_back(shop, station, is_one_push):
    sells(station, vouchers=(coupon(shop),))
    if not is_one_push:
        station.push()
    undo(station, program=PROGRAM)
    assert words(station.push(1 if is_one_push else 3))[-1] == (3, "posted", [])
    assert [data["credit"] for data in told(shop, "order.undone")] == [-400]
    assert (held(shop), of_account(shop, CREDITED), is_balanced(shop)) == (0, 0, True)


def test_returns_take_back_by_what_is_kept_and_all_of_it_with_the_last(shop, station):
    """5 % of 30.00 and 3.00 are 4.50; 10.00 of 30.00 come back, then half of the rest, then the rest."""
    sells(station, "o1", 1_000, 2_000, vouchers=(coupon(shop),))
    steps = ((1, UNIT),), ((2, UNIT // 2),), ((2, UNIT // 2),)
    left = []
    for n, step in enumerate(steps):
        undo(station, "o1", *step, earlier=steps[:n], program=PROGRAM)
        station.push(1 if n == 0 else len(station.bodies))
        left.append(held(shop))
    assert (left, of_account(shop, CREDITED), is_balanced(shop)) == ([300, 150, 0], 0, True)


def test_what_was_taken_out_meanwhile_is_owed(shop, station):
    sells(station)
    station.push()
    give_credit(shop, AGENT, REF, -60, reason="paid out")
    undo(station, program=PROGRAM)
    station.push(2)
    assert held(shop) == -60


def test_what_is_flagged_is_posted_and_its_case_says_what_it_gave(shop, station):
    ben = add_person(shop, store_id="S1", name="Ben", role=Person.CASHIER, pin="7392", member=REF).staff_id
    sells(station, "o1", 50, cashier=ben)  # earns no points
    assert words(station.push()) == [(1, "posted_flagged", ["SELF_DEAL"])]
    (case,) = list_cases(shop)
    assert (held(shop), case.amount, case.unit) == (2, 2, "USD")
    assert "2 for the wallet" in case.detail


def test_what_is_set_aside_is_posted_when_it_can_be(hq, station):
    upsert_members(hq, [MemberFacts(REF)])
    sells(station)
    assert words(station.push()) == [(1, "quarantined", ["UNKNOWN_PROGRAM"])]
    assert held(hq) == 0
    publish(hq, program_body(2, campaigns=[BACK, GIFT, CHOSEN]))
    assert (judge_all_again(hq), held(hq), is_balanced(hq)) == (1, 100, True)


def test_nothing_is_taken_back_of_a_redemption_that_was_set_aside(shop, station):
    _, record = sells(station, vouchers=(coupon(shop),))
    station.bodies.pop()
    station.append(REDEEM, {**record, "program_hash": "of no program"})
    station.push()
    assert held(shop) == 100
    undo(station, program=PROGRAM)
    station.push(3)
    assert (held(shop), is_balanced(shop)) == (0, True)


@on("sqlite")
def test_what_is_saved_from_an_old_epoch_is_posted_by_a_persons_word(shop, station, homes):
    sells(station)
    later = again(shop, station)
    (name,) = carried_of(later, station, 1)
    assert held(shop) == 0
    post_case(shop, name, who="ann")
    assert (held(shop), is_balanced(shop)) == (100, True)


def test_what_a_merged_member_gets_is_the_survivors_and_goes_back_from_there(shop, station):
    upsert_members(shop, [MemberFacts(STAYS, "Zen Q.")])
    sells(station, "o1", ref=GONE)
    station.push()
    merge(shop)
    sells(station, "o2", ref=GONE, vouchers=(coupon(shop),))
    station.push(2)
    assert (held(shop, GONE), held(shop, STAYS)) == (0, 500)
    undo(station, "o1", program=PROGRAM)
    undo(station, "o2", program=PROGRAM)
    station.push(4)
    assert (held(shop, GONE), held(shop, STAYS), is_balanced(shop)) == (0, 0, True)


def test_what_a_member_gets_who_was_erased_is_nobodys(shop, station):
    sells(station)
    station.push()
    erase_member(shop, REF)
    assert of_account(shop, BREAKAGE) == 100
    sells(station, "o2", 4_000)
    undo(station, "o1", program=PROGRAM)
    assert [codes for _, _, codes in words(station.push(2))] == [["MEMBER_ERASED"]] * 2
    assert (held(shop), of_account(shop, BREAKAGE), is_balanced(shop)) == (0, 200, True)


def test_head_office_adds_it_to_an_order_of_before_and_takes_it_back(shop, station, clock):
    sells(station, vouchers=())
    station.push()
    clock.set_ms(NOW_MS + 86_400_000)
    asked = PastAsked(order_entry=order_at(station, "o1").entry_id, rule="r-chosen")
    tried = try_past(shop, AGENT, REF, asked)
    assert (tried.credit, tried.discount, held(shop)) == (200, 0, 100)
    with pytest.raises(OverCeiling):
        redeem_past(shop, of_person("Jo", Role.SUPPORT, Ceilings(amount=199)), REF, asked, reason="x")
    unheard = PastAsked(
        total=4_000, at_ms=NOW_MS, store="S1", rule="r-chosen"
    )  # of nothing but the redemption
    assert try_past(shop, AGENT, REF, unheard).credit == 200
    made = redeem_past(shop, AGENT, REF, asked, reason="x")
    assert held(shop) == 300
    done = void_redemption(shop, AGENT, made.redemption_id, reason="x")
    assert (done.credit, held(shop), is_balanced(shop)) == (-200, 100, True)


def test_head_office_voids_an_order_with_it_and_the_station_finds_nothing_left(shop, station):
    sells(station, vouchers=(picked("r-chosen"),))
    station.push()
    entry_id = order_at(station, "o1").entry_id
    assert void_order(shop, AGENT, entry_id, is_trial=True).credit == -300
    assert held(shop) == 300
    void_order(shop, AGENT, entry_id, reason="x")
    undo(station, program=PROGRAM)
    assert words(station.push(3)) == [(3, "quarantined", ["UNDONE_TWICE"])]
    assert (held(shop), is_balanced(shop)) == (0, True)


def test_store_credit_is_given_within_ceilings_and_nobody_takes_what_is_not_there(shop):
    assert give_credit(shop, AGENT, REF, 500, reason="an hour's queue").balance == 500
    for amount, problem in (
        (2_001, OverCeiling),
        (-2_001, OverCeiling),
        (-501, NotPossible),
        (0, NotPossible),
    ):
        with pytest.raises(problem):
            give_credit(shop, AGENT, REF, amount, reason="x")
    with pytest.raises(NotPossible):
        give_credit(shop, AGENT, REF, 1, reason=" ")
    assert give_credit(shop, AGENT, REF, -200, reason="paid out").balance == held(shop) == 300
    assert (of_account(shop, CORRECTIONS), is_balanced(shop)) == (-300, True)
    found = export_member(shop, REF)
    assert (found["wallet"], [each["amount"] for each in found["by_hand"]]) == ({"USD": 300}, [500, -200])


def test_the_report_and_the_ledger_say_what_is_owed(shop, station):
    sells(station, vouchers=(coupon(shop),))
    undo(station, "o1", (1, UNIT // 2), program=PROGRAM)
    station.push()
    give_credit(shop, AGENT, REF, 500, reason="x")
    made = service.make(shop, REPORTS["wallets"], ALL, By.STORE)
    assert {row.key: row.values for row in made.rows} == {"S1": (200, 0, 200), "": (0, 500, 500)}
    assert made.total.values == (200, 500, held(shop))
    rows, _ = list_postings(shop, SYSTEM, PostingList(account=CREDITED))
    assert sum(row.amount for row in rows) == -200
    assert {row.source for row in rows} == {"order", "redemption", "return"}
    accounts = {(row.account, row.unit): row.amount for row in list_accounts(shop, SYSTEM, currency="USD")}
    assert accounts["wallet:", "USD"] == 700
    assert sum(amount for (_, unit), amount in accounts.items() if unit == "USD") == 0
