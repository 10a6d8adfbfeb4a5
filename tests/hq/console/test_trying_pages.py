"""Scenarios, what-if, the simulator and rewards in the console, without script."""

import pytest

from hq.access.actor import SYSTEM
from hq.campaigns import drafting, publishing, scenarios
from hq.campaigns.pages import pages as campaign_pages
from hq.campaigns.parts import publish_parts, put_part
from hq.campaigns.scenarios import add_scenario
from hq.rewards.pages import pages as reward_pages
from hq.simulator.pages import pages as simulator_pages
from hq.stops.service import lift, stop_it
from tests.hq.campaigns_of import scenario, spring
from tests.hq.console.test_campaign_pages import fields_of, made, text_of, version_of
from tests.hq.station import REF

PLACE = "/console/campaigns/spring"
ORDER = {
    "store": "S1", "day": "2017-11-10", "time": "10:00",
    "line_sku": ["COFFEE", ""], "line_quantity": ["1", ""], "line_unit_price": ["10.00", ""],
    "line_categories": ["", ""], "line_brand": ["", ""], "line_tax": ["", ""],
}  # fmt: skip


@pytest.mark.parametrize(
    "pages", [campaign_pages, reward_pages, simulator_pages], ids=lambda pages: pages.nav.noun
)
def test_every_page_opens(console, hq, pages):
    reward = {
        **spring()["rules"][0],
        "id": "spring-2",
        "trigger": "choice",
        "cost_points": 10,
        "has_stock": True,
    }
    made(hq, rules=[*spring()["rules"], reward])
    add_scenario(hq, SYSTEM, "spring", name="ten", body=scenario())
    addresses = [example.address(hq) for example in pages.examples()]
    assert None not in addresses
    for address in addresses:
        answer = console.get(address)
        assert answer.status_code == 200, (address, text_of(answer)[:300])
        assert answer.text.count("<h1") == 1 or ".csv" in address


def test_a_scenario_is_made_from_an_order_and_run(console, hq):
    made(hq)
    console.get(f"{PLACE}/scenarios/new")
    tried = text_of(console.send(f"{PLACE}/scenarios/new", **ORDER, name="ten", do="try"))
    assert "1.50 USD off" in tried and "Coffee off" in tried
    expect = {
        "expect_rule": ["spring-1"],
        "expect_outcome": [""],
        "expect_amount": ["1.50"],
        "expect_payable": "8.50",
    }
    kept = console.send(f"{PLACE}/scenarios/new", **ORDER, **expect, name="ten", do="save")
    assert "1 of 1 pass on the draft as it is now." in text_of(kept)
    (found,) = scenarios.list_scenarios(hq, "spring")
    assert found.body == {
        "order": {
            "store": "S1",
            "at": "2017-11-10T10:00",
            "lines": [{"sku": "COFFEE", "unit_price": "10.00"}],
        },
        "expected": {"offers": {"spring-1": "1.50"}, "payable": "8.50"},
    }
    page = console.get(f"{PLACE}/scenarios/{found.scenario_id}")
    console.send(f"{PLACE}/scenarios/{found.scenario_id}", **{**fields_of(page.text), "do": "save"})
    assert scenarios.list_scenarios(hq, "spring")[0].body == found.body
    drafting.change_campaign(hq, SYSTEM, "spring", body=spring(basis_points=1000))
    said = text_of(console.get(f"{PLACE}/scenarios"))
    assert "0 of 1 pass" in said and "expected 1.50 off, but it took 1.00 off" in said


def test_a_scenario_needs_a_name_an_order_and_something_expected(console, hq):
    made(hq)
    console.get(f"{PLACE}/scenarios/new")
    answer = console.send(f"{PLACE}/scenarios/new", **ORDER, name="ten", do="save")
    assert answer.status_code == 400 and "Say what is expected" in answer.text and "COFFEE" in answer.text
    answer = console.send(f"{PLACE}/scenarios/new", name="ten", do="save", store="S1", day="2017-11-10")
    assert answer.status_code == 400 and "Put at least one product into the order." in answer.text


def test_a_scenario_beyond_the_form_is_edited_as_json(console, hq):
    made(hq)
    body = scenario()
    body["order"]["lines"][0]["levy"] = "0.05"
    kept = add_scenario(hq, SYSTEM, "spring", name="levy", body=body)
    page = console.get(f"{PLACE}/scenarios/{kept.scenario_id}")
    assert "No form can show everything" in page.text
    answer = console.send(f"{PLACE}/scenarios/{kept.scenario_id}", json="{", name="levy", do="save-json")
    assert answer.status_code == 400
    console.send(f"{PLACE}/scenarios/{kept.scenario_id}", do="drop")
    assert scenarios.list_scenarios(hq, "spring") == []


