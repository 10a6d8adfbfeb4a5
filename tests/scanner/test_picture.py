"""Pictures as files and bytes: what is read, and each way of being no picture in the user's words."""

import os
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest

from scanner import picture as picture_module
from scanner.draw import qr_modules, qr_png
from scanner.opencv import PIXELS_MAX, cv2
from scanner.picture import BYTES_MAX, PictureUnreadable, read_bytes, read_file


def packed(pixels: np.ndarray, ending: str) -> bytes:
    is_packed, data = cv2.imencode(ending, pixels)
    assert is_packed
    return data.tobytes()


def code(value: type = np.uint8, *, dark: int = 0, light: int = 255) -> np.ndarray:
    modules = qr_modules("picture").repeat(4, axis=0).repeat(4, axis=1)
    return np.where(modules, dark, light).astype(value)


def texts(data: bytes) -> list[str]:
    return [symbol.text for symbol in read_bytes(data)]


@pytest.mark.parametrize("ending", [".png", ".jpg", ".bmp", ".webp"])
def test_every_usual_format_is_read(ending: str) -> None:
    assert texts(packed(code(), ending)) == ["picture"]
    assert texts(packed(cv2.cvtColor(code(), cv2.COLOR_GRAY2BGR), ending)) == ["picture"]


def test_a_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "kart ğ 카드.png"
    path.write_bytes(qr_png("from a file"))
    assert [symbol.text for symbol in read_file(path)] == ["from a file"]


def test_sixteen_bits_a_pixel_are_read() -> None:
    # Dark and light differ in the upper byte alone, which is the one that counts.
    assert texts(packed(code(np.uint16, dark=0x1080, light=0xC080), ".png")) == ["picture"]


def test_a_code_on_nothing_is_a_code_on_white() -> None:
    see_through = np.zeros((*code().shape, 4), dtype=np.uint8)  # black everywhere, in truth …
    see_through[:, :, 3] = 255 - code()  # … but only the dark modules can be seen
    assert texts(packed(see_through, ".png")) == ["picture"]


def test_a_picture_without_a_code_gives_nothing() -> None:
    assert read_bytes(packed(np.full((60, 80), 255, dtype=np.uint8), ".png")) == ()


def test_the_smallest_webp_is_a_picture() -> None:
    # One black pixel, lossless, in 30 bytes; OpenCV alone would refuse so short a file.
    webp = bytes.fromhex("5249464616000000574542505650384c090000002f000000008888fe0700")
    assert read_bytes(webp) == ()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0",
        b"not a picture at all, but some text of a certain length",
        b"\x89PNG\r\n\x1a\n",
        qr_png("cut")[:-40],
        qr_png("cut")[:60],
        packed(code(), ".jpg")[:300],
        packed(code(), ".webp")[:80],
        packed(code(), ".bmp")[:500],
    ],
    ids=["empty", "zero", "text", "start", "png", "png half", "jpeg", "webp", "bmp"],
)
def test_what_is_no_whole_picture_is_refused(data: bytes) -> None:
    with pytest.raises(PictureUnreadable, match=r"not a picture that can be read, or it is damaged"):
        read_bytes(data)


def png_claiming(width: int, height: int) -> bytes:
    """A PNG of a few bytes whose header claims any size."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def test_a_picture_that_unpacks_to_gigabytes_is_refused_before() -> None:
    with pytest.raises(PictureUnreadable, match="at most 40 megapixels"):
        read_bytes(png_claiming(100_000, 100_000))


def test_a_size_no_picture_has_is_refused() -> None:
    with pytest.raises(PictureUnreadable):
        read_bytes(png_claiming(2**31 - 1, 2**31 - 1))


def test_the_limit_of_pixels_is_where_it_says() -> None:
    white = np.full((PIXELS_MAX // 8000, 8000), 255, dtype=np.uint8)
    assert read_bytes(packed(white, ".jpg")) == ()
    with pytest.raises(PictureUnreadable, match="megapixels"):
        read_bytes(packed(np.vstack((white, white[:1])), ".jpg"))


def test_too_many_bytes_are_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "large.png"
    with path.open("wb") as file:
        file.truncate(BYTES_MAX + 1)
    with pytest.raises(PictureUnreadable, match="at most 32 MB"):
        read_file(path)


def test_the_limit_of_bytes_is_where_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    data = qr_png("fits")
    monkeypatch.setattr(picture_module, "BYTES_MAX", len(data))
    assert texts(data) == ["fits"]
    with pytest.raises(PictureUnreadable, match="too large"):
        read_bytes(data + b"\0")


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(PictureUnreadable, match=r"gone\.png can't be opened"):
        read_file(tmp_path / "gone.png")
    with pytest.raises(PictureUnreadable, match="can't be opened"):
        read_file(tmp_path)


def test_the_limits_stand_before_opencv_is_loaded() -> None:
    quiet = {name: value for name, value in os.environ.items() if not name.startswith("OPENCV")}
    program = (
        "import os, sys; import scanner.decode; assert 'cv2' not in sys.modules; import scanner.picture;"
        "print(os.environ['OPENCV_IO_MAX_IMAGE_PIXELS'], os.environ['OPENCV_LOG_LEVEL'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env=quiet
    )
    assert done.stdout.split() == ["40000000", "OFF"]


def test_a_damaged_picture_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    for data in (b"no picture", packed(code(), ".jpg")[:300], packed(code(), ".bmp")[:500]):
        with pytest.raises(PictureUnreadable):
            read_bytes(data)
    assert capfd.readouterr() == ("", "")
