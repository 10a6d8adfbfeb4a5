"""The first run by camera: the pairing code that head office shows is held in front of it, and the station opens."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from app.clock import SetClock
from hq.home import open_hq
from hq.stores.devices import devices
from hq.stores.pairing import new_pairing
from tests.builders import NOW_MS
from tests.hq.server import serving
from tests.scanner.videos import film, with_qr
from tests.sync.world import make_hq
from tests.ui.real_station import RealStation
from ui.gallery import states
from ui.models.state import Screen

AT = (20, 20)
STATES = states()


def test_the_code_of_head_office_held_before_the_camera_makes_a_station(qtbot: QtBot, tmp_path: Path) -> None:
    make_hq(tmp_path / "hq")
    hq = open_hq(tmp_path / "hq", clock=SetClock(NOW_MS))
    try:
        with serving(hq) as web:
            text = new_pairing(hq, store_id="s-1", url=web.url).text
            camera = film(tmp_path / "code.avi", [with_qr(text, at=AT)] * 20)
            station = RealStation(qtbot, tmp_path / "shop", camera=str(camera))
            try:
                station.until_screen(Screen.NAMING)
                station.press(Qt.Key.Key_Return)
                station.until_screen(Screen.SCANNER)
                assert station.state.camera == "on", "the station knows of the camera that ran before it"
                (device,) = devices(hq)
                assert station.running.thread.store.device.device_id == device.owner.device_id
            finally:
                station.close()
    finally:
        hq.close()


def test_a_camera_that_is_missing_leaves_the_page_as_it_is(qtbot: QtBot, tmp_path: Path) -> None:
    station = RealStation(qtbot, tmp_path, camera=str(tmp_path / "none.avi"))
    try:
        station.until(lambda: station.state.camera == "missing")
        assert station.state.screen is Screen.WELCOME
    finally:
        station.close()


@pytest.mark.parametrize(("name", "is_seen"), [("pairing-camera", True), ("pairing", False)])
def test_who_holds_a_code_sees_what_the_camera_sees(shown, name: str, is_seen: bool) -> None:
    shown.show(STATES[name])
    frame = QImage(64, 48, QImage.Format.Format_RGB32)
    frame.fill(Qt.GlobalColor.magenta)
    shown.window.set_frame(frame)
    camera = shown.window.pairing.camera
    assert camera.isVisible() == is_seen
    image = camera.grab().toImage()
    assert image.pixelColor(image.width() // 2, image.height() // 2) == frame.pixelColor(0, 0)
