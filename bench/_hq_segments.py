"""How fast segments are kept: 1,000,000 members on PostgreSQL as a whole, and one member after a purchase.

The members, each held by a store, and two million orders are made by SQL; the purchase is a real push of a station.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import text

from app.clock import SetClock
from bench._report import Line, ratio
from hq.access.actor import SYSTEM
from hq.api.paging import Paging
from hq.home import Hq, open_hq
from hq.jobs.service import find_job, work
from hq.members.service import MemberFacts, upsert_members
from hq.segments import refreshing, service
from hq.segments.keeping import follow
from hq.setup import init_hq
from hq.touched import SEGMENTS
from hq.touched import follow as follow_touched
from tests.hq.station import NOW_MS, REF, Station, add_store_and_program, enrol_station
from tests.postgres import running_postgres

MEMBERS, ORDERS_EACH = 1_000_000, 2
WHOLE_S, ONE_S = 60.0, 1.0
PURCHASES = 40
DAY_MS = 86_400_000
# Who spent 30.00 within a year and has not been there for 90 days: about half of these members.
DORMANT = {
    "all": [
        {"fact": "history.spend", "op": "at_least", "value": 3_000, "days": 365},
        {"fact": "history.days_since_order", "op": "more_than", "value": 90},
    ]
}
BOUGHT = {"fact": "history.quantity_of", "op": "at_least", "value": 1, "products": "coffee", "days": 30}
# The floor: about the same members, found and kept by one statement that knows no calendar, no feed and no stations.
BARE = """
    CREATE TEMPORARY TABLE bare ON COMMIT DROP AS
    SELECT member, :now AS since_ms FROM order_fact WHERE t_eff >= :now - 365 * CAST(:day AS bigint)
    GROUP BY member HAVING sum(gross) >= 3000 AND max(t_eff) < :now - 90 * CAST(:day AS bigint)
"""
REF_OF = "upper(substr(md5(({n})::text), 1, 13))"
ADD_MEMBERS = f"""
    INSERT INTO member (ref, name, tier, segments, balance, home_store, state, joined_ms)
    SELECT {REF_OF.format(n="n")}, 'Member ' || n, CASE n % 10 WHEN 0 THEN 'gold' ELSE '' END, '[]', 0, 'S1',
           'active', 0
    FROM generate_series(1::bigint, :members) AS n
"""  # noqa: S608 constants of ours
ADD_SCOPES = "INSERT INTO member_scope (member, store, last_visit_ms) SELECT ref, 'S1', 0 FROM member"
ADD_ORDERS = f"""
    INSERT INTO order_fact (device, epoch, seq, order_id, store, member, t_eff, link, lines, gross, discount, points)
    SELECT 'bench', 1, n, 'o' || n, 'S1', {REF_OF.format(n="n % :members + 1")},
           :now - (hashint8(n)::bigint + 2147483648) % 400 * :day, 'online', 3, 500 + n * 7919 % 4500, 0, 0
    FROM generate_series(1::bigint, :orders) AS n
"""  # noqa: S608 constants of ours


def fill(hq: Hq, *, members: int, orders_each: int) -> None:
    """Add members whom a store's stations hold, and orders of theirs over 400 days."""
    said = {"members": members, "orders": members * orders_each, "now": NOW_MS, "day": DAY_MS}
    for statement in (ADD_MEMBERS, ADD_SCOPES, ADD_ORDERS):
        with hq.database.atomic() as connection:
            connection.execute(
                text(statement), {name: said[name] for name in said if f":{name}" in statement}
            )
    with hq.database.engine.connect() as connection:
        for table in ("member", "member_scope", "order_fact"):
            connection.execute(text(f"ANALYZE {table}"))
        connection.commit()


def measure(hq: Hq, station: Station, members: int) -> list[Line]:
    """Keep a segment of all members, by a job and by change."""
    first_s = _seconds(lambda: _make(hq, "dormant", DORMANT))
    found = service.find_segment(hq, "dormant")
    bare_s = _seconds(lambda: _bare(hq))
    again_s = _seconds(lambda: _refresh(hq, "dormant"))
    _make(hq, "coffee", BOUGHT)
    count_s = _seconds(lambda: service.count_members(hq, DORMANT))
    pushes, looks = _purchases(hq, station, members)
    note = f"{found.members:,} of {members:,} members come into it, and their stations are told"
    return [
        Line("a dynamic segment, made and filled", "s", (first_s,), limit=WHOLE_S, note=note),
        Line("worked out anew, nothing changed", "s", (again_s,), limit=WHOLE_S),
        Line("about the same members by a bare statement", "s", (bare_s,)),
        ratio("made and filled over the bare statement", (first_s,), (bare_s,)),
        ratio("worked out anew over the bare statement", (again_s,), (bare_s,)),
        Line(
            "a member after a purchase",
            "s",
            tuple(looks),
            value=max(looks),
            limit=ONE_S,
            note="the slowest counts",
        ),
        Line("the push itself", "s", tuple(pushes)),
        Line(
            "a count while a condition is built", "s", (count_s,), limit=ONE_S, note="estimated from a part"
        ),
    ]


def _purchases(hq: Hq, station: Station, members: int) -> tuple[list[float], list[float]]:
    """Let a member buy again and again; return the seconds of each push and of the look behind it."""
    upsert_members(hq, [MemberFacts(REF, home_store="S1")])
    follow_touched(hq, SEGMENTS, follow)
    pushes, looks = [], []
    for place in range(PURCHASES):
        station.order(f"o{place}", amounts=(("COFFEE", 500), ("MILK", 250)))
        pushes.append(_seconds(lambda: station.push(len(station.bodies))))
        looks.append(_seconds(lambda: follow_touched(hq, SEGMENTS, follow)))
    assert service.count_members(hq, BOUGHT).of == members + 1
    assert REF in {each.ref for each in service.list_members(hq, "coffee", Paging())[0]}
    return pushes, looks


def _bare(hq: Hq) -> None:
    with hq.database.atomic() as connection:
        connection.execute(text(BARE), {"now": NOW_MS, "day": DAY_MS})


def _make(hq: Hq, name: str, condition: object) -> None:
    service.create_segment(hq, SYSTEM, segment_id=name, name=name, kind="dynamic", condition=condition)
    work(hq)


def _refresh(hq: Hq, name: str) -> None:
    job = refreshing.start_refresh(hq, SYSTEM, [name])
    work(hq)
    assert find_job(hq, job.job_id).state == "done", find_job(hq, job.job_id).said


def _seconds(do: Callable[[], object]) -> float:
    begun = time.perf_counter()
    do()
    return time.perf_counter() - begun


def run(asked: argparse.Namespace) -> list[Line]:
    """Make an HQ on a PostgreSQL of its own, as durable as a real one, and measure."""
    members: int = asked.in_segments
    with tempfile.TemporaryDirectory() as folder, running_postgres({}) as server:
        place = Path(folder) / "hq"
        init_hq(place, database_url=server.create(), clock=SetClock(NOW_MS))
        hq = open_hq(place, clock=SetClock(NOW_MS))
        try:
            add_store_and_program(hq)
            station = enrol_station(hq, "S1")
            fill(hq, members=members, orders_each=ORDERS_EACH)
            return measure(hq, station, members)
        finally:
            hq.close()
