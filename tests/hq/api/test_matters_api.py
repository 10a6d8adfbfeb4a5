"""What members came with, by the API: opened, looked after, closed; who sees it; and that it goes with its member."""

from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Barrier

import pytest
from sqlalchemy import func, insert, select

from hq.access.actor import SYSTEM, Ceilings, of_person
from hq.access.api_keys import create_key
from hq.access.scopes import Role, Scope
from hq.faults import ChangedMeanwhile
from hq.journal.reversal_tables import reversal_fact
from hq.members.erasing import erase_member
from hq.members.matter_lists import count_waiting
from hq.members.matters import Changes, change_matter
from hq.members.merging import merge_members
from hq.members.service import MemberFacts, upsert_members
from hq.members.tables import matter, matter_event
from hq.orders.one import newest_order
from hq.staff.office import add_office_person
from hq.tables import order_fact
from tests.hq.asking_api import Api, api_of
from tests.hq.station import NOW_MS, REF

OTHER, THIRD = "0000000000002", "0000000000003"
DAY_MS, NUMBERS = 86_400_000, count(1)
ASKED = {"kind": "complaint", "channel": "phone", "text": "The tea was cold.\nTwice."}
PEOPLE = (
    ("Sam Reed", Role.SUPPORT, Ceilings()),
    ("Second Street", Role.ADMIN, Ceilings(stores=frozenset({"S2"}))),
    ("Ines Roth", Role.AUDITOR, Ceilings()),
)


@pytest.fixture
def api(hq):
    ada, cy = MemberFacts(REF, "Ada L.", home_store="S1"), MemberFacts(THIRD, "Cy", home_store="S2")
    upsert_members(hq, [ada, MemberFacts(OTHER, "Ben"), cy])
    for name, role, ceilings in PEOPLE:
        add_office_person(hq, SYSTEM, name=name, role=role, ceilings=ceilings)
    with api_of(hq) as asking:
        yield asking


def bought(hq, ref, value, *, days_ago=1, came_back=0):
    """Have a member have bought for so much, and brought some of it back."""
    at_ms, seq = NOW_MS - days_ago * DAY_MS, next(NUMBERS)
    place = {"device": "D1", "epoch": 1, "seq": seq, "order_id": f"o{seq}", "store": "S1", "member": ref}
    order = {"t_eff": at_ms, "link": "online", "lines": 1, "gross": value, "discount": 0, "points": 0}
    back = dict.fromkeys(("at_till", "approver", "reason"), "") | dict.fromkeys(
        ("value", "points", "points_back"), 0
    )
    back |= {
        "reversal_id": f"r{seq}",
        "order_entry": "e",
        "kind": "return",
        "currency": "USD",
        "goods": came_back,
    }
    with hq.database.atomic() as connection:
        connection.execute(insert(order_fact), place | order)
        connection.execute(insert(reversal_fact), place | back | {"t_eff": at_ms})


def opened(api, ref=REF, **said):
    answer = api.post(f"/v1/members/{ref}/matters", ASKED | said)
    assert answer.status_code == 201, answer.text
    return answer.json()


def listed(api, query=""):
    answer = api.get(f"/v1/matters{query}")
    assert answer.status_code == 200, answer.text
    return [each["matter_id"] for each in answer.json()["items"]]


def seeing(hq, api, *stores):
    ceilings = Ceilings(stores=frozenset(stores))
    return Api(api.web, create_key(hq, SYSTEM, name="some", scopes=tuple(Scope), ceilings=ceilings)[1])


