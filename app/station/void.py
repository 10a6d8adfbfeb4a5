"""Undoing what was given: a whole order (void), or units of its lines that come back (return), by an entry of its own.

    asked = Asked(new_id(), Kind.VOID, order_id, ReversalReason.MISTAKE)
    found = preview(store, asked, by)          # Preview or Refusal; records nothing
    found = record_reversal(store, asked, by)  # Reversed or Refusal; the same `reversal_id` again records nothing more

It works without a line as it does with one: what comes back counts at this station at once, head office hears of it
with the next push, and what it says then holds. `order` may be an order's id, or that of a redemption in it as a
receipt has it.
"""

from dataclasses import dataclass
from typing import Any

from app.core.approvals import Approval
from app.core.entry import REDEEM, Entry
from app.core.member import Member
from app.core.order import local_date
from app.core.overlay import ORDER_CLAIM, REDEMPTION_CLAIM, UNDONE, VOIDS, void_claim, voids_by
from app.core.paid_order import PaidOrder, ReturnedUnits
from app.core.pins import Role
from app.core.program import Program
from app.core.reasons import Reason, Refusal
from app.core.returns import ReturnInvalid
from app.core.reversal import Reversal, left_of, read_units, reversal_record, reverse, units_record
from app.core.reversal_kinds import Kind
from app.core.reversal_rules import (
    REASONS,
    Request,
    ReversalReason,
    needs_approval,
    refused_by_standing,
    too_late,
)
from app.station.approval import use
from app.station.balance import balance_here
from app.station.standing import stops, stops_by_cashier
from app.store.journal import Draft
from app.store.store import StationStore


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be undone and why. `units`: of a return, what comes back. `reversal_id` is made before anything is."""

    reversal_id: str
    kind: Kind
    order: str
    reason: ReversalReason
    units: tuple[ReturnedUnits, ...] = ()

    def __post_init__(self) -> None:
        """Hold the caller to what there is to choose from."""
        assert self.reason in REASONS[self.kind], f"{self.reason} is no reason for a {self.kind}"
        assert bool(self.units) == (self.kind is Kind.RETURN), (
            "a return says what comes back, a void is of all"
        )

    @property
    def action(self) -> str:
        """How an approval names this one thing."""
        return f"{self.kind}:{self.reversal_id}"


@dataclass(frozen=True, slots=True)
class By:
    """Who undoes it: the cashier's id ("" for nobody), how the line was, and a manager's approval."""

    cashier: str = ""
    link: str = "offline"
    approval: Approval | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """What undoing would do. `order` is the record of its entry; `balance_after` None: nobody's, or not known here.

    `needs_approval`: a manager has to say yes first.
    """

    order: dict[str, Any]
    reversal: Reversal
    needs_approval: bool
    balance_after: int | None


@dataclass(frozen=True, slots=True)
class Reversed:
    """What was undone, by which entry. `data` is its record: what came back stands in it."""

    seq: int
    data: dict[str, Any]
    is_repeat: bool = False


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of an order, for a return to choose from; `is_undone`: nothing."""

    order: dict[str, Any]
    paid: PaidOrder
    is_undone: bool


def what_is_left(store: StationStore, order: str) -> Left | Refusal:
    """Return an order as it stands after what came back of it."""
    found = _find(store, order)
    if isinstance(found, Refusal):
        return found
    entry, program, earlier, is_voided = found
    left = left_of(entry.data, program, earlier)
    is_undone = is_voided or not any(line.left_milli for line in left.lines)
    return Left(entry.data, left, is_undone)


def preview(store: StationStore, asked: Asked, by: By) -> Preview | Refusal:
    """Say what undoing would do, or why it can't be done. Records nothing. Raises a `StoreFault`."""
    found = _find(store, asked.order)
    if isinstance(found, Refusal):
        return found
    entry, program, earlier, is_voided = found
    if is_voided:
        return Refusal(Reason.ORDER_UNDONE)
    data, policy = entry.data, program.reversals
    refusal = _refused_here(store, data, by) or too_late(policy, _age_ms(store, data))
    if refusal is not None:
        return refusal
    try:
        made = reverse(data, program, earlier, asked.units or None)
    except ReturnInvalid:
        return Refusal(Reason.RETURNED_TOO_MUCH)
    if asked.kind is Kind.VOID and not made.outcome.lines and earlier:
        return Refusal(Reason.ORDER_UNDONE)  # unit by unit
    after = _balance_after(store, data, made)
    if asked.kind is Kind.VOID and after is not None and after < 0 and made.points_change < 0:
        return Refusal(Reason.POINTS_SPENT_SINCE, {"missing": min(-after, -made.points_change)})
    return Preview(data, made, needs_approval(policy, _request(store, asked, by, data, made)), after)


