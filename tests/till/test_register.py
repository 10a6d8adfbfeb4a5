"""What a cash register makes of the station's answers, and of none."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.till.register import Register
from app.till.station import Refused, Told
from app.till.tape import Sale, Tape

ORDER = {"currency": "USD", "lines": [{"sku": "tea", "quantity": 1, "amount": 400}]}
SUMS = {"total": 400, "discount": 0, "due": 400, "tenders": [], "points_earned": 0, "points_spent": 0}
RESULT = SUMS | {"lines": [], "receipt": [], "given": []}


class Played:
    """A station that answers as it is told to, a list for each question."""

    def __init__(self, **answers: list[Any]) -> None:
        self._answers = answers
        self.asked: list[str] = []

    def __getattr__(self, name: str) -> Any:
        def ask(order_id: str, *_: Any, **__: Any) -> Told:
            self.asked.append(name)
            answer = self._answers[name].pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer

        return ask


@pytest.fixture
def tape(tmp_path: Path) -> Iterator[Tape]:
    tape = Tape(tmp_path / "tape")
    yield tape
    tape.close()


def now(tape: Tape, sale: Sale) -> Sale:
    found = tape.find(sale.order_id)
    assert found is not None
    return found


def refused(status: int, kind: str, order: Told | None = None) -> Refused:
    return Refused(status, {"type": f"urn:tillside:problem:{kind}", "detail": "No.", "order": order})


def test_what_the_station_has_forgotten_is_handed_over_once_more(tape: Tape) -> None:
    played = Played(find=[refused(404, "unknown_order")], hand_over=[{"state": "waiting"}])
    sale = tape.begin(ORDER)
    assert Register(tape, played).look(sale) == {"state": "waiting"}
    assert played.asked == ["find", "hand_over"]


def test_an_order_that_was_recorded_before_it_was_taken_back_is_sold(tape: Tape) -> None:
    sale = tape.begin(ORDER)
    told = {"state": "recorded", "result": RESULT}
    played = Played(take_back=[refused(409, "order_recorded", told)])
    assert Register(tape, played).take_back(sale) == told
    assert now(tape, sale).result == RESULT and not now(tape, sale).is_gone


def test_an_order_that_the_station_has_forgotten_is_taken_back_all_the_same(tape: Tape) -> None:
    sale = tape.begin(ORDER)
    Register(tape, Played(take_back=[refused(404, "unknown_order")])).take_back(sale)
    assert now(tape, sale).is_gone


@pytest.mark.parametrize(("status", "is_over"), [(409, True), (401, False)])
def test_a_void_stays_open_until_the_station_has_said_yes_or_no(
    tape: Tape, status: int, is_over: bool
) -> None:
    sale = tape.begin(ORDER)
    register = Register(tape, Played(void=[refused(status, "no")]))
    with pytest.raises(Refused):
        register.void(sale)
    assert now(tape, sale).is_voiding is not is_over
