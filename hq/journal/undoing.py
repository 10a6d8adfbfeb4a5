"""Voids and returns: what HQ makes of one. Pure but for `read_undoing`, which fetches what judging looks at.

A reversal refers to the entry of its order, and is worked out again from it. What comes back in HQ's books is what HQ
works out, whatever the station says; a difference is flagged. An order is undone once, by the station that recorded
it: what refers to no such order, or to one of which so much is not left, is set aside and moves nothing.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from msgspec import convert
from sqlalchemy import Connection, select

from app.core.chain import ChainOwner
from app.core.entry import RETURN, VOID, Entry, read_entry
from app.core.pins import Role
from app.core.program import Program
from app.core.returns import ReturnInvalid
from app.core.reversal import Reversal, Units, read_units, reversal_differences, reverse
from app.core.reversal_kinds import Kind
from app.core.reversal_rules import Request, needs_approval, too_late
from hq.db import NAMES_AT_ONCE
from hq.journal.carried import BRANCH
from hq.journal.judgement import Doubts, Judgement, SetAside
from hq.journal.own import OWNER
from hq.journal.postings import of_reversal
from hq.journal.reversal_tables import reversal_fact
from hq.journal.schemas import OrderData, ReversalData
from hq.journal.voids import Tally
from hq.journal.whose import of_survivor_order
from hq.members.store import parts_of
from hq.rows import is_among
from hq.staff.store import Colleague
from hq.tables import journal, order_fact, redemption_fact
from hq.vouchers.store import Uses
from sync.protocol import Flag

REVERSALS = frozenset({VOID, RETURN})
REDEEMED = "redeemed"

_PLACE = (
    (order_fact.c.device == journal.c.device)
    & (order_fact.c.epoch == journal.c.epoch)
    & (order_fact.c.seq == journal.c.seq)
)
ORDERS = select(journal.c.body).join(order_fact, _PLACE).where(is_among(journal.c.entry_id))
REDEMPTIONS = select(
    redemption_fact.c.redemption_id, redemption_fact.c.seq, redemption_fact.c.order_id
).where(is_among(redemption_fact.c.redemption_id), redemption_fact.c.outcome == REDEEMED)
EARLIER = (
    select(reversal_fact.c.order_entry, journal.c.body)
    .join(
        journal,
        (reversal_fact.c.device == journal.c.device)
        & (reversal_fact.c.epoch == journal.c.epoch)
        & (reversal_fact.c.seq == journal.c.seq),
    )
    .where(is_among(reversal_fact.c.order_entry))
    .order_by(reversal_fact.c.seq)
)
BY_OFFICE = select(redemption_fact.c.order_id, redemption_fact.c.store).where(
    is_among(redemption_fact.c.order_id),
    redemption_fact.c.device == OWNER.device_id,
    redemption_fact.c.outcome == REDEEMED,
)
TAKEN = select(reversal_fact.c.reversal_id).where(is_among(reversal_fact.c.reversal_id))


@dataclass
class UndoneOrder:
    """A posted order that may be undone: the numbers of its posted redemptions by id, and what came back before.

    `is_redeemed_since`: head office redeemed something for it afterwards.
    `kept_at`: where HQ keeps it, unless in the place of the reversal itself.
    """

    entry: Entry
    redeemed: dict[str, int] = field(default_factory=dict)
    earlier: list[Units] = field(default_factory=list)
    is_voided: bool = False
    is_redeemed_since: bool = False
    kept_at: ChainOwner | None = None


@dataclass
class UndoBook:
    """What judging the reversals of a batch looks at; orders and redemptions of the batch itself come as they pass.

    `is_wanted`: there are any reversals in it. Orders go by the id of their entry.
    """

    is_wanted: bool = False
    orders: dict[str, UndoneOrder] = field(default_factory=dict)
    taken_ids: set[str] = field(default_factory=set)
    colleagues: Mapping[str, Colleague] = field(default_factory=dict)  # who is named in them
    tallies: dict[str, Tally] = field(default_factory=dict)  # by who was at the till
    merged: Mapping[str, str] = field(default_factory=dict)  # members who were merged, with the survivor

    def note_order(self, entry: Entry) -> None:
        """Take note of an order that is posted."""
        if self.is_wanted:
            self.orders[entry.entry_id] = UndoneOrder(entry)

    def note_redemption(self, entry: Entry, *, at_till: str) -> None:
        """Take note of a redemption that is posted."""
        if not self.is_wanted:
            return
        for order in self.orders.values():
            if order.entry.data["order_id"] == entry.data["order_id"]:
                order.redeemed[entry.data["redemption_id"]] = entry.seq
        if at_till in self.tallies:
            self.tallies[at_till].redeemed += 1

    def copy(self) -> "UndoBook":
        """Return a book that changes by itself."""
        return UndoBook(
            self.is_wanted,
            {
                name: replace(each, redeemed=dict(each.redeemed), earlier=list(each.earlier))
                for name, each in self.orders.items()
            },
            set(self.taken_ids),
            self.colleagues,
            {name: Tally(each.redeemed, each.voided) for name, each in self.tallies.items()},
            self.merged,
        )


@dataclass(frozen=True, slots=True)
class Undone:
    """A reversal that is posted: its entry's data, the order that it undoes, and what comes back in HQ's books.

    `survivor`: whose it is by now, where the order's member was merged.
    """

    kind: Kind
    data: ReversalData
    order: UndoneOrder
    made: Reversal
    survivor: str = ""

    @property
    def member(self) -> str:
        """Whose order it was; "" for nobody's."""
        if self.survivor:
            return self.survivor
        part = self.order.entry.data["member"]
        return "" if part is None else str(part["ref"])


