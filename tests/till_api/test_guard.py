"""Who is let in: with the token, from this machine, from no browser, with small and quick JSON."""

import http.client
import socket
import stat
from dataclasses import replace

import pytest

from app.doctor.till import check_till
from app.till_api import guard, server
from app.till_api.token import make
from tests.till_api.asking import WAIT_S, Till, coffee

SPOKEN = "access-control"
FOREIGN = {
    "another name for this machine": ({"host": "shop.example"}, "foreign_host"),
    "a name with our port": ({"host": "evil.example:{port}"}, "foreign_host"),
    "no port": ({"host": "127.0.0.1"}, "foreign_host"),
    "a page": ({"origin": "http://127.0.0.1:8000"}, "from_a_browser"),
    "a file": ({"origin": "null"}, "from_a_browser"),
    "our own address as a page": ({"origin": "http://127.0.0.1:{port}"}, "from_a_browser"),
    "an image in a page": ({"sec_fetch_site": "same-site"}, "from_a_browser"),
    "no token": ({"authorization": None}, "no_token"),
    "another token": ({"authorization": "Bearer " + "0" * 64}, "no_token"),
    "half of a scheme": ({"authorization": "Bearer"}, "no_token"),
    "a form": ({"content_type": "text/plain"}, "not_json"),
    "a form's own type": ({"content_type": "application/x-www-form-urlencoded"}, "not_json"),
    "a body of no type": ({"content_type": None}, "not_json"),
    "a compressed body": ({"content_encoding": "gzip"}, "not_plain"),
}


def raw(till: Till, head: str, body: bytes = b"") -> bytes:
    """Say something on a line as it is, and return all that comes until the line is closed."""
    with socket.create_connection(("127.0.0.1", till.port), timeout=WAIT_S) as line:
        line.sendall(head.replace("\n", "\r\n").encode() + body)
        return b"".join(iter(lambda: line.recv(4096), b""))


def head(till: Till, what: str, **headers: str) -> str:
    token = till.token_path.read_text().strip()
    usual = {"Host": f"127.0.0.1:{till.port}", "Authorization": f"Bearer {token}"} | headers
    return f"{what} HTTP/1.1\n" + "".join(f"{name}: {value}\n" for name, value in usual.items()) + "\n"


def test_nothing_reaches_the_station_that_is_not_the_tills_own_request(shop) -> None:
    for what, (headers, kind) in FOREIGN.items():
        told = {
            name: value and value.replace("{port}", str(shop.till.port)) for name, value in headers.items()
        }
        answer = shop.till.ask("PUT", "/v1/orders/T-1", coffee(), **told)
        assert answer.said["type"] == f"urn:tillside:problem:{kind}", what
        assert 400 <= answer.status < 500 and not any(SPOKEN in name for name in answer.headers), what
    for path in ("/v1/openapi.json", "/docs", "/", "/v1/health"):
        assert shop.till.ask("GET", path, authorization=None).said["type"].endswith("no_token")
    preflight = shop.till.ask("OPTIONS", "/v1/orders/T-1", origin="null", access_control_request_method="PUT")
    assert preflight.status == 403 and not any(SPOKEN in name for name in preflight.headers)
    assert shop.say({"till": True})["order"] == ""
    assert shop.till.ask("GET", "/v1/health").status == 200
    assert (shop.till.ask("GET", "/docs").status, shop.till.ask("GET", "/redoc").status) == (404, 404)
    assert shop.till.ask("GET", "/v1/openapi.json").said["openapi"].startswith("3.1")
    assert shop.till.ask("GET", "/v1/health", sec_fetch_mode="cors").status == 200  # as Node's own fetch asks
    finding = check_till(replace(shop.config, till_api=str(shop.till.port)))
    assert (finding.level, "answers at port" in finding.text) == ("ok", True)


