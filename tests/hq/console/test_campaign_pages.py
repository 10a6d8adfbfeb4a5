"""Campaigns in the console, without script: made from a start, changed, built, tested, approved, published."""

import re
from html import unescape

import orjson
import pytest

from hq.access.actor import SYSTEM
from hq.audit.service import list_audit
from hq.campaigns import drafting
from hq.campaigns.rows import State
from hq.campaigns.scenarios import add_scenario
from hq.segments.service import create_segment
from tests.hq.campaigns_of import scenario, spring

PLACE = "/console/campaigns"
START = {"start": "off_from", "name": "Spring sale", "starts_day": "2017-01-01", "ends_day": "2017-12-31"}


def text_of(answer):
    """What a page says, without its markup."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def version_of(hq, campaign_id):
    return str(drafting.find_campaign(hq, campaign_id).version)


def made(hq, **more):
    body = {**spring(), **more}
    return drafting.create_campaign(hq, SYSTEM, name="Spring", campaign_id="spring", body=body)


def test_the_list_shows_what_was_published(console):
    said = text_of(console.get(PLACE))
    assert "New campaign" in said and "Live" in said
    assert "No campaign is like this." in text_of(console.get(f"{PLACE}?state=killed"))
    assert console.get(f"{PLACE}?state=moon").status_code == 400
    assert console.get(f"{PLACE}?cursor=moon").status_code == 400


def test_the_list_as_a_file(console):
    answer = console.get(f"{PLACE}/-/campaigns.csv?state=live")
    assert answer.headers["content-type"].startswith("text/csv")
    assert len(answer.text.splitlines()) == 3


@pytest.mark.parametrize("start", ["off_from", "points", "cash_back", "hours", "birthday", "voucher", "tier"])
def test_each_start_makes_a_campaign_that_is_whole(console, hq, start):
    console.get(f"{PLACE}/-/new")
    answer = console.send(f"{PLACE}/-/new", **{**START, "start": start})
    assert answer.status_code == 200 and "/edit/what" in answer.url
    review = text_of(console.get(f"{PLACE}/spring-sale/edit/review"))
    assert "It makes a program that stations understand." in review


def test_a_start_without_a_name_comes_back_with_what_was_typed(console):
    console.get(f"{PLACE}/-/new")
    answer = console.send(f"{PLACE}/-/new", **{**START, "name": ""})
    assert answer.status_code == 400
    assert 'value="2017-12-31"' in answer.text


def test_each_step_keeps_the_draft(console, hq):
    made(hq)
    fields = {
        "who": {"audience": "listed", "members": "0000000000001\n0000000000002"},
        "when": {"starts_day": "2017-02-01", "starts_time": "", "endless": "yes"},
        "limits": {
            "uses": "10",
            "at_most": "1",
            "period": "month",
            "budget_discount": "12.50",
            "offline": "lease",
        },
        "stacking": {"standing": "exclusive", "not_with": "points"},
        "languages": {"briefing-en": "Say it", "briefing-ko": "말하세요"},
    }
    for step, typed in fields.items():
        assert console.get(f"{PLACE}/spring/edit/{step}").status_code == 200
        answer = console.send(f"{PLACE}/spring/edit/{step}", version=version_of(hq, "spring"), **typed)
        assert answer.status_code == 200 and f"/edit/{step}" not in answer.url, text_of(answer)
    row = drafting.find_campaign(hq, "spring")
    said = {
        key: row.body.get(key)
        for key in ("audience", "starts_on", "ends_on", "limits", "budget", "offline", "stacking")
    }
    assert said == {
        "audience": ["0000000000001", "0000000000002"],
        "starts_on": "2017-02-01",
        "ends_on": "9999-12-31",
        "limits": {"uses": 10, "member_uses": [{"at_most": 1, "period": "month"}]},
        "budget": {"discount": 1250},
        "offline": "lease",
        "stacking": {"exclusive": True, "not_with": ["points"]},
    }
    assert row.briefing == {"en": "Say it", "ko": "말하세요"}
    review = text_of(console.get(f"{PLACE}/spring/edit/review"))
    assert "Cashiers are told of it in these languages: English, 한국어." in review
    before = row.body
    for step in (
        "who",
        "when",
        "limits",
        "stacking",
    ):  # what is shown and sent again as it was shown changes nothing
        page = console.get(f"{PLACE}/spring/edit/{step}").text
        console.send(f"{PLACE}/spring/edit/{step}", **fields_of(page))
    assert drafting.find_campaign(hq, "spring").body == before


def fields_of(page):
    """The fields of a page's form as a browser would send them; of several with one name all."""
    form = page[page.index('class="builder"') :]
    sent = {}

    def add(name, value):
        sent.setdefault(unescape(name), []).append(unescape(value))

    for tag in re.findall(r"<input[^>]*>", form):
        name, value, kind = (re.search(rf' {key}="([^"]*)"', tag) for key in ("name", "value", "type"))
        is_choice = kind is not None and kind[1] in ("checkbox", "radio")
        if name and name[1] != "csrf" and (not is_choice or " checked" in tag):
            add(name[1], value[1] if value else "")
    for name, inner in re.findall(r'<textarea name="([^"]*)"[^>]*>(.*?)</textarea>', form, re.DOTALL):
        add(name, inner)
    for name, inner in re.findall(r'<select name="([^"]*)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected>', inner) or re.search(
            r'<option value="([^"]*)">', inner
        )
        add(name, chosen[1] if chosen else "")
    return sent


