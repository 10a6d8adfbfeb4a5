"""Work with a page of its own beside the member's: signing in, undoing, enrolling and so on.

A flow keeps what its page shows in one frozen view and takes what the page asks as small frozen values, so that
neither the station's model nor the window knows of either. It uses the station through a `Desk`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Protocol

from PySide6.QtCore import QObject, Signal, SignalInstance

from app.clock import Clock
from app.core.approvals import Approval
from app.kept_pages import KeptPages
from app.station.identify import Seen, SeenMember
from app.station.receipt import Receipt
from app.station.staff import SignedIn
from ui.models.outside import DevicesAtHq, Equipment, HeadOffice, Training
from ui.models.state import AnswerView, Screen, State
from ui.models.till import Visit
from ui.models.to_approve import ToApprove
from ui.receipt.rows import Sheet
from ui.tasks import Tasks


class Desk(Protocol):
    """What a flow may use of the station. `changed` tells of each new state."""

    changed: SignalInstance

    @property
    def state(self) -> State:
        """What is shown now."""
        ...

    @property
    def link(self) -> str:
        """How the line stands, as entries say it."""
        ...

    @property
    def visit(self) -> Visit | None:
        """What was begun at the till and waits behind the flow."""
        ...

    @property
    def head_office(self) -> HeadOffice | None:
        """Whom to ask before an order is recorded; None while there is nobody."""
        ...

    @property
    def store_devices(self) -> DevicesAtHq | None:
        """Whom to ask about the store's other devices; None in training, and while nobody is paired."""
        ...

    @property
    def cashier(self) -> SignedIn | None:
        """Who is at the till, where somebody signed in."""
        ...

    @property
    def training(self) -> Training | None:
        """The way into training and out of it, where there is one."""
        ...

    @property
    def equipment(self) -> Equipment | None:
        """What is plugged in and set here; None where nothing can be set, as in training."""
        ...

    @property
    def kept_pages(self) -> KeptPages | None:
        """How the manager's pages are laid out here; None where nothing is kept, as in training."""
        ...

    def open(self, screen: Screen) -> None:
        """Bring up another page."""
        ...

    def take_over(self, who: SignedIn | None, *, has_spoken: bool = False) -> None:
        """Know who is at the till from now on, or that nobody is; what another had begun is dropped.

        `has_spoken`: they chose the language that is spoken now.
        """
        ...

    def use_language(self, language: str) -> None:
        """Speak another language from now on."""
        ...

    def approve(self, request: ToApprove, then: Callable[[Approval], None]) -> None:
        """Let a manager approve something on a page over this one; `then` is called if they do."""
        ...

    def notice(self, sentence: str) -> None:
        """Show one sentence."""
        ...

    def show_first(self) -> None:
        """Show what has changed by itself; `state.is_new` stays until it could be looked at."""
        ...

    def busy(self, *, is_busy: bool) -> None:
        """Wait, or wait no more: meanwhile scans are held, and no other page comes up."""
        ...

    def keep(self, visit: Visit | None) -> None:
        """Let this be what waits behind the flow."""
        ...

    def serve(self, member: SeenMember) -> None:
        """End the flow with a member at the till, as if their card had been scanned."""
        ...

    def answer(self, answer: AnswerView) -> None:
        """End the flow with a full-size answer."""
        ...

    def failed(self, problem: BaseException) -> None:
        """End the flow with what went wrong; what waits behind it is still there."""
        ...

    def refresh(self) -> None:
        """Read the day's figures and the last actions anew: something was recorded."""
        ...

    def sync_now(self) -> None:
        """Ask for a sync."""
        ...

    def print(self, receipt: Receipt | Sheet) -> None:
        """Print something that a flow has made, or say that there is no printer."""
        ...


@dataclass(frozen=True, slots=True)
class Means:
    """What every flow is made with."""

    tasks: Tasks
    clock: Clock
    desk: Desk
    register: str = "1"


class Flow(QObject):
    """Work on a page of its own. It begins when its page comes up and ends with `left`, or when another page comes."""

    screen: ClassVar[Screen]
    is_over: ClassVar[bool] = False  # it comes over what is up, which goes on where it was when this is left
    is_lock: ClassVar[bool] = False  # nothing else comes up while it is there
    changed = Signal()
    left = Signal()  # back to where it came up

    def __init__(self, means: Means, parent: QObject) -> None:
        """Begin with nothing."""
        super().__init__(parent)
        self.tasks, self.clock, self.desk = means.tasks, means.clock, means.desk
        self.register = means.register

    @property
    def view(self) -> object:
        """What the page shows: frozen, and compared by its values."""
        raise NotImplementedError

    @property
    def closes_when_idle(self) -> bool:
        """Whether it is left when nobody has touched the station for long, also where nobody is signed in."""
        return False

    def begin(self) -> None:
        """Start anew: the page comes up."""

    def end(self) -> None:
        """Forget what was begun: another page comes up, or this one was left."""

    def take(self, intent: object) -> None:
        """Do what the page asks: one of the flow's own intents."""

    def scanned(self, text: str, aim: str) -> bool:
        """Take a scanned text before anybody looks it up; False: it is looked up, and `seen` is asked."""
        return False

    def seen(self, seen: Seen) -> bool:
        """Take a scan; False leaves it to the station, which leaves the flow for it."""
        return False

    def till_turned(self) -> bool:
        """Know that another order of the till, or none, waits behind. True: the page goes on with that itself."""
        return False

    def enter(self) -> None:
        """Do the one primary thing."""

    def escape(self) -> None:
        """Step back; here: leave."""
        self.left.emit()
