"""One order with all that belongs to it: lines, what was redeemed or refused, what came back, postings."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, or_, select

from app.core.entry import VOID, read_entry
from hq.access.actor import Actor
from hq.faults import NotHere
from hq.home import Hq
from hq.journal.own import OWNER
from hq.journal.reversal_tables import reversal_fact
from hq.tables import journal, order_fact, posting, redemption_fact

BY_HQ = OWNER.device_id


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an order, as the till had it."""

    line: int
    sku: str
    name: str
    quantity: str
    amount: int


@dataclass(frozen=True, slots=True)
class Posted:
    """An amount that went to an account, by which entry."""

    entry_id: str
    account: str
    unit: str
    amount: int


@dataclass(frozen=True, slots=True)
class OrderShown:
    """An order. `facts` are its columns; `redemptions` and `returns` those of theirs, by head office too."""

    entry_id: str
    facts: dict[str, Any]
    currency: str
    cashier: str
    till: str
    lines: tuple[Line, ...]
    redemptions: tuple[dict[str, Any], ...]
    returns: tuple[dict[str, Any], ...]
    postings: tuple[Posted, ...]

    @property
    def is_voided(self) -> bool:
        """Whether nothing is left of it."""
        return any(each["kind"] == VOID and each["order_entry"] == self.entry_id for each in self.returns)

    @property
    def added(self) -> list[str]:
        """The redemptions that head office added to it, and did not void since."""
        voided = {each["order_entry"] for each in self.returns}
        ours = [each for each in self.redemptions if each["device"] == BY_HQ]
        return [each["redemption_id"] for each in ours if each["entry_id"] not in voided]


def show_order(hq: Hq, actor: Actor, entry_id: str) -> OrderShown:
    """Return an order by the id of its entry. Raises `NotHere`."""
    with hq.database.reading() as connection:
        row = connection.execute(_order(entry_id)).mappings().one_or_none()
        if row is None or not actor.sees_store(row["store"]):
            raise NotHere("There is no such order.")
        redemptions = _rows(
            connection,
            redemption_fact,
            redemption_fact.c.order_id == row["order_id"],
            or_(
                _is_beside(row),
                (redemption_fact.c.device == BY_HQ) & (redemption_fact.c.store == row["store"]),
            ),
        )
        added = [each["entry_id"] for each in redemptions if each["device"] == BY_HQ]
        returns = _rows(connection, reversal_fact, reversal_fact.c.order_entry.in_([entry_id, *added]))
        entries = [entry_id, *(each["entry_id"] for each in (*redemptions, *returns))]
        posted = (
            select(posting).where(posting.c.entry_id.in_(entries)).order_by(posting.c.entry_id, posting.c.n)
        )
        postings = tuple(
            Posted(each.entry_id, each.account, each.unit, each.amount) for each in connection.execute(posted)
        )
    said = read_entry(row["body"]).data
    return OrderShown(
        entry_id,
        {name: value for name, value in row.items() if name != "body"},
        str(said.get("currency", "")),
        str(said.get("cashier", "")),
        str(said.get("register", "")),
        tuple(_line(each) for each in said.get("lines", ()) if isinstance(each, dict)),
        redemptions,
        returns,
        postings,
    )


def newest_order(hq: Hq) -> str | None:
    """Return the id of the entry of the newest order, if there is any."""
    newest = (
        select(journal.c.entry_id)
        .join(order_fact, _place(order_fact))
        .order_by(order_fact.c.t_eff.desc())
        .limit(1)
    )
    with hq.database.reading() as connection:
        found: str | None = connection.execute(newest).scalar_one_or_none()
    return found


def _place(facts: Any) -> Any:
    return (
        (journal.c.device == facts.c.device)
        & (journal.c.epoch == facts.c.epoch)
        & (journal.c.seq == facts.c.seq)
    )


def _is_beside(order: Any) -> Any:
    of = redemption_fact.c
    return (of.device == order["device"]) & (of.epoch == order["epoch"])


def _order(entry_id: str) -> Any:
    told = (journal.c.received_ms, journal.c.verdict, journal.c.flags, journal.c.case_id, journal.c.body)
    return select(order_fact, *told).join(journal, _place(order_fact)).where(journal.c.entry_id == entry_id)


def _rows(connection: Connection, facts: Any, *conditions: Any) -> tuple[dict[str, Any], ...]:
    told = (journal.c.entry_id, journal.c.received_ms, journal.c.verdict)
    statement = select(facts, *told).join(journal, _place(facts)).where(*conditions).order_by(facts.c.seq)
    return tuple(dict(row) for row in connection.execute(statement).mappings())


def _line(said: dict[str, Any]) -> Line:
    return Line(
        int(said.get("line", 0)),
        str(said.get("sku", "")),
        str(said.get("name", "")),
        str(said.get("qty", "")),
        int(said.get("amount", 0)),
    )
