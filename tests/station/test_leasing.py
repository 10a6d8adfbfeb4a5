"""Leases come to an end: each is given back by an entry, once, and nothing is given by it afterwards."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2

from app.core.entry import LEASE_CLOSE
from app.station.authority import leases_left
from app.station.leasing import close_leases, close_what_is_over, lease_figures, low_leases
from app.store.leases import Leases
from tests.builders import NOW_MS, a_keyset, put_document
from tests.station.rights import DAY_MS, HOUR_MS, Till, asking, by_itself


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Till]:
    till = Till(tmp_path / "t", by_itself(limits={"uses": 100}))
    till.lease("uses:coffee", 5, until_ms=NOW_MS + HOUR_MS)
    yield till
    till.store.close()


def discounts(till: Till, times: int = 1) -> list[int]:
    found = []
    for _ in range(times):
        till.sell()
        found.append(till.last("order")["discount"])
    return found


def closed(till: Till) -> list[tuple[str, int]]:
    return [
        (entry.data["lease_id"], entry.data["used"])
        for entry in till.store.journal.entries()
        if entry.type == LEASE_CLOSE
    ]


def test_a_lease_that_is_over_is_given_back_once_with_what_was_used(till: Till) -> None:
    assert discounts(till, 2) == [100, 100]
    close_what_is_over(till.store)
    assert closed(till) == []
    till.clock.set_ms(NOW_MS + HOUR_MS)
    close_what_is_over(till.store)
    till.restart()
    close_what_is_over(till.store)
    assert closed(till) == [("L1", 2)]
    assert till.last(LEASE_CLOSE) == {
        "store": "s-1",
        "t_eff": NOW_MS + HOUR_MS,
        "lease_id": "L1",
        "scope": "uses:coffee",
        "used": 2,
    }
    assert leases_left(till.store) == []


def test_what_head_office_wants_back_is_not_used_any_more(till: Till) -> None:
    close_leases(till.store, ["L1", "L9"])
    assert closed(till) == [("L1", 0)] and discounts(till) == [0]
    till.lease("uses:coffee", 5)  # the same comes once more
    assert discounts(till) == [0]
    close_leases(till.store, ["L1"])
    assert closed(till) == [("L1", 0)]


def test_entry_and_mark_are_one_commit(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    def dies(self: Leases, lease_id: str) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Leases, "close", dies)
        with pytest.raises(KeyboardInterrupt):
            close_leases(till.store, ["L1"])
    till.restart()
    assert closed(till) == [] and discounts(till) == [100]


def test_a_doubtful_clock_ends_no_lease(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    till.clock.set_ms(NOW_MS + DAY_MS)
    with monkeypatch.context() as patched:
        patched.setattr(till.store.time, "is_doubtful", lambda: True)
        close_what_is_over(till.store)
        assert closed(till) == []
    close_what_is_over(till.store)
    assert closed(till) == [("L1", 0)]


def test_a_lease_by_a_stolen_key_is_given_back(till: Till) -> None:
    put_document(
        till.store, "keyset", a_keyset().replace(b'"kid":"h1"', b'"kid":"h1","state":"revoked"'), version=2
    )
    close_what_is_over(till.store)
    assert closed(till) == [("L1", 0)] and discounts(till) == [0]


def test_a_lease_is_only_ever_closed(till: Till) -> None:
    for change in ("UPDATE lease SET units = 50", "DELETE FROM lease", "UPDATE lease SET until_ms = 1"):
        with pytest.raises(dbapi2.DatabaseError, match="only ever closed"):
            till.store._db.execute(change)
    close_leases(till.store, ["L1"])
    with pytest.raises(dbapi2.DatabaseError, match="only ever closed"):
        till.store._db.execute("UPDATE lease SET closed = 0")


def test_a_lease_is_low_below_three_tenths(till: Till) -> None:
    till.lease("uses:coffee", 10, name="L2", until_ms=NOW_MS + 2 * HOUR_MS)
    assert discounts(till, 4) == [100] * 4 and low_leases(till.store) == {"L1"}
    discounts(till, 8)
    assert low_leases(till.store) == {"L1"}  # 3 of 10 are left
    discounts(till)
    assert low_leases(till.store) == {"L1", "L2"}


def test_people_are_told_what_is_left(tmp_path: Path) -> None:
    till = Till(tmp_path / "t", by_itself("floor", limits={"uses": 100}), authority={"spends_max": 7})
    for name, units in (("L1", 10), ("L2", 4)):
        till.lease("uses:coffee", units, name=name, until_ms=NOW_MS + (2 if name == "L1" else 1) * HOUR_MS)
    till.sell()
    told = lease_figures(till.store)
    assert [(each["lease_id"], each["left"], each["units"]) for each in told["leases"]] == [
        ("L2", 3, 4),
        ("L1", 10, 10),
    ]
    assert told["unheard"] == {
        "spends": 1,
        "spends_max": 7,
        "value": 100,
        "value_max": 200_000,
        "by_floor": 0,
    }
    till.ack()
    assert lease_figures(till.store)["unheard"]["spends"] == 0
    till.store.close()
    plain = Till(tmp_path / "plain", asking("always"))
    assert lease_figures(plain.store) == {}
    plain.store.close()
