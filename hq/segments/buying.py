"""What orders held of product sets, worked out from their journal entries, for the sets that segments ask about.

A product set may ask for a brand, a price or an attribute of each line, so only the core can tell. What it says of an
order is kept (`bought_fact`), until the set means something else in a newer program. Amounts are after discounts.
"""

import hashlib
import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, Row, and_, delete, select, tuple_

from app.core.canonical import canonical
from app.core.entry import EntryInvalid, read_entry
from app.core.facts_record import RecordInvalid, read_facts
from app.core.history import AMOUNT_OF, OF_SETS, QUANTITY_OF, bought, shares_of
from app.core.order import Order
from app.core.outcome import Decision, Outcome
from app.core.program import Program
from hq.campaigns.service import program_of
from hq.campaigns.store import newest_version, read_document
from hq.home import Hq
from hq.journal.store import REDEEMED
from hq.members.tables import merged_account
from hq.rows import upsert
from hq.segments.tables import bought_fact, bought_set
from hq.tables import journal, order_fact, redemption_fact

log = logging.getLogger(__name__)

Place = tuple[str, int, int]


class Posted(NamedTuple):
    """A member's order that is being posted: its place, as it was, whose it is, and as it was decided again."""

    place: Place
    order: Order
    member: str
    decision: Decision


ORDERS_AT_ONCE = 1_000  # a step of the job: under a second


def gather_of_members(hq: Hq, connection: Connection, refs: Sequence[str], wanted: Collection[str]) -> None:
    """Work out anew what all orders of some members, and of those merged into them, held of product sets."""
    program = program_of(hq, connection, newest_version(connection, "program"))
    sets = [] if program is None else sorted(name for name in wanted if name in program.product_sets)
    if program is None or not sets:
        return
    merged = select(merged_account.c.ref).where(merged_account.c.survivor.in_(refs))
    whose = [*refs, *connection.execute(merged).scalars()]
    gone = delete(bought_fact).where(bought_fact.c.member.in_(whose), bought_fact.c.products.in_(sets))
    connection.execute(gone)
    orders = _orders().where(order_fact.c.member.in_(whose))
    _keep(connection, program, sets, connection.execute(orders).all())


def gather_next(
    hq: Hq, connection: Connection, wanted: Collection[str], after: Place | None
) -> tuple[Place | None, int]:
    """Work out what the orders behind a place held of product sets; return the place of the last, None at the end.

    And how many orders that were.
    """
    program = program_of(hq, connection, newest_version(connection, "program"))
    sets = [] if program is None else sorted(name for name in wanted if name in program.product_sets)
    if program is None or not sets:
        return None, 0
    statement = _orders().where(order_fact.c.member.is_not(None))
    if after is not None:
        statement = statement.where(tuple_(*_place()) > tuple_(*after))
    rows = connection.execute(statement.order_by(*_place()).limit(ORDERS_AT_ONCE)).all()
    if rows:
        _forget(connection, sets, after, (rows[-1].device, rows[-1].epoch, rows[-1].seq))
    _keep(connection, program, sets, rows)
    last = (rows[-1].device, rows[-1].epoch, rows[-1].seq) if len(rows) == ORDERS_AT_ONCE else None
    return last, len(rows)


def _forget(connection: Connection, sets: Sequence[str], after: Place | None, through: Place) -> None:
    """Forget what was found by another meaning of these sets, of orders behind a place and up to another."""
    place = tuple_(bought_fact.c.device, bought_fact.c.epoch, bought_fact.c.seq)
    gone = delete(bought_fact).where(bought_fact.c.products.in_(sets), place <= tuple_(*through))
    connection.execute(gone if after is None else gone.where(place > tuple_(*after)))


def keep_posted(
    connection: Connection, program: Program, sets: Sequence[str], posted: Iterable[Posted]
) -> None:
    """Keep what orders held of product sets, in the transaction that posts them."""
    rows = [
        _row(each.place, each.member, each.order.at_ms, held)
        for each in posted
        for held in held_of(program, each.order, shares_of(_given(each.decision)), sets)
    ]
    _put(connection, rows)


def _given(decision: Decision) -> Iterator[Outcome]:
    return (outcome for outcome in decision.outcomes if outcome.is_approved)


def unknown_sets(connection: Connection, wanted: Collection[str]) -> set[str]:
    """Return the product sets by whose present meaning not all orders were looked at."""
    means = meanings(connection)
    known = {
        row.products: row.meaning
        for row in connection.execute(select(bought_set).where(bought_set.c.products.in_(list(wanted))))
    }
    unknown = {name for name in wanted if name in means and known.get(name) != means[name]}
    if unknown:
        connection.execute(delete(bought_set).where(bought_set.c.products.in_(unknown)))
    return unknown


