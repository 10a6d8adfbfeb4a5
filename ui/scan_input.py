"""The keyboard-wedge scanner, heard in every window of the application: a scan is a command, never text in a field.

Keys that may be a scanner's are held back until that is known, 50 ms after the last of them at most: no letter of a
scan reaches a field, an offer's number key or a search, so nothing has to be undone. A person's keys are given back
then, in order; Enter, arrows and function keys by themselves are never held. scanner.wedge tells the two apart.

Keys without a native scan code (on-screen keyboards, input methods, most tests) pass untouched. Limits: on macOS no key
has one, so such scanners are not supported there; in a field that is being composed in (Hangul) the input method takes
the keys first; the window itself has none (ui/window.py). Of dead keys ui/native_keys.py knows.
"""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QInputMethodEvent, QKeyEvent, QWindow
from shiboken6 import isValid

from scanner.debounce import Debounce, monotonic_ms
from scanner.habits import USUAL, Habits
from scanner.keys import ENTER, KEYPAD, NEUTRAL, TAB, US_PLAIN, evdev_code, has_scan_codes
from scanner.source import Scanned, Source
from scanner.wedge import GAP_MAX_MS, End, Fate, Key, Scan, Wedge
from ui.key_replay import replay
from ui.native_keys import NativeKeys

_PRESS: Final = QEvent.Type.KeyPress
_RELEASE: Final = QEvent.Type.KeyRelease
_OVERRIDE: Final = QEvent.Type.ShortcutOverride
_COMPOSED: Final = QEvent.Type.InputMethod
TEST_KEYS: Final = frozenset(
    {*US_PLAIN, *KEYPAD, *ENTER, TAB, 86}
)  # 86: beside the left Shift, not on US keyboards
_KEY_EVENTS: Final = frozenset({_PRESS, _RELEASE, _OVERRIDE})


