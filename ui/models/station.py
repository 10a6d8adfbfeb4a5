"""The station's view-model: intents in, one frozen state out. No window, and no waiting: work goes out by `Tasks`.

The redemption ids and the order's id exist before the confirm. Enter records what is shown and nothing else: it waits
for the newest quote to be painted and looked at. An answer is shown only when the store's transaction has come home.
While a confirm is under way a second one does nothing, and a repeated order is answered from the journal.
"""

import logging
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Signal

from app.clock import Clock
from app.core.prompted import NO_PROMPTS, Prompts
from app.station.answer import OrderAnswer
from app.station.identify import SeenMember
from sync.worker import LinkState
from ui.i18n import _
from ui.models.answers import after_fault, after_order
from ui.models.around import Around
from ui.models.briefing_part import BriefingPart
from ui.models.cut_off import CutOffPart
from ui.models.demo_part import DemoPart
from ui.models.devices import Devices
from ui.models.flows import FlowPart, Flows
from ui.models.guard import LOOK_MS, READ_MS, Guard
from ui.models.outside import DemoTill, HeadOffice, Worker
from ui.models.quotes import Quotes
from ui.models.quoting import Quoted, QuoteOutdated
from ui.models.receipt_part import ReceiptPart
from ui.models.scanning import ScanPart
from ui.models.staff_part import StaffPart
from ui.models.state import AnswerView, Screen, Shop, State
from ui.models.till import Visit, card_of, new_visit, offer_rows, order_meanwhile, order_view
from ui.models.till_part import TillPart
from ui.models.today import Overview
from ui.models.unseen_part import UnseenPart
from ui.tasks import Tasks
from ui.texts import typed_problem

log = logging.getLogger(__name__)
TICK_MS_MIN = 20  # a clock that stands must not be asked without a pause


