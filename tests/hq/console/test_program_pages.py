"""Earning rules, tiers, stacking and the program's other parts in the console, without script."""

import orjson
import pytest

from hq.access.actor import SYSTEM
from hq.audit.service import list_audit
from hq.campaigns import parts
from hq.program.earning_pages import pages as earning_pages
from hq.program.part_pages import pages as part_pages
from hq.program.tier_pages import pages as tier_pages
from tests.hq.console.test_campaign_pages import fields_of, text_of

LADDER = [
    {"id": "basic", "name": "Basic", "access": "base"},
    {"id": "gold", "name": "Gold", "access": "earned", "measure": "spend", "at_least": 50_000, "window": "year",
     "downgrade": "one_step"},
    {"id": "club", "name": "Club", "access": "paid"},
]  # fmt: skip


@pytest.mark.parametrize("pages", [earning_pages, part_pages, tier_pages], ids=lambda pages: pages.nav.noun)
def test_every_page_opens(console, hq, pages):
    parts.put_part(hq, SYSTEM, "tiers", LADDER)
    for example in pages.examples():
        answer = console.get(example.address(hq))
        assert answer.status_code == 200 and answer.text.count("<h1") == 1, example


def test_t04_fixed_and_proportional_earning_are_chosen_in_the_console(console, hq):
    """T04 of ACCEPTANCE, its console: +50 an order and 2 per 1.00 are chosen and published with no release."""
    console.get("/console/earning/new")
    answer = console.send("/console/earning/new", kind="order", points="50", version="0", do="save")
    assert "50 points for an order with all goods." in text_of(answer), text_of(answer)
    page = console.get("/console/earning/base")
    console.send("/console/earning/base", **{**fields_of(page.text), "points": "2", "do": "save"})
    said = text_of(console.get("/console/earning"))
    assert "2 points for each 1.00 USD paid, of all goods." in said and "not published" in said
    said = text_of(console.send("/console/earning/-/publish"))
    assert "The earning rules are published." in said and "not published" not in said
    found = {rule["id"]: rule for rule in parts.read_part(hq, "earning").published}
    assert found == {
        "base": {"id": "base", "points_milli": 2000, "per": 100, "mode": "full_unit"},
        "earning-1": {"id": "earning-1", "points_milli": 50_000, "of": "order"},
    }


def test_an_earning_rule_has_conditions_and_limits(console, hq):
    place = "/console/earning/new"
    page = console.get(place)
    typed = {**fields_of(page.text), "kind": "multiplier", "points": "1.5", "do": "add:c:fact"}
    page = console.send(place, **typed)
    page = console.send(place, **{**fields_of(page.text), "c:fact": "member.tier", "do": "show"})
    page = console.send(place, **{**fields_of(page.text), "c:value": "gold", "do": "save"})
    assert "When the member's tier is gold: points of all goods count 1.5 times." in text_of(page)
    page = console.get("/console/earning/base")
    limits = {"limit_what": ["points", "times"], "limit_count": ["100", "2"], "limit_period": ["month", ""]}
    console.send("/console/earning/base", **{**fields_of(page.text), **limits, "do": "save"})
    rules = {rule["id"]: rule for rule in parts.read_part(hq, "earning").body}
    assert rules["base"]["limits"] == [{"points": 100, "period": "month"}, {"times": 2}]
    page = console.get("/console/earning/base")
    console.send("/console/earning/base", **{**fields_of(page.text), "do": "save"})  # sent as shown: the same
    assert {rule["id"]: rule for rule in parts.read_part(hq, "earning").body} == rules
    answer = console.send("/console/earning/base", **{**fields_of(page.text), "points": "many", "do": "save"})
    assert answer.status_code == 400 and "Type a number here, such as 1.5." in answer.text


def test_the_ladder_goes_through_its_form_unchanged(console, hq):
    parts.put_part(hq, SYSTEM, "tiers", LADDER)
    page = console.get("/console/tiers")
    ladder = page.text[page.text.index('action="/console/tiers/-/ladder"') :]
    form = fields_of('class="builder"' + ladder[: ladder.index("</form>")])
    console.send("/console/tiers/-/ladder", **form)
    assert parts.read_part(hq, "tiers").body == LADDER
    form["tier_at_least"][1] = "600.00"
    answer = console.send("/console/tiers/-/ladder", **form)
    assert "The ladder is drafted." in text_of(answer)
    assert parts.read_part(hq, "tiers").body[1]["at_least"] == 60_000
    form["tier_at_least"][1] = "lots"
    answer = console.send(
        "/console/tiers/-/ladder", **{**form, "version": str(parts.read_part(hq, "tiers").version)}
    )
    assert answer.status_code == 400 and 'value="lots"' in answer.text