def test_a_matter_goes_from_hand_to_hand_and_every_step_stands(hq, api, clock) -> None:
    made = opened(api, owner="Sam Reed")
    assert (made["matter_id"], made["state"], made["version"]) == ("M-1", "open", 1)
    place = "/v1/matters/M-1"
    clock.set_ms(NOW_MS + 1_000)
    waiting = api.patch(place, {"state": "waiting", "note": "She calls back."}).json()
    assert (waiting["state"], waiting["changed_ms"], waiting["opened_ms"]) == (
        "waiting",
        NOW_MS + 1_000,
        NOW_MS,
    )
    assert api.patch(place, {"state": "closed"}).status_code == 409
    assert api.patch(place, {"outcome": "solved"}).status_code == 409
    closed = api.patch(place, {"state": "closed", "outcome": "made_good", "owner": ""}).json()
    assert (closed["state"], closed["outcome"], closed["owner"]) == ("closed", "made_good", "")
    for refused in ({"owner": "Sam Reed"}, {"note": "x"}, {"outcome": "solved"}):
        assert api.patch(place, refused).status_code == 409
    assert api.patch(place, {"state": "open"}).json()["outcome"] == ""
    steps = api.get(place).json()["events"]
    assert [each["note"] for each in steps] == ["She calls back.", "", ""]
    assert {each["who"] for each in steps} == {made["opened_by"]}
    assert [
        {each["what"]: (each["before"], each["after"]) for each in step["changes"]} for step in steps
    ] == [
        {"state": ("open", "waiting")},
        {"state": ("waiting", "closed"), "outcome": ("", "made_good"), "owner": ("Sam Reed", "")},
        {"state": ("closed", "open"), "outcome": ("made_good", "")},
    ]
    rows = api.get("/v1/audit?about=matter:M-1").json()["items"]
    assert [each["action"] for each in rows] == ["matter.changed"] * 3 + ["matter.opened"]
    assert (rows[2]["before"], rows[2]["after"]) == ('{"state":"open"}', '{"noted":true,"state":"waiting"}')
    assert not any("tea" in str(each) or "calls" in str(each) for each in rows)


def test_nobody_overwrites_what_they_have_not_seen(api) -> None:
    opened(api)
    first = api.patch("/v1/matters/M-1", {"state": "waiting"}, If_Match='"1"')
    assert (first.status_code, first.headers["ETag"]) == (200, '"2"')
    assert api.patch("/v1/matters/M-1", {"state": "open"}, If_Match='"1"').status_code == 412
    same = api.patch("/v1/matters/M-1", {"state": "waiting", "owner": ""}, If_Match='"2"').json()
    assert (same["state"], same["version"], len(same["events"])) == ("waiting", 2, 1)


def test_of_some_who_change_it_at_once_one_did(hq, api) -> None:
    opened(api)
    together = Barrier(4)

    def change(n):
        together.wait()
        try:
            return change_matter(hq, SYSTEM, "M-1", Changes(note=f"by {n}"), version=1).events[0].note
        except ChangedMeanwhile:
            return ""

    with ThreadPoolExecutor(4) as pool:
        notes = list(pool.map(change, range(4)))
    assert sorted(notes)[:3] == ["", "", ""] and sorted(notes)[3].startswith("by ")
    assert [each["note"] for each in api.get("/v1/matters/M-1").json()["events"]] == [max(notes)]


def test_a_request_that_comes_twice_opens_one(api) -> None:
    answers = [api.post(f"/v1/members/{REF}/matters", ASKED, Idempotency_Key="k1") for _ in range(2)]
    assert [each.json()["matter_id"] for each in answers] == ["M-1", "M-1"]
    assert listed(api) == ["M-1"]


def test_only_who_can_act_looks_after_a_matter(api) -> None:
    for owner in ("Nobody At All", "Ines Roth", "Second Street"):
        assert api.post(f"/v1/members/{REF}/matters", ASKED | {"owner": owner}).status_code == 409, owner
    opened(api, THIRD, owner="Second Street")
    opened(api)
    assert api.patch("/v1/matters/M-2", {"owner": "Ines Roth"}).status_code == 409
    assert api.patch("/v1/matters/M-2", {"owner": "Sam Reed"}).json()["owner"] == "Sam Reed"


def test_whose_matter_it_was_that_left_is_nobodys(api) -> None:
    opened(api, owner="Sam Reed")
    opened(api, owner="admin")
    opened(api)
    assert listed(api, "?whose=nobody") == ["M-3"]
    assert listed(api, "?owner=Sam+Reed") == ["M-1"]
    api.patch("/v1/staff/Sam%20Reed", {"role": "auditor"})
    assert listed(api, "?whose=nobody") == ["M-1", "M-3"]
    api.patch("/v1/staff/Sam%20Reed", {"role": "support"})
    assert listed(api, "?whose=nobody") == ["M-3"]
    assert api.post("/v1/staff/Sam%20Reed/remove", {"reason": "Left."}).status_code == 204
    assert listed(api, "?whose=nobody") == ["M-1", "M-3"]
    assert api.patch("/v1/matters/M-3", {"owner": "Sam Reed"}).status_code == 409


def test_whose_stores_do_not_hold_the_member_any_more_looks_after_nothing(hq, api) -> None:
    opened(api, THIRD, owner="Second Street")
    opened(api, owner="Sam Reed")
    assert (listed(api, "?whose=nobody"), count_waiting(hq, SYSTEM).nobodys) == ([], 0)
    api.patch("/v1/staff/Second%20Street", {"ceilings": {"stores": ["S1"]}})
    assert (listed(api, "?whose=nobody"), count_waiting(hq, SYSTEM).nobodys) == (["M-1"], 1)


