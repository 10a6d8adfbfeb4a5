"""The manager's pages: who may see them, and which one is up. They come over whatever is up, which then goes on.

Where people sign in, a manager's PIN opens them: that of whoever is at the till, or one typed for it. What a typed PIN
has opened is shut again by the lock, by time, and when the pages are left.
"""

from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QObject

from app.core.approvals import Approval, Why
from app.core.pins import Role
from ui.i18n import _
from ui.models.answers import after_fault
from ui.models.flow import Flow, Means
from ui.models.manager.section import Section, Wait
from ui.models.manager.sections import SECTIONS
from ui.models.state import Screen
from ui.models.to_approve import ToApprove

SETTINGS = "settings"  # on the rail beside the sections; a page that is there without a manager, too
OPEN = "manager:open"  # how an approval names it


class Gate(Enum):
    """Whether the pages are open."""

    ASKING = "asking"  # it is being found out
    BARRED = "barred"  # a manager's PIN opens them
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class ManagerView:
    """What the frame shows. `names` are the sections of the rail, `name` is the one that is up, `shown` its own view.

    `read_ms`: when that was read, 0 while nothing was. `problem`: why it can't be shown, and what to do.
    """

    gate: Gate = Gate.ASKING
    names: tuple[str, ...] = ()
    name: str = ""
    shown: object = None
    read_ms: int = 0
    wait: Wait = Wait.NO
    problem: str = ""

    @property
    def noted(self) -> str:
        """What the log of events calls it: the section, or what of it is up."""
        return getattr(self.shown, "noted", "") or self.name


@dataclass(frozen=True, slots=True)
class TurnTo:
    """Another section is wanted."""

    name: str


class GiveUp:
    """Whoever waits has waited long enough."""


class ReadAgain:
    """What could not be read is to be read once more."""


class Manager(Flow):
    """One section at a time."""

    screen = Screen.MANAGER
    is_over = True

    def __init__(self, means: Means, parent: QObject) -> None:
        """Make every section; none is read before it is turned to."""
        super().__init__(means, parent)
        self.sections: dict[str, Section] = {kind.name: kind(means, self) for kind in SECTIONS}
        self._section = next(iter(self.sections.values()))
        self._gate = Gate.ASKING
        self._is_by_pin = False
        self._begun = 0  # an answer to an earlier opening is not this one's
        for section in self.sections.values():
            section.changed.connect(self.changed)
            section.handed_over.connect(self._turn_to)
        self.desk.changed.connect(self._look)

    @property
    def view(self) -> object:
        """See `ManagerView`."""
        names = (*self.sections, SETTINGS) if self.desk.equipment is not None else tuple(self.sections)
        section = self._section
        if self._gate is not Gate.OPEN:
            return ManagerView(self._gate, names)
        return ManagerView(
            self._gate, names, section.name, section.view, section.read_ms, section.wait, section.problem
        )

    @property
    def closes_when_idle(self) -> bool:
        """What a PIN has opened closes by itself."""
        return self._gate is Gate.OPEN and self._is_by_pin

    def begin(self) -> None:
        """Find out whether whoever is there may see the pages."""
        self.end()
        begun = self._begun
        self.tasks.on_store(
            lambda store: store.replica.people.is_sign_in_needed(),
            then=lambda is_needed: self._know(begun, is_needed=is_needed),
            failed=self._not_known,
        )

    def end(self) -> None:
        """Shut the pages. The next opening begins with the first of them."""
        self._begun += 1
        if self._gate is Gate.OPEN:
            self._section.end()
        for section in self.sections.values():
            section.forget()
        self._gate, self._is_by_pin = Gate.ASKING, False
        self._section = next(iter(self.sections.values()))

    def take(self, intent: object) -> None:
        """Turn to another section, or let the one that is up do what its page asks."""
        if self._gate is not Gate.OPEN:
            return
        match intent:
            case TurnTo(name):
                self._turn_to(name)
            case GiveUp():
                self._section.give_up()
                self.changed.emit()
            case ReadAgain():
                self._section.begin()
                self.changed.emit()
            case _:
                self._section.take(intent)

    def enter(self) -> None:
        """Ask for the PIN, read again what could not be read, or do what the section does."""
        if self._gate is Gate.BARRED:
            self._ask_manager()
        elif self._gate is Gate.OPEN and self._section.problem:
            self.take(ReadAgain())
        elif self._gate is Gate.OPEN:
            self._section.enter()

    def escape(self) -> None:
        """Step back inside the section, else leave."""
        if self._gate is not Gate.OPEN or not self._section.escape():
            super().escape()

    # --- who may --------------------------------------------------------------------------------------------------

    def _know(self, begun: int, *, is_needed: bool) -> None:
        if begun != self._begun:
            return
        who = self.desk.cashier
        if who is None and not is_needed:
            self._open("")
        elif who is not None and who.role == Role.MANAGER:
            self._open(who.staff_id)
        else:
            self._bar()
            self._ask_manager()

    def _ask_manager(self) -> None:
        self.desk.approve(
            ToApprove(action=OPEN, what=_("Open the manager's pages"), reasons=(Why.TO_SEE,)),
            then=self._approved,
        )

    def _approved(self, approval: Approval) -> None:
        if approval.action == OPEN and self._gate is not Gate.OPEN:
            self._is_by_pin = True
            self._open(approval.approver)

    def _open(self, by: str) -> None:
        self._gate = Gate.OPEN
        for section in self.sections.values():
            section.by = by
        self._section.begin()
        self.changed.emit()

    def _bar(self) -> None:
        if self._gate is Gate.OPEN:
            self._section.end()
        self._gate, self._is_by_pin = Gate.BARRED, False
        self.changed.emit()

    def _look(self) -> None:
        """Let nobody who comes behind the lock find open what was opened for another."""
        if self.closes_when_idle and self.desk.state.screen is Screen.SIGN_IN:
            self._bar()

    def _not_known(self, problem: BaseException) -> None:
        self._bar()
        self.desk.notice(after_fault(problem).sentence)

    # --- which section --------------------------------------------------------------------------------------------

    def _turn_to(self, name: str, wanted: object = None) -> None:
        if name == SETTINGS:
            self.desk.open(Screen.SETTINGS)
        elif name in self.sections and name != self._section.name:
            self._section.end()
            self._section = self.sections[name]
            if wanted is not None:
                self._section.prefer(wanted)
            self._section.begin()
            self.desk.notice("")
            self.changed.emit()
