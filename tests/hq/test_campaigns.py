"""Campaigns at head office below the API: what a published file does to drafts, approval, dates, moments, events."""

from dataclasses import replace

import orjson
import pytest
from sqlalchemy import select

from app.core.canonical import canonical
from hq.access.actor import SYSTEM, Actor, Ceilings
from hq.access.api_keys import create_key
from hq.access.scopes import Scope
from hq.audit.service import check_chain, list_audit
from hq.campaigns.approving import (
    approve_campaign,
    list_approvals,
    may_approve,
    refuse_campaign,
    submit_campaign,
    withdraw_campaign,
)
from hq.campaigns.cloning import clone_campaign
from hq.campaigns.drafting import (
    CampaignFilter,
    change_campaign,
    create_campaign,
    diff_campaign,
    discard_changes,
    find_campaign,
    list_campaigns,
    list_versions,
)
from hq.campaigns.parts import check_parts, discard_part, publish_parts, put_part, read_part
from hq.campaigns.publishing import check_campaign, publish_campaign, publish_due, schedule_campaign
from hq.campaigns.rows import Approval, State
from hq.campaigns.running import heard_of, keep_states, kill_campaign, pause_campaign, resume_campaign
from hq.campaigns.scenarios import add_scenario, run_scenarios, try_scenario
from hq.campaigns.service import newest_document, publish_program
from hq.faults import Forbidden, NotPossible, OverCeiling, TooLarge
from hq.stops.service import lift, stop_it
from hq.webhooks.tables import webhook_event
from tests.hq.campaigns_of import ADA, BEN, JUN, scenario, spring
from tests.hq.station import program_body

DAY_MS = 86_400_000


def drafted(hq, actor=ADA, body=None, said=None, name="Spring"):
    made = create_campaign(hq, actor, name=name, body=body or spring())
    add_scenario(hq, actor, made.campaign_id, name="ten", body=said or scenario())
    return made.campaign_id


def newest(hq):
    return orjson.loads(newest_document(hq, "program").body)


def events(hq):
    with hq.database.reading() as connection:
        rows = connection.execute(
            select(webhook_event).order_by(webhook_event.c.at_ms, webhook_event.c.event_id)
        ).all()
    return [
        (row.kind, orjson.loads(row.data)["campaign"]) for row in rows if row.kind.startswith("campaign.")
    ]


# --- published files ---------------------------------------------------------------------------------------------


def test_a_file_leaves_the_same_rows_behind_as_the_api(hq) -> None:
    """A campaign of a file is live, one that a later file lacks has ended, one that is back goes on."""
    assert find_campaign(hq, "13").state is State.LIVE
    whole = orjson.loads(program_body())
    publish_program(hq, canonical(whole | {"version": 2, "campaigns": whole["campaigns"][:1]}))
    assert find_campaign(hq, "7").state is State.ENDED
    publish_program(hq, program_body(3))
    assert (find_campaign(hq, "7").state, [each.n for each in list_versions(hq, "7")]) == (State.LIVE, [1])


def test_a_file_leaves_drafts_alone_that_somebody_is_at_work_on(hq) -> None:
    mine = find_campaign(hq, "7").body | {"ends_on": "2017-11-30"}
    change_campaign(hq, ADA, "7", body=mine)
    whole = orjson.loads(program_body(2))
    whole["campaigns"][1]["ends_on"] = "2017-12-24"
    publish_program(hq, canonical(whole))
    row = find_campaign(hq, "7")
    assert (row.body["ends_on"], row.has_changes, row.ends_at) == ("2017-11-30", True, "2017-12-24T23:59:59")
    assert [each.path for each in diff_campaign(hq, "7")] == ["ends_on"]
    discard_changes(hq, ADA, "7")
    assert find_campaign(hq, "7").has_changes is False


