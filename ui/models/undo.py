"""Undoing: the newest own order by Enter, another by its digit, its receipt or its number; or goods that come back.

What stands on the page is what is done: an Enter that comes before it was looked at does nothing. What a manager has
to approve is asked on a page over this one. The order begun at the till waits behind all of it.
"""

from dataclasses import dataclass, replace
from functools import partial

from PySide6.QtCore import QObject

from app.core.approvals import Approval, Why
from app.core.reasons import Reason, Refusal
from app.core.reversal_kinds import Kind
from app.core.reversal_rules import REASONS, ReversalReason
from app.station.identify import Seen, SeenBadge, SeenReceipt
from app.station.void import Asked, By, Preview, Reversed, preview, record_reversal
from app.store.store import StationStore
from ui.i18n import _
from ui.models.answers import after_fault
from ui.models.flow import Flow, Means
from ui.models.state import Screen
from ui.models.to_approve import ToApprove
from ui.models.undoing import (
    Effect,
    GoodsRow,
    UndoRow,
    after_reversal,
    asked_of,
    effect_of,
    first_own,
    read_goods,
    read_one,
    read_rows,
)
from ui.models.which_order import FindOrder, PreferOrder
from ui.texts import because
from ui.texts_undo import to_approve, to_approve_detail

BY_ONESELF = ReversalReason.MISTAKE  # what a slip is, unless something else is said
WHYS: dict[ReversalReason, tuple[Why, ...]] = {
    ReversalReason.MISTAKE: (Why.WRONG_OFFER, Why.WRONG_AMOUNT),
    ReversalReason.WRONG_MEMBER: (Why.WRONG_MEMBER,),
    ReversalReason.NOT_HANDED_OVER: (Why.NOT_WORKING, Why.PROMISED),
    ReversalReason.CHANGED_MIND: (Why.CHANGED_MIND,),
    ReversalReason.TILL_VOIDED: (Why.WRONG_AMOUNT, Why.CHANGED_MIND),
    ReversalReason.GOODS_BACK: (Why.CHANGED_MIND, Why.GOODWILL),
    ReversalReason.GOODS_FAULTY: (Why.GOODS_FAULTY,),
}  # what a manager may say to what the cashier said; of one they needn't pick


@dataclass(frozen=True, slots=True)
class UndoView:
    """What the page shows. `is_read`: the store has answered. `chosen` is an order's id.

    While goods come back `kind` is RETURN: `goods` are the order's lines, `line` the one that + and - change, and
    `effect` what it would do, None while nothing is picked or it is being worked out.
    """

    rows: tuple[UndoRow, ...] = ()
    is_read: bool = False
    chosen: str = ""
    kind: Kind = Kind.VOID
    goods: tuple[GoodsRow, ...] = ()
    line: int = 0
    effect: Effect | Refusal | None = None
    reason: ReversalReason | None = None

    @property
    def row(self) -> UndoRow | None:
        """The order that was chosen."""
        return next((row for row in self.rows if row.order_id == self.chosen), None)

    @property
    def reasons(self) -> tuple[ReversalReason, ...]:
        """What there is to say why; nothing while nothing could be done."""
        return REASONS[self.kind] if isinstance(self.effect, Effect) else ()


@dataclass(frozen=True, slots=True)
class ChooseOrder:
    """An order of the list was picked."""

    order_id: str


@dataclass(frozen=True, slots=True)
class ReturnGoods:
    """Goods come back, rather than the whole order being undone."""


@dataclass(frozen=True, slots=True)
class TurnGoods:
    """Pick a line; `steps`: more of it comes back, or less."""

    line: int
    steps: int = 0


@dataclass(frozen=True, slots=True)
class Say:
    """Why it is undone."""

    reason: ReversalReason


