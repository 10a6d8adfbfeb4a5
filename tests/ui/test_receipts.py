"""Receipts from the window's model: by key, by themselves, as files; and a printer that hangs holds nothing up."""

import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic

import pytest

from app.core.order import Line
from tests.printing.printers import PAPER_GONE, FakePrinter, a_printer, read_stream
from tests.ui.station_bench import Bench, open_member
from ui import i18n
from ui.models.receipts import Printing, Receipts, When
from ui.models.state import AnswerWord, Screen

PAPER_OUT = "The printer is out of paper. Put in a new roll."
AGAIN = "Ctrl+P prints it again."
SAVED = "The receipt was saved as a file."
NO_PRINTER = "No printer is set up on this station."


@pytest.fixture
def printing(bench: Bench) -> Iterator[Callable[..., Receipts]]:
    """Give the station a printer."""
    made = []

    def start(port: int = 0, **how: object) -> Receipts:
        place = f"127.0.0.1:{port}" if port else ""
        receipts = Receipts(bench.tasks, Printing(place, **how), register="1", parent=bench.model)
        bench.model.use_receipts(receipts)
        made.append(receipts)
        return receipts

    yield start
    for receipts in made:
        receipts.close()


def redeem(bench: Bench, total: str = "60") -> None:
    """Take an order to its answer."""
    open_member(bench)
    bench.model.type_amount(total)
    bench.quoted(int(total) * 100)
    bench.model.enter()
    bench.until(Screen.ANSWER)


def until_notice(bench: Bench, sentence: str) -> None:
    bench.qtbot.waitUntil(lambda: bench.model.state.notice == sentence)


def test_by_key_the_receipt_of_the_answer_is_printed_and_nothing_is_said(bench: Bench, printing) -> None:
    with a_printer() as printer:
        printing(printer.port)
        redeem(bench)
        assert (bench.model.state.answer.receipt, bench.model.state.prints) != ("", False)
        bench.model.print_receipt()
        bench.qtbot.waitUntil(printer.over.is_set)
        assert read_stream(bytes(printer.got)).cuts == 1
        assert bench.model.state.notice == "" and bench.model.state.screen is Screen.ANSWER


def test_by_key_from_the_idle_page_the_last_one(bench: Bench, printing) -> None:
    with a_printer() as printer:
        printing(printer.port)
        redeem(bench)
        bench.leave_answer()
        bench.until(Screen.IDLE)
        for jobs in (1, 2):
            printer.over.clear()
            bench.model.print_receipt()
            bench.qtbot.waitUntil(printer.over.is_set)
            assert read_stream(bytes(printer.got)).cuts == jobs


def test_the_last_one_from_before_a_restart(bench: Bench, printing) -> None:
    redeem(bench)
    bench.leave_answer()
    bench.until(Screen.IDLE)
    with a_printer() as printer:
        printing(printer.port)
        bench.model.print_receipt()
        bench.qtbot.waitUntil(printer.over.is_set)
        assert read_stream(bytes(printer.got)).cuts == 1


def test_before_the_first_order_there_is_none(bench: Bench, printing) -> None:
    printing(9)
    bench.model.print_receipt()
    until_notice(bench, "There is no receipt to print yet.")


def test_without_a_printer(bench: Bench, printing) -> None:
    bench.model.print_receipt()
    until_notice(bench, NO_PRINTER)
    bench.model.dismiss_notice()
    printing()
    assert bench.model.state.prints is False
    redeem(bench)
    bench.model.print_receipt()
    until_notice(bench, NO_PRINTER)


def test_by_itself_with_each_order_that_says_anything(bench: Bench, printing) -> None:
    with a_printer() as printer:
        printing(printer.port, when=When.ALWAYS)
        redeem(bench)
        bench.qtbot.waitUntil(printer.over.is_set)
        assert read_stream(bytes(printer.got)).cuts == 1


def handed_in(receipts: Receipts) -> list[str]:
    """Keep the names of what is to be printed instead of printing it."""
    names: list[str] = []
    receipts._queue.hand_in = lambda job: names.append(job.name)
    return names


def test_an_order_that_was_recorded_before_is_not_printed_a_second_time(bench: Bench, printing) -> None:
    receipts = printing(9, when=When.ALWAYS)
    names = handed_in(receipts)
    redeem(bench)
    bench.qtbot.waitUntil(lambda: len(names) == 1)
    receipts.recorded(names[0], is_repeat=True)
    bench.settled()
    assert len(names) == 1


