"""What people read of a what-if: tables that add up, reasons in their language, and what it rests on."""

import re
from typing import Any

from app.whatif.draft import read_draft
from app.whatif.replay import Take, what_if
from app.whatif.words import Report
from resources.load import translations
from tests.core.facts import Document, amount_off, automatic, campaign, earning, leaf, program, rule, shown
from tests.whatif.past import Sale, body, really, sale

GONE = program(campaign("gone", rule("gone-1", amount_off(200))))
FROM_THIRTY = campaign(
    "thirty", automatic("t", amount_off(100_000), condition=leaf("order.total", "at_least", 3000))
)
SALES = [
    sale("2017-06-01", 150_000, shown=(shown("a", "gone-1"),)),
    sale("2017-06-02", 1000, who="M2"),
    sale("2017-06-03", 2000, who="M2"),
]


WOULD, REALLY = ("times", "orders", "members", "discount"), ("really:", "times", "discount")


def report(*campaigns: Document, sales: list[Sale] = SALES, language: str = "en", **changed: Any) -> Report:
    take = changed.pop("take", Take.SHOWN)
    draft = read_draft(body(*campaigns, **changed), ignore_dates=changed.pop("ignore_dates", False))
    findings = what_if(draft.program, really(sales, GONE), take=take)
    return Report(draft, findings, take, "Really: as told.", translations(language).gettext)


def figures(told: str, name: str) -> list[str]:
    """Return the figures of the first line that begins with a name."""
    (line, *_) = [line for line in told.splitlines() if line.startswith(f"  {name}")]
    return line.removeprefix(f"  {name}").split()


def test_campaigns_stand_beside_what_really_happened_and_add_up() -> None:
    told = report(FROM_THIRTY).told()
    assert figures(told, "Campaign") == [*WOULD, *REALLY]
    assert figures(told, "Campaign thirty") == ["1", "1", "1", "1,000.00", "0", "0.00"]
    assert figures(told, "(not in the draft)") == ["-", "-", "-", "-", "1", "2.00"]
    assert figures(told, "Together") == ["1", "1", "1", "1,000.00", "1", "2.00"]
    assert "3 orders of 2017-06-01 to 2017-06-03, worth 1,530.00 USD,\n  by 2 members in 1 store." in told


def test_totals_before_and_after_say_the_difference() -> None:
    told = report(FROM_THIRTY).told()
    assert figures(told, "Discounts") == ["2.00", "1,000.00", "+998.00"]
    assert figures(told, "To pay") == ["1,528.00", "530.00", "-998.00"]
    assert figures(told, "Points issued") == ["1,528", "530", "-998"]
    assert figures(told, "base") == ["3", "2", "530"]
    assert "Gifts" not in told


def test_columns_of_what_the_draft_does_not_give_are_left_out() -> None:
    bag = campaign("bag", automatic("b", {"kind": "gift", "sku": "BAG"}))
    back = campaign("back", automatic("w", {"kind": "credit", "amount": 5}))
    told = report(bag, back).told()
    head = figures(told, "Campaign")
    assert head == [*WOULD, "gifts", "to", "wallets", *REALLY]
    assert figures(told, "Together") == ["6", "3", "2", "0.00", "3", "0.15", "1", "2.00"]
    assert figures(told, "Gifts") == ["0", "3", "+3"]
    assert figures(told, "To wallets") == ["0.00", "0.15", "+0.15"]


def test_reasons_are_told_with_the_numbers_they_share() -> None:
    told = report(FROM_THIRTY).told()
    assert "Campaign thirty: could have applied 3 times, applied 1, did not 2:" in told
    assert "          2  … short of 30.00." in told
    assert "… short of" not in report(FROM_THIRTY, language="ko").told()
    assert re.search(r" 2  [^a-z]+\n", report(FROM_THIRTY, language="ko").told())


