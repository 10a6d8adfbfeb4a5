"""What can be undone and what undoing it would do: read on the store's thread, shown as frozen values."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from app.core.gift_cards import TenderKind
from app.core.order import MILLI
from app.core.paid_order import ONE_UNIT_MILLI, PaidLine, ReturnedUnits
from app.core.reasons import Refusal
from app.core.reversal_kinds import Kind
from app.core.reversal_rules import REASONS, ReversalReason
from app.ids import new_id
from app.station.last_orders import LastOrder, last_orders
from app.station.void import Asked, By, Left, Preview, Reversed, preview, what_is_left
from app.store.store import StationStore
from ui.models.state import AnswerView, AnswerWord, Undone

ROWS = 9  # as many as there are digits


@dataclass(frozen=True, slots=True)
class Effect:
    """What undoing would do. `due`: what the till gives back, below 0: what is to be paid there.

    `value`: what had been given and counts no more; `points`: the change of earned ones; `points_back`: spent ones that
    come back; `vouchers` can be used once more; `on_cards`: what goes back on the gift cards that had paid, beside
    `due`. `balance` None: nobody's order, or not known here.
    """

    due: int
    value: int
    points: int
    points_back: int
    vouchers: int
    balance: int | None
    needs_approval: bool
    on_cards: int = 0


@dataclass(frozen=True, slots=True)
class UndoRow:
    """An order that could be undone. `found` says what that would do, or why it can't be.

    `is_member`: a card was shown; its member may have no name, or none that is known here yet.
    """

    order_id: str
    at_ms: int
    member_name: str
    total: int
    discount: int
    points: int
    is_own: bool
    has_returns: bool
    found: Effect | Refusal
    asked: Asked  # under this id it is one undoing, however often it is asked
    is_member: bool = False


@dataclass(frozen=True, slots=True)
class GoodsRow:
    """A line of an order and how much of it comes back, in thousandths of a unit. `step_milli`: what a key adds."""

    line: int
    sku: str
    left_milli: int
    step_milli: int
    picked_milli: int = 0

    def turned(self, steps: int) -> "GoodsRow":
        """Return it with more of it coming back, or less; never more than is left."""
        picked = self.picked_milli + steps * self.step_milli
        return replace(self, picked_milli=max(0, min(picked, self.left_milli)))


def asked_of(
    kind: Kind, order: str, reason: ReversalReason | None, goods: tuple[GoodsRow, ...] = ()
) -> Asked:
    """Return what is asked, under an id of its own. Without a reason yet any stands in: it changes nothing."""
    units = tuple(ReturnedUnits(row.line, row.picked_milli) for row in goods if row.picked_milli)
    return Asked(new_id(), kind, order, reason or REASONS[kind][0], units)


def read_rows(store: StationStore, by: By) -> tuple[UndoRow, ...]:
    """Return the last orders of this station, newest first, each with what undoing it would do."""
    rows = last_orders(store, by.cashier, most=ROWS)
    return tuple(_row(store, last, by) for last in rows)


def read_one(store: StationStore, order: str, by: By) -> UndoRow | Refusal:
    """Return an order by its number, or by the id of a redemption in it."""
    left = what_is_left(store, order)
    if isinstance(left, Refusal):
        return left
    data = left.order
    last = LastOrder(
        seq=0,
        order_id=data["order_id"],
        at_ms=data["t_eff"],
        member_ref=None if data["member"] is None else data["member"]["ref"],
        total=data["total"],
        discount=data["discount"],
        points=data["points"],
        points_spent=0,
        is_undone=left.is_undone,
        has_returns=any(line.returned_milli for line in left.paid.lines),
        is_own_and_fresh=data.get("cashier", "") == by.cashier,
    )
    return _row(store, last, by)


def _row(store: StationStore, last: LastOrder, by: By) -> UndoRow:
    known = store.replica.survivor(last.member_ref) if last.member_ref else None
    asked = asked_of(Kind.VOID, last.order_id, None)
    return UndoRow(
        order_id=last.order_id,
        at_ms=last.at_ms,
        member_name=known.name if known else "",
        total=last.total,
        discount=last.discount,
        points=last.points,
        is_own=last.is_own_and_fresh,
        has_returns=last.has_returns,
        found=effect_of(preview(store, asked, by)),
        asked=asked,
        is_member=last.member_ref is not None,
    )


def effect_of(found: Preview | Refusal) -> Effect | Refusal:
    """Return what the page shows of a preview."""
    if isinstance(found, Refusal):
        return found
    made = found.reversal
    return Effect(
        due=made.outcome.till,
        value=made.value,
        points=made.points,
        points_back=made.points_back,
        vouchers=sum(back.is_use and bool(back.code_hash) for back in made.backs),
        balance=found.balance_after,
        needs_approval=found.needs_approval,
        on_cards=sum(back.amount for back in made.outcome.tenders if back.kind is TenderKind.GIFT_CARD),
    )


def read_goods(store: StationStore, order: str) -> tuple[GoodsRow, ...] | Refusal:
    """Return the lines of an order of which something is left to come back."""
    left = what_is_left(store, order)
    return left if isinstance(left, Refusal) else _goods(left)


def _goods(left: Left) -> tuple[GoodsRow, ...]:
    skus: Mapping[int, str] = {line["line"]: line["sku"] for line in left.order["lines"]}
    return tuple(
        GoodsRow(line.line, skus.get(line.line, ""), line.left_milli, _step(line))
        for line in left.paid.lines
        if line.left_milli
    )


def _step(line: PaidLine) -> int:
    """Return a unit; of weighed goods all of it, since nobody weighs it anew at the till."""
    return ONE_UNIT_MILLI if line.units_milli % MILLI == 0 else line.left_milli


def after_reversal(done: Reversed, kind: Kind, effect: Effect, *, link: str) -> AnswerView:
    """Return the answer to what was undone, by its record."""
    data = done.data
    return AnswerView(
        word=AnswerWord.APPROVED if link == "online" else AnswerWord.QUEUED,
        is_repeat=done.is_repeat,
        receipt=data["reversal_id"],
        undone=Undone(
            is_return=kind is Kind.RETURN,
            due=data["till"],
            value=effect.value,
            points=data["points"] + data["points_back"],
            on_cards=sum(amount for kind, _ref, amount in data["tenders"] if kind == TenderKind.GIFT_CARD),
        ),
    )


def first_own(rows: tuple[UndoRow, ...], fits: Callable[[UndoRow], bool]) -> str:
    """Return the newest order that can be undone and fits; "" where there is none."""
    return next((row.order_id for row in rows if isinstance(row.found, Effect) and fits(row)), "")
