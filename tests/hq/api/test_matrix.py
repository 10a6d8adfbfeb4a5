"""Who may do what: each role and each right against each route and page. What nobody was given, nobody may do."""

import pytest

from hq.access.actor import SYSTEM
from hq.access.api_keys import create_key
from hq.access.scopes import SCOPES_OF, Role, Scope
from hq.api.routing import ApiRoute
from hq.console.routing import PageRoute
from hq.staff.service import insert_staff
from hq.web import create_app
from tests.hq.api.things import all_routes, api_routes
from tests.hq.asking_api import Api, Console
from tests.hq.server import serving

# What stations, phones and browsers ask without a key or a session. Each checks for itself who asks.
OPEN = {
    "/", "/console", "/console/", "/console/sign-in", "/console/sign-out", "/console/look", "/console/password",
    "/openapi.json", "/phone", "/phone/phone.js", "/phone/phone.css", "/ready", "/metrics",
    "/v1/health", "/v1/keyset", "/v1/enrol", "/v1/phone/bind", "/v1/phone/draw",
    "/v1/devices/{device_id}/journal", "/v1/devices/{device_id}/authorize",
    "/v1/devices/{device_id}/pairings", "/v1/devices/{device_id}/leases",
    "/v1/sync/manifest", "/v1/sync/snapshot/{name}", "/v1/sync/changes", "/v1/sync/pepper", "/v1/sync/devices",
    "/v1/sync/day", "/v1/sync/document/{kind}",
}  # fmt: skip
UNKNOWN = "ZZZZZZZZZZ"
NOBODY, MAY_NOT = 401, 403
PASSWORD = "correct horse battery staple"


@pytest.fixture
def routes(hq):
    return api_routes(create_app(hq))


@pytest.fixture
def web(hq):
    with serving(hq) as served:
        yield served


def key(hq, web, scopes):
    return Api(web, create_key(hq, SYSTEM, name="test", scopes=tuple(scopes))[1])


def pages_of(hq):
    found = [route for route in all_routes(create_app(hq)) if isinstance(route, PageRoute)]
    assert len(found) > 20
    return found


def ask(api, route):
    """Ask for a thing that isn't there, with a body that fits nothing: only whether one may is of interest."""
    path = route.path_format.format(**dict.fromkeys(route.param_convertors, UNKNOWN))
    (method,) = route.methods
    return api.ask(method, path, None if method == "GET" else {"no such": "field"})


def test_every_route_names_a_right_or_is_among_the_few_that_are_open(hq) -> None:
    neither = {
        route.path
        for route in all_routes(create_app(hq))
        if not isinstance(route, ApiRoute | PageRoute) and not route.path.startswith("/static/")
    }
    assert neither <= OPEN


def test_a_key_opens_what_its_rights_name_and_nothing_else(hq, web, routes) -> None:
    for route in routes:
        needs = route.scope_needed
        only, others = key(hq, web, {needs}), key(hq, web, set(Scope) - {needs})
        assert ask(only, route).status_code not in (NOBODY, MAY_NOT), route.path
        assert ask(others, route).status_code == MAY_NOT, route.path
        assert ask(Api(web, "tsk_AAAAAAAAAA_" + "A" * 32), route).status_code == NOBODY, route.path


@pytest.mark.slow
def test_each_single_right_against_each_route(hq, web, routes) -> None:
    for scope in Scope:
        api = key(hq, web, {scope})
        for route in routes:
            is_shut = ask(api, route).status_code == MAY_NOT
            assert is_shut == (route.scope_needed is not scope), (scope, route.path)


@pytest.mark.parametrize("role", Role)
def test_each_role_sees_its_pages_and_no_other(hq, web, role) -> None:
    with hq.database.atomic() as connection:
        insert_staff(connection, name=f"the {role.value}", role=role.value, password=PASSWORD, now_ms=0)
    browser = Console(web)
    assert browser.sign_in(f"the {role.value}", PASSWORD).status_code == 200
    for page in pages_of(hq):
        path = page.path_format.format(**dict.fromkeys(page.param_convertors, UNKNOWN))
        (method,) = page.methods
        answer = browser.get(path) if method == "GET" else browser.send(path)
        may = page.scope_needed is None or page.scope_needed in SCOPES_OF[role]
        assert (answer.status_code == MAY_NOT) != may, (role, method, page.path, answer.status_code)


def test_nobody_sees_any_page(hq, web) -> None:
    for page in all_routes(create_app(hq)):
        if isinstance(page, PageRoute):
            path = page.path_format.format(**dict.fromkeys(page.param_convertors, UNKNOWN))
            (method,) = page.methods
            answer = web.ask(method, path, follow=False)
            if method == "GET":
                assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (
                    303,
                    "/console/sign-in",
                )
            else:  # what was typed is kept by the page that asks who it is
                assert (answer.status_code, 'name="password"' in answer.text) == (NOBODY, True), path
