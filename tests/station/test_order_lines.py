"""A line from the till: what it says beside product, quantity and amount reaches the engine, and slips are told."""

import pytest

from app.core.document import DocumentInvalid, Place
from app.core.order import Line, LineKind
from app.headless_lines import read_order


def lines(*said: dict) -> tuple[Line, ...]:
    return read_order(Place("order", {"order_id": "A-1", "lines": list(said)}), "1").lines


def test_a_short_line_is_ordinary_goods() -> None:
    assert lines({"sku": "TEA", "qty": 2, "amount": 500}) == (Line(1, "TEA", 2, 500),)


def test_a_line_may_say_all_that_rules_ask_about() -> None:
    said = {"sku": "CHEESE", "qty": 0, "amount": 350, "milli": 350, "floor": 10, "unit_price": 1000}
    said |= {"categories": ["dairy"], "brand": "Alp", "reduced": True, "kind": "delivery"}
    said |= {"tax_ppm": 70_000, "net": True, "levy": 25}
    assert lines(said) == (
        Line(
            line=1,
            sku="CHEESE",
            quantity=0,
            amount=350,
            floor=10,
            milli=350,
            unit_price=1000,
            categories=frozenset({"dairy"}),
            brand="Alp",
            is_reduced=True,
            kind=LineKind.DELIVERY,
            tax_ppm=70_000,
            is_net=True,
            levy=25,
        ),
    )


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("milli", 1000),
        ("milli", -1),
        ("floor", -1),
        ("kind", "levy"),
        ("reduced", 1),
        ("tax_ppm", -1),
        ("levy", "1"),
    ],
)
def test_a_slip_is_told_with_its_place(key: str, value: object) -> None:
    with pytest.raises(DocumentInvalid, match=rf"order\.lines\[0\]\.{key}"):
        lines({"sku": "TEA", "qty": 1, "amount": 500, key: value})
