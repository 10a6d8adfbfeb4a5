"""What is believed of several looks at one picture."""

from scanner.decode import Format, Symbol
from scanner.votes import Votes


def symbol(text: str, *, at: int = 0, kind: Format = Format.EAN13) -> Symbol:
    return Symbol(kind, text, text.encode(), "]E0", ((at, 0), (at + 90, 0), (at + 90, 40), (at, 40)))


def test_a_qr_code_is_believed_at_once_and_told_once() -> None:
    votes = Votes()
    votes.add([symbol("a", kind=Format.QR)])
    assert [each.text for each in votes.newly_believed()] == ["a"]
    votes.add([symbol("a", kind=Format.QR)])
    assert votes.newly_believed() == ()
    assert [each.text for each in votes.believed] == ["a"]


def test_bars_are_believed_after_two_looks_and_one_look_counts_once() -> None:
    votes = Votes()
    votes.add([symbol("1"), symbol("1")])
    assert votes.newly_believed() == () and votes.is_doubtful
    votes.add([symbol("1")])
    assert [each.text for each in votes.newly_believed()] == ["1"] and not votes.is_doubtful


def test_a_sure_look_counts_for_two() -> None:
    votes = Votes()
    votes.add([symbol("1")], weight=2)
    assert len(votes.newly_believed()) == 1


def test_two_readings_of_one_place_dispute_each_other() -> None:
    votes = Votes()
    for text in ("1", "2", "1", "2"):
        votes.add([symbol(text)])
    assert votes.newly_believed() == ()
    votes.add([symbol("1")])
    assert [each.text for each in votes.newly_believed()] == ["1"]


def test_bars_elsewhere_dispute_nothing() -> None:
    votes = Votes()
    for _ in range(2):
        votes.add([symbol("1"), symbol("2", at=300)])
    assert {each.text for each in votes.newly_believed()} == {"1", "2"}
