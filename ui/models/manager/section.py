"""One of the manager's pages, as the flow sees it: it shows one frozen view and takes what its page asks.

What it shows is read on another thread. Only the newest question is answered, and how long that takes is known, so
that the page stays still at first, then says that something is coming, and at last lets whoever waits give it up.
"""

from collections.abc import Callable
from enum import Enum
from functools import partial
from typing import ClassVar, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from app.store.review.review import Review
from app.store.store import StationStore
from ui.models.answers import after_fault
from ui.models.flow import Means

T = TypeVar("T")
SKELETON_MS, LONG_MS = 300, 3_000


class Wait(Enum):
    """How long something has been waited for."""

    NO = "no"
    SHORT = "short"  # nothing is said of it yet
    SKELETON = "skeleton"
    LONG = "long"  # it is said in words, and can be given up


class Section(QObject):
    """A page of the manager's. It begins when it is turned to and ends when another one, or the till, comes up."""

    name: ClassVar[str]
    changed = Signal()
    handed_over = Signal(
        str, object
    )  # the name of another section, which comes up, and what it is to begin with

    def __init__(self, means: Means, parent: QObject) -> None:
        """Begin with nothing."""
        super().__init__(parent)
        self.tasks, self.clock, self.desk = means.tasks, means.clock, means.desk
        self.register = means.register
        self.by = ""  # the manager who has opened the pages, by their id; "" where nobody signs in
        self.wait, self.problem = Wait.NO, ""
        self.read_ms = 0  # when what is shown was read; 0 while nothing was
        self._asked = 0
        self._timers = [QTimer(self, singleShot=True, interval=after) for after in (SKELETON_MS, LONG_MS)]
        for timer, wait in zip(self._timers, (Wait.SKELETON, Wait.LONG), strict=True):
            timer.timeout.connect(partial(self._waited, wait))

    @property
    def view(self) -> object:
        """What the page shows: frozen, and compared by its values."""
        raise NotImplementedError

    def prefer(self, wanted: object) -> None:
        """Know what another section wants to see here; `begin` follows."""

    def begin(self) -> None:
        """Read what is to be shown: the page comes up."""

    def end(self) -> None:
        """Forget what was begun: another page comes up."""
        self.give_up()
        self.read_ms, self.problem = 0, ""

    def forget(self) -> None:
        """Forget what stays from page to page, too: the pages are shut."""

    def take(self, intent: object) -> None:
        """Do what the page asks: one of the section's own intents."""

    def enter(self) -> None:
        """Do the one primary thing of the page, where there is one."""

    def escape(self) -> bool:
        """Step back inside the page; False where there is nothing to step back from."""
        return False

    # --- reading --------------------------------------------------------------------------------------------------

    def ask_store(self, work: Callable[[StationStore], T], then: Callable[[T], None]) -> None:
        """Read something on the store's thread; `then` is called unless something newer was asked meanwhile."""
        asked = self._begin_wait()
        self.tasks.on_store(work, then=partial(self._came, asked, then), failed=partial(self._failed, asked))

    def ask_review(self, work: Callable[[Review], T], then: Callable[[T], None]) -> None:
        """Read something of what this station did, on the thread that is there for it; else as above."""
        asked = self._begin_wait()
        self.tasks.on_review(work, then=partial(self._came, asked, then), failed=partial(self._failed, asked))

    def give_up(self) -> None:
        """Wait for nothing any more."""
        self._asked += 1
        self._end_wait()

    def _begin_wait(self) -> int:
        self._asked += 1
        self.problem = ""
        if self.wait is Wait.NO:
            self.wait = Wait.SHORT
            for timer in self._timers:
                timer.start()
        return self._asked

    def _end_wait(self) -> None:
        self.wait = Wait.NO
        for timer in self._timers:
            timer.stop()

    def _waited(self, wait: Wait) -> None:
        self.wait = wait
        self.changed.emit()

    def _came(self, asked: int, then: Callable[[T], None], found: T) -> None:
        if asked == self._asked:
            self._end_wait()
            self.read_ms = self.desk.state.now_ms
            then(found)
            self.changed.emit()

    def _failed(self, asked: int, problem: BaseException) -> None:
        if asked == self._asked:
            self._end_wait()
            self.problem = after_fault(problem).sentence
            self.changed.emit()
