"""Whether HQ is ready, its figures for Prometheus, its log as JSON, and how it ends: in order."""

import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from hq.access.actor import SYSTEM
from hq.access.api_keys import create_key
from hq.access.scopes import Scope
from hq.operations import metrics, routes
from tests.hq.asking_api import api_of
from tests.hq.station import NOW_MS

DEADLINE_S = 30


@pytest.fixture(autouse=True)
def _nothing_kept(monkeypatch):
    """Let each question be answered anew; that answers are kept for a moment has a test of its own."""
    monkeypatch.setattr(metrics, "KEPT_S", 0.0)
    monkeypatch.setattr(routes, "KEPT_S", 0.0)


@pytest.fixture
def api(hq):
    with api_of(hq) as asking:
        yield asking


def figures_of(api):
    answer = api.get("/metrics")
    assert answer.status_code == 200
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_it_is_ready_while_its_database_is_of_its_form(api, hq) -> None:
    assert (api.web.get("/ready").status_code, api.web.get("/ready").json()["ok"]) == (200, True)
    with hq.database.atomic() as connection:
        form = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    answer = api.web.get("/ready")
    assert (answer.status_code, answer.json()["ok"]) == (503, False)
    assert "older Tillside" in answer.json()["why_not"]
    assert api.web.get("/v1/health").json()["ok"] is True
    with hq.database.atomic() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :form"), {"form": form})
    assert api.web.get("/ready").status_code == 200


def test_who_asks_often_costs_one_look(hq, monkeypatch) -> None:
    monkeypatch.setattr(routes, "KEPT_S", 3_600.0)
    looked = []
    monkeypatch.setattr(routes.schema, "check", looked.append)
    readiness = routes.Readiness(hq)
    assert [readiness.why_not() for _ in range(5)] == [""] * 5
    assert len(looked) == 1


def test_figures_want_a_key_with_the_right(api, hq) -> None:
    assert api.web.get("/metrics").status_code == 401
    _, key = create_key(hq, SYSTEM, name="other", scopes=(Scope.AUDIT_READ,))
    assert api.web.get("/metrics", headers={"Authorization": f"Bearer {key}"}).status_code == 403
    assert api.get("/metrics").status_code == 200


def test_the_figures_are_what_there_is(api, hq, station, elsewhere, clock) -> None:
    station.append("later_kind", {"discount": 250, "currency": "USD"})
    station.push(behind=7)
    clock.set_ms(NOW_MS + 4 * 60_000)
    elsewhere.push(behind=2)
    clock.set_ms(NOW_MS + 6 * 60_000)
    found = figures_of(api)
    assert found["tillside_database_up",] == 1
    assert found["tillside_devices", "active"] == 2
    assert found["tillside_devices", "waiting"] == 0
    assert found["tillside_devices_online",] == 1
    assert found["tillside_queue_entries",] == 9
    assert found["tillside_silence_seconds",] == 360
    assert found["tillside_exceptions_open",] == 1
    assert found["tillside_exceptions_oldest_seconds",] == 360
    assert found["tillside_last_entry_seconds",] == NOW_MS / 1000


def test_requests_are_counted_by_route_and_never_by_path(api, hq, station) -> None:
    """A path may name somebody; what nobody serves must not make a figure of its own each time."""
    api.get(f"/v1/devices/{station.owner.device_id}")
    api.get("/v1/devices/nobody")
    api.web.get("/v1/no-such-thing/Ada")
    api.web.ask("PROPFIND", "/v1/audit")
    text_of = api.get("/metrics").text
    found = figures_of(api)
    assert found["tillside_requests_total", *sorted(("GET", "/v1/devices/{device_id}", "200"))] == 1
    assert found["tillside_requests_total", *sorted(("GET", "/v1/devices/{device_id}", "404"))] == 1
    assert found["tillside_requests_total", *sorted(("GET", "none", "404"))] == 1
    assert station.owner.device_id not in text_of
    assert "Ada" not in text_of and "PROPFIND" not in text_of


@contextmanager
def serving(folder, *words):
    command = [sys.executable, "-m", "app.main", "hq", "serve", "--dir", str(folder), "--port", "0", *words]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONWARNINGS": ""},
    ) as running:
        try:
            line = running.stdout.readline()
            assert line.startswith("Tillside HQ is listening on "), running.stderr.read()
            yield running, line.split()[5]
        finally:
            running.kill()


def test_the_log_is_json_and_names_the_request(folder) -> None:
    with serving(folder, "--log", "json") as (running, url):
        answer = requests.get(
            f"{url}/v1/devices/Ada", timeout=DEADLINE_S, headers={"X-Request-Id": "asked-by-us"}
        )
        assert answer.headers["X-Request-Id"] == "asked-by-us"
        running.send_signal(signal.SIGTERM)
        _, said = running.communicate(timeout=DEADLINE_S)
    (line,) = [
        found for found in map(json.loads, said.splitlines()) if found.get("request_id") == "asked-by-us"
    ]
    assert line["message"] == "GET /v1/devices/{device_id} 401"
    assert (line["level"], line["took_ms"] > 0) == ("info", True)
    assert "Ada" not in said


def test_what_is_under_way_is_answered_before_it_ends(folder) -> None:
    """The signal comes in the middle of a request: it is answered, nobody else is let in, and the end is in order."""
    with serving(folder) as (running, url):
        place = urlsplit(url)
        with socket.create_connection((place.hostname, place.port), timeout=DEADLINE_S) as half:
            half.sendall(
                b"POST /v1/enrol HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{"
            )
            assert requests.get(
                f"{url}/v1/health", timeout=DEADLINE_S
            ).ok  # by now the other one is being read
            running.send_signal(signal.SIGTERM)
            while _listens(place):
                pass
            half.sendall(b"}")
            answer = b""
            while part := half.recv(65_536):
                answer += part
        assert answer.startswith(b"HTTP/1.1 400")
        assert b'"request_id"' in answer
        assert running.wait(DEADLINE_S) == 0
    assert not list(folder.glob("hq.db-*"))


def _listens(place) -> bool:
    try:
        socket.create_connection((place.hostname, place.port), timeout=DEADLINE_S).close()
    except OSError:
        return False
    return True