def test_tiers_are_published_from_their_page(console, hq):
    console.get("/console/tiers")
    answer = console.send(
        "/console/tiers/-/ladder", do="json", json=orjson.dumps(LADDER).decode(), version="0"
    )
    assert "Waits to be published" in text_of(answer)
    said = text_of(console.send("/console/tiers/-/publish"))
    assert "Tiers and stacking are published." in said
    assert parts.read_part(hq, "tiers").published == LADDER
    found = [row.about for row in list_audit(hq) if row.action == "program.published"]
    assert found[0] == "program:tiers"
    assert "<div>Tiers</div>" in console.get("/console/audit?action=program.published").text
    answer = console.send("/console/tiers/-/ladder", do="json", json="{", version="0")
    assert answer.status_code == 400


def test_how_campaigns_are_put_together_is_chosen(console, hq):
    page = console.get("/console/tiers")
    stacking = page.text[page.text.index('action="/console/tiers/-/stacking"') :]
    form = fields_of('class="builder"' + stacking)
    console.send("/console/tiers/-/stacking", **form)
    assert parts.read_part(hq, "policy").body is None  # what is as usual stays unsaid
    typed = {"multipliers": "product", "group_limits": "season = 2", "order": "v13\na7"}
    console.send("/console/tiers/-/stacking", **{**form, **typed})
    assert parts.read_part(hq, "policy").body == {"multipliers": "product", "group_limits": {"season": 2}}
    assert parts.read_part(hq, "order_of_application").body == ["v13", "a7"]
    version = str(parts.read_part(hq, "policy").version)
    answer = console.send(
        "/console/tiers/-/stacking", **{**form, "group_limits": "season", "version": version}
    )
    assert answer.status_code == 400


def test_a_part_is_changed_by_name_and_as_a_whole(console, hq):
    page = console.get("/console/program/product_sets?key=mugs")
    version = fields_of(page.text)["version"]
    console.send("/console/program/product_sets", key="mugs", json='["MUG"]', version=version)
    assert parts.read_part(hq, "product_sets").body == {"coffee": ["COFFEE"], "tea": ["TEA"], "mugs": ["MUG"]}
    said = text_of(console.get("/console/program/product_sets"))
    assert "mugs" in said and "What the draft changes" in said
    answer = console.send("/console/program/product_sets", json="{", version="1")
    assert answer.status_code == 400
    assert "The program is published." in text_of(console.send("/console/program/-/publish"))
    answer = console.send("/console/program/-/publish")
    assert answer.status_code == 409 and "Nothing of the program was changed." in answer.text
    assert console.get("/console/program/moon").status_code == 404


def test_a_long_part_is_shown_name_by_name(console, hq):
    sets = {
        "coffee": ["COFFEE"],
        "tea": ["TEA"],
        **{f"set {n}": [f"SKU{m}" for m in range(60)] for n in range(300)},
    }
    parts.put_part(hq, SYSTEM, "product_sets", sets)
    page = console.get("/console/program/product_sets")
    assert "too long to be shown as a whole" in page.text and len(page.content) < 300_000
    assert "set 299" in console.get("/console/program/product_sets?find=299").text


def test_a_tier_without_an_id_is_not_lost_and_nor_is_what_was_typed_of_stacking(console, hq):
    parts.put_part(hq, SYSTEM, "tiers", LADDER)
    page = console.get("/console/tiers")
    ladder = page.text[page.text.index('action="/console/tiers/-/ladder"') :]
    form = fields_of('class="builder"' + ladder[: ladder.index("</form>")])
    form["tier_name"][-1] = "Platinum"
    answer = console.send("/console/tiers/-/ladder", **form)
    assert "Platinum: Give the tier an id." in text_of(answer) and 'value="Platinum"' in answer.text
    answer = console.send("/console/tiers/-/ladder", do="json", json='[{"id": "x"', version="1")
    assert answer.status_code == 400 and "[{&#34;id&#34;: &#34;x&#34;" in answer.text
    typed = {"group_limits": "season", "order": "v13", "multipliers": "product", "version": "0"}
    answer = console.send("/console/tiers/-/stacking", **typed)
    assert (
        answer.status_code == 400 and ">season</textarea>" in answer.text and ">v13</textarea>" in answer.text
    )


def test_a_form_that_is_too_old_stays_too_old(console, hq):
    """Sent twice it must not undo what somebody else has done meanwhile."""
    parts.put_part(hq, SYSTEM, "tiers", LADDER)
    for place, typed in (("/console/tiers/-/ladder", {"do": "json"}), ("/console/program/tiers", {})):
        console.get("/console/tiers")
        answer = console.send(place, json="[]", version="0", **typed)
        assert answer.status_code == 412 and 'name="version" value="0"' in answer.text
    assert parts.read_part(hq, "tiers").body == LADDER
