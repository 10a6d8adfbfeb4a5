"""The whole station with a printer: receipts of its orders come out, and one that hangs is felt by nobody."""

import socket
import threading
from pathlib import Path
from time import monotonic

import pytest
from pytestqt.qtbot import QtBot

from tests.printing.printers import PAPER_GONE, FakePrinter, a_printer, read_stream
from tests.ui.heartbeat import heartbeat
from tests.ui.real_station import RealStation, enrolled_store
from ui.models.state import Screen

STOPPED_MS = 300  # a drawn receipt takes a tenth of that on a quiet computer, and is drawn elsewhere
CLOSED_S = 4


def test_each_order_prints_its_receipt(qtbot: QtBot, tmp_path: Path) -> None:
    card = enrolled_store(tmp_path, hq_url="http://127.0.0.1:1")
    with a_printer() as printer:
        place = f"127.0.0.1:{printer.port}"
        station = RealStation(qtbot, tmp_path, printer=place, receipts="always", receipt_paper="58")
        try:
            station.redeem(card.code)
            station.until(printer.over.is_set)
        finally:
            station.close()
    found = read_stream(bytes(printer.got))
    assert (found.cuts, found.dots.shape[1], found.opened_drawer) == (1, 384, False)


@pytest.mark.slow
def test_a_printer_that_hangs_holds_up_neither_redemptions_nor_the_window_nor_its_end(
    qtbot: QtBot, tmp_path: Path
) -> None:
    goes_on = threading.Event()

    def hangs(printer: FakePrinter, line: socket.socket) -> None:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1_024)
        goes_on.wait(20)

    card = enrolled_store(tmp_path, hq_url="http://127.0.0.1:1")
    with a_printer(hangs) as printer:
        place = f"127.0.0.1:{printer.port}"
        station = RealStation(qtbot, tmp_path, printer=place, receipts="always")
        try:
            station.until_screen(Screen.IDLE)
            with heartbeat() as gaps:
                for _ in range(5):
                    station.redeem(card.code)
            head = station.running.thread.call(lambda store: store.journal.head().seq)
        finally:
            began = monotonic()
            station.close()
            goes_on.set()
    assert monotonic() - began < CLOSED_S
    assert head >= 5
    assert max(gaps) < STOPPED_MS, sorted(gaps)[-5:]


def test_no_paper_is_a_notice_and_a_file(qtbot: QtBot, tmp_path: Path) -> None:
    card = enrolled_store(tmp_path, hq_url="http://127.0.0.1:1")
    with a_printer(paper=PAPER_GONE) as printer:
        place, folder = f"127.0.0.1:{printer.port}", tmp_path / "receipts"
        station = RealStation(qtbot, tmp_path, printer=place, receipts="always", receipt_dir=str(folder))
        try:
            station.redeem(card.code)
            station.until(lambda: "out of paper" in station.state.notice)
            station.redeem(card.code)  # and work goes on
        finally:
            station.close()
    assert len(list(folder.glob("*.pdf"))) >= 1
