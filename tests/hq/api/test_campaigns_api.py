"""Campaigns by the API: drafts, versions, scenarios, approval, publishing, pause and kill, each over a real port."""

import pytest

from hq.access.actor import Ceilings
from hq.access.scopes import SCOPES_OF, Role, Scope
from hq.campaigns.publishing import publish_due
from hq.members.service import MemberFacts, upsert_members
from tests.hq.asking_api import Api, api_of
from tests.hq.campaigns_of import scenario, spring
from tests.hq.station import REF, VOUCHER_RULE

CAMPAIGNS = "/v1/campaigns"


@pytest.fixture
def api(hq):
    with api_of(hq) as asking:
        yield asking


def other_key(api, *, ceilings=None, scopes=("campaigns:read", "campaigns:write", "campaigns:publish")):
    asked = {"name": "other", "scopes": list(scopes), "ceilings": ceilings}
    return Api(api.web, api.post("/v1/keys", asked).json()["text"])


def draft(api, name="Spring", body=None, said=None):
    made = api.post(CAMPAIGNS, {"name": name, "body": body or spring()})
    assert made.status_code == 201, made.text
    place = f"{CAMPAIGNS}/{made.json()['campaign_id']}"
    if said is not False:
        added = api.post(f"{place}/scenarios", {"name": "ten", "body": said or scenario()})
        assert added.status_code == 201, added.text
    return place


def publish(api, place, **asked):
    return api.post(f"{place}/publish", asked)


def test_a_published_program_shows_its_campaigns(api) -> None:
    found = api.get(CAMPAIGNS).json()["items"]
    assert {each["campaign_id"]: (each["state"], each["has_changes"]) for each in found} == {
        "13": ("live", False),
        "7": ("live", False),
    }


def test_a_draft_is_published_with_its_scenario_and_reaches_the_program(api) -> None:
    place = draft(api)
    assert publish(api, place).json()["state"] == "live"
    newest = api.get("/v1/program/versions").json()["items"][0]["version"]
    program = api.get(f"/v1/program/versions/{newest}").json()["program"]
    assert [each["id"] for each in program["campaigns"]] == ["13", "7", "spring"]
    assert program["version"] == 2


def test_without_a_scenario_that_passes_nothing_is_published(api) -> None:
    bare = draft(api, said=False)
    assert publish(api, bare).status_code == 409
    api.post(f"{bare}/scenarios", {"name": "wrong", "body": scenario("2.00")})
    answer = publish(api, bare)
    assert answer.status_code == 409
    assert "expected 2.00" in answer.json()["detail"]
    ran = api.post(f"{bare}/run").json()["items"]
    assert [each["passed"] for each in ran] == [False]


def test_a_change_made_on_an_older_state_is_refused(api) -> None:
    place = draft(api)
    first = api.get(place)
    assert api.patch(place, {"name": "Spring!"}, If_Match=first.headers["ETag"]).status_code == 200
    assert api.patch(place, {"name": "Spring?"}, If_Match=first.headers["ETag"]).status_code == 412
    assert api.get(place).json()["body"]["name"] == "Spring!"


def test_versions_and_what_differs_between_them(api) -> None:
    place = draft(api)
    publish(api, place, note="first")
    api.patch(place, {"body": spring(2_000)})
    live = api.get(place).json()
    assert (live["state"], live["has_changes"]) == ("live", True)
    found = api.get(f"{place}/diff").json()["items"]
    assert [(each["path"], each["before"], each["after"]) for each in found] == [
        ("rules[spring-1].effect.basis_points", 1_500, 2_000)
    ]
    tried = api.get(f"{place}/scenarios").json()["items"][0]["scenario_id"]
    api.patch(f"{place}/scenarios/{tried}", {"body": scenario("2.00")})
    assert publish(api, place).status_code == 200
    assert [each["n"] for each in api.get(f"{place}/versions").json()["items"]] == [2, 1]
    assert len(api.get(f"{place}/diff?older=1&newer=2").json()["items"]) == 1
    assert api.get(f"{place}/diff").json()["items"] == []


def test_a_clone_has_rules_and_scenarios_of_its_own(api) -> None:
    place = draft(api)
    publish(api, place)
    made = api.post(f"{place}/clone", {}).json()
    clone = f"{CAMPAIGNS}/{made['campaign_id']}"
    assert made["cloned_from"] == "spring"
    assert made["body"]["rules"][0]["id"] == f"{made['campaign_id']}-1"
    answer = api.post(f"{clone}/run").json()["items"]
    assert len(answer) == 1  # both campaigns apply now, so it is another figure
    assert f"{made['campaign_id']}-1" in answer[0]["got"]["offers"]


