"""Figures of a case are read exactly, and what is wrong is named with its place."""

import pytest

from app.cases.reading import CaseInvalid, CaseUnknown, Spot, exact, shown


@pytest.mark.parametrize(
    ("said", "decimals", "number"),
    [
        ("12.50", 2, 1250),
        ("12.5", 2, 1250),
        ("12", 2, 1200),
        ("-0.05", 2, -5),
        ("0.350", 3, 350),
        ("1.500", 1, 15),
        (7, 2, 700),
        (1.1, 2, 110),
        ("10.0", 0, 10),
    ],
)
def test_a_number_is_read_exactly(said, decimals, number):
    assert exact(said, decimals, path="here") == number


@pytest.mark.parametrize("said", ["", "abc", "1,5", "1e3", " 1", ".5", "1.", "+1", None, True, [], "9" * 13])
def test_what_is_no_number_is_refused_with_its_place(said):
    with pytest.raises(CaseInvalid, match="here: "):
        exact(said, 2, path="here")


def test_a_fraction_that_would_be_lost_is_refused():
    with pytest.raises(CaseInvalid, match=r"here: 1\.005 has more than 2 decimals"):
        exact("1.005", 2, path="here")


def test_a_key_that_is_not_known_is_named():
    with pytest.raises(CaseUnknown, match=r"order\.colour is not known"):
        Spot("order", {"lines": [], "colour": "red"}).only(frozenset({"lines"}))


def test_null_counts_as_left_out():
    spot = Spot("", {"a": None})
    assert not spot.has("a")
    assert spot.switch("a", default=True) is True
    assert spot.money("a", default="1") == 100
    assert spot.inner("a").value == {}


@pytest.mark.parametrize(
    ("read", "value", "problem"),
    [
        (lambda spot: spot.text("k"), 5, "o.k: expected a text, found 5"),
        (lambda spot: spot.text("k"), "", "o.k: expected a text, found ''"),
        (lambda spot: spot.switch("k"), "yes", "o.k: expected true or false, found 'yes'"),
        (lambda spot: spot.texts("k"), ["a", 1], "o.k: expected a list of texts"),
        (lambda spot: spot.items("k"), {}, "o.k: expected a list, found {}"),
        (lambda spot: spot.inner("k"), [], r"o.k: expected an object, found \[\]"),
        (lambda spot: list(spot.objects("k")), [{}, 1], r"o.k\[1\]: expected an object, found 1"),
        (lambda spot: spot.whole("k", least=2), 1, "o.k: expected at least 2, found 1"),
        (lambda spot: spot.whole("k"), "1.5", "o.k: 1.5 has more than 0 decimals"),
    ],
)
def test_a_wrong_value_is_told_with_its_path(read, value, problem):
    with pytest.raises(CaseInvalid, match=problem):
        read(Spot("o", {"k": value}))


def test_a_word_stands_for_something_or_is_not_known():
    spot = Spot("o", {"k": "big"})
    assert spot.word("k", {"big": "large", "small": "little"}) == "large"
    assert spot.word("none", {"big": "large"}, "big") == "large"
    with pytest.raises(CaseUnknown, match=r"o\.k: 'big' is not one of small"):
        spot.word("k", {"small": "little"})
    with pytest.raises(CaseUnknown, match=r"o\.none: nothing is not one of small"):
        spot.word("none", {"small": "little"})


def test_a_long_value_is_shown_short():
    assert len(shown("x" * 500)) == 58
    assert shown(None) == "nothing"
