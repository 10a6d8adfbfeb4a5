"""Eight stations that push at once about the same ten members: rows held in one order, and what happens if not."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from hq.db import Database
from hq.faults import Busy
from hq.home import URL_FILE
from hq.journal import intake
from hq.members.service import MemberFacts, upsert_members
from hq.members.store import HELD_MEMBERS, account
from hq.tables import journal, member, posting
from sync.protocol import Verdict
from tests.databases import on
from tests.hq.station import enrol_station
from tests.postgres import name_of

pytestmark = on("postgresql")

WRITERS, PUSHES, WAIT_S = 8, 1, 60
REFS = [f"{n:013d}" for n in range(10)]


@pytest.fixture
def gave_way(monkeypatch):
    """What PostgreSQL ended so that another could go on."""
    found, real = [], Database.write

    def counted(database, work):
        def watched(connection):
            try:
                return work(connection)
            except Exception as problem:
                if getattr(getattr(problem, "orig", None), "sqlstate", "") in ("40P01", "40001"):
                    found.append(problem)
                raise

        return real(database, watched)

    monkeypatch.setattr(Database, "write", counted)
    return found


def storm(hq):
    """Let every station push orders of all members, each in an order of its own; return their verdicts."""
    upsert_members(hq, [MemberFacts(ref) for ref in REFS])
    stations = [enrol_station(hq, "S1") for _ in range(WRITERS)]
    for n, station in enumerate(stations):
        for push in range(PUSHES):
            for ref in random.Random(n * PUSHES + push).sample(REFS, len(REFS)):
                station.order(f"o{push}-{ref}", ref=ref)
    start = threading.Barrier(WRITERS)

    def push_all(station):
        start.wait(WAIT_S)
        return [each for n in range(PUSHES) for each in pushed(station, n).results]

    def pushed(station, n):
        while True:  # as a station does, which asks again when HQ is busy
            try:
                return station.push(n * len(REFS) + 1, (n + 1) * len(REFS))
            except Busy:
                continue

    with ThreadPoolExecutor(WRITERS) as threads:
        return [each for results in threads.map(push_all, stations) for each in results]


def everything_is_once(hq, verdicts):
    count = WRITERS * PUSHES * len(REFS)
    assert [each.verdict for each in verdicts] == [Verdict.POSTED] * count
    with hq.database.reading() as connection:
        assert connection.execute(select(func.count()).select_from(journal)).scalar_one() == count
        for row in connection.execute(select(member)).all():
            posted = select(func.sum(posting.c.amount)).where(posting.c.account == account(row.ref))
            assert row.balance == connection.execute(posted).scalar_one() == 7 * WRITERS * PUSHES


def test_nobody_has_to_give_way_since_all_hold_members_in_one_order(hq, gave_way):
    everything_is_once(hq, storm(hq))
    assert gave_way == []


def test_who_gives_way_is_done_again_with_the_same_verdicts(hq, gave_way, monkeypatch, postgres, folder):
    """A planted bug, members held in the order of their entries: PostgreSQL ends writers, and HQ begins again."""
    name = name_of((folder / URL_FILE).read_text(encoding="utf-8"))
    postgres.run(postgres.url(name), f"ALTER DATABASE {name} SET deadlock_timeout = '20ms'")
    hq.database.close()  # so that its connections are made anew

    def held_as_they_come(connection, refs):
        return {ref for each in refs for ref in connection.execute(HELD_MEMBERS, {"names": [each]}).scalars()}

    monkeypatch.setattr(intake, "lock_members", held_as_they_come)
    everything_is_once(hq, storm(hq))
    assert gave_way
