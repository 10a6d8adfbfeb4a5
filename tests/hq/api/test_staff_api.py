"""Head office's people by the API."""

import pytest

from hq.access.actor import Ceilings
from hq.access.scopes import Scope
from tests.hq.asking_api import api_of

JUNIOR = {"name": "Jun", "role": "junior", "ceilings": {"percent": 1_000}}


@pytest.fixture
def api(hq):
    with api_of(hq) as asking:
        yield asking


def test_somebody_is_added_changed_and_removed(api) -> None:
    made = api.post("/v1/staff", JUNIOR)
    assert made.status_code == 201
    assert made.json()["place"].startswith("/console/password?token=")
    found = api.get("/v1/staff/Jun")
    assert found.json()["ceilings"] == {"percent": 1_000, "amount": None, "points": None, "stores": []}
    assert found.json()["has_password"] is False
    changed = api.patch("/v1/staff/Jun", {"role": "analyst"}, If_Match=found.headers["ETag"])
    assert (changed.status_code, changed.json()["role"]) == (200, "analyst")
    late = api.patch("/v1/staff/Jun", {"role": "support"}, If_Match=found.headers["ETag"])
    assert late.status_code == 412
    assert api.post("/v1/staff/Jun/remove", {"reason": "left"}).status_code == 204
    assert api.get("/v1/staff/Jun").status_code == 404
    assert api.post("/v1/staff", JUNIOR).status_code == 409


def test_a_link_is_in_one_answer_only(api) -> None:
    first = api.post("/v1/staff", JUNIOR, Idempotency_Key="a")
    again = api.post("/v1/staff", JUNIOR, Idempotency_Key="a")
    assert "token" in first.text
    assert first.json()["place"] not in again.text


def test_a_key_under_a_ceiling_makes_nobody_without_one(hq) -> None:
    with api_of(hq, *Scope, ceilings=Ceilings(percent=1_000)) as api:
        assert api.post("/v1/staff", {"name": "Free", "role": "junior"}).status_code == 403
        assert api.post("/v1/staff", JUNIOR).status_code == 201


def test_roles_say_their_rights(api) -> None:
    roles = {each["role"]: each["scopes"] for each in api.get("/v1/staff/roles").json()["items"]}
    assert "staff:write" in roles["admin"]
    assert "staff:read" not in roles["marketer"]


@pytest.mark.parametrize("name", ["nobody", "%00", "x" * 3_000, "%F0%9F%98%80", "a%2Fb"])
def test_names_that_nobody_has_are_not_here(api, name) -> None:
    assert api.get(f"/v1/staff/{name}").status_code == 404
    assert api.post(f"/v1/staff/{name}/unlock").status_code == 404
