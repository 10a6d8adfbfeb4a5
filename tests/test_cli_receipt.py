"""`tillside receipt`: as a picture, as a PDF, on paper; and each mistake in one sentence."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from typer.testing import CliRunner, Result

from app.cli import cli
from app.clock import SetClock
from app.config import Config
from app.station.identify import identify
from app.station.opening import open_store
from app.station.redeem import hand_in
from scanner.picture import read_bytes
from tests.builders import NOW_MS, a_member, an_order, at_till
from tests.printing.printers import a_printer, read_stream
from tests.ui.real_station import enrolled_store


@pytest.fixture
def shop(tmp_path: Path, qapp: QApplication) -> Iterator[list[str]]:
    """A station with one recorded order; the words that name it."""
    config = Config.embedded(tmp_path / "shop")
    enrolled_store(tmp_path / "shop", hq_url="http://127.0.0.1:1")
    store = open_store(config, clock=SetClock(NOW_MS))
    hand_in(store, an_order("A-1"), at_till(identify(store, a_member(store).code)))
    store.close()
    return ["--dir", str(config.store_dir), "--state", str(config.state_dir)]


def receipt(*words: str | Path, **settings: str) -> Result:
    environment = {f"TILLSIDE_{name.upper()}": value for name, value in settings.items()}
    return CliRunner(env=environment).invoke(cli, ["receipt", *map(str, words)])


def test_a_picture_and_a_pdf(shop: list[str], tmp_path: Path) -> None:
    done = receipt("A-1", "--png", tmp_path / "r.png", "--pdf", tmp_path / "r.pdf", "--language", "ko", *shop)
    assert done.exit_code == 0, done.output
    assert [symbol.text for symbol in read_bytes((tmp_path / "r.png").read_bytes())] == ["TS:R:A-1"]
    assert (tmp_path / "r.pdf").read_bytes().startswith(b"%PDF")


def test_the_last_order_on_paper(shop: list[str]) -> None:
    with a_printer() as printer:
        done = receipt("--print", *shop, printer=f"127.0.0.1:{printer.port}", receipt_paper="58")
        assert printer.over.wait(5)
    assert (done.exit_code, done.output.startswith("Printed, ")) == (0, True)
    assert read_stream(bytes(printer.got)).dots.shape[1] == 384


def test_a_test_of_the_printer_needs_no_station(qapp: QApplication, tmp_path: Path) -> None:
    done = receipt("--test", "--print", "--dir", tmp_path / "none", printer=str(tmp_path / "out.bin"))
    assert done.exit_code == 0, done.output
    assert read_stream((tmp_path / "out.bin").read_bytes()).cuts == 1


@pytest.mark.parametrize(
    ("words", "printer", "said"),
    [
        ("A-1", "", "Say what to make"),
        ("A-1 --test --print", "", "A test is of no order"),
        ("--test --print", "", "No printer is set"),
        ("--test --print", "my printer", "is no printer"),
        ("--test --print", "/dev/usb/lp97", "Is it switched on and connected?"),
        ("--test --png /dev/usb/lp97/r.png", "", "can't be written"),
        ("--test --pdf /dev/usb/lp97/r.pdf", "", "can't be written"),
    ],
)
def test_mistakes_are_one_sentence(qapp: QApplication, words: str, printer: str, said: str) -> None:
    done = receipt(*words.split(), **({"printer": printer} if printer else {}))
    assert done.exit_code == 1 and said in done.output
    assert len(done.output.splitlines()) == 1


def test_an_order_that_there_is_not(shop: list[str], tmp_path: Path) -> None:
    done = receipt("A-2", "--png", tmp_path / "r.png", *shop)
    assert (done.exit_code, done.output) == (1, "There is no such order on this station.\n")
    assert not (tmp_path / "r.png").exists()


def test_no_station_at_all(qapp: QApplication, tmp_path: Path) -> None:
    done = receipt("--png", tmp_path / "r.png", "--dir", tmp_path / "none")
    assert (done.exit_code == 1 and "no station" in done.output.lower()) or "set up" in done.output
