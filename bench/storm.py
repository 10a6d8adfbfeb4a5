"""A whole chain comes back at once: 1,000 stations that were cut off, each with 300 entries, and one HQ on PostgreSQL.

The product's own `hq serve` on a real port, and signed pushes over as many connections as there are stations, from
processes of their own. Measured: how long it takes until HQ has everything, how long a push takes and a station waits,
what HQ holds in memory meanwhile, and whether it still says that it lives. Then HQ's tables are counted
(bench/_storm_check.py): nothing lost, nothing doubled, all sums right. A bare loop inserts the journal's rows into a
table of the same form, so that the pace has something to be held against.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import msgspec
import requests

from bench._process import ROOT, end, resident_mb
from bench._report import Line, p99, ratio
from bench._serving import Served, serving
from bench._storm_check import bare_entries_s, faults
from bench._storm_stations import Asked, Report
from bench._storm_world import make_hq

PROCESSES = 2  # of stations: one alone would be what is measured
SAMPLE_S = 0.5
WARM = 0.2  # of the time: by then HQ has seen every kind of request, and its pools are full
PUSH_MS, GROWTH_MB, PEAK_MB, HEALTH_MS = 5_000.0, 32.0, 300.0, 2_000.0
HEALTH_TIMEOUT_S = 30


def run(words: list[str]) -> list[Line]:
    """Measure, and return the lines of the report."""
    asked = _asked(words)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tillside-storm-")))
        url = asked.db or _own_postgres(stack)
        return storm(folder / "hq", url, asked.stations, asked.entries, processes=asked.processes)


def _asked(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench storm")
    parser.add_argument("--db", help="an empty PostgreSQL database, instead of a server of our own")
    parser.add_argument("--stations", type=int, default=1_000)
    parser.add_argument("--entries", type=int, default=300, help="that each station has to send")
    parser.add_argument(
        "--processes",
        type=int,
        default=1,
        help="of HQ, on the same database; stations alternate between them",
    )
    return parser.parse_args(words)


def _own_postgres(stack: ExitStack) -> str:
    """Start a server that is as durable as a real one."""
    from tests.postgres import running_postgres

    return stack.enter_context(running_postgres({})).create()


def storm(folder: Path, url: str, stations: int, entries: int, *, processes: int = 1) -> list[Line]:
    """Let it come over a new HQ, and return what was found."""
    make_hq(folder, url=url, stations=stations)
    with ExitStack() as stack:
        playing = [
            stack.enter_context(
                _playing(Asked([], first, last - first, stations, entries, f"{folder}.report-{first}"))
            )
            for first, last in _parts(stations)
        ]
        hqs = [stack.enter_context(serving(folder)) for _ in range(processes)]
        for each in playing:
            each.prepare([hq.url for hq in hqs])
        if [each.is_ready() for each in playing] != [True] * len(playing):
            raise RuntimeError("a process of stations did not get ready")
        with _Watch(hqs) as watch:
            began = time.perf_counter()
            for each in playing:
                each.go()
            reports = [each.report() for each in playing]
            took_s = time.perf_counter() - began
    wrong = faults(url, reports, stations=stations, entries=entries)
    for sentence in wrong:
        print(sentence, file=sys.stderr)
    total = stations * entries
    lines = list(_found(reports, watch, took_s=took_s, total=total))
    bare = bare_entries_s(url)
    lines.append(Line("bare loop, same rows, one connection", "entries/s", (bare,)))
    lines.append(ratio("bare loop over HQ", [bare], [total / took_s]))
    lines.append(Line("what is wrong in HQ's tables", "", (), float(len(wrong)), 0.0))
    return lines


def _parts(stations: int) -> Iterator[tuple[int, int]]:
    for part in range(PROCESSES):
        yield stations * part // PROCESSES, stations * (part + 1) // PROCESSES


class _Playing:
    """A process of stations."""

    def __init__(self, process: "subprocess.Popen[str]", asked: Asked) -> None:
        self._process, self._asked = process, asked

    def prepare(self, urls: list[str]) -> None:
        """Let it make its pushes."""
        self._say(msgspec.json.encode(msgspec.structs.replace(self._asked, urls=urls)).decode())

    def is_ready(self) -> bool:
        """Wait until it has made them."""
        return self._heard() == "ready"

    def go(self) -> None:
        """Let it begin."""
        self._say("go")

    def report(self) -> Report:
        """Return what happened, when all of it has."""
        if self._heard() != "done":
            raise RuntimeError("a process of stations did not say how it went")
        return msgspec.json.decode(Path(self._asked.report).read_bytes(), type=Report)

    def _heard(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("a process of stations ended before its work was done")
        return line.strip()

    def _say(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()


@contextmanager
def _playing(asked: Asked) -> Iterator[_Playing]:
    command = [sys.executable, "-m", "bench._storm_stations"]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield _Playing(process, asked)
        finally:
            end(process)


@dataclass
class _Watch:
    """Looks at HQ's processes from outside, again and again."""

    hqs: Sequence[Served]
    resident_mb: list[float] = field(default_factory=list)  # of the largest process
    health_ms: list[float] = field(default_factory=list)
    processor_s: float = 0.0  # of all processes together
    _over: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        self._before_s = sum(map(_processor_s, self.hqs))
        self._threads = [threading.Thread(target=each, daemon=True) for each in (self._weigh, self._ask)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.processor_s = sum(map(_processor_s, self.hqs)) - self._before_s
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _weigh(self) -> None:
        while not self._over.wait(SAMPLE_S):
            self.resident_mb.append(max(resident_mb(each.process.pid) for each in self.hqs))

    def _ask(self) -> None:
        """Ask as a station does that was cut off: anew each time, since its old line is gone."""
        while not self._over.wait(SAMPLE_S):
            for each in self.hqs:
                began = time.perf_counter()
                try:
                    is_well = requests.get(f"{each.url}/v1/health", timeout=HEALTH_TIMEOUT_S).ok
                except requests.RequestException:
                    is_well = False
                took_ms = (time.perf_counter() - began) * 1000
                self.health_ms.append(took_ms if is_well else HEALTH_TIMEOUT_S * 1000)


def _processor_s(served: Served) -> float:
    """Return what a process has used of the processors (proc(5): fields 14 and 15, in ticks)."""
    after_name = (
        Path(f"/proc/{served.process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    )
    return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")


def _found(reports: Sequence[Report], watch: _Watch, *, took_s: float, total: int) -> Iterator[Line]:
    """Say how it went."""
    took, waited, drained, refused = (
        tuple(ms for report in reports for ms in getattr(report, name))
        for name in ("took_ms", "waited_ms", "drained_ms", "refused_ms")
    )
    warm = watch.resident_mb[int(len(watch.resident_mb) * WARM) :]
    rounds = f"refused {len(refused)} times, one station at most {max(each.refused_most for each in reports)}"
    yield Line("entries HQ took in", "entries/s", (total / took_s,), note=f"{total} in {took_s:.0f} s")
    yield Line("HQ's processor time for 1,000 entries", "ms", (watch.processor_s * 1e6 / total,))
    yield Line("a push, p99", "ms", took, p99(took), PUSH_MS)
    yield Line("a push, with all waiting before it", "s", tuple(ms / 1000 for ms in waited), note=rounds)
    yield Line("until a station is drained", "s", tuple(ms / 1000 for ms in drained))
    yield Line("to say that HQ is busy, p99", "ms", refused, p99(refused) if refused else 0.0, PUSH_MS)
    yield Line("whether HQ lives, p99", "ms", tuple(watch.health_ms), p99(watch.health_ms), HEALTH_MS)
    yield Line("HQ's memory, largest", "MB", tuple(watch.resident_mb), max(watch.resident_mb), PEAK_MB)
    yield Line("HQ's memory, growth once warm", "MB", (), max(warm) - warm[0], GROWTH_MB)
    yield Line("answers that never came", "", (), float(sum(each.cuts for each in reports)), 0.0)
    yield Line("pushes sent again", "", (), float(sum(each.sent_again for each in reports)))
