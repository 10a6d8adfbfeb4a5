"""Making figures: days in which something was posted are summed up anew from facts and the ledger, each as a whole.

A figure is a copy that can be made again at any time, so it is right whatever came when: late entries of a station,
what was set aside and is posted now, corrections. What is due stands in `figure_due`; the rows go in the transaction
that makes the figures, and what is posted meanwhile brings rows of its own.
"""

import time
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, TextClause, delete, exists, insert, select, text, update

from hq.console.program_of_pages import money_and_time
from hq.db import Whole, hold_whole, join_as_written
from hq.faults import Busy
from hq.home import Hq
from hq.reports.due import HOUR_MS
from hq.reports.tables import MEASURES, figure_day, figure_due, figure_member, figure_span
from hq.rows import insert_rows
from hq.tables import meta

DUE_AT_ONCE = 1_000  # hours in one transaction: well under a second, since SQLite's other writers wait for it
DUE_ON_POSTGRES = 5_000  # nobody waits there but who makes figures too, and large parts are quicker
WAIT_S = 20.0  # how long somebody who asks for a report waits for figures that are being made
ZONE = "figures_zone"  # in `meta`: the time zone whose days the figures are of
# What a wrong clock says outside of these counts on the first or the last of them.
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)
EVER_MS = 1 << 62

IN_SPAN = "{0}.store = s.store AND {0}.{1} >= s.from_ms AND {0}.{1} < s.until_ms"
IN_PLACE = "j.device = {0}.device AND j.epoch = {0}.epoch AND j.seq = {0}.seq"
PLACES = f"""(
    SELECT s.day, s.store, COALESCE(o.member, '') AS member, j.entry_id
    FROM figure_span s JOIN order_fact o ON {IN_SPAN.format("o", "t_eff")} JOIN journal j ON {IN_PLACE.format("o")}
    UNION ALL
    SELECT s.day, s.store, COALESCE(r.member, ''), j.entry_id
    FROM figure_span s JOIN redemption_fact r ON {IN_SPAN.format("r", "t_eff")} JOIN journal j ON {IN_PLACE.format("r")}
    UNION ALL
    SELECT s.day, s.store, COALESCE(v.member, ''), j.entry_id
    FROM figure_span s JOIN reversal_fact v ON {IN_SPAN.format("v", "t_eff")} JOIN journal j ON {IN_PLACE.format("v")}
    UNION ALL
    SELECT s.day, s.store, '', j.entry_id
    FROM figure_span s JOIN gift_card_fact g ON {IN_SPAN.format("g", "t_eff")} JOIN journal j ON {IN_PLACE.format("g")}
    UNION ALL
    SELECT s.day, s.store, w.member, w.entry_id
    FROM figure_span s JOIN own_entry w ON {IN_SPAN.format("w", "at_ms")}
) f JOIN posting p ON p.entry_id = f.entry_id"""  # noqa: S608 ours
GAVE = f"""(
    SELECT s.day, s.store, o.member, o.device, o.epoch, o.seq, o.gross, SUBSTR(p.account, 10) AS campaign
    FROM figure_span s JOIN order_fact o ON {IN_SPAN.format("o", "t_eff")} JOIN journal j ON {IN_PLACE.format("o")}
    JOIN posting p ON p.entry_id = j.entry_id AND p.account LIKE 'campaign:%'
    UNION
    SELECT s.day, s.store, o.member, o.device, o.epoch, o.seq, o.gross, r.campaign
    FROM figure_span s JOIN order_fact o ON {IN_SPAN.format("o", "t_eff")}
    JOIN redemption_fact r ON r.order_id = o.order_id AND r.device = o.device AND r.epoch = o.epoch
    AND r.outcome = 'redeemed'
) f"""  # noqa: S608 ours


def _part(campaign: str, member: str, source: str, place: str, **measures: str) -> str:
    """Return a SELECT whose rows are added up: the measures that are named, and nothing of the others."""
    said = ", ".join(f"{measures.get(name, '0')} AS {name}" for name in MEASURES)
    return (
        f"SELECT {place}.day, {place}.store, {campaign} AS campaign, {member} AS member, {said} FROM {source}"  # noqa: S608 ours
    )


def _on(account: str, amount: str = "p.amount") -> str:
    return f"CASE WHEN p.account {account} THEN {amount} ELSE 0 END"