class Undo(Flow):
    """One order at a time."""

    screen = Screen.UNDO

    def __init__(self, means: Means, parent: QObject) -> None:
        """Begin with no order."""
        super().__init__(means, parent)
        self._view = UndoView()
        self._asked: Asked | None = None
        self._preferred: str | None = None
        self._begun = 0  # what was asked for an earlier page or an earlier choice is not this one's

    @property
    def view(self) -> object:
        """See `UndoView`."""
        return self._view

    @property
    def by(self) -> By:
        """Who undoes it."""
        who = self.desk.cashier
        return By(who.staff_id if who else "", self.desk.link)

    def begin(self) -> None:
        """Read the last orders."""
        self.end()
        self._read()

    def end(self) -> None:
        """Forget what was chosen."""
        self._begun += 1
        self._view, self._asked, self._preferred = UndoView(), None, None

    def take(self, intent: object) -> None:
        """Do what the page asks."""
        if self.desk.state.is_busy:
            return
        match intent:
            case ChooseOrder(order_id):
                self._choose(order_id)
            case FindOrder(order):
                self._find(order)
            case PreferOrder(order):
                self._preferred = order
            case ReturnGoods():
                self._return_goods()
            case TurnGoods(line, steps):
                self._turn(line, steps)
            case Say(reason) if reason in self._view.reasons:
                self._show(reason=reason)

    def seen(self, seen: Seen) -> bool:
        """Take a receipt, and a manager's badge where Enter would ask for one.

        Whatever else it is comes to the till: nothing has been undone yet.
        """
        if isinstance(seen, SeenBadge):
            return self._badge_came(seen.staff_id)
        if isinstance(seen, SeenReceipt):
            self._find(seen.order)
        elif isinstance(seen, Refusal):
            self.desk.notice(because(seen, self.desk.state.shop.currency))
        else:
            return False
        return True

    def _badge_came(self, staff_id: str) -> bool:
        view, state = self._view, self.desk.state
        if view.row is None or view.reason is None or state.is_busy or state.is_new:
            return False
        if not isinstance(view.effect, Effect) or not view.effect.needs_approval:
            return False
        self._ask_manager(view.row, view.effect, view.reason, approver=staff_id)
        return True

    def enter(self) -> None:
        """Undo what stands there, or say what is missing."""
        view, state = self._view, self.desk.state
        if state.is_busy or state.is_new or not view.is_read:
            return
        if view.row is None:
            self.desk.notice(_("Pick an order first.") if view.rows else _("There is nothing to undo."))
        elif isinstance(view.effect, Refusal):
            self.desk.notice(because(view.effect, state.shop.currency))
        elif view.effect is None:
            if not any(row.picked_milli for row in view.goods):
                self.desk.notice(_("Say first what comes back."))
        elif view.reason is None:
            self.desk.notice(_("Pick a reason first."))
        elif view.effect.needs_approval:
            self._ask_manager(view.row, view.effect, view.reason)
        else:
            self._record(None)

    def escape(self) -> None:
        """Back from goods to the whole order, and from there out; not while something is being recorded."""
        if self.desk.state.is_busy:
            return
        if self._view.kind is Kind.RETURN:
            self._choose(self._view.chosen)
        else:
            super().escape()

    # --- what is to be undone -------------------------------------------------------------------------------------

    def _show(self, **changes: object) -> None:
        self._view = replace(self._view, **changes)  # type: ignore[arg-type]  # fields of UndoView
        self.changed.emit()

    def _read(self) -> None:
        begun, by = self._begun, self.by
        self.tasks.on_store(
            lambda store: read_rows(store, by), then=partial(self._came, begun), failed=self._not_read
        )

    def _came(self, begun: int, rows: tuple[UndoRow, ...]) -> None:
        if begun != self._begun:
            return
        wanted = self._preferred
        own = first_own(rows, lambda row: row.is_own if wanted is None else row.order_id == wanted)
        self._view = replace(self._view, rows=rows, is_read=True)
        self._choose(own)
        self.desk.show_first()

    def _choose(self, order_id: str) -> None:
        row = next((row for row in self._view.rows if row.order_id == order_id), None)
        effect = row.found if row else None
        is_slip = isinstance(effect, Effect) and not effect.needs_approval
        self._begun += 1
        self._asked = row.asked if row else None
        self.desk.notice("")
        self._show(
            chosen=order_id,
            kind=Kind.VOID,
            goods=(),
            line=0,
            effect=effect,
            reason=BY_ONESELF if is_slip else None,
        )

    def _find(self, order: str) -> None:
        if not order:
            return
        self._begun += 1
        begun, by = self._begun, self.by
        self.tasks.on_store(
            lambda store: read_one(store, order, by), then=partial(self._found, begun), failed=self._not_read
        )

    def _found(self, begun: int, found: UndoRow | Refusal) -> None:
        if begun != self._begun:
            return
        if isinstance(found, Refusal):
            self.desk.notice(because(found, self.desk.state.shop.currency))
            if not self._view.is_read:
                self._read()
            return
        self._view = replace(self._view, rows=(found,), is_read=True)
        self._choose(found.order_id)
        self.desk.show_first()

    def _not_read(self, problem: BaseException) -> None:
        self.desk.notice(after_fault(problem).sentence)

    # --- goods that come back -------------------------------------------------------------------------------------

    def _return_goods(self) -> None:
        row = self._view.row
        if row is None or self._view.kind is Kind.RETURN:
            return
        self._begun += 1
        begun, order = self._begun, row.order_id
        self.tasks.on_store(
            lambda store: read_goods(store, order),
            then=partial(self._goods_came, begun),
            failed=self._not_read,
        )

    def _goods_came(self, begun: int, goods: tuple[GoodsRow, ...] | Refusal) -> None:
        if begun != self._begun:
            return
        if isinstance(goods, Refusal):
            self.desk.notice(because(goods, self.desk.state.shop.currency))
            return
        self.desk.notice("")
        line = goods[0].line if goods else 0
        self._asked = None
        self._show(kind=Kind.RETURN, goods=goods, line=line, effect=None, reason=None)

    def _turn(self, line: int, steps: int) -> None:
        goods = tuple(row.turned(steps) if row.line == line else row for row in self._view.goods)
        is_other = goods != self._view.goods
        self._show(goods=goods, line=line)
        if is_other:
            self._preview_goods()

    def _preview_goods(self) -> None:
        """Work out what it would do. Until that has come nothing can be done."""
        view = self._view
        self._begun += 1
        self._asked = None
        if not any(row.picked_milli for row in view.goods):
            self._show(effect=None)
            return
        begun, by = self._begun, self.by
        asked = asked_of(Kind.RETURN, view.chosen, view.reason, view.goods)

        def work(store: StationStore) -> Preview | Refusal:
            return preview(store, asked, by)

        self._show(effect=None)
        self.tasks.on_store(work, then=partial(self._previewed, begun, asked), failed=self._not_read)

    def _previewed(self, begun: int, asked: Asked, found: Preview | Refusal) -> None:
        if begun != self._begun:
            return
        self._asked = asked
        self._view = replace(self._view, effect=effect_of(found))
        self.desk.show_first()

    # --- doing it -------------------------------------------------------------------------------------------------

    def _ask_manager(
        self, row: UndoRow, effect: Effect, reason: ReversalReason, *, approver: str = ""
    ) -> None:
        if self._asked is None:
            return
        self.desk.approve(
            ToApprove(
                action=self._asked.action,
                what=to_approve(self._view.kind),
                detail=to_approve_detail(row, self.desk.state.time_zone),
                amount=effect.value + effect.on_cards or None,
                reasons=WHYS[reason],
                approver=approver,
            ),
            then=self._record,
        )

    def _record(self, approval: Approval | None) -> None:
        view, asked = self._view, self._asked
        if asked is None or view.reason is None or not isinstance(view.effect, Effect):
            return
        asked, by = replace(asked, reason=view.reason), replace(self.by, approval=approval)
        self.desk.busy(is_busy=True)
        self.tasks.on_store(
            lambda store: record_reversal(store, asked, by),
            then=partial(self._recorded, view.effect, by.link),
            failed=self.desk.failed,
        )

    def _recorded(self, effect: Effect, link: str, done: Reversed | Refusal) -> None:
        if isinstance(done, Refusal):
            self._refused(effect, done)
            return
        waits = self.desk.visit
        answer = after_reversal(done, self._view.kind, effect, link=link)
        self.desk.answer(replace(answer, goes_back=waits is not None))
        self.desk.keep(waits)
        self.desk.refresh()
        self.desk.sync_now()

    def _refused(self, effect: Effect, why: Refusal) -> None:
        """Say why not. What was a slip a minute ago may be a manager's by now: the next Enter asks one."""
        if why.reason is Reason.APPROVAL_NEEDED:
            self._show(effect=replace(effect, needs_approval=True))
        elif why.reason is not Reason.APPROVER_DOES_NOT_FIT:
            self._show(effect=why)
        self.desk.show_first()
        self.desk.busy(is_busy=False)
        self.desk.notice(because(why, self.desk.state.shop.currency))
