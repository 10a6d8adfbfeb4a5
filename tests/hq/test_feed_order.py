"""The order of the feed under writers who run side by side, which only PostgreSQL has.

A reader remembers one number. Whatever becomes visible later must have a higher one. A database sequence doesn't
promise that, and the first test shows what it costs; our counter does, and the others show it.
"""

import random
import threading
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import func, insert, select, text

from hq.feed import EVERYWHERE, MEMBER, VOUCHER, Change, announce, last_number, read_page
from hq.members.service import MemberFacts, upsert_members
from hq.tables import feed, voucher
from tests.databases import on, wait_until_over_or_blocked
from tests.hq.station import REF, VOUCHER_RULE, enrol_station

pytestmark = on("postgresql")

WRITERS, TRANSACTIONS = 6, 15
STEP_S = 20  # what hangs must show itself


def bare_cursor(hq):
    """A feed whose numbers come from a sequence, and what takes them and reads after them."""
    with hq.database.atomic() as connection:
        connection.execute(text("CREATE SEQUENCE bare_number"))
        connection.execute(text("CREATE TABLE bare (n bigint DEFAULT nextval('bare_number'), k text)"))

    def write(connection, name):
        connection.execute(text("INSERT INTO bare (k) VALUES (:k)"), {"k": name})

    def read(cursor):
        with hq.database.reading() as connection:
            statement = text("SELECT n, k FROM bare WHERE n > :cursor ORDER BY n")
            rows = connection.execute(statement, {"cursor": cursor}).all()
        return max((row.n for row in rows), default=cursor), [row.k for row in rows]

    return write, read


def our_cursor(hq):
    """The feed as it is."""

    def write(connection, name):
        row = {"code_hash": name, "rule_id": VOUCHER_RULE, "uses_max": 1, "uses": 0}
        connection.execute(insert(voucher), row)
        announce(connection, [Change(EVERYWHERE, VOUCHER, name)])

    def read(cursor):
        with hq.database.reading() as connection:
            page = read_page(connection, store="S1", cursor=cursor, limit=1000)
        return page.next, [row.k for row in page.rows]

    return write, read


def overtaken(hq, write, read):
    """Let A write first and commit last, and return what a reader sees who looks whenever something happened.

    B is given the time to commit before A; where it has to wait for A, A goes on.
    """
    seen = []

    def look(cursor):
        cursor, names = read(cursor)
        seen.extend(names)
        return cursor

    def write_b() -> None:
        with hq.database.atomic() as connection:
            write(connection, "B")

    with ThreadPoolExecutor(1) as thread:
        with hq.database.atomic() as connection:
            write(connection, "A")
            done = thread.submit(write_b)
            wait_until_over_or_blocked(hq, done)
            cursor = look(0)
        done.result(STEP_S)
        cursor = look(cursor)
    look(cursor)
    return seen


def test_a_bare_sequence_loses_the_row_that_commits_late(hq):
    assert overtaken(hq, *bare_cursor(hq)) == ["B"]


def test_our_numbers_become_visible_in_their_order(hq):
    assert overtaken(hq, *our_cursor(hq)) == ["A", "B"]


def test_readers_skip_nothing_while_many_write_with_delays(hq):
    """Each name is written once, so that one which a reader passes by is lost to it for ever."""
    write, read = our_cursor(hq)
    running = threading.Event()
    running.set()

    def write_some(writer):
        chance = random.Random(writer)
        for n in range(TRANSACTIONS):
            with hq.database.atomic() as connection:
                pause(connection, chance)  # as long as judging takes
                write(connection, f"{writer}-{n}")
                pause(connection, chance)  # as long as a commit takes

    def follow():
        cursor, seen, pages = 0, [], 0
        while True:
            is_last_look = not running.is_set()
            cursor, names = read(cursor)
            seen += names
            pages += bool(names)
            if is_last_look:
                return seen, pages

    with ThreadPoolExecutor(WRITERS + 2) as threads:
        readers = [threads.submit(follow) for _ in range(2)]
        for written in [threads.submit(write_some, writer) for writer in range(WRITERS)]:
            written.result(STEP_S)
        running.clear()
        results = [reader.result(STEP_S) for reader in readers]
    everything = sorted(f"{writer}-{n}" for writer in range(WRITERS) for n in range(TRANSACTIONS))
    for seen, pages in results:
        assert sorted(seen) == everything  # nothing skipped, and nothing twice
        assert pages > WRITERS  # they did follow, and did not just read everything at the end


def pause(connection, chance):
    connection.execute(select(func.pg_sleep(chance.choice((0, 0, 0.001, 0.004, 0.01)))))


def test_stations_that_push_at_once_take_a_number_each(hq):
    upsert_members(hq, [MemberFacts(REF, home_store="S1")])
    stations = [enrol_station(hq, "S1") for _ in range(4)]
    for n, station in enumerate(stations):
        station.order(f"o{n}")
    with hq.database.reading() as connection:
        before = last_number(connection)
    with ThreadPoolExecutor(len(stations)) as threads:
        answers = [pushed.result(STEP_S) for pushed in [threads.submit(each.push) for each in stations]]
    assert [answer.acked_seq for answer in answers] == [1] * 4
    with hq.database.reading() as connection:
        rows = connection.execute(select(feed.c.n).where(feed.c.t == MEMBER, feed.c.k == REF)).scalars().all()
    assert rows == [before + 4]  # one number a push, and the row stands at the last