def test_what_is_published_beside_stays_to_the_letter(hq) -> None:
    before = newest(hq)
    publish_campaign(hq, ADA, drafted(hq))
    after = newest(hq)
    assert after["campaigns"][:2] == before["campaigns"]
    assert {key for key in after if after[key] != before.get(key)} == {"version", "campaigns"}


def test_a_stop_by_the_command_line_pauses_the_campaign(hq) -> None:
    stop_it(hq, "campaign:7", who="command line")
    assert find_campaign(hq, "7").state is State.PAUSED
    lift(hq, "campaign:7")
    assert find_campaign(hq, "7").state is State.LIVE


# --- drafts ------------------------------------------------------------------------------------------------------


def test_ids_follow_from_names_and_are_never_given_twice(hq) -> None:
    first = create_campaign(hq, ADA, name="Früh­ling & Kaffee!")
    second = create_campaign(hq, ADA, name="Fruhling  Kaffee")
    assert first.campaign_id == "fruhling-kaffee"
    assert second.campaign_id.startswith("fruhling-kaffee-")
    with pytest.raises(NotPossible, match="already"):
        create_campaign(hq, ADA, name="Other", campaign_id="fruhling-kaffee")
    with pytest.raises(NotPossible):
        create_campaign(hq, ADA, name="Other", campaign_id="a/b")
    assert create_campaign(hq, ADA, name="봄").campaign_id == "campaign"


@pytest.mark.parametrize(
    "body",
    [{"x": 1.5}, {"x": 2**60}, {"ü": 1}, {"x": "\ud800"}],
    ids=["float", "large", "key", "surrogate"],
)
def test_what_no_program_can_hold_is_no_draft_either(hq, body) -> None:
    with pytest.raises(NotPossible):
        create_campaign(hq, ADA, name="Odd", body=body)


def test_a_draft_has_bounds(hq) -> None:
    deep = {}
    for _ in range(100):
        deep = {"not": deep}
    with pytest.raises(NotPossible, match="deeper"):
        create_campaign(hq, ADA, name="Deep", body=deep)
    with pytest.raises(TooLarge):
        create_campaign(hq, ADA, name="Large", body={"audience": ["x" * 80] * 5_000})


def test_the_list_is_filtered_by_what_a_campaign_is(hq) -> None:
    mine = drafted(hq)
    submit_campaign(hq, ADA, mine)
    assert [each.campaign_id for each in list_campaigns(hq, CampaignFilter(state=State.DRAFT))[0]] == [mine]
    waiting = CampaignFilter(approval=Approval.WAITING)
    assert [each.campaign_id for each in list_campaigns(hq, waiting)[0]] == [mine]
    assert [each.campaign_id for each in list_campaigns(hq, CampaignFilter(text="SPR"))[0]] == [mine]
    assert list_campaigns(hq, CampaignFilter(text="%"))[0] == []


def test_a_clone_of_what_runs_says_the_same_of_its_own_rules(hq) -> None:
    made = clone_campaign(hq, BEN, drafted(hq))
    (ran,) = run_scenarios(hq, made.campaign_id)
    assert (ran.passed, ran.got["offers"]) == (True, {f"{made.campaign_id}-1": "1.50"})
    assert (made.name, made.authors) == ("Spring (copy)", ("Ben",))


# --- what stands in the way --------------------------------------------------------------------------------------


def test_what_can_hardly_be_meant_needs_somebody_who_means_it(hq) -> None:
    odd = spring(audience=[])
    mine = drafted(hq, body=odd, said=scenario() | {"expected": {"discount": "0.00"}})
    assert check_campaign(hq, ADA, mine).doubts != ()
    with pytest.raises(NotPossible, match="for nobody"):
        publish_campaign(hq, ADA, mine)
    assert publish_campaign(hq, ADA, mine, is_meant=True).state is State.LIVE


