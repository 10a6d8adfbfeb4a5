"""How fast lists and reports of an HQ with 1,000,000 redemptions on PostgreSQL are there.

The product's own `hq serve` on a real port is asked by its API, with a key, one request after the other. Each list and
each report is asked for in several ways: with and without filters, the newest rows and old ones, a month and all of
the two years. All figures of the past are made from the ledger before, which is measured too.
"""

import argparse
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

import requests

from app.core.canonical import canonical
from bench._hq_world import CAMPAIGNS, DAYS, SEGMENT, STORES, Past, analyse, fill, folder_in, program
from bench._report import Line, p95, ratio
from bench._serving import serving
from hq.access.actor import SYSTEM
from hq.access.api_keys import create_key
from hq.access.scopes import READS
from hq.campaigns.service import publish_program
from hq.home import Hq, open_hq
from hq.reports.folding import fold
from hq.reports.kinds import REPORTS
from hq.setup import init_hq

LIMIT_MS = 500.0
WARM_UP = (
    12  # of each: PostgreSQL may change its plan of a statement after the tenth time, for all times to come
)
ASK_S = 60
BARE = "/v1/health"  # asks no database
TURNS = 40  # pages that somebody turns until old rows

Ask = Callable[[str], dict[str, object]]


@dataclass(frozen=True)
class Asked:
    """A request with its name, made anew each time by chance of its own."""

    name: str
    target: Callable[[random.Random], str]


