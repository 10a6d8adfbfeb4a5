"""Scenarios in our own program format, as docs/scenarios.md says, and how a failed one is explained."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from app.cases.files import Found
from app.cases.run import Verdict, run_case
from app.cli import cli
from resources.load import translations

DOCS = Path(__file__).parent.parent.parent / "docs"


def block(page: str, kind: str) -> str:
    found = re.search(
        rf"^```{kind}\n(.*?)^```$", (DOCS / page).read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    assert found is not None
    return found[1]


CORNER = json.loads(block("program.md", "json"))
EXAMPLE = json.loads(block("scenarios.md", "json"))


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "corner.json").write_text(json.dumps(CORNER, indent=2))
    return tmp_path


def rule(rule_id: str, effect: dict[str, Any], **other: Any) -> dict[str, Any]:
    return {"id": rule_id, "name": rule_id, "trigger": "automatic", "priority": 0, "effect": effect, **other}


def program(*rules: dict[str, Any], **other: Any) -> dict[str, Any]:
    campaigns = [{**CORNER["campaigns"][0], "id": each["id"], "rules": [each]} for each in rules]
    return {**CORNER, "campaigns": campaigns, **other}


def told(said: dict[str, Any], folder: Path = DOCS, **other: Any) -> Verdict:
    return run_case(Found("s", {**EXAMPLE, **said}), folder=folder, **other)


def at(time: str) -> dict[str, Any]:
    return {**EXAMPLE["order"], "at": f"2026-03-02T{time}"}


def test_the_example_passes_and_later_fails_as_shown(folder):
    """The command is run on the page's example, and prints what the page shows."""
    early, late = folder / "early.json", folder / "late.json"
    early.write_text(json.dumps(EXAMPLE))
    late.write_text(json.dumps({**EXAMPLE, "order": at("10:15")}))
    run = CliRunner().invoke
    assert run(cli, ["cases", "run", str(early)]).stdout == "1 case: 1 passed, 0 failed, 0 not supported.\n"
    result = run(cli, ["cases", "run", str(late)])
    assert (result.exit_code, result.stdout) == (1, block("scenarios.md", "text"))


def test_reasons_are_told_in_another_language(folder):
    late = {"order": at("10:15"), "expected": {"offers": {"morning-1": "applies"}}}
    english = told(late, folder)
    korean = told(late, folder, translate_text=translations("ko").gettext)
    sentence = "This offer is not valid at this time."
    assert sentence in english.why[0]
    assert translations("ko").gettext(sentence) in korean.why[0]
    assert sentence not in korean.why[0]


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        ("0.50", None),
        ("0.5", None),
        ("applies", None),
        ("0.60", "expected 0.60 off, but it took 0.50 off"),
        ("refused", "expected that it is refused, but it took 0.50 off"),
        ("wrong_store", "expected a refusal, wrong_store, but it took 0.50 off"),
    ],
)
def test_an_offer_that_applies_is_held_against_what_is_expected(folder, wanted, why):
    verdict = told({"expected": {"offers": {"morning-1": wanted}}}, folder)
    assert verdict.got == {"offers": {"morning-1": "0.50"}}
    assert (verdict.why[0] if why else verdict.why) == (f"morning-1 (Coffee 10 % off): {why}" if why else ())


@pytest.mark.parametrize(
    ("wanted", "passes"),
    [("refused", True), ("outside_hours", True), ("wrong_store", False), ("applies", False), ("0.00", False)],
)
def test_an_offer_that_is_refused_is_held_against_what_is_expected(folder, wanted, passes):
    verdict = told({"order": at("06:59"), "expected": {"offers": {"morning-1": wanted}}}, folder)
    assert (verdict.why == ()) is passes
    assert verdict.got == {"offers": {"morning-1": "outside_hours"}}


def test_every_figure_can_be_expected_and_be_wrong(folder):
    right = {
        "discount": "0.50",
        "payable": "6.30",
        "tax": "0.84",
        "due": "2.30",
        "points": 6,
        "points_spent": 0,
        "credit": "0.00",
        "lines": {"espresso": "0.50", "croissant": "0"},
        "gifts": {"mug": 0},
    }
    paid = {"payments": [{"kind": "gift_card", "balance": "4.00"}]}
    verdict = told({**paid, "expected": right}, folder)
    assert verdict.why == ()
    for key, value in right.items():
        wrong = (
            {"espresso": "0.51"}
            if key == "lines"
            else {"mug": 1}
            if key == "gifts"
            else 7
            if type(value) is int
            else "7"
        )
        assert len(told({**paid, "expected": {key: wrong}}, folder).why) == 2, key


