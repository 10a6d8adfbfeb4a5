"""Signed pushes as stations make them, built before they are timed, and clients that cost next to nothing."""

import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import zstandard
from msgspec.json import decode, encode
from urllib3 import HTTPResponse
from urllib3.connection import HTTPConnection

from app.clock import SystemClock
from app.core.chain import Head, next_hash, sign_head
from app.core.decision import decide
from app.core.entry import ORDER, REDEEM, SCAN_DENIED, Entry, write_entry
from app.core.member import Member
from app.core.order import Line, Order
from app.core.outcome import Facts
from app.core.records import Attendance, order_record, redemption_record
from app.core.voucher import Presentation, Voucher
from app.ids import new_id
from bench._year import CURRENCY, SKUS, VOUCHER_RULE, ZONE, Shop, Year
from sync.client import DeviceSigner
from sync.protocol import SIGNATURE_HEADER, ClockWire, HeadWire, PushAnswer, PushRequest, Verdict

ENTRIES = 200
LINES = 10
REDEMPTION_EVERY = 4  # orders: 160 of these and 40 redemptions make 200 entries
TIMEOUT_S = 30.0
HTTP_OK, HTTP_BUSY = 200, 503


@dataclass(frozen=True)
class Push:
    """A push: for calling HQ, and as it goes over the line but for the signature, which is good for a few minutes."""

    shop: Shop
    request: PushRequest
    body: bytes

    @property
    def target(self) -> str:
        """Where it goes."""
        return f"/v1/devices/{self.shop.owner.device_id}/journal"


Make = Callable[[Shop, int], list[bytes]]


class Maker:
    """Makes the next pushes of shops."""

    def __init__(self, year: Year) -> None:
        """Go on where the year ends."""
        self._year = year
        self._chance = random.Random(2)
        self._vouchers = iter(year.vouchers)
        self._now_ms = SystemClock().now_ms()

    def denied(self, shop: Shop) -> Push:
        """Return a push of scans that were denied: stored and posted, with nothing to decide again."""
        data = {"store": shop.store, "reason": "unknown_code", "code_hash": "0" * 32, "t_eff": self._now_ms}
        return self._push(shop, [(SCAN_DENIED, data)] * ENTRIES)

    def orders(self, shop: Shop) -> Push:
        """Return a push of four orders to a redemption, each order of ten lines."""
        made = []
        while len(made) < ENTRIES:
            is_redeemed = len(made) % (REDEMPTION_EVERY + 1) == 0
            made += self._order(shop, next(self._vouchers) if is_redeemed else None)
        return self._push(shop, made)

    def _order(self, shop: Shop, code_hash: str | None) -> list[tuple[str, dict]]:
        chance = self._chance
        first = chance.randrange(len(SKUS))
        lines = tuple(
            Line(n, SKUS[(first + n) % len(SKUS)], 1, chance.randrange(150, 900)) for n in range(1, LINES + 1)
        )
        shown = () if code_hash is None else (
            Presentation(new_id(), Voucher(code_hash, VOUCHER_RULE, uses_max=1), "A1"),
        )  # fmt: skip
        facts = Facts(
            program=self._year.program,
            order=Order(new_id(), shop.store, "R1", self._now_ms, ZONE, CURRENCY, lines),
            member=Member(chance.choice(self._year.members), is_known=True),
            presented=shown,
        )
        decision = decide(facts)
        attendance = Attendance(link="online", member_level="A2", member_code_hash="0" * 32)
        made = [(ORDER, order_record(facts, decision, attendance))]
        for presentation, outcome in zip(shown, decision.presented, strict=True):
            made.append((REDEEM, redemption_record(facts, outcome, presentation, attendance)))
        return made

    def _push(self, shop: Shop, made: Sequence[tuple[str, dict]]) -> Push:
        before = shop.head
        bodies = [
            write_entry(
                Entry(
                    device_id=shop.owner.device_id,
                    epoch=shop.owner.epoch,
                    seq=seq,
                    entry_id=new_id(),
                    type=kind,
                    wall_ms=self._now_ms,
                    boot="0" * 32,
                    boot_ms=0,
                    quality="weak",
                    data=data,
                )
            )
            for seq, (kind, data) in enumerate(made, start=before.seq + 1)
        ]
        last = before.hash
        for body in bodies:
            last = next_hash(last, body)
        shop.head = Head(before.seq + len(bodies), last)
        signed = HeadWire(seq=shop.head.seq, hash=last, sig=sign_head(shop.key, shop.owner, shop.head))
        request = PushRequest(
            epoch=shop.owner.epoch,
            boot=bytes(16),
            sw="bench",
            from_seq=before.seq + 1,
            prev_hash=before.hash,
            entries=bodies,
            head=signed,
            clock=ClockWire(wall_ms=self._now_ms, boot_ms=0),
            program_version=1,
        )
        return Push(shop, request, zstandard.compress(encode(request)))


