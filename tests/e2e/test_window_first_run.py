"""A new computer: paired, set up and redeeming in the real window, by real key events, scans among them."""

from pathlib import Path

import pytest

from app.kept import read_kept
from hq.home import open_hq
from hq.stores.devices import list_devices
from scanner.learning import TEST_CODE, TRIES
from tests.e2e.windows import OPEN_S, WindowProcess
from tests.rig.processes import HqProcess, World, eventually, pairing_text
from tests.x_screen import XScreen
from ui.models.setup import TRY_PAUSE_MS

pytestmark = pytest.mark.slow  # a head office, a screen and a first download


def test_from_the_pairing_code_to_a_redemption(
    world: World, hq: HqProcess, screen: XScreen, tmp_path: Path
) -> None:
    window = WindowProcess(world, screen, tmp_path / "events.jsonl", settings={"TILLSIDE_KEY_STORE": "file"})
    try:
        so_far = window.wait("welcome_painted", within_s=OPEN_S)
        screen.press("Enter")
        so_far = window.wait("pairing_painted", after=so_far)
        screen.scan(pairing_text(world, hq))
        so_far = window.wait("naming_painted", after=so_far)
        screen.type_keys("Till 2")
        screen.press("Enter")
        so_far = window.wait("scanner_painted", after=so_far, within_s=OPEN_S)
        for _nth in range(TRIES):
            screen.scan(TEST_CODE, before_ms=2 * TRY_PAUSE_MS)
        so_far = window.wait("printer_painted", after=so_far)
        screen.press("Enter")
        window.wait("idle_painted", after=so_far, within_s=OPEN_S)
        assert window.redeem(world.member_code) == "approved"
    finally:
        window.kill()
    kept = read_kept(world.state_dir)
    assert (kept["set_up"], kept["scanner_layout"], kept["scanner_end"]) == ("done", "us", "cr")
    opened = open_hq(world.hq_dir)
    try:
        eventually(lambda: [device.name for device in list_devices(opened)] == ["Till 2"], within_s=OPEN_S)
    finally:
        opened.close()
