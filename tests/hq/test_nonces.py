"""A nonce counts once, in whichever of HQ's processes it comes; two open HQs on one database stand for two of them."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

import pytest
from sqlalchemy import func, select

from hq import nonces
from hq.faults import NotSigned
from hq.home import open_hq
from hq.nonces import Nonces
from hq.seen_tables import nonce
from sync.protocol import CLOCK_WINDOW_MS
from tests.databases import on
from tests.hq.station import NOW_MS

WAIT_S = 30


@contextmanager
def other(folder, clock):
    """The HQ as another process has it."""
    with closing(open_hq(folder, clock=clock)) as opened:
        yield opened


def kept(hq):
    with hq.database.reading() as connection:
        return connection.execute(select(func.count()).select_from(nonce)).scalar_one()


def take(some, name, *, device="D1", at_ms=NOW_MS):
    some.take(device, name, time_ms=at_ms, now_ms=at_ms)


@on("postgresql")
def test_what_came_to_one_process_is_refused_by_the_other(hq, folder, clock):
    here = Nonces(hq.database)
    with other(folder, clock) as opened:
        there = Nonces(opened.database)
        take(here, "a")
        with pytest.raises(NotSigned, match="before"):
            take(there, "a")
        take(there, "b")
        take(there, "a", device="D2")  # each device has its own
        with pytest.raises(NotSigned):
            take(here, "b")


@on("postgresql")
def test_of_those_that_come_at_once_one_is_let_in(hq, folder, clock):
    start = threading.Barrier(6)

    def admitted(process):
        start.wait(WAIT_S)
        try:
            take(process, "a")
        except NotSigned:
            return 0
        return 1

    with other(folder, clock) as opened, ThreadPoolExecutor(6) as threads:
        processes = [Nonces(each.database) for each in (hq, opened) * 3]  # as if six
        assert sum(threads.map(admitted, processes)) == 1


@on("postgresql")
def test_what_the_window_refuses_by_itself_is_deleted(hq, folder, clock):
    here = Nonces(hq.database)
    for name in "abc":
        take(here, name)
    take(here, "d", at_ms=NOW_MS + CLOCK_WINDOW_MS)
    assert kept(hq) == 4  # still inside the window, to the last moment of it
    take(here, "e", at_ms=NOW_MS + CLOCK_WINDOW_MS + nonces.CLEAN_EVERY_MS)
    assert kept(hq) == 2


@on("sqlite")
def test_on_a_file_nothing_is_written(hq):
    take(Nonces(hq.database), "a")
    assert kept(hq) == 0
