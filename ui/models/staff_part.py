"""Who is at the till: the lock, what waits behind it, and whose language is spoken."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from app.clock import Clock
from app.core.reasons import Refusal
from app.station.identify import Seen, SeenBadge
from app.station.staff import SignedIn
from ui import i18n
from ui.i18n import _
from ui.models.flows import CLOSED, Flows
from ui.models.outside import Equipment, Languages, Training
from ui.models.pin_pad import Choose
from ui.models.state import AnswerView, Screen, State
from ui.models.till import Visit
from ui.texts import because

KEPT_MS = 30_000  # that a scan waits for somebody to sign in
LOCK_AFTER_S = 300


class StaffPart:
    """A part of `StationModel`: locks it, and knows who signed in."""

    training: Training | None
    languages: Languages | None
    equipment: Equipment | None
    lock_after_s: int
    _clock: Clock
    _state: State
    _flows: Flows
    _visit: Visit | None
    _signed_in: SignedIn | None
    _was_asked: bool
    _held_scan: Callable[[], None] | None
    _kept_scan: tuple[int, Callable[[], None]] | None
    _late_answer: AnswerView | None
    _touched_ms: int
    open: Callable[[Screen], None]  # these two are a flow part's
    ask: Callable[[object], None]

    if TYPE_CHECKING:  # what the whole has; defined here it would hide the others' own

        def _show(self, **changes: Any) -> None: ...
        def _read_briefings(self) -> None: ...

    def _start_staff(self) -> None:
        """Begin with nobody."""
        self.training, self.languages, self.lock_after_s = None, None, LOCK_AFTER_S
        self.equipment = None
        self._signed_in, self._kept_scan, self._late_answer, self._was_asked = None, None, None, False
        self.touched()

    @property
    def cashier(self) -> SignedIn | None:
        """Who is at the till, where somebody signed in."""
        return self._signed_in

    def show_tour(self, step: int, code: str) -> None:
        """Show what is to be done next in training, and with which code."""
        self._show(tour=step, tour_code=code)

    def end_training(self) -> None:
        """Go back from training to what is real."""
        if self._state.shop.is_training and self.training is not None and not self._state.is_busy:
            self.training.end()

    @property
    def is_locked(self) -> bool:
        """Whether nothing else comes up before somebody has signed in, or goes on without."""
        return self._flows.is_locked

    def touched(self) -> None:
        """Know that somebody is there: a key, a finger or a scan."""
        self._touched_ms = self._clock.boot_ms()

    def take_over(self, who: SignedIn | None, *, has_spoken: bool = False) -> None:
        """Know who is at the till from now on, or that nobody is.

        What somebody has begun, nobody else redeems: it is dropped. What was begun before anybody signed in goes on.
        """
        before, self._signed_in = self._signed_in, who
        self._was_asked |= who is not None
        if before is not None and (who is None or who.staff_id != before.staff_id):
            self._visit = None
            self._flows.drop_below()
        self.touched()
        self._show(cashier=who.name if who else "")
        self._read_briefings()
        if who is not None and self.languages is not None:
            if has_spoken:
                self.languages.keep(who.staff_id, self._state.language)
            elif (known := self.languages.of(who.staff_id)) in i18n.NAMES:
                self._speak(known)

    def use_language(self, language: str) -> None:
        """Speak another language from now on; without anybody signed in it is the station's."""
        self._speak(language)
        if self._signed_in is None and self.languages is not None:
            self.languages.keep("", language)

    def _speak(self, language: str) -> None:
        if language != i18n.language():
            i18n.use(language)
            self._show(language=language, notice="")
            self._read_briefings()

    def _ask_to_sign_in(self) -> None:
        """Once, where the store asks for it: at the start, or when it begins to ask."""
        if self._signed_in is None and not self._was_asked:
            self.open(Screen.SIGN_IN)
            self._was_asked = (
                self._state.screen is Screen.SIGN_IN
            )  # else something was under way: the next time

    def _lock_if_left(self) -> None:
        """Lock the station when nobody has touched it for long. Called each second."""
        idle_ms = self._clock.boot_ms() - self._touched_ms
        if idle_ms < self.lock_after_s * 1_000 or self.is_locked:
            return
        if self._signed_in is not None:
            self.open(Screen.SIGN_IN)
        elif self._flows.closing_when_idle is not None and self._flows.current is not None:
            self._flows.drop_below()
            self._flows.current.left.emit()

    def _takes_as_staff(self, again: Callable[[], None], seen: Seen) -> bool:
        """Take a badge, and whatever is scanned while the station is locked: that waits half a minute."""
        self.touched()
        if isinstance(seen, SeenBadge):
            self._badge_came(again, seen)
        elif not self.is_locked:
            return False
        elif isinstance(seen, Refusal):
            self._show(notice=because(seen, self._state.shop.currency))
        else:
            self._kept_scan = (self._clock.boot_ms(), again)
            self._show(notice=_("Sign in first. This scan is kept for half a minute."))
        return True

    def _badge_came(self, again: Callable[[], None], badge: SeenBadge) -> None:
        if self._flows.current is not None and self._flows.current.seen(badge):
            return
        if self._state.screen in CLOSED:
            return
        if self._state.screen is Screen.ANSWER and self._state.is_new:
            self._held_scan = again  # nobody can have read it yet: the badge's turn comes after the answer
            return
        self.open(Screen.SIGN_IN)
        self.ask(Choose(badge.staff_id))

    def _scan_what_was_kept(self) -> None:
        """Take the scan that waited for somebody to sign in, if it has not waited too long."""
        kept, self._kept_scan = self._kept_scan, None
        if kept is not None and 0 <= self._clock.boot_ms() - kept[0] <= KEPT_MS:
            kept[1]()
