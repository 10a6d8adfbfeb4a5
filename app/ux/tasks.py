"""The five tasks that show whether the window is good at its work: how long they took, with how many actions.

An action is a scan, a run of typed keys, Enter, any other key, or a touch. A task begins with the action that led to
it. What took longer than two minutes was no try: somebody was called away.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from statistics import median, median_low

from app.ux.events import Event, Noted

TRY_MS_MAX = 120_000
ACTIONS = {Event.SCAN, Event.TYPED, Event.ENTER, Event.KEY, Event.TOUCH}
GIVEN_ANSWERS = {Event.APPROVED, Event.QUEUED}
MANAGERS = {Event.MANAGER, Event.EXCEPTIONS, Event.EXPORTED}
OTHER_ANSWERS = {Event.LOOK, Event.NOT_POSSIBLE, Event.UNKNOWN}


class Task(Enum):
    """A task, in words, and the seconds in which half of all tries should be done."""

    U1 = "redeem a reward for a scanned member", 6
    U2 = "see why another reward is not possible", 5
    U3 = "redeem without a line, then see what waits", 10
    U4 = "undo the last order", 8
    U5 = "find yesterday's overrides and export them", 30

    @property
    def words(self) -> str:
        """What it is."""
        return self.value[0]

    @property
    def goal_s(self) -> int:
        """The median to reach."""
        return self.value[1]


@dataclass(frozen=True, slots=True)
class Try:
    """A task that somebody did."""

    task: Task
    ms: int
    actions: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What the tries at a task come to; medians are None where there was none."""

    task: Task
    tries: int
    median_ms: int | None = None
    median_actions: int | None = None


@dataclass
class _Begun:
    """A task under way: since when, with how many actions so far."""

    since_ms: int
    actions: int = 1

    def done(self, task: Task, t_ms: int) -> Iterator[Try]:
        if 0 <= t_ms - self.since_ms <= TRY_MS_MAX:
            yield Try(task, t_ms - self.since_ms, self.actions)


class _Watch:
    """Follows one window from event to event."""

    def __init__(self) -> None:
        self._action_ms: int | None = None  # the last one
        self._visit: _Begun | None = None
        self._undo: _Begun | None = None
        self._look: _Begun | None = None  # a manager's
        self._has_exceptions = False
        self._is_given = self._has_reasons = self._is_queued = False

    def take(self, t_ms: int, event: Event) -> Iterator[Try]:
        """Go on with an event; yield the tasks that it ends."""
        if event in ACTIONS:
            self._act(t_ms, event)
        elif event is Event.GIVEN:
            self._is_given = True
        elif event is Event.REASONS:
            yield from self._reasons(t_ms)
        elif event in GIVEN_ANSWERS:
            yield from self._answered(t_ms, is_queued=event is Event.QUEUED)
        elif event in OTHER_ANSWERS:
            self._visit = None
        elif event is Event.QUEUE:
            yield from self._queue(t_ms)
        elif event is Event.UNDO and self._action_ms is not None:
            self._undo = _Begun(self._action_ms)
        elif event is Event.UNDONE and self._undo is not None:
            undo, self._undo = self._undo, None
            yield from undo.done(Task.U4, t_ms)
        elif event in MANAGERS:
            yield from self._managers(t_ms, event)
        elif event is Event.MEMBER:
            self._look = None  # somebody is served
        elif event is Event.IDLE:
            self._undo = self._look = None
            self._visit = self._visit if self._is_queued else None

    def _act(self, t_ms: int, event: Event) -> None:
        self._action_ms = t_ms
        for begun in (self._visit, self._undo, self._look):
            if begun is not None:
                begun.actions += 1
        if event is Event.SCAN and (self._visit is None or self._is_queued):
            self._visit = _Begun(t_ms)
            self._is_given = self._has_reasons = self._is_queued = False

    def _reasons(self, t_ms: int) -> Iterator[Try]:
        if self._visit is not None and not self._has_reasons:
            self._has_reasons = True
            yield from self._visit.done(Task.U2, t_ms)

    def _answered(self, t_ms: int, *, is_queued: bool) -> Iterator[Try]:
        visit = self._visit
        if visit is None or not self._is_given:
            self._visit = None
            return
        yield from visit.done(Task.U1, t_ms)
        self._is_queued = is_queued  # then the same try may go on to what waits
        self._visit = visit if is_queued else None

    def _managers(self, t_ms: int, event: Event) -> Iterator[Try]:
        """Take what a manager sees. Their pages come up twice where a PIN is asked for: it is one task."""
        if event is Event.MANAGER and self._look is None and self._action_ms is not None:
            self._look, self._has_exceptions = _Begun(self._action_ms), False
        elif event is Event.EXCEPTIONS:
            self._has_exceptions = True
        elif event is Event.EXPORTED and self._look is not None:
            look, self._look = self._look, None
            if self._has_exceptions:
                yield from look.done(Task.U5, t_ms)

    def _queue(self, t_ms: int) -> Iterator[Try]:
        """Take the page of what waits; looked at in the middle of an order it changes nothing."""
        visit = self._visit
        if visit is not None and self._is_queued:
            self._visit, self._is_queued = None, False
            yield from visit.done(Task.U3, t_ms)


def tries(events: Iterable[Noted]) -> Iterator[Try]:
    """Yield what was done, in the order in which it was."""
    watch = _Watch()
    for t_ms, event in events:
        if event is Event.START:
            watch = _Watch()
        else:
            yield from watch.take(t_ms, event)


def figures(events: Iterable[Noted]) -> list[Figures]:
    """Return what all tries come to, a line a task."""
    done = list(tries(events))
    return [_figures(task, [each for each in done if each.task is task]) for task in Task]


def _figures(task: Task, done: list[Try]) -> Figures:
    if not done:
        return Figures(task, 0)
    ms, actions = round(median(each.ms for each in done)), median_low(each.actions for each in done)
    return Figures(task, len(done), ms, actions)
