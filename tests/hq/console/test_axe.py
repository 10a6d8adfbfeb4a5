"""Every page of the console in Debian's Chromium: nothing that axe finds, nothing from elsewhere, nothing heavy.

The list of pages comes from the route table. The HQ is a small demo: two shops and a week of the shopping year, with
what people at head office made besides.
"""

import pytest

from app.clock import SetClock
from app.demo.furnishing import furnish
from bench._console import PUBLIC, addresses, browsing, let_in, make_demo
from hq.home import open_hq
from tests.browser import require_browser
from tests.hq.console.browsing import findings
from tests.hq.server import serving

SIZE_MAX = 300 * 1024
PAINT_MS_MAX = 1_500
AFTER_MS = 1_503_360_000_000  # behind the demo's week, 2017-08-22
SOME = (*PUBLIC, "/console/me", "/console/staff", "/console/staff/new", "/console/settings/limits")
# Each theme and each language once: colours don't speak, and words have no colour of their own.
WAYS = [("light", "en"), ("dark", "ko")]


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory):
    """A small demo's HQ, served, with somebody signed in at a browser."""
    require_browser()
    folder = make_demo(tmp_path_factory.mktemp("demo") / "out", "--stores", "2", "--weeks", "33-34")
    hq = open_hq(folder, clock=SetClock(AFTER_MS))
    furnish(hq)
    let_in(hq)
    with serving(hq) as web, browsing(web.url) as visitor:
        visitor.sign_in()
        yield hq, visitor
    hq.close()


def look(visitor, address):
    """Visit a page and return what is wrong with it, and when it was painted."""
    seen = visitor.visit(address)
    wrong = findings(visitor.page)
    if seen.status >= 500 or (seen.status >= 400 and address not in PUBLIC):
        wrong.append(f"status {seen.status}")
    if address not in PUBLIC:
        wrong += seen.errors
    if elsewhere := seen.hosts - {visitor.url.removeprefix("http://")}:
        wrong.append(f"asks other hosts: {elsewhere}")
    if seen.size >= SIZE_MAX:
        wrong.append(f"{seen.size:,} bytes")
    return wrong, seen.paint_ms


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("theme", "language"), WAYS)
def test_some_pages_are_for_everybody(shown, theme: str, language: str) -> None:
    _, visitor = shown
    visitor.wear(theme=theme, language=language)
    assert {address: wrong for address in SOME if (wrong := look(visitor, address)[0])} == {}


@pytest.mark.slow
@pytest.mark.timeout(5_400)
@pytest.mark.parametrize(("theme", "language"), WAYS)
def test_every_page_is_for_everybody(shown, theme: str, language: str) -> None:
    """A5.1–A5.3: no violation on any page, no other host, below 300 KB, each painted first within 1.5 s."""
    hq, visitor = shown
    there, lacking = addresses(hq)
    assert lacking == [], "the demo has nothing to show there"
    visitor.wear(theme=theme, language=language)
    found = {}
    for address in there:
        wrong, paint_ms = look(visitor, address)
        if paint_ms is None or paint_ms > PAINT_MS_MAX:  # once more: this machine may have been busy
            paint_ms = visitor.visit(address).paint_ms
        if paint_ms is None or paint_ms > PAINT_MS_MAX:
            wrong.append(f"first paint after {paint_ms} ms")
        if wrong:
            found[address] = wrong
    assert found == {}


@pytest.mark.timeout(600)
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


@pytest.mark.timeout(600)
def test_nothing_is_wider_than_a_small_window(shown) -> None:
    _, visitor = shown
    for address in SOME:
        visitor.visit(address)
        visitor.page.set_viewport_size({"width": 768, "height": 900})
        assert visitor.page.evaluate("document.documentElement.scrollWidth") <= 768, address
