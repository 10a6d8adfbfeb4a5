"""A page in a browser on the same machine can't reach the station, not even one that knows the token.

What Chromium sends does arrive at the socket, where the test looks on: a browser that sends nothing proves nothing.
"""

import functools
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.till_api.guard import Guard
from tests.browser import Browser, require_browser
from tests.till_api.asking import coffee

PAGE = "<!doctype html><title>A page</title><body>"
TRIES = """(async () => {
  const api = 'http://127.0.0.1:PORT/v1/orders/', order = JSON.stringify(ORDER);
  const bearer = {'Authorization': 'Bearer TOKEN'}, json = {'Content-Type': 'application/json'};
  const told = (name, going) => going.then(answer => [name, answer.type + ' ' + answer.status], () => [name, 'failed']);
  const loaded = (name, tag, at, src) => new Promise(done => {
    const made = document.createElement(tag);
    made.onload = () => done([name, 'loaded']);
    made.onerror = () => done([name, 'failed']);
    made[at] = src;
    document.body.append(made);
  });
  const form = (name, type, method) => {
    const frame = document.createElement('iframe'), made = document.createElement('form');
    frame.name = name;
    made.target = name, made.method = method, made.enctype = type, made.action = api + 'form/void';
    const field = document.createElement('input');
    field.name = '{"reason": "till_voided", "x', field.value = '": ""}';
    made.append(field);
    document.body.append(frame, made);
    return new Promise(done => { frame.onload = () => done([name, 'loaded']); made.submit(); });
  };
  const socket = () => new Promise(done => {
    const made = new WebSocket('ws://127.0.0.1:PORT/v1/health');
    made.onopen = () => done(['socket', 'open']);
    made.onerror = () => done(['socket', 'failed']);
  });
  return Object.fromEntries(await Promise.all([
    told('get', fetch(api + 'get')),
    told('get without cors', fetch(api + 'blind', {mode: 'no-cors'})),
    told('get with token', fetch(api + 'token', {headers: bearer})),
    told('put', fetch(api + 'put', {method: 'PUT', body: order, headers: {...json, ...bearer}})),
    told('put without cors', fetch(api + 'put', {method: 'PUT', body: order, mode: 'no-cors'}).then(x => x)),
    told('post', fetch(api + 'post/void', {method: 'POST', body: order, headers: json})),
    told('post of text', fetch(api + 'text/void', {method: 'POST', body: order, mode: 'no-cors'})),
    told('with credentials', fetch(api + 'who', {mode: 'no-cors', credentials: 'include'})),
    new Promise(done => done(['beacon', String(navigator.sendBeacon(api + 'beacon/void', order))])),
    loaded('image', 'img', 'src', api + 'image'),
    loaded('script', 'script', 'src', 'http://127.0.0.1:PORT/v1/openapi.json'),
    form('form of text', 'text/plain', 'post'), form('form', 'application/x-www-form-urlencoded', 'post'),
    form('form by get', '', 'get'), socket(),
  ]));
})()"""
ARRIVE = ("get", "blind", "token", "put", "post/void", "text/void", "who", "image", "form/void")


class Watched:
    """What arrived at the guard, and what it let through."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.arrived: list[str] = []
        self.let_in: list[str] = []
        real = Guard.__call__

        async def call(guard, scope, receive, send):
            self.arrived.append(scope["path"])
            inner = guard._app

            async def app(scope, receive, send):
                self.let_in.append(scope["path"])
                await inner(scope, receive, send)

            seen = object.__new__(Guard)
            seen.__dict__.update(guard.__dict__, _app=app)
            await real(seen, scope, receive, send)

        monkeypatch.setattr(Guard, "__call__", call)


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Watched:
    require_browser()
    return Watched(monkeypatch)


@pytest.fixture
def pages(tmp_path: Path) -> Iterator[list[str]]:
    """The same page from another port of this machine, and from a file."""
    folder = tmp_path / "pages"
    folder.mkdir()
    (folder / "page.html").write_text(PAGE)
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    handler.log_message = lambda *_: None
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        port = server.server_address[1]
        yield [f"http://127.0.0.1:{port}/page.html", (folder / "page.html").as_uri()]
        server.shutdown()


def test_no_page_of_a_browser_reaches_the_station(watched, shop, pages, tmp_path) -> None:
    script = TRIES.replace("PORT", str(shop.till.port)).replace(
        "TOKEN", shop.till.token_path.read_text().strip()
    )
    script = script.replace("ORDER", str(coffee()).replace("'", '"'))
    with Browser(tmp_path / "profile") as browser:
        page = browser.open("about:blank#")
        for address in pages:
            watched.arrived.clear()
            page.go(address)
            found = page.value(script)
            may_look_done = {"get without cors", "post of text", "with credentials", "beacon"}
            may_look_done |= {name for name in found if name.startswith("form")}
            assert {name for name, came in found.items() if came != "failed"} <= may_look_done, found
            assert {came for name, came in found.items() if "cors" in name} <= {"opaque 0", "failed"}, found
            assert not [name for name in ARRIVE if f"/v1/orders/{name}" not in watched.arrived], (
                watched.arrived
            )
    assert watched.let_in == []
    assert shop.say({"till": True})["order"] == ""
    assert shop.till.put("T-1", coffee()).status == 200 and watched.let_in  # whoever is no browser
