"""Journals and exceptions by the API: what came, what HQ made of it, and what people decide."""

import pytest
from sqlalchemy import select

from app.core.program_format import read_program
from app.core.reasons import Reason
from hq.access.actor import SYSTEM, Ceilings
from hq.access.scopes import Role, Scope
from hq.campaigns.service import publish_program
from hq.figures import ledger_sums
from hq.journal.desk import list_cases
from hq.staff.office import add_office_person
from hq.stops.service import list_stops
from hq.tables import member
from tests.hq.asking_api import api_of
from tests.hq.station import AUTOMATIC_RULE, NOW_MS, REF, VOUCHER_RULE, program_body
from tests.hq.twice import use_twice

LATER = read_program(program_body(version=9))


@pytest.fixture
def api(hq):
    with api_of(hq) as asking:
        yield asking


@pytest.fixture
def twice(hq, station, elsewhere):
    use_twice(hq, station, elsewhere)
    return station, elsewhere


def only(answer):
    (one,) = answer.json()["items"]
    return one


def test_entries_come_newest_first_in_pages_and_by_filters(api, hq, station, elsewhere, clock) -> None:
    for n, each in enumerate((station, elsewhere, station)):
        clock.set_ms(NOW_MS + n)
        first = len(each.bodies) + 1
        each.order(f"o{n}")
        each.push(first)
    first = api.get("/v1/journal?limit=2").json()
    second = api.get(f"/v1/journal?limit=2&cursor={first['next']}").json()
    assert [each["received_ms"] - NOW_MS for each in first["items"] + second["items"]] == [2, 1, 0]
    assert second["next"] is None
    assert [each["store"] for each in api.get("/v1/journal?store=S2").json()["items"]] == ["S2"]
    assert len(api.get(f"/v1/journal?device={station.owner.device_id}").json()["items"]) == 2
    assert len(api.get(f"/v1/journal?since_ms={NOW_MS + 1}&until_ms={NOW_MS + 2}").json()["items"]) == 1
    assert api.get("/v1/journal?type=redeem").json()["items"] == []
    assert api.get("/v1/journal?verdict=quarantined").json()["items"] == []


def test_an_entry_says_what_it_moved_and_why(api, twice) -> None:
    """The trace is the engine's own: the rule for coffee gives, and the one for tea says what is missing."""
    station, _ = twice
    found = api.get(f"/v1/journal/{station.owner.device_id}-1-1").json()
    assert found["seen"]["type"] == "order"
    assert found["body"].encode() == station.bodies[0]
    assert found["said"]["data"]["order_id"] == "o1"
    assert found["hash"] == station.head(1).hash.hex()
    assert ("points", 6) in [(each["unit"], each["amount"]) for each in found["moved"]]
    by_rule = {each["rule"]: each for each in found["trace"]}
    assert (by_rule[VOUCHER_RULE]["is_approved"], by_rule[VOUCHER_RULE]["discount"]) == (True, 100)
    assert (by_rule[AUTOMATIC_RULE]["is_approved"], by_rule[AUTOMATIC_RULE]["reasons"]) == (
        False,
        [Reason.REQUIRED_ITEM_MISSING.code],
    )


def test_a_later_word_stands_beside_the_first(api, hq, station) -> None:
    station.append("later_kind", {"discount": 250, "currency": "USD"})
    station.push()
    case_id = only(api.get("/v1/exceptions"))["case_id"]
    place = f"/v1/journal/{station.owner.device_id}-1-1"
    assert [each["verdict"] for each in api.get(place).json()["words"]] == ["quarantined"]
    refused = api.post(f"/v1/exceptions/{case_id}/decide", {"decision": "post", "note": "try"})
    assert refused.status_code == 409
    assert api.get(f"/v1/exceptions/{case_id}").json()["state"] == "open"
    assert api.get("/v1/audit?action=exception.posted").json()["items"] == []


def test_what_was_quarantined_is_posted_once_hq_can(api, hq, station) -> None:
    station.order(program=LATER)
    station.push()
    case_id = only(api.get("/v1/exceptions?flag=UNKNOWN_PROGRAM"))["case_id"]
    publish_program(hq, program_body(version=9))
    done = api.post(f"/v1/exceptions/{case_id}/decide", {"decision": "post", "note": "known by now"})
    assert done.json()["verdict"] == "posted"
    words = api.get(f"/v1/journal/{station.owner.device_id}-1-1").json()["words"]
    assert [each["verdict"] for each in words] == ["quarantined", "posted"]
    assert only(api.get(f"/v1/journal?device={station.owner.device_id}"))["verdict"] == "posted"


