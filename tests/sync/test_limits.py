"""Time and size of a request: one budget for all of it, whichever way the bytes come or go."""

import gzip
import os
import time

import pytest

from sync.faults import HqUnreachable, HqUntrusted
from sync.line import Limits, Line
from sync.protocol import ClockWire, HeadWire, PushRequest
from tests.sync.scripted import SLACK_S, Scripted, answer, asking, head
from tests.sync.world import signer_of

UPLOAD_BYTES = 12 << 20  # more than Linux keeps for a sender (4 MiB) and a receiver
ENDLESS = head(200, "Content-Type: application/json")


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


@pytest.mark.parametrize(
    ("act", "fault"),
    [
        (answer(200, b" " * 3_000), HqUntrusted),
        (answer(200, gzip.compress(b" " * 100_000), "Content-Encoding: gzip"), HqUntrusted),
        (lambda call: (call.send(ENDLESS), call.pour(b" " * 99)), HqUntrusted),
        (lambda call: (call.send(ENDLESS[:-2]), call.pour(b"A: b\r\n")), HqUnreachable),
    ],
    ids=["whole", "once unpacked", "without an end", "its headers"],
)
def test_an_answer_that_is_too_large_is_not_read_to_its_end(act, fault):
    limits = Limits(answer_bytes_max=2_000)
    with Scripted(act) as server, asking(server.url, limits=limits) as hq, pytest.raises(fault) as caught:
        hq.health()
    assert fault is HqUnreachable or "more than 2000 bytes" in str(caught.value)


def test_a_slow_upload_has_the_whole_time_and_not_that_of_connecting():
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
        asking(server.url, limits=limits) as hq,
        pytest.raises(HqUntrusted),  # it was answered: with nonsense, but the upload went through
    ):
        hq.push(request_for([os.urandom(UPLOAD_BYTES)]))


def length_of(request: bytes) -> int:
    lines = request.decode("latin-1").lower().split("\r\n")
    return next(int(line.split(":")[1]) for line in lines if line.startswith("content-length:"))


def test_an_upload_that_nobody_takes_ends_with_the_time():
    limits = Limits(connect_s=0.2, total_s=0.5)
    began = time.monotonic()
    with (
        Scripted(lambda call: call.hang(), receive_bytes=4096) as server,
        asking(server.url, limits=limits) as hq,
        pytest.raises(HqUnreachable),
    ):
        hq.push(request_for([os.urandom(UPLOAD_BYTES)]))
    assert time.monotonic() - began < limits.total_s + SLACK_S


def test_a_connection_is_used_again_with_a_time_of_its_own(web_world):
    """The time that is over was the first request's: the next one on the same connection has its own."""
    shop = web_world.shop()
    with asking(web_world.server.url, signer=signer_of(shop.store), limits=Limits(total_s=0.3)) as hq:
        hq.health()
        time_over = time.monotonic() + 0.3
        while time.monotonic() < time_over:
            hq.health()
        assert hq.health().ok


def test_a_line_knows_that_it_was_just_answered_and_that_it_was_not():
    with Scripted(answer(200, b"{}")) as server:
        line = Line(server.url)
        assert not line.was_heard(within_s=60)
        send(line)
        assert line.was_heard(within_s=60) and not line.was_heard(within_s=0)
        line.close()
    cut = Line(server.url)  # nobody listens there any more
    with pytest.raises(HqUnreachable):
        send(cut)
    assert not cut.was_heard(within_s=60)


def test_a_request_goes_out_as_it_was_given():
    with Scripted(answer(200, b"{}")) as server:
        line = Line(server.url)
        send(line, body=b"12345", headers={"A": "b"})
        line.close()
    sent = server.requests[0].decode("ascii").split("\r\n")
    assert sent[0] == "POST /v1/x?y=z HTTP/1.1"
    assert {"A: b", "Accept-Encoding: identity", "Content-Length: 5"} < set(sent)
    assert not [line for line in sent if line.startswith(("Cookie", "Transfer-Encoding"))]


def send(line: Line, *, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
    line.send("POST", "/v1/x?y=z", body=body, headers=headers or {}, total_s=2, bytes_max=1_000)