def test_bodies_are_small_and_quick_and_of_the_agreed_form(shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "BODY_WAIT_S", 0.1)
    put = {"Content-Type": "application/json", "Content-Length": "100"}
    assert b" 408 " in raw(shop.till, head(shop.till, "PUT /v1/orders/T-1", **put), b"{")
    monkeypatch.setattr(guard, "BODY_BYTES_MAX", 1_000)
    assert b" 413 " in raw(
        shop.till, head(shop.till, "PUT /v1/orders/T-1", **put | {"Content-Length": "1001"}), b" " * 1001
    )
    upgrade = {"Connection": "Upgrade, close", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
    key = {"Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA=="}
    assert b" 101 " not in raw(shop.till, head(shop.till, "GET /v1/health", **upgrade, **key))
    monkeypatch.undo()
    monkeypatch.setattr(server, "SILENT_S", 0.1)
    for silent in ("", "GET /v1/health HTTP/1.1\nHost:"):
        assert raw(shop.till, silent) == b""  # it is closed by the station
    wrong = [
        b"{", b"[]", b'"x"', b"[" * 100_000, b"\xff", b"{}",
        *(b'{"currency": "USD"' + rest + b"}" for rest in (
            b"", b', "total": 499, "lines": []', b', "total": "499"', b', "total": 4.99', b', "total": 1e400',
            b', "total": 499, "discount": 1', b', "lines": [{"amount": 100000000001}]',
            b', "lines": [{"sku": "\\ud800", "amount": 1}]', b', "lines": [{"sku": "\\u0000", "amount": 1}]',
            b', "lines": [{"amount": 100000000000}, {"amount": 100000000000}]',
        )),
        b'{"currency": "EUR", "total": 499}', b'{"currency": "\\ud800", "total": 499}',
    ]  # fmt: skip
    for body in wrong:
        answer = shop.till.ask("PUT", "/v1/orders/T-1", body=body)
        kind = answer.said["type"].rpartition(":")[2]
        assert (answer.status, kind in ("malformed", "currency")) == (400, True), body[:60]
    assert shop.till.put("a%2Fb", coffee()).status in (400, 404)
    assert shop.say({"till": True})["order"] == ""


def test_the_token_is_its_owners_alone_and_another_one_holds_at_once(shop) -> None:
    path, old = shop.till.token_path, shop.till.token_path.read_text()
    assert len(bytes.fromhex(old)) == 32 and stat.S_IMODE(path.stat().st_mode) == 0o600
    make(path)
    assert path.read_text() != old and shop.till.ask("GET", "/v1/health").status == 200
    assert shop.till.ask("GET", "/v1/health", authorization=f"Bearer {old.strip()}").status == 401
    path.unlink()
    without = f"GET /v1/health HTTP/1.1\nHost: 127.0.0.1:{shop.till.port}\n\n"
    assert b" 401 " in raw(shop.till, without)  # and a new one was made
    shown = path.read_text()
    path.chmod(0o644)  # somebody may have read it
    assert shop.till.ask("GET", "/v1/health", authorization=f"Bearer {shown.strip()}").status == 401
    assert path.read_text() != shown and stat.S_IMODE(path.stat().st_mode) == 0o600
    path.unlink()
    path.symlink_to("/dev/null")
    assert shop.till.ask("GET", "/v1/health", authorization="Bearer ").status == 401
    assert not path.is_symlink() and shop.till.ask("GET", "/v1/health").status == 200


def test_lines_on_which_nothing_is_said_keep_no_till_out(shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "CONNECTIONS_MAX", 4)
    kept = http.client.HTTPConnection("127.0.0.1", shop.till.port, timeout=WAIT_S)
    token = {"Authorization": f"Bearer {shop.till.token_path.read_text().strip()}"}
    kept.request("GET", "/v1/health", headers=token)
    line = kept.sock
    assert kept.getresponse().read()
    soon_s = server.SILENT_S / 2
    silent = [socket.create_connection(("127.0.0.1", shop.till.port), timeout=soon_s) for _ in range(12)]
    assert shop.till.ask("GET", "/v1/health").status == 200
    assert [each.recv(1) for each in silent[:8]] == [
        b""
    ] * 8  # the oldest went: the station holds only so many
    kept.request("GET", "/v1/health", headers=token)
    assert kept.getresponse().status == 200 and kept.sock is line
    for each in (kept, *silent):
        each.close()


def test_it_listens_on_this_machine_alone(shop) -> None:
    with socket.socket() as line:
        line.settimeout(WAIT_S)
        assert line.connect_ex(("127.0.0.2", shop.till.port)) != 0
