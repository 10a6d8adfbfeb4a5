"""Whatever the network does, over real sockets: the right fault, nothing acknowledged, nothing lost."""

import gzip
import json
import os
import socket
import time
from contextlib import contextmanager

import pytest

from sync.client import HttpHq
from sync.faults import HqBusy, HqRefused, HqUnreachable, HqUntrusted
from sync.line import RETRY_AFTER_DEFAULT_S, RETRY_AFTER_MAX_S, Limits
from sync.protocol import ClockWire, HeadWire, PushRequest
from sync.syncer import Syncer
from tests.sync.scripted import Scripted, answer, head
from tests.sync.world import signer_of

UPLOAD_BYTES = 12 << 20  # more than Linux keeps for a sender (4 MiB) and a receiver
HTML = b"<html>Welcome to our guest network</html>"
SHORT = Limits(connect_s=0.3, total_s=0.4, snapshot_s=0.4, answer_bytes_max=2_000, snapshot_bytes_max=2_000)
SLACK_S = 2.0  # a loaded machine may take this much longer; what hangs takes for ever
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
        answer(302, HTML, "Location: https://login.example/", content_type="text/html"),
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
    "a number below 0": (numbered(acked_seq=-1), HqUntrusted),
    "a number beyond a database": (numbered(acked_seq=1 << 70), HqUntrusted),
    "no Base64": (numbered(acked_hash="§"), HqUntrusted),
    "a word we don't know": (numbered(results=[{"seq": 1, "verdict": "lovely"}]), HqUntrusted),
    "a refusal of another form": (problem(409, kind="gap", expect="soon"), HqUntrusted),
    "a refusal of another kind": (problem(409, kind="mood"), HqUntrusted),
    "a problem": (problem(400), HqRefused),
    "a problem that is no problem document": (answer(400, b"[1]", content_type=PROBLEM), HqRefused),
    "no signature taken": (problem(401), HqRefused),
    "too large": (answer(200, b"{" + b" " * 3_000 + b"}"), HqUntrusted),
    "too large once unpacked": (
        answer(200, gzip.compress(b" " * 100_000), "Content-Encoding: gzip"),
        HqUntrusted,
    ),
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


@contextmanager
def asking(shop, url, *, limits=SHORT):
    hq = HttpHq(url, signer_of(shop.store), limits=limits)
    try:
        yield hq
    finally:
        hq.close()


def request_for(entries):
    digest = HeadWire(seq=0, hash=bytes(32), sig=bytes(64))
    return PushRequest(
        epoch=1,
        boot=bytes(16),
        sw="",
        from_seq=1,
        prev_hash=bytes(32),
        entries=list(entries),
        head=digest,
        clock=ClockWire(wall_ms=0, boot_ms=0),
    )


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_loses_nothing(shop, name):
    act, fault = FAULTS[name]
    position = shop.store.replica.position()
    with Scripted(act) as server, asking(shop, server.url) as hq:
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


def test_nobody_listens(shop):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with asking(shop, f"http://127.0.0.1:{taken.getsockname()[1]}") as hq, pytest.raises(HqUnreachable):
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
def test_a_busy_hq_says_when_to_come_back(shop, status, header, seconds):
    with Scripted(busy(status, header)) as server, asking(shop, server.url) as hq:
        with pytest.raises(HqBusy) as caught:
            hq.health()
        assert caught.value.retry_after_s == seconds


@pytest.mark.parametrize("act", [answer(200, HTML, content_type="text/html"), answer(200, b"{}")])
def test_a_login_page_is_no_snapshot(shop, act):
    """It is no network, and not a lying HQ: the cashier need not call anybody."""
    with Scripted(act) as server, asking(shop, server.url) as hq, pytest.raises(HqUnreachable):
        hq.snapshot("any")


def test_a_page_that_is_gone_is_not_hqs_word_on_the_feed(shop):
    act = answer(410, HTML, content_type="text/html")
    with Scripted(act) as server, asking(shop, server.url) as hq, pytest.raises(HqUnreachable):
        hq.changes(cursor=1, set_id="x")


def test_an_answer_in_many_pieces_is_one_answer(shop):
    body = b'{"ok": true, "hq_incarnation": "i", "time_ms": 5}'
    chunks = b"".join(b"1\r\n" + body[i : i + 1] + b"\r\n" for i in range(len(body))) + b"0\r\n\r\n"
    whole = head(200, "Content-Type: application/json; charset=utf-8", "Transfer-Encoding: chunked") + chunks
    with Scripted(lambda call: call.send(whole)) as server, asking(shop, server.url) as hq:
        assert hq.health().time_ms == 5


def test_a_slow_upload_has_the_whole_time_and_not_that_of_connecting(shop):
    """On a slow line sending takes longer than a connection may, once the buffers of both ends are full."""
    limits = Limits(connect_s=0.2, total_s=20)

    def take_all(call):
        call.hang(3 * limits.connect_s)
        left = length_of(server.requests[-1])
        while left > 0 and (part := call.connection.recv(1 << 16)):
            left -= len(part)
        call.send(head(200, "Content-Type: application/json", length=4) + b"null")

    with (
        Scripted(take_all, receive_bytes=4096) as server,
        asking(shop, server.url, limits=limits) as hq,
        pytest.raises(HqUntrusted),  # it was answered: with nonsense, but the upload went through
    ):
        hq.push(request_for([os.urandom(UPLOAD_BYTES)]))


def length_of(request: bytes) -> int:
    lines = request.decode("latin-1").lower().split("\r\n")
    return next(int(line.split(":")[1]) for line in lines if line.startswith("content-length:"))


def test_an_upload_that_nobody_takes_ends_with_the_time(shop):
    limits = Limits(connect_s=0.2, total_s=0.5)
    began = time.monotonic()
    with (
        Scripted(lambda call: call.hang(), receive_bytes=4096) as server,
        asking(shop, server.url, limits=limits) as hq,
        pytest.raises(HqUnreachable),
    ):
        hq.push(request_for([os.urandom(UPLOAD_BYTES)]))
    assert time.monotonic() - began < limits.total_s + SLACK_S


def test_a_connection_is_used_again_with_a_time_of_its_own(web_world):
    """The time that is over was the first request's: the next one on the same connection has its own."""
    shop = web_world.shop()
    with asking(shop, web_world.server.url, limits=Limits(total_s=0.3)) as hq:
        hq.health()
        time_over = time.monotonic() + 0.3
        while time.monotonic() < time_over:
            hq.health()
        assert hq.health().ok