def test_a_step_that_cannot_be_read_comes_back_with_what_was_typed(console, hq):
    made(hq)
    console.get(f"{PLACE}/spring/edit/limits")
    answer = console.send(
        f"{PLACE}/spring/edit/limits", version=version_of(hq, "spring"), uses="many", budget_discount="12.50"
    )
    assert answer.status_code == 400
    assert (
        "Type a whole number here." in answer.text
        and 'value="many"' in answer.text
        and "12.50" in answer.text
    )


def test_what_somebody_else_changed_meanwhile_is_not_written_over(console, hq):
    made(hq)
    old = version_of(hq, "spring")
    drafting.change_campaign(hq, SYSTEM, "spring", name="Autumn")
    console.get(f"{PLACE}/spring/edit/what")
    assert console.send(f"{PLACE}/spring/edit/what", version=old, name="Winter").status_code in (409, 412)
    assert drafting.find_campaign(hq, "spring").name == "Autumn"


def test_what_is_asked_everywhere_stands_in_every_rule(console, hq):
    made(hq)
    console.get(f"{PLACE}/spring/edit/when")
    shown = {"starts_day": "2017-01-01", "ends_day": "2017-12-31", "do": "everywhere"}
    console.send(
        f"{PLACE}/spring/edit/when",
        version=version_of(hq, "spring"),
        **shown,
        stores=["S1", "S2"],
        weekdays=["6", "7"],
    )
    rules = drafting.find_campaign(hq, "spring").body["rules"]
    asked = [leaf["fact"] for leaf in rules[0]["condition"]["all"]]
    assert asked[-2:] == ["order.store", "order.weekday"]
    console.send(f"{PLACE}/spring/edit/when", version=version_of(hq, "spring"), **shown, stores=["S1"])
    again = drafting.find_campaign(hq, "spring").body["rules"][0]["condition"]["all"]
    assert [leaf["value"] for leaf in again if leaf["fact"] == "order.store"] == [["S1"]]


def test_a_rule_is_built_by_buttons_alone(console, hq):
    """Without script: each button sends the whole form and shows it changed; the last one keeps the rule."""
    made(hq, rules=[])
    place = f"{PLACE}/spring/rules/new"
    page = console.get(place)

    def press(do, **typed):
        return console.send(place, **{**fields_of(page.text), **typed, "do": do})

    page = press("add:c:all", name="Ten off", **{"e:basis_points": "10"})
    page = press("show", **{"c.0:value": "30"})
    page = press("add:c:any")
    page = press("show", **{"c.1.0:fact": "order.store"})
    page = press("show", **{"c.1.0:op": "one_of"})
    assert "S1" in page.text
    page = press("show", **{"c.1.0:values": ["S1", "S2"]})
    assert (
        "Automatically, when the order&#39;s total is at least 30.00 USD and the store is one of" in page.text
    )
    kept = press("save")
    assert "/edit/what" in kept.url, text_of(kept)
    assert drafting.find_campaign(hq, "spring").body["rules"] == [
        {
            "id": "spring-1", "name": "Ten off", "trigger": "automatic", "priority": 0,
            "effect": {"kind": "percent_off", "target": "order", "basis_points": 1000},
            "condition": {"all": [
                {"fact": "order.total", "op": "at_least", "value": 3000},
                {"any": [{"fact": "order.store", "op": "one_of", "value": ["S1", "S2"]}]},
            ]},
        }
    ]  # fmt: skip
    again = console.get(f"{PLACE}/spring/rules/spring-1")
    console.send(f"{PLACE}/spring/rules/spring-1", **{**fields_of(again.text), "do": "save"})
    assert len(drafting.find_campaign(hq, "spring").body["rules"]) == 1
    console.send(
        f"{PLACE}/spring/rules/spring-1",
        **{**fields_of(again.text), "do": "delete", "version": version_of(hq, "spring")},
    )
    assert drafting.find_campaign(hq, "spring").body["rules"] == []