def test_a_draft_can_be_thrown_away_and_a_published_one_not(api) -> None:
    place = draft(api)
    assert api.delete(place).status_code == 204
    assert api.get(place).status_code == 404
    assert api.delete(f"{CAMPAIGNS}/7").status_code == 409


def test_above_the_ceiling_somebody_else_approves(hq, api) -> None:
    junior = other_key(api, ceilings={"percent": 2_000})
    boss_place = draft(junior, body=spring(5_000), said=scenario("5.00"))
    refused = publish(junior, boss_place)
    assert (refused.status_code, refused.json()["type"]) == (403, "urn:tillside:problem:over_ceiling")
    assert junior.post(f"{boss_place}/submit", {"note": "please"}).json()["approval"] == "waiting"
    assert junior.post(f"{boss_place}/approve").status_code == 403
    with api_of(hq, Scope.CAMPAIGNS_PUBLISH, ceilings=Ceilings(percent=3_000)) as low:
        assert low.post(f"{boss_place}/approve").status_code == 403
    with api_of(hq, Scope.CAMPAIGNS_PUBLISH) as boss:
        assert boss.post(f"{boss_place}/approve").json()["approval"] == "approved"
    assert publish(junior, boss_place).status_code == 200


def test_what_cashiers_are_told_is_a_part_of_the_draft(hq, api) -> None:
    junior = other_key(api, ceilings={"percent": 2_000})
    place = draft(junior, body=spring(5_000), said=scenario("5.00"))
    told = junior.patch(
        place, {"briefing": {"en": " Say\tit.\r\n\r\nSoon. ", "ko": "말하세요.", "tr": " \n"}}
    ).json()
    assert told["body"]["briefing"] == told["briefing"] == {"en": "Say it.\n\nSoon.", "ko": "말하세요."}
    refused = junior.patch(place, {"briefing": {"en": "x" * 1_001}})
    assert refused.status_code in (400, 409, 422) and junior.get(place).json()["briefing"] == told["briefing"]
    junior.post(f"{place}/submit")
    with api_of(hq, Scope.CAMPAIGNS_PUBLISH) as boss:
        boss.post(f"{place}/approve")
    assert junior.patch(place, {"briefing": told["briefing"]}).json()["approval"] == "approved", "the same"
    assert junior.patch(place, {"briefing": {"en": "Sooner."}}).json()["approval"] == ""
    assert publish(junior, place).status_code == 403
    assert publish(api, place).status_code == 200
    assert api.get(f"{place}/versions").json()["items"][0]["body"]["briefing"] == {"en": "Sooner."}
    (changed,) = [junior.patch(place, {"briefing": {}}), junior.get(f"{place}/diff")][1].json()["items"]
    assert (changed["path"], changed["kind"]) == ("briefing", "removed")
    clone = api.post(f"{place}/clone", {"name": "Again"}).json()
    assert clone["briefing"] == {}
    body = junior.get(place).json()["body"] | {"briefing": {"ru": "\x01"}}
    junior.patch(place, {"body": body})
    assert "briefing.ru" in api.get(f"{place}/check").json()["problem"]


def test_a_draft_that_changed_after_its_approval_needs_another(hq, api) -> None:
    junior = other_key(api, ceilings={"percent": 2_000})
    place = draft(junior, body=spring(5_000), said=scenario("5.00"))
    junior.post(f"{place}/submit")
    with api_of(hq, Scope.CAMPAIGNS_PUBLISH) as boss:
        boss.post(f"{place}/approve")
    junior.patch(place, {"body": spring(6_000)})
    assert junior.get(place).json()["approval"] == ""
    tried = junior.get(f"{place}/scenarios").json()["items"][0]["scenario_id"]
    junior.patch(f"{place}/scenarios/{tried}", {"body": scenario("6.00")})
    assert publish(junior, place).status_code == 403


def test_pause_and_resume_and_who_has_heard(hq, station, api) -> None:
    place = draft(api)
    publish(api, place)
    assert api.post(f"{place}/pause", {"note": "too good"}).json()["state"] == "paused"
    heard = api.get(f"{place}/heard").json()
    assert (heard["news"], heard["devices"], heard["heard"]) == ("stopped", 1, 0)
    assert heard["missing"][0]["device_id"] == station.owner.device_id
    assert api.post(f"{place}/resume").json()["state"] == "live"


