"""At its bounds (room on the disk, the age of its facts) a station only earns, says so in words, and loses nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.decision import decide
from app.core.facts_record import read_facts
from app.core.reasons import Reason
from app.core.standing import Standing
from app.station.redeem import AtTill, quote_order
from app.station.standing import standing
from app.store import room
from app.store.faults import DiskFull
from tests.builders import NOW_MS, an_order, move_replica
from tests.station.rights import DAY_MS, HOUR_MS, Till, asking, by_itself, said


class Disk:
    """Says how much is free, in the place of the machine."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.free = room.ROOM_LEAST
        monkeypatch.setattr(room.shutil, "disk_usage", lambda _: self)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    return Disk(monkeypatch)


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Till]:
    """A station with a voucher for its campaign that is always given."""
    found = Till(tmp_path / "t", asking("always"))
    yield found
    found.store.close()


def test_with_little_room_points_are_earned_and_nothing_is_redeemed(till: Till, disk: Disk) -> None:
    """F6, I25: told at the till, and as it was before once there is room."""
    member, voucher = till.member(), till.voucher()
    disk.free -= 1
    assert said(till.sell(voucher, member=member)) == ["disk_low"]
    order = till.last("order")
    assert (order["points"], order["discount"], order["stopped"]) == (5, 0, ["room"])
    assert till.last("refuse")["reasons"][0]["code"] == "disk_low"
    assert standing(till.store) is Standing.DISK_LOW and standing(till.store).forbids_spending
    disk.free += 1
    assert said(till.sell(voucher, member=member)) == ["always"]
    assert standing(till.store) is Standing.GOOD


def test_a_quote_says_so_before_anybody_confirms(till: Till, disk: Disk) -> None:
    disk.free = 0
    shown = (till.show(till.voucher()),)
    (offer,) = quote_order(till.store, an_order("A", ("coffee", 500)), AtTill(None, shown, "offline")).offers
    assert [refusal.reason for refusal in offer.refusals] == [Reason.DISK_LOW]


def test_what_applies_by_itself_goes_on_if_it_needs_no_right(tmp_path: Path, disk: Disk) -> None:
    disk.free = 0
    for offline, discount in (("always", 100), ("lease", 0)):
        till = Till(tmp_path / offline, by_itself(offline, limits={"uses": 10}))
        till.lease("uses:coffee", 5)
        till.counter("uses:coffee", 0)
        till.sell()
        assert till.last("order")["discount"] == discount
        till.store.close()


def test_head_office_decides_alike_by_the_word_that_is_recorded(till: Till, disk: Disk) -> None:
    disk.free = 0
    till.sell(till.voucher(), member=till.member())
    facts = read_facts(till.last("order"), till.store.replica.program())
    assert [outcome.refusals[0].reason for outcome in decide(facts).presented] == [Reason.DISK_LOW]


def test_a_new_replica_does_not_take_the_room_of_records(till: Till, disk: Disk) -> None:
    draft = till.store.begin_replica()
    with draft.atomic():
        pass
    disk.free -= 1
    with pytest.raises(DiskFull), draft.atomic():
        raise AssertionError("nothing is written")
    draft.drop()


def test_where_nobody_says_how_much_room_there_is_the_next_write_will(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def gone(_) -> None:
        raise OSError

    monkeypatch.setattr(room.shutil, "disk_usage", gone)
    assert not room.is_room_low(Path())


# --- the age of facts ------------------------------------------------------------------------------------------------

OLD = {"authority": {"stale_hours": 48, "floors": {"A1": {"value": 300, "times": 9, "stale_hours": 720}}}}


@pytest.mark.parametrize("right", ["floor", "lease"])
def test_by_facts_older_than_the_program_allows_nothing_is_given_that_needs_a_right(
    tmp_path: Path, right: str
) -> None:
    """F68, I14: to the millisecond, whatever a floor limit says of itself, and a lease that still holds."""
    till = Till(tmp_path / "t", asking(right, limits={"uses": 10}), **OLD)
    till.counter("uses:coffee", 0)
    till.lease("uses:coffee", 5, until_ms=NOW_MS + 9 * DAY_MS)
    shown = till.voucher(uses_max=0)
    member = till.member()
    till.clock.set_ms(NOW_MS - HOUR_MS + 48 * HOUR_MS)  # the replica is of an hour ago
    assert said(till.sell(shown, member=member)) == ["lease"]
    assert standing(till.store) is Standing.GOOD
    till.clock.set_ms(till.clock.now_ms() + 1)
    assert said(till.sell(shown, member=member)) == ["facts_stale"]
    assert till.last("order")["points"] == 5, "and points are still earned"
    assert standing(till.store) is Standing.FACTS_OLD and not standing(till.store).forbids_spending
    move_replica(till.store, included_seq=0, as_of_ms=till.clock.now_ms())
    assert said(till.sell(shown, member=member)) == ["lease"]
    till.store.close()


def test_what_is_always_given_takes_no_notice_of_age(tmp_path: Path) -> None:
    till = Till(tmp_path / "t", asking("always"), **OLD)
    till.clock.set_ms(NOW_MS + 3 * DAY_MS)
    assert said(till.sell(till.voucher())) == ["always"]
    assert standing(till.store) is Standing.GOOD
    till.store.close()


def test_where_a_program_is_silent_a_week_is_the_limit(tmp_path: Path) -> None:
    till = Till(tmp_path / "t", asking("floor"))
    assert till.store.replica.program().authority.stale_ms == 7 * DAY_MS
    till.store.close()
