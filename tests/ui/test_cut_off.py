"""What is said when the line goes: whether all of the shop's offers go on without head office."""

import pytest

from app.core.authority import Offline
from app.station.queue import Offered, Without
from ui.models.cut_off import sentence

GONE = "Head office can't be reached. "
ALWAYS, FLOOR, LEASE, NEVER = Offline.ALWAYS, Offline.FLOOR, Offline.LEASE, Offline.NEVER


@pytest.mark.parametrize(
    ("offers", "said"),
    [
        ((), "Everything goes on here."),
        ((ALWAYS, ALWAYS), "Everything goes on here."),
        ((ALWAYS, FLOOR), "Offers go on up to a limit. F9 shows which."),
        ((LEASE,), "Offers go on up to a limit. F9 shows which."),
        ((NEVER, LEASE, NEVER), "Offers that wait for it: 2; the rest goes on. F9 shows which."),
    ],
)
def test_it_says_whether_offers_go_on(offers: tuple[Offline, ...], said: str) -> None:
    assert sentence(Without(tuple(Offered("x", how) for how in offers))) == GONE + said
