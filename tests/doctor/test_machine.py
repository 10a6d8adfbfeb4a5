"""What the doctor says of a computer: time zone, disk, camera, window and fonts."""

import shutil
from pathlib import Path

import pytest

from app.clock import SetClock
from app.doctor import machine
from tests.builders import NOW_MS


def test_a_time_zone_that_nobody_knows() -> None:
    finding = machine.check_clock(SetClock(NOW_MS), shop_zone="Mars/Olympus")
    assert finding.level == "bad"


@pytest.mark.parametrize(("free", "level"), [(100 << 20, "bad"), (500 << 20, "warn"), (5 << 30, "ok")])
def test_a_disk_that_fills_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, level: str) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=free)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    assert machine.check_disk(tmp_path / "not" / "yet").level == level


def test_a_camera_that_is_missing_is_only_a_note() -> None:
    finding = machine.check_camera("63")
    assert (finding.level, "USB scanner" in finding.text) == ("note", True)


def test_fonts_and_windows_that_are_missing() -> None:
    window = machine.Window("", frozenset({"latin", "cyrillic"}))
    assert "Korean" in machine.check_fonts(window).text
    assert machine.check_window(window).level == "warn"
