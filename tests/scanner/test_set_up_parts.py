"""The cameras that a computer names, and where a found symbol is drawn."""

from pathlib import Path

import pytest

from scanner.cameras import CameraName, cameras
from scanner.outline import outline

CORNERS = ((100, 100), (300, 100), (300, 300), (100, 300))


def test_cameras_are_listed_once_each_by_number(tmp_path: Path) -> None:
    for device, index, name in (
        ("video10", "0", "Rear"),
        ("video2", "0", "Front\n"),
        ("video3", "1", "Front"),
        ("v4l-subdev0", "0", "Sensor"),
    ):
        folder = tmp_path / device
        folder.mkdir()
        (folder / "index").write_text(index)
        (folder / "name").write_text(name)
    (tmp_path / "video4").mkdir()  # it is being pulled out
    assert cameras(tmp_path) == (CameraName(2, "Front"), CameraName(4, ""), CameraName(10, "Rear"))


def test_a_computer_that_tells_no_cameras_has_none(tmp_path: Path) -> None:
    assert cameras(tmp_path / "none") == ()


@pytest.mark.parametrize(
    ("shown", "first", "third"),
    [
        ((640, 360), (50, 50), (150, 150)),
        ((640, 480), (50, 110), (150, 210)),  # bars above and below
        ((800, 360), (130, 50), (230, 150)),  # and at the sides
        ((1280, 720), (100, 100), (300, 300)),
    ],
)
def test_an_outline_lies_where_the_picture_does(
    shown: tuple[int, int], first: tuple[float, float], third: tuple[float, float]
) -> None:
    found = outline(CORNERS, frame=(1280, 720), shown=shown)
    assert (found[0], found[2]) == (pytest.approx(first), pytest.approx(third))


def test_a_mirror_turns_left_and_right() -> None:
    found = outline(CORNERS, frame=(1280, 720), shown=(640, 360), is_mirrored=True)
    assert found[0] == pytest.approx((590, 50))


def test_corners_beyond_the_picture_are_drawn_at_its_edge() -> None:
    corners = ((-9, -9), (2000, 0), (2000, 900), (0, 900))
    assert outline(corners, frame=(1280, 720), shown=(640, 360)) == ((0, 0), (640, 0), (640, 360), (0, 360))
