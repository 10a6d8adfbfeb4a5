"""The window as the place where the till's orders are worked on: what `app.till_api` asks comes home to the model.

It follows the model as everybody does who only looks on, so how an order stands is what the window shows of it. It is
made only where the till's API is on.
"""

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from app.core.approvals import Approval
from app.station.void import By
from app.till_api.desk import Handed, Listener, Phase, Standing, Taken, ToUndo
from ui import texts_till
from ui.models.state import Screen
from ui.models.station import StationModel
from ui.models.till import TillOrder, Visit
from ui.models.till_part import Word
from ui.models.to_approve import ToApprove
from ui.models.undo import WHYS
from ui.tasks import Tasks
from ui.texts import moment
from ui.texts_undo import to_approve

AT_WINDOW = "It was dropped at the station."
BY_TILL = "The till has given it up."
BY_NEXT = "Another order of the till took its place."
TAKEN = {Word.YES: Taken.YES, Word.CONFIRMING: Taken.CONFIRMING, Word.NOT_READY: Taken.NOT_READY}

Heard = Callable[[Approval | None], None]


class _Nobody:
    def tell(self, order_id: str, standing: Standing | None) -> None:
        """Leave it."""


class WindowTillDesk(QObject):
    """A `TillDesk`: its methods may be called on any thread, all else is the main thread's."""

    def __init__(self, tasks: Tasks, model: StationModel) -> None:
        """Look on at `model` from now on."""
        super().__init__(model)
        self._tasks = tasks
        self._model = model
        self._listener: Listener = _Nobody()
        self._held: Handed | None = None  # until what is on the window could be read
        self._order: TillOrder | None = None  # as it was told last
        self._why_gone = AT_WINDOW
        self._asked: Heard | None = None
        model.changed.connect(self._look)

    # --- asked by the API ---------------------------------------------------------------------------------------------

    def listen(self, listener: Listener) -> None:
        """See `TillDesk.listen`."""
        self._listener = listener

    def take(self, order: Handed, then: Callable[[Taken], None]) -> None:
        """See `TillDesk.take`."""
        self._tasks.at_home(lambda: then(self._take(order)))

    def drop(self, order_id: str, then: Callable[[Taken], None]) -> None:
        """See `TillDesk.drop`."""
        self._tasks.at_home(lambda: then(self._drop(order_id)))

    def approve(self, what: ToUndo, then: Heard) -> bool:
        """See `TillDesk.approve`."""
        self._tasks.at_home(lambda: self._approve(what, then))
        return True

    def undone(self) -> None:
        """See `TillDesk.undone`."""
        self._tasks.at_home(self._undone)

    @property
    def by(self) -> By:
        """See `TillDesk.by`: two values that are exchanged whole."""
        who = self._model.cashier
        return By(who.staff_id if who else "", self._model.link)

    # --- at home ------------------------------------------------------------------------------------------------------

    def _take(self, order: Handed) -> Taken:
        held, self._held = self._held, None
        if held is not None and held.order_id != order.order_id:
            self._tell_gone(held.order_id, BY_NEXT)
        self._why_gone = BY_NEXT
        word = self._model.hand_over(order.order_id, order.lines, order.register)
        self._look_at_order()  # behind a page, nothing of it may have changed on the screen
        self._why_gone = AT_WINDOW
        if word is Word.LATER:
            self._held = order
            return Taken.YES
        return TAKEN[word]

    def _drop(self, order_id: str) -> Taken:
        if self._held is not None and self._held.order_id == order_id:
            self._held = None
        self._why_gone = BY_TILL
        word = self._model.take_back(order_id)
        self._why_gone = AT_WINDOW
        if word is Word.YES:
            self._tell_gone(order_id, BY_TILL)
        return TAKEN[word]

    def _undone(self) -> None:
        self._model.notice(texts_till.undone())
        self._model.refresh()
        self._model.sync_now()

    # --- what is told -------------------------------------------------------------------------------------------------

    def _look(self) -> None:
        """Tell what has become of the till's order, and bring up the one that was held."""
        self._look_whether_approved()
        self._look_at_order()
        held = self._held
        if held is not None and self._take(held) is not Taken.YES:
            self._tell_gone(held.order_id, AT_WINDOW)

    def _look_at_order(self) -> None:
        visit = self._model.visit
        order = None if visit is None or not visit.order.is_from_till else visit.order
        gone, self._order = self._order, order
        if gone is not None and (order is None or order.order_id != gone.order_id):
            answer = self._model.state.answer
            if answer is not None and answer.receipt == gone.order_id:
                self._listener.tell(gone.order_id, None)
            else:
                self._tell_gone(gone.order_id, self._why_gone)
        if visit is not None and order is not None:
            self._tell(visit, is_new=order is not gone)

    def _tell(self, visit: Visit, *, is_new: bool) -> None:
        """Tell how it stands; nothing while a quote of the same order is on its way."""
        state, quoted = self._model.state, self._model.quoted
        is_shown = bool(visit.member or visit.vouchers or visit.cards)
        if quoted is not None and quoted.visit.order == visit.order:
            phase = Phase.QUOTED if is_shown else Phase.WAITING
            if state.is_busy and state.screen is Screen.MEMBER:
                phase = Phase.CONFIRMING
            is_member = visit.member is not None
            standing = Standing(phase, quoted.quote, is_member=is_member, prompts=state.prompts)
            self._listener.tell(visit.order.order_id, standing)
        elif is_new:
            standing = Standing(Phase.WAITING, is_member=visit.member is not None)
            self._listener.tell(visit.order.order_id, standing)

    def _tell_gone(self, order_id: str, why: str) -> None:
        self._listener.tell(order_id, Standing(Phase.GIVEN_UP, why=why))

    # --- a manager's word ---------------------------------------------------------------------------------------------

    def _approve(self, what: ToUndo, then: Heard) -> None:
        asked, order, state = what.asked, what.order, self._model.state
        if state.screen is Screen.APPROVAL or self._asked is not None or self._model.is_behind_training:
            then(None)  # a manager is asked something else at this moment, or nobody could see it
            return
        self._asked = then
        request = ToApprove(
            action=asked.action,
            what=to_approve(asked.kind),
            detail=f"{order['order_id']} · {moment(order['t_eff'], state.time_zone)}",
            amount=what.at_stake or None,
            reasons=WHYS[asked.reason],
        )
        self._model.approve(request, then=self._heard)
        self._look_whether_approved()

    def _heard(self, approval: Approval | None) -> None:
        then, self._asked = self._asked, None
        if then is not None:
            then(approval)

    def _look_whether_approved(self) -> None:
        """Know that nobody approves it any more; whoever has done it is heard of in this turn of the loop."""
        if self._asked is not None and self._model.state.screen is not Screen.APPROVAL:
            QTimer.singleShot(0, self, self._ask_no_more)

    def _ask_no_more(self) -> None:
        if self._model.state.screen is not Screen.APPROVAL:
            self._heard(None)