def record_reversal(store: StationStore, asked: Asked, by: By) -> Reversed | Refusal:
    """Undo it, in one transaction. On the store's thread; raises a `StoreFault`, or `ApprovalOver`.

    When it raises nothing was recorded.
    """
    seq = store.journal.claimed(REDEMPTION_CLAIM, asked.reversal_id)
    if seq is not None:
        return Reversed(seq, store.journal.entry_at(seq).data, is_repeat=True)
    found = preview(store, asked, by)
    if isinstance(found, Refusal):
        return found
    if found.needs_approval:
        if by.approval is None:
            return Refusal(Reason.APPROVAL_NEEDED)
        if _is_own_approval(store, by.approval, found.order, cashier=by.cashier):
            return Refusal(Reason.APPROVER_DOES_NOT_FIT)
    data = _record(store, asked, by, found)
    with store.atomic():
        if found.needs_approval and by.approval is not None:
            data |= use(store, by.approval, action=asked.action)
        (entry,) = store.journal.append([Draft(str(asked.kind), data)])
        return Reversed(entry.seq, data)


def _record(store: StationStore, asked: Asked, by: By, found: Preview) -> dict[str, Any]:
    order = found.order
    seq = store.journal.claimed(ORDER_CLAIM, order["order_id"])
    assert seq is not None, "it was found by this"
    return {
        "reversal_id": asked.reversal_id,
        "order_id": order["order_id"],
        "order_entry": store.journal.entry_at(seq).entry_id,
        "store": store.device.store_id,
        "t_eff": store.now_ms(),
        "tz": store.device.time_zone,
        "link": by.link,
        "cashier": by.cashier,
        "reason": str(asked.reason),
        "program_version": order["program_version"],
        "program_hash": order["program_hash"],
        **({"units": units_record(asked.units)} if asked.units else {}),
        **reversal_record(order, found.reversal),
    }


# --- what it is about -------------------------------------------------------------------------------------------------

_Found = tuple[Entry, Program, list[tuple[ReturnedUnits, ...]], bool]


def _find(store: StationStore, order: str) -> _Found | Refusal:
    """Return an order's entry, its rules, what came back of it, and whether it was voided."""
    seq = store.journal.claimed(ORDER_CLAIM, order) or _seq_by_redemption(store, order)
    if seq is None:
        return Refusal(Reason.ORDER_UNKNOWN)
    entry = store.journal.entry_at(seq)
    program = _program_of(store, entry.data)
    if program is None:
        return Refusal(Reason.RULES_GONE)
    order_id = entry.data["order_id"]
    is_voided = store.journal.claimed(REDEMPTION_CLAIM, void_claim(order_id)) is not None
    undone = (store.journal.entry_at(seq).data for seq in store.journal.numbers_of(UNDONE, order_id))
    return entry, program, [read_units(data["units"]) for data in undone if "units" in data], is_voided


def _seq_by_redemption(store: StationStore, redemption_id: str) -> int | None:
    seq = store.journal.claimed(REDEMPTION_CLAIM, redemption_id)
    found = None if seq is None else store.journal.entry_at(seq)
    if found is None or found.type != REDEEM:
        return None
    return store.journal.claimed(ORDER_CLAIM, found.data["order_id"])


def _program_of(store: StationStore, order: dict[str, Any]) -> Program | None:
    version, program_hash = order["program_version"], order["program_hash"]
    newest = store.replica.program()
    if newest is not None and newest.hash == program_hash:
        return newest
    return store.former_programs.find(version, program_hash)


# --- whether it may be ------------------------------------------------------------------------------------------------


def _refused_here(store: StationStore, order: dict[str, Any], by: By) -> Refusal | None:
    ref = _member_of(store, order)
    member = None if ref is None else Member(ref, is_known=False)
    stopped = stops(store, order["program_version"], member=None, codes=())
    return refused_by_standing(stopped | stops_by_cashier(store, by.cashier, member))


def _member_of(store: StationStore, order: dict[str, Any]) -> str | None:
    """Return whose order it was, or whose it is by now, where its member was merged."""
    return None if order["member"] is None else store.replica.aliases.survivor(order["member"]["ref"])


def _is_own_approval(store: StationStore, approval: Approval, order: dict[str, Any], *, cashier: str) -> bool:
    """Tell whether somebody approves what they do themselves, or what is for themselves."""
    row = store.people.find(approval.approver)
    member = _member_of(store, order)
    is_member = row is not None and member is not None and row.member == member
    return approval.approver == cashier or is_member


def _age_ms(store: StationStore, order: dict[str, Any]) -> int | None:
    return None if store.time.is_doubtful() else store.now_ms() - int(order["t_eff"])


def _request(store: StationStore, asked: Asked, by: By, order: dict[str, Any], made: Reversal) -> Request:
    today = local_date(store.now_ms(), store.device.time_zone).isoformat()
    row = store.people.find(by.cashier) if by.cashier else None
    return Request(
        kind=asked.kind,
        age_ms=_age_ms(store, order),
        value=made.at_stake,
        order_cashier=order.get("cashier", ""),
        cashier=by.cashier,
        is_manager=row is not None and row.role == Role.MANAGER,
        times=store.journal.effect_sum(VOIDS, voids_by(by.cashier, today), after_seq=0),
    )


def _balance_after(store: StationStore, order: dict[str, Any], made: Reversal) -> int | None:
    """Return what the member would have, points on their way included."""
    found = None if order["member"] is None else balance_here(store, order["member"]["ref"])
    return None if found is None else found.balance + found.pending + made.points_change
