"""Who works here: emergency PINs, suspending somebody, and badges. What is changed holds at once on this station.

Each change is a manager's by a PIN of its own, typed for it, and is recorded with both names. A new PIN is typed twice
and is in no view: it goes from the page into the one piece of work that seals it.
"""

from dataclasses import replace

from PySide6.QtCore import QObject

from app.core.approvals import Approval, Why
from app.station.staff_changes import (
    Colleague,
    NotChanged,
    colleagues,
    give_pin,
    is_unfit,
    pin_given,
    suspend,
    suspended,
)
from ui import texts_staff
from ui.i18n import _
from ui.models.answers import after_fault
from ui.models.flow import Means
from ui.models.manager.section import Section
from ui.models.manager.staff_view import Choose, Open, Panel, PrintBadge, StaffView, Suspend
from ui.models.pin_pad import GivePin
from ui.models.to_approve import ToApprove

PIN_WHYS = (Why.PIN_FORGOTTEN, Why.PIN_KNOWN, Why.NOT_WORKING)
SUSPEND_WHYS = (Why.LEFT, Why.PIN_KNOWN)


class Staff(Section):
    """One person at a time."""

    name = "staff"

    def __init__(self, means: Means, parent: QObject) -> None:
        """Know of nobody."""
        super().__init__(means, parent)
        self._view = StaffView()
        self._pin = ""  # the first of two, until the second one is typed

    @property
    def view(self) -> object:
        """See `StaffView`."""
        return self._view

    def begin(self) -> None:
        """Read who works here."""
        self._view = StaffView(by=self.by)
        self._read()

    def end(self) -> None:
        """Forget what was typed."""
        super().end()
        self._view, self._pin = StaffView(), ""

    def take(self, intent: object) -> None:
        """Do what the page asks."""
        view = self._view
        if view.is_busy:
            return
        match intent:
            case Choose(staff_id) if staff_id != view.chosen:
                self._pin = ""
                self._show(chosen=staff_id, panel=Panel.ABOUT, differs=False, tries=view.tries + 1)
            case Open(Panel.PIN) if view.may_get_pin:
                self._pin = ""
                self._show(panel=Panel.PIN, differs=False, tries=view.tries + 1)
            case Open(Panel.BADGE) if view.person is not None:
                self._show(panel=Panel.BADGE)
            case Open(Panel.ABOUT):
                self.escape()
            case GivePin(pin) if pin:
                self._typed(pin)
            case Suspend() if view.may_be_suspended:
                self._ask_to_suspend()
            case PrintBadge() if view.person is not None:
                store = self.desk.state.shop.name
                self.desk.print(texts_staff.badge_sheet(view.person, store))

    def enter(self) -> None:
        """Show the badge; print it once it is shown."""
        if self._view.panel is Panel.BADGE:
            self.take(PrintBadge())
        elif self._view.panel is Panel.ABOUT:
            self.take(Open(Panel.BADGE))

    def escape(self) -> bool:
        """Go back to what is to be known of somebody."""
        was_open = self._view.panel is not Panel.ABOUT
        if was_open and not self._view.is_busy:
            self._pin = ""
            self._show(panel=Panel.ABOUT, differs=False, tries=self._view.tries + 1)
        return was_open

    def _show(self, **changes: object) -> None:
        self._view = replace(self._view, **changes)  # type: ignore[arg-type]  # fields of StaffView
        self.changed.emit()

    def _read(self) -> None:
        self.ask_store(colleagues, self._take_in)

    def _take_in(self, people: tuple[Colleague, ...]) -> None:
        chosen = self._view.chosen
        if not any(each.staff_id == chosen for each in people):
            chosen = people[0].staff_id if people else ""
        self._view = replace(self._view, people=people, chosen=chosen)

    # --- a new PIN ------------------------------------------------------------------------------------------------

    def _typed(self, pin: str) -> None:
        view, first = self._view, self._pin
        if view.panel is Panel.PIN and (unfit := is_unfit(pin)) is not None:  # before anybody types it twice
            self.desk.notice(_(unfit.sentence))
            self._show(differs=False, tries=view.tries + 1)
        elif view.panel is Panel.PIN:
            self.desk.notice("")
            self._pin = pin
            self._show(panel=Panel.AGAIN, differs=False, tries=view.tries + 1)
        elif view.panel is Panel.AGAIN and view.person is not None:
            self._pin = ""
            if pin != first:
                self._show(panel=Panel.PIN, differs=True, tries=view.tries + 1)
                return
            self._show(panel=Panel.ABOUT, tries=view.tries + 1)
            self._ask_for_pin(view.person, pin)

    def _ask_for_pin(self, person: Colleague, pin: str) -> None:
        def approved(approval: Approval) -> None:
            cashier = self._cashier
            self._show(is_busy=True)
            self.tasks.beside_store(
                lambda run: give_pin(run, person.staff_id, pin, approval, cashier=cashier),
                then=lambda found: self._done(found, texts_staff.pin_was_given(person.name)),
                failed=self._not_done,
            )

        what = _("An emergency PIN for {name}").format(name=person.name)
        self.desk.approve(ToApprove(pin_given(person.staff_id), what, reasons=PIN_WHYS), then=approved)

    # --- suspending -----------------------------------------------------------------------------------------------

    def _ask_to_suspend(self) -> None:
        person = self._view.person
        assert person is not None, "whoever asks looked"

        def approved(approval: Approval) -> None:
            cashier = self._cashier
            self._show(is_busy=True)
            self.tasks.on_store(
                lambda store: suspend(store, person.staff_id, approval, cashier=cashier),
                then=lambda found: self._done(found, texts_staff.was_suspended(person.name)),
                failed=self._not_done,
            )

        what = _("{name} may not sign in any more").format(name=person.name)
        self.desk.approve(ToApprove(suspended(person.staff_id), what, reasons=SUSPEND_WHYS), then=approved)

    @property
    def _cashier(self) -> str:
        return self.desk.cashier.staff_id if self.desk.cashier else ""

    def _done(self, found: NotChanged | None, sentence: str) -> None:
        self._view = replace(self._view, is_busy=False)
        if found is None:
            self.desk.sync_now()
            self._read()
        self.desk.notice(sentence if found is None else _(found.sentence))
        self.changed.emit()

    def _not_done(self, problem: BaseException) -> None:
        self._show(is_busy=False)
        self.desk.notice(after_fault(problem).sentence)
