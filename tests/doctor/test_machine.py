"""What the doctor says of a computer: time zone, disk, camera, window and fonts."""

import shutil
from pathlib import Path

import pytest

from app.clock import SetClock
from app.doctor import machine
from scanner import camera, serial
from scanner.camera import Sight
from tests.builders import NOW_MS
from tests.scanner.plug import Plug


def test_a_time_zone_that_nobody_knows() -> None:
    finding = machine.check_clock(SetClock(NOW_MS), shop_zone="Mars/Olympus")
    assert finding.level == "bad"


@pytest.mark.parametrize(("free", "level"), [(100 << 20, "bad"), (500 << 20, "warn"), (5 << 30, "ok")])
def test_a_disk_that_fills_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, level: str) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=free)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    assert machine.check_disk(tmp_path / "not" / "yet").level == level


def test_without_a_serial_scanner_there_is_nothing_to_look_for() -> None:
    assert machine.check_scanner("", 9_600).level == "note"


def test_a_port_that_is_missing_or_there_is_told(tmp_path: Path) -> None:
    pytest.importorskip("pty", reason="needs pseudo terminals")
    plug = Plug(tmp_path)
    finding = machine.check_scanner(str(plug.name), 9_600)
    assert finding.level == "warn" and "There is no port" in finding.text
    plug.put_in()
    try:
        assert machine.check_scanner(str(plug.name), 19_200).level == "ok"
    finally:
        plug.pull_out()


@pytest.mark.parametrize(("state", "level"), [("forbidden", "warn"), ("busy", "note")])
def test_a_port_that_cannot_be_opened_is_told_apart(
    monkeypatch: pytest.MonkeyPatch, state: str, level: str
) -> None:
    monkeypatch.setattr(serial, "look", lambda port, baud: state)
    finding = machine.check_scanner("/dev/ttyACM0", 9_600)
    assert finding.level == level and finding.remedy


def test_a_camera_that_is_missing_is_only_a_note() -> None:
    finding = machine.check_camera("63")
    assert (finding.level, finding.text) == ("note", "There is no camera 63 on this computer.")
    assert "plug one in" in finding.remedy and "hand scanner" in finding.remedy
    assert "program" not in finding.text + finding.remedy, "nobody else is to blame for what isn't there"


@pytest.mark.parametrize(
    ("sight", "level", "text", "remedy"),
    [
        (Sight.SEES, "ok", "gives a picture", ""),
        (Sight.FORBIDDEN, "warn", "this user may not use it", "group video"),
        (Sight.SILENT, "warn", "another program is using it", "Close what else uses the camera"),
    ],
)
def test_a_camera_that_is_there_is_told_apart(
    monkeypatch: pytest.MonkeyPatch, sight: Sight, level: str, text: str, remedy: str
) -> None:
    monkeypatch.setattr(camera, "look", lambda source: sight)
    finding = machine.check_camera("0")
    assert finding.level == level
    assert text in finding.text and remedy in finding.remedy


@pytest.mark.parametrize("setting", ["xyz", "gone.mp4"])
def test_a_file_in_place_of_a_camera_that_is_missing(setting: str) -> None:
    finding = machine.check_camera(setting)
    assert (finding.level, finding.text) == ("warn", f"There is no file {setting} to stand in for a camera.")
    assert "plug" not in finding.remedy


def test_a_file_in_place_of_a_camera_that_is_no_video(tmp_path: Path) -> None:
    path = tmp_path / "film.avi"
    path.write_bytes(b"RIFF nonsense")
    finding = machine.check_camera(str(path))
    assert finding.level == "warn" and "can't be read as a video" in finding.text


def test_fonts_and_windows_that_are_missing() -> None:
    window = machine.Window("", frozenset({"latin", "cyrillic"}))
    assert "Korean" in machine.check_fonts(window).text
    assert machine.check_window(window).level == "warn"
