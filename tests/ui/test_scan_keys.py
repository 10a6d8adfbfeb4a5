"""Real key events (XTEST) on a real X server, under seven layouts: scans are read right and stay out of the field."""

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from app.core.codes import number
from tests.scanner.keyboard import EVERY_CHARACTER
from tests.x_screen import XScreen, require_x

LAYOUTS = ["us", "tr", "ru", "kr", "id", "fr", "de"]
NUMBERS = [
    number("M", body) for body in ("0123456789", "ABCDEFGHJK", "MNPQRSTVWX", "YZ00112233", "7654321089")
]
TYPED_ON = {"us": "ab", "tr": "ab", "ru": "фи", "kr": "ab", "id": "ab", "fr": "qb", "de": "ab"}
SIGNED = ("L2:" + "6BFOXN*TS0BI$ZD4N9:9S6RCVN5+O30K3/XIV0W23NTDE" * 4)[:164]
ADDRESS = "https://id.example/8018/395012345000000127?17=301231&lang=tr_TR#z~y"
ELEMENTS = "25595011015300031\x1d8018395012345000000127"


class Window:
    """The program in tests/ui/scan_window.py."""

    def __init__(self, screen: XScreen) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.ui.scan_window"],
            env=screen.environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.heard() == {"ready": "yes"}

    def heard(self) -> dict[str, Any]:
        """Wait for the next thing it tells."""
        assert self._process.stdout is not None
        found: dict[str, Any] = json.loads(self._process.stdout.readline())
        return found

    def close(self) -> None:
        self._process.terminate()
        self._process.communicate(timeout=10)


@pytest.fixture(scope="module")
def screen() -> Iterator[XScreen]:
    require_x()
    with XScreen() as screen:
        yield screen


@pytest.fixture
def window(screen: XScreen, request: pytest.FixtureRequest) -> Iterator[Window]:
    screen.set_layout(getattr(request, "param", "us"))
    window = Window(screen)
    yield window
    window.close()


@pytest.mark.parametrize(
    ("window", "layout"), [(name, name) for name in LAYOUTS], indirect=["window"], ids=LAYOUTS
)
def test_codes_are_read_exactly_under_every_layout(screen: XScreen, window: Window, layout: str) -> None:
    for text in NUMBERS:
        screen.scan(text)
        assert window.heard() == {"scanned": text, "aim": "", "field": "half "}
    screen.scan(EVERY_CHARACTER, end="")
    assert window.heard() == {"scanned": EVERY_CHARACTER, "aim": "", "field": "half "}
    for text in (SIGNED, ADDRESS):
        screen.scan(text)
        assert window.heard() == {"scanned": text, "aim": "", "field": "half "}
    screen.scan("]C1" + ELEMENTS, end="Tab")
    assert window.heard() == {"scanned": ELEMENTS, "aim": "]C1", "field": "half "}
    screen.type_keys("ab")
    screen.press("Enter")
    assert window.heard() == {"entered": f"half {TYPED_ON[layout]}"}


def test_an_aim_prefix_and_a_tab_are_the_scanners_own(screen: XScreen, window: Window) -> None:
    screen.scan("]Q1" + NUMBERS[1].lower(), end="Tab")
    assert window.heard() == {"scanned": NUMBERS[1].lower(), "aim": "]Q1", "field": "half "}


def test_a_scan_among_typing_leaves_the_typing_whole(screen: XScreen, window: Window) -> None:
    screen.type_keys("one ")
    screen.scan(NUMBERS[0])
    screen.type_keys("two")
    screen.press("Enter")
    assert window.heard() == {"scanned": NUMBERS[0], "aim": "", "field": "half one "}
    assert window.heard() == {"entered": "half one two"}


@pytest.mark.parametrize("gap_ms", [1000 // 12, 30])
def test_twelve_keys_a_second_are_a_person(screen: XScreen, window: Window, gap_ms: int) -> None:
    """And so are fingers that roll over the keys, thrice as fast: their gaps are longer than a scanner's."""
    screen.type_keys("m0123456789t and so on", gap_ms=gap_ms)
    screen.press("Enter")
    assert window.heard() == {"entered": "half m0123456789t and so on"}


@pytest.mark.parametrize("window", ["fr"], indirect=True)
@pytest.mark.parametrize("gap_ms", [110, 30])
def test_what_a_person_composes_arrives(screen: XScreen, window: Window, gap_ms: int) -> None:
    """A dead circumflex and an a, slowly and by fast fingers, with letters around them."""
    screen.type_keys("r[qle", gap_ms=gap_ms)
    screen.press("Enter")
    assert window.heard() == {"entered": "half râle"}
