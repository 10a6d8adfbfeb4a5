"""The window's process killed between confirm and answer: nothing twice, nothing lost that somebody was told."""

import random
import threading
from collections import Counter
from pathlib import Path

import pytest

from app.core.entry import ORDER, REDEEM
from tests.e2e.windows import OPEN_S, WindowProcess, journal_types
from tests.rig.audit import audit
from tests.rig.processes import HqProcess, World, eventually, was_killed
from tests.x_screen import XScreen

POINTS = [
    "before_commit",
    "after_commit",
    "before_commit:2",
    "after_commit:2",
    "before_commit",
    "after_commit",
]
KILLS = pytest.mark.parametrize(  # at so many of the points, and at so many moments by chance
    ("points", "kills"), [(2, 3), pytest.param(len(POINTS), 14, marks=pytest.mark.slow)]
)
KILL_WITHIN_S = 0.15
KILL_EARLY_S = 0.03


@KILLS
def test_a_window_killed_between_confirm_and_answer_loses_and_doubles_nothing(
    enrolled: World, hq: HqProcess, screen: XScreen, tmp_path: Path, points: int, kills: int
):
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    _first_download(enrolled, screen, tmp_path / "first")
    hq.stop()  # now nothing but a redemption commits, so the points are inside of it
    before = journal_types(enrolled)
    for number, point in enumerate(POINTS[:points]):
        shown = _die_inside(enrolled, screen, tmp_path / f"inside-{number}", point)
        before = _held(enrolled, before, exactly=shown + point.startswith("after"))
    again = HqProcess(enrolled, port=hq.port)
    try:
        outcomes = Counter()
        for number in range(kills):
            # The answer is there after some 30 ms: half of the kills come before or about then.
            pause_s = chance.uniform(0, KILL_WITHIN_S if number % 2 else KILL_EARLY_S)
            shown = _killed_after(enrolled, screen, tmp_path / f"chance-{number}", pause_s)
            after = journal_types(enrolled)
            new = after[ORDER] - before[ORDER]
            outcomes[f"shown {shown}, recorded {new}"] += 1
            assert shown <= new <= 1, f"{pause_s * 1000:.0f} ms after the key"
            before = _held(enrolled, before, exactly=new)
        print(dict(outcomes))
        _first_download(enrolled, screen, tmp_path / "last")
    finally:
        again.stop()
    assert len(audit(enrolled, answered=[]).orders) == before[ORDER]


def _held(world: World, before: Counter[str], *, exactly: int) -> Counter[str]:
    """Hold the journal against what was in it: so many orders more, each with its one redemption."""
    after = journal_types(world)
    assert after[ORDER] - before[ORDER] == exactly
    assert after[REDEEM] == after[ORDER]
    return after


def _first_download(world: World, screen: XScreen, log: Path) -> None:
    """Run until the station has all of HQ's and HQ has all of the station's."""
    window = WindowProcess(world, screen, log)
    try:
        window.wait("pill", kind="fresh", waiting=0, within_s=OPEN_S)
        window.wait("idle_painted", within_s=OPEN_S)
    finally:
        window.kill()


def _die_inside(world: World, screen: XScreen, log: Path, point: str) -> int:
    """Redeem until the process dies at its point; return how many answers were seen."""
    window = WindowProcess(world, screen, log, fail_points=point)
    try:
        window.wait("idle_painted", within_s=OPEN_S)
        for _ in range(int(point.partition(":")[2] or 1) - 1):
            window.redeem(world.member_code)
        window.open_visit(world.member_code)
        so_far = len(window.events())
        screen.press("Enter")
        assert was_killed(window.process.wait(OPEN_S))
        assert not window.has("answer_painted", after=so_far)
        return len(window.words())
    finally:
        window.kill()


def _killed_after(world: World, screen: XScreen, log: Path, pause_s: float) -> int:
    """Kill so long after the key that confirms; return how many answers were seen."""
    window = WindowProcess(world, screen, log)
    try:
        window.wait("idle_painted", within_s=OPEN_S)
        window.open_visit(world.member_code)
        screen.press("Enter", delay_ms=110)
        eventually(lambda: window.has("confirm"), within_s=5, every_s=0.001)
        threading.Event().wait(pause_s)
        window.kill()
        return len(window.words())
    finally:
        window.kill()
