"""What a thief gets from stations that have heard of nothing yet: as much as floor limits and leases say, and no more.

A key that signs cards, a picture of a card or of a phone, a whole station. What each may cost is known beforehand.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.program_format import read_program
from app.core.voucher import Presentation, picked
from app.ids import new_id
from app.station.identify import SeenMember, identify
from app.station.redeem import hand_in
from hq.authority.exposure import member_bound
from tests.builders import NOW_MS, a_code, a_program, an_order, at_till, move_replica
from tests.phone import a_phone
from tests.station.rights import DAY_MS, HOUR_MS, Till, asking, by_itself, said

LEVELS = {
    "A2": {"value": 1_000, "times": 2, "stale_hours": 72},
    "A3": {"value": 3_000, "times": 3, "stale_hours": 72},
}


def gift(worth: int, *, name: str = "coffee", offline: str = "floor") -> dict:
    """Return an offer to pick that takes so much off an order."""
    effect = {"kind": "amount_off", "target": "order", "amount": worth}
    return asking(offline, id=name, rule={"id": f"{name}-1", "trigger": "choice", "effect": effect})


@pytest.fixture(autouse=True)
def nobody_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.station.authority.FORCED_OF_256", 0)


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[list[Till]]:
    tills: list[Till] = []
    yield tills
    for till in tills:
        till.store.close()


def open_till(opened: list[Till], folder: Path, *campaigns: dict, **program: object) -> Till:
    opened.append(Till(folder, *campaigns, **program))
    return opened[-1]


def buys(till: Till, seen: SeenMember, *rules: str) -> list[str]:
    """Buy for 50.00 with offers that the cashier picks; return what became of each."""
    till.orders += 1
    order = an_order(f"o-{till.orders}", ("coffee", 5_000))
    chosen = [Presentation(new_id(), picked(rule), seen.level) for rule in rules]
    return said(hand_in(till.store, order, at_till(seen, *chosen)).presented)


def shows(till: Till, text: str) -> SeenMember:
    seen = identify(till.store, text)
    assert isinstance(seen, SeenMember), seen
    return seen


def given(till: Till) -> int:
    """Return what left the till, in minor units."""
    return sum(entry.data["discount"] for entry in till.store.journal.entries() if entry.type == "order")


def test_who_can_sign_cards_gets_from_a_station_what_it_may_give_unheard(opened, tmp_path: Path) -> None:
    """F81: each forged card is another member, so that limits by member bound nobody; the station's own do."""
    caps = {"floors": LEVELS, "value_max": 12_000, "spends_max": 500}
    till = open_till(opened, tmp_path / "t", gift(1_000), gift(1_001, name="tea"), authority=caps)
    assert buys(till, shows(till, a_code(bytes(7) + b"\x07")), "tea-1") == ["floor_exceeded"]
    found = []
    for n in range(1, 31):
        forger = shows(till, a_code((1_000 + n).to_bytes(8, "big")))
        assert forger.level == "A2" and not forger.member.is_known
        found += buys(till, forger, "coffee-1")
    assert found == ["floor"] * 12 + ["station_cap_reached"] * 18
    till.restart()
    assert buys(till, shows(till, a_code(bytes(7) + b"\x08")), "coffee-1") == ["station_cap_reached"]
    assert given(till) == 12_000 == till.store.replica.program().authority.value_max


def test_a_picture_of_a_live_code_gets_one_order_a_shop_of_what_its_level_may(opened, tmp_path: Path) -> None:
    """F88: within its minute, in three shops that know nothing of each other."""
    offers = [gift(3_000, name=f"gift{n}") for n in range(4)] + [gift(3_001, name="more")]
    rules = [f"gift{n}-1" for n in range(4)]
    picture = a_phone().shows(NOW_MS)
    tills = [open_till(opened, tmp_path / name, *offers, authority={"floors": LEVELS}) for name in "abc"]
    for till in tills:
        till.member()
        seen = shows(till, picture)
        assert seen.level == "A3"
        assert buys(till, seen, "more-1") == ["floor_exceeded"]
        found = [buys(till, seen, rule) for rule in rules]
        assert found == [["floor"], ["code_replayed"], ["code_replayed"], ["code_replayed"]]
    bound = member_bound(read_program(a_program(campaigns=offers, authority={"floors": LEVELS})), len(tills))
    assert sum(map(given, tills)) == 3 * 3_000 <= bound == 3 * 9_000


