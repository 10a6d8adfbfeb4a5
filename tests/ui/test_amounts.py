"""What is typed as an amount: nothing of it is dropped, and what is no amount is told."""

import pytest

from tests.ui.station_bench import Bench, open_member
from ui.models.state import Screen


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Enter the order's amount first."),
        ("12,345", "Type at most 2 decimals, such as 12.50."),
        ("12,3o", "Type the amount in figures only, such as 12.50."),
        ("1,234.50", "Type the amount in figures only, such as 12.50."),
        ("-5", "Type the amount in figures only, such as 12.50."),
        ("4006381333931", "This is too large for an amount. Type the order's total, such as 12.50."),
        ("0,00", "Type an amount above $0.00."),
    ],
)
def test_what_is_no_amount_is_told_and_kept(bench: Bench, typed: str, said: str):
    open_member(bench)
    bench.model.type_amount(typed)
    before = bench.head()
    bench.model.enter()
    assert (bench.model.state.notice, bench.model.state.order.typed) == (said, typed)
    assert (bench.model.state.screen, bench.model.state.order.total) == (Screen.MEMBER, 0)
    assert bench.head() == before
    bench.model.type_amount("30,5")
    assert (bench.model.state.notice, bench.model.state.order.total) == ("", 3050)
