"""The journal and the inbox of exceptions in the console."""

import pytest

from hq.journal.desk import list_cases
from hq.journal.device_cases import Trouble
from hq.journal.exception_pages import FLAGS, VERDICTS
from sync.protocol import Flag, Verdict
from tests.hq.station import NOW_MS, REF
from tests.hq.twice import use_twice

DAY_MS = 86_400_000
STATES = "", "open", "closed", "all"


@pytest.fixture
def twice(hq, station, elsewhere):
    use_twice(hq, station, elsewhere)
    return list_cases(hq)[0].case_id


def test_every_word_that_hq_says_has_words_for_people() -> None:
    assert set(FLAGS) == {*Flag, *Trouble}
    assert set(VERDICTS) == set(Verdict)


def test_an_entry_is_shown_with_body_books_and_reasons(console, station, twice) -> None:
    assert f"/console/journal/{station.owner.device_id}-1-1" in console.get("/console/journal").text
    page = console.get(f"/console/journal/{station.owner.device_id}-1-1").text
    assert "&#34;order_id&#34;: &#34;o1&#34;" in page
    assert "required_item_missing" in page
    assert f"member:{REF}" in page
    assert console.get("/console/journal/D-1-1").status_code == 404


def test_a_day_without_entries_says_so(console, twice) -> None:
    assert "No entry fits." in console.get("/console/journal?day=2016-02-29").text
    assert "o1" not in console.get("/console/journal?day=nonsense").text
    for query in ("day=9999-12-31", "store=%00", "device=" + "x" * 3_000):
        assert console.get(f"/console/journal?{query}").status_code == 200


def test_the_inbox_is_worked_through(console, twice, clock, password) -> None:
    clock.set_ms(NOW_MS + 4 * DAY_MS)
    console.sign_in("admin", password)
    listed = console.get("/console/exceptions").text
    assert "A voucher used too often" in listed
    assert "4 days" in listed
    place = f"/console/exceptions/{twice}"
    console.get(place)
    assert "Nothing yet." not in console.send(f"{place}/assign", assigned="admin").text
    assert "called the shop" in console.send(f"{place}/note", note="called the shop").text
    page = console.send(f"{place}/decide", decision="accept", note="")
    assert page.status_code == 400
    assert 'value="accept" checked' in page.text
    page = console.send(f"{place}/decide", decision="accept", note="our loss")
    assert "Loss accepted" in page.text
    assert "Nothing waits for a look." in console.get("/console/exceptions").text
    assert twice in console.get("/console/exceptions?state=closed").text


def test_points_typed_wrongly_move_nothing(console, hq, twice) -> None:
    place = f"/console/exceptions/{twice}"
    console.get(place)
    for points in ("-5", "5.0", "٣", "9" * 30, "", "0"):
        answer = console.send(f"{place}/decide", decision="reverse", note="twice", points=points)
        assert answer.status_code in (400, 409), points
    assert [case.state for case in list_cases(hq)] == ["open"]
    assert (
        "Points taken back"
        in console.send(f"{place}/decide", decision="reverse", note="twice", points="5").text
    )


def test_old_exceptions_are_behind_the_bell(console, twice, clock, password) -> None:
    assert "Exceptions that wait for somebody" in console.get("/console/alerts").text
    clock.set_ms(NOW_MS + 4 * DAY_MS)
    console.sign_in("admin", password)
    assert "more than three days" in console.get("/console/alerts").text


def test_lists_are_files_too(console, twice) -> None:
    assert twice in console.get("/console/exceptions/list.csv").text
    assert console.get("/console/journal/list.csv").text.count("\r\n") == 5


def test_a_redemption_and_a_case_are_found(console, hq, station, twice) -> None:
    assert console.get(f"/console/search?q={twice.lower()}").url.endswith(f"/console/exceptions/{twice}")
    entry_id = console.get("/console/journal/list.csv").text.splitlines()[1].split(",")[6]
    assert "/console/journal/D" in console.get(f"/console/search?q={entry_id}").url


def test_a_refused_note_stays_in_its_own_field(console, twice) -> None:
    place = f"/console/exceptions/{twice}"
    console.get(place)
    long = "x" * 301
    page = console.send(f"{place}/note", note=long)
    assert page.status_code == 400 and page.text.count(f'value="{long}"') == 1
    noted = page.text[page.text.index(f'action="{place}/note"') :].partition("</form>")[0]
    assert long in noted


def test_open_exceptions_are_those_that_are_open(console, twice) -> None:
    console.get(f"/console/exceptions/{twice}")
    assert (
        console.send(f"/console/exceptions/{twice}/decide", decision="accept", note="Let be").status_code
        == 200
    )
    shown = {state: twice in console.get(f"/console/exceptions?state={state}").text for state in STATES}
    assert shown == {"": False, "open": False, "closed": True, "all": True}


def test_entries_are_chosen_by_the_words_of_their_kinds(console, station, twice) -> None:
    page = console.get("/console/journal?type=order").text
    assert '<option value="order" selected>Order</option>' in page and "-1-1" in page
    assert "No entry fits." in console.get("/console/journal?type=void").text