def judge_reversal(
    entry: Entry, book: UndoBook, *, store: str, program_of: Callable[[OrderData], Program]
) -> Judgement:
    """Return HQ's word on a void or a return. Raises `SetAside` for one that undoes nothing that HQ has."""
    said, kind = convert(entry.data, ReversalData), Kind(entry.type)
    order = book.orders.get(said.order_entry)
    if order is None or order.entry.data["order_id"] != said.order_id:
        raise SetAside(Flag.NO_SUCH_ORDER, f"HQ has posted no order {said.order_id} of this station")
    if said.reversal_id in book.taken_ids:
        raise SetAside(Flag.ENTRY_ID_TAKEN, f"reversal {said.reversal_id} has been posted by another entry")
    data = convert(order.entry.data, OrderData)
    units = None if kind is Kind.VOID else read_units(said.units)
    made = made_of(order, program_of(data), units)
    doubts = Doubts()
    doubts.differs(reversal_differences(entry.data, order.entry.data, made))
    doubts.elsewhere(said.store, store)
    if order.is_redeemed_since:
        doubts.add(
            Flag.REDEEMED_SINCE,
            "head office redeemed for this order after it was made; look at what that gave",
        )
    whose = of_survivor_order(data, book.merged)
    _doubt_people(doubts, said, kind, whose, made, book.colleagues, program_of(data))
    _doubt_often(doubts, said, kind, made, book.tallies.get(who(said.cashier, entry.device_id)))
    book.taken_ids.add(said.reversal_id)
    order.is_voided = order.is_voided or units is None
    undone = Undone(kind, said, UndoneOrder(order.entry, dict(order.redeemed)), made)
    if units is not None:
        order.earlier.append(units)
    found = doubts.judgement(postings=of_reversal(undone.member, data.currency, made))
    return found.with_undone(undone)


def who(cashier: str, device_id: str) -> str:
    """Return who was at the till, as far as that is known: nobody who signed in is their station."""
    return cashier or device_id.partition(BRANCH)[0]


def give_uses_back(undone: Undone, uses: Mapping[str, Uses]) -> None:
    """Let vouchers be used once more whose uses come back."""
    for back in undone.made.backs:
        held = uses.get(back.code_hash)
        if back.is_use and held is not None and held.rule_id == back.rule and held.uses > 0:
            held.uses -= 1


def goods_back(made: Reversal) -> int:
    """Return what comes back of the order's value, in minor units: as priced, before what had been taken off."""
    units = {refund.line: refund.quantity_milli for refund in made.outcome.lines}
    return sum(
        line.part(line.amount)
        - replace(line, returned_milli=line.returned_milli - units[line.line]).part(line.amount)
        for line in made.left.lines
        if line.line in units
    )


def made_of(order: UndoneOrder, program: Program, units: Units | None) -> Reversal:
    """Return what undoing an order, or these units of it, gives back. Raises `SetAside` where so much is not left."""
    if order.is_voided:
        raise SetAside(Flag.UNDONE_TWICE, "the order had been voided")
    shown = {str(each["redemption_id"]) for each in order.entry.data["presented"]}
    unposted = shown - order.redeemed.keys()
    try:
        made = reverse(order.entry.data, program, order.earlier, units, unposted=unposted)
    except ReturnInvalid as problem:
        raise SetAside(Flag.UNDONE_TWICE, str(problem)) from problem
    if order.earlier and not made.outcome.lines:
        raise SetAside(Flag.UNDONE_TWICE, "all of the order had come back")
    return made


