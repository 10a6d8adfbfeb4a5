"""What is kept of the window's use: names and milliseconds, in two files that don't grow."""

from pathlib import Path

import pytest

from app.ux import events
from app.ux.events import FILE, OLDER, Event, KeptEvents, read_events


def keep(folder: Path, *noted: tuple[int, Event]) -> None:
    kept = KeptEvents(folder)
    for t_ms, event in noted:
        kept.note(event, t_ms)
    kept.close()


def test_what_is_kept_is_read_again_after_a_restart(tmp_path: Path) -> None:
    keep(tmp_path / "state", (1, Event.START), (2, Event.SCAN))
    keep(tmp_path / "state", (3, Event.QUEUED))
    assert list(read_events(tmp_path / "state")) == [(1, Event.START), (2, Event.SCAN), (3, Event.QUEUED)]
    assert (tmp_path / "state" / FILE).read_text() == "1 start\n2 scan\n3 approved_queued\n"


def test_a_full_file_takes_the_place_of_the_older_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "BYTES_MAX", 100)
    keep(tmp_path, *((number, Event.SCAN) for number in range(1_000, 1_100)))
    found = [t_ms for t_ms, _event in read_events(tmp_path)]
    assert found == list(range(found[0], 1_100)) and 10 <= len(found) < 30
    assert sorted(path.name for path in tmp_path.iterdir()) == [OLDER, FILE]
    assert all(path.stat().st_size < 120 for path in tmp_path.iterdir())


def test_what_is_no_event_is_left_out(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"1 scan\n2 dance\nx enter\n\xff\n\n3 enter\n4 ent")
    assert list(read_events(tmp_path)) == [(1, Event.SCAN), (3, Event.ENTER)]
    assert list(read_events(tmp_path / "nothing")) == []


def test_a_folder_that_cannot_be_written_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file where the folder should be")
    kept = KeptEvents(tmp_path / "state")
    kept.close()
    kept.note(Event.SCAN, 1)
    assert kept._lines.empty() or kept._lines.get() is None, "nothing piles up"
