"""A member's phone whose code somebody took a picture of: two shops that are cut off, within a minute and after."""

import time
from base64 import b64decode, b64encode
from collections.abc import Callable
from pathlib import Path

import pytest
import requests

from app.core.entry import REDEEM
from app.core.phone_code import PHONE_PREFIX
from hq.phone.service import bind_message
from scanner.picture import read_bytes
from tests.browser import Browser, Page, require_browser
from tests.phone import Phone, a_signing_key
from tests.rig.books import books, rights
from tests.rig.company import Company, Station
from tests.rig.offers import are_back, coupons, offer, opened, publish, shown
from tests.rig.processes import run
from tests.rig.stepped import passes

SECOND_MS = 1_000
WORTH, COST = 1_500, 49  # more than a card may have, and less than a phone's code; all the points there are


def link(company: Company) -> str:
    """Return what `hq phone` shows for the member."""
    told = run(
        "hq", "phone", company.world.member_ref, "--url", company.hq.url, "--dir", str(company.world.hq_dir)
    )
    return told.stdout.strip()


def bound_phone(company: Company) -> Phone:
    """Bind a phone as the page does."""
    token, key = link(company).partition("#")[2], a_signing_key(7)
    public = key.public_key().public_bytes_raw()
    proof = key.sign(bind_message(token=token, key=public))
    asked = {"token": token, "key": b64encode(public).decode(), "proof": b64encode(proof).decode()}
    answer = requests.post(f"{company.hq.url}/v1/phone/bind", json=asked, timeout=10)
    return Phone(b64decode(answer.json()["token"]), key)


def told(station: Station, code: str) -> str:
    """Scan, and return the level of the code or why it is refused."""
    station.ask({"clear": True})
    answer = station.ask(code)
    return answer.get("level") or answer["reason"]


def test_the_photographed_code(shops: Company, clock: Path) -> None:
    the_photographed_code(shops, clock, lambda: two_codes(bound_phone(shops)))


def two_codes(phone: Phone) -> tuple[str, str]:
    now_ms = time.time_ns() // 1_000_000
    return phone.shows(now_ms), phone.shows(now_ms)


@pytest.mark.slow
def test_the_photographed_code_of_the_page(shops: Company, clock: Path, tmp_path: Path) -> None:
    require_browser()
    with Browser(tmp_path / "profile") as browser:
        the_photographed_code(shops, clock, lambda: codes_of_page(browser.open(link(shops))))


def codes_of_page(page: Page) -> tuple[str, str]:
    """Return what the page shows, and what it shows when it was put away and taken out."""
    page.until("!document.getElementById('code').hasAttribute('hidden')")
    drawn = "document.querySelector('#code path').getAttribute('d')"
    first, before = read_bytes(page.picture())[0].text, page.value(drawn)
    page.value("document.dispatchEvent(new Event('visibilitychange')), 1")
    page.until(f"{drawn} !== {before!r}")
    return first, read_bytes(page.picture())[0].text


def the_photographed_code(shops: Company, clock: Path, codes: Callable[[], tuple[str, str]]) -> None:
    """Shown in two shops within a minute both give, within a floor limit, and HQ finds out; later nobody does."""
    publish(shops, offer("reward", "floor", amount=WORTH, cost_points=COST))
    (coupon,) = coupons(shops, "reward", uses_max=0, owner=shops.world.member_ref)
    home, other = opened(shops, 2, clock=clock)
    assert home.sells("O-0", coffees=11)["points"] == 42
    assert other.sells("T-0")["points"] == 7
    are_back(home, other)
    picture, later = codes()
    assert picture.startswith(PHONE_PREFIX) and picture != later
    for station in (home, other):
        station.is_cut_off()
    assert shown(other, "T-1", coupon, coffees=4) == ["floor_exceeded"], "a card proves too little"
    passes(clock, 10 * SECOND_MS)
    assert shown(home, "O-2", coupon, card=picture, coffees=4) == [str(WORTH)]
    passes(clock, 30 * SECOND_MS)
    assert told(home, picture) == "code_replayed"
    assert told(other, picture) == "A3"
    assert shown(other, "T-2", coupon, card=picture, coffees=4) == [str(WORTH)]
    assert told(other, picture) == "code_replayed"
    passes(clock, 120 * SECOND_MS)
    assert (told(home, later), told(other, later)) == ("code_stale", "code_stale")
    are_back(other, home)
    found = books(shops)
    assert sorted(found.cases) == sorted(
        [(home.device_id, "CODE_REPLAYED", WORTH), (other.device_id, "OVERSPENT", 28)]
    ), "the second to come, and the second by time"
    assert found.exceptions == {"points": 28}
    assert home.balance() == (49 + 18 - COST + 3 - COST + 3, 0), "what was bought is earned for in both"
    happened = {name: each.happened_points for name, each in found.exposures.items() if each.happened_points}
    assert happened == {"S2": 28}
    shops.close()
    assert rights(home, REDEEM) == [("lease", "")]
    assert rights(other, REDEEM) == [("floor", "A3")]
