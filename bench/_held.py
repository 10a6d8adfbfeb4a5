"""`python -m bench._held LOG SHIFT STATION-OPTIONS…`: the station, whose own loop is watched while it has much to do.

SHIFT is `sync`: with the queue open until all has been sent and fetched; or how many redemptions are done by it, one
after the other, painted each, in the order of `codes.txt` beside LOG. Keys wait for no eyes here. What came of it is
one line in LOG: the gaps between the beats of the loop, and what the process held in memory meanwhile.
"""

import contextlib
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer

from app.main import main
from ui.application import Application
from ui.models.guard import Guard
from ui.models.state import PillKind, Screen

BEAT_MS, STEP_MS = 5, 1
LOOKS = 100  # at the memory, in the whole
AMOUNT = "35"
PAGE = os.sysconf("SC_PAGE_SIZE")
TASKS = Path("/proc/self/task")  # schedstat: ran, waited, in nanoseconds


class Heart(QObject):
    """Beats in the window's own loop: what lies between two beats beyond their pause is what held it."""

    def __init__(self, parent: QObject) -> None:
        """Begin to beat."""
        super().__init__(parent)
        self._beats = 0
        # The longest; beats are not kept one by one, or the memory that is measured would be theirs.
        self._gap_ms = self._own_ms = 0.0  # the latter without waiting for a processor, other programs' doing
        self._last_ms, self._waited = time.monotonic() * 1000, _waited_ms()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._timer.start(BEAT_MS)

    def _beat(self) -> None:
        now_ms, waited = time.monotonic() * 1000, _waited_ms()
        gap_ms = now_ms - self._last_ms
        waited_ms = max(ms - self._waited.get(who, 0.0) for who, ms in waited.items())
        self._beats += 1
        self._gap_ms = max(self._gap_ms, gap_ms)
        self._own_ms = max(self._own_ms, gap_ms - waited_ms)
        self._last_ms, self._waited = now_ms, waited

    def longest(self) -> dict[str, Any]:
        """Return what is told of it."""
        return {"gap_ms": self._gap_ms, "own_ms": self._own_ms, "beats": self._beats}


class Syncing(QObject):
    """Shows the queue until nothing waits any more and head office's facts are the newest."""

    def __init__(self, model: Any, tell: Callable[[dict[str, Any]], None]) -> None:
        """Follow the model."""
        super().__init__(model)
        self._model, self._tell = model, tell
        self._heart: Heart | None = None
        self._most = self._batches = 0
        model.changed.connect(self._look)

    def _look(self) -> None:
        state = self._model.state
        if self._heart is None and state.screen is Screen.IDLE:
            self._heart = Heart(self)
            self._began_s = time.monotonic()
            self._model.open(Screen.QUEUE)
        pill = state.pill
        self._batches += pill.sent > self._most
        self._most = max(self._most, pill.sent)
        if self._heart is not None and pill.kind is PillKind.FRESH and not pill.waiting:
            self._model.changed.disconnect(self._look)
            took_s = time.monotonic() - self._began_s
            done = {"took_s": took_s, "told": self._batches, "rows": state.rows_loaded}
            self._tell(done | self._heart.longest())


class Redeeming(QObject):
    """Scans, types, confirms and leaves the answer, again and again."""

    def __init__(
        self, model: Any, count: int, codes: list[str], tell: Callable[[dict[str, Any]], None]
    ) -> None:
        """Begin as soon as the station is ready."""
        super().__init__(model)
        self._model, self._count, self._codes, self._tell = model, count, codes, tell
        self._done = 0
        self._asked: object = None  # for which state something was asked, so that it is asked once
        self._memory_mb: list[tuple[int, float]] = []
        self._heart: Heart | None = None
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._step)
        self._timer.start(STEP_MS)

    def _step(self) -> None:
        state = self._model.state
        if state.screen is Screen.IDLE:
            self._heart = self._heart or Heart(self)
            self._once(
                ("scan", self._done), lambda: self._model.scan(self._codes[self._done % len(self._codes)])
            )
        elif state.screen is Screen.MEMBER and not state.is_busy:
            if not state.order or not state.order.total:
                self._once(("type", self._done), lambda: self._model.type_amount(AMOUNT))
            elif any(row.is_picked for row in state.offers) and not state.is_new:
                self._model.enter()
        elif state.screen is Screen.ANSWER and not state.is_new:
            self._once(("leave", self._done), self._leave)

    def _once(self, what: object, ask: Callable[[], None]) -> None:
        if what != self._asked:
            self._asked = what
            ask()

    def _leave(self) -> None:
        if not self._model.state.answer.discount:
            self._timer.stop()
            self._tell({"odd": repr(self._model.state.answer)})  # the log says nothing of what was answered
        self._done += 1
        if self._done % max(self._count // LOOKS, 1) == 0:
            self._memory_mb.append((self._done, _resident_mb()))
        self._model.enter()
        if self._done == self._count and self._heart is not None:
            self._timer.stop()
            self._tell({"memory_mb": self._memory_mb} | self._heart.longest())


def _waited_ms() -> dict[str, float]:
    """Return how long each thread has waited for a processor; whoever has the interpreter then keeps it from all."""
    found = {"": 0.0}
    for each in TASKS.iterdir():
        with contextlib.suppress(OSError):  # a thread that has just ended
            found[each.name] = int((each / "schedstat").read_text(encoding="ascii").split()[1]) / 1e6
    return found


def _resident_mb() -> float:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * PAGE / 2**20


def watch(log: Path, shift: str) -> None:
    """Watch the station's model as soon as there is one."""
    attach = Application.attach

    def tell(found: dict[str, Any]) -> None:
        line = {"t_ms": time.monotonic() * 1000, "event": "shift_done"} | found
        log.write_text(json.dumps(line) + "\n", encoding="utf-8")

    def attached(self: Application, model: Any, *, camera: str, is_station: bool = True) -> None:
        attach(self, model, camera=camera, is_station=is_station)
        if shift == "sync":
            Syncing(model, tell)
        else:
            codes = log.with_name("codes.txt").read_text(encoding="ascii").splitlines()
            Redeeming(model, int(shift), codes, tell)

    Application.attach = attached  # type: ignore[method-assign]
    begin = Guard.begin
    Guard.begin = lambda self, wait_ms: begin(self, 0)  # type: ignore[method-assign]


if __name__ == "__main__":
    watch(Path(sys.argv[1]), sys.argv[2])
    sys.argv = ["tillside", "station", *sys.argv[3:]]
    main()
