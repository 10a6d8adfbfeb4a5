"""Debian's Chromium at the console: every page that the route table names, what it loads, and what axe says of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, Response, sync_playwright

from hq.console.app import NOUNS
from hq.home import Hq
from tests.browser import require_browser

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    "resultTypes": ["violations"],
}
FIRST_PAINT = (
    "() => performance.getEntriesByName('first-contentful-paint').map(entry => entry.startTime)[0] ?? null"
)
OPEN_ALL = "() => document.querySelectorAll('details').forEach(each => { each.open = true })"
PUBLIC = ("/console/sign-in", "/console/password?token=unknown")


def addresses(hq: Hq) -> tuple[list[str], list[str]]:
    """Return the addresses of all pages in this HQ, and those of which it has no example."""
    there, lacking = list(PUBLIC), []
    for noun in NOUNS:
        for example in noun.examples():
            address = example.address(hq)
            if address is None:
                lacking.append(example.path)
            else:
                there.append(address)
    return there, lacking


@dataclass
class Visit:
    """What came of opening a page: what is wrong with it, how many bytes it loaded, and from where."""

    status: int
    findings: list[str]
    size: int
    hosts: set[str]
    paint_ms: float | None
    errors: list[str] = field(default_factory=list)


class Visitor:
    """Somebody at a browser who is signed in."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.context, self.url = context, url
        self.page: Page = context.new_page()

    def sign_in(self, name: str, password: str) -> None:
        self.page.goto(self.url + "/console/sign-in")
        self.page.fill("[name=name]", name)
        self.page.fill("[name=password]", password)
        self.page.click("button.primary")
        self.page.wait_for_load_state()

    def wear(self, *, theme: str, language: str) -> None:
        self.page.goto(f"{self.url}/console/look?theme={theme}&language={language}&to=/console/help")

    def visit(self, address: str) -> Visit:
        """Open a page and look at all of it."""
        self.page.close()
        page = self.page = self.context.new_page()
        answers: list[Response] = []
        errors: list[str] = []
        page.on("response", lambda each: answers.append(each))  # noqa: PLW0108 the driver marks what it calls
        page.on("pageerror", lambda problem: errors.append(str(problem)))
        page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
        answer = page.goto(self.url + address, wait_until="load")
        size = sum(len(each.body()) for each in answers if each.status < 300)
        paint_ms = page.evaluate(FIRST_PAINT)
        page.evaluate(OPEN_ALL)
        found = Axe().run(page, options=RULES).response["violations"]
        return Visit(
            answer.status,
            [f"{each['id']}: {node['html'][:160]}" for each in found for node in each["nodes"]],
            size,
            {urlsplit(each.url).netloc for each in answers},
            paint_ms,
            errors,
        )


@contextmanager
def browsing(url: str, *, width: int = 1280, height: int = 900) -> Iterator[Visitor]:
    """Open Debian's Chromium at a console."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=require_browser(), args=ARGUMENTS)
        try:
            yield Visitor(browser.new_context(viewport={"width": width, "height": height}), url)
        finally:
            browser.close()
