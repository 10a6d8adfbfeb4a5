"""The console in Debian's Chromium: every page that the route table names, what it loads, and when it is painted."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Page, sync_playwright

from app.clock import SetClock
from app.demo import headquarters
from app.demo.folder import prepare
from app.demo.furnishing import furnish
from app.demo.journey import Selection, load
from app.demo.serving import fill_first
from hq.access.actor import SYSTEM
from hq.console.app import NOUNS
from hq.home import Hq, open_hq
from hq.staff.office import choose_password, give_link

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
FIRST_PAINT = """() => new Promise(done => {
  const name = 'first-contentful-paint';
  const found = performance.getEntriesByName(name)[0];
  if (found) return done(found.startTime);
  new PerformanceObserver(list => {
    const entry = list.getEntriesByName(name)[0];
    if (entry) done(entry.startTime);
  }).observe({type: 'paint', buffered: true});
  setTimeout(() => done(null), 5000);
})"""
# The page and what it loads, unpacked, from the browser's keeping too.
SIZES = "() => performance.getEntries().map(each => each.decodedBodySize || 0)"
PICTURES_THERE = """() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))
  .then(() => Promise.all([...document.images].map(each => each.decode().catch(() => {}))))"""  # each theme has its own
PUBLIC = ("/console/sign-in", "/console/password?token=unknown")
PASSWORD = "correct horse battery"  # noqa: S105 of a demo that is thrown away
PAGE_MS_MAX = 60_000
MINUTE_MS = 60_000


def addresses(hq: Hq) -> tuple[list[str], list[str]]:
    """Return the addresses of all pages in this HQ, and the paths of those that it has nothing to show for."""
    there, lacking = list(PUBLIC), []
    for noun in NOUNS:
        for example in noun.examples():
            address = example.address(hq)
            if address is None:
                lacking.append(example.path)
            else:
                there.append(address)
    return there, lacking


def demo_hq(out: Path, selection: Selection) -> Hq:
    """Fill an HQ with a part of the shopping year, as `tillside hq --demo` does, and return it open a minute after.

    Its first administrator has `PASSWORD`.
    """
    folder, journey = prepare(out), load(selection)
    made = headquarters.set_up(journey, folder.hq, now_ms=next(journey.orders()).at_ms)
    fill_first(journey, folder, made)
    hq = open_hq(folder.hq, clock=SetClock(journey.last_ms + MINUTE_MS))
    furnish(hq)
    choose_password(hq, give_link(hq, SYSTEM, made.admin).token, PASSWORD)
    return hq


@dataclass
class Visit:
    """What came of opening a page: how many bytes it loaded, from where, when it was painted, what its script said."""

    status: int
    size: int
    hosts: set[str]
    paint_ms: float | None
    errors: list[str]


class Visitor:
    """Somebody at a browser."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.url = url
        self.page: Page = context.new_page()
        self._asked: list[str] = []
        self._errors: list[str] = []
        self.page.on("request", lambda each: self._asked.append(each.url))
        self.page.on("pageerror", lambda problem: self._errors.append(str(problem)))
        self.page.on("console", lambda said: self._errors.append(said.text) if said.type == "error" else None)

    def sign_in(self, name: str = "admin", password: str = PASSWORD) -> None:
        """Sign in as somebody."""
        self.page.goto(self.url + "/console/sign-in")
        self.page.fill("[name=name]", name)
        self.page.fill("[name=password]", password)
        self.page.click("button.primary")
        self.page.wait_for_load_state()

    def speak(self, language: str) -> None:
        """Choose a language for all that follows."""
        self.page.goto(f"{self.url}/console/look?theme=auto&language={language}&to=/console/help")

    def wear(self, theme: str) -> None:
        """Choose light or dark, as the system around the browser does: the page that is open follows at once."""
        self.page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
        self.page.evaluate(PICTURES_THERE)

    def visit(self, address: str) -> Visit:
        """Open a page."""
        self._asked.clear()
        self._errors.clear()
        answer = self.page.goto(self.url + address, wait_until="load", timeout=PAGE_MS_MAX)
        assert answer is not None, "a page always answers"
        size = sum(self.page.evaluate(SIZES))
        hosts = {urlsplit(each).netloc for each in self._asked if not each.startswith("data:")}
        return Visit(answer.status, size, hosts, self.page.evaluate(FIRST_PAINT), [*self._errors])


@contextmanager
def browsing(url: str, *, width: int = 1280, height: int = 900) -> Iterator[Visitor]:
    """Open Debian's Chromium at a console."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            # Nothing moves: what changes its colour slowly would be looked at half-way.
            context = browser.new_context(
                viewport={"width": width, "height": height}, reduced_motion="reduce"
            )
            yield Visitor(context, url)
        finally:
            browser.close()
