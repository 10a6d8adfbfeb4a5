"""Gift cards at HQ: what is owed balances to the cent, nothing is booked twice, and who took too much is found."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import func, select

from app.core.card_policy import CardRight
from app.core.card_rest import Rest
from app.core.codes import hash_number
from app.core.pins import Role
from hq.faults import NotPossible
from hq.figures import ledger_sums
from hq.gift_cards.service import NewCards, freeze_card, issue_cards, new_card_numbers, show_card
from hq.gift_cards.tables import gift_card, gift_card_fact
from hq.staff.people import add_person
from hq.tables import posting
from tests.hq.cards import a_card, accounts, ends_on, on_card, pays, puts, tender
from tests.hq.leasing import publish
from tests.hq.station import NOW_MS, REF, enrol_station, program_body
from tests.hq.test_feed import Reader
from tests.hq.test_ingest import words
from tests.hq.undoing import UNIT, undo

MINUTE_MS, DAY_MS = 60_000, 86_400_000
LOST, KNOWN = 3, 4  # versions of the program
POSTED = [(1, "posted", [])]


@pytest.fixture
def two(hq):
    return enrol_station(hq, "S1"), enrol_station(hq, "S2")


def counted(hq, table) -> int:
    with hq.database.reading() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


# --- issuing ---------------------------------------------------------------------------------------------------------


def test_what_is_issued_is_owed_and_told_to_every_station(hq, station):
    ref = a_card(hq, 5_000)
    assert on_card(hq, ref) == 5_000
    assert accounts(hq) == {f"gift_card:{ref}": 5_000, "gift-cards-sold": -5_000}
    told = {
        "code_hash": ref,
        "kind": "",
        "currency": "USD",
        "balance": 5_000,
        "state": "active",
        "single_use": False,
        "rest": "stays",
        "ends_on": None,
    }
    assert Reader(station).read().rows["gift_card", ref] == told


def test_a_blank_owes_nothing_until_money_is_put_on_it(hq, station):
    ref = a_card(hq, 0)
    reader = Reader(station).read()
    assert (reader.rows["gift_card", ref]["state"], accounts(hq)) == ("new", {})
    puts(station, ref, 2_500)
    assert words(station.push()) == POSTED
    assert (
        reader.read().rows["gift_card", ref] | {"balance": 2_500, "state": "active"}
        == (reader.rows["gift_card", ref])
    )
    assert on_card(hq, ref) == 2_500 and counted(hq, gift_card_fact) == 1


def test_cards_of_a_kind_have_its_terms_for_good(hq, station):
    kinds = [{"id": "year", "skus": [], "use": "single", "months": 12}]
    publish(hq, program_body(version=2, gift_cards={"kinds": kinds}))
    numbers = new_card_numbers(2)
    issue_cards(hq, NewCards(3_000, "year", "DE"), numbers)
    found = show_card(hq, numbers[0])
    assert (found.balance, found.is_single_use, found.rest, found.ends_on) == (
        3_000,
        True,
        "forfeited",
        "2018-11-06",
    )
    with pytest.raises(NotPossible, match="may not expire"):
        issue_cards(hq, NewCards(3_000, "year", "US-ME"), new_card_numbers(1))
    with pytest.raises(NotPossible, match="no kind"):
        issue_cards(hq, NewCards(3_000, "other"), new_card_numbers(1))
    with pytest.raises(NotPossible, match="already"):
        issue_cards(hq, NewCards(3_000), numbers)
    assert counted(hq, gift_card) == 2


@pytest.mark.parametrize("is_blank", [True, False])
def test_a_card_lasts_from_the_first_money_on_and_longer_after_more(hq, station, is_blank):
    ref = a_card(
        hq, 0 if is_blank else 100, months=2, years_min=1, ends_on=None if is_blank else "2017-12-01"
    )
    puts(station, ref, 100)
    station.push()
    assert ends_on(hq, ref) == date(2018, 11, 6)


@pytest.mark.parametrize("years", [-2, 5_000])
def test_a_wrong_clock_ends_no_card_at_once_and_lets_none_last_for_ever(hq, station, years):
    ref = a_card(hq, 0, months=12)
    puts(station, ref, 100, t_eff=NOW_MS + years * 365 * DAY_MS)
    assert words(station.push()) == POSTED
    assert ends_on(hq, ref) == date(2018, 11, 6)


def test_a_card_that_had_ended_is_found_whatever_the_stations_clock_said(hq, station):
    ref = a_card(hq, ends_on="2017-06-01")
    pays(station, "o1", 100, tender(ref), at_ms=NOW_MS - 365 * DAY_MS)
    assert words(station.push()) == [(1, "posted_flagged", ["REPLAY_DIFFERS"])]


# --- paying ----------------------------------------------------------------------------------------------------------


def test_what_a_card_pays_is_owed_no_more_and_a_retry_doubles_nothing(hq, station):
    ref = a_card(hq)
    pays(station, "o1", 3_000, tender(ref))
    assert words(station.push()) == POSTED
    before = counted(hq, posting)
    assert words(station.push()) == POSTED and counted(hq, posting) == before
    assert on_card(hq, ref) == 7_000
    assert accounts(hq) == {f"gift_card:{ref}": 7_000, "gift-cards-paid": 3_000, "gift-cards-sold": -10_000}
    assert ledger_sums(hq.database).unbalanced == 0


@pytest.mark.parametrize("is_first_late", [False, True])
def test_two_stations_and_one_card_the_later_by_time_took_too_much(hq, two, is_first_late):
    ref = a_card(hq, 6_000)
    first, second = two
    pays(first, "o1", 4_000, tender(ref, 6_000))
    puts(first, ref, 100)  # whatever order they come in
    pays(second, "o2", 5_000, tender(ref, 6_000), at_ms=NOW_MS + MINUTE_MS)
    order = (second, first) if is_first_late else (first, second)
    said = [words(each.push()) for each in order]
    flagged = [(1, "posted_flagged", ["OVERSPENT"])]
    posted = [(1, "posted", []), (2, "posted", [])]
    assert said == ([POSTED, posted] if is_first_late else [posted, flagged])
    assert words(second.push()) == flagged
    assert on_card(hq, ref) == -2_900
    found = accounts(hq)
    assert (found["gift-cards-paid"], found["exception:overspent"]) == (6_100, 2_900)


def test_money_that_arrives_late_takes_the_flag_back(hq, two):
    ref = a_card(hq, 0)
    first, second = two
    puts(first, ref, 5_000)
    pays(second, "o1", 5_000, tender(ref, 5_000), at_ms=NOW_MS + MINUTE_MS)
    assert words(second.push()) == [(1, "posted_flagged", ["OVERSPENT"])]
    assert accounts(hq)["exception:overspent"] == 5_000
    assert words(first.push()) == POSTED
    assert words(second.push()) == POSTED
    assert on_card(hq, ref) == 0
    assert accounts(hq) == {"gift-cards-paid": 5_000, "gift-cards-sold": -5_000}


def test_a_card_for_one_use_that_was_used_twice(hq, two):
    ref = a_card(hq, single_use=1, rest="forfeited")
    once = tender(ref, is_single_use=True, rest=Rest.FORFEITED)
    pays(two[0], "o1", 4_000, once)
    pays(two[1], "o2", 3_000, once, at_ms=NOW_MS + MINUTE_MS)
    assert words(two[0].push()) == POSTED
    assert accounts(hq) == {"gift-cards-paid": 4_000, "gift-cards-lapsed": 6_000, "gift-cards-sold": -10_000}
    assert words(two[1].push()) == [(1, "posted_flagged", ["OVERSPENT"])]
    found = accounts(hq)
    assert (found["gift-cards-paid"], found["gift-cards-lapsed"]) == (4_000, 6_000)
    assert (found["exception:overspent"], on_card(hq, ref)) == (10_000, -10_000)


def test_what_a_card_may_not_have_paid_is_booked_and_flagged(hq, station):
    numbers = new_card_numbers(1)
    issue_cards(hq, NewCards(10_000), numbers)
    ref = hash_number(numbers[0])
    freeze_card(hq, numbers[0])
    ended, other = a_card(hq, ends_on="2017-01-01"), a_card(hq, single_use=1, rest="forfeited")
    euro = a_card(hq, currency="EUR")
    pays(station, "o1", 100, tender(ref))
    pays(station, "o2", 100, tender(ended))
    pays(station, "o3", 100, tender(other))
    pays(station, "o4", 100, tender(euro))
    pays(station, "o5", 100, tender("0" * 32))
    pays(station, "o6", 100, replace(tender(a_card(hq)), right=None))
    assert [flags for _, _, flags in words(station.push())] == [["LATE"], *[["REPLAY_DIFFERS"]] * 5]
    assert accounts(hq)["gift-cards-paid"] == 600
    freeze_card(hq, numbers[0], is_frozen=False)
    assert show_card(hq, numbers[0]).state == "active"


def test_more_than_a_station_may_take_alone_is_found(hq, station):
    ref = a_card(hq)
    record = pays(station, "o1", 6_000, tender(ref, most=5_000))
    station.bodies.clear()
    paid = [{**record["paid"][0], "amount": 6_000, "left": 4_000, "alone": 6_000}]
    station.append("order", {**record, "tenders": [{**record["tenders"][0], "most": None}], "paid": paid})
    assert words(station.push()) == [(1, "posted_flagged", ["REPLAY_DIFFERS"])]
    assert on_card(hq, ref) == 4_000  # it was given


# --- given back ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_one_push", [True, False])
def test_a_void_puts_the_money_back_and_the_claim_goes(hq, station, is_one_push):
    ref = a_card(hq)
    pays(station, "o1", 3_000, tender(ref))
    if not is_one_push:
        station.push()
    undo(station)
    assert words(station.push()) == [(1, "posted", []), (2, "posted", [])]
    assert on_card(hq, ref) == 10_000
    assert accounts(hq) == {f"gift_card:{ref}": 10_000, "gift-cards-sold": -10_000}


def test_a_void_of_a_card_for_one_use_makes_it_whole(hq, station):
    ref = a_card(hq, 5_000, single_use=1, rest="forfeited")
    pays(station, "o1", 3_000, tender(ref, 5_000, is_single_use=True, rest=Rest.FORFEITED))
    undo(station)
    assert words(station.push()) == [(1, "posted", []), (2, "posted", [])]
    assert on_card(hq, ref) == 5_000
    assert accounts(hq) == {f"gift_card:{ref}": 5_000, "gift-cards-sold": -5_000}


def test_much_money_that_no_manager_gave_back_is_flagged(hq, station):
    ref = a_card(hq)
    pays(station, "o1", 5_000, tender(ref))
    pays(station, "o2", 5_001, tender(ref, right=CardRight(granted="r1", up_to=5_001)))
    undo(station, "o1")
    undo(station, "o2")
    said = words(station.push())
    assert [flags for _, _, flags in said][2:] == [[], ["UNAPPROVED"]]
    assert on_card(hq, ref) == 10_000


def test_a_part_that_comes_back_of_a_card_for_one_use_leaves_its_rest_lapsed(hq, two):
    ref = a_card(hq, single_use=1, rest="forfeited")
    once = tender(ref, is_single_use=True, rest=Rest.FORFEITED)
    two[0].order("o1", amounts=(("MILK", 1_000), ("BREAD", 3_000)), ref=None, tenders=(once,))
    pays(two[1], "o2", 3_000, once, at_ms=NOW_MS - MINUTE_MS)  # earlier, and heard of later
    undo(two[0], "o1", (1, UNIT))
    two[0].push()
    two[1].push()
    found = accounts(hq)
    assert (found["gift-cards-paid"], found["gift-cards-lapsed"]) == (3_000, 7_000)  # of the first alone
    assert (found["exception:overspent"], on_card(hq, ref)) == (9_000, -9_000)


def test_what_was_undone_took_nothing_too_much(hq, two):
    ref = a_card(hq, 5_000)
    pays(two[0], "o1", 5_000, tender(ref, 5_000), at_ms=NOW_MS + 2 * MINUTE_MS)
    undo(two[0])
    pays(two[1], "o2", 3_000, tender(ref, 5_000))
    pays(two[1], "o3", 3_000, tender(ref, 5_000), at_ms=NOW_MS + MINUTE_MS)
    assert words(two[0].push()) == [(1, "posted", []), (2, "posted", [])]
    assert words(two[1].push()) == [(1, "posted", []), (2, "posted_flagged", ["OVERSPENT"])]
    assert accounts(hq)["exception:overspent"] == 1_000 == -on_card(hq, ref)


def test_a_return_puts_a_part_back_and_then_the_other_had_enough(hq, two):
    ref = a_card(hq, 5_000)
    two[0].order("o1", amounts=(("MILK", 1_000), ("BREAD", 2_000)), ref=None, tenders=(tender(ref, 5_000),))
    pays(two[1], "o2", 3_000, tender(ref, 5_000), at_ms=NOW_MS + MINUTE_MS)
    two[0].push()
    assert words(two[1].push()) == [(1, "posted_flagged", ["OVERSPENT"])]
    undo(two[0], "o1", (1, UNIT))
    assert words(two[0].push()) == [(1, "posted", []), (2, "posted", [])]
    assert words(two[1].push()) == POSTED
    assert on_card(hq, ref) == 0
    assert accounts(hq) == {"gift-cards-paid": 5_000, "gift-cards-sold": -5_000}


def test_a_return_by_whoever_had_taken_too_much_takes_all_of_it_off_the_books(hq, two):
    ref = a_card(hq, 5_000)
    two[0].order("o1", amounts=(("MILK", 1_000), ("BREAD", 4_000)), ref=None, tenders=(tender(ref, 5_000),))
    pays(two[1], "o2", 3_000, tender(ref, 5_000), at_ms=NOW_MS - MINUTE_MS)
    two[0].push()
    two[1].push()
    assert accounts(hq)["exception:overspent"] == 3_000
    undo(two[0], "o1", (2, UNIT))
    two[0].push()
    assert words(two[0].push()) == [(1, "posted", []), (2, "posted", [])]
    assert on_card(hq, ref) == 1_000
    assert accounts(hq) == {f"gift_card:{ref}": 1_000, "gift-cards-paid": 4_000, "gift-cards-sold": -5_000}


# --- putting on ------------------------------------------------------------------------------------------------------


def test_the_same_change_by_another_entry_is_set_aside(hq, station):
    ref = a_card(hq, 0)
    record = puts(station, ref, 1_000)
    puts(station, ref, 1_000, change_id=record["change_id"])
    assert words(station.push()) == [(1, "posted", []), (2, "quarantined", ["ENTRY_ID_TAKEN"])]
    puts(station, ref, 1_000, change_id=record["change_id"])
    assert words(station.push(3)) == [(3, "quarantined", ["ENTRY_ID_TAKEN"])]
    assert on_card(hq, ref) == 1_000


def test_who_puts_money_on_a_card(hq, station):
    mia = add_person(hq, store_id="S1", name="Mia", role=Role.MANAGER, pin="739215").staff_id
    ref = a_card(hq, 0)
    puts(station, ref, 10_000)  # the limit of whoever signed in
    puts(station, ref, 10_001)
    puts(station, ref, 10_001, approver=mia)
    puts(station, ref, 10_001, cashier=mia)
    puts(station, ref, 1, cashier="")
    puts(station, ref, 10_001, cashier=mia, approver=mia)
    flags = [flags for _, _, flags in words(station.push())]
    assert flags == [[], ["UNAPPROVED"], [], [], ["UNAPPROVED"], ["SELF_DEAL"]]
    assert on_card(hq, ref) == 10_000 + 4 * 10_001 + 1


def test_money_on_a_card_that_nobody_knows_is_owed_all_the_same(hq, station):
    numbers = new_card_numbers(1)
    ref = hash_number(numbers[0])
    puts(station, ref, 1_000)
    pays(station, "o1", 300, tender(ref, 1_000))
    assert [flags for _, _, flags in words(station.push())] == [["REPLAY_DIFFERS"]] * 2
    assert accounts(hq) == {f"gift_card:{ref}": 700, "gift-cards-paid": 300, "gift-cards-sold": -1_000}
    issue_cards(hq, NewCards(0), numbers)  # it had been lost with a database
    assert on_card(hq, ref) == 700 and show_card(hq, numbers[0]).state == "active"


@pytest.mark.parametrize(
    "changes", [{"amount": 0}, {"amount": 10**11 + 1}, {"tz": "Nowhere/City"}, {"card": 5}, {"currency": ""}]
)
def test_what_is_no_change_is_set_aside(hq, station, changes):
    ref = a_card(hq, 0)
    puts(station, ref, **({"amount": 100} | changes))
    assert words(station.push()) == [(1, "quarantined", ["UNPARSABLE"])]
    assert on_card(hq, ref) == 0


# --- put back --------------------------------------------------------------------------------------------------------


def test_an_hq_that_was_put_back_gets_all_again_once(hq, station, put_back):
    ref = a_card(hq)
    hq, restore = put_back(hq)
    station.hq = hq
    pays(station, "o1", 3_000, tender(ref))
    puts(station, ref, 500)
    undo(station)
    pays(station, "o2", 1_000, tender(ref))
    station.push()
    Reader(station).read()
    before = accounts(hq)
    hq = station.hq = restore(hq)
    assert on_card(hq, ref) == 10_000
    station.push()
    assert accounts(hq) == before and on_card(hq, ref) == 9_500
    assert words(station.push(1))[0] == (1, "posted", [])
    assert accounts(hq) == before


def test_a_card_pays_and_earns_in_full_and_topping_up_earns_nothing(hq, station):
    ref = a_card(hq)
    record = station.order("o1", amounts=(("MILK", 3_000),), tenders=(tender(ref),))[0]
    puts(station, ref, 5_000)
    station.push()
    assert record["points"] == 30 and record["member"]["ref"] == REF
    with hq.database.reading() as connection:
        earned = select(func.sum(posting.c.amount)).where(posting.c.account == f"member:{REF}")
        assert connection.execute(earned).scalar_one() == 30


def test_an_order_of_a_form_that_nobody_knows_is_set_aside(hq, station):
    record = pays(station, "o1", 100, tender(a_card(hq)))
    station.bodies.clear()
    station.append("order", {**record, "paid": [{**record["paid"][0], "amount": -100}]})
    assert words(station.push()) == [(1, "quarantined", ["UNPARSABLE"])]


def test_a_blank_that_was_lost_with_money_on_it_ends_like_any_of_its_kind(hq, station):
    kinds = [{"id": "year", "skus": [], "use": "repeated", "months": 12}]
    publish(hq, program_body(version=2, gift_cards={"kinds": kinds}))
    numbers = new_card_numbers(2)
    puts(station, hash_number(numbers[0]), 700)
    station.push()
    issue_cards(hq, NewCards(0, "year"), numbers)
    found = [show_card(hq, each) for each in numbers]
    assert [(each.balance, each.state, each.ends_on) for each in found] == [
        (700, "active", "2018-11-06"),
        (0, "new", None),
    ]
