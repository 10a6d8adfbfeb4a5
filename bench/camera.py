"""A camera at 30 frames a second of 720p with its preview in a window, against reading and preview alone.

    ./tillside bench camera
    ./tillside bench camera --passages 12 --rounds 5 --seed 7

The film is drawn first (`bench/_camera_film.py`). A round is the film once without and once with reading, each in a
process of its own (`bench/_camera_window.py`) on an Xvfb of the bench's own. Processor time is that of the whole
process, all threads, for each frame that was read. Code in view to `on_text` counts from the moment at which the frame
was due that shows all of a code for the first time, to the call that tells its text.
"""

import argparse
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from bench._camera_film import EMPTY, FPS, KINDS, SHOWN, SLIDE, WAYS, Passage, draw_counter_film
from bench._process import Screen, watched
from bench._report import Line, p95, ratio

CPU_LIMIT, GAP_LIMIT_MS, FRAMES_LIMIT = 1.4, 40.0, 2.0
PASSAGE_S = (EMPTY + SLIDE + SHOWN) / FPS


def run(words: list[str]) -> list[Line]:
    """Measure, and return the lines of the report."""
    parser = argparse.ArgumentParser(prog="bench camera", description=__doc__)
    parser.add_argument("--passages", type=int, default=12, help="codes in the film")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(words)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        screen = stack.enter_context(Screen())
        passages = draw_counter_film(folder / "counter.avi", passages=asked.passages, seed=asked.seed)
        seconds = len(passages) * PASSAGE_S - 0.5 / FPS
        alone, ours = [], []
        for at in range(asked.rounds):
            alone.append(_play(folder, f"alone-{at}", seconds, screen))
            ours.append(_play(folder, f"ours-{at}", seconds, screen, "--reads"))
    return _lines(alone, ours, passages, seconds, screen)


def _play(folder: Path, name: str, seconds: float, screen: Screen, *how: str) -> dict[str, Any]:
    log = folder / f"{name}.jsonl"
    film = str(folder / "counter.avi")
    command = [sys.executable, "-m", "bench._camera_window", film, str(seconds), str(log), *how]
    with watched(command, log, screen.environment) as window:
        return window.wait("the film's end", lambda event: event["event"] == "done", wait_s=seconds * 2 + 60)


def _lines(
    alone: list[dict[str, Any]],
    ours: list[dict[str, Any]],
    passages: list[Passage],
    seconds: float,
    screen: Screen,
) -> list[Line]:
    due = seconds * FPS
    costs = [[each["cpu_s"] / each["frames"] * 1000 for each in runs] for runs in (alone, ours)]
    told = [_told(each, passages) for each in ours]
    late = [frames for each in told for frames in each.values()]
    missed = [sum(passage not in each for passage in passages) for each in told]
    wrong = [
        len({text for text, _ in each["told"]} - {passage.text for passage in passages}) for each in ours
    ]
    looks = [took for each in ours for took in each["took_ms"]]
    return [
        Line(
            "reading and preview alone, a frame", "ms", tuple(costs[0]), note=f"processor time; {screen.name}"
        ),
        Line("with codes read, a frame", "ms", tuple(costs[1])),
        ratio("processor time over reading and preview alone", costs[1], costs[0], limit=CPU_LIMIT),
        Line("a core's share", "%", tuple(each["cpu_s"] / seconds * 100 for each in ours)),
        Line("a look at a frame", "ms", tuple(looks), note=f"p95 {p95(looks):.1f}"),
        Line("frames thrown away", "%", tuple(max(0.0, 1 - each["frames"] / due) * 100 for each in ours)),
        Line("alone: longest gap between UI ticks", "ms", tuple(each["gap_ms"] for each in alone)),
        _longest("longest gap between UI ticks", [each["gap_ms"] for each in ours], limit=GAP_LIMIT_MS),
        _longest("the same without waiting for a processor", [each["own_gap_ms"] for each in ours]),
        Line("code in view to on_text", "frames", tuple(late), limit=FRAMES_LIMIT),
        *_by("kind", KINDS, told),
        *_by("way", WAYS, told),
        Line("codes in view that were not told", "", tuple(missed), value=sum(missed), limit=0),
        Line("texts told that were not in view", "", tuple(wrong), value=sum(wrong), limit=0),
    ]


def _longest(name: str, gaps: list[float], *, limit: float | None = None) -> Line:
    return Line(name, "ms", tuple(gaps), value=max(gaps), limit=limit)


def _by(what: str, names: tuple[str, ...], told: list[dict[Passage, float]]) -> list[Line]:
    return [
        Line(
            f"  {name}",
            "frames",
            tuple(late for each in told for found, late in each.items() if getattr(found, what) == name),
        )
        for name in names
    ]


def _told(found: dict[str, Any], passages: list[Passage]) -> dict[Passage, float]:
    """Return for each code that was told how many frames it took from the one that shows all of it.

    Nothing below zero: a code may be read where its quiet zone is still cut off.
    """
    at_ms = dict(reversed(found["told"]))
    return {
        each: max(0.0, (at_ms[each.text] - found["on_ms"]) * FPS / 1000 - each.first)
        for each in passages
        if each.text in at_ms
    }
