"""The station's view-model: intents in, one frozen state out. No window, and no waiting: work goes out by `Tasks`.

The redemption ids and the order's id exist before the confirm; an answer is shown only when the store's transaction has
come home. While a confirm is under way a second one does nothing, and a repeated order is answered from the journal.
"""

import logging
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Signal

from app.clock import Clock
from app.core.order import Line
from app.core.quote import Quote
from app.core.reasons import Refusal
from app.core.voucher import Presentation
from app.station.answer import OrderAnswer
from app.station.identify import Seen, SeenMember, identify
from app.station.redeem import hand_in
from sync.worker import LinkState
from ui.i18n import _
from ui.models import pill as pills
from ui.models.amount import parse_amount
from ui.models.answers import after_fault, after_order, after_refusal
from ui.models.outside import DemoTill, Worker
from ui.models.quoting import quote_visit
from ui.models.state import AnswerView, AnswerWord, MemberCard, OrderView, Screen, Shop, State
from ui.models.till import TillOrder, Visit, new_visit, offer_rows, order_view
from ui.models.today import Overview, read_overview
from ui.tasks import Tasks
from ui.texts import amount_problem, because

log = logging.getLogger(__name__)
TICK_MS = 1_000  # ages on the screen go by seconds
READ_MS = 700  # Enter pressed twice comes within this, and nobody has read an answer sooner


