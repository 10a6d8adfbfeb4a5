"""Many stations in one process: they come back at once, and each goes on until HQ has acknowledged everything.

`python -m bench._storm_stations` with a line of JSON on standard input (`Asked`) makes the pushes, answers `ready`,
waits for a second line, writes a `Report` into the file that it was told, and ends with `done`. What a station does
on a busy or silent HQ is the product's own: its back-off, its limits of time. Some stations lose an answer, as happens
when lines come back, and send again what HQ may have stored.
"""

import asyncio
import random
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import uvloop

from app.clock import SystemClock
from bench._storm_world import Batch, Told, batches, key_of, owner_of
from sync.backoff import Backoff
from sync.client import DeviceSigner
from sync.line import RETRY_AFTER_DEFAULT_S, Limits
from sync.protocol import SIGNATURE_HEADER, PushAnswer, Verdict

CUT_EVERY, REPEAT_EVERY = 10, 10  # stations that hang up before the answer, and that send again after it
HTTP_OK = 200
BUSY = (429, 503)
INTERVAL_S = 30.0
CUT = (OSError, EOFError, TimeoutError, asyncio.IncompleteReadError)


class Asked(msgspec.Struct):
    """What a process of stations is to do. `urls`: HQ's processes, which a station takes in turn."""

    urls: list[str]
    first: int
    count: int
    stations: int
    entries: int
    report: str


class Report(msgspec.Struct):
    """What happened to them. Milliseconds; each list has an element for each push or station."""

    took_ms: list[float] = []  # pushes that were stored, from the first byte sent to the last received
    waited_ms: list[float] = []  # from the first try of a push to its acknowledgement
    drained_ms: list[float] = []  # from the start to the last acknowledgement of a station
    refused_ms: list[float] = []  # how long HQ took to say that it is busy
    refused_most: int = 0  # of one station
    cuts: int = 0  # no answer in time, or none at all, when nobody meant it
    sent_again: int = 0
    orders: int = 0
    points: int = 0
    heads: dict[str, str] = {}
    wrong: list[str] = []


@dataclass
class Station:
    """One of them: a connection or none, and what it still has to send."""

    at: int
    urls: Sequence[tuple[str, int]]
    pushes: Sequence[Batch]
    report: Report
    tries: int = 0
    refused: int = 0
    line: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
    limits: Limits = field(default_factory=Limits)

    async def drain(self, began: float) -> None:
        """Send everything, for as long as it takes."""
        owner = owner_of(self.at)
        self.signer = DeviceSigner(
            device_id=owner.device_id, epoch=owner.epoch, key=key_of(self.at), clock=SystemClock()
        )
        self.target = f"/v1/devices/{owner.device_id}/journal"
        for n, push in enumerate(self.pushes):
            await self._acknowledged(push, is_cut=self.at % CUT_EVERY == 3 and n == 0)
            if self.at % REPEAT_EVERY == 7:
                self.report.sent_again += 1
                await self._acknowledged(push, is_cut=False)
        self.report.drained_ms.append((time.perf_counter() - began) * 1000)
        self.report.heads[owner.device_id] = self.pushes[-1].last.hash.hex()
        self.report.refused_most = max(self.report.refused_most, self.refused)
        self._hang_up()

    async def _acknowledged(self, push: Batch, *, is_cut: bool) -> None:
        """Push until HQ has it."""
        backoff, began = Backoff(), time.perf_counter()
        while True:
            sent, retry_after_s = time.perf_counter(), 0
            try:
                async with asyncio.timeout(self.limits.total_s):
                    status, content, retry_after_s = await self._send(push, is_cut=is_cut)
            except CUT:
                self._hang_up()
                self.report.cuts += not is_cut
                self.report.sent_again += is_cut
                is_cut = False
                backoff, status, content = backoff.after_answer(), 0, b""
            took_ms = (time.perf_counter() - sent) * 1000
            if status == HTTP_OK:
                self.report.took_ms.append(took_ms)
                self.report.waited_ms.append((time.perf_counter() - began) * 1000)
                return self._look_at(push, content)
            if status in BUSY:
                backoff = backoff.after_busy()
                self.refused += 1
                self.report.refused_ms.append(took_ms)
            elif status:
                self.report.wrong.append(f"{status} {content[:200]!r}")
                return None
            await asyncio.sleep(
                backoff.delay_s(
                    interval_s=INTERVAL_S,
                    waiting=push.entries,
                    is_online=False,
                    retry_after_s=retry_after_s,
                    luck=random.random(),
                )
            )

    async def _send(self, push: Batch, *, is_cut: bool) -> tuple[int, bytes, int]:
        host, port = self.urls[self.tries % len(self.urls)]
        if self.line is None or self.line[0].at_eof() or len(self.urls) > 1:  # HQ lets idle lines go
            self._hang_up()
            self.line = await asyncio.wait_for(asyncio.open_connection(host, port), self.limits.connect_s)
        self.tries += 1
        reader, writer = self.line
        signature = self.signer.header(method="POST", target=self.target, body=push.body)
        head = (
            f"POST {self.target} HTTP/1.1\r\nHost: {host}:{port}\r\n{SIGNATURE_HEADER}: {signature}\r\n"
            "Content-Type: application/json\r\nContent-Encoding: zstd\r\nAccept-Encoding: identity\r\n"
            f"Content-Length: {len(push.body)}\r\n\r\n"
        )
        writer.write(head.encode("ascii") + push.body)
        await writer.drain()
        if is_cut:
            raise EOFError
        return await self._answer(reader)

    async def _answer(self, reader: asyncio.StreamReader) -> tuple[int, bytes, int]:
        lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        named = dict(line.lower().split(": ", 1) for line in lines[1:] if line)
        content = await reader.readexactly(int(named["content-length"]))
        if named.get("connection") == "close":
            self._hang_up()
        return (
            int(lines[0].split()[1]),
            content,
            int(named.get("retry-after", RETRY_AFTER_DEFAULT_S)),
        )

    def _look_at(self, push: Batch, content: bytes) -> None:
        answer = msgspec.json.decode(content, type=PushAnswer)
        is_whole = len(answer.results) == push.entries and answer.acked_seq >= push.last.seq
        if not is_whole or {result.verdict for result in answer.results} != {Verdict.POSTED}:
            self.report.wrong.append(f"not all posted: {content[:200]!r}")

    def _hang_up(self) -> None:
        if self.line is not None:
            with suppress(OSError):
                self.line[1].close()
            self.line = None


async def _all(stations: Sequence[Station]) -> None:
    began = time.perf_counter()
    await asyncio.gather(*(station.drain(began) for station in stations))


def main() -> None:
    """Make, wait for the word, send, report."""
    asked = msgspec.json.decode(sys.stdin.readline(), type=Asked)
    told, report = Told(), Report()
    urls = [(url.split("//")[1].split(":")[0], int(url.rpartition(":")[2])) for url in asked.urls]
    stations = [
        Station(
            at,
            urls[at % len(urls) :] + urls[: at % len(urls)],
            list(batches(at, entries=asked.entries, stations=asked.stations, told=told)),
            report,
        )
        for at in range(asked.first, asked.first + asked.count)
    ]
    print("ready", flush=True)
    sys.stdin.readline()
    uvloop.run(_all(stations))
    report.orders, report.points = told.orders, told.points
    Path(asked.report).write_bytes(msgspec.json.encode(report))
    print("done", flush=True)


if __name__ == "__main__":
    main()
