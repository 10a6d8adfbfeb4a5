"""Matters in the console: written down on the member's page, looked after, moved on, and told of behind the bell."""

import html
import re

import pytest

from hq.access.actor import SYSTEM
from hq.access.scopes import Role
from hq.members.matters import (
    Changes,
    Channel,
    MatterKind,
    NewMatter,
    change_matter,
    find_matter,
    open_matter,
)
from hq.members.service import MemberFacts, upsert_members
from hq.staff.office import add_office_person
from tests.hq.station import NOW_MS, REF

PLACE, DAY_MS = "/console/matters", 86_400_000
NEW = f"/console/members/{REF}/matters/new"
TEXT = "Cold <b>tea"


@pytest.fixture
def ada(hq):
    upsert_members(hq, [MemberFacts(REF, "Ada L.", home_store="S1")])
    add_office_person(hq, SYSTEM, name="Closed", role=Role.SUPPORT)  # called like a word of ours
    return hq


@pytest.fixture
def one(ada):
    return open_matter(ada, SYSTEM, REF, NewMatter(MatterKind.COMPLAINT, Channel.PHONE, TEXT)).matter_id


def fields(page):
    """Return what the form of a matter would send by itself."""
    form = page[page.rindex('name="version"') :].partition("</form>")[0]
    found = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
    for name, options in re.findall(r'<select name="(\w+)".*?>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option(?: value="([^"]*)")? selected>([^<]*)', options)
        found[name] = "" if chosen is None else chosen[2] if chosen[1] is None else chosen[1]
    found.pop("form_id", None), found.pop("csrf", None)
    return {name: html.unescape(value) for name, value in found.items()} | {"note": ""}


def test_what_a_member_came_with_is_written_down_and_found(console, ada, station) -> None:
    station.order("o1")
    station.push()
    page = console.get(NEW).text
    assert "<option selected>admin</option>" in page
    entry = re.search(r'<option value="([0-9a-f]{32})">[^<]*o1', page)[1]
    page = console.send(NEW, kind="", channel="phone", text=TEXT, owner="admin", order=entry)
    assert (page.status_code, "Cold &lt;b&gt;tea</textarea>" in page.text) == (400, True)
    page = console.send(NEW, kind="complaint", channel="phone", text=TEXT, owner="admin", order=entry)
    assert (page.status_code, page.url.partition("?")[0].endswith(f"{PLACE}/M-1")) == (200, True)
    assert f"/console/orders/{entry}" in page.text
    assert "Cold &lt;b&gt;tea" in console.get(f"/console/members/{REF}?show=notes").text
    for query in (
        "",
        "?whose=mine",
        "?kind=complaint",
        "?store=S1",
        "?owner=admin",
        f"?member={REF}&state=all",
    ):
        assert "M-1" in console.get(PLACE + query).text, query
    for query in ("?whose=nobody", "?kind=praise", "?store=S2", "?state=closed"):
        assert "No matter fits." in console.get(PLACE + query).text, query
    assert "Cold <b>tea" in console.get(f"{PLACE}/list.csv").text
    assert console.get("/console/search?q=m-1").url.endswith(f"{PLACE}/M-1")


def test_a_text_is_as_long_as_its_field_lets_it_be(console, hq, ada) -> None:
    text = "Cold tea.\n" * 199 + "Cold tea!!"  # browsers send each end of a line as two characters
    page = console.send(NEW, kind="complaint", channel="phone", text=text.replace("\n", "\r\n"))
    assert (page.status_code, find_matter(hq, SYSTEM, "M-1").text) == (200, text)


def test_a_matter_is_taken_moved_on_closed_and_opened_again(console, hq, one) -> None:
    place = f"{PLACE}/{one}"
    page = console.get(place).text
    taken = console.send(place, do="take", version=re.search(r'name="version" value="(\d+)"', page)[1])
    assert find_matter(hq, SYSTEM, one).owner == "admin"
    refused = console.send(place, **fields(taken.text) | {"state": "closed", "note": "She has a new cup"})
    assert (refused.status_code, "Say how it ended." in refused.text) == (409, True)
    assert "She has a new cup</textarea>" in refused.text
    early = console.send(place, **fields(refused.text) | {"state": "open", "outcome": "solved"})
    assert "How it ended is said when it is closed." in early.text
    closing = fields(taken.text) | {
        "state": "closed",
        "outcome": "made_good",
        "owner": "Closed",
        "note": "A cup",
    }
    closed = console.send(place, **closing)
    assert (closed.status_code, "Made good" in closed.text, "A cup" in closed.text) == (200, True, True)
    assert "I look after it" not in closed.text
    console.send(place, **fields(closed.text))
    found = find_matter(hq, SYSTEM, one)
    assert (found.state, found.outcome, found.owner) == ("open", "", "Closed")
    assert [len(each.changes) for each in found.events] == [1, 3, 2]


def test_who_comes_second_sees_what_the_first_did_and_loses_nothing(console, hq, one) -> None:
    place = f"{PLACE}/{one}"
    mine = fields(console.get(place).text) | {"kind": "request", "note": "My own word"}
    change_matter(hq, SYSTEM, one, Changes(owner="Closed"))
    refused = console.send(place, **mine)
    assert (refused.status_code, "Somebody changed this matter meanwhile." in refused.text) == (412, True)
    assert find_matter(hq, SYSTEM, one).kind == "complaint"
    again = fields(refused.text)
    assert (again["kind"], again["owner"], "My own word</textarea>" in refused.text) == (
        "request",
        "Closed",
        True,
    )
    console.send(place, **again | {"note": "My own word"})
    found = find_matter(hq, SYSTEM, one)
    assert (found.kind, found.owner, found.events[-1].note) == ("request", "Closed", "My own word")
    for version in ("", "x", "9" * 40, "٣"):
        assert (
            console.send(place, **fields(refused.text) | {"version": version, "owner": ""}).status_code == 412
        )


def test_names_are_names_in_every_language(console, hq, one) -> None:
    change_matter(hq, SYSTEM, one, Changes(owner="Closed", kind=MatterKind.PRAISE))
    console.get("/console/look?language=ko&theme=auto&to=/console/help")
    page = console.get(f"{PLACE}/{one}").text
    assert "불만 → 칭찬" in page and "– → Closed" in page


def test_what_waits_is_behind_the_bell(console, hq, one, clock, password) -> None:
    clock.set_ms(NOW_MS + 3_600_000)
    told = console.get("/console/alerts").text
    assert "Matters that nobody looks after: 1" in told and "three days" not in told
    change_matter(hq, SYSTEM, one, Changes(owner="admin"))
    clock.set_ms(NOW_MS + 4 * DAY_MS)
    console.sign_in("admin", password)
    told = console.get("/console/dashboard").text
    assert "Your matters that aren&#39;t closed: 1" in told
    assert "Matters that are open for more than three days: 1" in told
    assert "nobody looks after" not in told
    assert "4 days" in console.get(PLACE).text