def test_what_was_killed_comes_back_under_other_rules_only(api) -> None:
    place = draft(api)
    publish(api, place)
    assert api.post(f"{place}/kill", {"note": "wrong"}).json()["state"] == "killed"
    assert api.post(f"{place}/resume").status_code == 409
    assert api.post("/v1/stops/lift", {"what": "campaign:spring"}).status_code == 409
    api.patch(place, {"body": spring(1_000)})
    tried = api.get(f"{place}/scenarios").json()["items"][0]["scenario_id"]
    api.patch(f"{place}/scenarios/{tried}", {"body": scenario("1.00")})
    assert publish(api, place).json()["state"] == "killed"
    assert api.post(f"{place}/resume").json()["state"] == "live"
    stopped = {each["what"]: each["before_program"] for each in api.get("/v1/stops").json()["items"]}
    assert stopped == {"campaign:spring": 3}


def test_a_draft_published_at_a_moment(hq, api, clock) -> None:
    place = draft(api)
    at_ms = clock.now_ms() + 3_600_000
    assert api.post(f"{place}/schedule", {"at_ms": at_ms}).json()["state"] == "scheduled"
    assert publish_due(hq) == 0
    clock.set_ms(at_ms)
    assert publish_due(hq) == 1
    found = api.get(place).json()
    assert (found["state"], found["publish_at_ms"]) == ("live", None)


def test_the_earning_rule_is_a_part_of_the_program(api) -> None:
    part = api.get("/v1/program/parts/earning").json()
    assert (part["has_changes"], part["published"][0]["id"]) == (False, "base")
    fixed = [{"id": "fixed", "of": "order", "points_milli": 50_000, "mode": "full_unit"}]
    assert api.put("/v1/program/parts/earning", {"body": fixed}).json()["has_changes"] is True
    assert api.get("/v1/program/check").json()["is_ready"] is True
    assert api.post("/v1/program/publish", {"parts": ["earning"]}).json()["version"] == 2
    again = api.get("/v1/program/parts/earning").json()
    assert (again["has_changes"], again["published"]) == (False, fixed)


def test_what_a_draft_would_have_given_on_past_orders(station, api) -> None:
    for n in range(3):
        station.order(f"o{n}", amounts=(("COFFEE", 1_000),))
    station.push()
    place = draft(api)
    found = api.post(f"{place}/whatif", {"days": 28}).json()
    assert (found["orders"], found["skipped"], found["is_cut"]) == (3, 0, False)
    spring_row = next(each for each in found["campaigns"] if each["campaign_id"] == "spring")
    assert (spring_row["would"]["times"], spring_row["would"]["discount"]) == (3, 450)
    assert (found["before"]["discount"], found["after"]["discount"]) == (0, 450)
    cut = api.post(f"{place}/whatif", {"orders": 2}).json()
    assert (cut["orders"], cut["is_cut"]) == (2, True)


def test_t43_who_may_do_what(hq, api) -> None:
    """T43: support makes no campaign and gives an apology coupon; a junior publishes no 50 % and reads reports."""
    upsert_members(hq, [MemberFacts(REF, "Ann", home_store="S1")])
    support = other_key(api, scopes=sorted(SCOPES_OF[Role.SUPPORT]))
    assert support.post(CAMPAIGNS, {"name": "Mine", "body": spring()}).status_code == 403
    sorry = {"rule": VOUCHER_RULE, "reason": "the coffee was cold"}
    assert support.post(f"/v1/members/{REF}/vouchers", sorry).status_code == 201
    junior = other_key(api, scopes=sorted(SCOPES_OF[Role.JUNIOR]), ceilings={"percent": 2_000})
    everything = spring(5_000)
    del everything["rules"][0]["effect"]["products"]
    place = draft(junior, "Half", everything, scenario("5.00"))
    refused = publish(junior, place)
    assert (refused.status_code, refused.json()["type"]) == (403, "urn:tillside:problem:over_ceiling")
    assert (
        junior.get("/v1/reports/order-value?since=2017-11-01&until=2017-11-30&by=campaign").status_code == 200
    )


def test_a_draft_asked_for_twice_by_one_key_is_one(api) -> None:
    """Of T48: repeated with the same idempotency key there is one campaign."""
    asked = {"name": "Rain", "body": spring()}
    first = api.post(CAMPAIGNS, asked, Idempotency_Key="rain-1")
    again = api.post(CAMPAIGNS, asked, Idempotency_Key="rain-1")
    assert (first.json(), again.headers["Idempotent-Replayed"]) == (again.json(), "true")
    assert len(api.get(f"{CAMPAIGNS}?text=rain").json()["items"]) == 1
