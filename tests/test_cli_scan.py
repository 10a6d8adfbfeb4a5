"""`tillside scan`: a line a picture, words for what is no picture, and no need for libzbar."""

import json
import os
import signal
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from app.cli import cli
from app.cli_scan import WITHOUT_ZBAR
from app.cli_scan_camera import WORDS
from scanner import decode
from scanner.draw import qr_png
from scanner.opencv import cv2
from tests.scanner.videos import film, with_qr


def scan(*words: str | Path) -> Result:
    return CliRunner().invoke(cli, ["scan", *map(str, words)])


def test_a_line_of_json_for_each_picture(tmp_path: Path) -> None:
    card, blob = tmp_path / "kart.png", tmp_path / "bytes.png"
    card.write_bytes(qr_png("ığüşöç 안녕"))
    blob.write_bytes(qr_png(b"\xff\xfe\x00\x81"))
    done = scan(card, blob, "--json")
    first, second = map(json.loads, done.stdout.splitlines())
    assert done.exit_code == 0
    assert first["path"] == str(card) and first["ms"] > 0
    (symbol,) = first["symbols"]
    assert (symbol["format"], symbol["text"], symbol["aim"]) == ("qr", "ığüşöç 안녕", "]Q1")
    assert [len(corner) for corner in symbol["corners"]] == [2, 2, 2, 2]
    assert second["symbols"][0]["base64"] == "//4AgQ==" and "text" not in second["symbols"][0]


def test_what_is_no_picture_is_said_in_words_and_the_others_are_read(tmp_path: Path) -> None:
    broken, code = tmp_path / "broken.jpg", tmp_path / "code.png"
    broken.write_bytes(b"\xff\xd8 and nothing more")
    code.write_bytes(qr_png("read all the same"))
    done = scan(tmp_path / "gone.png", broken, code, "--json")
    gone, damaged, read = map(json.loads, done.stdout.splitlines())
    assert done.exit_code == 1
    assert "can't be opened" in gone["error"] and gone["symbols"] == []
    assert "damaged" in damaged["error"]
    assert read["symbols"][0]["text"] == "read all the same"


def test_a_hundred_megapixels_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "huge.png"
    is_packed, png = cv2.imencode(
        ".png", np.zeros((10_000, 10_000), dtype=np.uint8), [cv2.IMWRITE_PNG_COMPRESSION, 1]
    )
    assert is_packed
    path.write_bytes(png.tobytes())
    done = scan(path)
    assert done.exit_code == 1 and "at most 40 megapixels" in done.stdout


def test_without_libzbar_it_says_so_and_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decode, "_zbar", None)
    path = tmp_path / "code.png"
    path.write_bytes(qr_png("alone"))
    done = scan(path)
    assert done.exit_code == 0 and WITHOUT_ZBAR in done.output
    assert done.stdout.splitlines()[-1] == f'{path}: qr "alone"'


BUSY = """
import time, zxingcpp
from scanner import live, own_thread
from app.main import main

def read(self, frame, read=live.LiveReader.read):
    held = zxingcpp.barcode_formats_from_str("QRCode")
    yield from read(self, frame)
    time.sleep(60)

own_thread.STOP_WAIT_S = 0.1
live.LiveReader.read = read
main()
"""
"""The program with a reader that is lost after the first code, with something of a library's in hand."""


@pytest.mark.parametrize("program", [["-m", "app.main"], ["-c", BUSY]], ids=["as it is", "busy"])
def test_a_camera_prints_each_code_and_ends_with_ctrl_c(tmp_path: Path, program: list[str]) -> None:
    path = film(tmp_path / "card.avi", [with_qr("M0123456789T", at=(200, 100))] * 5)
    command = [sys.executable, *program, "scan", "--camera", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stderr is not None
        line = json.loads(process.stdout.readline())
        process.send_signal(signal.SIGINT)
        said = process.stderr.read()
    assert process.returncode == 0
    assert (line["text"], line["format"], line["aim"], len(line["corners"])) == (
        "M0123456789T",
        "qr",
        "]Q1",
        4,
    )
    assert datetime.fromisoformat(line["time"]).tzinfo is not None
    assert set(said.splitlines()) <= {words.format(camera=path) for words in WORDS.values()}, (
        "and no library's"
    )
    assert said


def test_a_camera_and_pictures_are_not_read_together() -> None:
    assert scan("--camera", "a.png", "b.png").exit_code == 1
    assert scan().exit_code == 1


def test_names_that_are_no_text_or_move_the_cursor_are_told_escaped(tmp_path: Path) -> None:
    strange, card = os.fsdecode(b"b\xffd.png"), tmp_path / "new\nline\x1b[31m ış.png"
    card.write_bytes(qr_png("read\x9b31m"))
    command = [sys.executable, "-m", "app.main", "scan", strange, str(card)]
    environment = os.environ | {"PYTHONIOENCODING": "ascii:strict"}
    said, listed = (
        subprocess.run([*command, *words], capture_output=True, check=False, env=environment).stdout
        for words in ((), ("--json",))
    )
    assert [json.loads(line)["path"] for line in listed.splitlines()] == [strange, str(card)]
    first, second = said.decode().splitlines()
    assert first.startswith("b\\udcffd.png: ")
    assert second.endswith('new\\u000aline\\u001b[31m ış.png: qr "read\\u009b31m"')
