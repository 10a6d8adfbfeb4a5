"""The station's window against a bare one: first paint, memory, what is imported when, and how fast it answers.

Everything is measured in one run, the bare window and the station by turns, since only ratios travel between machines.
Start and latencies are read from what a process writes after Qt has painted; scans and keys are real keys in an Xvfb.
"""

import argparse
import signal
import sys
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from bench import floors
from bench._long import redeeming, syncing
from bench._process import Event, Screen, Window, drop_caches, watched
from bench._report import Line, p95, ratio
from bench._world import Shop, draw_film, open_shop

PAINT_LIMIT, MEMORY_LIMIT, CAMERA_LIMIT = 2.0, 2.0, 3.0
CARD_MS, ANSWER_MS = 200.0, 150.0
LATER = (
    "cv2",
    "numpy",
    "requests",
    "sqlite_utils",
    "structlog",
    "pyqtgraph",
    "app.core.order",
    "app.core.gift_cards",
    "app.core.reversal_rules",
)  # imported after the first paint
NEVER = ("pandas", "matplotlib")
STEADY_S = 4.0
WHOLE_S = (
    4_200  # a run that takes longer hangs; most of it are ten thousand redemptions with all their paints
)
AMOUNT = "35"  # so that one of the offers is usable and picked
PARTS = ("start", "memory", "latency", "imports", "sync", "redemptions")
QUICK = 1_000


def run(words: list[str]) -> list[Line]:
    """Measure, and return the lines of the report."""
    asked = _asked(words)
    signal.signal(signal.SIGALRM, _too_long)
    signal.alarm(WHOLE_S)
    try:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            screen = stack.enter_context(Screen())
            shop = stack.enter_context(open_shop(folder, members=asked.members, scanned=asked.scans))
            return _Bench(shop, screen, folder).measure(asked)
    finally:
        signal.alarm(0)


def _asked(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench ui")
    parser.add_argument("--members", type=int, default=200_000)
    parser.add_argument("--repeats", type=int, default=7, help="of each start; more for a busy machine")
    parser.add_argument("--scans", type=int, default=60)
    parser.add_argument("--confirms", type=int, default=40, help="at most as many as scans")
    parser.add_argument("--rows", type=int, default=10_000, help="that sync each way")
    parser.add_argument("--redemptions", type=int, default=10_000, help="in one run of the station")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} rows and redemptions")
    parser.add_argument("--only", action="append", choices=PARTS, help="measure this part")
    return parser.parse_args(words)


def _too_long(*_: Any) -> None:
    raise TimeoutError(f"bench ui did not end within {WHOLE_S} s")


