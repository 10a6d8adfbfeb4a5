"""Totals are what an independent sum over the entries comes to, whatever was sold, undone, filtered or cut."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.entry import Entry
from app.core.order import Line
from app.review.rows import PAGE, Filter, find
from app.store.review import following
from app.store.review.file import drop_review
from app.store.review.review import Review
from app.store.review.thread import place_of
from app.store.store import StationStore
from tests.station.test_void import UNIT, Till

WHO = ("", "ben", "cem", "eva")
PRICES = st.sampled_from((100, 250, 499, 1_000))
SALES = st.tuples(
    st.just("sell"),
    st.sampled_from(WHO),
    st.lists(st.tuples(st.sampled_from(("coffee", "tea", "cake")), PRICES), min_size=1, max_size=3),
    st.booleans(),
)
UNDOINGS = st.tuples(st.sampled_from(("void", "return")), st.integers(0, 5))
DONE = st.lists(st.one_of(SALES, SALES, UNDOINGS), min_size=1, max_size=8)
FILTERS = st.builds(
    dict,
    kinds=st.sampled_from(((), ("order",), ("void", "return"))),
    staff=st.sampled_from(WHO),
    amount_min=st.sampled_from((None, 300, 1_000)),
)


@pytest.fixture(scope="module")
def till(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Till]:
    """One station for all examples: each goes on where the last one ended, so that what is summed up grows."""
    made = Till(tmp_path_factory.mktemp("till") / "store")
    yield made
    made.store.close()


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(done=DONE, wanted=FILTERS, piece=st.integers(1, 7), is_anew=st.booleans())
def test_totals_are_those_of_the_entries(
    till: Till, done: list[Any], wanted: dict[str, Any], piece: int, is_anew: bool
) -> None:
    who = {"": "", "ben": till.ben, "cem": till.cem, "eva": till.eva}
    for kind, *what in done:
        _do(till, kind, what, who)
    wanted = wanted | {"staff": who[wanted["staff"]]}
    if is_anew:
        drop_review(till.store.folder)
    found = _found(till.store, Filter(**wanted), piece)
    expected = [entry for entry in till.store.journal.entries() if _matches(entry, wanted)]
    assert found[0] == len(expected) and found[1] == sum(map(_discount, expected))
    assert found[2] == [entry.seq for entry in expected[::-1]][:PAGE]


def _do(till: Till, kind: str, what: list[Any], who: dict[str, str]) -> None:
    if kind == "sell":
        cashier, goods, presented = what
        lines = [Line(at, sku, 1, amount) for at, (sku, amount) in enumerate(goods, 1)]
        till.buys(*lines, cashier=who[cashier], presented=presented)
    elif till.orders:
        order = f"A-{max(till.orders - what[0], 1)}"
        till.undo(order, *([(1, UNIT)] if kind == "return" else []), cashier=till.eva)  # refused perhaps


def _found(store: StationStore, wanted: Filter, piece: int) -> tuple[int, int, list[int]]:
    review, whole = Review(place_of(store)), following.PIECE
    following.PIECE = piece
    try:
        while review.step():
            pass
        found = find(review, wanted)
        return found.count, found.discount, [row.seq for row in found.rows]
    finally:
        following.PIECE = whole
        review.close()


def _matches(entry: Entry, wanted: dict[str, Any]) -> bool:
    """What the filter says, said once more, over the entries themselves."""
    if entry.type not in (wanted["kinds"] or ("order", "void", "return", "gift_card", "enrol")):
        return False
    if wanted["staff"] and entry.data.get("cashier") != wanted["staff"]:
        return False
    total = entry.data.get("total", -entry.data.get("amount", 0))
    return wanted["amount_min"] is None or total >= wanted["amount_min"]


def _discount(entry: Entry) -> int:
    if entry.type == "order":
        return int(entry.data["discount"])
    return -sum(back["discount"] for back in entry.data["backs"])