def test_doubts_about_what_is_published_already_hold_nobody_up(hq) -> None:
    whole = orjson.loads(program_body(2))
    whole["campaigns"][0]["audience"] = []
    publish_program(hq, canonical(whole), is_meant=True)
    mine = drafted(hq)
    assert check_campaign(hq, ADA, mine).doubts == ()
    assert publish_campaign(hq, ADA, mine).state is State.LIVE


def test_a_draft_that_breaks_another_campaign_s_scenario_is_held_up(hq) -> None:
    publish_campaign(hq, ADA, drafted(hq))
    alone = spring(3_000, stacking={"exclusive": True})
    alone["rules"][0]["id"] = "sole-1"
    sole = drafted(hq, body=alone, said=scenario("3.00", "sole-1"), name="Sole")
    found = check_campaign(hq, ADA, sole)
    assert [(each.campaign_id, each.name) for each in found.others_failed] == [("spring", "ten")]
    assert [(each.campaign_id, each.together.value) for each in found.overlaps] == [
        ("13", "one"),
        ("spring", "one"),
    ]
    with pytest.raises(NotPossible, match="other campaigns"):
        publish_campaign(hq, ADA, sole)
    assert publish_campaign(hq, ADA, sole, is_meant=True).state is State.LIVE


def test_a_campaign_brings_its_product_sets_along_and_changes_none_that_there_are(hq) -> None:
    sets = {"coffee": ["NOTHING"], "tea": ["TEA"], "cakes": ["CAKE"]}
    put_part(hq, ADA, "product_sets", sets)
    body = spring()
    body["rules"][0]["effect"]["products"] = "cakes"
    said = scenario() | {"expected": {"discount": "0.00"}}
    publish_campaign(hq, ADA, drafted(hq, body=body, said=said))
    assert newest(hq)["product_sets"] == {"coffee": ["COFFEE"], "tea": ["TEA"], "cakes": ["CAKE"]}
    assert read_part(hq, "product_sets").has_changes is True


def test_scenarios_are_on_line_unless_they_say_otherwise(hq) -> None:
    mine = drafted(hq, body=spring(offline="never"))
    assert [each.passed for each in run_scenarios(hq, mine)] == [True]
    off = scenario() | {"offline": True}
    assert try_scenario(hq, mine, body=off).passed is False
    off["expected"] = {"offers": {"spring-1": "refused"}}
    assert try_scenario(hq, mine, body=off).passed is True
    with pytest.raises(NotPossible):
        try_scenario(hq, mine, body=scenario() | {"program": "other.json"})


# --- approval ----------------------------------------------------------------------------------------------------


def test_nobody_approves_what_they_had_a_hand_in(hq) -> None:
    mine = drafted(hq, JUN, spring(5_000), scenario("5.00"))
    change_campaign(hq, ADA, mine, name="Spring!")
    submit_campaign(hq, JUN, mine)
    for actor in (JUN, ADA):
        assert may_approve(hq, actor, mine) is False
        with pytest.raises(Forbidden, match="had a hand"):
            approve_campaign(hq, actor, mine)
    assert may_approve(hq, BEN, mine) is True
    assert approve_campaign(hq, BEN, mine).approval is Approval.APPROVED
    assert publish_campaign(hq, JUN, mine).state is State.LIVE
    (asked,) = list_approvals(hq, campaign_id=mine)
    assert (asked.asked_by, asked.decided_by, asked.state) == ("Jun", "Ben", Approval.APPROVED)


def test_a_key_of_an_author_is_the_author(hq) -> None:
    mine = drafted(hq, ADA, spring(5_000), scenario("5.00"))
    submit_campaign(hq, ADA, mine)
    everything = replace(ADA, scopes=frozenset(Scope))
    first, _ = create_key(hq, everything, name="k", scopes=tuple(Scope))
    by_first = Actor(f"key:{first.key_id}", None, frozenset(Scope))
    second, _ = create_key(hq, by_first, name="k", scopes=(Scope.CAMPAIGNS_PUBLISH,))
    for key in (first, second):
        with pytest.raises(Forbidden):
            approve_campaign(hq, Actor(f"key:{key.key_id}", None, frozenset(key.scopes)), mine)


