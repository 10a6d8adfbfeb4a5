"""The flows of a station: which there are, and the one whose page is up."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from app.clock import Clock
from app.core.approvals import Approval
from app.kept_pages import KeptPages
from app.station.identify import SeenMember
from ui.models.answers import after_fault
from ui.models.approving import Approving
from ui.models.around import Around
from ui.models.flow import Flow, Means
from ui.models.guard import LOOK_MS
from ui.models.outside import DevicesAtHq, Equipment, HeadOffice
from ui.models.quotes import Quotes
from ui.models.state import AnswerView, Screen, State
from ui.models.till import Visit, new_visit
from ui.models.to_approve import ToApprove
from ui.models.which_order import PreferOrder
from ui.tasks import Tasks

CLOSED = {Screen.PREPARING, Screen.STOPPED}  # nothing can be done on these pages


class Flows(QObject):
    """Which flows there are, and the one whose page is up."""

    changed = Signal()
    left = Signal()

    def __init__(self, parent: QObject) -> None:
        """Know of none."""
        super().__init__(parent)
        self._flows: dict[Screen, Flow] = {}
        self.current: Flow | None = None
        self._below: list[Flow] = []  # what the current one came over, the lowest first

    def add(self, *flows: Flow) -> None:
        """Know of these from now on."""
        for flow in flows:
            self._flows[flow.screen] = flow
            flow.changed.connect(lambda told=flow: self.changed.emit() if told is self.current else None)
            flow.left.connect(lambda told=flow: self.left.emit() if told is self.current else None)

    def begin(self, screen: Screen) -> bool:
        """Bring up the flow of a screen; False where there is none."""
        flow = self._flows.get(screen)
        if flow is None:
            return False
        if not flow.is_over:
            self.end()
        elif self.current is not None:
            self._below.append(self.current)
        self.current = flow
        flow.begin()
        return True

    def find(self, screen: Screen) -> Flow | None:
        """Return the flow of a screen."""
        return self._flows.get(screen)

    def end(self) -> None:
        """Leave the flow that is up, if one is, and those that it came over."""
        ended, self.current = self.current, None
        if ended is not None:
            ended.end()
        self.drop_below()

    def go_below(self) -> Flow | None:
        """Leave the flow that is up for the one that it came over; None where there is none."""
        ended, self.current = self.current, self._below.pop() if self._below else None
        if ended is not None:
            ended.end()
        return self.current

    def drop_below(self) -> None:
        """Leave the flows that the current one came over."""
        below, self._below = self._below, []
        for flow in reversed(below):
            flow.end()

    def till_turned(self) -> bool:
        """Tell all that are up that another order of the till, or none, waits. True: one goes on with it."""
        up = [*self._below, *([self.current] if self.current is not None else [])]
        return any(flow.till_turned() for flow in up)

    @property
    def is_locked(self) -> bool:
        """Whether the lock is up, be it behind a page that it has asked for."""
        is_up = self.current is not None and self.current.is_lock
        return is_up or any(flow.is_lock for flow in self._below)

    @property
    def closing_when_idle(self) -> Flow | None:
        """The flow, be it below another, that is left when nobody has touched the station for long."""
        up = [*self._below, *([self.current] if self.current is not None else [])]
        return next((flow for flow in up if flow.closes_when_idle), None)

    def leave_for(self, screen: object) -> bool:
        """Leave the flow that is up because another page comes; False where it is its own, or none is up."""
        is_left = self.current is not None and self.current.screen is not screen
        if is_left:
            self.end()
        return is_left

    @property
    def view(self) -> object:
        """What the page of the flow shows; None while none is up."""
        return None if self.current is None else self.current.view


class FlowPart:
    """A part of `StationModel`: brings up flows, and is the `Desk` that they use."""

    _tasks: Tasks
    _clock: Clock
    _state: State
    _around: Around
    _quotes: Quotes
    _flows: Flows
    _visit: Visit | None
    _late_answer: AnswerView | None
    equipment: Equipment | None
    store_devices: DevicesAtHq | None = None
    kept_pages: KeptPages | None = None

    if TYPE_CHECKING:  # what the whole has; defined here it would hide the others' own

        def _show(self, **changes: Any) -> None: ...
        def _answer(self, answer: AnswerView) -> None: ...
        def _leave_answer(self) -> None: ...
        def _renew(self, wait_ms: int, **changes: object) -> None: ...
        def _scan_what_was_held(self) -> None: ...
        def _member_came(self, visit: Visit, seen: SeenMember) -> None: ...

    def add_flows(self, *kinds: Callable[[Means, QObject], Flow]) -> None:
        """Know of these flows from now on."""
        desk: Any = self  # with `state` and `sync_now` it is a Desk
        means = Means(self._tasks, self._clock, desk, self._quotes.register)
        self._flows.add(*(kind(means, self._flows) for kind in kinds))

    def open(self, screen: Screen) -> None:
        """Bring up the page of a flow, unless there is no leaving the page that is up."""
        if self._state.screen is Screen.PREPARING and screen is Screen.QUEUE:
            self._around.sync_now()  # nothing waits yet, but head office may be there again
        if self._state.screen in CLOSED or self._state.is_busy:
            return
        if self._is_set_up_first(screen):
            return
        if screen is Screen.HELP and self._state.screen is Screen.HELP and self.equipment is not None:
            screen = Screen.SETTINGS  # F1 once more
        told = self._state.answer
        if self._state.screen is Screen.ANSWER:
            if self._state.is_new:
                return  # nobody can have read it yet
            self._leave_answer()
        if not self._flows.is_locked and self._state.screen is not screen:
            self._bring_up(screen)
            if told is not None and told.receipt:
                self.ask(PreferOrder(told.receipt))

    def _is_set_up_first(self, screen: Screen) -> bool:
        """Whether a page has to wait until the first set-up is done."""
        return self.equipment is not None and self.equipment.is_first_run and screen is not Screen.QUEUE

    def _bring_up(self, screen: Screen) -> None:
        if self._flows.begin(screen):
            self._show(screen=screen, flow=self._flows.view, is_new=False, notice="")

    def begin_set_up(self) -> None:
        """Bring up the rest of the first set-up while the download runs: one page over the other, the first on top."""
        for screen in (Screen.PRINTER, Screen.SCANNER):
            self._bring_up(screen)

    def approve(self, request: ToApprove, then: Callable[[Approval], None]) -> None:
        """Let a manager approve something on a page over the one that is up."""
        flow = self._flows.find(Screen.APPROVAL)
        assert isinstance(flow, Approving), "known_flows has it"
        flow.ask(request, then)
        if self._flows.is_locked:
            self._bring_up(Screen.APPROVAL)  # it is the lock's own page that asks
        else:
            self.open(Screen.APPROVAL)

    def ask(self, intent: object) -> None:
        """Let the flow whose page is up do what its page asks."""
        if self._flows.current is not None:
            self._flows.current.take(intent)

    @property
    def link(self) -> str:
        """How the line stands, as entries say it."""
        return self._around.link

    @property
    def visit(self) -> Visit | None:
        """What waits behind the flow."""
        return self._visit

    @property
    def head_office(self) -> HeadOffice | None:
        """Whom to ask before an order is recorded."""
        return self._quotes.head_office

    def show_first(self) -> None:
        """Show what has changed by itself."""
        self._renew(LOOK_MS, flow=self._flows.view)

    def busy(self, *, is_busy: bool) -> None:
        """Hold scans and other pages, or hold them no more."""
        self._show(is_busy=is_busy)
        if not is_busy:
            self._scan_what_was_held()

    def keep(self, visit: Visit | None) -> None:
        """Let this be what waits behind the flow."""
        self._visit = visit

    def serve(self, member: SeenMember) -> None:
        """End the flow with a member at the till."""
        self._member_came(self._visit or new_visit(), member)

    def notice(self, sentence: str) -> None:
        """Show one sentence."""
        self._show(notice=sentence)

    def answer(self, answer: AnswerView) -> None:
        """End a flow with a full-size answer; an order that was begun waits behind it no more."""
        self._visit = None
        self._answer_flow(answer)

    def failed(self, problem: BaseException) -> None:
        """End a flow with what went wrong."""
        self._answer_flow(after_fault(problem))

    def _answer_flow(self, answer: AnswerView) -> None:
        """Show it now; of a flow behind the lock when somebody has signed in: nobody may see it before."""
        if self._flows.is_locked:
            self._late_answer = answer
        else:
            self._answer(answer)

    def refresh(self) -> None:
        """Read the day's figures and the last actions anew."""
        self._around.refresh()