class StationModel(
    QObject,
    StaffPart,
    ScanPart,
    FlowPart,
    TillPart,
    Devices,
    DemoPart,
    ReceiptPart,
    CutOffPart,
    UnseenPart,
    BriefingPart,
):
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
        """Start on the idle page; `connect_to` and the first overview follow."""
        super().__init__(tasks)
        self._tasks = tasks
        self._clock = clock
        self._demo = demo
        self._read_picture = read_picture
        self._around = Around(tasks, clock=clock, parent=self)
        self._around.read.connect(self._overview)
        self._around.unreadable.connect(self._overview_failed)
        self._quotes = Quotes(tasks, register=register, who=lambda: self._signed_in, parent=self)
        self._quotes.came.connect(self._quoted)
        self._quotes.failed.connect(self._notice_fault)
        self._quotes.prompted.connect(self._prompted)
        self._visit: Visit | None = None
        self._flows = Flows(self)
        self._flows.changed.connect(lambda: self._show(flow=self._flows.view))
        self._flows.left.connect(self._go_back)
        self._newcomer: SeenMember | None = None  # while the page asks whether to switch to them
        self._held_scan: Callable[[], None] | None = (
            None  # one that crossed a confirm: its turn comes after the answer
        )
        self._was_ready = False  # whether there was ever a program to work by
        self._start_staff()
        self._start_unseen()
        self._state = State(shop=shop, time_zone=time_zone, now_ms=clock.now_ms(), screen=Screen.PREPARING)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._tick)
        self._timer.start(self._around.until_next_second_ms())
        self._guard = Guard(self)
        self._guard.ended.connect(lambda: self._show(is_new=False))
        self._around.refresh()

    def close(self) -> None:
        """Stop ticking and printing."""
        self._close_receipts()
        self._timer.stop()
        self._unseen_timer.stop()
        self._guard.stop()

    @property
    def state(self) -> State:
        """What to show now."""
        return self._state

    # --- intents --------------------------------------------------------------------------------------------------

    def type_amount(self, text: str) -> None:
        """Take what stands in the amount field."""
        visit = self._visit
        if (
            visit is None
            or self._state.is_busy
            or (text == visit.order.typed and not visit.order.is_from_till)
        ):
            return
        currency = self._state.shop.currency
        if self._state.notice == typed_problem(visit.order.typed, currency):
            self._show(notice="")
        self._turn_to(replace(visit, order=visit.order.retyped(text, currency)))

    def pick(self, key: int) -> None:
        """Pick the offer with this key, or put it back."""
        row = next((row for row in self._state.offers if row.key == key), None)
        if row is None or self._visit is None or self._state.is_busy:
            return
        self._turn_to(self._visit.turned(row.rule_id))

    def remove_voucher(self, redemption_id: str = "") -> None:
        """Take a scanned voucher or gift card out of the order again; without an id what Delete takes first."""
        visit = self._visit
        if visit is None or self._state.screen is not Screen.MEMBER or self._state.is_busy:
            return
        if taken := redemption_id or visit.taken_out_first:
            self._turn_to(visit.without(taken))

    def enter(self) -> None:
        """Do the one primary thing of the screen."""
        if self._flows.current is not None:
            self._flows.current.enter()
        elif self._state.screen is Screen.MEMBER:
            self._confirm()
        elif self._state.screen is Screen.SWITCH and not self._state.is_new:
            self._switch()
        elif self._state.screen is Screen.ANSWER and not self._state.is_new:
            self._leave_answer()

    def escape(self) -> None:
        """Go back to the idle page; nothing was recorded on the way. From a question: to where it came up.

        An answer stays until it can have been read: an Esc that came too late to stop it must not hide it.
        """
        if self._flows.current is not None:
            self._flows.current.escape()
        elif self._state.screen is Screen.ANSWER:
            if not self._state.is_new:
                self._leave_answer()
        elif self._state.screen is Screen.SWITCH and self._visit is not None:
            self._begin(self._visit)
        elif self._state.screen is Screen.MEMBER and not self._state.is_busy:
            self._go_idle()

    def painted(self) -> None:
        """Know that what the state says is on the screen."""
        self._guard.painted()

    def totals_shown(self) -> None:
        """Know that the totals have come up where the amount was typed: the Enter that did it is not their confirm."""
        if self._state.screen is Screen.MEMBER:
            self._renew(LOOK_MS)

    def sync_now(self) -> None:
        """Ask for a sync."""
        self._around.sync_now()

    def dismiss_notice(self) -> None:
        """Take the notice away."""
        self._show(notice="")

    # --- from the sync worker ---------------------------------------------------------------------------------------

    def connect_to(self, worker: Worker, head_office: HeadOffice | None = None) -> None:
        """Know whom to ask for a sync, and for a word on an order."""
        self._around.connect_worker(worker)
        self._quotes.head_office = head_office

    def loaded(self, percent: int) -> None:
        """Take how far the first download is; called on the worker's thread."""
        self._tasks.at_home(lambda: self._show(percent_loaded=percent))

    def link_changed(self, link: LinkState) -> None:
        """Take how the line stands; called on the worker's thread."""
        self._around.link_changed(link)

    def _ask(self, visit: Visit, newcomer: SeenMember) -> None:
        self._visit, self._newcomer = visit, newcomer
        order = order_meanwhile(visit, self._state.order)
        self._renew(LOOK_MS, screen=Screen.SWITCH, newcomer=card_of(newcomer), order=order, notice="")

    def _switch(self) -> None:
        """Let the newcomer take over: the order is the till's, but what was scanned and picked was the other's."""
        if self._visit is not None and not self._state.is_busy:
            self._begin(new_visit(order=self._visit.order, member=self._newcomer))

    def _notice_fault(self, problem: BaseException) -> None:
        self._show(notice=after_fault(problem).sentence)

    # --- quote --------------------------------------------------------------------------------------------------------

    def _begin(self, visit: Visit) -> None:
        """Open the member's page at once; its offers follow from the store."""
        self._visit, self._newcomer = visit, None
        self._guard.stop()
        self._show(
            screen=Screen.MEMBER,
            member=card_of(visit.member),
            newcomer=None,
            order=order_meanwhile(visit, self._state.order),
            prompts=NO_PROMPTS,
            answer=None,
            is_new=False,
            notice="",
        )
        self._turn_to(visit)

    def _turn_to(self, visit: Visit) -> None:
        """Quote the visit anew; only the newest quote counts."""
        self._visit = visit
        self._quotes.ask(visit, link=self._around.link)
        self._show(order=order_meanwhile(visit, self._state.order))

    def _quoted(self, found: Quoted) -> None:
        if self._state.screen is not Screen.MEMBER:
            return
        self._visit = found.visit
        zone, now_ms = self._state.time_zone, self._around.now_ms()
        offers = offer_rows(found.visit, found.quote, link=found.link, time_zone=zone, now_ms=now_ms)
        self._renew(LOOK_MS, offers=offers, order=order_view(found.visit, found.quote, link=found.link))

    def _prompted(self, said: Prompts) -> None:
        if self._state.screen is Screen.MEMBER:
            self._show(prompts=said)

    def _quote_anew(self, visit: Visit) -> None:
        """Show what has become of the quote before anything is recorded."""
        self._show(notice=_("What this order gets has changed. Look again, then confirm."), is_busy=False)
        self._turn_to(visit)

    # --- confirm ------------------------------------------------------------------------------------------------------

    def _confirm(self) -> None:
        visit = self._visit
        if visit is None or self._state.is_busy:
            return
        shown, link = self._quotes.newest, self._around.link
        if visit.order.total <= 0 and not visit.order.is_from_till:
            self._show(notice=typed_problem(visit.order.typed, self._state.shop.currency))
        elif shown is None and not self._quotes.is_awaited:
            self._turn_to(visit)  # the last quote failed
        elif shown is not None and not self._state.is_new:
            self._show(is_busy=True)
            self._quotes.record(shown, link=link, then=self._recorded, failed=self._not_recorded)

    def _recorded(self, answer: OrderAnswer) -> None:
        cards = self._visit.cards if self._visit is not None else ()
        self._visit = None
        self._answer(after_order(answer, self._state.shop.currency, cards))
        self._around.refresh()
        self.sync_now()

    def _not_recorded(self, problem: BaseException) -> None:
        if isinstance(problem, QuoteOutdated) and self._visit is not None:
            self._quote_anew(self._visit)
            self._scan_what_was_held()
        else:
            self._answer(after_fault(problem))

    def _answer(self, answer: AnswerView) -> None:
        """Show an answer. For a moment it takes no key: that would be the second of two meant for the confirm."""
        self._newcomer = None
        self._renew(READ_MS, screen=Screen.ANSWER, answer=answer, newcomer=None, is_busy=False, notice="")
        self._print_new(answer)

    def _go_back(self) -> None:
        """Go back from a flow to where it came up."""
        was_locked = self.is_locked
        below, late = self._flows.go_below(), self._late_answer
        self._late_answer = None
        if late is not None:
            self._answer(late)
        elif below is not None:
            self._show(screen=below.screen, flow=below.view, notice="")
        elif self._visit is not None:
            self._begin(self._visit)
        elif not self._was_ready:  # the first set-up is over before the first download
            self._show(screen=Screen.PREPARING)
            self._around.refresh()
        else:
            self._go_idle()
        if was_locked and not self.is_locked:
            self._scan_what_was_kept()

    def _leave_answer(self) -> None:
        """Nothing recorded, or something else: back to the order, under the same ids. Else the next customer."""
        answer = self._state.answer
        is_open = answer is not None and (answer.is_to_retry or answer.goes_back or not answer.is_of_order)
        if self._visit is not None and is_open:
            self._begin(self._visit)
        else:
            self._go_idle()
        self._scan_what_was_held()

    def _go_idle(self) -> None:
        self._visit = None
        self._quotes.drop()
        self._guard.stop()
        # What came up beside an answer is of that answer's receipt, and stays its time.
        notice = self._state.notice if self._state.screen is Screen.ANSWER else ""
        gone = {"member": None, "order": None, "offers": (), "prompts": NO_PROMPTS, "answer": None}
        self._show(screen=Screen.IDLE, is_new=False, notice=notice, **gone)

    # --- what stands around -------------------------------------------------------------------------------------------

    def _overview(self, found: Overview) -> None:
        screen = self._state.screen
        is_ready = screen is Screen.PREPARING and bool(found.program_version)
        if is_ready:
            self._was_ready, screen = True, Screen.IDLE
        self._show(screen=screen, **found.shown())
        self._count_unseen_soon()
        self._read_briefings()
        if found.is_sign_in_needed and screen is Screen.IDLE:
            self._ask_to_sign_in()
        shown = self._quotes.newest if screen is Screen.MEMBER and not self._state.is_busy else None
        if shown is None or shown.ground == found.ground:
            return
        if shown.ground.program_version != found.program_version:
            self._quote_anew(shown.visit)
        else:
            self._turn_to(shown.visit)  # what was stopped, or is let go again, says so beside its name

    def _overview_failed(self, problem: BaseException) -> None:
        if self._state.screen in (Screen.IDLE, Screen.PREPARING):
            self._notice_fault(problem)

    def _tick(self) -> None:
        """Count a second: ages and countdowns go by those of trusted time, since decisions do."""
        self._timer.start(max(self._around.until_next_second_ms(), TICK_MS_MIN))
        self._around.second_passed()
        self._lock_if_left()
        self._show()
        if self._visit is not None and self._state.has_ended_offer and not self._quotes.is_awaited:
            self._turn_to(self._visit)

    def _renew(self, wait_ms: int, **changes: object) -> None:
        """Show something that a key may act on only when it has been painted and looked at for so long."""
        self._guard.begin(wait_ms)
        self._state = replace(self._state, is_new=False)  # so that it is told and painted in any case
        self._show(is_new=True, **changes)

    def _show(self, **changes: object) -> None:
        if "screen" in changes:
            self._flows.leave_for(changes["screen"])
            changes["flow"] = self._flows.view
        shown = replace(
            self._state,
            now_ms=self._around.now_ms(),
            pill=self._around.pill(self._clock.now_ms()),
            **changes,  # type: ignore[arg-type]
        )
        if shown != self._state:
            before, self._state = self._state.pill, shown
            self.changed.emit()
            self._look_for_cut(before)