def test_an_approval_is_of_one_body_and_within_who_approves(hq) -> None:
    mine = drafted(hq, JUN, spring(5_000), scenario("5.00"))
    submit_campaign(hq, JUN, mine)
    low = replace(BEN, ceilings=Ceilings(percent=4_000))
    with pytest.raises(OverCeiling, match="50 %"):
        approve_campaign(hq, low, mine)
    change_campaign(hq, JUN, mine, body=spring(4_000))
    assert [each.state for each in list_approvals(hq, campaign_id=mine)] == [Approval.WITHDRAWN]
    with pytest.raises(NotPossible, match="Nobody is asked"):
        approve_campaign(hq, low, mine)
    submit_campaign(hq, JUN, mine)
    assert approve_campaign(hq, low, mine).approval is Approval.APPROVED


def test_a_refusal_says_why_and_another_request_may_follow(hq) -> None:
    mine = drafted(hq)
    submit_campaign(hq, ADA, mine)
    with pytest.raises(NotPossible, match="asked already"):
        submit_campaign(hq, ADA, mine)
    assert refuse_campaign(hq, BEN, mine, note="too dear").approval is Approval.REFUSED
    submit_campaign(hq, ADA, mine)
    assert withdraw_campaign(hq, ADA, mine).approval is Approval.NONE
    assert [each.decision for each in list_approvals(hq, campaign_id=mine)] == ["", "too dear"]


# --- life --------------------------------------------------------------------------------------------------------


def test_dates_start_and_end_a_campaign_and_outsiders_hear_of_it(hq, clock) -> None:
    mine = drafted(
        hq, body=spring(starts_on="2017-11-08", ends_on="2017-11-09"), said=scenario(at="2017-11-08T10:00")
    )
    assert publish_campaign(hq, ADA, mine).state is State.SCHEDULED
    assert keep_states(hq) == 0
    clock.set_ms(clock.now_ms() + 2 * DAY_MS)
    assert keep_states(hq) == 1
    assert find_campaign(hq, mine).state is State.LIVE
    pause_campaign(hq, ADA, mine)
    kill_campaign(hq, ADA, mine)
    clock.set_ms(clock.now_ms() + 2 * DAY_MS)
    assert keep_states(hq) == 0, "what is stopped stays so"
    told = [kind for kind, campaign in events(hq) if campaign == mine]
    assert told == ["campaign.created", "campaign.started", "campaign.stopped"]
    assert check_chain(hq).broken_at is None


def test_a_campaign_ends_in_the_program_s_time_zone(hq, clock) -> None:
    mine = drafted(hq, body=spring(ends_on="2017-11-06"), said=scenario(at="2017-11-06T10:00"))
    publish_campaign(hq, ADA, mine)
    midnight_ms = 1_510_030_800_000  # of 7 November in New York
    clock.set_ms(midnight_ms - 1)
    assert keep_states(hq) == 0
    clock.set_ms(midnight_ms)
    assert keep_states(hq) == 1
    assert find_campaign(hq, mine).state is State.ENDED


def test_what_can_no_longer_be_published_at_its_time_says_so(hq, clock) -> None:
    mine = drafted(hq)
    at_ms = clock.now_ms() + DAY_MS
    schedule_campaign(hq, ADA, mine, at_ms=at_ms)
    add_scenario(hq, BEN, mine, name="wrong", body=scenario("9.99"))
    clock.set_ms(at_ms)
    assert publish_due(hq) == 0
    row = find_campaign(hq, mine)
    assert (row.state, row.publish_at_ms, "Scenarios of this campaign fail" in row.said) == (
        State.DRAFT,
        None,
        True,
    )
    assert publish_due(hq) == 0
    rows = [row.action for row in list_audit(hq) if row.about == f"campaign:{mine}"]
    assert rows[0] == "campaign.not_published"


