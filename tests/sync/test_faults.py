"""Whatever the network does, over real sockets: the right fault, nothing acknowledged, nothing lost."""

import json
import socket
import time

import pytest

from sync.faults import HqBusy, HqRefused, HqUnreachable, HqUntrusted
from sync.line import RETRY_AFTER_DEFAULT_S, RETRY_AFTER_MAX_S
from sync.syncer import Syncer
from tests.sync.scripted import SHORT, SLACK_S, Scripted, answer, asking, head
from tests.sync.world import signer_of

HTML = b"<html>Welcome to our guest network</html>"
OPEN_JSON = head(200, "Content-Type: application/json", length=10_000)
PROBLEM = "application/problem+json"


def problem(status, **members):
    body = json.dumps({"type": "urn:tillside:problem:x", "detail": "No.", **members}).encode()
    return answer(status, body, content_type=PROBLEM)


def busy(status, *headers):
    return answer(status, b"busy", *headers, content_type="text/plain")


def numbered(**changes):
    """A well-formed answer to a push, but for `changes`."""
    good = {
        "acked_seq": 0,
        "acked_hash": "",
        "hq_incarnation": "x",
        "results": [],
        "time_ms": 0,
    }
    return answer(200, json.dumps(good | changes).encode())


FAULTS = {
    "cut before the answer": (lambda call: None, HqUnreachable),
    "cut within the headers": (lambda call: call.send(OPEN_JSON[:20]), HqUnreachable),
    "cut within the body": (lambda call: call.send(OPEN_JSON + b'{"acked_seq"'), HqUnreachable),
    "not HTTP": (lambda call: call.send(b"SSH-2.0-OpenSSH_9.2\r\n"), HqUnreachable),
    "too many headers": (
        lambda call: call.send(b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 500 + b"\r\n"),
        HqUnreachable,
    ),
    "login page": (answer(200, HTML, content_type="text/html"), HqUnreachable),
    "login page for errors": (answer(409, HTML, content_type="text/html"), HqUnreachable),
    "redirect": (
        answer(302, HTML, "Location: /login", content_type="text/html"),
        HqUnreachable,
    ),
    "500": (answer(500, b"oops", content_type="text/plain"), HqUnreachable),
    "500 of HQ's own": (problem(500), HqUnreachable),
    "502": (answer(502, HTML, content_type="text/html"), HqUnreachable),
    "503": (busy(503), HqBusy),
    "429": (busy(429, "Retry-After: 7"), HqBusy),
    "an empty answer": (answer(200, b""), HqUntrusted),
    "JSON that is cut": (answer(200, b'{"acked_seq": 3, "acked_ha'), HqUntrusted),
    "JSON of another form": (answer(200, b'{"ok": true}'), HqUntrusted),
    "a list": (answer(200, b"[]"), HqUntrusted),
    "nested too deep": (answer(200, b'{"deep":' + b"[" * 1_900), HqUntrusted),
    "a number below 0": (numbered(acked_seq=-1), HqUntrusted),
    "a number beyond a database": (numbered(acked_seq=1 << 70), HqUntrusted),
    "no Base64": (numbered(acked_hash="§"), HqUntrusted),
    "a word we don't know": (numbered(results=[{"seq": 1, "verdict": "lovely"}]), HqUntrusted),
    "a refusal of another form": (problem(409, kind="gap", expect="soon"), HqUntrusted),
    "a refusal of another kind": (problem(409, kind="mood"), HqUntrusted),
    "a problem": (problem(400), HqRefused),
    "a problem that is no problem document": (answer(400, b"[1]", content_type=PROBLEM), HqRefused),
    "no signature taken": (problem(401), HqRefused),
    "packed in a way that isn't": (answer(200, b"{}", "Content-Encoding: gzip"), HqUnreachable),
    "never an answer": (lambda call: call.hang(), HqUnreachable),
    "a body that drips": (lambda call: (call.send(OPEN_JSON), call.drip(b" ")), HqUnreachable),
    "headers that drip": (
        lambda call: (call.send(b"HTTP/1.1 200 OK\r\n"), call.drip(b"A: b\r\n")),
        HqUnreachable,
    ),
    "a status line that drips": (lambda call: call.drip(b"HTTP/1.1 200 OK"), HqUnreachable),
    "interim answers for ever": (lambda call: call.drip(b"HTTP/1.1 100 Continue\r\n\r\n"), HqUnreachable),
}


