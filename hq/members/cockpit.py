"""All of one member on one page: who they are, what they have, and what could be done for them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from app.core.campaign import Trigger
from app.core.lots import Lot
from app.core.program import Program
from hq.benefits.points import lots_of
from hq.benefits.reading import CardNow, punch_cards_of
from hq.campaigns.catching_up import local_now
from hq.campaigns.service import program_of
from hq.campaigns.store import newest_version
from hq.home import Hq
from hq.members.finding import MemberWhole, row_of, whole
from hq.members.giving import can_still_be_used
from hq.members.matter_lists import newest_matters
from hq.members.matters import Matter
from hq.members.merged import refs_of
from hq.members.worth import Worth, worth_of
from hq.tables import document, journal, order_fact, store
from hq.vouchers.store import vouchers_of

MATTERS_SHOWN = 5  # the newest: all of them are a list of their own
ORDERS_SHOWN = 30  # to redeem for: older ones are said by their total
PROGRAMS_LOOKED_AT = 8  # versions whose offers are to choose from


@dataclass(frozen=True, slots=True)
class Owned:
    """A voucher of a member's own. `uses_left` None: as often as the rule holds."""

    name: str
    rule_id: str
    ends_on: str | None
    uses_left: int | None


@dataclass(frozen=True, slots=True)
class PastOrderRow:
    """An order that could be redeemed for. Amounts in minor units, `at_ms` UTC."""

    entry_id: str
    order_id: str
    store: str
    at_ms: int
    gross: int
    discount: int


@dataclass(frozen=True, slots=True)
class Cockpit:
    """What the page shows beside the timeline. `debt`: points owed, where the balance is below zero."""

    member: MemberWhole
    lots: tuple[Lot, ...]
    vouchers: tuple[Owned, ...]
    punch_cards: tuple[CardNow, ...]
    sorry: tuple[tuple[str, str], ...]
    worth: Worth
    matters: tuple[Matter, ...]


def cockpit(hq: Hq, ref: str) -> Cockpit:
    """Return all of a member. Raises `NotHere`."""
    with hq.database.reading() as connection:
        found = whole(connection, ref)
        program = program_of(hq, connection, newest_version(connection, "program"))
        owned = tuple(_owned(program, each) for each in vouchers_of(connection, found.row.ref))
        cards = tuple(punch_cards_of(connection, program, found.row.ref))
        held = tuple(lot for lot in lots_of(connection, found.row.ref) if lot.left > 0)
        refs = refs_of(connection, found.row.ref)
        worth = worth_of(connection, refs, now_ms=hq.clock.now_ms())
        matters = tuple(newest_matters(connection, found.row.ref, limit=MATTERS_SHOWN))
    sorry = () if program is None else tuple(_sorry(program, found.row.ref, hq.clock.now_ms()))
    return Cockpit(found, held, owned, cards, sorry, worth, matters)


def past_orders(hq: Hq, ref: str) -> list[PastOrderRow]:
    """Return a member's newest orders. Raises `NotHere`."""
    with hq.database.reading() as connection:
        refs = refs_of(connection, row_of(connection, ref).ref)
        place = (
            (journal.c.device == order_fact.c.device)
            & (journal.c.epoch == order_fact.c.epoch)
            & (journal.c.seq == order_fact.c.seq)
        )
        statement = (
            select(order_fact, journal.c.entry_id)
            .join(journal, place)
            .where(order_fact.c.member.in_(refs), journal.c.entry_id.is_not(None))
            .order_by(order_fact.c.t_eff.desc())
            .limit(ORDERS_SHOWN)
        )
        return [
            PastOrderRow(row.entry_id, row.order_id, row.store, row.t_eff, row.gross, row.discount)
            for row in connection.execute(statement)
        ]


def past_offers(hq: Hq) -> list[tuple[str, str]]:
    """Return the offers of the newest versions of the program: id and name, those that need no code too."""
    found: dict[str, str] = {}
    with hq.database.reading() as connection:
        newest = select(document.c.version).where(document.c.kind == "program")
        versions = connection.execute(newest.order_by(document.c.version.desc()).limit(PROGRAMS_LOOKED_AT))
        for version in versions.scalars().all():
            program = program_of(hq, connection, version)
            for pair in () if program is None else program.rules:
                found.setdefault(pair.rule.rule_id, pair.rule.name)
    return sorted(found.items(), key=lambda each: each[1].casefold())


def stores_to_choose(hq: Hq) -> list[tuple[str, str]]:
    """Return all stores: id and name."""
    with hq.database.reading() as connection:
        return _stores(connection)


def rule_names(hq: Hq) -> Mapping[str, str]:
    """Return what rules of the newest program are called."""
    with hq.database.reading() as connection:
        program = program_of(hq, connection, newest_version(connection, "program"))
    return {} if program is None else {pair.rule.rule_id: pair.rule.name for pair in program.rules}


def _sorry(program: Program, ref: str, now_ms: int) -> list[tuple[str, str]]:
    """Return the rules whose vouchers a member could still use: id and name."""
    pairs = (each for each in program.rules if each.rule.trigger is Trigger.VOUCHER)
    return sorted(
        (each.rule.rule_id, each.rule.name)
        for each in pairs
        if can_still_be_used(each.campaign, ref, local_now(program.time_zone, now_ms))
    )


def _stores(connection: Connection) -> list[tuple[str, str]]:
    rows = connection.execute(select(store.c.store_id, store.c.name).order_by(store.c.name, store.c.store_id))
    return [(row.store_id, row.name) for row in rows]


def _owned(program: Program | None, row: Mapping[str, Any]) -> Owned:
    pair = None if program is None else program.pair(row["rule_id"])
    left = None if not row["uses_max"] else max(row["uses_max"] - row["uses"], 0)
    return Owned(row["rule_id"] if pair is None else pair.rule.name, row["rule_id"], row["ends_on"], left)
