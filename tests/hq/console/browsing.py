"""What axe says of a page in Debian's Chromium, all of it opened."""

from axe_playwright_python.sync_playwright import Axe

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
ALL = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
COLOURS = {
    "type": "rule",
    "values": ["color-contrast", "link-in-text-block"],
}  # what another theme may change
OPEN_ALL = "() => document.querySelectorAll('details').forEach(each => { each.open = true })"


def findings(page, rules=ALL):
    """Open what is folded on a page, and return what axe finds: the rule and the element."""
    page.evaluate(OPEN_ALL)
    found = Axe().run(page, options={"runOnly": rules, "resultTypes": ["violations"]}).response["violations"]
    return [f"{each['id']}: {node['html'][:160]}" for each in found for node in each["nodes"]]
