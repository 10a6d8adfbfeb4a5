"""HQ's word on gift cards: what it reserves, why it says no, and what was set aside."""

import pytest

from app.core.asking import card_name, card_reserved
from app.core.card_policy import CardRight
from app.core.program_format import read_program
from hq.campaigns.service import publish_lost
from hq.journal.desk import close_case, list_cases, post_case
from sync.authority_wire import RESERVATION_MS, Asked, AuthorizeRequest
from tests.hq.cards import a_card, on_card, pays, puts, tender
from tests.hq.leasing import publish
from tests.hq.station import NOW_MS, enrol_station, program_body
from tests.hq.test_ingest import words

LOST, KNOWN = 3, 4  # versions of the program
POSTED = [(1, "posted", [])]


@pytest.fixture
def two(hq):
    return enrol_station(hq, "S1"), enrol_station(hq, "S2")


def ask(station, ref: str, amount: int, *, order_id: str = "o1"):
    thing = Asked(name=card_name(ref), rule="", campaign="", code_hash=ref, discount=amount)
    request = AuthorizeRequest(
        epoch=station.owner.epoch,
        level="",
        program_version=1,
        order_id=order_id,
        member=None,
        asked=[thing],
    )
    return station.session.authorize(request)


def by_word(station, ref: str, amount: int, *, order_id: str) -> CardRight:
    """Return the right that HQ gives."""
    answer = ask(station, ref, amount, order_id=order_id)
    (word,) = answer.words
    assert word.reservation
    return CardRight(granted=word.reservation, up_to=dict(answer.known)[card_reserved(ref)])


def test_what_is_reserved_for_one_order_is_not_there_for_another(hq, two):
    ref = a_card(hq)
    right = by_word(two[0], ref, 7_000, order_id="o1")
    assert right.up_to == 7_000
    assert dict(ask(two[1], ref, 7_000, order_id="o2").known) == {
        card_name(ref): 3_000,
        card_reserved(ref): 3_000,
    }
    assert by_word(two[0], ref, 7_000, order_id="o1") == right  # asked again it is reserved once
    pays(two[0], "o1", 7_000, tender(ref, right=right))
    assert words(two[0].push()) == POSTED
    assert dict(ask(two[1], ref, 7_000, order_id="o2").known)[card_name(ref)] == 3_000
    assert on_card(hq, ref) == 3_000


def test_a_reservation_lapses(hq, two, clock):
    ref = a_card(hq)
    by_word(two[0], ref, 10_000, order_id="o1")
    assert ask(two[1], ref, 1, order_id="o2").words[0].reason == "value_empty"
    clock.set_ms(NOW_MS + RESERVATION_MS)
    assert by_word(two[1], ref, 1, order_id="o2").up_to == 1


def test_of_a_card_for_one_use_all_is_reserved(hq, two):
    ref = a_card(hq, single_use=1, rest="forfeited")
    assert by_word(two[0], ref, 1, order_id="o1").up_to == 1
    assert ask(two[1], ref, 1, order_id="o2").words[0].reason == "value_empty"


@pytest.mark.parametrize(
    ("terms", "reason"),
    [
        ({"frozen_ms": 1}, "card_frozen"),
        ({"filled": 0}, "card_not_active"),
        ({"ends_on": "2017-01-01"}, "wallet_expired"),
        ({"balance": 0}, "value_empty"),
        ({"balance": 0, "single_use": 1}, "card_used"),
    ],
)
def test_a_no_has_its_reason(hq, station, terms, reason):
    assert ask(station, a_card(hq, **terms), 1).words[0].reason == reason


def test_of_a_card_that_it_does_not_know_hq_says_neither(hq, station):
    (word,) = ask(station, "0" * 32, 1).words
    assert (word.reservation, word.reason) == ("", "")


@pytest.mark.parametrize("decision", [post_case, close_case])
def test_what_an_entry_that_was_set_aside_took_is_there_for_nobody_until_it_is_decided(hq, two, decision):
    publish(hq, program_body(version=KNOWN))
    ref, lost = a_card(hq), program_body(version=LOST)
    pays(two[0], "o1", 4_000, tender(ref), program=read_program(lost))
    assert words(two[0].push()) == [(1, "quarantined", ["UNKNOWN_PROGRAM"])]
    assert on_card(hq, ref) == 10_000
    assert dict(ask(two[1], ref, 9_000, order_id="o2").known)[card_name(ref)] == 6_000
    publish_lost(hq, lost)
    for case in list_cases(hq):
        decision(hq, case.case_id, who="ann")
    left = 6_000 if decision is post_case else 10_000
    assert dict(ask(two[1], ref, 9_000, order_id="o2").known)[card_name(ref)] == left
    assert on_card(hq, ref) == left


def test_a_case_says_how_much_was_put_on_a_card(hq, station):
    ref = a_card(hq)
    puts(station, ref, 10_001, change_id="C-1")
    puts(station, ref, 300, change_id="C-1")
    assert words(station.push()) == [
        (1, "posted_flagged", ["UNAPPROVED"]),
        (2, "quarantined", ["ENTRY_ID_TAKEN"]),
    ]
    assert [(case.amount, case.unit) for case in list_cases(hq)] == [(10_001, "USD"), (300, "USD")]
