"""What is believed of several looks at one picture."""

from scanner.decode import Format, Symbol
from scanner.votes import Votes


def symbol(text: str, *, at: int = 0, kind: Format = Format.EAN13) -> Symbol:
    return Symbol(kind, text, text.encode(), "]E0", ((at, 0), (at + 90, 0), (at + 90, 40), (at, 40)))


def looks(votes: Votes, *texts: str, reader: str = "one") -> list[str]:
    for text in texts:
        votes.add([symbol(text), symbol(text)], reader=reader)
    return [each.text for each in votes.newly_believed()]


def test_a_qr_code_is_believed_at_once_and_told_once() -> None:
    votes = Votes()
    votes.add([symbol("a", kind=Format.QR)], reader="one")
    assert [each.text for each in votes.newly_believed()] == ["a"]
    votes.add([symbol("a", kind=Format.QR)], reader="other")
    assert votes.newly_believed() == ()
    assert [each.text for each in votes.believed] == ["a"]


def test_bars_are_believed_when_two_readers_agree() -> None:
    votes = Votes()
    assert looks(votes, "1") == [] and len(votes.doubtful) == 1
    assert looks(votes, "1", reader="other") == ["1"] and votes.doubtful == ()


def test_one_reader_alone_must_look_four_times() -> None:
    votes = Votes()
    assert looks(votes, "1", "1", "1") == []
    assert looks(votes, "1") == ["1"]


def test_two_looks_of_one_reader_do_for_code_128() -> None:
    votes = Votes()
    for expected in ((), ("M1",)):
        votes.add([symbol("M1", kind=Format.CODE128)], reader="one")
        assert tuple(each.text for each in votes.newly_believed()) == expected


def test_a_sure_look_does() -> None:
    votes = Votes()
    votes.add([symbol("1")], reader="one", is_sure=True)
    assert len(votes.newly_believed()) == 1


def test_two_readings_of_one_place_dispute_each_other() -> None:
    votes = Votes()
    assert looks(votes, "1", "2") == []
    assert looks(votes, "1", "2", reader="other") == []
    assert looks(votes, "1") == ["1"]


def test_bars_elsewhere_dispute_nothing() -> None:
    votes = Votes()
    for reader in ("one", "other"):
        votes.add([symbol("1"), symbol("2", at=300)], reader=reader)
    assert {each.text for each in votes.newly_believed()} == {"1", "2"}
