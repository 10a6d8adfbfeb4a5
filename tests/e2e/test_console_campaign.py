"""A campaign from the idea to the till and back: built by keyboard, tested, approved, published, redeemed, paused.

Head office and the station are processes of their own, and two people sit at Debian's Chromium.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from hq.access.actor import SYSTEM, Ceilings
from hq.access.scopes import Role
from hq.home import open_hq
from hq.staff.office import add_office_person, choose_password
from tests.browser import require_browser
from tests.hq.console.browsing import ARGUMENTS
from tests.rig.processes import HqProcess, StationProcess, World, an_order, eventually

PASSWORD = "a password for a test only"
HEARD_S = 60  # a pause reaches a station that is on line within a minute
TABS_MAX = 400


@pytest.fixture
def people(world: World) -> World:
    """Ada may give up to ten percent by herself; Ben may give anything."""
    hq = open_hq(world.hq_dir)
    try:
        for name, ceilings in (("Ada", Ceilings(percent=1_000)), ("Ben", None)):
            link = add_office_person(hq, SYSTEM, name=name, role=Role.MARKETER, ceilings=ceilings)
            choose_password(hq, link.token, PASSWORD)
    finally:
        hq.close()
    return world


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=require_browser(), args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


class Desk:
    """Somebody at the console. Whatever their browser asks for is noted."""

    def __init__(self, browser: Browser, url: str, name: str) -> None:
        self.url, self.asked = url, list[str]()
        self.page: Page = browser.new_context(locale="en-GB").new_page()
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(f"{url}/console/sign-in")
        self.page.get_by_label("Name", exact=True).fill(name)
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()

    def open(self, place: str) -> None:
        self.page.goto(f"{self.url}/console/{place}")

    def press(self, button: str) -> None:
        self.page.get_by_role("button", name=button, exact=True).first.click()

    # --- by keyboard alone -------------------------------------------------------------------------------------------

    def reach(self, selector: str) -> None:
        """Go with the Tab key until a place of the page has the focus."""
        at = f"document.activeElement?.matches({selector!r})"
        for _ in range(TABS_MAX):
            if self.page.evaluate(at):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"the Tab key never reaches {selector}")

    def type_into(self, selector: str, text: str) -> None:
        self.reach(selector)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def choose(self, selector: str, label: str) -> None:
        """Choose in a list by typing the beginning of what it says, as browsers do."""
        self.reach(selector)
        self.page.keyboard.type(label)
        expect(self.page.locator(f"{selector} option:checked")).to_have_text(label)

    def choose_what(self, selector: str, label: str) -> None:
        """Choose what other fields depend on: the builder shows them by itself."""
        self._mark()
        self.choose(selector, label)
        self._shown_again()

    def push(self, selector: str) -> None:
        """Press a button of the builder, which changes in its place."""
        self.reach(selector)
        self._mark()
        self.page.keyboard.press("Enter")
        self._shown_again()

    def go(self, selector: str, to: str) -> None:
        """Follow a link, or press a button that leads to another page."""
        self.reach(selector)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(f"**{to}*")

    def _mark(self) -> None:
        self.page.evaluate("document.getElementById('builder').dataset.old = 'yes'")

    def _shown_again(self) -> None:
        expect(self.page.locator("#builder[data-old]")).to_have_count(0)


def _name(path: str, field: str) -> str:
    return f'[name="{path}:{field}"]'


def _button(act: str) -> str:
    return f'button[value="{act}"]'


def build_rule(ada: Desk) -> None:
    """Build 20 % off from 5.00 on in this store or for gold members, with nothing but the keyboard."""
    ada.go('a[href$="/rules/new"]', to="/rules/new")
    ada.type_into('[name="name"]', "Twenty off")
    ada.type_into('[name="e:basis_points"]', "20")
    ada.push(_button("add:c:all"))
    ada.type_into(_name("c.0", "value"), "5")
    ada.push(_button("add:c:any"))
    ada.choose_what(_name("c.1.0", "fact"), "Store")
    ada.choose(_name("c.1.0", "value"), "Harbour (S1)")
    ada.push(_button("add:c.1:fact"))
    ada.choose_what(_name("c.1.1", "fact"), "Tier")
    ada.type_into(_name("c.1.1", "value"), "gold")
    ada.push("#do-show")
    said = (
        "when the order's total is at least 5.00 EUR and (the store is Harbour or the member's tier is gold)"
    )
    expect(ada.page.locator(".sentence")).to_contain_text(f"Automatically, {said}: 20 % off the order.")
    assert ada.page.evaluate("document.activeElement.id") == "do-show"  # the focus stays where it was
    ada.go("#do-save", to="/edit/what")
    expect(ada.page.locator(".rules")).to_contain_text("Twenty off")


def make_scenario(ada: Desk, day: str) -> None:
    """Say what is expected of ten euros of coffee, and see it pass."""
    ada.open("campaigns/twenty/scenarios/new")
    ada.page.get_by_label("Name", exact=True).fill("Ten euros of coffee")
    ada.page.get_by_label("Day", exact=True).fill(day)
    ada.page.get_by_label("SKU 1", exact=True).fill("coffee")
    ada.page.get_by_label("Price of a unit 1", exact=True).fill("10.00")
    ada.press("Try it")
    expect(ada.page.locator("main")).to_contain_text("2.00 EUR off")
    ada.page.get_by_label("Amount off of Twenty off", exact=True).fill("2.00")
    ada.press("Keep the scenario")
    expect(ada.page.locator("main")).to_contain_text("1 of 1 pass on the draft as it is now.")


@pytest.mark.timeout(420)
@pytest.mark.parametrize("hears", ["when told to", pytest.param("by itself", marks=pytest.mark.slow)])
def test_a_campaign_is_built_tested_approved_published_redeemed_and_paused(
    people: World, enrolled: World, hq: HqProcess, station: StationProcess, hears: str
):
    """What is asked of the console as a whole: every step by its pages, every effect at a real station.

    By itself a station hears of a pause within a minute; told to sync, at once.
    """

    def hear() -> None:
        for _ in range(2 if hears == "when told to" else 0):  # what is new; then what it goes by now
            assert station.ask({"sync": True})["answer"] == "synced"

    today = datetime.now(UTC).date()
    with chromium() as browser:
        ada, ben = Desk(browser, hq.url, "Ada"), Desk(browser, hq.url, "Ben")
        ada.open("campaigns/-/new")
        ada.page.get_by_label("Nothing yet").check()
        ada.page.get_by_label("Name", exact=True).fill("Twenty")
        ada.page.get_by_label("First day", exact=True).fill((today - timedelta(days=1)).isoformat())
        ada.page.get_by_label("Last day (empty: no end)").fill((today + timedelta(days=9)).isoformat())
        ada.press("Make the draft")
        build_rule(ada)
        make_scenario(ada, today.isoformat())

        ada.open("campaigns/twenty/edit/review")  # twenty percent are above what she may give
        ada.press("Publish now")
        expect(ada.page.get_by_role("alert")).to_contain_text("20 %")
        assert _discount(station, people, "O-0") == 0
        ada.open("campaigns/twenty/edit/review")
        ada.press("Ask somebody else")
        expect(ada.page.locator("main")).to_contain_text("Waits for approval")
        expect(ada.page.get_by_role("button", name="Approve", exact=True)).to_have_count(0)
        ben.open("campaigns?approval=waiting")
        ben.page.get_by_role("link", name="Twenty").click()
        ben.press("Approve")
        expect(ben.page.locator("main")).to_contain_text("The draft is approved.")
        ada.open("campaigns/twenty/edit/review")
        ada.press("Publish now")
        expect(ada.page.locator("#heard")).to_contain_text("Heard by")

        assert station.ask({"sync": True})["answer"] == "synced"
        assert _discount(station, people, "O-1") == 154  # of 7.70
        heard = "Heard by 1 of 1 stations"
        hear()
        ada.open("campaigns/twenty")  # a station says what it goes by when it next asks
        expect(ada.page.locator("#heard")).to_contain_text(heard, timeout=HEARD_S * 1000)

        ada.press("Pause now")
        expect(ada.page.locator("main")).to_contain_text("The campaign is paused.")
        expect(ada.page.locator("#heard")).to_contain_text("that it is stopped")
        hear()  # with nobody who tells it to, it hears by itself and says so when it next asks; so does the page
        eventually(lambda: _quoted(station, people) == 0, within_s=HEARD_S)
        expect(ada.page.locator("#heard")).to_contain_text(heard, timeout=HEARD_S * 1000)
        assert _discount(station, people, "O-2") == 0
        ada.press("Let it run again")
        assert station.ask({"sync": True})["answer"] == "synced"
        assert _discount(station, people, "O-3") == 154

        host = hq.url.partition("//")[2]
        foreign = [
            each for each in ada.asked + ben.asked if each.partition("//")[2].partition("/")[0] != host
        ]
        assert foreign == []


def _quoted(station: StationProcess, world: World) -> int:
    """Return what would be taken off the same order, which nobody pays."""
    assert station.ask(world.member_code)["answer"] == "member"
    return station.ask({"quote": an_order("Q")["order"]})["discount"]


def _discount(station: StationProcess, world: World, order_id: str) -> int:
    """Return what is taken off coffee and a cake, 7.70 together, for a member."""
    assert station.ask(world.member_code)["answer"] == "member"
    return station.ask(an_order(order_id))["discount"]