def test_what_the_program_says_against_a_rule_stands_at_its_place(console, hq):
    made(hq, rules=[])
    place = f"{PLACE}/spring/rules/new"
    page = console.send(
        place,
        **{**fields_of(console.get(place).text), "do": "add:c:all", "name": "X", "e:basis_points": "200"},
    )
    typed = fields_of(page.text)
    answer = console.send(place, **{**typed, "c.0:value": "", "do": "save"})
    assert answer.status_code == 400 and "A value is missing here." in answer.text
    answer = console.send(place, **{**typed, "c.0:value": "3", "do": "save"})
    assert (
        answer.status_code == 400
        and "Percent: From 0.01 % to 100 % may stand here, not 200 %." in text_of(answer)
    )
    answer = console.send(
        place, **{**typed, "e:basis_points": "20", "c.0:fact": "order.time", "c.0:was": "order.time",
                  "c.0:value": "9", "c.0:to": "10", "c.0:op": "between", "do": "save"},
    )  # fmt: skip
    assert answer.status_code == 400 and "Type a time here, such as 09:30." in answer.text


def test_json_goes_through_the_builder_unchanged(console, hq):
    made(hq)
    rule = {
        "id": "spring-1", "name": "R", "trigger": "choice", "priority": 3, "cost_points": 5, "has_stock": True,
        "effect": {"kind": "buy_get", "buy": "coffee", "get": "tea", "buy_units": 2, "get_units": 1},
        "condition": {"any": [{"not": {"fact": "order.store", "op": "is", "value": "S1"}},
                              {"all": [{"fact": "history.spend", "op": "more_than", "value": 5, "period": "month"}]}]},
    }  # fmt: skip
    place = f"{PLACE}/spring/rules/spring-1"
    console.get(place)
    drafting.change_campaign(hq, SYSTEM, "spring", body={**spring(), "rules": [{**rule, "priority": 1}]})
    page = console.send(place, json=orjson.dumps(rule).decode(), do="json", version=version_of(hq, "spring"))
    console.send(place, **{**fields_of(page.text), "do": "save"})
    assert drafting.find_campaign(hq, "spring").body["rules"] == [rule]


def test_a_rule_of_thirty_questions_is_shown_and_kept(console, hq):
    leaf = {"fact": "order.total", "op": "at_least"}
    groups = [{"any": [{**leaf, "value": 100 * n + m} for m in range(6)]} for n in range(5)]
    rule = {**spring()["rules"][0], "id": "spring-1", "condition": {"all": groups}}
    made(hq, rules=[rule])
    place = f"{PLACE}/spring/rules/spring-1"
    page = console.get(place)
    assert page.text.count('class="leaf') == 30 and len(page.content) < 300_000
    assert console.send(place, **{**fields_of(page.text), "do": "save"}).status_code == 200
    assert drafting.find_campaign(hq, "spring").body["rules"] == [rule]


def test_a_rule_that_no_form_can_show_is_edited_as_json(console, hq):
    rule = {
        **spring()["rules"][0],
        "id": "spring-1",
        "condition": {"fact": "order.store", "op": "is", "value": " S1"},
    }
    made(hq, rules=[rule])
    page = console.get(f"{PLACE}/spring/rules/spring-1")
    assert "No form can show everything" in page.text
    changed = orjson.dumps({**rule, "name": "By hand"}).decode()
    console.send(
        f"{PLACE}/spring/rules/spring-1", json=changed, do="save-json", version=version_of(hq, "spring")
    )
    assert drafting.find_campaign(hq, "spring").body["rules"][0]["name"] == "By hand"
    assert (
        "This is no JSON object." in console.send(f"{PLACE}/spring/rules/spring-1", json="[", do="json").text
    )


def test_a_campaign_is_published_paused_and_let_go(console, hq, station):
    made(hq)
    add_scenario(hq, SYSTEM, "spring", name="ten", body=scenario())
    console.get(f"{PLACE}/spring/edit/review")
    answer = console.send(f"{PLACE}/spring/publish", version=version_of(hq, "spring"))
    assert "The campaign is published." in text_of(answer), text_of(answer)
    assert (list_audit(hq, limit=1)[0].action, list_audit(hq, limit=1)[0].about) == (
        "campaign.published",
        "campaign:spring",
    )
    assert "Heard by 0 of 1 stations" in text_of(answer)
    answer = console.send(f"{PLACE}/spring/pause")
    assert "Paused" in text_of(answer) and drafting.find_campaign(hq, "spring").state is State.PAUSED
    answer = console.send(f"{PLACE}/spring/resume")
    assert drafting.find_campaign(hq, "spring").state is State.LIVE
    assert "Version" in text_of(answer)
    answer = console.send(f"{PLACE}/spring/kill", note="Broken")
    assert "Stopped for good" in text_of(answer)