def test_an_order_of_nobody_that_got_nothing_is_the_till_s_own_affair(bench: Bench, printing) -> None:
    names = handed_in(printing(9, when=When.ALWAYS))
    bench.model.till_order("A-9", (Line(1, "bread", 1, 1_000),))
    bench.quoted(1_000)
    bench.model.enter()
    bench.until(Screen.ANSWER)
    bench.settled()
    assert names == []
    bench.model.print_receipt()
    bench.qtbot.waitUntil(lambda: names == ["A-9"])


def test_out_of_paper_it_is_kept_and_said_also_after_the_answer(
    bench: Bench, printing, tmp_path: Path
) -> None:
    with a_printer(paper=PAPER_GONE) as printer:
        printing(printer.port, folder=tmp_path / "receipts")
        redeem(bench)
        bench.model.print_receipt()
        until_notice(bench, f"{PAPER_OUT} {SAVED} {AGAIN}")
        assert bench.model.state.answer.word is AnswerWord.QUEUED
        bench.leave_answer()
        bench.until(Screen.IDLE)
        assert bench.model.state.notice.startswith(PAPER_OUT)
        assert bench.model.state.receipt_notice == bench.model.state.notice
        open_member(bench)
        assert bench.model.state.notice == ""
    (kept,) = (tmp_path / "receipts").iterdir()
    assert kept.suffix == ".pdf" and kept.name.startswith("2026-01-05-1200-")


def test_a_printer_that_hangs_holds_up_no_redemption(bench: Bench, printing) -> None:
    goes_on = threading.Event()

    def hangs(printer: FakePrinter, line: socket.socket) -> None:
        goes_on.wait(10)

    with a_printer(hangs) as printer:
        printing(printer.port, when=When.ALWAYS)
        for _ in range(3):
            began = monotonic()
            redeem(bench)
            bench.leave_answer()
            bench.until(Screen.IDLE)
            assert monotonic() - began < 3
        head = bench.head()
        goes_on.set()
    assert head >= 3


def test_a_folder_alone(bench: Bench, printing, tmp_path: Path) -> None:
    printing(folder=tmp_path, language="ko")
    redeem(bench)
    bench.model.print_receipt()
    until_notice(bench, SAVED)
    assert len(list(tmp_path.glob("*.pdf"))) == 1


def test_a_folder_that_is_none(bench: Bench, printing, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    printing(folder=tmp_path / "file")
    redeem(bench)
    bench.model.print_receipt()
    until_notice(bench, f"The receipt can't be saved as a file. {AGAIN}")


def test_the_till_may_call_its_orders_what_it_likes(bench: Bench, printing, tmp_path: Path) -> None:
    printing(folder=tmp_path)
    bench.model.till_order("../../*A:1\\é", (Line(1, "coffee", 1, 6_000),))
    bench.quoted(6_000)
    bench.model.enter()
    bench.until(Screen.ANSWER)
    bench.model.print_receipt()
    until_notice(bench, SAVED)
    assert [path.name for path in tmp_path.iterdir() if path.suffix] == ["2026-01-05-1200-A1é.pdf"]


def test_a_test_says_that_it_went_well(bench: Bench, printing) -> None:
    where = {"store": "Harbour", "at_ms": 0, "time_zone": "UTC", "currency": "USD"}
    with a_printer() as printer:
        receipts = printing(printer.port)
        receipts.print_test(**where)
        until_notice(bench, "The receipt was printed.")
        assert bench.model.state.receipt_notice == ""
    receipts.print_test(**where)
    until_notice(bench, f"The printer does not answer. Is it switched on and connected? {AGAIN}")
    receipts.use(Printing())
    receipts.print_test(**where)
    until_notice(bench, NO_PRINTER)


def test_a_receipt_speaks_the_window_s_language_unless_another_is_set(bench: Bench, printing) -> None:
    seen = []
    receipts = printing(9)
    receipts._queue.hand_in = lambda job: seen.append(job.draw.args[0].language)
    try:
        i18n.use("tr")
        redeem(bench)
        bench.model.print_receipt()
        bench.qtbot.waitUntil(lambda: seen == ["tr"])
    finally:
        i18n.use("en")