def _doubt_people(
    doubts: Doubts,
    said: ReversalData,
    kind: Kind,
    order: OrderData,
    made: Reversal,
    colleagues: Mapping[str, Colleague],
    program: Program,
) -> None:
    """Flag what somebody undid for themselves, and what a manager should have approved."""
    member = None if order.member is None else order.member.ref
    cashier, approver = colleagues.get(said.cashier), colleagues.get(said.approver)
    theirs = [each for each in (cashier, approver) if each is not None and member and each.member == member]
    if theirs or (said.approver and said.approver == said.cashier):
        doubts.add(Flag.SELF_DEAL, "undone, or approved, by whoever it was for")
    age_ms = said.t_eff - order.t_eff
    is_manager = cashier is not None and cashier.role == Role.MANAGER
    asked = Request(kind, age_ms, made.at_stake, order.cashier, said.cashier, is_manager)
    if too_late(program.reversals, age_ms) is not None:
        doubts.add(Flag.UNAPPROVED, "the order was too old for a station to undo it")
    if needs_approval(program.reversals, asked) and (approver is None or approver.role != Role.MANAGER):
        doubts.add(Flag.UNAPPROVED, f"no manager approved it; it was worth {made.at_stake}")


def _doubt_often(doubts: Doubts, said: ReversalData, kind: Kind, made: Reversal, tally: Tally | None) -> None:
    """Flag the voids of somebody who undoes much of what they redeem: goods may have been kept."""
    if kind is not Kind.VOID or not (made.points_back or made.value) or tally is None:
        return
    tally.voided += 1
    if tally.is_suspicious:
        who_did = said.cashier or "nobody signed in"
        doubts.add(
            Flag.OFTEN_UNDONE,
            f"{who_did}: {tally.voided} of {tally.redeemed} redemptions of a week were voided",
        )


# --- what it is judged by ---------------------------------------------------------------------------------------------


def read_orders_undone(
    connection: Connection, owner: ChainOwner, entries: Sequence[Entry]
) -> dict[str, UndoneOrder]:
    """Return the posted orders of this epoch that reversals refer to, by the ids of their entries."""
    wanted = _texts(entries, "order_entry")
    ours = owner.device_id.partition(BRANCH)[0], owner.epoch
    found: dict[str, UndoneOrder] = {}
    for some in parts_of(wanted, NAMES_AT_ONCE):
        for (body,) in connection.execute(ORDERS, {"names": some}):
            entry = read_entry(body)
            if (entry.device_id, entry.epoch) == ours:
                found[entry.entry_id] = UndoneOrder(entry)
    for order in found.values():
        ids = [str(each["redemption_id"]) for each in order.entry.data["presented"]]
        for some in parts_of(ids, NAMES_AT_ONCE):
            for row in connection.execute(REDEMPTIONS, {"names": some}):
                if row.order_id == order.entry.data["order_id"]:  # another order's may have taken the id
                    order.redeemed[row.redemption_id] = row.seq
    _note_by_office(connection, found.values())
    for some in parts_of(sorted(found), NAMES_AT_ONCE):
        for name, body in connection.execute(EARLIER, {"names": some}):
            data = read_entry(body).data
            if "units" in data:
                found[name].earlier.append(read_units(data["units"]))
            else:
                found[name].is_voided = True
    return found


def _note_by_office(connection: Connection, orders: Collection[UndoneOrder]) -> None:
    """Note for which orders head office redeemed something."""
    places = {(each.entry.data["order_id"], each.entry.data["store"]): each for each in orders}
    for some in parts_of(sorted({order_id for order_id, _ in places}), NAMES_AT_ONCE):
        for order_id, store in connection.execute(BY_OFFICE, {"names": some}):
            if (order_id, store) in places:
                places[order_id, store].is_redeemed_since = True


def codes_shown(orders: Iterable[UndoneOrder]) -> set[str]:
    """Return the hashes of the codes that were presented in these orders."""
    shown = (each for order in orders for each in order.entry.data["presented"])
    return {str(each["code_hash"]) for each in shown if each["code_hash"]}


def taken_reversal_ids(connection: Connection, entries: Sequence[Entry]) -> set[str]:
    """Return those of the ids of reversals that were posted before."""
    found: set[str] = set()
    for some in parts_of(_texts(entries, "reversal_id"), NAMES_AT_ONCE):
        found.update(connection.execute(TAKEN, {"names": some}).scalars())
    return found


def _texts(entries: Sequence[Entry], name: str) -> list[str]:
    values = (entry.data.get(name) for entry in entries)
    return sorted({value for value in values if isinstance(value, str) and "\x00" not in value})