def _parts() -> Iterable[str]:
    """Yield what figures are made of, each as a SELECT."""
    yield _part(
        "''",
        "COALESCE(o.member, '')",
        f"figure_span s JOIN order_fact o ON {IN_SPAN.format('o', 't_eff')}",
        "s",
        orders="1",
        orders_with="CASE WHEN o.discount > 0 THEN 1 ELSE 0 END",
        value="o.gross",
        value_with="CASE WHEN o.discount > 0 THEN o.gross ELSE 0 END",
    )
    yield _part("f.campaign", "COALESCE(f.member, '')", GAVE, "f", orders="1", value="f.gross",
                orders_with="1", value_with="f.gross")  # fmt: skip
    yield _part(
        "''",
        "COALESCE(v.member, '')",
        f"figure_span s JOIN reversal_fact v ON {IN_SPAN.format('v', 't_eff')}"
        f" JOIN journal j ON j.entry_id = v.order_entry JOIN order_fact o ON {IN_PLACE.format('o')}",
        "s",
        orders="CASE WHEN v.kind = 'void' THEN -1 ELSE 0 END",
        orders_with="CASE WHEN v.kind = 'void' AND o.discount > 0 THEN -1 ELSE 0 END",
        value="-v.goods",
        value_with="CASE WHEN o.discount > 0 THEN -v.goods ELSE 0 END",
        returned="v.goods",
    )
    for campaign in ("''", "r.campaign"):
        yield _part(
            campaign,
            "COALESCE(r.member, '')",
            f"figure_span s JOIN redemption_fact r ON {IN_SPAN.format('r', 't_eff')}",
            "s",
            redeemed="CASE WHEN r.outcome = 'redeemed' THEN 1 ELSE 0 END",
            refused="CASE WHEN r.outcome = 'redeemed' THEN 0 ELSE 1 END",
        )
    yield _part(
        "''",
        "CASE WHEN p.account LIKE 'member:%' OR p.account LIKE 'wallet:%' THEN SUBSTR(p.account, 8)"
        " ELSE f.member END",
        PLACES,
        "f",
        discount=_on("= 'discounts-given'"),
        issued=_on("= 'points-issued'", "-p.amount"),
        spent=_on("= 'points-spent'"),
        expired=_on("= 'points-expired'"),
        points="CASE WHEN p.account LIKE 'member:%' AND p.unit = 'points' THEN p.amount ELSE 0 END",
        sold=_on("= 'gift-cards-sold'", "-p.amount"),
        paid=_on("= 'gift-cards-paid'"),
        lapsed=_on("= 'gift-cards-lapsed'"),
        cards=_on("LIKE 'gift_card:%'"),
        credited=_on("= 'wallet-credited'", "-p.amount"),
        wallets=_on("LIKE 'wallet:%'"),
    )
    source = f"{PLACES} AND p.account LIKE 'campaign:%'"
    yield _part("SUBSTR(p.account, 10)", "f.member", source, "f", discount="-p.amount")


@cache
def _make() -> tuple[TextClause, ...]:
    """Return the statements that make the days in `figure_span` anew."""
    keys, names = "day, store, campaign, member", ", ".join(MEASURES)
    sums = ", ".join(f"SUM({name}) AS {name}" for name in MEASURES)
    some = " OR ".join(f"{name} <> 0" for name in MEASURES)
    spans = "EXISTS (SELECT 1 FROM figure_span s WHERE s.day = {0}.day AND s.store = {0}.store)"
    parts = " UNION ALL ".join(_parts())
    return tuple(map(text, (
        f"DELETE FROM figure_member WHERE {spans.format('figure_member')}",  # noqa: S608 ours
        f"DELETE FROM figure_day WHERE {spans.format('figure_day')}",  # noqa: S608 ours
        f"INSERT INTO figure_member ({keys}, {names}) SELECT * FROM (SELECT {keys}, {sums} FROM ({parts}) part"  # noqa: S608 ours
        f" GROUP BY {keys}) made WHERE {some}",
        f"INSERT INTO figure_day (day, store, campaign, {names}) SELECT m.day, m.store, m.campaign, {sums}"  # noqa: S608 ours
        " FROM figure_span s JOIN figure_member m ON m.day = s.day AND m.store = s.store"
        " GROUP BY m.day, m.store, m.campaign",
    )))  # fmt: skip


def fold(hq: Hq, *, is_over: Callable[[], bool] = lambda: False) -> None:
    """Make all figures that are due, part by part, each a transaction; end early where `is_over` says so."""
    zone = money_and_time(hq)[1]
    while not is_over() and is_due(hq, zone):
        hq.database.write(lambda connection: _fold_some(connection, zone))


