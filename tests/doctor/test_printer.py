"""What doctor says of the receipt printer, and that it prints nothing."""

from pathlib import Path

import pytest

from app.doctor.printer import check_printer
from tests.printing.printers import PAPER_GONE, a_printer, read_stream


def test_none_is_no_trouble() -> None:
    assert check_printer("").level == "note"


def test_one_that_is_well_is_asked_and_prints_nothing() -> None:
    with a_printer() as printer:
        finding = check_printer(f"127.0.0.1:{printer.port}")
        assert printer.over.wait(5)
    assert finding.level == "ok" and "receipt --test" in finding.text
    found = read_stream(bytes(printer.got))
    assert (len(found.dots), found.cuts, len(found.asked)) == (0, 0, 3)


def test_one_without_paper() -> None:
    with a_printer(paper=PAPER_GONE) as printer:
        finding = check_printer(f"127.0.0.1:{printer.port}")
    assert finding.level == "warn" and "out of paper" in finding.text


@pytest.mark.parametrize(
    ("place", "said"),
    [("/dev/usb/lp97", "switched on"), ("my printer", "is no printer"), ("127.0.0.1:1", "switched on")],
)
def test_what_is_none(place: str, said: str) -> None:
    finding = check_printer(place)
    assert finding.level == "warn" and said in finding.text and "TILLSIDE_PRINTER" in finding.remedy


def test_looking_makes_no_file(tmp_path: Path) -> None:
    assert check_printer(str(tmp_path / "receipts.bin")).level == "warn"
    assert list(tmp_path.iterdir()) == []


def test_one_that_this_user_may_not_use(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refuses(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("os.open", refuses)
    finding = check_printer(str(tmp_path / "lp0"))
    assert finding.level == "warn" and "group lp" in finding.remedy
