"""The till's own roll: what was written is there after a power cut, and its figures are sums."""

from pathlib import Path

import pytest

from app.till.roll import Roll, Step, Takings

ORDER = {"currency": "USD", "lines": [{"sku": "tea", "quantity": 1, "amount": 400}]}
RESULT = {
    "discount": 50, "due": 150, "points_earned": 3, "points_spent": 2,
    "tenders": [{"kind": "gift_card", "amount": 200}], "lines": [],
}  # fmt: skip
VOID = {"till": 150, "points_back": 2, "points_earned": -3, "tenders": [{"kind": "gift_card", "amount": 200}]}


def test_what_was_written_is_there_again(tmp_path: Path) -> None:
    roll = Roll(tmp_path / "roll")
    sale = roll.begin(ORDER)
    roll.write(Step.DONE, sale.order_id, RESULT)
    roll.mark(7)
    roll.close()
    again = Roll(tmp_path / "roll")
    assert (again.sales, again.steps_done) == (roll.sales, 7)
    assert again.begin(ORDER, 1).result == RESULT, "the same number is the same order"
    assert again.begin(ORDER).order_id == again.order_id(2)
    again.close()


@pytest.mark.parametrize("torn", range(1, 40))
def test_a_line_that_was_torn_off_says_nothing(tmp_path: Path, torn: int) -> None:
    roll = Roll(tmp_path / "roll")
    first = roll.begin(ORDER).order_id
    before = (tmp_path / "roll").read_bytes()
    roll.write(Step.DONE, first, RESULT)
    roll.close()
    whole = (tmp_path / "roll").read_bytes()
    (tmp_path / "roll").write_bytes(whole[:-torn])
    again = Roll(tmp_path / "roll")
    assert again.sales[0].is_open
    again.write(Step.GONE, first)
    again.close()
    assert (tmp_path / "roll").read_bytes().startswith(before)
    third = Roll(tmp_path / "roll")
    assert third.sales[0].is_gone
    third.close()


def test_the_takings_are_sums(tmp_path: Path) -> None:
    roll = Roll(tmp_path / "roll")
    for _ in range(3):
        roll.write(Step.DONE, roll.begin(ORDER).order_id, RESULT)
    roll.write(Step.GONE, roll.begin(ORDER).order_id)
    first = roll.sales[0].order_id
    roll.write(Step.VOID, first)
    assert roll.sales[0].is_open, "nobody knows yet whether it is undone"
    roll.write(Step.VOIDED, first, VOID)
    assert roll.takings() == Takings(
        orders=3, discount=150, points_earned=6, points_spent=4, voids=1, till=300, tenders={"gift_card": 400}
    )
    roll.close()