def test_a_campaign_without_a_figure_says_why() -> None:
    later = campaign("later", automatic("l", amount_off(1)), starts_on="2018-06-01", ends_on="2018-06-30")
    told = report(later, campaign("code", rule("c", amount_off(1)))).told()
    assert "Campaign later: not on in this time, since it runs 2018-06-01 to 2018-06-30." in told
    assert "Campaign code: nobody showed or picked it in these orders." in told
    assert "did not" not in told
    before = campaign("before", automatic("b", amount_off(1)), starts_on="2016-06-01", ends_on="2016-06-30")
    assert "Campaign before: not on in this time" in report(before).told()


def test_a_code_that_was_shown_needs_no_explanation() -> None:
    for products in (None, "coffee"):
        assert "nobody showed" not in report(campaign("gone", rule("any", amount_off(1, products)))).told()


def test_a_campaign_that_begins_on_the_last_day_was_on() -> None:
    for dates in ({"starts_on": "2017-06-03"}, {"starts_on": "2016-01-01", "ends_on": "2017-06-01"}):
        assert "not on" not in report(campaign("edge", automatic("e", amount_off(1)), **dates)).told()


def test_points_of_another_currency_are_named_and_stand_outside_the_sum() -> None:
    told = report(earning=[earning(), earning(id="extra", points="stars")]).told()
    assert figures(told, "extra (stars)") == ["3", "2", "1,530"]
    assert told.count("  Together") == 2
    assert re.search(r"\n  Together +1,530\n", told)


def rests_on(told: str) -> str:
    """Return the last part, unwrapped."""
    return " ".join(told.split("What this rests on\n")[1].split())


def test_it_says_what_it_rests_on() -> None:
    plain = rests_on(report(FROM_THIRTY).told())
    assert plain.startswith("- Really: as told. - Orders stay as they were")
    assert "of the 1 that were shown, 0 are in the draft" in plain
    for word in ("every choice", "Events", "dates of campaigns", "stage is draft"):
        assert word not in plain
    asks = campaign(
        "e", automatic("x", amount_off(1), condition=leaf("event.count", "at_least", 1, name="visit"))
    )
    everything = rests_on(report(asks, take=Take.CHOICE, life={"stage": "draft"}).told())
    for word in ("every choice", "Events", "stage is draft"):
        assert word in everything


def test_lines_fit_on_a_screen_and_columns_stand_below_each_other() -> None:
    long = {**FROM_THIRTY, "name": "A campaign with a name that is far too long to be a heading"}
    lines = report(long).told().splitlines()
    assert max(map(len, lines)) <= 112
    head, *rows = [line for line in lines if re.search(r"(discount|\d\.\d\d)$", line)][:4]
    assert {len(row) for row in rows} == {len(head)}
    assert "  A campaign with a name that is far too …  " in rows[0]


def test_without_orders_there_is_nothing_to_tell() -> None:
    empty = report(FROM_THIRTY, sales=[])
    assert empty.told() == "There are no orders to play the draft against."
    assert empty.record()["orders"] == 0


def test_money_is_written_with_the_digits_of_its_currency() -> None:
    draft = read_draft(body(FROM_THIRTY, currency="KRW"))
    findings = what_if(draft.program, [])
    assert Report(draft, findings, Take.SHOWN, "")._money(-1234567) == "-1,234,567"
    assert report()._money(-1234507) == "-12,345.07"


def test_the_record_holds_the_same_figures() -> None:
    made = report(FROM_THIRTY)
    found = made.record()
    (row,) = found["campaigns"]
    assert (row["times"], row["orders"], row["members"], row["discount"]) == (1, 1, 1, 100_000)
    assert row["really"]["times"] == 0
    assert row["refused"] == [{"code": "min_total_not_met", "count": 2, "sentence": "… short of 30.00."}]
    assert (found["before"]["discount"], found["after"]["discount"]) == (200, 100_000)
    assert found["together"]["discount"] == sum(each["discount"] for each in found["campaigns"])
    assert found["really"]["discount"] == found["really_not_in_draft"]["discount"] == 200
    assert found["earning"] == [
        {"id": "base", "currency": "points", "orders": 3, "members": 2, "points": 530}
    ]
    assert (found["program"]["version"], found["currency"], found["take"]) == (7, "USD", "shown")
    assert found["rests_on"][0] == "Really: as told."