class StationModel(QObject):
    """What the station shows, and what a cashier can do."""

    changed = Signal()

    def __init__(
        self,
        tasks: Tasks,
        *,
        clock: Clock,
        shop: Shop,
        time_zone: str,
        register: str,
        demo: DemoTill | None = None,
        read_picture: Callable[[bytes], str | None] = lambda data: None,
    ) -> None:
        """Start on the idle page; `connect_worker` and the first overview follow."""
        super().__init__(tasks)
        self._tasks = tasks
        self._clock = clock
        self._register = register
        self._demo = demo
        self._read_picture = read_picture
        self._worker: Worker | None = None
        self._line = pills.Line()
        self._visit: Visit | None = None
        self._newcomer: SeenMember | None = None  # while the page asks whether to switch to them
        self._quote_number = 0
        self._state = State(shop=shop, time_zone=time_zone, now_ms=clock.now_ms(), screen=Screen.PREPARING)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._tick)
        self._timer.start(TICK_MS)
        self._reading = QTimer(self, singleShot=True, interval=READ_MS)
        self._reading.timeout.connect(lambda: self._show(is_answer_new=False))
        self._refresh_overview()

    def close(self) -> None:
        """Stop ticking."""
        self._timer.stop()
        self._reading.stop()

    @property
    def state(self) -> State:
        """What to show now."""
        return self._state

    # --- intents --------------------------------------------------------------------------------------------------

    def scan(self, text: str) -> None:
        """Take a scan, from any screen."""
        if self._state.screen in (Screen.PREPARING, Screen.STOPPED) or self._state.is_busy:
            self._show(notice=_("One moment, this station is not ready yet."))
            return
        self._tasks.on_store(lambda store: identify(store, text), then=self._seen, failed=self._scan_failed)

    def picture(self, data: bytes) -> None:
        """Take a picture of a code that was dropped or pasted."""
        self._tasks.on_net(
            lambda: self._read_picture(data), then=self._picture_read, failed=self._scan_failed
        )

    def type_amount(self, text: str) -> None:
        """Take what stands in the amount field."""
        visit = self._visit
        if (
            visit is None
            or self._state.is_busy
            or (text == visit.order.typed and not visit.order.is_from_till)
        ):
            return
        if self._state.notice == self._amount_problem(visit):
            self._show(notice="")
        amount = parse_amount(text, self._state.shop.currency)
        lines = (Line(line=1, sku="", quantity=1, amount=amount),) if isinstance(amount, int) else ()
        self._turn_to(replace(visit, order=TillOrder(visit.order.order_id, lines, text)))

    def _amount_problem(self, visit: Visit) -> str:
        """Return what to say of an amount that can't be taken; what was typed stays."""
        currency = self._state.shop.currency
        amount = parse_amount(visit.order.typed, currency)
        return "" if isinstance(amount, int) else amount_problem(amount, currency)

    def pick(self, key: int) -> None:
        """Pick the offer with this key, or put it back."""
        row = next((row for row in self._state.offers if row.key == key), None)
        if row is None or self._visit is None or self._state.is_busy:
            return
        picks = self._visit.picks ^ {row.rule_id}
        self._turn_to(replace(self._visit, picks=picks, is_hands_on=True))

    def enter(self) -> None:
        """Do the one primary thing of the screen."""
        if self._state.screen is Screen.MEMBER:
            self._confirm()
        elif self._state.screen is Screen.SWITCH:
            self._switch()
        elif self._state.screen is Screen.ANSWER and not self._state.is_answer_new:
            self._leave_answer()

    def escape(self) -> None:
        """Go back to the idle page; nothing was recorded on the way. From a question: to where it came up."""
        if self._state.screen is Screen.ANSWER:
            self._leave_answer()
        elif self._state.screen is Screen.SWITCH and self._visit is not None:
            self._begin(self._visit)
        elif self._state.screen is Screen.MEMBER and not self._state.is_busy:
            self._go_idle()

    def sync_now(self) -> None:
        """Ask for a sync."""
        if self._worker is not None:
            self._worker.wake()

    def dismiss_notice(self) -> None:
        """Take the notice away."""
        self._show(notice="")

    def take_demo_order(self) -> None:
        """Let the demo's till hand over its next order."""
        if self._demo is None or self._state.is_busy:
            return
        order = self._demo.next_order()
        if order is None:
            self._show(notice=_("There are no more orders."))
        else:
            self.till_order(*order)
            self.sync_now()  # the demo's clock may have moved on by a night

    def till_order(self, order_id: str, lines: tuple[Line, ...]) -> None:
        """Take an order that the shop's till hands over."""
        order = TillOrder(order_id, lines, is_from_till=True)
        visit = replace(self._open_visit() or new_visit(), order=order)
        if self._newcomer is None:
            self._begin(visit)
        else:
            self._ask(visit, self._newcomer)

    def set_line_cut(self, is_cut: bool) -> None:
        """Cut the demo's line to head office, or put it back."""
        if self._demo is not None:
            self._demo.set_cut(is_cut=is_cut)
            self._show(shop=replace(self._state.shop, is_line_cut=is_cut))
            self.sync_now()

    def set_camera(self, word: str) -> None:
        """Take how the camera is: "", "on" or "missing"."""
        self._show(camera=word)

    # --- from the sync worker ---------------------------------------------------------------------------------------

    def connect_worker(self, worker: Worker) -> None:
        """Know whom to ask for a sync."""
        self._worker = worker

    def link_changed(self, link: LinkState) -> None:
        """Take how the line stands; called on the worker's thread."""
        self._tasks.at_home(lambda: self._link_came(link))

    def _link_came(self, link: LinkState) -> None:
        self._line = replace(self._line, link=link, is_known=True)
        self._refresh_overview()

    # --- scanning -----------------------------------------------------------------------------------------------------

    def _picture_read(self, text: str | None) -> None:
        if text is None:
            self._show(notice=_("There is no single code in this picture."))
        else:
            self.scan(text)

    def _seen(self, seen: Seen) -> None:
        visit = self._open_visit()
        match seen:
            case SeenMember():
                self._member_came(visit or new_visit(), seen)
            case Presentation() if self._newcomer is not None:
                self._show(notice=_("Switch or stay first, then scan the voucher again."))
            case Presentation():
                visit = visit or new_visit()
                self._begin(replace(visit, vouchers=(*visit.vouchers, seen)))
            case Refusal():
                self._refused(seen, is_open=visit is not None)
        self.sync_now()

    def _open_visit(self) -> Visit | None:
        """Return the visit on the page; what stays behind an answer is none."""
        return self._visit if self._state.screen in (Screen.MEMBER, Screen.SWITCH) else None

    def _member_came(self, visit: Visit, seen: SeenMember) -> None:
        """Open the member's page; where another member's work would be lost, ask first."""
        if not visit.is_of_another(seen):
            self._begin(replace(visit, member=seen))
        elif visit.is_begun:
            self._ask(visit, seen)
        else:
            self._begin(new_visit(member=seen))

    def _ask(self, visit: Visit, newcomer: SeenMember) -> None:
        self._visit, self._newcomer = visit, newcomer
        order = self._order_view(visit)
        self._show(screen=Screen.SWITCH, newcomer=_card(newcomer), order=order, notice="")

    def _switch(self) -> None:
        """Let the newcomer take over: the order is the till's, but what was scanned and picked was the other's."""
        if self._visit is not None and not self._state.is_busy:
            self._begin(new_visit(order=self._visit.order, member=self._newcomer))

    def _refused(self, refusal: Refusal, *, is_open: bool) -> None:
        if is_open:
            self._show(notice=because(refusal, self._state.shop.currency))
        else:
            self._answer(after_refusal(refusal, self._state.shop.currency))

    def _scan_failed(self, problem: BaseException) -> None:
        self._show(notice=after_fault(problem).sentence)

    # --- quote --------------------------------------------------------------------------------------------------------

    def _begin(self, visit: Visit) -> None:
        """Open the member's page at once; its offers follow from the store."""
        self._visit, self._newcomer = visit, None
        self._show(
            screen=Screen.MEMBER,
            member=_card(visit.member),
            newcomer=None,
            order=self._order_view(visit),
            answer=None,
            notice="",
        )
        self._turn_to(visit)

    def _turn_to(self, visit: Visit) -> None:
        """Quote the visit anew; only the newest quote counts."""
        self._visit = visit
        self._quote_number += 1
        number, link = self._quote_number, self._link()
        self._show(order=self._order_view(visit))
        self._tasks.on_store(
            lambda store: quote_visit(store, visit, register=self._register, link=link),
            then=lambda found: self._quoted(number, *found),
            failed=self._quote_failed,
        )

    def _quoted(self, number: int, visit: Visit, found: Quote) -> None:
        if number != self._quote_number or self._state.screen is not Screen.MEMBER:
            return
        self._visit = visit
        self._show(offers=offer_rows(visit, found), order=order_view(visit, found))

    def _quote_failed(self, problem: BaseException) -> None:
        self._show(notice=after_fault(problem).sentence)

    def _order_view(self, visit: Visit) -> OrderView:
        """Keep the totals on the page while the new quote is on its way, as long as the order is the same."""
        now = self._state.order
        if now is not None and now.order_id == visit.order.order_id and now.typed == visit.order.typed:
            return now
        return order_view(visit, None)

    # --- confirm ------------------------------------------------------------------------------------------------------

    def _confirm(self) -> None:
        visit = self._visit
        if visit is None or self._state.is_busy:
            return
        if visit.order.total <= 0:
            self._show(notice=self._amount_problem(visit))
            return
        self._show(is_busy=True)
        order_in, at_till = visit.order.order_in(self._register), visit.at_till(link=self._link())
        self._tasks.on_store(
            lambda store: hand_in(store, order_in, at_till), then=self._recorded, failed=self._not_recorded
        )

    def _recorded(self, answer: OrderAnswer) -> None:
        self._visit = None
        self._answer(after_order(answer, self._state.shop.currency))
        self._refresh_overview()
        self.sync_now()

    def _not_recorded(self, problem: BaseException) -> None:
        self._answer(after_fault(problem))

    def _answer(self, answer: AnswerView) -> None:
        """Show an answer. For a moment it takes no Enter: that would be the second of two meant for the confirm."""
        self._newcomer = None
        self._show(
            screen=Screen.ANSWER, answer=answer, is_answer_new=True, newcomer=None, is_busy=False, notice=""
        )
        self._reading.start()

    def _leave_answer(self) -> None:
        """Nothing recorded: back to the order, to try again under the same ids. Else the next customer."""
        answer = self._state.answer
        was_recorded = answer is None or answer.word in (
            AnswerWord.APPROVED,
            AnswerWord.QUEUED,
            AnswerWord.UNKNOWN,
        )
        if self._visit is not None and not was_recorded:
            self._begin(self._visit)
        else:
            self._go_idle()

    def _go_idle(self) -> None:
        self._visit = None
        self._quote_number += 1
        self._show(screen=Screen.IDLE, member=None, order=None, offers=(), answer=None, notice="")

    # --- what stands around -------------------------------------------------------------------------------------------

    def _link(self) -> str:
        return "online" if self._line.link.is_online else "offline"

    def _refresh_overview(self) -> None:
        self._tasks.on_store(read_overview, then=self._overview, failed=self._overview_failed)

    def _overview(self, found: Overview) -> None:
        since = self._line.offline_since_ms or self._clock.now_ms()
        self._line = replace(
            self._line,
            waiting=found.waiting,
            flagged=found.flagged,
            offline_since_ms=None if self._line.link.is_online else since,
        )
        screen = self._state.screen
        if screen is Screen.PREPARING and found.has_program:
            screen = Screen.IDLE
        self._show(screen=screen, today=found.today, recent=found.recent, rows_loaded=found.members)

    def _overview_failed(self, problem: BaseException) -> None:
        fault = after_fault(problem)
        if self._state.screen in (Screen.IDLE, Screen.PREPARING):
            self._show(notice=fault.sentence)

    def _tick(self) -> None:
        self._show()

    def _show(self, **changes: object) -> None:
        now_ms = self._clock.now_ms()
        shown = replace(
            self._state,
            now_ms=now_ms,
            pill=pills.pill(self._line, now_ms=now_ms),
            **changes,  # type: ignore[arg-type]
        )
        if shown != self._state:
            self._state = shown
            self.changed.emit()


def _card(seen: SeenMember | None) -> MemberCard | None:
    if seen is None:
        return None
    member = seen.member
    return MemberCard(seen.name, member.tier, member.balance, seen.pending, member.is_known, member.as_of_ms)
