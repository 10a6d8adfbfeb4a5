"""A screen of its own (Xvfb) and a keyboard whose physical keys are pressed by XTEST, for tests with real key events.

XTEST waits in the server between two presses (its `delay`), so nobody sleeps here. Keys are named by what stands on
them on a US keyboard, as a scanner knows them; what the host makes of them is the business of `set_layout`.
"""

import ctypes
import ctypes.util
import os
import shutil
import subprocess
from collections.abc import Iterable
from types import TracebackType
from typing import Self

import pytest

from scanner.keys import BRACKET, GROUP_SEPARATOR
from tests.scanner.keyboard import PLACE

X_OFFSET = 8
SHIFT, CTRL = 42, 29
BEFORE_SCAN_MS = 120
NAMED = (
    {"Enter": 28, "Tab": 15, "Escape": 1, "Backspace": 14, "Down": 108, "Up": 103, "Insert": 110, "Space": 57}
    | {f"F{number}": 58 + number for number in range(1, 11)}
    | {"F11": 87, "F12": 88}
)
NEEDED = ("Xvfb", "setxkbmap")


def require_x() -> None:
    """Skip where there is no X server to start."""
    missing = [name for name in NEEDED if shutil.which(name) is None]
    if missing or ctypes.util.find_library("Xtst") is None:
        pytest.skip(f"needs {', '.join([*missing, 'libXtst'])}")


class XScreen:
    """A running Xvfb and its keyboard."""

    def __init__(self, size: str = "1024x768x24") -> None:
        reading, writing = os.pipe()
        # -noreset: without it the keyboard layout is lost with the last window.
        command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", size, "-noreset", "-nolisten", "tcp"]
        self._process = subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL)
        os.close(writing)
        with os.fdopen(reading) as pipe:
            self.display = f":{pipe.readline().strip()}"
        self.environment = {
            **os.environ,
            "DISPLAY": self.display,
            "QT_QPA_PLATFORM": "xcb",
            "QT_IM_MODULE": "compose",
        }
        self._x = ctypes.CDLL(ctypes.util.find_library("X11"))
        self._xtst = ctypes.CDLL(ctypes.util.find_library("Xtst"))
        self._x.XOpenDisplay.restype = ctypes.c_void_p
        self._handle = ctypes.c_void_p(self._x.XOpenDisplay(self.display.encode()))
        assert self._handle.value, "the display that Xvfb named can be opened"

    def set_layout(self, layout: str) -> None:
        subprocess.run(["setxkbmap", "-display", self.display, layout], check=True, timeout=10)

    def scan(self, text: str, *, end: str = "Enter", before_ms: int = BEFORE_SCAN_MS) -> None:
        """Press keys as a scanner set to a US keyboard does, some time after whatever was pressed before.

        Without gaps: a busy computer lets the server oversleep them, and then they are none of a scanner's.
        """
        self._key(SHIFT, is_down=False, delay_ms=before_ms)
        self._strokes(text, 0)
        if end:
            self.press(end, delay_ms=0)

    def type_keys(self, text: str, *, gap_ms: int = 110) -> None:
        """Press keys as a person does, by what stands on a US keyboard."""
        self._strokes(text, gap_ms)

    def press(self, *names: str, delay_ms: int = 110) -> None:
        """Press named keys one after the other."""
        for name in names:
            self._key(NAMED[name], is_down=True, delay_ms=delay_ms)
            self._key(NAMED[name], is_down=False, delay_ms=0)
        self._x.XFlush(self._handle)

    def _strokes(self, text: Iterable[str], gap_ms: int) -> None:
        before = None
        for char in text:
            code, is_shifted = (BRACKET, False) if char == GROUP_SEPARATOR else PLACE[char]
            held = SHIFT if is_shifted else CTRL if char == GROUP_SEPARATOR else None
            # Down in the moment in which it went up is how X tells of a key held down.
            wait_ms = max(gap_ms, 1) if code == before else gap_ms
            before = code
            if held is not None:
                self._key(held, is_down=True, delay_ms=wait_ms)
                wait_ms = 0
            self._key(code, is_down=True, delay_ms=wait_ms)
            self._key(code, is_down=False, delay_ms=0)
            if held is not None:
                self._key(held, is_down=False, delay_ms=0)
        self._x.XFlush(self._handle)

    def _key(self, code: int, *, is_down: bool, delay_ms: int) -> None:
        self._xtst.XTestFakeKeyEvent(self._handle, code + X_OFFSET, int(is_down), ctypes.c_ulong(delay_ms))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._x.XCloseDisplay(self._handle)
        self._process.terminate()
        self._process.wait(10)
