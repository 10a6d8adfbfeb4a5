"""Several programs in one server: what one has no other sees, and nothing of one opens anything of another."""

import pytest
import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hq.access.actor import SYSTEM
from hq.access.api_keys import create_key
from hq.access.scopes import Role, Scope
from hq.console.sessions import COOKIE
from hq.faults import SetUpFault
from hq.home import open_hq
from hq.staff.service import insert_staff
from hq.stores.pairing import new_pairing
from hq.tenants import PREFIX, Tenants, add_tenant, all_running, folder_of_tenant, list_tenants
from hq.web import create_app
from sync.client import DeviceSigner, HttpEnrolment, HttpHq
from sync.faults import HqFault
from sync.line import Line
from tests.hq.api.things import WORDS, api_routes, fill, name_of, path_of
from tests.hq.asking_api import Api, Console
from tests.hq.server import Web, serving_app
from tests.hq.station import add_store_and_program, enrol_request, pairing_token

NORTH = PREFIX + "north"
UNKNOWN = "ZZZZZZZZZZ"
PASSWORD = "correct horse battery staple"


@pytest.fixture
def north(homes, folder, clock):
    """A tenant beside the first HQ, with stores and a program of its own."""
    add_tenant(folder, "north", database_url=homes.new_url(), clock=clock)
    opened = open_hq(folder_of_tenant(folder, "north"), clock=clock)
    add_store_and_program(opened)
    yield opened
    opened.close()
    homes.forget(folder_of_tenant(folder, "north"))


@pytest.fixture
def web(hq, north):
    app = Tenants(create_app(hq), {"north": create_app(north)})
    with serving_app(app) as served:
        yield served


@pytest.fixture
def at_north(web):
    """The same server as somebody sees it who knows the tenant's address only."""
    seen = Web(web.url + NORTH)
    yield seen
    seen.close()


def key(hq, web):
    return Api(web, create_key(hq, SYSTEM, name="all", scopes=tuple(Scope))[1])


def asked(api, route, ids):
    (method,) = route.methods
    answer = api.ask(method, path_of(route, ids), None if method == "GET" else {})
    return answer.status_code, answer.headers["Content-Type"], answer.json().get("type")


def test_ids_of_another_tenant_are_ids_that_do_not_exist(hq, north, at_north) -> None:
    api, routes = (
        key(north, at_north),
        [route for route in api_routes(create_app(hq)) if route.param_convertors],
    )
    theirs = fill(hq, routes)
    for route in routes:
        if any(name_of(route, name) in WORDS for name in route.param_convertors):
            continue
        answered = asked(api, route, theirs)
        assert answered == asked(api, route, dict.fromkeys(theirs, UNKNOWN)), route.path
        assert answered[0] in ((404,) if "GET" in route.methods else (404, 400)), route.path


def test_a_key_of_one_tenant_opens_nothing_of_another(hq, north, web, at_north) -> None:
    _, text = create_key(hq, SYSTEM, name="all", scopes=tuple(Scope))
    assert Api(web, text).get("/v1/keys").status_code == 200
    for route in api_routes(create_app(hq)):
        (method,) = route.methods
        path = route.path_format.format(**dict.fromkeys(route.param_convertors, UNKNOWN))
        assert Api(at_north, text).ask(method, path).status_code == 401, route.path


def test_lists_of_one_tenant_show_nothing_of_another(hq, north, web, at_north) -> None:
    create_key(hq, SYSTEM, name="only here", scopes=(Scope.AUDIT_READ,))
    assert "only here" in key(hq, web).get("/v1/keys").text
    assert "only here" not in key(north, at_north).get("/v1/keys").text


def test_sessions_do_not_cross(hq, north, web, at_north) -> None:
    for each in (hq, north):
        with each.database.atomic() as connection:
            insert_staff(connection, name="Sam", role=Role.ADMIN.value, password=PASSWORD, now_ms=0)
    browser = requests.Session()  # one browser at both, as somebody has who works for both
    here, there = Web(web.url), Web(at_north.url)
    here._session = there._session = browser
    assert Console(here).sign_in("Sam", PASSWORD).url.startswith(f"{web.url}/console")
    turned_away = there.get("/console/audit")
    assert turned_away.url.startswith(f"{at_north.url}/console/sign-in")
    assert Console(there).sign_in("Sam", PASSWORD).url.startswith(f"{at_north.url}/console")
    assert here.get("/console/audit").url == f"{web.url}/console/audit"
    assert there.get("/console/audit").url == f"{at_north.url}/console/audit"
    token = next(each.value for each in browser.cookies if (each.name, each.path) == (COOKIE, "/console"))
    forged = requests.get(
        f"{at_north.url}/console/audit",
        cookies={COOKIE: str(token)},
        allow_redirects=False,
        timeout=9,
    )
    assert forged.status_code == 303


def test_a_station_pairs_with_a_tenant_and_syncs_with_it_alone(hq, north, web, at_north, clock) -> None:
    private = Ed25519PrivateKey.generate()
    pairing = new_pairing(north, store_id="S1", url=at_north.url)
    asked = enrol_request(pairing_token(pairing.text), private)
    assert HttpEnrolment(web.url).enrol(asked) is None
    enrolled = HttpEnrolment(at_north.url).enrol(asked)
    signer = DeviceSigner(device_id=enrolled.device_id, epoch=enrolled.epoch, key=private, clock=clock)
    assert HttpHq(Line(at_north.url), signer).manifest()
    with pytest.raises(HqFault):
        HttpHq(Line(web.url), signer).manifest()


def test_a_tenants_document_says_where_it_is_and_its_health_is_its_own(north, at_north) -> None:
    assert at_north.get("/openapi.json").json()["servers"] == [{"url": NORTH}]
    assert at_north.get("/v1/health").json()["hq_incarnation"] == north.incarnation


def test_nobody_is_sent_to_a_host_that_they_named(web) -> None:
    host = {"Host": "evil.example"}
    found = {
        path: web.get(path, headers=host, follow=False) for path in ("/v1/members/", "/console/", NORTH, "/")
    }
    assert [each.status_code for each in found.values()] == [404, 303, 303, 303]
    led = [each.headers.get("location") for each in found.values()]
    assert led == [None, "/console", f"{NORTH}/console", "/console"]


def test_an_unknown_tenant_is_an_unknown_address(web) -> None:
    assert web.get("/t/south/v1/health").status_code == 404


def test_names_of_tenants_are_plain_and_each_is_there_once(north, folder) -> None:
    assert list_tenants(folder) == ["north"]
    for name in ("North", "../x", "", "1st", "a" * 32, "north"):
        with pytest.raises(SetUpFault):
            add_tenant(folder, name)


def test_a_server_works_for_all_its_tenants(hq, north, folder, clock) -> None:
    incarnations = {"": hq.incarnation, NORTH: north.incarnation}
    hq.close()
    north.close()
    with all_running(folder, clock=clock) as app, serving_app(app) as served:
        said = {root: served.get(f"{root}/v1/health").json()["hq_incarnation"] for root in incarnations}
    assert said == incarnations
