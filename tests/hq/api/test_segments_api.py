"""Segments by the API: made, counted, changed, given members, taken away."""

import pytest

from hq.access.scopes import Scope
from hq.jobs.service import work
from hq.members.service import MemberFacts, upsert_members
from tests.hq.asking_api import api_of
from tests.hq.station import REF
from tests.hq.test_feed import REFS

NEWCOMERS = {"fact": "history.orders", "op": "is", "value": 0}
NUMBER = "M123456789012"


@pytest.fixture
def api(hq):
    upsert_members(hq, [MemberFacts(REF, "Zen Q.", NUMBER, home_store="S1"), *map(MemberFacts, REFS[:3])])
    with api_of(hq) as asking:
        yield asking


def _made(api, segment_id="newcomers", **said):
    asked = {"segment_id": segment_id, "name": "New here", "kind": "dynamic", "condition": NEWCOMERS, **said}
    return api.post("/v1/segments", {key: value for key, value in asked.items() if value is not None})


def _refs(api, segment_id):
    return {each["ref"] for each in api.get(f"/v1/segments/{segment_id}/members").json()["items"]}


def test_a_dynamic_segment_is_worked_out_by_a_job_and_kept(api, hq, station) -> None:
    made = _made(api)
    assert made.status_code == 201
    assert (made.json()["members"], made.json()["is_current"]) == (0, False)
    work(hq)
    now = api.get("/v1/segments/newcomers").json()
    assert (now["members"], now["is_current"]) == (4, True)
    assert _refs(api, "newcomers") == {REF, *REFS[:3]}
    assert api.get("/v1/segments/newcomers/sizes").json()["items"] == [{"day": "2017-11-06", "members": 4}]
    assert (
        api.get(f"/v1/jobs/{api.post('/v1/segments/newcomers/refresh').json()['job_id']}").status_code == 200
    )


def test_a_condition_is_counted_before_it_is_kept(api) -> None:
    counted = api.post("/v1/segments/preview", {"condition": NEWCOMERS})
    assert counted.json() == {"members": 4, "of": 4, "is_estimate": False}
    assert api.get("/v1/segments").json()["items"] == []


@pytest.mark.parametrize(
    "condition",
    [
        {},
        {"fact": "order.total", "op": "at_least", "value": 1},
        {"fact": "member.segments", "op": "contains", "value": "vip"},
        {"fact": "history.orders", "op": "at_least", "value": 1 << 60},
        {"fact": "history.orders", "op": "at_least", "value": "1"},
        {"fact": "history.amount_of", "op": "at_least", "value": 1, "products": "none"},
        {"fact": "member.tier", "op": "is", "value": "go\x00ld"},
        {"fact": "member.attribute", "op": "is", "value": "a", "name": "n" * 301},
        {"all": [{"fact": "history.orders", "op": "is", "value": 1}] * 61},
        {"fact": "history.days_since_order", "op": "every", "value": 2},
    ],
)
def test_what_is_no_condition_about_members_is_refused_with_a_sentence(api, condition) -> None:
    for answer in (
        api.post("/v1/segments/preview", {"condition": condition}),
        _made(api, condition=condition),
    ):
        assert answer.status_code == 409
        assert answer.json()["detail"].endswith(".")


def test_half_a_letter_is_refused_like_any_other_condition(api) -> None:
    body = b'{"condition": {"fact": "member.tier", "op": "is", "value": "\\ud800"}}'
    headers = {"Authorization": f"Bearer {api.text}", "Content-Type": "application/json"}
    assert api.web.ask("POST", "/v1/segments/preview", content=body, headers=headers).status_code in (
        400,
        409,
    )