class ScanInput(QObject):
    """Hears the keys of an application that it is installed on: `app.installEventFilter(scan_input)`."""

    scanned = Signal(object)  # Scanned

    def __init__(self, *, habits: Habits = USUAL, debounce: Debounce | None = None) -> None:
        """`habits` are what the scanner is set to; share `debounce` with the camera."""
        super().__init__()
        self._platform = QGuiApplication.platformName()
        self._wedge = Wedge(habits)
        self._debounce = debounce or Debounce()
        self._held: list[tuple[QObject, QKeyEvent | QInputMethodEvent]] = []
        self._held_codes: set[int] = set()  # pressed and neither released nor given back
        self._is_replaying = False
        self._learner: Callable[[Key], None] | None = None
        self._native = NativeKeys()
        application = QGuiApplication.instance()
        if application is not None and self._native.can_help(self._platform):
            application.installNativeEventFilter(self._native)
        self._pause = self._timer(GAP_MAX_MS, self._look_once_more)
        # Once the pause is over, keys may still lie in the queue because the window was busy: they go first.
        self._queue_is_empty = self._timer(0, self._rest)

    @property
    def is_supported(self) -> bool:
        """Whether scanners of this kind are heard on this platform."""
        return has_scan_codes(self._platform)

    def use(self, habits: Habits) -> None:
        """Hear a scanner that writes otherwise from now on."""
        self._settle(self._wedge.pause() or (Fate.TYPED if self._held else None))
        self._wedge = Wedge(habits)

    def teach(self, learner: Callable[[Key], None] | None) -> None:
        """Give keys to the scanner test of the set-up page and to nobody else, until None takes its place.

        Escape and function keys stay everybody's: there must be a way out by keyboard.
        """
        self._settle(self._wedge.pause() or (Fate.TYPED if self._held else None))
        self._learner = learner

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 Qt
        """Keep what may be a scanner's keys from everybody else."""
        if self._is_replaying:
            return False
        if event.type() == _COMPOSED and isinstance(event, QInputMethodEvent):
            return self._compose(watched, event)
        if event.type() not in _KEY_EVENTS:
            return False
        # Every key comes to a window first and then to the widget in it.
        if not isinstance(watched, QWindow) or not isinstance(event, QKeyEvent):
            return False
        if event.type() == _RELEASE:
            return self._release(watched, event)
        key = _key(event, self._platform)
        if self._learner is not None:
            return self._learn(self._learner, event, key)
        self._take_kept(self._native.kept_before(key, is_asked=event.type() == _OVERRIDE))
        if event.type() == _PRESS:
            return self._press(watched, event, key)
        if self._wedge.takes(key):
            event.accept()  # not a shortcut for now: it comes again as a press
            return True
        self._settle(self._wedge.end_before(key))
        return False

    def _learn(self, learner: Callable[[Key], None], event: QKeyEvent, key: Key) -> bool:
        for dead in self._native.kept_before(key, is_asked=event.type() == _OVERRIDE):
            learner(dead)
        if key.scan_code is None or not (key.scan_code in NEUTRAL or key.scan_code in TEST_KEYS):
            return False
        if event.type() == _OVERRIDE:
            event.accept()
        else:
            learner(key)
        return True

    def _press(self, window: QWindow, event: QKeyEvent, key: Key) -> bool:
        self._settle(self._wedge.end_before(key))
        is_taken = self._wedge.takes(key)
        if is_taken:
            self._held.append((window, event.clone()))
            self._held_codes.add(event.nativeScanCode())
            self._settle(self._wedge.press(key))
        else:
            self._wedge.pass_by(key)
        self._queue_is_empty.stop()
        if self._wedge.is_open:
            self._pause.start()
        return is_taken

    def _compose(self, watched: QObject, event: QInputMethodEvent) -> bool:
        """Hold what keys make together like the keys themselves: they may be a scanner's."""
        if not (self._wedge.is_open or self._native.is_waiting):
            return False
        self._held.append((watched, event.clone()))
        self._pause.start()
        return True

    def _take_kept(self, keys: list[Key]) -> None:
        """Take presses that came to no window: what they made is held, or has come already."""
        for key in keys:
            self._settle(self._wedge.end_before(key))
            if self._wedge.takes(key):
                self._settle(self._wedge.press(key))
            else:
                self._wedge.pass_by(key)

    def _release(self, window: QWindow, event: QKeyEvent) -> bool:
        """A key goes up for those who saw it go down, and not before."""
        if event.nativeScanCode() not in self._held_codes:
            return False
        if self._held:
            self._held.append((window, event.clone()))
        if not event.isAutoRepeat():
            self._held_codes.discard(event.nativeScanCode())
        return True

    def _look_once_more(self) -> None:
        self._queue_is_empty.start()

    def _rest(self) -> None:
        self._take_kept(self._native.kept())
        self._settle(self._wedge.pause() or (Fate.TYPED if self._held else None))

    def _settle(self, end: End | None) -> None:
        if end is None:
            return
        self._pause.stop()
        held, self._held = self._held, []
        if end is Fate.TYPED:
            self._give_back(held)
        if isinstance(end, Scan) and self._debounce.is_new(end.text):
            self.scanned.emit(Scanned(end.text, Source.WEDGE, end.aim, time_ms=monotonic_ms()))

    def _give_back(self, held: list[tuple[QObject, QKeyEvent | QInputMethodEvent]]) -> None:
        self._held_codes.clear()
        self._is_replaying = True
        try:
            for receiver, event in held:
                if not isValid(receiver):
                    continue  # a window may have closed in between
                if isinstance(event, QInputMethodEvent):
                    QCoreApplication.sendEvent(receiver, event)
                elif isinstance(receiver, QWindow):
                    replay(receiver, event)
        finally:
            self._is_replaying = False

    def _timer(self, interval_ms: int, then: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setTimerType(Qt.TimerType.PreciseTimer)
        timer.setInterval(interval_ms)
        timer.timeout.connect(then)
        return timer


def _key(event: QKeyEvent, platform: str) -> Key:
    modifiers, text = event.modifiers(), event.text()
    altgr = bool(modifiers & Qt.KeyboardModifier.GroupSwitchModifier)
    ctrl = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
    alt = bool(modifiers & Qt.KeyboardModifier.AltModifier)
    if ctrl and alt and text.isprintable() and text:  # how Windows reports AltGr
        altgr, ctrl, alt = True, False, False
    return Key(
        evdev_code(event.nativeScanCode(), platform=platform),
        event.timestamp(),
        text=text,
        shift=bool(modifiers & Qt.KeyboardModifier.ShiftModifier),
        ctrl=ctrl,
        alt=alt,
        altgr=altgr,
        meta=bool(modifiers & Qt.KeyboardModifier.MetaModifier),
        is_repeat=event.isAutoRepeat(),
    )