def note_known(connection: Connection, sets: Collection[str]) -> None:
    """Note that the orders there are have been looked at for these product sets."""
    means = meanings(connection)
    rows = [{"products": name, "meaning": means[name]} for name in sorted(sets) if name in means]
    upsert(connection, bought_set, rows, changes=("meaning",))


def meanings(connection: Connection) -> dict[str, str]:
    """Return what each product set of the newest program means, as a hash."""
    document = read_document(connection, "program", newest_version(connection, "program"))
    if document is None:
        return {}
    sets = orjson.loads(document.body).get("product_sets", {})
    return {name: hashlib.sha256(canonical(said)).hexdigest() for name, said in sets.items()}


def _place() -> tuple[Any, Any, Any]:
    return order_fact.c.device, order_fact.c.epoch, order_fact.c.seq


def _orders() -> Any:
    is_entry = and_(
        journal.c.device == order_fact.c.device,
        journal.c.epoch == order_fact.c.epoch,
        journal.c.seq == order_fact.c.seq,
    )
    return select(
        *_place(),
        order_fact.c.order_id,
        order_fact.c.member,
        order_fact.c.t_eff,
        order_fact.c.discount,
        journal.c.body,
    ).join(journal, is_entry)


def _keep(connection: Connection, program: Program, sets: Sequence[str], orders: Sequence[Row[Any]]) -> None:
    shares = _shares_redeemed(connection, [row for row in orders if row.discount])
    rows = [
        _row((row.device, row.epoch, row.seq), row.member, row.t_eff, held)
        for row in orders
        for held in _bought(program, sets, row, shares.get((row.device, row.order_id), ()))
    ]
    _put(connection, rows)


def _row(place: Place, member: str, at_ms: int, held: tuple[str, int, int]) -> dict[str, Any]:
    device, epoch, seq = place
    products, amount, quantity = held
    return {
        "products": products,
        "device": device,
        "epoch": epoch,
        "seq": seq,
        "member": member,
        "t_eff": at_ms,
        "amount": amount,
        "quantity_milli": quantity,
    }


def _put(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    upsert(connection, bought_fact, rows, changes=("member", "t_eff", "amount", "quantity_milli"))


def _bought(
    program: Program, sets: Sequence[str], row: Row[Any], redeemed: Iterable[Any]
) -> list[tuple[str, int, int]]:
    """Return of each product set that was bought the amount and the thousandths of units."""
    try:
        data = read_entry(row.body).data
        order = read_facts(data, program).order
    except (EntryInvalid, RecordInvalid):
        log.warning("an order can't be read any more", extra={"device": row.device, "seq": row.seq})
        return []
    shares = [*_shares(data.get("campaigns", ())), *redeemed]
    return held_of(program, order, shares, sets)


def held_of(
    program: Program, order: Order, shares: Iterable[tuple[int, int]], sets: Sequence[str]
) -> list[tuple[str, int, int]]:
    """Return of each product set that an order holds the amount after these shares, and the thousandths of units."""
    figures = [(figure, name) for figure in OF_SETS for name in sets]
    found = {(figure, name): n for figure, name, n in bought(program, order, shares, figures)}
    pairs = ((name, found[AMOUNT_OF, name], found[QUANTITY_OF, name]) for name in sets)
    return [(name, amount, quantity) for name, amount, quantity in pairs if amount or quantity]


def _shares(outcomes: Iterable[Mapping[str, Any]]) -> list[tuple[int, int]]:
    return [(number, share) for each in outcomes for number, share in each.get("allocation", ())]


def _shares_redeemed(
    connection: Connection, orders: Sequence[Row[Any]]
) -> dict[tuple[str, str], list[tuple[int, int]]]:
    """Return what redemptions took off the lines of orders, by device and order."""
    if not orders:
        return {}
    found: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    is_entry = and_(
        journal.c.device == redemption_fact.c.device,
        journal.c.epoch == redemption_fact.c.epoch,
        journal.c.seq == redemption_fact.c.seq,
    )
    statement = (
        select(redemption_fact.c.device, redemption_fact.c.order_id, journal.c.body)
        .join(journal, is_entry)
        .where(
            redemption_fact.c.member.in_(sorted({row.member for row in orders})),
            redemption_fact.c.outcome == REDEEMED,
        )
    )
    for row in connection.execute(statement):
        found[row.device, row.order_id] += _shares([read_entry(row.body).data])
    return found
