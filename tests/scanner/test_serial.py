"""A pseudo terminal stands in for a scanner on a serial line: nothing is lost or merged, and it may come and go."""

import errno
import os
import queue
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import serial

from scanner.debounce import Debounce
from scanner.framing import Trouble
from scanner.habits import Ending, Habits
from scanner.serial import Port, SerialScanner, look, opened, ports
from scanner.source import Scanned, Source
from tests.scanner.codes import different, pieces
from tests.scanner.plug import Plug

pytest.importorskip("pty", reason="needs pseudo terminals")
WAIT_S = 20
HASTE_S = 0.002


class Heard:
    def __init__(self) -> None:
        self.scans: queue.Queue[Scanned] = queue.Queue()
        self.states: queue.Queue[str] = queue.Queue()
        self.troubles: queue.Queue[Trouble] = queue.Queue()

    def texts(self, count: int) -> list[str]:
        return [self.scans.get(timeout=WAIT_S).text for _ in range(count)]

    def state(self) -> str:
        return self.states.get(timeout=WAIT_S)


@pytest.fixture
def plug(tmp_path: Path) -> Iterator[Plug]:
    plug = Plug(tmp_path)
    yield plug
    plug.pull_out()


@contextmanager
def listening(place: Path | Callable[[], Port], **how: Any) -> Iterator[Heard]:
    heard = Heard()
    told = {
        "on_text": heard.scans.put,
        "on_state": heard.states.put,
        "on_trouble": heard.troubles.put,
        "retry_s": 0.01,
    }
    scanner = SerialScanner(partial(opened, str(place)) if isinstance(place, Path) else place, **(told | how))
    scanner.start()
    try:
        yield heard
    finally:
        scanner.stop()
    assert not scanner.is_running, "stopped within a second"


@pytest.mark.parametrize("end", ["\r", "\r\n"])
def test_of_a_thousand_codes_none_is_lost_or_merged(plug: Plug, end: str) -> None:
    rng = random.Random(8)
    codes = different(1_000, rng)
    pause = threading.Event()
    plug.put_in()
    with listening(plug.name) as heard:
        assert heard.state() == "on"
        for piece in pieces("".join(code + end for code in codes).encode(), rng):
            plug.send(piece)
            if rng.random() < 0.02:
                pause.wait(rng.random() * HASTE_S)
        assert heard.texts(len(codes)) == codes
    assert heard.scans.empty() and heard.troubles.empty()


def test_a_scan_tells_where_it_came_from(plug: Plug) -> None:
    plug.put_in()
    with listening(plug.name) as heard:
        assert heard.state() == "on"
        plug.send(b"]Q1M0123456789T")  # nothing behind it: a pause ends it
        scanned = heard.scans.get(timeout=WAIT_S)
    assert (scanned.text, scanned.aim, scanned.source) == ("M0123456789T", "]Q1", Source.SERIAL)
    assert scanned.time_ms > 0 and scanned.corners is None


def test_a_scanner_pulled_out_in_the_middle_of_a_code_comes_back(plug: Plug) -> None:
    with listening(plug.name) as heard:
        assert heard.state() == "missing"
        plug.put_in()
        assert heard.state() == "on"
        plug.send(b"first\rhal")
        assert heard.texts(1) == ["first"]
        plug.pull_out()
        assert heard.state() == "missing"
        plug.put_in()
        assert heard.state() == "on"
        plug.send(b"second\r")
        assert heard.texts(1) == ["second"], "the half of before is not in front of it"


def test_a_code_that_another_source_just_brought_counts_once(plug: Plug) -> None:
    debounce = Debounce(now_ms=lambda: 0)
    debounce.is_new("A")
    plug.put_in()
    with listening(plug.name, debounce=debounce) as heard:
        assert heard.state() == "on"
        plug.send(b"A\rB\rB\rC\r")
        assert heard.texts(2) == ["B", "C"]


def test_noise_is_named_and_what_follows_is_read(plug: Plug) -> None:
    plug.put_in()
    with listening(plug.name, habits=Habits(ending=Ending.CR)) as heard:
        assert heard.state() == "on"
        plug.send(b"\xf8\x00\x80\x1b\rM0\r")
        assert heard.troubles.get(timeout=WAIT_S) is Trouble.NOISE
        assert heard.texts(1) == ["M0"]


def test_a_port_that_another_program_has_is_busy_until_it_is_free(plug: Plug) -> None:
    plug.put_in()
    theirs = serial.Serial(str(plug.name), exclusive=True)
    with listening(plug.name) as heard:
        assert heard.state() == "busy"
        theirs.close()
        assert heard.state() == "on"


@pytest.mark.parametrize(
    ("problem", "state"),
    [
        (OSError(errno.EACCES, "not allowed"), "forbidden"),
        (OSError(errno.ENOENT, "not there"), "missing"),
        (ValueError("no such speed"), "missing"),
    ],
)
def test_what_keeps_a_port_closed_is_told(problem: Exception, state: str) -> None:
    tries = threading.Semaphore(0)

    def refuse() -> Port:
        tries.release()
        raise problem

    with listening(refuse) as heard:
        assert heard.state() == state
        assert all(tries.acquire(timeout=WAIT_S) for _ in range(3))
    assert heard.states.empty(), "once, however often it is tried"


def test_a_file_that_is_no_port_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("no port")
    with listening(path) as heard:
        assert heard.state() == "missing"


@pytest.mark.loud("a bug of the listener's is written down")
def test_a_listener_that_fails_does_not_end_the_scanner(plug: Plug) -> None:
    told: queue.Queue[str] = queue.Queue()

    def fail(scanned: Scanned) -> None:
        told.put(scanned.text)
        raise RuntimeError("a bug")

    openings = threading.Semaphore(0)

    def open_port() -> Port:
        port = opened(str(plug.name))
        openings.release()
        return port

    plug.put_in()
    with listening(open_port, on_text=fail):
        for text in ("A", "B"):
            assert openings.acquire(timeout=WAIT_S)
            plug.send(text.encode() + b"\r")
            assert told.get(timeout=WAIT_S) == text


def test_the_computers_ports_have_names_and_words(monkeypatch: pytest.MonkeyPatch) -> None:
    from serial.tools import list_ports
    from serial.tools.list_ports_common import ListPortInfo

    unnamed, scanner = ListPortInfo("/dev/ttyS0"), ListPortInfo("/dev/ttyACM0")
    scanner.description = "USB scanner"
    monkeypatch.setattr(list_ports, "comports", lambda: [unnamed, scanner])
    assert [(port.name, port.words) for port in ports()] == [
        ("/dev/ttyACM0", "USB scanner"),
        ("/dev/ttyS0", ""),
    ]


@pytest.mark.parametrize("baud", [0, -9_600, 2**31, 10**12])
def test_a_speed_that_no_port_has_is_as_good_as_no_port(baud: int) -> None:
    controller, line = os.openpty()
    try:
        assert look(os.ttyname(line)) == "on" and look(os.ttyname(line), baud) == "missing"
    finally:
        os.close(line)
        os.close(controller)


@pytest.mark.parametrize("name", ["", "a\0b", "x" * 5_000, "/", "/dev/null", __file__])
def test_what_is_no_port_is_a_missing_one(name: str) -> None:
    assert look(name) == "missing"
