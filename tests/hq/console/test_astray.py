"""Below `/console` whatever goes wrong is answered by a page of ours, for whoever sits at the browser."""

import pytest

from hq.console.entrance import PLACE_MAX
from hq.web import create_app
from tests.hq.server import Web, serving_app

HTML, JSON = "text/html; charset=utf-8", "application/problem+json"


@pytest.mark.parametrize("address", ["/console/no-such-page", "/console/members/x/y/z"])
def test_an_address_of_no_page_is_told_by_a_page_with_the_navigation(console, address) -> None:
    answer = console.get(address)
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, HTML)
    assert "There is no page at this address." in answer.text and 'href="/console/audit"' in answer.text


def test_who_is_not_signed_in_is_told_so_too(web) -> None:
    answer = web.get("/console/no-such-page")
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, HTML)
    assert "/console/audit" not in answer.text and web.get("/nowhere").headers["Content-Type"] == JSON


@pytest.mark.parametrize(
    ("address", "page"),
    [
        ("/console/staff/person/admin/link", "/console/staff/person/admin"),
        ("/console/me/password", "/console/me"),
        ("/console/audit/", "/console/audit"),
        ("/console/views", "/console/dashboard"),  # a form with no page above it: the first page
    ],
)
def test_the_address_of_a_form_leads_to_the_page_above_it(console, address, page) -> None:
    """As after a refused form, when somebody loads its address anew, or changes the language there."""
    answer = console.get(address)
    assert (answer.status_code, answer.url) == (200, console.web.url + page)


def test_what_is_too_long_is_refused_in_words(web, console, password) -> None:
    long = "/console/members?q=" + "a" * 600
    assert web.get(long, follow=False).status_code == 200 and "a" * 600 in web.get(long).text
    nobody = console.sign_in("x" * 500, "y" * 500)
    assert (nobody.status_code, nobody.headers["Content-Type"]) == (401, HTML)
    assert "Name or password is not right." in nobody.text
    link = web.get("/console/password?token=" + "A" * 500)
    assert (link.status_code, link.headers["Content-Type"]) == (404, HTML)
    answer = console.send(
        "/console/sign-in", name="admin", password=password, to="/console/" + "a" * PLACE_MAX
    )
    assert answer.url == web.url + "/console/dashboard"
    look = console.get("/console/look?language=far-too-long")
    assert (look.status_code, look.headers["Content-Type"]) == (400, HTML)


def test_after_another_language_a_list_has_its_filters(console) -> None:
    page = console.get("/console/audit?who=admin").text
    assert "to=%2Fconsole%2Faudit%3Fwho%3Dadmin" in page


@pytest.mark.loud("a page breaks on purpose")
def test_a_bug_is_told_by_a_page_that_tells_nothing_of_it(hq) -> None:
    app = create_app(hq)

    def fail() -> None:
        raise RuntimeError("a secret")

    for path in ("/console/broken", "/v1/broken"):
        app.add_api_route(path, fail, methods=["GET"])
    with serving_app(app) as web:
        page, problem = (
            web.get("/console/broken"),
            Web(web.url).get("/v1/broken"),
        )  # a bug ends the connection
    assert (page.status_code, page.headers["Content-Type"]) == (500, HTML)
    assert "Head office failed" in page.text and "secret" not in page.text
    assert (problem.status_code, problem.headers["Content-Type"]) == (500, JSON)
