"""Rewards in the console: what is refused says which field, and nothing that was typed is lost."""

import pytest
from playwright.sync_api import expect, sync_playwright

from hq.rewards.service import find_reward, list_rewards
from tests.browser import require_browser
from tests.hq.console.browsing import ARGUMENTS
from tests.hq.console.test_campaign_pages import text_of

NEW = "/console/rewards/-/new"
MUG = {
    "name": "Mug", "cost_points": "200", "starts_day": "2017-11-01", "ends_day": "", "e:kind": "amount_off",
    "e:target": "order", "e:amount": "3", "has_stock": "yes", "do": "save",
}  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"cost_points": "0"}, "Costs points: A reward costs 1 point or more."),
        ({"cost_points": "many"}, "Costs points: Type a whole number here."),
        ({"ends_day": "2016-01-01"}, "The last day is before the first day."),
        ({"e:amount": "0"}, "Amount: From 0.01 USD to 1,000,000,000.00 USD may stand here, not 0.00 USD."),
        ({"e:amount": "x"}, "Amount: Type an amount here, such as 12.50."),
    ],
)
def test_a_reward_that_nobody_could_get_is_not_drafted(console, hq, typed, told) -> None:
    console.get(NEW)
    answer = console.send(NEW, **{**MUG, **typed})
    assert answer.status_code == 400 and told in text_of(answer)
    assert 'name="name" maxlength="80" value="Mug"' in answer.text and list_rewards(hq) == []


def test_a_refused_change_of_a_reward_keeps_what_was_typed(console, hq) -> None:
    console.get(NEW)
    assert console.send(NEW, **MUG).status_code == 200
    answer = console.send("/console/rewards/mug-1/change", name="Cup", cost_points="0")
    assert "Costs points: A reward costs 1 point or more." in text_of(answer) and 'value="Cup"' in answer.text
    answer = console.send("/console/rewards/mug-1/change", name="", cost_points="300")
    assert "Give the reward a name." in text_of(answer) and 'value="300"' in answer.text
    assert (find_reward(hq, "mug-1").name, find_reward(hq, "mug-1").cost_points) == ("Mug", 200)


def test_with_script_too_it_is_said_why_a_form_was_refused(web, password) -> None:
    """The form is exchanged in its place; what stands above it comes along, and goes with the next answer."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=require_browser(), args=ARGUMENTS)
        page = browser.new_context(locale="en-GB").new_page()
        page.goto(f"{web.url}/console/sign-in")
        page.get_by_label("Name", exact=True).fill("admin")
        page.get_by_label("Password", exact=True).fill(password)
        page.get_by_role("button", name="Sign in").click()
        page.goto(f"{web.url}{NEW}")
        page.get_by_label("Name that stations show").fill("Mug")
        page.get_by_label("Costs points").fill("200")
        page.get_by_label("First day").fill("2017-11-01")
        page.get_by_label("Last day (empty: no end)").fill("2016-01-01")
        page.get_by_label("Amount", exact=True).fill("3")
        page.get_by_role("button", name="Make the reward").click()
        expect(page.get_by_role("alert")).to_contain_text("The last day is before the first day.")
        page.get_by_role("button", name="Show again").last.click()
        expect(page.locator("#main > .fault")).to_have_count(0)
        expect(page.get_by_label("Amount", exact=True)).to_have_value("3")
        browser.close()


@pytest.mark.parametrize("stock", ["yes", ""])
def test_a_reward_opens_in_the_rule_builder(console, hq, stock) -> None:
    console.get(NEW)
    console.send(NEW, **{**MUG, "has_stock": stock})
    page = console.get("/console/campaigns/mug/rules/mug-1").text
    assert "No form can show" not in page and 'name="cost_points" value="200"' in page
