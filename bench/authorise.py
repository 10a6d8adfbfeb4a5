"""How quickly HQ gives its word while a member waits: questions of several stations at once to one HQ process.

The product's own `hq serve` on a real port, its database a file. Each question is of another order: a coupon that holds
once, or a reward for points, so that each answer is a reservation on the disk. The floor is measured by turns in the
same run: the same stations asking the same HQ whether it lives, which needs no signature, no database and no commit;
and an fsync of the same disk. Requests are made and signed before the time counts.
"""

import argparse
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec.json import decode, encode
from urllib3.connection import HTTPConnection

from app.clock import SystemClock
from app.core.canonical import canonical
from app.ids import new_id, ref_of
from bench import floors
from bench._report import Line, p99, ratio
from bench._serving import serving
from hq.campaigns.service import publish_program
from hq.home import Hq, open_hq
from hq.rows import insert_rows
from hq.setup import init_hq
from hq.stores.devices import DeviceState
from hq.stores.service import add_store
from hq.tables import device, member, voucher
from sync.authority_wire import Asked, AuthorizeAnswer, AuthorizeRequest
from sync.client import DeviceSigner
from sync.protocol import SIGNATURE_HEADER

Request = tuple[str, str, bytes, dict[str, str]]  # method, target, body, headers
STATIONS = 8
LEAST, P99_MS = 300.0, 150.0
WARM_UP = 20  # questions a station
COST, PLENTY = 50, 10**9
COUPON, REWARD = "coupon", "reward"
STORE, CURRENCY, ZONE, EPOCH = "S1", "EUR", "Europe/Berlin", 1
DAY_MS, YEAR = 86_400_000, 365
TIMEOUT_S = 30.0
HTTP_OK = 200
ALIVE: Request = ("GET", "/v1/health", b"", {})


@dataclass
class Sent:
    """What was measured over the rounds of one kind."""

    a_second: list[float] = field(default_factory=list)
    took_ms: list[float] = field(default_factory=list)


def run(words: list[str]) -> list[Line]:
    """Measure, and return the lines of the report."""
    parser = argparse.ArgumentParser(prog="bench authorise")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--questions", type=int, default=150, help="a station and round")
    asked = parser.parse_args(words)
    with tempfile.TemporaryDirectory(prefix="tillside-authorise-") as folder:
        return _measure(Path(folder), rounds=asked.rounds, questions=asked.questions)


def _measure(folder: Path, *, rounds: int, questions: int) -> list[Line]:
    world = _World(folder / "hq", coupons=STATIONS * (rounds * questions + WARM_UP))
    probes = floors.fsync_ms(folder)
    ours, bare = Sent(), Sent()
    with serving(folder / "hq") as served:
        send_all(served.url, world.questions(WARM_UP), Sent())
        for _ in range(rounds):
            send_all(served.url, [[ALIVE] * questions] * STATIONS, bare)
            for answer in send_all(served.url, world.questions(questions), ours):
                _check(answer)
            probes += floors.fsync_ms(folder)
    took, note = tuple(ours.took_ms), f"fsync {median(probes):.2f} ms"
    return [
        Line("fsync of 4 KiB", "ms", tuple(probes)),
        Line("orders authorised", "/s", tuple(ours.a_second), least=LEAST, note=note),
        Line("an order authorised, p99", "ms", took, p99(took), P99_MS),
        Line("asked whether HQ lives", "/s", tuple(bare.a_second)),
        Line("asked whether HQ lives, p99", "ms", tuple(bare.took_ms), p99(bare.took_ms)),
        ratio("asked whether HQ lives, over authorised", bare.a_second, ours.a_second),
    ]


