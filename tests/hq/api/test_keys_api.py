"""Keys by the API: made, used, rotated, revoked; what comes twice is done once."""

from base64 import urlsafe_b64encode

import pytest
from sqlalchemy import select

from hq.access.scopes import Scope
from hq.tables import metadata
from tests.hq.asking_api import Api, api_of


@pytest.fixture
def api(hq):
    with api_of(hq) as asking:
        yield asking


def test_a_key_is_shown_once_and_opens_what_it_may(api) -> None:
    made = api.post("/v1/keys", {"name": "till", "scopes": ["audit:read"]})
    assert made.status_code == 201
    assert "text" not in api.get(f"/v1/keys/{made.json()['key_id']}").json()
    other = Api(api.web, made.json()["text"])
    assert other.get("/v1/audit").status_code == 200
    assert other.get("/v1/keys").status_code == 403


def test_a_key_that_was_revoked_opens_nothing(api) -> None:
    made = api.post("/v1/keys", {"name": "till", "scopes": ["audit:read"]}).json()
    assert api.post(f"/v1/keys/{made['key_id']}/revoke").status_code == 200
    assert Api(api.web, made["text"]).get("/v1/audit").status_code == 401


def test_rotation_leaves_the_old_key_good_for_a_while(api, clock) -> None:
    made = api.post("/v1/keys", {"name": "till", "scopes": ["audit:read"]}).json()
    new = api.post(f"/v1/keys/{made['key_id']}/rotate", {"overlap_hours": 1}).json()
    old, fresh = Api(api.web, made["text"]), Api(api.web, new["text"])
    assert (old.get("/v1/audit").status_code, fresh.get("/v1/audit").status_code) == (200, 200)
    again = api.post(f"/v1/keys/{made['key_id']}/rotate", {"overlap_hours": 100})
    assert again.status_code == 201  # the old one lasts no longer for it
    clock.set_ms(clock.now_ms() + 3_600_000)
    assert (old.get("/v1/audit").status_code, fresh.get("/v1/audit").status_code) == (401, 200)


def test_nobody_hands_out_a_right_they_lack(hq) -> None:
    with api_of(hq, Scope.KEYS_WRITE) as api:
        assert api.post("/v1/keys", {"name": "more", "scopes": ["audit:read"]}).status_code == 403


def test_what_comes_twice_is_done_once(api) -> None:
    key_id = api.post("/v1/keys", {"name": "till", "scopes": ["audit:read"]}).json()["key_id"]
    first = api.post(f"/v1/keys/{key_id}/revoke", Idempotency_Key="one")
    again = api.post(f"/v1/keys/{key_id}/revoke", Idempotency_Key="one")
    assert first.json() == again.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    assert api.post("/v1/keys/other/revoke", Idempotency_Key="one").status_code == 422


def test_an_answer_with_a_secret_is_kept_nowhere(api, hq) -> None:
    asked = {"name": "till", "scopes": ["audit:read"]}
    text = api.post("/v1/keys", asked, Idempotency_Key="one").json()["text"]
    again = api.post("/v1/keys", asked, Idempotency_Key="one")
    assert (again.status_code, again.json()["type"]) == (409, "urn:tillside:problem:not_possible")
    assert len([key for key in api.get("/v1/keys").json()["items"] if key["name"] == "till"]) == 1
    with hq.database.reading() as connection:
        kept = [connection.execute(select(table)).all() for table in metadata.sorted_tables]
    assert text not in str(kept) and text.rpartition("_")[2] not in str(kept)


def test_reads_that_changed_nothing_are_short(api) -> None:
    tag = api.get("/v1/keys").headers["ETag"]
    assert api.get("/v1/jobs", If_None_Match=api.get("/v1/jobs").headers["ETag"]).status_code == 304
    assert tag


def test_nobody_gets_a_right_they_lack_by_rotating_anothers_key(api) -> None:
    strong = api.post("/v1/keys", {"name": "strong", "scopes": ["audit:read", "keys:write"]}).json()
    weak = api.post("/v1/keys", {"name": "weak", "scopes": ["keys:write"]}).json()
    by_weak = Api(api.web, weak["text"])
    assert by_weak.post(f"/v1/keys/{strong['key_id']}/rotate").status_code == 403
    assert by_weak.post(f"/v1/keys/{weak['key_id']}/rotate").status_code == 201


def test_a_cursor_of_half_a_character_is_none_of_ours(api) -> None:
    cursor = urlsafe_b64encode(b'[1, "\\ud800"]').decode().rstrip("=")
    assert api.get(f"/v1/members?cursor={cursor}").status_code in (400, 409)
