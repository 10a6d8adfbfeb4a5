"""The end of a station's day at head office: posted whatever it says, and flagged where HQ comes to something else."""

from typing import Any

import pytest
from sqlalchemy import select

from app.core.day_sum import sum_up
from app.core.entry import DAY_CLOSE, NOTED, SCAN_DENIED, read_entry
from app.core.pins import Role
from hq.home import Hq
from hq.journal import closed_days
from hq.journal.case_tables import case
from sync.protocol import Flag
from tests.databases import on
from tests.hq.station import NOW_MS, Station
from tests.hq.test_store_staff import add

on_sqlite = on("sqlite")  # what differs between databases is in the first test
POSTED, DIFFERS = ("posted", []), ("posted_flagged", [Flag.REPLAY_DIFFERS])


def close(station: Station, first: int, last: int, *, before: int = 0, **changes: Any) -> None:
    """Append the end of a day, of these entries."""
    figures = changes.pop("figures", {})
    summed = sum_up(map(read_entry, station.bodies[first - 1 : last])).record()
    said = {"store": "S1", "t_eff": NOW_MS, "tz": "America/New_York", "day": "2017-11-06", "cashier": ""}
    said |= {"from_seq": first, "until_seq": last, "before": before, "figures": summed | figures}
    station.append(DAY_CLOSE, said | changes)


def words(station: Station, first: int = 1) -> list[tuple[str, list[str]]]:
    return [(result.verdict, result.codes) for result in station.push(first).results]


def details(hq: Hq) -> list[str]:
    with hq.database.reading() as connection:
        return list(connection.execute(select(case.c.detail).order_by(case.c.seq)).scalars())


def test_a_day_that_comes_to_the_same_is_posted_in_one_batch_or_in_several(station: Station) -> None:
    station.order("o1")
    close(station, 1, 1)
    assert words(station) == [POSTED, POSTED]
    station.order("o2")
    station.push(3)
    station.order("o3")
    close(station, 2, 4, before=2, day="2017-11-07")
    assert words(station, 4) == [POSTED, POSTED]
    assert words(station) == [POSTED] * 5  # sent again


@on_sqlite
@pytest.mark.parametrize(
    ("figures", "detail"),
    [
        ({"total": 1}, "differs: total"),
        ({"orders": 0, "overrides": [[1]]}, "differs: orders, overrides"),
        ({"edition": 9}, "differs: its figures are of edition 9, and HQ's of 1"),
    ],
)
def test_a_day_that_comes_to_something_else_is_flagged(
    hq: Hq, station: Station, figures: dict[str, Any], detail: str
) -> None:
    station.order("o1")
    close(station, 1, 1, figures=figures)
    assert words(station) == [POSTED, DIFFERS] and details(hq) == [detail]


@on_sqlite
def test_closes_follow_each_other_without_a_gap_or_a_lap(hq: Hq, station: Station) -> None:
    for n in (1, 2):
        station.order(f"o{n}")
    close(station, 1, 1)  # 3
    close(station, 2, 3, before=3)  # 4
    close(station, 4, 4)  # 5, as if it were the first
    close(station, 2, 5, before=3)  # 6, what 4 was of once more
    close(station, 6, 6, before=4)  # 7 leaves 4 and 5 out
    close(station, 4, 9, before=4)  # 8 is of what comes after it
    close(station, 1, 1, before=1)  # 9, behind an order
    assert words(station) == [POSTED, POSTED, POSTED, POSTED, *[DIFFERS] * 5]
    assert details(hq) == [
        "differs: it leaves out that a day was closed before",
        "differs: another day was closed since the one that it follows",
        "differs: it does not go on where the close before it ended",
        "differs: it is of entries that come after it, or of none",
        "differs: it does not go on where the close before it ended",
    ]


@on_sqlite
def test_what_hq_can_not_sum_up_is_for_a_person(hq: Hq, station: Station) -> None:
    station.append("order", {"t_eff": NOW_MS, "store": "S1"})
    close(station, 1, 0)
    station.bodies[-1] = station.bodies[-1].replace(b'"until_seq":0', b'"until_seq":1')
    assert words(station) == [("quarantined", [Flag.UNPARSABLE]), DIFFERS]
    assert details(hq)[1] == "differs: entry 1 can't be summed up"


@on_sqlite
def test_hq_reads_no_longer_than_others_can_wait(
    hq: Hq, station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(closed_days, "ENTRIES_MAX", 2)
    for n in range(3):
        station.append(SCAN_DENIED, {"store": "S1", "t_eff": NOW_MS, "reason": f"r{n}"})
    close(station, 1, 3)
    assert words(station)[-1] == DIFFERS
    assert details(hq) == ["differs: it is of too many entries for HQ to compare while others wait"]


@on_sqlite
def test_a_day_is_signed_off_by_a_manager_of_the_store(hq: Hq, station: Station) -> None:
    close(station, 1, 0)
    ben, mia = add(hq), add(hq, "Mia", role=Role.MANAGER, pin="739215")
    for before, approver in enumerate(("", ben, "nobody", mia), start=1):
        approval = {"approver": approver, "approval": {"id": f"{before:032}", "why": "day_checked"}}
        close(station, before, before, before=before, **(approval if approver else {}))
    unsigned = ("posted_flagged", [Flag.UNAPPROVED])
    assert words(station, 1) == [unsigned] * 4 + [POSTED]  # the first came when there were managers, too


@on_sqlite
def test_a_day_without_its_fields_is_set_aside_and_a_note_is_posted(station: Station) -> None:
    station.append(DAY_CLOSE, {"store": "S1", "t_eff": NOW_MS, "day": "today"})
    about = {"epoch": 1, "seq": 1, "what": "void"}
    station.append(NOTED, {"store": "S1", "t_eff": NOW_MS, "staff": "", "about": about, "note": "=1+1"})
    station.append(NOTED, {"store": "S1", "t_eff": NOW_MS, "staff": "", "about": 7, "note": ""})
    unreadable = ("quarantined", [Flag.UNPARSABLE])
    assert words(station) == [unreadable, POSTED, unreadable]