def run(asked: argparse.Namespace) -> list[Line]:
    """Measure lists and reports, and return the lines of the report."""
    with ExitStack() as stack:
        folder = folder_in(Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tillside-hq-"))))
        folder.parent.mkdir(exist_ok=True)
        lines, key = _prepare(folder, asked.db or _own_postgres(stack), asked)
        served = stack.enter_context(serving(folder))
        session = stack.enter_context(requests.Session())
        session.headers["Authorization"] = f"Bearer {key}"
        return lines + _measure(_asking(session, served.url), asked)


def _own_postgres(stack: ExitStack) -> str:
    """Run a server with its usual settings."""
    from tests.postgres import running_postgres

    return stack.enter_context(running_postgres({"max_wal_size": "4GB"})).create()


def _prepare(folder: Path, url: str, asked: argparse.Namespace) -> tuple[list[Line], str]:
    """Make the HQ with its past and its figures; return how long that took, and a key."""
    init_hq(folder, database_url=url)
    hq = open_hq(folder)
    try:
        now_ms = hq.clock.now_ms()
        publish_program(hq, canonical(program(now_ms)), is_meant=True)
        fill(hq, Past(asked.redemptions, asked.members, now_ms))
        took = _timed(lambda: fold(hq))
        analyse(hq, "figure_day", "figure_member")
        _, key = create_key(hq, SYSTEM, name="bench", scopes=tuple(sorted(READS)))
        note = f"{asked.redemptions:,} redemptions and orders, {DAYS} days, {STORES} stores"
        return [Line("All figures made anew", "s", (took,), note=note), *_anew(hq, now_ms)], key
    finally:
        hq.close()


def _anew(hq: Hq, now_ms: int) -> Iterator[Line]:
    """Measure how long a day of all stores takes that something was posted in, as after each push."""
    from hq.reports.due import HOUR_MS, note_due

    def once() -> None:
        with hq.database.atomic() as connection:
            note_due(connection, {f"S{n:02d}": [now_ms - HOUR_MS] for n in range(STORES)})
        fold(hq)

    yield Line("Figures of today made anew", "ms", tuple(1000 * _timed(once) for _ in range(5)))


def _measure(ask: Ask, asked: argparse.Namespace) -> list[Line]:
    chance = random.Random(0)
    took: dict[str, list[float]] = {}
    bare: dict[str, list[float]] = {}
    for each in [*_lists(asked), *_reports()]:
        targets = [each.target(chance) for _ in range(asked.rounds + WARM_UP)]
        pairs = [
            (1000 * _timed(partial(ask, target)), 1000 * _timed(partial(ask, BARE))) for target in targets
        ]
        took[each.name], bare[each.name] = map(list, zip(*pairs[WARM_UP:], strict=True))
    turned = _turning(ask)
    lines = [Line(name, "ms", tuple(times), p95(times), LIMIT_MS, "p95") for name, times in took.items()]
    lines.append(Line("List: page after page to old ones", "ms", tuple(turned), p95(turned), LIMIT_MS, "p95"))
    for kind in ("List", "Report"):
        ours, floor = _of_kind(took, kind), _of_kind(bare, kind)
        lines += [
            Line(f"All of {kind.lower()}s", "ms", tuple(ours), p95(ours), LIMIT_MS, "p95"),
            Line(
                f"A bare request by turns with {kind.lower()}s", "ms", tuple(floor), note="whether HQ lives"
            ),
            ratio(f"{kind}s over a bare request", ours, floor),
        ]
    return lines


def _of_kind(took: dict[str, list[float]], kind: str) -> list[float]:
    return [ms for name, times in took.items() if name.startswith(kind) for ms in times]


def _lists(asked: argparse.Namespace) -> Iterator[Asked]:
    def member(chance: random.Random) -> str:
        return f"{chance.randint(1, asked.members):013d}"

    def store(chance: random.Random) -> str:
        return f"S{chance.randrange(STORES):02d}"

    orders, redemptions, postings = "/v1/orders", "/v1/redemptions", "/v1/ledger/postings"
    journal, members = "/v1/journal", "/v1/members"

    def campaign(chance: random.Random) -> str:
        return f"c{chance.randrange(CAMPAIGNS)}"

    def number(chance: random.Random) -> str:
        return f"O-{chance.randint(1, asked.redemptions)}"

    made: tuple[tuple[str, str, Callable[[random.Random], dict[str, str]]], ...] = (
        ("orders, the newest", orders, lambda _: {}),
        ("orders of a member", orders, lambda c: {"member": member(c)}),
        ("an order by its number", orders, lambda c: {"order_id": number(c)}),
        ("orders of a day long ago", orders, _day),
        ("redemptions, the newest", redemptions, lambda _: {}),
        ("redemptions of a store and month", redemptions, lambda c: {**_month(c), "store": store(c)}),
        ("a campaign's refused", redemptions, lambda c: {"campaign": campaign(c), "outcome": "refused"}),
        (
            "redemptions by reason",
            redemptions,
            lambda c: {"reason": "limit_total_reached", "store": store(c)},
        ),
        ("postings of points issued", postings, lambda c: {"account": "points-issued", **_month(c)}),
        ("postings of a campaign", postings, lambda c: {"account": f"campaign:{campaign(c)}"}),
        ("the journal, the newest", journal, lambda _: {}),
        ("the journal of a station", journal, lambda c: {"device": f"D{c.randrange(STORES):02d}"}),
        ("the journal's quarantined", journal, lambda _: {"verdict": "quarantined"}),
        ("the journal's returns", journal, lambda _: {"type": "return"}),
        ("members, the newest", members, lambda _: {}),
        ("members of a store", members, lambda c: {"store": store(c)}),
        ("members of a segment", members, lambda _: {"segment": SEGMENT}),
        ("members by a name", members, lambda c: {"q": f"Member {c.randint(1, asked.members)}"}),
        ("postings of a member", postings, lambda c: {"account": f"member:{member(c)}"}),
    )
    for name, path, query in made:
        yield Asked(f"List: {name}", partial(_target, path, query))


def _target(path: str, query: Callable[[random.Random], dict[str, str]], chance: random.Random) -> str:
    return _with(path, **query(chance))


def _reports() -> Iterator[Asked]:
    for name, report in REPORTS.items():
        path = f"/v1/reports/{name}"
        yield Asked(f"Report: {name}, a month by day", partial(_of_a_month, path, {"by": "day"}))
        for by in report.by:
            if by != "day":
                whole = _with(path, **_whole(), by=by)
                yield Asked(f"Report: {name}, two years by {by}", partial(_as_it_is, whole))
        segment = {"by": "day", "segment": SEGMENT}
        yield Asked(f"Report: {name}, a month of a segment", partial(_of_a_month, path, segment))
    yield Asked("Report: engaged members, a month", partial(_of_a_month, "/v1/reports/engaged", {}))
    yield Asked("Report: accounts of the ledger", partial(_as_it_is, "/v1/ledger"))


def _of_a_month(path: str, query: dict[str, str], chance: random.Random) -> str:
    return _with(path, **_month(chance), **query)


def _as_it_is(target: str, _chance: random.Random) -> str:
    return target


def _turning(ask: Ask) -> list[float]:
    """Turn pages from a day on that lies far back, and return how long each took (ms)."""
    times, cursor = [], ""
    until = (datetime.now(UTC).date() - timedelta(days=DAYS // 2)).isoformat()
    for _ in range(TURNS):
        target = _with("/v1/redemptions", until=until, limit="200", **({"cursor": cursor} if cursor else {}))
        begun = time.perf_counter()
        page = ask(target)
        times.append(1000 * (time.perf_counter() - begun))
        cursor = str(page["next"] or "")  # of few redemptions, from the beginning again
    return times


def _asking(session: requests.Session, url: str) -> Ask:
    def ask(target: str) -> dict[str, object]:
        answer = session.get(url + target, timeout=ASK_S)
        answer.raise_for_status()
        found: dict[str, object] = answer.json()
        return found

    return ask


def _with(path: str, **query: str) -> str:
    return f"{path}?{urlencode(query)}"


def _month(chance: random.Random) -> dict[str, str]:
    first = _today() - timedelta(days=chance.randrange(30, DAYS - 1))
    return {"since": first.isoformat(), "until": (first + timedelta(days=29)).isoformat()}


def _day(chance: random.Random) -> dict[str, str]:
    day = (_today() - timedelta(days=chance.randrange(30, DAYS - 1))).isoformat()
    return {"since": day, "until": day}


def _whole() -> dict[str, str]:
    return {"since": (_today() - timedelta(days=DAYS)).isoformat(), "until": _today().isoformat()}


def _today() -> date:
    return datetime.now(UTC).date()


def _timed(work: Callable[[], object]) -> float:
    """Return how long something takes (s)."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