def test_whom_it_matters_most_comes_first_and_then_who_waited_longest(hq, api, clock) -> None:
    bought(hq, OTHER, 9_000)
    bought(hq, OTHER, 5_000, days_ago=366)
    bought(hq, REF, 10_000, came_back=10_000)
    bought(hq, THIRD, 9_501, came_back=500)
    for n, ref in enumerate((REF, OTHER, THIRD, REF, OTHER)):
        clock.set_ms(NOW_MS + n)
        made = opened(api, ref)
    assert made["value"] == 9_000
    assert listed(api) == ["M-3", "M-2", "M-5", "M-1", "M-4"]
    found, cursor = [], ""
    while cursor is not None:
        page = api.get(f"/v1/matters?limit=2{cursor and f'&cursor={cursor}'}").json()
        found, cursor = found + [each["matter_id"] for each in page["items"]], page["next"]
    assert found == listed(api)
    api.patch("/v1/matters/M-3", {"state": "closed", "outcome": "solved"})
    api.patch("/v1/matters/M-2", {"state": "waiting"})
    assert listed(api) == ["M-2", "M-5", "M-1", "M-4"]
    assert [listed(api, f"?state={each}") for each in ("open", "waiting", "closed", "all")] == [
        ["M-5", "M-1", "M-4"], ["M-2"], ["M-3"], ["M-5", "M-4", "M-3", "M-2", "M-1"],
    ]  # fmt: skip
    theirs = api.get(f"/v1/members/{OTHER}/matters").json()["items"]
    assert (
        [each["matter_id"] for each in theirs] == ["M-5", "M-2"] == listed(api, f"?member={OTHER}&state=all")
    )


def test_who_sees_some_stores_sees_their_members_matters_alone(hq, api) -> None:
    opened(api)
    opened(api, THIRD)
    second = seeing(hq, api, "S2")
    assert (listed(second), listed(api, "?store=S1"), listed(second, "?store=S1")) == (["M-2"], ["M-1"], [])
    first = of_person("first", Role.ADMIN, Ceilings(stores=frozenset({"S1"})))
    assert (count_waiting(hq, first).nobodys, count_waiting(hq, SYSTEM).nobodys) == (1, 2)
    refused = [
        second.get("/v1/matters/M-1"),
        second.patch("/v1/matters/M-1", {"state": "waiting"}),
        second.post(f"/v1/members/{REF}/matters", ASKED),
        second.get(f"/v1/members/{REF}/matters"),
        second.get(f"/v1/matters?member={REF}"),
        *(second.get(f"/v1/matters/{each}") for each in ("M-0", "M-99", "M-" + "9" * 30, "1")),
    ]
    assert {each.status_code for each in refused} == {404}
    assert api.get("/v1/matters/M-1").json()["version"] == 1


def test_a_matter_is_about_an_order_of_the_members_own(hq, api, station) -> None:
    station.order("o1")
    station.push()
    entry = newest_order(hq)
    assert opened(api, order=entry)["order"] == entry
    assert api.post(f"/v1/members/{OTHER}/matters", ASKED | {"order": entry}).status_code == 409
    assert api.patch("/v1/matters/M-1", {"order": "f" * 32}).status_code == 409
    assert api.patch("/v1/matters/M-1", {"order": ""}).json()["order"] == ""


def test_it_goes_with_the_member_wherever_they_go(hq, api) -> None:
    opened(api)
    api.patch("/v1/matters/M-1", {"note": "She calls back."})
    merge_members(hq, REF, OTHER, who="ann")
    exported = api.get(f"/v1/members/{OTHER}/export").json()["export"]
    assert (exported["matters"][0]["body"], exported["matter_events"][0]["note"]) == (
        ASKED["text"],
        "She calls back.",
    )
    assert api.get("/v1/matters/M-1").json()["member"] == OTHER
    timeline = api.get(f"/v1/members/{REF}/timeline").json()["items"]
    assert ASKED["text"] in {each["said"] for each in timeline if each["kind"] == "matter"}
    erase_member(hq, OTHER)
    assert api.get("/v1/matters/M-1").status_code == 404
    with hq.database.reading() as connection:
        for table in (matter, matter_event):
            assert connection.execute(select(func.count()).select_from(table)).scalar_one() == 0, table.name
