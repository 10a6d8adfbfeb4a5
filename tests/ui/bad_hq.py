"""Head offices that aren't: what may answer a station instead, with the code of the fault that it makes of it."""

import json
import socket
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from app.core.chain import ChainOwner, genesis
from tests.builders import NOW_MS, a_device
from tests.sync.scripted import Call, Scripted, answer, head

HTML = b"<html><title>Guest network</title>Error 500: java.lang.NullPointerException at host hq-1</html>"


def _cut_in_the_middle(call: Call) -> None:
    call.send(head(200, "Content-Type: application/json", length=10_000) + b'{"acked_seq": 0')


def _wrongly_signed(call: Call) -> None:
    """Acknowledge what a station without entries pushes; the manifest that it asks for next has nobody's signature."""
    if b"/journal" in call._server.requests[-1]:
        device = a_device()
        start = genesis(ChainOwner(device.device_id, device.epoch), device.nonce)
        body: dict[str, Any] = {"acked_seq": 0, "acked_hash": b64encode(start.hash).decode()}
        body |= {"hq_incarnation": "hq-1", "results": [], "time_ms": NOW_MS}
    else:
        body = {"set_id": "set-1", "as_of_ms": NOW_MS, "cursor": 1, "included_seq": 0, "files": []}
        body |= {"kid": "h1", "sig": b64encode(bytes(64)).decode()}
    answer(200, json.dumps(body).encode())(call)


HQ_FAULTS: dict[str, tuple[Callable[[Call], None] | None, str]] = {
    "down": (None, "hq_unreachable"),
    "half-open": (lambda call: call.hang(), "hq_unreachable"),
    "500": (answer(500, HTML, content_type="text/plain"), "hq_unreachable"),
    "a login page": (answer(200, HTML, content_type="text/html"), "hq_unreachable"),
    "a redirect": (answer(302, HTML, "Location: http://10.1.2.3/login"), "hq_unreachable"),
    "cut in the middle": (_cut_in_the_middle, "hq_unreachable"),
    "wrongly signed": (_wrongly_signed, "hq_untrusted"),
    "of another form": (answer(200, b'{"ok": true, "error": null}'), "hq_untrusted"),
    "device refused": (
        answer(401, b'{"detail": "Errno 5"}', content_type="application/problem+json"),
        "hq_refused",
    ),
}


@contextmanager
def head_office(act: Callable[[Call], None] | None) -> Iterator[str]:
    """Yield the address of a head office that does so; None: nobody listens there."""
    if act is None:
        with socket.socket() as taken:  # bound and not listening: refused
            taken.bind(("127.0.0.1", 0))
            yield f"http://127.0.0.1:{taken.getsockname()[1]}"
    else:
        with Scripted(act) as server:
            yield server.url
