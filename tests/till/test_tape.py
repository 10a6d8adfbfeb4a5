"""The till's own tape: what was written is there after a power cut, and its figures are sums."""

from pathlib import Path

import pytest

from app.till.tape import Step, Takings, Tape

ORDER = {"currency": "USD", "lines": [{"sku": "tea", "quantity": 1, "amount": 400}]}
RESULT = {
    "discount": 50, "due": 150, "points_earned": 3, "points_spent": 2,
    "tenders": [{"kind": "gift_card", "amount": 200}], "lines": [],
}  # fmt: skip
VOID = {"till": 150, "points_back": 2, "points_earned": -3, "tenders": [{"kind": "gift_card", "amount": 200}]}


def test_what_was_written_is_there_again(tmp_path: Path) -> None:
    tape = Tape(tmp_path / "tape")
    sale = tape.begin(ORDER)
    tape.write(Step.DONE, sale.order_id, RESULT)
    tape.mark(7)
    tape.close()
    again = Tape(tmp_path / "tape")
    assert (again.sales, again.steps_done) == (tape.sales, 7)
    assert again.begin(ORDER, 1).result == RESULT, "the same number is the same order"
    assert again.begin(ORDER).order_id == again.order_id(2)
    again.close()


@pytest.mark.parametrize("torn", range(1, 40))
def test_a_line_that_was_torn_off_says_nothing(tmp_path: Path, torn: int) -> None:
    tape = Tape(tmp_path / "tape")
    first = tape.begin(ORDER).order_id
    before = (tmp_path / "tape").read_bytes()
    tape.write(Step.DONE, first, RESULT)
    tape.close()
    whole = (tmp_path / "tape").read_bytes()
    (tmp_path / "tape").write_bytes(whole[:-torn])
    again = Tape(tmp_path / "tape")
    assert again.sales[0].is_open
    again.write(Step.GONE, first)
    again.close()
    assert (tmp_path / "tape").read_bytes().startswith(before)
    third = Tape(tmp_path / "tape")
    assert third.sales[0].is_gone
    third.close()


def test_the_takings_are_sums(tmp_path: Path) -> None:
    tape = Tape(tmp_path / "tape")
    for _ in range(3):
        tape.write(Step.DONE, tape.begin(ORDER).order_id, RESULT)
    tape.write(Step.GONE, tape.begin(ORDER).order_id)
    first = tape.sales[0].order_id
    tape.write(Step.VOID, first)
    assert tape.sales[0].is_open, "nobody knows yet whether it is undone"
    tape.write(Step.VOIDED, first, VOID)
    assert tape.takings() == Takings(
        orders=3, discount=150, points_earned=6, points_spent=4, voids=1, till=300, tenders={"gift_card": 400}
    )
    tape.close()