def test_a_list_holds_whom_people_name_by_reference_or_number(api) -> None:
    _made(api, "friends", kind="static", condition=None)
    put = api.post(
        "/v1/segments/friends/members", {"members": [NUMBER.lower(), REFS[0], REFS[0], "nobody", "\u0103b"]}
    )
    assert put.json() == {"moved": 2, "unknown": ["NOBODY", "\u0102B"]}
    assert _refs(api, "friends") == {REF, REFS[0]}
    taken = api.post("/v1/segments/friends/members/remove", {"members": [REF, REFS[1]]})
    assert taken.json() == {"moved": 1, "unknown": []}
    assert _refs(api, "friends") == {REFS[0]}
    assert api.get("/v1/segments/friends").json()["members"] == 1


def test_lists_and_conditions_are_not_mixed_up(api) -> None:
    assert _made(api, kind="static").status_code == 409
    assert _made(api, condition=None).status_code == 409
    assert _made(api).status_code == 201
    assert _made(api).status_code == 409
    assert api.post("/v1/segments/newcomers/members", {"members": [REF]}).status_code == 409
    _made(api, "friends", kind="static", condition=None)
    assert api.patch("/v1/segments/friends", {"condition": NEWCOMERS}).status_code == 409
    assert api.post("/v1/segments/friends/refresh").status_code == 409


def test_another_condition_is_worked_out_at_once(api, hq) -> None:
    _made(api)
    work(hq)
    other = {"fact": "history.orders", "op": "is", "value": 1}
    assert (
        api.patch("/v1/segments/newcomers", {"name": "Buyers", "condition": other}).json()["name"] == "Buyers"
    )
    work(hq)
    assert api.get("/v1/segments/newcomers").json()["members"] == 0


def test_nobody_changes_what_somebody_else_has_changed(api) -> None:
    tag = _made(api).headers["ETag"]
    assert api.patch("/v1/segments/newcomers", {"name": "Other"}, If_Match=tag).status_code == 200
    assert api.patch("/v1/segments/newcomers", {"name": "Third"}, If_Match=tag).status_code == 412
    assert api.delete("/v1/segments/newcomers", If_Match=tag).status_code == 412


def test_a_segment_goes_by_a_job_and_leaves_nothing(api, hq) -> None:
    _made(api)
    work(hq)
    assert api.delete("/v1/segments/newcomers").status_code == 202
    assert api.patch("/v1/segments/newcomers", {"name": "Other"}).status_code == 409
    work(hq)
    assert api.get("/v1/segments/newcomers").status_code == 404
    assert _made(api).status_code == 201


def test_the_list_comes_in_pages_and_by_kind(api) -> None:
    for place in range(3):
        _made(api, f"s{place}", kind="static", condition=None)
    _made(api)
    first = api.get("/v1/segments?limit=2").json()
    assert [each["segment_id"] for each in first["items"]] == ["newcomers", "s0"]
    second = api.get(f"/v1/segments?limit=2&cursor={first['next']}").json()
    assert [each["segment_id"] for each in second["items"]] == ["s1", "s2"]
    assert [each["segment_id"] for each in api.get("/v1/segments?kind=dynamic").json()["items"]] == [
        "newcomers"
    ]


def test_what_is_not_there_is_404_whatever_it_is_called(api) -> None:
    for name in ("none", "%00", "a%00b", "x" * 5_000, "%F0%9F%8E%81", "%ED%A0%80"):
        assert api.get(f"/v1/segments/{name}").status_code == 404
        assert api.get(f"/v1/segments/{name}/members").status_code == 404


def test_who_may_only_read_changes_nothing(hq) -> None:
    with api_of(hq, Scope.SEGMENTS_READ) as api:
        assert api.get("/v1/segments").status_code == 200
        assert _made(api).status_code == 403
        assert api.get("/v1/segments/none/members").status_code == 403


def test_every_change_stands_in_the_audit(api, hq) -> None:
    _made(api)
    api.patch("/v1/segments/newcomers", {"name": "Other"})
    api.delete("/v1/segments/newcomers")
    found = [each["action"] for each in api.get("/v1/audit?about=segment:newcomers").json()["items"]]
    assert found == ["segment.deleted", "segment.changed", "segment.created"]
