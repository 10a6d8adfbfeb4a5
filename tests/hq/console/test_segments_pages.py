"""Segments in the console: made by the rule builder without script, looked at, changed, filled by hand."""

import pytest

from hq.jobs.service import work
from hq.members.service import MemberFacts, upsert_members
from tests.hq.station import REF
from tests.hq.test_feed import REFS


@pytest.fixture
def people(hq):
    upsert_members(hq, [MemberFacts(REF, "Zen Q."), *map(MemberFacts, REFS[:2])])


def _fields(**said):
    return {"kind": "dynamic", "version": "", "name": "New here", "segment_id": "newcomers", **said}


def _leaf(**said):
    named = {
        "kind": "fact",
        "fact": "history.orders",
        "was": "history.orders",
        "op": "is",
        "value": "0",
        **said,
    }
    return {f"c:{name}": value for name, value in named.items()}


def _make(console, hq):
    console.get("/console/segments/new")
    made = console.send("/console/segments/new", **_fields(do="save"), **_leaf())
    work(hq)
    return made


def test_a_segment_is_made_by_the_builder_and_counted_while_it_is(console, hq, people) -> None:
    assert "There is no segment yet." in console.get("/console/segments").text
    assert "Say who belongs to it" not in console.get("/console/segments/new").text
    begun = console.send("/console/segments/new", **_fields(do="add:c:fact"))
    assert '<option value="history.days_since_order" selected>' in begun.text
    assert "order.total" not in begun.text
    shown = console.send("/console/segments/new", **_fields(do="show"), **_leaf())
    assert "3 of 3 members." in shown.text
    made = _make(console, hq)
    assert made.url.startswith(console.web.url + "/console/segments/newcomers")
    page = console.get("/console/segments/newcomers").text
    assert all(ref in page for ref in (REF, *REFS[:2]))
    assert "current" in page
    assert ">New here<" in console.get("/console/segments").text


def test_what_is_missing_is_said_and_what_was_typed_stays(console, people) -> None:
    console.get("/console/segments/new")
    empty = console.send("/console/segments/new", **_fields(do="save"))
    assert empty.status_code == 400
    assert "add a question" in empty.text
    wrong = console.send("/console/segments/new", **_fields(do="save", segment_id="no id"), **_leaf())
    assert wrong.status_code == 400
    assert 'value="no id"' in wrong.text
    blank = console.send("/console/segments/new", **_fields(do="save"), **_leaf(value=""))
    assert blank.status_code == 400


def test_a_condition_is_changed_as_a_form_or_as_json(console, hq, people) -> None:
    _make(console, hq)
    page = console.get("/console/segments/newcomers/edit").text
    assert 'name="c:value"' in page
    taken = console.send(
        "/console/segments/newcomers/edit",
        do="json", name="New here", version="1", json='{"fact": "history.orders", "op": "at_least", "value": 7}',
    )  # fmt: skip
    assert 'value="7"' in taken.text
    assert (
        "This is no JSON."
        in console.send("/console/segments/newcomers/edit", do="json", name="x", json="{").text
    )
    kept = console.send(
        "/console/segments/newcomers/edit",
        do="save",
        name="Regulars",
        version="1",
        **_leaf(op="at_least", value="7"),
    )
    assert "The segment is changed." in kept.text
    work(hq)
    assert "Nobody is in it." in console.get("/console/segments/newcomers").text
    late = console.send("/console/segments/newcomers/edit", do="save", name="Late", version="1", **_leaf())
    assert late.status_code == 412


def test_a_list_is_filled_by_hand_and_by_a_file(console, hq, people) -> None:
    console.get("/console/segments/new?kind=static")
    fields = {"kind": "static", "name": "Friends", "segment_id": "friends", "do": "save"}
    assert console.send("/console/segments/new", **fields).status_code == 200
    put = console.send("/console/segments/friends/members", do="add", members=f"{REF}, {REFS[0]}\nnobody")
    assert "2 members moved." in put.text
    assert "NOBODY" in put.text
    sent = console.web._session.post(
        console.web.url + "/console/segments/friends/members",
        data={"csrf": console._csrf, "do": "remove", "members": ""},
        files={"file": ("who.csv", f"\ufeffmember;name\r\n{REF};Zen\r\n".encode())},
        timeout=20,
    )
    assert "1 member moved." in sent.text
    rows = console.get("/console/segments/friends/members.csv").text
    assert REFS[0] in rows
    assert REF not in rows
    assert console.get("/console/segments.csv").status_code == 200
    assert console.send("/console/segments/friends/members", do="add", members=" ").status_code == 400


def test_a_segment_is_taken_away(console, hq, people) -> None:
    _make(console, hq)
    console.get("/console/segments/newcomers")
    assert "being taken off" in console.send("/console/segments/newcomers/delete").text
    work(hq)
    assert console.get("/console/segments/newcomers").status_code == 404


def test_the_search_finds_segments(console, hq, people) -> None:
    _make(console, hq)
    assert "/console/segments/newcomers" in console.get("/console/search?q=new").text


def test_a_refused_list_of_members_stays_where_it_was_typed(console, hq) -> None:
    console.get("/console/segments/new?kind=static")
    console.send("/console/segments/new", kind="static", name="Guests", segment_id="guests", do="save")
    many = ",".join(str(n) for n in range(10_001))
    page = console.send("/console/segments/guests/members", members=many, do="add")
    assert page.status_code >= 400 and f">{many}</textarea>" in page.text