def test_what_if_plays_past_orders(console, hq, station):
    station.order("o1", amounts=(("COFFEE", 1000),))
    station.push()
    made(hq, starts_on="2017-01-01")
    assert "All orders together" not in text_of(console.get(f"{PLACE}/whatif"))
    said = text_of(console.get(f"{PLACE}/whatif?days=400&orders=10"))
    assert "1 orders of 1 members in 1 stores" in said
    assert "Discounts 1.50 USD 0.00 USD" in said  # would have given, and really gave
    assert console.get(f"{PLACE}/whatif?days=moon").status_code == 200


def test_the_simulator_answers_as_a_station_would(console, hq):
    made(hq, offline="never")
    console.get("/console/simulator")
    said = text_of(console.send("/console/simulator", **ORDER, campaign="spring", line="online", do="run"))
    assert "Taken off 1.50 USD" in said and "To pay 8.50 USD" in said
    said = text_of(console.send("/console/simulator", **ORDER, campaign="spring", line="offline", do="run"))
    assert "This offer needs head office, which can't be reached." in said
    said = text_of(console.send("/console/simulator", **ORDER, campaign="", line="online", do="run"))
    assert "Coffee off" not in said  # the draft is in the program only where it is asked for
    answer = console.send("/console/simulator", **{**ORDER, "known": "uses"}, do="run")
    assert answer.status_code == 400 and "Write a name, = and a value on each line." in answer.text
    assert console.send("/console/simulator", **ORDER, campaign="moon", do="run").status_code == 404
    console.get("/console/look?language=ko&to=/console/simulator")
    nobody = console.send("/console/simulator", ref="0000000000009", do="member")
    assert nobody.status_code == 404 and "회원이 없습니다." in nobody.text


def test_the_simulator_takes_what_head_office_knows_of_a_member(console, two):
    hq = two
    console.get("/console/simulator")
    from tests.hq.merging import GONE

    answer = console.send("/console/simulator", **ORDER, ref=GONE, do="member")
    typed = fields_of(answer.text)
    assert (typed["tier"], typed["points"], typed["has_member"]) == (["gold"], ["0"], ["yes"])
    assert console.send("/console/simulator", **ORDER, ref=REF[::-1] + "9", do="member").status_code == 404
    assert hq


def test_a_reward_is_made_changed_and_counted(console, hq):
    console.get("/console/rewards/-/new")
    typed = {"name": "Free coffee", "cost_points": "50", "starts_day": "2017-01-01", "has_stock": "yes",
             "e:kind": "gift", "e:sku": "COFFEE"}  # fmt: skip
    answer = console.send("/console/rewards/-/new", **typed, do="save")
    assert "When picked: 1 × COFFEE as a gift for 50 points, while there is stock." in text_of(answer), (
        text_of(answer)
    )
    place = answer.url.partition("?")[0].removeprefix(console.web.url)
    assert "It is counted once its campaign is published." in text_of(answer)
    expected = {
        "order": scenario()["order"],
        "expected": {"offers": {"free-coffee-1": "refused"}},
        "presented": ["free-coffee-1"],
    }
    add_scenario(hq, SYSTEM, "free-coffee", name="nobody", body=expected)
    assert "/console/stops" not in console.get(place).text.partition("<main")[2]
    publishing.publish_campaign(hq, SYSTEM, "free-coffee")
    assert "/console/stops?what=rule%3Afree-coffee-1#stop-head" in console.get(place).text
    stop_it(hq, "rule:free-coffee-1")
    assert ">Stopped everywhere</span></a></div>" in console.get(place).text
    put_part(hq, SYSTEM, "calendars", {"holidays": ["2017-12-25"]})
    publish_parts(hq, SYSTEM, ["calendars"])
    assert (
        lift(hq, "rule:free-coffee-1").before_program is not None
    )  # still listed, for stations with older rules
    assert "/console/stops?what=rule" in console.get(place).text
    answer = console.send(f"{place}/stock", left="7", reason="")
    assert answer.status_code == 400 and "Say why the stock is another one now." in answer.text
    said = text_of(console.send(f"{place}/stock", left="7", reason="counted"))
    assert "Left 7" in said, said
    console.send(f"{place}/change", name="Free espresso", cost_points="60")
    said = text_of(console.get("/console/rewards"))  # as stations have it: the new name waits in the draft
    assert "Free coffee" in said and "7 left" in said and "changed" in said
    rule = drafting.find_campaign(hq, "free-coffee").body["rules"][0]
    assert (rule["name"], rule["cost_points"]) == ("Free espresso", 60)
    assert version_of(hq, "free-coffee")
    answer = console.send("/console/rewards/-/new", **{**typed, "e:sku": ""}, do="save")
    assert answer.status_code == 400 and "This is needed." in answer.text
