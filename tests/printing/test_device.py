"""A printer on a cable or a file: written, absent, forbidden, full, and one that takes nothing any more."""

import os
import pty
import threading
import tty
from pathlib import Path
from time import monotonic

import numpy as np
import pytest

from app.printing.device import DevicePrinter
from app.printing.escpos import Raster, job
from app.printing.faults import PrinterAbsent, PrinterFault, PrinterForbidden, PrinterHung, PrinterOutOfPaper
from app.printing.patience import Patience
from app.printing.place import Nowhere, PlaceUnclear, printer_at, read_place
from app.printing.tcp import TcpPrinter
from tests.printing.printers import read_stream

DOTS = np.eye(96, dtype=np.uint8)
JOB = job(Raster(96, np.packbits(DOTS, axis=1).tobytes()))
SHORT = Patience(stall_s=0.2, job_s=1)


def send(path: Path, told: bytes = JOB) -> None:
    DevicePrinter(path, patience=SHORT).print(told, is_ending=lambda: False)


def test_a_file_gets_one_receipt_after_the_other(tmp_path: Path) -> None:
    send(tmp_path / "receipts.bin")
    send(tmp_path / "receipts.bin")
    found = read_stream((tmp_path / "receipts.bin").read_bytes())
    assert (found.dots == np.vstack([DOTS, DOTS])).all() and found.cuts == 2


def test_a_device_gets_every_byte() -> None:
    ours, its = pty.openpty()
    tty.setraw(its)
    got = bytearray()

    def read() -> None:
        while len(got) < len(JOB):
            got.extend(os.read(ours, 512))

    reader = threading.Thread(target=read)
    reader.start()
    send(Path(os.ttyname(its)))
    reader.join(5)
    os.close(ours)
    os.close(its)
    assert bytes(got) == JOB


@pytest.mark.parametrize("path", ["/dev/usb/lp97", "/dev/no-such-printer", "/dev"])
def test_no_such_device(path: str) -> None:
    with pytest.raises(PrinterAbsent):
        send(Path(path))
    assert Path(path).is_dir() == (path == "/dev")


def test_a_pipe_that_nobody_reads_is_no_printer(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(PrinterAbsent):
        send(tmp_path / "pipe")


def test_a_device_that_takes_nothing_is_given_up(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    began = monotonic()
    with pytest.raises(PrinterHung):
        send(tmp_path / "pipe", JOB * 100)
    os.close(reader)
    assert monotonic() - began < 3


def test_no_room_is_no_paper() -> None:
    with pytest.raises(PrinterOutOfPaper):
        send(Path("/dev/full"))


def test_a_forbidden_device(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refuses(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuses)
    with pytest.raises(PrinterForbidden):
        send(tmp_path / "lp0")


# --- where it is ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "address"),
    [
        ("192.168.1.50", ("192.168.1.50", 9100)),
        ("printer:9101", ("printer", 9101)),
        ("tcp://till-2.shop.example:9100", ("till-2.shop.example", 9100)),
        ("[fe80::1]:9100", ("fe80::1", 9100)),
    ],
)
def test_a_place_on_the_network(place: str, address: tuple[str, int]) -> None:
    printer = read_place(place)
    assert isinstance(printer, TcpPrinter) and printer._address == address


@pytest.mark.parametrize("place", ["/dev/usb/lp0", "./receipts.bin", "LPT1", "com3", r"\\till\receipts"])
def test_a_place_on_a_cable(place: str) -> None:
    assert isinstance(read_place(place), DevicePrinter)


@pytest.mark.parametrize(
    "place", ["my printer", "printer:0", "printer:99999", "printer:x", "http:printer", ":9100"]
)
def test_no_place_at_all_is_said_when_something_is_to_be_printed(place: str) -> None:
    with pytest.raises(PlaceUnclear):
        read_place(place)
    printer = printer_at(place)
    assert isinstance(printer, Nowhere)
    with pytest.raises(PrinterFault):
        printer.print(JOB, is_ending=lambda: False)


def test_no_printer_is_none() -> None:
    assert printer_at("") is None
