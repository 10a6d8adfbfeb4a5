"""Signing in, and the lock: who is at the till. It comes over whatever is up, which waits behind it."""

from dataclasses import dataclass, replace

from PySide6.QtCore import QObject

from app.core.approvals import Approval, Why
from app.core.reasons import Refusal
from app.station.approval import end_of_wait, end_wait
from app.station.identify import Seen, SeenBadge
from app.station.staff import Run, SignedIn, sign_in, sign_out, unlock
from app.store.store import StationStore
from ui.i18n import _
from ui.models.answers import after_fault
from ui.models.flow import Flow, Means
from ui.models.opening import Speak
from ui.models.people import Staff, read_staff
from ui.models.pin_pad import NO_TRY, Choose, GivePin, PinView
from ui.models.state import Screen
from ui.models.to_approve import ToApprove


@dataclass(frozen=True, slots=True)
class SignInView:
    """What the page shows. `locked` is the name of who is signed in behind it, empty where nobody is."""

    pin: PinView = NO_TRY
    locked: str = ""
    can_train: bool = False


class EndShift:
    """Whoever is signed in goes home."""


class LetTryAgain:
    """A manager is to end the wait of whoever is chosen."""


class Train:
    """Somebody wants to practise."""


class SignIn(Flow):
    """By PIN, after a tile or a badge has said who."""

    screen = Screen.SIGN_IN
    is_over = True
    is_lock = True

    def __init__(self, means: Means, parent: QObject) -> None:
        """Begin with nobody."""
        super().__init__(means, parent)
        self._pin = PinView()
        self._last = ""  # who signed in here last: most likely the next one, too
        self._has_spoken = False  # the language was changed on this page

    @property
    def view(self) -> object:
        """What the page shows."""
        who = self.desk.cashier
        return SignInView(self._pin, who.name if who else "", self.desk.training is not None)

    def begin(self) -> None:
        """Read who works here."""
        who = self.desk.cashier
        self._has_spoken = False
        self._pin = PinView(chosen=who.staff_id if who else self._last)
        now_ms = self.clock.now_ms()
        self.tasks.on_store(lambda store: read_staff(store, now_ms), then=self._read, failed=self._failed)

    def take(self, intent: object) -> None:
        """Do what the page asks."""
        match intent:
            case Choose(staff_id):
                self._choose(staff_id)
            case GivePin(pin):
                self._try(pin)
            case Speak(language):
                self._has_spoken = True
                self.desk.use_language(language)
            case EndShift():
                self._end_shift()
            case LetTryAgain():
                self._ask_manager()
            case Train():
                self._train()

    def seen(self, seen: Seen) -> bool:
        """Take a badge; whose it is still has to type the PIN."""
        if isinstance(seen, SeenBadge):
            self._choose(seen.staff_id)
        return True

    def escape(self) -> None:
        """Go on without signing in; where somebody is signed in, that is the lock, and it stays."""
        if self.desk.cashier is None and not self._pin.is_busy:
            self.left.emit()

    def _show(self, **changes: object) -> None:
        self._pin = replace(self._pin, **changes)  # type: ignore[arg-type]  # fields of PinView
        self.changed.emit()

    def _read(self, staff: Staff) -> None:
        chosen = self._pin.chosen
        if staff.find(chosen) is None:
            chosen = staff.people[0].staff_id if len(staff.people) == 1 else ""
        self._show(staff=staff, chosen=chosen)

    def _choose(self, staff_id: str) -> None:
        if not self._pin.is_busy and staff_id != self._pin.chosen:
            self._show(chosen=staff_id, refusal=None, tries=self._pin.tries + 1)

    def _try(self, pin: str) -> None:
        staff_id, before = self._pin.chosen, self.desk.cashier
        if not pin or not staff_id or self._pin.is_busy:
            return
        self._show(is_busy=True, refusal=None)

        def work(run: Run) -> SignedIn | Refusal:
            if before is not None and before.staff_id == staff_id:
                return unlock(run, before, pin)
            return sign_in(run, staff_id, pin, instead_of=before)

        self.tasks.beside_store(work, then=self._tried, failed=self._failed)

    def _tried(self, found: SignedIn | Refusal) -> None:
        self.desk.sync_now()
        if isinstance(found, Refusal):
            self._show_refused(found)
            return
        self._pin = PinView()
        self._last = found.staff_id
        self.desk.take_over(found, has_spoken=self._has_spoken)
        self.left.emit()

    def _show_refused(self, refusal: Refusal) -> None:
        self._pin = self._pin.refused(refusal, self.clock.now_ms())
        self.changed.emit()

    def _end_shift(self) -> None:
        who = self.desk.cashier
        if who is None or self._pin.is_busy:
            return
        self._show(is_busy=True)
        self.tasks.on_store(lambda store: sign_out(store, who), then=self._ended, failed=self._failed)

    def _ended(self, _nothing: None) -> None:
        self.desk.take_over(None)
        self.desk.sync_now()
        self._show(is_busy=False, chosen="", refusal=None, tries=self._pin.tries + 1)

    def _ask_manager(self) -> None:
        person = self._pin.staff.find(self._pin.chosen) if self._pin.staff is not None else None
        if person is None or not person.waits_until_ms or self._pin.is_busy:
            return
        what = _("Let {name} try their PIN again").format(name=person.name)
        reasons = (Why.PIN_FORGOTTEN, Why.PIN_OF_ANOTHER)
        request = ToApprove(end_of_wait(person.staff_id), what, reasons=reasons)
        self.desk.approve(request, lambda approval: self._end_wait(person.staff_id, approval))

    def _end_wait(self, staff_id: str, approval: Approval) -> None:
        cashier, now_ms = self.desk.cashier, self.clock.now_ms()

        def work(store: StationStore) -> Staff:
            end_wait(store, staff_id, approval, cashier=cashier.staff_id if cashier else "")
            return read_staff(store, now_ms)

        self.tasks.on_store(work, then=self._wait_ended, failed=self._failed)

    def _wait_ended(self, staff: Staff) -> None:
        self.desk.sync_now()
        self._show(staff=staff, refusal=None, tries=self._pin.tries + 1)

    def _train(self) -> None:
        who = self.desk.cashier
        if self.desk.training is not None and not self._pin.is_busy:
            self.desk.training.begin(staff_id=who.staff_id if who else "")

    def _failed(self, problem: BaseException) -> None:
        self._show(is_busy=False, tries=self._pin.tries + 1)
        self.desk.notice(after_fault(problem).sentence)
