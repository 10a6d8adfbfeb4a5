"""The console in Debian's Chromium: every page that the route table names, what it loads, and when it is painted."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Page, Response, sync_playwright

from hq.access.actor import SYSTEM
from hq.console.app import NOUNS
from hq.home import Hq
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
PUBLIC = ("/console/sign-in", "/console/password?token=unknown")
PASSWORD = "correct horse battery"  # noqa: S105 of a demo that is thrown away
PAGE_MS_MAX = 60_000


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


def make_demo(folder: Path, *words: str) -> Path:
    """Replay a part of the shopping year, and return the folder of its HQ."""
    command = [sys.executable, "-m", "app.cli", "demo", *words, "--out", str(folder), "--json"]
    subprocess.run(command, check=True, capture_output=True, timeout=900)
    return folder / "hq"


def let_in(hq: Hq) -> None:
    """Give the first administrator a password that is known here."""
    choose_password(hq, give_link(hq, SYSTEM, "admin").token, PASSWORD)


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
        self.context, self.url = context, url
        self.page: Page = context.new_page()

    def sign_in(self, name: str = "admin", password: str = PASSWORD) -> None:
        """Sign in as somebody."""
        self.page.goto(self.url + "/console/sign-in")
        self.page.fill("[name=name]", name)
        self.page.fill("[name=password]", password)
        self.page.click("button.primary")
        self.page.wait_for_load_state()

    def wear(self, *, theme: str, language: str) -> None:
        """Choose theme and language for all that follows."""
        self.page.goto(f"{self.url}/console/look?theme={theme}&language={language}&to=/console/help")

    def visit(self, address: str) -> Visit:
        """Open a page in a tab of its own."""
        self.page.close()
        page = self.page = self.context.new_page()
        answers: list[Response] = []
        errors: list[str] = []
        page.on("response", lambda each: answers.append(each))  # noqa: PLW0108 the driver marks what it calls
        page.on("pageerror", lambda problem: errors.append(str(problem)))
        page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
        answer = page.goto(self.url + address, wait_until="load", timeout=PAGE_MS_MAX)
        assert answer is not None, "a page always answers"
        size = sum(len(each.body()) for each in answers if each.status < 300)
        hosts = {urlsplit(each.url).netloc for each in answers}
        return Visit(answer.status, size, hosts, page.evaluate(FIRST_PAINT), errors)


@contextmanager
def browsing(url: str, *, width: int = 1280, height: int = 900) -> Iterator[Visitor]:
    """Open Debian's Chromium at a console."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            yield Visitor(browser.new_context(viewport={"width": width, "height": height}), url)
        finally:
            browser.close()