def test_why_something_cannot_be_done_stands_on_the_page(console, hq):
    made(hq)
    console.get(f"{PLACE}/spring")
    answer = console.send(f"{PLACE}/spring/publish", version=version_of(hq, "spring"))
    assert answer.status_code == 409 and "A campaign needs a scenario that passes" in answer.text
    assert (
        console.send(f"{PLACE}/spring/schedule", version=version_of(hq, "spring"), day="never").status_code
        == 400
    )
    assert console.send(f"{PLACE}/moon/pause").status_code == 404


def test_the_difference_is_said_in_words_and_place_by_place(console, hq):
    made(hq)
    add_scenario(hq, SYSTEM, "spring", name="ten", body=scenario())
    console.get(f"{PLACE}/spring")
    console.send(f"{PLACE}/spring/publish", version=version_of(hq, "spring"))
    row = drafting.find_campaign(hq, "spring")
    drafting.change_campaign(hq, SYSTEM, "spring", body={**row.body, "audience": ["1"]})
    said = text_of(console.get(f"{PLACE}/spring/diff"))
    assert "Said before only For everybody." in said and "Said after only For 1 member who is listed." in said
    assert "audience changed null" in said


@pytest.mark.parametrize(
    "place", ["/moon", "/moon/edit/what", "/13/edit/moon", "/13/rules/moon", "/moon/diff", "/moon/json"]
)
def test_what_is_not_there_is_not_found(console, place):
    assert console.get(PLACE + place).status_code == 404


def test_drafts_that_are_anything_are_shown_all_the_same(console, hq):
    """The API takes drafts that aren't whole yet; no page breaks on one."""
    for n, body in enumerate((
        {"rules": 7}, {"rules": [7, None, {}]}, {"rules": [{"id": "x"}], "limits": 3, "stacking": [], "budget": "x"},
        {"audience": 3, "starts_on": 5, "ends_on": None, "experiment": "e", "limits": {"member_uses": 3}},
    )):  # fmt: skip
        drafting.create_campaign(hq, SYSTEM, name="Odd", campaign_id=f"odd-{n}", body=body)
        for tail in ("", "/edit/what", "/edit/who", "/edit/when", "/edit/limits", "/edit/stacking", "/edit/languages",
                     "/edit/review", "/diff", "/json"):  # fmt: skip
            assert console.get(f"{PLACE}/odd-{n}{tail}").status_code == 200, (n, tail)
    assert console.get(f"{PLACE}/odd-2/rules/x").status_code == 200


def test_a_limit_of_nothing_is_told_by_its_field(console, hq):
    made(hq)
    typed = {**fields_of(console.get(f"{PLACE}/spring/edit/limits").text)}
    answer = console.send(f"{PLACE}/spring/edit/limits", **{**typed, "budget_discount": "0"})
    assert "Discounts together: A limit is more than 0. Leave it empty for none." in text_of(answer)
    answer = console.send(f"{PLACE}/spring/edit/limits", **{**typed, "uses": "few"})
    assert (
        "Uses in all at most: Type a whole number here." in text_of(answer) and 'value="few"' in answer.text
    )


def test_a_draft_is_thrown_away_only_by_whoever_says_so_twice(console, hq):
    made(hq)
    page = console.get(f"{PLACE}/spring").text
    question = page[page.index(f'action="{PLACE}/spring/drop"') :].partition("</form>")[0]
    assert "nobody can bring it back" in question and question.index("</summary>") < question.index("<button")


def test_segments_of_head_office_are_chosen_by_name(console, hq):
    made(hq)
    create_segment(hq, SYSTEM, segment_id="vip", name="Our dearest", kind="static")
    who = console.get(f"{PLACE}/spring/edit/who").text
    assert 'name="segments" value="vip"' in who and "Our dearest (vip)" in who
    typed = {**fields_of(who), "segments": "vip", "do": "everywhere"}
    console.send(f"{PLACE}/spring/edit/who", **typed)
    rule = drafting.find_campaign(hq, "spring").body["rules"][0]
    assert "vip" in str(rule["condition"])
    page = console.get(f"{PLACE}/spring/rules/{rule['id']}")
    assert "Our dearest (vip)" in page.text and "in one of the segments Our dearest" in text_of(page)


def test_a_draft_that_can_not_be_published_is_told_on_its_review(console, hq):
    made(hq)
    review = f"{PLACE}/spring/edit/review"
    console.get(review)
    answer = console.send(f"{PLACE}/spring/publish", note="For Easter", version=version_of(hq, "spring"))
    assert answer.status_code == 409 and "A campaign needs a scenario that passes" in text_of(answer)
    assert "Is it in order?" in answer.text and 'value="For Easter"' in answer.text