class _Bench:
    """One run."""

    def __init__(self, shop: Shop, screen: Screen, folder: Path) -> None:
        self._shop, self._screen, self._folder = shop, screen, folder
        self._count = 0

    def measure(self, asked: argparse.Namespace) -> list[Line]:
        """Measure everything."""
        fewer = max(1, asked.repeats // 2)
        parts = {
            "start": lambda: [*self._starts(asked.repeats), *self._cold_starts(fewer)],
            "memory": lambda: self._memory(fewer),
            "latency": lambda: self._latencies(asked.scans, min(asked.confirms, asked.scans)),
            "imports": self._imports,
            "sync": lambda: syncing(*self._where(), QUICK if asked.quick else asked.rows),
            "redemptions": lambda: redeeming(*self._where(), QUICK if asked.quick else asked.redemptions),
        }
        return [line for part in asked.only or PARTS for line in parts[part]()]

    def _where(self) -> tuple[Shop, Path, Mapping[str, str]]:
        return self._shop, self._folder, self._screen.environment

    # --- processes ----------------------------------------------------------------------------------------------------

    def _log(self) -> Path:
        self._count += 1
        return self._folder / f"events-{self._count}.jsonl"

    def _bare(self) -> Any:
        log = self._log()
        return watched([sys.executable, floors.__file__, str(log)], log, self._screen.environment)

    def _station(self, camera: str = "off") -> Any:
        log = self._log()
        command = [sys.executable, "-m", "app.main", "station", *self._shop.options(camera)]
        return watched(command, log, {**self._screen.environment, "TILLSIDE_EVENT_LOG": str(log)})

    # --- start and memory ---------------------------------------------------------------------------------------------

    def _starts(self, repeats: int) -> list[Line]:
        bare, ours, ready = [], [], []
        for at in range(-1, repeats):  # the first pair only warms the machine
            with self._bare() as window:
                bare_ms = window.first_paint_ms()
            with self._station() as window:
                ours_ms = window.first_paint_ms()
                ready_ms = float(window.wait_for("idle_painted")["t_ms"]) - window.began_ms
            if at >= 0:
                bare.append(bare_ms)
                ours.append(ours_ms)
                ready.append(ready_ms)
        return [
            Line("bare window, first paint", "ms", tuple(bare)),
            Line("station, first paint", "ms", tuple(ours)),
            ratio("first paint, warm", ours, bare, limit=PAINT_LIMIT),
            ratio("first customer possible, warm", ready, bare),
        ]

    def _cold_starts(self, repeats: int) -> list[Line]:
        bare: list[float] = []
        ours: list[float] = []
        for _ in range(repeats):
            for start, into in ((self._bare, bare), (self._station, ours)):
                if not drop_caches():
                    return [Line("first paint, cold", "×", (), note="dropping caches is not allowed here")]
                with start() as window:
                    into.append(window.first_paint_ms())
        return [ratio("first paint, cold", ours, bare, limit=PAINT_LIMIT)]

    def _memory(self, repeats: int) -> list[Line]:
        film = str(draw_film(self._folder / "counter.avi"))
        bare: list[float] = []
        ours: list[float] = []
        camera: list[float] = []
        for _ in range(repeats):
            with self._bare() as window:
                window.first_paint_ms()
                bare.append(window.idle_mb())
            for source, into in (("off", ours), (film, camera)):
                with self._station(source) as window:
                    _steady(window)
                    into.append(window.idle_mb(STEADY_S))
        return [
            Line("bare window, memory", "MB", tuple(bare)),
            Line("station, memory", "MB", tuple(ours)),
            ratio("memory", ours, bare, limit=MEMORY_LIMIT),
            ratio("memory with the camera", camera, bare, limit=CAMERA_LIMIT),
        ]

    # --- latencies ----------------------------------------------------------------------------------------------------

    def _latencies(self, scans: int, confirms: int) -> list[Line]:
        if self._screen.keys is None:
            note = "needs Xvfb, whose keys are real"
            return [
                Line("scan to card painted, p95", "ms", (), limit=CARD_MS, note=note),
                Line("confirm to answer painted, p95", "ms", (), limit=ANSWER_MS, note=note),
            ]
        cards, answers = [], []
        with self._station() as window:
            _steady(window)
            for at, code in enumerate(self._shop.codes[:scans]):
                cards.append(self._scan(window, code))
                if at < confirms:
                    answers.append(self._confirm(window))
        return [
            Line("scan to card painted, p95", "ms", tuple(cards), p95(cards), CARD_MS),
            Line("confirm to answer painted, p95", "ms", tuple(answers), p95(answers), ANSWER_MS),
        ]

    def _scan(self, window: Window, code: str) -> float:
        seen = len(window.events())
        self._screen.keys.scan(code)
        return _between(window, "scan_received", "card_painted", after=seen)

    def _confirm(self, window: Window) -> float:
        """Enter an amount, confirm, and leave the answer."""
        seen = len(window.events())
        self._screen.keys.type_keys(AMOUNT)
        quoted = window.wait("the offers", lambda event: event.get("picked") == 1, after=seen)
        ready = self._ready(window, since_ms=float(quoted["t_ms"]))
        self._screen.keys.press("Enter")  # takes the amount
        self._ready(window, since_ms=ready)
        self._screen.keys.press("Enter")  # confirms
        took = _between(window, "confirm", "answer_painted", after=seen)
        window.wait_for("answer_ready", after=seen)
        self._screen.keys.press("Enter")
        window.wait_for("idle_painted", after=seen)
        return took

    def _ready(self, window: Window, *, since_ms: float) -> float:
        """Wait until Enter acts on what was painted since; return when."""
        what = "Enter to act"
        event = window.wait(what, lambda event: event["event"] == "member_ready" and event["t_ms"] > since_ms)
        return float(event["t_ms"])

    # --- imports ------------------------------------------------------------------------------------------------------

    def _imports(self) -> list[Line]:
        log = self._log()
        command = [sys.executable, "-m", "bench._probe", str(log), *self._shop.options()]
        with watched(command, log, self._screen.environment) as window:
            modules = set(window.wait_for("window_painted")["modules"])
        found = sorted(modules & {*LATER, *NEVER})
        note = (
            f"too early: {', '.join(found)}"
            if found
            else f"{len(modules)} modules; none of {', '.join(LATER)}"
        )
        every = _modules_of(self._shop, self._folder, self._screen)
        wrong = sorted(every & set(NEVER))
        late = f"in a whole run: {', '.join(wrong) or 'neither ' + ' nor '.join(NEVER)}"
        return [
            Line("heavy imports before the first paint", "", (float(len(found)),), limit=0, note=note),
            Line("imports that never happen", "", (float(len(wrong)),), limit=0, note=late),
        ]


def _modules_of(shop: Shop, folder: Path, screen: Screen) -> set[str]:
    """Return what the station imports in a whole run, with its camera: read from Python's own list of imports."""
    log, said = folder / "imports.jsonl", folder / "imports.txt"
    film = str(draw_film(folder / "imports.avi"))
    command = [sys.executable, "-X", "importtime", "-m", "app.main", "station", *shop.options(film)]
    environment = {**screen.environment, "TILLSIDE_EVENT_LOG": str(log)}
    with watched(command, log, environment, errors=said) as window:
        _steady(window)
        window.idle_mb(STEADY_S)
    lines = said.read_text(encoding="utf-8").splitlines()
    return {line.rpartition("|")[2].strip() for line in lines if line.startswith("import time:")}


def _steady(window: Window) -> None:
    """Wait until the store is open, the page for customers is there and a sync has been done."""
    window.wait_for("idle_painted")
    window.wait("a sync", lambda event: event["event"] == "pill" and event["kind"] == "fresh")


def _between(window: Window, first: str, then: str, *, after: int) -> float:
    end: Event = window.wait_for(then, after=after)
    begin = window.wait_for(first, after=after)
    return float(end["t_ms"]) - float(begin["t_ms"])