def test_an_exception_has_an_owner_a_note_and_a_decision(api, hq, twice) -> None:
    found = only(api.get("/v1/exceptions?flag=COUPON_TWICE"))
    assert (found["store"], found["owner"], found["amount"], found["state"]) == ("S2", "S2", 100, "open")
    place = f"/v1/exceptions/{found['case_id']}"
    add_office_person(hq, SYSTEM, name="Sue", role=Role.SUPPORT)
    assert api.patch(place, {"assigned": "Sue", "note": "called the shop"}).json()["assigned"] == "Sue"
    assert only(api.get("/v1/exceptions?assigned=Sue"))["case_id"] == found["case_id"]
    assert api.patch(place, {"assigned": "Nobody"}).status_code == 409
    asked = api.post(f"{place}/decide", {"decision": "contact", "note": "wrote to the shop"}).json()
    assert (asked["state"], asked["decision"]) == ("open", "contacted")
    done = api.post(f"{place}/decide", {"decision": "accept", "note": "our loss"}).json()
    assert (done["state"], done["decision"]) == ("closed", "accepted")
    assert [each["what"] for each in done["events"]] == ["assigned", "noted", "contacted", "closed"]
    assert api.post(f"{place}/decide", {"decision": "accept", "note": "again"}).status_code == 409
    assert api.post(f"{place}/decide", {"decision": "contact", "note": "again"}).status_code == 409
    assert api.get("/v1/exceptions").json()["items"] == []
    rows = api.get(f"/v1/audit?about=exception:{found['case_id']}").json()["items"]
    assert [row["action"] for row in rows] == [
        "exception.decided",
        "exception.contacted",
        "exception.noted",
        "exception.assigned",
    ]


def test_points_are_taken_back_by_a_posting_of_their_own(api, hq, twice) -> None:
    before = balance(hq)
    place = f"/v1/exceptions/{only(api.get('/v1/exceptions'))['case_id']}/decide"
    assert api.post(place, {"decision": "reverse", "note": "twice"}).status_code == 409
    assert api.post(place, {"decision": "accept", "note": "twice", "points": 5}).status_code == 409
    assert api.post(place, {"decision": "reverse", "note": "twice", "points": 5}).json()["state"] == "closed"
    assert balance(hq) == before - 5
    sums = ledger_sums(hq.database)
    assert (sums.unbalanced, sums.balances) == (0, before - 5)


def test_a_rule_that_made_it_possible_is_stopped(api, hq, twice) -> None:
    place = f"/v1/exceptions/{only(api.get('/v1/exceptions'))['case_id']}/decide"
    wrong = api.post(place, {"decision": "rule", "note": "no more", "stop": "campaign:none"})
    assert wrong.status_code == 404
    done = api.post(place, {"decision": "rule", "note": "no more", "stop": "campaign:13"}).json()
    assert (done["state"], done["decision"]) == ("closed", "ruled")
    assert [each.period.what for each in list_stops(hq)] == ["campaign:13"]


def test_who_may_give_few_points_takes_back_few(hq, twice) -> None:
    with api_of(hq, ceilings=Ceilings(points=3)) as api:
        place = f"/v1/exceptions/{only(api.get('/v1/exceptions'))['case_id']}/decide"
        assert api.post(place, {"decision": "reverse", "note": "twice", "points": 5}).status_code == 403
        assert api.post(place, {"decision": "reverse", "note": "twice", "points": 3}).status_code == 200


@pytest.mark.parametrize(
    "decision", [{"decision": "reverse", "points": 1}, {"decision": "rule", "stop": "campaign:13"}]
)
def test_who_lacks_the_right_to_points_or_stops_has_it_nowhere(hq, twice, decision) -> None:
    with api_of(hq, Scope.JOURNAL_READ, Scope.EXCEPTIONS_DECIDE) as api:
        place = f"/v1/exceptions/{only(api.get('/v1/exceptions'))['case_id']}/decide"
        assert api.post(place, {**decision, "note": "mine"}).status_code == 403
        assert list_stops(hq) == []


def test_who_looks_after_one_store_sees_no_others_journal(hq, twice) -> None:
    station, elsewhere = twice
    with api_of(hq, ceilings=Ceilings(stores=frozenset({"S1"}))) as api:
        assert {each["store"] for each in api.get("/v1/journal").json()["items"]} == {"S1"}
        assert api.get(f"/v1/journal/{station.owner.device_id}-1-1").status_code == 200
        assert api.get(f"/v1/journal/{elsewhere.owner.device_id}-1-1").status_code == 404
        assert api.get("/v1/exceptions").json()["items"] == []
        case_id = list_cases(hq)[0].case_id
        assert api.get(f"/v1/exceptions/{case_id}").status_code == 404
        assert api.patch(f"/v1/exceptions/{case_id}", {"note": "mine"}).status_code == 404
        answer = api.post(f"/v1/exceptions/{case_id}/decide", {"decision": "accept", "note": "mine"})
        assert answer.status_code == 404


@pytest.mark.parametrize(
    "odd", ["%00", "D-1", "D-1-99999999999999999999", "D-4294967296-1", "x" * 3_000, "D-1-1"]
)
def test_places_that_are_none_are_not_there(api, odd) -> None:
    assert api.get(f"/v1/journal/{odd}").status_code == 404
    assert api.get(f"/v1/exceptions/{odd}").status_code == 404


def balance(hq):
    with hq.database.reading() as connection:
        return connection.execute(select(member.c.balance).where(member.c.ref == REF)).scalar_one()
