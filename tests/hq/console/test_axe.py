"""Every page of the console in Debian's Chromium: nothing that axe finds, nothing from elsewhere, nothing heavy.

The list of pages comes from the route table. The HQ is a small demo: two shops and a week of the shopping year, with
what people at head office made besides. When pages are painted is measured by `bench console`, on a quiet machine.
"""

import pytest

from app.demo.journey import Selection
from bench._console import PUBLIC, addresses, browsing, demo_hq
from tests.browser import require_browser
from tests.hq.console.browsing import COLOURS, findings
from tests.hq.server import serving

SIZE_MAX = 300 * 1024
SOME = (*PUBLIC, "/console/me", "/console/staff", "/console/staff/new", "/console/settings/limits")


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory):
    """A small demo's HQ, served, with somebody signed in at a browser."""
    require_browser()
    hq = demo_hq(tmp_path_factory.mktemp("demo") / "out", Selection(2, 33, 34))
    with serving(hq) as web, browsing(web.url) as visitor:
        visitor.sign_in()
        yield hq, visitor
    hq.close()


def look(visitor, address):
    """Visit a page and return what is wrong with it, in light colours and in dark ones."""
    visitor.wear("light")
    seen = visitor.visit(address)
    wrong = findings(visitor.page)
    visitor.wear("dark")
    wrong += [f"dark: {each}" for each in findings(visitor.page, COLOURS)]
    if seen.status >= 500 or (seen.status >= 400 and address not in PUBLIC):
        wrong.append(f"status {seen.status}")
    if address not in PUBLIC:
        wrong += seen.errors
    if elsewhere := seen.hosts - {visitor.url.removeprefix("http://")}:
        wrong.append(f"asks other hosts: {elsewhere}")
    if seen.size >= SIZE_MAX:
        wrong.append(f"{seen.size:,} bytes")
    return wrong


@pytest.mark.timeout(300)
def test_some_pages_are_for_everybody(shown) -> None:
    _, visitor = shown
    assert {address: wrong for address in SOME if (wrong := look(visitor, address))} == {}


@pytest.mark.slow
@pytest.mark.timeout(1_800)
@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_page_is_for_everybody(shown, language: str) -> None:
    """A5.1–A5.3: no violation on any page, light or dark, no other host, below 300 KB."""
    hq, visitor = shown
    there, lacking = addresses(hq)
    assert lacking == [], "the demo has nothing to show there"
    visitor.speak(language)
    assert {address: wrong for address in there if (wrong := look(visitor, address))} == {}


@pytest.mark.timeout(300)
def test_menus_close_and_the_search_is_one_key_away(shown) -> None:
    _, visitor = shown
    visitor.visit("/console/staff")
    page = visitor.page
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "q"
    page.click("header .menu summary")
    assert page.is_visible("header .menu .sheet")
    page.keyboard.press("Escape")
    assert not page.is_visible("header .menu .sheet")
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"


@pytest.mark.timeout(300)
def test_nothing_is_wider_than_a_small_window(shown) -> None:
    hq, visitor = shown
    visitor.page.set_viewport_size({"width": 768, "height": 900})
    for address in SOME:
        visitor.visit(address)
        assert visitor.page.evaluate("document.documentElement.scrollWidth") <= 768, address
    there, _ = addresses(hq)
    visitor.page.set_viewport_size({"width": 320, "height": 700})
    narrow = [each for each in there if "/rules/" in each or each.endswith("/sheet") or "/matters" in each]
    assert len(narrow) > 4
    for address in narrow:
        visitor.visit(address)
        assert visitor.page.evaluate("document.documentElement.scrollWidth") <= 320, address
