"""A manager approves one action on a page over the one that asked; it goes on where it was, whatever they do."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, QTimer

from app.core.approvals import Approval, Why
from app.core.reasons import Refusal
from app.station.identify import Seen, SeenBadge
from app.station.staff import Run, approve
from ui.i18n import _
from ui.models.answers import after_fault
from ui.models.flow import Flow, Means
from ui.models.people import Staff, read_staff
from ui.models.pin_pad import NO_TRY, SECOND_MS, Choose, GivePin, PinView
from ui.models.state import Screen
from ui.models.to_approve import LASTS_S, ToApprove

__all__ = ["ApprovalView", "Approving", "Because", "ToApprove"]

NOTHING = ToApprove("", "")


@dataclass(frozen=True, slots=True)
class ApprovalView:
    """What the page shows: what is to be approved, why as far as it was picked, and until when it may be (UTC ms)."""

    request: ToApprove = NOTHING
    pin: PinView = NO_TRY
    why: Why | None = None
    until_ms: int = 0


@dataclass(frozen=True, slots=True)
class Because:
    """A reason was picked."""

    why: Why


class Approving(Flow):
    """One question, one answer: `then` is called once, with the approval, or never."""

    screen = Screen.APPROVAL
    is_over = True

    def __init__(self, means: Means, parent: QObject) -> None:
        """Begin with nothing to approve."""
        super().__init__(means, parent)
        self._view = ApprovalView()
        self._then: Callable[[Approval], None] | None = None
        self._timer = QTimer(self, singleShot=True, interval=LASTS_S * SECOND_MS)
        self._timer.timeout.connect(self._over)

    @property
    def view(self) -> object:
        """What the page shows."""
        return self._view

    def ask(self, request: ToApprove, then: Callable[[Approval], None]) -> None:
        """Know what is asked next; the page comes up after that."""
        only = request.reasons[0] if len(request.reasons) == 1 else None
        self._view = ApprovalView(request, PinView(chosen=request.approver), why=only)
        self._then = then

    def begin(self) -> None:
        """Read who may approve."""
        now_ms = self.clock.now_ms()
        self._view = replace(self._view, until_ms=now_ms + LASTS_S * SECOND_MS)
        self._timer.start()
        self.tasks.on_store(lambda store: read_staff(store, now_ms), then=self._read, failed=self._failed)

    def end(self) -> None:
        """Forget what was asked."""
        self._timer.stop()
        self._view, self._then = ApprovalView(), None

    def take(self, intent: object) -> None:
        """Do what the page asks."""
        match intent:
            case Choose(staff_id):
                self._choose(staff_id)
            case Because(why):
                if why in self._view.request.reasons and not self._view.pin.is_busy:
                    self._view = replace(self._view, why=why)
                    self.changed.emit()
            case GivePin(pin):
                self._try(pin)

    def seen(self, seen: Seen) -> bool:
        """Take a badge, whose owner still has to type the PIN; whatever else is scanned waits for the manager."""
        if isinstance(seen, SeenBadge):
            self._choose(seen.staff_id)
        else:
            self.desk.notice(_("Approve this first, or press Esc. Then scan again."))
        return True

    def escape(self) -> None:
        """Go back without an approval; not while a PIN is looked at."""
        if not self._view.pin.is_busy:
            super().escape()

    def _pin(self, **changes: object) -> None:
        self._view = replace(self._view, pin=replace(self._view.pin, **changes))  # type: ignore[arg-type]
        self.changed.emit()

    def _read(self, staff: Staff) -> None:
        """Offer the managers; where there is one, it is them."""
        managers = tuple(person for person in staff.people if person.is_manager)
        chosen = self._view.pin.chosen or (managers[0].staff_id if len(managers) == 1 else "")
        self._pin(staff=replace(staff, people=managers), chosen=chosen)

    def _choose(self, staff_id: str) -> None:
        pin = self._view.pin
        if not pin.is_busy and staff_id != pin.chosen:
            self._pin(chosen=staff_id, refusal=None, tries=pin.tries + 1)

    def _try(self, typed: str) -> None:
        request, why, staff_id = self._view.request, self._view.why, self._view.pin.chosen
        if why is None or not typed or not staff_id or self._view.pin.is_busy:
            return
        self._pin(is_busy=True, refusal=None)

        def work(run: Run) -> Approval | Refusal:
            return approve(run, staff_id, typed, action=request.action, why=why)

        asked = self._then
        self.tasks.beside_store(work, then=lambda found: self._tried(found, asked), failed=self._failed)

    def _tried(self, found: Approval | Refusal, asked: Callable[[Approval], None] | None) -> None:
        self.desk.sync_now()
        if asked is None or asked is not self._then:
            return  # the page was left meanwhile: an answer to nobody's question
        if isinstance(found, Refusal):
            self._view = replace(self._view, pin=self._view.pin.refused(found, self.clock.now_ms()))
            self.changed.emit()
            return
        self.left.emit()
        asked(found)

    def _over(self) -> None:
        """Let nobody approve what was asked a minute ago."""
        if self._then is not None:
            self._then = None
            self.left.emit()
            self.desk.notice(_("Nobody approved this within a minute. Ask again."))

    def _failed(self, problem: BaseException) -> None:
        self._pin(is_busy=False, tries=self._view.pin.tries + 1)
        self.desk.notice(after_fault(problem).sentence)
