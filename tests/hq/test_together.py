"""Several small works in one transaction: each for itself, and nobody answered before the commit."""

import threading
from contextlib import contextmanager

import pytest
from sqlalchemy import func, select

from hq.faults import Busy, NotHere
from hq.rows import insert_rows
from hq.tables import counter
from hq.together import Together
from tests.databases import on

pytestmark = on("sqlite")
WORKS = 6


def a_row(name: str):
    return lambda connection: insert_rows(connection, counter, [{"name": name, "n": 1}])


def held(hq, names) -> int:
    with hq.database.reading() as connection:
        return connection.execute(select(func.count()).where(counter.c.name.in_(names))).scalar_one()


def all_at_once(hq, works, *, atomic=None) -> tuple[list, int]:
    """Do works on a thread each, all of which wait while the first is at the disk; return what came and the commits."""
    commits, first, goes_on = [], threading.Event(), threading.Event()

    @contextmanager
    def counted():
        with (atomic or hq.database.atomic)() as connection:
            yield connection
        commits.append(1)

    def slow(_):
        first.set()
        assert goes_on.wait(10)

    together, found = Together(counted), {}

    def run(place: int, work) -> None:
        try:
            found[place] = together.write(work)
        except Exception as problem:  # outermost: of a test's thread
            found[place] = problem

    threads = [threading.Thread(target=run, args=each) for each in enumerate([slow, *works])]
    threads[0].start()
    assert first.wait(10)
    for thread in threads[1:]:
        thread.start()
    while len(together._waiting) < len(works):
        threading.Event().wait(0.001)
    goes_on.set()
    for thread in threads:
        thread.join()
    return [found[place] for place in range(1, len(threads))], len(commits)


def test_those_who_wait_share_a_commit(homes, hq):
    names = [f"t{number}" for number in range(WORKS)]
    found, commits = all_at_once(hq, [a_row(name) for name in names])
    assert (found, commits) == ([None] * WORKS, 2)
    assert held(hq, names) == WORKS


def test_what_fails_takes_nothing_of_the_others_along(homes, hq):
    def fails(connection) -> None:
        a_row("bad")(connection)
        raise NotHere("not here")

    found, _ = all_at_once(hq, [a_row("t1"), fails, a_row("t2")])
    assert [type(each) for each in found] == [type(None), NotHere, type(None)]
    assert (held(hq, ["t1", "t2"]), held(hq, ["bad"])) == (2, 0)


def test_without_a_commit_nobody_is_answered(homes, hq):
    @contextmanager
    def full():
        with hq.database.atomic() as connection:
            yield connection
            raise Busy("the disk is full")

    found, commits = all_at_once(hq, [a_row("t1"), a_row("t2")], atomic=full)
    assert [type(each) for each in found] == [Busy, Busy]
    assert (held(hq, ["t1", "t2"]), commits) == (0, 0)


def test_alone_it_is_as_ever(homes, hq):
    assert hq.database.write_together(lambda _: 7) == 7
    with pytest.raises(NotHere):
        hq.database.write_together(lambda _: (_ for _ in ()).throw(NotHere("x")))