class _World:
    """An HQ with a program, some stations, members with many points, and coupons enough."""

    def __init__(self, folder: Path, *, coupons: int) -> None:
        self._clock = SystemClock()
        self._members = [ref_of(number.to_bytes(8, "big")) for number in range(1, 1_001)]
        self._coupons = [f"{number:032x}" for number in range(coupons)]
        self._keys = {f"D{number:013d}": Ed25519PrivateKey.generate() for number in range(STATIONS)}
        self._next = 0
        init_hq(folder, clock=self._clock)
        hq = open_hq(folder)
        try:
            add_store(hq, store_id=STORE, name="One", time_zone=ZONE, currency=CURRENCY)
            publish_program(hq, _program(self._clock.now_ms()))
            self._fill(hq)
        finally:
            hq.close()

    def _fill(self, hq: Hq) -> None:
        facts = {"number_hash": None, "tier": "", "segments": "[]", "home_store": STORE, "state": "active"}
        members = [{"ref": ref, "name": "", "balance": PLENTY, **facts} for ref in self._members]
        once = {"rule_id": COUPON, "uses_max": 1, "uses": 0, "owner": None, "ends_on": None}
        with hq.database.atomic() as connection:
            insert_rows(connection, member, members)
            insert_rows(connection, voucher, [{"code_hash": code, **once} for code in self._coupons])
            insert_rows(connection, device, [self._device(name) for name in self._keys])

    def _device(self, name: str) -> dict[str, object]:
        public = self._keys[name].public_key().public_bytes_raw()
        return {
            "device_id": name,
            "store": STORE,
            "epoch": EPOCH,
            "state": DeviceState.ACTIVE.value,
            "sign_pub": public,
            "box_pub": bytes(32),
            "nonce": bytes(32),
            "head_hash": bytes(32),
            "proto": 2,
            "hw": "",
            "sw": "",
            **dict.fromkeys(("head_seq", "enrolled_ms", "last_seen_ms", "pull_cursor", "program_version"), 0),
            **dict.fromkeys(("clock_skew_ms", "rows_skipped"), 0),
        }

    def questions(self, count: int) -> list[list[Request]]:
        """Return the next questions of each station, signed now."""
        return [[self._question(name, key) for _ in range(count)] for name, key in self._keys.items()]

    def _question(self, name: str, key: Ed25519PrivateKey) -> Request:
        number, self._next = self._next, self._next + 1
        order_id, redemption_id = new_id(), new_id()
        coupon = Asked(
            name=redemption_id, rule=COUPON, campaign=COUPON, code_hash=self._coupons[number], discount=100
        )
        reward = Asked(name=redemption_id, rule=REWARD, campaign=REWARD, points=COST, discount=100)
        request = AuthorizeRequest(
            epoch=EPOCH,
            order_id=order_id,
            member=self._members[number % len(self._members)],
            level="A2",
            program_version=1,
            asked=[reward if number % 2 else coupon],
        )
        body, target = zstandard.compress(encode(request)), f"/v1/devices/{name}/authorize"
        signer = DeviceSigner(device_id=name, epoch=EPOCH, key=key, clock=self._clock)
        signature = signer.header(method="POST", target=target, body=body)
        headers = {
            SIGNATURE_HEADER: signature,
            "Content-Type": "application/json",
            "Content-Encoding": "zstd",
        }
        return "POST", target, body, headers


def send_all(url: str, stations: Sequence[Sequence[Request]], into: Sent) -> list[bytes]:
    """Send the requests of several stations at once, each station's one after the other; return all answers."""
    answers: list[bytes] = []
    address, start = urlsplit(url), threading.Barrier(len(stations) + 1)

    def send(requests: Sequence[Request]) -> None:
        line = HTTPConnection(address.hostname or "", address.port, timeout=TIMEOUT_S)
        line.connect()
        start.wait()
        for method, target, body, headers in requests:
            began = time.perf_counter()
            line.request(method, target, body or None, headers)
            response = line.getresponse()
            content = response.data
            into.took_ms.append((time.perf_counter() - began) * 1_000)
            answers.append(content if response.status == HTTP_OK else b"")
        line.close()

    threads = [threading.Thread(target=send, args=[requests], daemon=True) for requests in stations]
    for thread in threads:
        thread.start()
    start.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    into.a_second.append(sum(map(len, stations)) / (time.perf_counter() - began))
    return answers


def _check(answer: bytes) -> None:
    """Make sure that HQ said yes."""
    if not answer or not all(word.reservation for word in decode(answer, type=AuthorizeAnswer).words):
        raise RuntimeError(f"an order was not authorised: {answer[:300]!r}")


def _program(now_ms: int) -> bytes:
    off = {"kind": "amount_off", "target": "order", "amount": 100}
    coupon = {"id": COUPON, "name": COUPON, "trigger": "voucher", "priority": 0, "effect": off}
    reward = coupon | {"id": REWARD, "name": REWARD, "trigger": "choice", "cost_points": COST}
    dates = {"starts_on": "2017-01-01", "ends_on": "2099-12-31", "audience": None, "offline": "never"}
    campaigns = [
        {"id": each["id"], "name": each["id"], "rules": [each], **dates} for each in (coupon, reward)
    ]
    return canonical(
        {
            "format": 1,
            "program_id": "p",
            "version": 1,
            "name": "Points",
            "currency": CURRENCY,
            "time_zone": ZONE,
            "expires_ms": now_ms + YEAR * DAY_MS,
            "product_sets": {},
            "earning": [],
            "campaigns": campaigns,
        }
    )
