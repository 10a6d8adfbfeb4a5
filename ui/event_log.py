"""A log of what the window did and when, for whoever measures or supports a station.

Names and milliseconds alone are always kept (app/ux). With `event_log` set a file gets more: one line of JSON an event,
its name and `t_ms`, milliseconds of the machine's monotonic clock, which other processes on the machine can compare
with theirs. No line holds a name, a code, an amount or an order. What ends in `_painted` is written after Qt painted
it, not when it was asked for. Threads write the files; the window never waits for them.
"""

import json
import logging
import threading
import time
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QWindow

from app.ux.events import Event as Kept
from app.ux.events import KeptEvents
from ui.models.state import AnswerWord, Screen, State

if TYPE_CHECKING:
    from ui.window import Model, StationWindow

log = logging.getLogger(__name__)
_PAINTS: Final = frozenset({QEvent.Type.UpdateRequest, QEvent.Type.Expose})
_MOUSE: Final = frozenset({QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick, QEvent.Type.Wheel})
_TOUCH: Final = frozenset({QEvent.Type.MouseButtonPress, QEvent.Type.TouchBegin})
_ENTER: Final = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})
_PART_OF_OTHERS: Final = frozenset(
    {Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_AltGr, Qt.Key.Key_Meta}
)
_CORRECTS: Final = frozenset({Qt.Key.Key_Backspace, Qt.Key.Key_Left, Qt.Key.Key_Right})
_KEPT: Final = {
    "scan_received": Kept.SCAN,
    "card_painted": Kept.MEMBER,
    "undo_painted": Kept.UNDO,
    "queue_painted": Kept.QUEUE,
    "idle_painted": Kept.IDLE,
    "manager_painted": Kept.MANAGER,
    "exceptions_painted": Kept.EXCEPTIONS,
    "exported_painted": Kept.EXPORTED,
}

_ANSWERS: Final = {word: Kept(word.value) for word in AnswerWord}

Event = dict[str, Any]


class EventLog(QObject):
    """Follows a window and its model."""

    def __init__(self, path: Path | None, *, kept: Path | None = None) -> None:
        """Write all of it to the end of `path`, and names alone to a file in the folder `kept`, where given."""
        super().__init__()
        self._lines: SimpleQueue[str | None] | None = None
        if path is not None:
            self._lines = SimpleQueue()
            self._thread = threading.Thread(
                target=_write, args=(path, self._lines), name="event log", daemon=True
            )
            self._thread.start()
        self._kept = None if kept is None else KeptEvents(kept)
        self._is_typing = False
        self._model: Model | None = None
        self._before: State | None = None
        self._unpainted: list[Event] = []

    def watch(self, window: "StationWindow") -> None:
        """Learn from a window that is shown when it paints, and whether somebody uses a mouse."""
        window.installEventFilter(self)
        window.windowHandle().installEventFilter(self)
        self._unpainted.append({"event": "window_painted"})
        self._keep(Kept.START)

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
        if self._lines is not None:
            self._lines.put(None)
            self._thread.join(timeout=2)
        if self._kept is not None:
            self._kept.close()

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
        if isinstance(watched, QWindow):  # what is done comes there first, and once
            if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
                self._pressed(event)
            elif event.type() in _TOUCH:
                self._act(Kept.TOUCH)
        return False

    def _pressed(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if event.isAutoRepeat() or key in _PART_OF_OTHERS:
            return
        if key in _ENTER:
            self._act(Kept.ENTER)
        elif key in _CORRECTS or (event.text() and event.text().isprintable()):
            if not self._is_typing:
                self._act(Kept.TYPED)
                self._is_typing = True
        else:
            self._act(Kept.KEY)

    def _act(self, action: Kept) -> None:
        self._is_typing = False
        self._keep(action)

    def _painted(self) -> None:
        painted, self._unpainted = self._unpainted, []
        for event in painted:
            self._note(event)

    def _note(self, event: Event) -> None:
        t_ms = time.monotonic() * 1000
        if self._lines is not None:
            self._lines.put(json.dumps({"t_ms": round(t_ms, 3)} | event) + "\n")
        for kept in _kept_of(event):
            self._keep(kept, t_ms)
        if event["event"] == "scan_received":
            self._is_typing = False

    def _keep(self, kept: Kept, t_ms: float | None = None) -> None:
        """Keep a name; not what somebody practises."""
        is_training = self._before is not None and self._before.shop.is_training
        if self._kept is not None and not is_training:
            self._kept.note(kept, round(time.monotonic() * 1000 if t_ms is None else t_ms))


def _kept_of(event: Event) -> list[Kept]:
    """Return the names that are kept of an event."""
    match event:
        case {"event": "answer_painted", "is_undone": True}:
            return [Kept.UNDONE]
        case {"event": "answer_painted", "word": word}:
            return [_ANSWERS[AnswerWord(word)]]
        case {"event": "offers_painted", "picked": picked, "refused": refused}:
            return [Kept.GIVEN] * (picked > 0) + [Kept.REASONS] * (refused > 0)
    return [_KEPT[event["event"]]] if event["event"] in _KEPT else []


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
            about = {} if now.answer.undone is None else {"is_undone": True}
            events.append({"event": "answer_painted", "word": now.answer.word.value} | about)
    elif is_new_page:
        events.append({"event": f"{now.screen.value}_painted"})
    noted = _noted(now)
    if noted and (before is None or _noted(before) != noted):
        events.append({"event": f"{noted}_painted"})
    pill = (now.pill.kind, now.pill.waiting)
    if before is None or (before.pill.kind, before.pill.waiting) != pill:
        events.append({"event": "pill", "kind": now.pill.kind.value, "waiting": now.pill.waiting})
    return events


def _noted(state: State) -> str:
    """Return what a page of several calls what it shows; "" for all others."""
    return str(getattr(state.flow, "noted", ""))


def _offers(now: State) -> Event:
    usable = sum(offer.is_usable for offer in now.offers)
    picked = sum(offer.is_picked for offer in now.offers)
    refused = len(now.offers) - usable
    return {"event": "offers_painted", "usable": usable, "picked": picked, "refused": refused}


def _write(path: Path, lines: "SimpleQueue[str | None]") -> None:
    try:
        with path.open("a", encoding="utf-8") as file:
            while (line := lines.get()) is not None:
                file.write(line)
                file.flush()
    except OSError as problem:
        log.warning("the event log can't be written: %s", problem.strerror)