def test_a_change_takes_the_moment_away(hq, clock) -> None:
    mine = drafted(hq)
    with pytest.raises(NotPossible, match="over"):
        schedule_campaign(hq, ADA, mine, at_ms=clock.now_ms())
    schedule_campaign(hq, ADA, mine, at_ms=clock.now_ms() + DAY_MS)
    changed = change_campaign(hq, ADA, mine, body=spring(1_000))
    assert (changed.publish_at_ms, changed.state) == (None, State.DRAFT)


def test_nobody_pauses_what_no_station_gives(hq) -> None:
    with pytest.raises(NotPossible, match="never published"):
        pause_campaign(hq, ADA, drafted(hq))
    with pytest.raises(NotPossible, match="not stopped"):
        resume_campaign(hq, ADA, "7")


def test_who_has_heard_of_what_is_newest(hq, station) -> None:
    assert (heard_of(hq, "7").news, heard_of(hq, "7").version) == ("published", 1)
    pause_campaign(hq, ADA, "7")
    assert (heard_of(hq, "7").news, heard_of(hq, "7").heard) == ("stopped", 0)
    resume_campaign(hq, ADA, "7")
    found = heard_of(hq, "7")
    assert (found.news, found.version, [each.store for each in found.missing]) == ("let_go", 2, ["S1"])


# --- parts -------------------------------------------------------------------------------------------------------


def test_a_part_is_drafted_checked_and_published_by_who_may(hq) -> None:
    with pytest.raises(Forbidden):
        put_part(hq, ADA, "authority", {})
    with pytest.raises(NotPossible):
        put_part(hq, ADA, "earning", {"id": "x"})
    with pytest.raises(NotPossible):
        put_part(hq, ADA, "earning", None)
    put_part(hq, ADA, "earning", [{"id": "odd"}])
    assert "earning" in check_parts(hq).problem
    with pytest.raises(NotPossible):
        publish_parts(hq, ADA)
    discard_part(hq, ADA, "earning")
    with pytest.raises(NotPossible, match="Nothing"):
        publish_parts(hq, ADA)
    put_part(hq, SYSTEM, "life", {"stage": "paused"})
    with pytest.raises(Forbidden):
        publish_parts(hq, ADA)
    assert publish_parts(hq, SYSTEM).version == 2
    put_part(hq, SYSTEM, "life", None)
    publish_parts(hq, SYSTEM)
    assert "life" not in newest(hq)


def test_points_at_once_have_a_ceiling(hq) -> None:
    once = [{"id": "once", "of": "order", "points_milli": 101_000, "mode": "full_unit"}]
    put_part(hq, JUN, "earning", once)
    with pytest.raises(OverCeiling, match="101 points"):
        publish_parts(hq, JUN)
    assert publish_parts(hq, BEN).version == 2


def test_marks_that_give_more_than_ones_ceiling_are_anothers_to_publish(hq) -> None:
    gives = [{"kind": "points", "points": each} for each in (51, 50)]
    mark = {"id": "ten", "name": "Ten", "measure": "orders", "at": 10, "gives": gives}
    put_part(hq, JUN, "milestones", [mark])
    with pytest.raises(OverCeiling, match="101 points"):
        publish_parts(hq, JUN)


def test_earning_that_breaks_a_running_campaign_s_scenario_is_held_up(hq) -> None:
    said = scenario() | {"member": {}}
    said["expected"] = said["expected"] | {"points": 8}
    publish_campaign(hq, ADA, drafted(hq, said=said))
    put_part(hq, ADA, "earning", [{"id": "base", "points_milli": 2_000, "per": 100, "mode": "full_unit"}])
    assert [each.campaign_id for each in check_parts(hq).others_failed] == ["spring"]
    with pytest.raises(NotPossible, match="Look at this"):
        publish_parts(hq, ADA)
    assert publish_parts(hq, ADA, is_meant=True).version == 3