def test_in_one_order_a_live_code_covers_no_more_than_its_times(opened, tmp_path: Path) -> None:
    """F88: whoever picks all offers at once gets no more than the level says."""
    offers = [gift(1_000, name=f"gift{n}") for n in range(5)]
    till = open_till(opened, tmp_path / "t", *offers, authority={"floors": LEVELS})
    till.member()
    found = buys(till, shows(till, a_phone().shows(NOW_MS)), *(f"gift{n}-1" for n in range(5)))
    assert sorted(found) == ["floor"] * 3 + ["floor_used"] * 2
    assert given(till) == 3_000


def test_a_picture_of_a_card_gets_in_each_shop_what_its_level_may_and_no_more_before_a_sync(
    opened, tmp_path: Path
) -> None:
    """F89: the friend tries for three days; the member's own purchases count against the same."""
    offers = [gift(1_000), gift(1_001, name="more")]
    tills = [open_till(opened, tmp_path / name, *offers, authority={"floors": LEVELS}) for name in "ab"]
    for till in tills:
        till.member()
        picture = a_code((1).to_bytes(8, "big"), expires_ms=NOW_MS + 9 * DAY_MS)
        found = []
        for hours in range(0, 80, 8):
            till.clock.set_ms(NOW_MS + hours * HOUR_MS)
            found += buys(till, shows(till, picture), "coffee-1") + buys(till, shows(till, picture), "more-1")
        assert found[:4] == ["floor", "floor_exceeded", "floor", "floor_exceeded"]
        assert set(found[4::2]) == {"floor_used", "facts_stale"}  # and after three days nobody gets anything
        assert found[-2] == "facts_stale"
    bound = member_bound(read_program(a_program(campaigns=offers, authority={"floors": LEVELS})), len(tills))
    assert sum(map(given, tills)) == 2 * 2_000 <= bound


def test_a_stolen_station_gives_what_it_holds_and_then_nothing_for_ever(opened, tmp_path: Path) -> None:
    """F110: never connected again, its clock set as the thief likes, a new member with each order."""
    caps = {"floors": LEVELS, "value_max": 50_000}
    till = open_till(
        opened, tmp_path / "t", by_itself(limits={"uses": 100}), gift(900, name="gift"), authority=caps
    )
    till.lease("uses:coffee", 5, until_ms=NOW_MS + 7 * DAY_MS)
    coupon = till.voucher(rule_id="coffee-1", uses_max=9, holder="d-2")  # another station's
    by_day: list[int] = []
    for day in range(10):
        for order in range(10):
            till.clock.set_ms(NOW_MS + day * DAY_MS + order * 60_000)
            card = a_code((100 * day + order + 1).to_bytes(8, "big"), expires_ms=NOW_MS + 99 * DAY_MS)
            assert buys(till, shows(till, card), "gift-1") != ["always"]
        by_day.append(given(till))
    assert by_day[:3] == [
        500 + days * 9_000 for days in (1, 2, 3)
    ]  # the lease, and each new card by floor limits
    assert by_day[3:] == [by_day[2]] * 7, "by facts of three days ago nothing is given"
    assert by_day[-1] <= 50_000
    for days in (-3, 0, 1):  # an hour that was is none any more
        till.clock.set_ms(NOW_MS + days * DAY_MS)
        till.restart()
        card = a_code(bytes(7) + b"\x01", expires_ms=NOW_MS + 99 * DAY_MS)
        assert buys(till, shows(till, card), "gift-1")[0] in ("facts_stale", "time_doubtful")
    move_replica(till.store, included_seq=0, as_of_ms=NOW_MS - 30 * DAY_MS)
    assert said(till.sell(coupon)) != ["floor"]
    assert given(till) == by_day[-1]
