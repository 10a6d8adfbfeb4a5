"""Stock of rewards: what a station may hand out by itself, and points back where a promise can't be kept."""

import pytest

from app.core.reasons import Reason, Refusal
from app.core.stock import BrokenPromise, Promise, Stock, WhenOut, refused_by_stock, settle_promises


@pytest.mark.parametrize(
    ("stock", "units", "reason"),
    [
        (Stock(here=1), 1, None),
        (Stock(here=1, elsewhere=0), 1, None),
        (Stock(here=0), 1, Reason.ONLINE_ONLY),
        (Stock(here=0, elsewhere=1), 1, Reason.ONLINE_ONLY),
        (Stock(here=0, elsewhere=0), 1, Reason.OUT_OF_STOCK),
        (Stock(here=1, elsewhere=1), 2, Reason.ONLINE_ONLY),
        (Stock(here=1, elsewhere=0), 2, Reason.OUT_OF_STOCK),
        (Stock(here=2, elsewhere=0), 2, None),
    ],
)
def test_a_station_hands_out_what_was_leased_to_it(stock: Stock, units: int, reason: Reason | None) -> None:
    assert refused_by_stock(stock, units=units) == (None if reason is None else Refusal(reason))


def test_t54_of_one_unit_one_cut_off_station_hands_it_out_and_the_other_needs_head_office() -> None:
    assert refused_by_stock(Stock(here=1, elsewhere=0)) is None
    assert refused_by_stock(Stock(here=0, elsewhere=1)) == Refusal(Reason.ONLINE_ONLY)
    taken = (("early", 30), ("late", 70))
    first, second = Promise("r1", 1, taken), Promise("r2", 1, taken)
    broken = settle_promises((first, second), available=1, when_out=WhenOut.POINTS_BACK)
    assert broken == (BrokenPromise("r2", (("late", 70), ("early", 30))),)


def test_promises_are_kept_whole_in_the_order_in_which_they_were_made() -> None:
    promises = (Promise("a", 2, ()), Promise("b", 2, (("lot", 5),)), Promise("c", 1, ()))
    assert settle_promises(promises, available=3, when_out=WhenOut.POINTS_BACK) == (
        BrokenPromise("b", (("lot", 5),)),
    )
    assert settle_promises(promises, available=5, when_out=WhenOut.POINTS_BACK) == ()


def test_a_rain_check_keeps_the_points_and_the_claim() -> None:
    promises = (Promise("a", 2, (("lot", 5),)),)
    assert settle_promises(promises, available=1, when_out=WhenOut.RAIN_CHECK) == (BrokenPromise("a", (), 2),)
