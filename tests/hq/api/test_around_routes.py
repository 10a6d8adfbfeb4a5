"""What stands around every route: how often a key may ask, how much it sends, what came before, what is known."""

import pytest

from hq.access.actor import SYSTEM
from hq.access.api_keys import create_key
from hq.access.scopes import Scope
from hq.access.tables import idempotency
from hq.api.idempotency import KEPT_MS, forget_old
from hq.api.rates import Rates
from hq.bodies import BODY_BYTES_MAX
from hq.under_way import UNSIGNED_BYTES_MAX
from hq.web import create_app
from tests.hq.api.things import api_routes
from tests.hq.asking_api import Api, api_of
from tests.hq.server import serving_app

STORES = "/v1/stores"
SEVENTH = {"store_id": "S7", "name": "Seventh", "time_zone": "America/New_York", "currency": "USD"}


@pytest.fixture
def api(hq):
    with api_of(hq) as found:
        yield found


def test_a_key_that_asks_too_often_hears_when_to_ask_again_and_others_do_not(hq) -> None:
    app = create_app(hq)
    app.state.rates = Rates(per_minute=2)
    one, other = (create_key(hq, SYSTEM, name=name, scopes=tuple(Scope))[1] for name in "ab")
    with serving_app(app) as web:
        answers = [Api(web, one).get(STORES) for _ in range(3)]
        assert [each.status_code for each in answers] == [200, 200, 429]
        assert [each.headers["RateLimit"].partition(";t=")[0] for each in answers] == [
            '"default";r=1',
            '"default";r=0',
            '"default";r=0',
        ]
        assert {each.headers["RateLimit-Policy"] for each in answers} == {'"default";q=2;w=60'}
        assert 1 <= int(answers[2].headers["Retry-After"]) <= 60
        assert answers[2].json()["type"] == "urn:tillside:problem:too_many"
        assert Api(web, other).get(STORES).status_code == 200


def test_what_is_too_large_is_refused_and_a_file_of_members_is_not(api) -> None:
    answer = api.post(STORES, {**SEVENTH, "name": "P" * BODY_BYTES_MAX})
    assert (answer.status_code, answer.json()["type"]) == (413, "urn:tillside:problem:too_large")
    text = "id,name\n" + "".join(f"{n},{'N' * 80}\n" for n in range(UNSIGNED_BYTES_MAX // 40))
    assert api.post("/v1/imports", {"name": "all.csv", "text": text, "mapping": {}}).status_code == 201


def test_a_request_that_comes_twice_is_done_once(hq, api) -> None:
    first, again = (api.post(STORES, SEVENTH, Idempotency_Key="one") for _ in range(2))
    assert (first.status_code, again.status_code, again.content) == (201, 201, first.content)
    assert again.headers["Idempotent-Replayed"] == "true" and "Idempotent-Replayed" not in first.headers
    other = api.post(STORES, {**SEVENTH, "store_id": "S8"}, Idempotency_Key="one")
    assert (other.status_code, other.json()["type"]) == (422, "urn:tillside:problem:repeated_otherwise")
    assert api.get(f"{STORES}/S8").status_code == 404
    assert api.post(STORES, SEVENTH).status_code == 409  # without a key it is a store that there is
    assert api.post(STORES, SEVENTH, Idempotency_Key="x" * 81).status_code == 400


def test_keys_of_requests_are_each_askers_own_and_forgotten_after_a_day(hq, clock, api) -> None:
    api.post(STORES, SEVENTH, Idempotency_Key="one")
    other = Api(api.web, create_key(hq, SYSTEM, name="other", scopes=tuple(Scope))[1])
    assert other.post(STORES, SEVENTH, Idempotency_Key="one").status_code == 409
    clock.set_ms(clock.now_ms() + KEPT_MS + 1)
    forget_old(hq)
    assert api.post(STORES, SEVENTH, Idempotency_Key="one").status_code == 409


def test_a_request_whose_end_nobody_knows_is_not_done_again(hq, api) -> None:
    api.post(STORES, SEVENTH, Idempotency_Key="one")
    with hq.database.atomic() as connection:  # as a server leaves it that died while it was at work
        connection.execute(idempotency.update().values(status=0, body=""))
    late = api.post(STORES, SEVENTH, Idempotency_Key="one")
    assert late.status_code == 409 and "has no answer yet" in late.json()["detail"]


def test_who_holds_the_same_already_gets_nothing_new(api) -> None:
    tag = api.get(STORES).headers["ETag"]
    same = api.get(STORES, If_None_Match=f'"other", W/{tag}')
    assert (same.status_code, same.content, same.headers["ETag"]) == (304, b"", tag)
    api.post(STORES, SEVENTH)
    assert api.get(STORES, If_None_Match=tag).status_code == 200


def test_what_has_no_version_is_not_changed_on_condition_of_one(hq, api) -> None:
    routes = [each for each in api_routes(create_app(hq)) if not each.is_versioned]
    assert len(routes) == 11
    for route in routes:
        (method,) = route.methods
        path = route.path_format.format(**dict.fromkeys(route.param_convertors, "S1"))
        said = api.ask(method, path, {}, If_Match='"1"')
        assert said.status_code == 412, path
        assert api.ask(method, path, {}, If_Match="*").status_code != 412, path


@pytest.mark.parametrize(
    "path", ["/v1/health", STORES, "/v1/stores/S404", "/console/sign-in", "/openapi.json"]
)
def test_head_is_get_without_its_body(api, path) -> None:
    head, got = api.ask("HEAD", path), api.get(path)
    assert (head.status_code, head.content) == (got.status_code, b"")
    names = ("Content-Type", "Content-Length", "ETag", "Cache-Control")
    assert {name: head.headers.get(name) for name in names} == {name: got.headers.get(name) for name in names}


def test_head_is_told_of_where_it_may_be_asked_for_and_nowhere_else(api) -> None:
    assert api.delete(STORES).headers["Allow"] == "GET, HEAD, POST"
    assert (answer := api.ask("HEAD", "/v1/phone/bind")).status_code == 405 and answer.headers[
        "Allow"
    ] == "POST"