@pytest.fixture
def shop(world):
    """Three entries to send, and a replica from a good sync before."""
    shop = world.shop().synced()
    for _ in range(3):
        shop.sell()
    return shop


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_loses_nothing(shop, name):
    act, fault = FAULTS[name]
    position = shop.store.replica.position()
    with Scripted(act) as server, asking(server.url, signer=signer_of(shop.store)) as hq:
        began = time.monotonic()
        with pytest.raises(fault) as caught:
            Syncer(shop.store, hq, run=lambda work: work()).sync()
        took_s = time.monotonic() - began
        assert caught.type is fault
        assert took_s < SHORT.total_s + SLACK_S
        assert len(server.requests) == 1  # and no second try behind our back
    assert (shop.store.acked_seq(), shop.store.waiting_count(), shop.verdicts()) == (0, 3, [])
    assert shop.store.replica.position() == position
    assert shop.syncer.sync().pushed == 3  # the good HQ
    assert shop.world.entries_of(shop) == [1, 2, 3]


def test_nobody_listens():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with asking(f"http://127.0.0.1:{taken.getsockname()[1]}") as hq, pytest.raises(HqUnreachable):
            hq.health()


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("Retry-After: 7", 7),
        ("Retry-After: 0", 0),
        ("Retry-After: 99999", RETRY_AFTER_MAX_S),
        ("Retry-After: " + "9" * 5_000, RETRY_AFTER_DEFAULT_S),
        ("Retry-After: Mon, 05 Jan 2026 17:00:00 GMT", RETRY_AFTER_DEFAULT_S),
        ("Retry-After: -3", RETRY_AFTER_DEFAULT_S),
        ("X: y", RETRY_AFTER_DEFAULT_S),
    ],
)
@pytest.mark.parametrize("status", [503, 429])
def test_a_busy_hq_says_when_to_come_back(status, header, seconds):
    with Scripted(busy(status, header)) as server, asking(server.url) as hq:
        with pytest.raises(HqBusy) as caught:
            hq.health()
        assert caught.value.retry_after_s == seconds


@pytest.mark.parametrize("name", ["next", "as_of_ms", "included_seq", "program_version"])
@pytest.mark.parametrize("value", [-1, 1 << 53, "soon"])
def test_a_number_that_no_database_takes_is_refused(name, value):
    page = {
        "rows": [],
        "next": 1,
        "checkpoint": True,
        "as_of_ms": 1,
        "included_seq": 0,
        "set_id": "x",
        "program_version": 1,
        "keyset_version": 1,
    }
    act = answer(200, json.dumps(page | {name: value}).encode())
    with Scripted(act) as server, asking(server.url) as hq, pytest.raises(HqUntrusted):
        hq.changes(cursor=0, set_id="x")


@pytest.mark.parametrize("act", [answer(200, HTML, content_type="text/html"), answer(200, b"{}")])
def test_a_login_page_is_no_snapshot(act):
    """It is no network, and not a lying HQ: the cashier need not call anybody."""
    with Scripted(act) as server, asking(server.url) as hq, pytest.raises(HqUnreachable):
        hq.snapshot("any")


def test_a_page_that_is_gone_is_not_hqs_word_on_the_feed():
    act = answer(410, HTML, content_type="text/html")
    with Scripted(act) as server, asking(server.url) as hq, pytest.raises(HqUnreachable):
        hq.changes(cursor=1, set_id="x")


def test_an_answer_in_many_pieces_is_one_answer():
    body = b'{"ok": true, "hq_incarnation": "i", "time_ms": 5}'
    chunks = b"".join(b"1\r\n" + body[i : i + 1] + b"\r\n" for i in range(len(body))) + b"0\r\n\r\n"
    whole = head(200, "Content-Type: application/json; charset=utf-8", "Transfer-Encoding: chunked") + chunks
    with Scripted(lambda call: call.send(whole)) as server, asking(server.url) as hq:
        assert hq.health().time_ms == 5
