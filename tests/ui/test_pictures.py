"""What is dropped on the window is read only where it is a file of a picture's size."""

import os
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QUrl

from ui import pictures
from ui.pictures import picture


def dropped(path: Path) -> bytes | None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    return picture(mime)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_that_is_named_like_a_picture_holds_nothing_up(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    # Somebody writes, so that reading it would give something instead of waiting for ever.
    writer = os.open(tmp_path / "pipe.png", os.O_RDWR | os.O_NONBLOCK)
    try:
        os.write(writer, b"from a pipe")
        path = tmp_path / "pipe.png"
        assert not path.is_file() and dropped(path) is None
    finally:
        os.close(writer)


def test_devices_folders_and_what_is_gone_are_none(tmp_path: Path) -> None:
    (tmp_path / "folder.png").mkdir()
    (tmp_path / "null.png").symlink_to(os.devnull)
    assert [dropped(tmp_path / name) for name in ("folder.png", "null.png", "gone.png")] == [None] * 3


def test_a_file_is_taken_up_to_its_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "PICTURE_BYTES_MAX", 10)
    (tmp_path / "fits.png").write_bytes(b"0" * 10)
    (tmp_path / "larger.png").write_bytes(b"0" * 11)
    assert dropped(tmp_path / "fits.png") == b"0" * 10 and dropped(tmp_path / "larger.png") is None