def test_a_wrong_total_tells_what_every_offer_did():
    gift = rule("mug", {"kind": "gift", "sku": "mug"})
    back = rule("back", {"kind": "credit", "amount": 25})
    paid = rule(
        "paid", {"kind": "amount_off", "target": "order", "amount": 100}, trigger="choice", cost_points=50
    )
    said = {"program": program(gift, back, paid), "presented": ["paid"], "expected": {"payable": "0.00"}}
    assert told(said).why == (
        "to pay: expected 0.00, got 5.80",
        "What happened: paid (paid) took 1.00 off, cost 50 points; mug (mug) handed out 1 of mug; "
        "back (back) gave 0.25 to the wallet",
    )


def test_what_several_offers_give_is_added_up():
    mug, cup = (rule(name, {"kind": "gift", "sku": "mug"}) for name in ("mug", "cup"))
    off = [rule(f"off-{n}", {"kind": "amount_off", "target": "order", "amount": 68}) for n in (1, 2)]
    right = {"gifts": {"mug": 2}, "lines": {"espresso": "1.00", "croissant": "0.36"}, "discount": "1.36"}
    assert told({"program": program(mug, cup, *off), "expected": right}).why == ()


def test_an_offer_that_was_not_shown_is_told():
    coupon = rule("coupon", {"kind": "amount_off", "target": "order", "amount": 100}, trigger="voucher")
    said = {"program": program(coupon), "expected": {"offers": {"coupon": "1.00"}}}
    assert told(said).why[0] == "coupon (coupon): expected 1.00 off, but it was not shown"
    assert told({**said, "presented": ["coupon"]}).why == ()
    used = [{"rule": "coupon", "uses_max": 1, "uses": 1, "owner": "somebody else", "ends_on": "2026-01-01"}]
    assert told({**said, "presented": used, "expected": {"offers": {"coupon": "not_owner"}}}).why == ()
    assert (
        told({**said, "presented": used, "expected": {"offers": {"coupon": "limit_total_reached"}}}).why == ()
    )
    assert told({**said, "presented": used, "expected": {"offers": {"coupon": "expired"}}}).why == ()


def test_what_is_not_told_has_not_happened_and_there_is_stock():
    reward = rule("reward", {"kind": "amount_off", "target": "order", "amount": 100}, has_stock=True)
    said = {"program": program(reward), "expected": {"offers": {"reward": "1.00"}}}
    said["program"]["campaigns"][0]["limits"] = {
        "uses": 1,
        "member_uses": [{"at_most": 1, "period": "month"}],
    }
    assert told(said).why == ()
    none_left = {**said, "known": {"stock:reward": 0}, "expected": {"offers": {"reward": "out_of_stock"}}}
    assert told(none_left).why == ()
    elsewhere = {"known": {"stock:reward": 0, "stock_elsewhere:reward": 2}}
    assert told({**none_left, **elsewhere, "expected": {"offers": {"reward": "online_only"}}}).why == ()
    used = {**said, "known": {"member_uses:reward/month": 1}}
    assert told({**used, "expected": {"offers": {"reward": "limit_per_member_reached"}}}).why == ()


def test_a_member_can_be_told_in_full():
    asks = [
        {"fact": "member.tier", "op": "is", "value": "gold"},
        {"fact": "member.segments", "op": "contains", "value": "regulars"},
        {"fact": "member.attribute", "name": "country", "op": "is", "value": "DE"},
        {"fact": "member.number", "name": "children", "op": "at_least", "value": 2},
        {"fact": "member.consents", "op": "contains", "value": "email"},
        {"fact": "member.birthday", "op": "within_days", "value": 1},
        {"fact": "member.anniversary", "op": "within_days", "value": 0},
        {"fact": "signal", "name": "weather", "op": "is", "value": "rain"},
        {"fact": "order.channel", "op": "is", "value": "app"},
        {"fact": "order.register", "op": "is", "value": "7"},
    ]
    off = rule("off", {"kind": "amount_off", "target": "order", "amount": 100}, condition={"all": asks})
    member = {
        "ref": "m",
        "tier": "gold",
        "segments": ["regulars"],
        "attributes": {"country": "DE", "children": 2},
        "consents": ["email"],
        "birthday": "1990-03-03",
        "joined_on": "2020-03-02",
        "debt": 0,
    }
    order = {**EXAMPLE["order"], "channel": "app", "register": "7"}
    said = {"program": program(off), "order": order, "signals": {"weather": "rain"}, "member": member}
    assert told({**said, "expected": {"offers": {"off": "1.00"}}}).why == ()
    for key in member.keys() - {"ref", "debt"}:
        fewer = {name: value for name, value in member.items() if name != key}
        assert told({**said, "member": fewer, "expected": {"offers": {"off": "refused"}}}).why == (), key
    nobody = {**said, "member": None, "expected": {"offers": {"off": "member_needed"}}}
    assert told(nobody).why == ()
    stopped = {**said, "stopped": ["rule:off"], "expected": {"offers": {"off": "stopped"}}}
    assert told(stopped).why == ()


