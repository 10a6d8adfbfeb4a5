"""A log of what the window did and when, for whoever measures or supports a station. Off unless `event_log` is set.

One line of JSON an event: its name and `t_ms`, the milliseconds of the machine's monotonic clock, which other processes
on the machine can compare with theirs. No line holds a name, a code, an amount or an order. What ends in `_painted` is
written after Qt has painted it, not when it was asked for. A thread writes the file; the window never waits for it.
"""

import json
import logging
import threading
import time
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QEvent, QObject, QTimer

from ui.models.state import Screen, State

if TYPE_CHECKING:
    from ui.window import Model, StationWindow

log = logging.getLogger(__name__)
_PAINTS: Final = frozenset({QEvent.Type.UpdateRequest, QEvent.Type.Expose})
_MOUSE: Final = frozenset({QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick, QEvent.Type.Wheel})

Event = dict[str, Any]


class EventLog(QObject):
    """Follows a window and its model."""

    def __init__(self, path: Path) -> None:
        """Write to the end of `path`."""
        super().__init__()
        self._lines: SimpleQueue[str | None] = SimpleQueue()
        self._thread = threading.Thread(
            target=_write, args=(path, self._lines), name="event log", daemon=True
        )
        self._thread.start()
        self._model: Model | None = None
        self._before: State | None = None
        self._unpainted: list[Event] = []

    def watch(self, window: "StationWindow") -> None:
        """Learn from a window that is shown when it paints, and whether somebody uses a mouse."""
        window.installEventFilter(self)
        window.windowHandle().installEventFilter(self)
        self._unpainted.append({"event": "window_painted"})

    def follow(self, model: "Model") -> None:
        """Follow this model from now on; the window must draw it already."""
        if self._model is not None:
            self._model.changed.disconnect(self._changed)
        self._model = model
        model.changed.connect(self._changed)
        self._changed()

    def scanned(self) -> None:
        """Note that a scan came in, from whatever scanner."""
        self._note({"event": "scan_received"})

    def close(self) -> None:
        """Write what there is and end."""
        self._lines.put(None)
        self._thread.join(timeout=2)

    def _changed(self) -> None:
        assert self._model is not None, "nobody else calls"
        before, self._before = self._before, self._model.state
        if self._before.is_busy and not (before and before.is_busy):
            self._note({"event": "confirm"})
        self._unpainted += _to_paint(before, self._before)
        if before and before.is_new and not self._before.is_new and before.screen is self._before.screen:
            self._note({"event": f"{before.screen.value}_ready"})  # from now on Enter acts on what is painted

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 Qt
        """Look on; keep nothing from anybody."""
        if event.type() in _PAINTS and self._unpainted:
            QTimer.singleShot(0, self._painted)  # the window paints all that is due within this event
        elif event.type() in _MOUSE:
            self._note({"event": "mouse"})
        return False

    def _painted(self) -> None:
        painted, self._unpainted = self._unpainted, []
        for event in painted:
            self._note(event)

    def _note(self, event: Event) -> None:
        self._lines.put(json.dumps({"t_ms": round(time.monotonic() * 1000, 3)} | event) + "\n")


def _to_paint(before: State | None, now: State) -> list[Event]:
    """Return what of `now` is still to be painted."""
    events: list[Event] = []
    is_new_page = before is None or before.screen is not now.screen
    if now.screen is Screen.MEMBER:
        if now.member is not None and (is_new_page or before is None or before.member != now.member):
            events.append({"event": "card_painted"})
        if now.offers and (is_new_page or before is None or before.offers != now.offers):
            events.append(_offers(now))
    elif now.screen is Screen.ANSWER:
        if now.answer is not None and (before is None or before.answer is not now.answer):
            events.append({"event": "answer_painted", "word": now.answer.word.value})
    elif is_new_page:
        events.append({"event": f"{now.screen.value}_painted"})
    pill = (now.pill.kind, now.pill.waiting)
    if before is None or (before.pill.kind, before.pill.waiting) != pill:
        events.append({"event": "pill", "kind": now.pill.kind.value, "waiting": now.pill.waiting})
    return events


def _offers(now: State) -> Event:
    usable = sum(offer.is_usable for offer in now.offers)
    picked = sum(offer.is_picked for offer in now.offers)
    return {"event": "offers_painted", "usable": usable, "picked": picked}


def _write(path: Path, lines: "SimpleQueue[str | None]") -> None:
    try:
        with path.open("a", encoding="utf-8") as file:
            while (line := lines.get()) is not None:
                file.write(line)
                file.flush()
    except OSError as problem:
        log.warning("the event log can't be written: %s", problem.strerror)