def fresh(hq: Hq) -> str:
    """Bring all figures up to now and return the time zone of their days. Raises `Busy` where that takes too long."""
    zone = money_and_time(hq)[1]
    if not is_due(hq, zone):
        return zone
    until = time.monotonic() + WAIT_S
    fold(hq, is_over=lambda: time.monotonic() > until)
    if is_due(hq, zone):
        raise Busy("Figures are still being made. Try again in a minute.", retry_after_s=60)
    return zone


def is_due(hq: Hq, zone: str) -> bool:
    """Tell whether anything has to be made anew."""
    with hq.database.reading() as connection:
        return bool(connection.execute(select(exists(select(figure_due.c.n)))).scalar_one()) or (
            _zone_of(connection) != zone
        )


def zone_named(hq: Hq) -> ZoneInfo:
    """Return the time zone of the program, whose days reports are by."""
    return ZoneInfo(money_and_time(hq)[1])


def day_of(at_ms: int, zone: ZoneInfo) -> date:
    """Return the day on which a moment (UTC ms) counts."""
    if at_ms < _midnight(FIRST_DAY, zone):
        return FIRST_DAY
    if at_ms >= _midnight(LAST_DAY, zone):
        return LAST_DAY
    return datetime.fromtimestamp(at_ms // 1000, tz=UTC).astimezone(zone).date()


def span_of(day: date, zone: ZoneInfo) -> tuple[int, int]:
    """Return from when until before when (UTC ms) what happened counts on a day."""
    first = -EVER_MS if day <= FIRST_DAY else _midnight(day, zone)
    last = EVER_MS if day >= LAST_DAY else _midnight(day + timedelta(days=1), zone)
    return first, last


def _midnight(day: date, zone: ZoneInfo) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()) * 1000


def _fold_some(connection: Connection, zone_name: str) -> None:
    hold_whole(connection, Whole.FIGURES)
    _turn_to(connection, zone_name)
    zone = ZoneInfo(zone_name)
    is_sqlite = connection.dialect.name == "sqlite"
    at_once = DUE_AT_ONCE if is_sqlite else DUE_ON_POSTGRES
    some = select(figure_due.c.n).order_by(figure_due.c.n).limit(at_once)
    taken = (
        delete(figure_due).where(figure_due.c.n.in_(some)).returning(figure_due.c.store, figure_due.c.hour)
    )
    days: set[tuple[str, date]] = set()
    for store, hour in connection.execute(taken):
        ends = hour * HOUR_MS, (hour + 1) * HOUR_MS - 1
        days.update((store, day_of(at_ms, zone)) for at_ms in ends)
    rows = []
    for store, day in sorted(days):
        first, last = span_of(day, zone)
        rows.append({"store": store, "day": day.isoformat(), "from_ms": first, "until_ms": last})
    insert_rows(connection, figure_span, rows)
    if not is_sqlite:
        join_as_written(connection)
        for setting in BY_INDEX:
            connection.execute(text(setting))
    for statement in _make():
        connection.execute(statement)
    connection.execute(delete(figure_span))


def _turn_to(connection: Connection, zone: str) -> None:
    """Begin anew where the program's days are of another time zone than those that were made."""
    before = _zone_of(connection)
    if before == zone:
        return
    if before is None:
        connection.execute(insert(meta), {"k": ZONE, "v": zone})
        return
    connection.execute(update(meta).where(meta.c.k == ZONE).values(v=zone))
    for table in (figure_due, figure_member, figure_day):
        connection.execute(delete(table))
    for name, moment in FACTS:
        hours = (
            f"INSERT INTO figure_due (store, hour) SELECT DISTINCT store, {moment} / {HOUR_MS} FROM {name}"  # noqa: S608 ours
        )
        connection.execute(text(f"{hours} ORDER BY 1, 2"))


# PostgreSQL can't guess how few rows of a store lie between two moments, and would read everything there ever was for a
# day's figures. So it goes from the days on, by an index each time, in the order in which the joins are written;
# compiling statements takes longer than running them.
BY_INDEX = ("ANALYZE figure_span", "SET LOCAL enable_seqscan = off", "SET LOCAL jit = off")
FACTS = (
    ("order_fact", "t_eff"),
    ("redemption_fact", "t_eff"),
    ("reversal_fact", "t_eff"),
    ("gift_card_fact", "t_eff"),
    ("own_entry", "at_ms"),
)


def _zone_of(connection: Connection) -> str | None:
    found: str | None = connection.execute(select(meta.c.v).where(meta.c.k == ZONE)).scalar_one_or_none()
    return found