@dataclass(frozen=True)
class Sent:
    """How a row of pushes went: entries a second over all stations, and how long each push took."""

    entries_s: float
    took_ms: list[float]


def send_all(url: str, stations: Sequence[Sequence[Push]]) -> Sent:
    """Send the pushes of several stations at once, each station's one after the other, and look at all answers."""
    rows = [[(push, _headers(push)) for push in pushes] for pushes in stations]
    answers: list[list[tuple[float, int, bytes]]] = [[] for _ in stations]
    start = threading.Barrier(len(stations) + 1)
    address = urlsplit(url)

    def send(row: Sequence[tuple[Push, dict[str, str]]], into: list[tuple[float, int, bytes]]) -> None:
        line = HTTPConnection(address.hostname or "", address.port, timeout=TIMEOUT_S)
        line.connect()
        start.wait()
        for push, headers in row:
            began = time.perf_counter()
            response = _post(line, push, headers)
            into.append(((time.perf_counter() - began) * 1000, response.status, response.data))
        line.close()

    threads = [
        threading.Thread(target=send, args=each, daemon=True) for each in zip(rows, answers, strict=True)
    ]
    for thread in threads:
        thread.start()
    start.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    took_s = time.perf_counter() - began
    for pushes, got in zip(stations, answers, strict=True):
        for push, (_, status, body) in zip(pushes, got, strict=True):
            _check(push, status, body)
    entries = sum(len(push.request.entries) for pushes in stations for push in pushes)
    return Sent(entries / took_s, [took_ms for got in answers for took_ms, _, _ in got])


def _post(line: HTTPConnection, push: Push, headers: dict[str, str]) -> HTTPResponse:
    """Send a push until HQ has time for it. Waiting is a part of how long it takes."""
    while True:
        line.request("POST", push.target, push.body, headers)
        response = line.getresponse()
        if response.status != HTTP_BUSY:
            return response
        time.sleep(int(response.headers["Retry-After"]))


def check_answer(push: Push, answer: object) -> None:
    """Make sure that HQ took the whole push and doubts nothing of it."""
    if not isinstance(answer, PushAnswer) or answer.acked_hash != push.request.head.hash:
        raise RuntimeError(f"a push was not taken: {str(answer)[:500]}")
    verdicts = {result.verdict for result in answer.results}
    if verdicts != {Verdict.POSTED} or len(answer.results) != len(push.request.entries):
        raise RuntimeError(f"not all entries were posted: {answer.results[:3]}…")


def _check(push: Push, status: int, body: bytes) -> None:
    if status != HTTP_OK:
        raise RuntimeError(f"HQ answered {status}: {body[:500]!r}")
    check_answer(push, decode(body, type=PushAnswer))


def _headers(push: Push) -> dict[str, str]:
    """Return the headers of a push, signed now."""
    owner = push.shop.owner
    signer = DeviceSigner(
        device_id=owner.device_id, epoch=owner.epoch, key=push.shop.key, clock=SystemClock()
    )
    return {
        SIGNATURE_HEADER: signer.header(method="POST", target=push.target, body=push.body),
        "Content-Type": "application/json",
        "Content-Encoding": "zstd",
        "Accept-Encoding": "identity",
    }
