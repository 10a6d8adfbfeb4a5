"""The feed: what changed, in an order in which a reader that remembers one number never skips anything.

One row for each fact in each scope, holding the number of its newest change. A change of a member gives its row
in the scope of each store that holds the member a new number; tenant-wide facts stand in the scope `*`. A page
of a store is then two index ranges (its scope and `*`), the table never grows beyond what stations hold, and a
station that was away for a month gets each fact once. A later change moves a row to the end; whoever had not
reached it yet finds it there.

Numbers come from a one-row counter, updated as the LAST thing a transaction does before its feed rows: whoever
holds its row commits before the next gets a number, so that numbers become visible in their order (a bare
database sequence can show 2 before 1, and a reader that has moved to 2 never sees 1).

Rows carry the fact as it stands when the page is read. Since a newer change would have moved the row, that is
the same as the fact as it stood at the row's number.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Integer, Select, bindparam, select, union_all, update

from app.core.chain import ChainOwner
from hq.authority import counters
from hq.authority.told import read_members, read_vouchers
from hq.benefits.signals import read_signals
from hq.gift_cards.store import read_cards
from hq.journal.words import read_words
from hq.members.merged import read_aliases
from hq.rows import upsert
from hq.staff.store import read_staff
from hq.tables import counter, device, feed
from sync.protocol import Row

COUNTER = "feed"
EVERYWHERE = "*"  # no store may be called so
MEMBER, VOUCHER, STAFF, VERDICT = "member", "voucher", "staff", "verdict"
COUNTED, ALIAS, GIFT_CARD, SIGNAL = "counter", "alias", "gift_card", "signal"

PUT, DELETE = "put", "del"
READ: dict[str, Callable[[Connection, Sequence[str]], dict[str, dict[str, Any]]]] = {
    MEMBER: read_members,
    VOUCHER: read_vouchers,
    STAFF: read_staff,
    VERDICT: read_words,
    COUNTED: counters.facts_of,
    ALIAS: read_aliases,
    GIFT_CARD: read_cards,
    SIGNAL: read_signals,
}

NEWEST = select(counter.c.n).where(counter.c.name == bindparam("of"))
TAKE = (
    update(counter)
    .where(counter.c.name == bindparam("of"))
    .values(n=counter.c.n + bindparam("count", type_=Integer))
    .returning(counter.c.n)
)


@dataclass(frozen=True, slots=True)
class Change:
    """A fact that changed, for the stations of one scope: `scope` is a store id or EVERYWHERE."""

    scope: str
    t: str
    k: str
    op: str = PUT


@dataclass(frozen=True)
class Page:
    """Rows after a cursor.

    `is_last` says that nothing came after them when the page was read; `next` goes on from here.
    """

    rows: list[Row]
    next: int
    is_last: bool


def announce(connection: Connection, changes: Iterable[Change]) -> None:
    """Write changes to the feed. Must be the last thing its transaction does: every other writer waits from here on."""
    distinct = list(dict.fromkeys(changes))
    if not distinct:
        return
    end = take_numbers(connection, COUNTER, len(distinct))
    rows = [
        {"scope": change.scope, "t": change.t, "k": change.k, "op": change.op, "n": n}
        for n, change in enumerate(distinct, start=end - len(distinct) + 1)
    ]
    upsert(connection, feed, rows, changes=("op", "n"))


def take_numbers(connection: Connection, name: str, count: int) -> int:
    """Take `count` numbers from a counter and return the last of them. Holds the counter's row until the commit."""
    end: int = connection.execute(TAKE, {"of": name, "count": count}).scalar_one()
    return end


def last_number(connection: Connection) -> int:
    """Return the number of the newest change."""
    found: int = connection.execute(NEWEST, {"of": COUNTER}).scalar_one()
    return found


def read_page(connection: Connection, *, store: str, cursor: int, limit: int) -> Page:
    """Return up to `limit` rows of a store's feed after `cursor`."""
    newest = last_number(connection)
    found = _read_range(connection, store=store, cursor=cursor, count=limit + 1)
    is_last = len(found) <= limit
    found = found[:limit]
    return Page(_with_facts(connection, found), newest if is_last else found[-1].n, is_last)


def head_of(connection: Connection, owner: ChainOwner) -> int:
    """Return the number of the last entry of a device's epoch whose effects are in what this transaction reads.

    0 when the epoch was replaced meanwhile: then none of a new one are.
    """
    of = device.c.device_id == owner.device_id, device.c.epoch == owner.epoch
    return connection.execute(select(device.c.head_seq).where(*of)).scalar_one_or_none() or 0


def _range_statement() -> Select[Any]:
    """Read both scopes as ranges of their own, each cut at `count`. One IN over the two would sort all of the rest."""
    parts = [
        select(feed.c.n, feed.c.t.label("kind"), feed.c.k, feed.c.op)
        .where(feed.c.scope == bindparam(f"scope_{place}"), feed.c.n > bindparam("cursor"))
        .order_by(feed.c.n)
        .limit(bindparam("count", type_=Integer))
        .subquery(f"part_{place}")
        for place in (0, 1)
    ]
    both = union_all(*(select(part) for part in parts)).subquery("both")
    return select(both).order_by(both.c.n).limit(bindparam("count", type_=Integer))


RANGE = _range_statement()  # built once: building it takes longer than running it


def _read_range(connection: Connection, *, store: str, cursor: int, count: int) -> Sequence[Any]:
    scopes = {"scope_0": store, "scope_1": EVERYWHERE}
    return connection.execute(RANGE, {**scopes, "cursor": cursor, "count": count}).all()


def _with_facts(connection: Connection, found: Sequence[Any]) -> list[Row]:
    facts = {
        kind: read(connection, [row.k for row in found if row.kind == kind and row.op == PUT])
        for kind, read in READ.items()
    }
    return [_row(row, facts) for row in found]


def _row(row: Any, facts: dict[str, dict[str, dict[str, Any]]]) -> Row:
    """Return a row with its fact. One that has gone unannounced must not hold up all that come after it."""
    fact = facts[row.kind].get(row.k) if row.op == PUT else None
    return Row(t=row.kind, op=DELETE if fact is None else PUT, k=row.k, v=fact)
