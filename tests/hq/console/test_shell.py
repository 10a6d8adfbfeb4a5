"""What every page of the console has: navigation, search, alerts, saved views, looks."""

import re

import pytest

from hq.access.actor import of_person
from hq.access.scopes import Role
from hq.console.nav import NavItem, grouped
from hq.console.views import delete_view, list_views, save_view
from hq.faults import Forbidden


def test_the_first_page_leads_to_one_that_may_be_seen(console) -> None:
    answer = console.get("/console")
    assert answer.status_code == 200
    assert answer.url.rpartition("/console/")[2]


def test_the_navigation_stands_in_groups_and_knows_where_it_is(console) -> None:
    page = console.get("/console/audit").text
    assert re.search(r'href="/console/audit" title="Audit" aria-current="page"', page)
    assert ">Head office<" in page


def test_a_noun_without_a_group_stands_at_the_end() -> None:
    items = [
        NavItem("new_noun", "New", "/console/new", None),
        NavItem("audit", "Audit", "/console/audit", None),
    ]
    assert [item.noun for item in grouped(items)[-1].items] == ["audit", "new_noun"]


def test_language_theme_and_navigation_are_kept_by_the_browser(console) -> None:
    page = console.get("/console/look?language=ko&theme=dark&nav=narrow&to=/console/audit").text
    assert '<html lang="ko" data-theme="dark">' in page
    assert 'class="frame narrow"' in page


def test_a_look_leads_to_no_other_host(console) -> None:
    for place in ("https://example.org/", "//example.org/", "/console\\@example.org"):
        answer = console.web.ask("GET", "/console/look?to=" + place)
        assert answer.url.startswith(console.web.url)


def test_a_view_is_saved_used_and_deleted(console) -> None:
    page = console.get("/console/audit?who=admin&action=staff.signed_in").text
    place = re.search(r'name="place" value="([^"]+)"', page)[1].replace("&amp;", "&")
    saved = console.send("/console/views", noun="audit", title="Who was here", place=place)
    assert saved.status_code == 200
    assert "The view is saved." in saved.text
    listed = console.get("/console/audit").text
    assert 'class="chip"' in listed
    view_id = re.search(r"/console/views/([0-9a-f]+)/delete", console.get(place).text)[1]
    assert 'class="chip"' not in console.send(f"/console/views/{view_id}/delete").text


def test_a_view_leads_to_no_other_host(console) -> None:
    console.get("/console/audit")
    answer = console.send("/console/views", noun="audit", title="Elsewhere", place="https://example.org/")
    assert answer.status_code == 409


def test_what_was_typed_stays_text(console) -> None:
    page = console.get("/console/search?q=<script>alert(1)</script>")
    assert page.status_code == 200
    assert "<script>alert" not in page.text
    assert "<b>" not in console.get("/console/audit?said=<b>x").text


def test_a_form_of_another_session_changes_nothing(console) -> None:
    console.get("/console/audit")
    answer = console.web.post(
        "/console/views", content={"csrf": "x", "title": "t", "place": "/console/audit"}
    )
    assert answer.status_code == 403


def test_pages_may_load_nothing_from_elsewhere(console) -> None:
    answer = console.get("/console/audit")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', answer.text)


def test_a_view_is_deleted_by_whom_it_is_and_seen_by_others_only_if_shared(hq) -> None:
    mine, theirs = of_person("Mara", Role.MARKETER), of_person("Jun", Role.JUNIOR)
    for title, is_shared in (("Own", False), ("Shared", True)):
        save_view(hq, mine, noun="members", title=title, place="/console/members?q=a", is_shared=is_shared)
    assert [view.title for view in list_views(hq, mine, "members")] == ["Own", "Shared"]
    (seen,) = list_views(hq, theirs, "members")
    assert seen.title == "Shared"
    with pytest.raises(Forbidden):
        delete_view(hq, theirs, seen.view_id)
    assert list_views(hq, theirs, "devices") == []
