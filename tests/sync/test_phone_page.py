"""The phone's page in a real browser: it binds itself by a link, and what it shows is redeemed with at a station.

HQ's clock and the station's stand in January 2026 here, and the browser's does not: the page goes by HQ's.
"""

import pytest

from app.core.phone_code import PHONE_PREFIX
from app.station.identify import identify
from app.station.redeem import hand_in
from hq.phone.service import new_link
from scanner.picture import read_bytes
from tests.browser import Browser, Page, require_browser
from tests.builders import an_order, at_till
from tests.sync.world import REF

IS_SHOWN = "!document.getElementById('code').hasAttribute('hidden')"
WORDS = "document.getElementById('words').textContent"
DRAWN = "document.querySelector('#code path').getAttribute('d')"


@pytest.fixture
def shop(web_world):
    require_browser()
    return web_world.shop().synced()


def link(world) -> str:
    return new_link(world.hq, REF, url=world.url).url


def code_on(page: Page) -> str:
    page.until(IS_SHOWN)
    (symbol,) = read_bytes(page.picture())
    return symbol.text


def says(page: Page, beginning: str) -> None:
    page.until(f"{WORDS}.startsWith({beginning!r})")


def test_a_phone_binds_itself_and_is_redeemed_with(web_world, shop, tmp_path) -> None:
    with Browser(tmp_path / "profile") as browser:
        page = browser.open(link(web_world))
        text = code_on(page)
        assert text.startswith(PHONE_PREFIX) and len(text) == 353
        assert page.value("location.hash") == ""  # the link has done its work, and stays in no history
        seen = shop.member(text)
        assert (seen.name, seen.level) == ("Ada L.", "A3")
        printed = web_world.voucher()
        voucher = shop.synced().show(printed)
        assert hand_in(shop.store, an_order(), at_till(seen, voucher)).presented[0].is_approved
        assert identify(shop.store, text).reason.code == "code_replayed"
        before = page.value(DRAWN)
        page.value(
            "document.dispatchEvent(new Event('visibilitychange')), 1"
        )  # it was put away and taken out
        page.until(f"{DRAWN} !== {before!r}")
        assert shop.member(code_on(page)).shown != seen.shown
        assert page.value("SHOWN_MS") == 30_000
        _keeps_its_key_to_itself(page)
        _lets_no_script_in(page)
    with Browser(tmp_path / "profile") as browser:  # the phone was switched off and on
        page = browser.open(f"{web_world.url}/phone")
        assert shop.member(code_on(page)).level == "A3"
        web_world.server.app = _busy
        page.value("kept().then(show)")
        says(page, "There is no connection")
        assert not page.value(IS_SHOWN)


def _keeps_its_key_to_itself(page: Page) -> None:
    for form in ("pkcs8", "jwk", "raw"):
        tried = f"kept().then(me => crypto.subtle.exportKey('{form}', me.keys.privateKey))"
        assert page.value(f"{tried}.then(() => 'out', () => 'kept')") == "kept"


def _lets_no_script_in(page: Page) -> None:
    page.value(
        "document.body.append(Object.assign(document.createElement('script'), {textContent: 'window.in = 1'}),"
        " Object.assign(document.createElement('b'), {innerHTML: '<img src=data:, onerror=\"window.in = 1\">'})), 1"
    )
    assert page.value("new Promise(done => setTimeout(() => done(typeof window.in), 50))") == "undefined"


async def _busy(scope, receive, send) -> None:
    await send({"type": "http.response.start", "status": 503, "headers": []})
    await send({"type": "http.response.body", "body": b""})


@pytest.mark.slow
def test_other_phones_get_nothing_by_a_used_link_or_by_none(web_world, shop, tmp_path) -> None:
    used = link(web_world)
    with Browser(tmp_path / "first") as browser:
        code_on(browser.open(used))
    with Browser(tmp_path / "other") as browser:
        says(browser.open(f"{web_world.url}/phone"), "This phone shows no code yet")
        page = browser.open(used)
        says(page, "This link was used")
        assert not page.value(IS_SHOWN)
        page = browser.open(link(web_world))
        assert shop.member(code_on(page)).level == "A3"
        page.go("about:blank#away")
        page.go(used)  # a link that does nothing leaves the phone as it was
        says(page, "This link was used")
        page.go("about:blank#away")
        page.go(f"{web_world.url}/phone")
        assert shop.member(code_on(page)).level == "A3"