def test_a_line_can_be_told_in_full():
    sets = {
        "all": {
            "skus": ["ham"],
            "categories": ["deli"],
            "brands": ["own"],
            "attributes": {"season": ["new"]},
            "not_reduced": True,
        }
    }
    half = {"kind": "percent_off", "target": "products", "products": "all", "basis_points": 5000}
    ham = {
        "sku": "ham",
        "quantity": "0.350",
        "unit_price": "20.00",
        "floor": "15.00",
        "levy": "1.00",
        "categories": ["deli"],
        "brand": "own",
        "attributes": {"season": "new"},
        "tax": "10",
        "net": True,
    }
    said = {
        "program": program(rule("half", half), product_sets=sets),
        "order": {**at("08:00"), "lines": [ham]},
    }
    # 7.00 less 1.75 down to the floor, with 10 % tax and the levy of 0.35.
    assert told({**said, "expected": {"discount": "1.75", "payable": "6.13", "tax": "0.53"}}).why == ()
    reduced = {**said, "order": {**at("08:00"), "lines": [{**ham, "reduced": True}]}}
    assert told({**reduced, "expected": {"discount": "0.00"}}).why == ()
    bag = {"sku": "bag", "amount": "3.00", "quantity": 2, "kind": "delivery"}
    assert told({**said, "order": {**at("08:00"), "lines": [bag]}, "expected": {"payable": "3.00"}}).why == ()


def test_the_clock_is_that_of_the_program(folder):
    abroad = {**EXAMPLE["order"], "at": "2026-03-02T06:00:00+00:00"}
    assert told({"order": abroad}, folder).why == ()
    assert told({"order": at("07:00")}, folder).why == ()


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"program": "none.json"}, "program: .*none.json can't be read: No such file"),
        ({"program": 5}, "program: expected a text, found 5"),
        ({"program": {"format": 1}}, "program.product_sets"),
        ({"order": {}}, "order.lines: expected a list"),
        ({"order": {**EXAMPLE["order"], "at": "soon"}}, "order.at: expected a time such as"),
        ({"order": {**EXAMPLE["order"], "store": ""}}, "order.store: expected a text"),
        (
            {"order": {**EXAMPLE["order"], "lines": [{"sku": "A"}]}},
            r"lines\[0\]: expected either unit_price or amount",
        ),
        ({"presented": ["nobody"]}, r"presented\[0\]: the program has no rule 'nobody'"),
        ({"presented": ["morning-1"]}, "'morning-1' applies by itself"),
        ({"presented": [5]}, r"presented\[0\]: expected an object"),
        ({"known": {"uses:moon": 1}}, "known.uses:moon: the program doesn't ask for it; it asks for nothing"),
        ({"member": {"birthday": "soon"}}, "member.birthday: expected a date such as"),
        ({"expected": {}}, "expected: holds nothing"),
        ({"expected": {"offers": {"nobody": "1"}}}, "expected.offers.nobody: the program has no rule"),
        ({"expected": {"offers": {"morning-1": "much"}}}, "expected.offers.morning-1: 'much' is no number"),
        ({"expected": {"payable": "6.301"}}, "expected.payable: 6.301 has more than 2 decimals"),
    ],
)
def test_a_scenario_that_cannot_be_read_fails_in_words(folder, said, problem):
    verdict = told(said, folder)
    assert verdict.result == "failed"
    assert re.search(problem, verdict.why[0]), verdict.why


@pytest.mark.parametrize(
    "said",
    [
        {"moon": 1},
        {"order": {**EXAMPLE["order"], "moon": 1}},
        {"member": {"moon": 1}},
        {"expected": {"moon": 1}},
        {"payments": [{"kind": "barter", "balance": "1"}]},
        {"presented": [{"rule": "morning-1", "moon": 1}]},
    ],
)
def test_a_word_that_means_nothing_in_a_scenario_is_not_supported(folder, said):
    verdict = told(said, folder)
    assert verdict.result == "unsupported"
    assert "moon" in verdict.why[0] or "barter" in verdict.why[0]


def test_a_broken_program_file_is_told(folder):
    (folder / "corner.json").write_text("{")
    assert "corner.json: is no JSON" in told({}, folder).why[0]
