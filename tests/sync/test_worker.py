"""The thread that syncs: woken, stopped, and never brought down by what the world or a bug does to a single sync."""

import queue
import threading

import pytest

from app.clock import SetClock
from app.store.faults import DiskFull
from sync.faults import HqBusy, HqRefused, HqUnreachable, HqUntrusted
from sync.protocol import PushRefusal, PushRefusalKind
from sync.syncer import SyncReport
from sync.worker import BUG, LinkState, SyncWorker

WAIT_S = 10  # for what comes at once; a loaded machine may take its time
NEVER_S = 0.1  # for what must not come
GOOD = SyncReport(0, 0)


class FakeSyncer:
    """Tells that it was called, and does what it was given, the last of it again and again."""

    def __init__(self, *outcomes):
        self._outcomes = list(outcomes)
        self.called = queue.Queue()

    def sync(self):
        outcome = self._outcomes.pop(0) if len(self._outcomes) > 1 else self._outcomes[0]
        self.called.put(threading.current_thread())
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome


class Running:
    """A worker with its fake, and what it reported."""

    def __init__(self, *outcomes, waiting=lambda: 0, interval_s=3600.0, on_change=None):
        self.syncer = FakeSyncer(*outcomes)
        self.states = queue.Queue()
        self.worker = SyncWorker(
            self.syncer,
            waiting=waiting,
            clock=SetClock(77),
            interval_s=interval_s,
            on_change=on_change or self.states.put,
        )

    def was_called(self):
        return self.syncer.called.get(timeout=WAIT_S)

    def is_left_alone(self):
        with pytest.raises(queue.Empty):
            self.syncer.called.get(timeout=NEVER_S)
        return True


@pytest.fixture
def run():
    """Make running workers that end with the test."""
    made = []

    def start(*outcomes, **options):
        running = Running(*outcomes, **options)
        made.append(running)
        running.worker.start()
        return running

    yield start
    for running in made:
        running.worker.stop()


def test_it_begins_with_a_sync_on_its_own_thread(run):
    running = run(GOOD)
    assert running.was_called().name == "sync"
    assert running.states.get(timeout=WAIT_S) == LinkState(is_online=True, synced_at_ms=77, problem="")
    assert running.is_left_alone()


def test_it_syncs_at_once_when_woken(run):
    running = run(GOOD)
    running.was_called()
    for _ in range(3):
        running.worker.wake()
        running.was_called()


def test_it_syncs_at_its_interval(run):
    running = run(GOOD, interval_s=0.01)
    for _ in range(5):
        running.was_called()


def test_a_cut_off_station_is_woken_too(run):
    running = run(HqUnreachable("cut"), waiting=lambda: 3)
    running.was_called()
    running.worker.wake()
    running.was_called()


def test_a_busy_hq_is_not_bothered_whoever_wakes_us(run):
    running = run(HqBusy("503", retry_after_s=300))
    running.was_called()
    assert running.states.get(timeout=WAIT_S).problem == HqBusy.code
    running.worker.wake()
    assert running.is_left_alone()


def test_a_busy_hq_gets_the_time_it_asked_for():
    running = Running(HqBusy("503", retry_after_s=300), GOOD)
    running.worker.sync_now()
    assert running.worker._delay_s() == 300
    running.worker.sync_now()
    assert running.worker._delay_s() == 3600


def test_a_first_failure_is_tried_again_soon_and_a_second_is_not():
    running = Running(HqUnreachable("cut"))
    running.worker.sync_now()
    assert 1.5 <= running.worker._delay_s() <= 4.5
    running.worker.sync_now()
    assert running.worker._delay_s() == 3600  # nothing waits
    own = Running(DiskFull("no room"))  # which is nothing of the line's
    own.worker.sync_now()
    assert own.worker._delay_s() == 3600


def test_in_the_middle_of_a_push_it_tells_what_has_arrived():
    running = Running(HqUnreachable("cut"), GOOD)
    running.worker.sync_now()
    running.syncer.on_batch(41)
    told = [running.states.get_nowait() for _ in range(2)]
    assert [(each.is_online, each.problem, each.sending_after) for each in told] == [
        (False, HqUnreachable.code, None), (True, "", 41),
    ]  # fmt: skip
    assert running.worker.state == told[0]  # that is how a try ended, and this one goes on


def test_it_tells_by_when_a_newer_program_must_be_here():
    running = Running(SyncReport(0, 0, update_by_ms=5))
    assert running.worker.sync_now().update_by_ms == 5


def test_stop_ends_the_waiting_for_a_busy_hq(run):
    running = run(HqBusy("503", retry_after_s=300))
    running.was_called()
    running.worker.stop()
    assert not running.worker._thread.is_alive()


def test_stop_ends_it(run):
    running = run(GOOD)
    running.was_called()
    running.worker.stop()
    assert not running.worker._thread.is_alive()
    running.worker.wake()
    assert running.is_left_alone()


def test_stop_before_start_is_no_harm():
    Running(GOOD).worker.stop()


@pytest.mark.parametrize(
    "fault",
    [
        HqUnreachable("x"),
        HqUntrusted("x"),
        HqRefused("x"),
        HqBusy("x", retry_after_s=0),
        DiskFull("x"),
    ],
)
def test_a_fault_is_reported_and_the_time_of_the_last_sync_stays(fault):
    running = Running(GOOD, fault, GOOD)
    states = [running.worker.sync_now() for _ in range(3)]
    good = LinkState(is_online=True, synced_at_ms=77, problem="")
    assert states == [good, LinkState(is_online=False, synced_at_ms=77, problem=fault.code), good]
    assert [running.states.get_nowait() for _ in range(3)] == states
    assert running.worker.state == good


@pytest.mark.parametrize("kind", PushRefusalKind)
def test_a_refused_push_is_reported(kind):
    running = Running(SyncReport(0, 0, PushRefusal(kind=kind)))
    state = running.worker.sync_now()
    assert (state.is_online, state.problem) == (False, kind.value)


@pytest.mark.loud("a bug must be seen in the log")
def test_a_bug_does_not_end_the_thread(run):
    running = run(AssertionError("ours"), GOOD)
    running.was_called()
    running.worker.wake()
    running.was_called()
    assert running.states.get(timeout=WAIT_S) == LinkState(is_online=True, synced_at_ms=77, problem="")


@pytest.mark.loud("a bug must be seen in the log")
def test_a_bug_shows_in_the_state(run):
    seen = threading.Event()

    def waiting():
        seen.set()
        raise AssertionError("ours")

    running = run(GOOD, waiting=waiting)
    assert seen.wait(WAIT_S)
    running.worker.stop()
    assert (running.worker.state.is_online, running.worker.state.problem) == (False, BUG)


def test_a_store_that_cannot_count_is_taken_as_full():
    def waiting():
        raise DiskFull("x")

    running = Running(HqUnreachable("x"), waiting=waiting)
    for _ in range(2):
        running.worker.sync_now()
    assert 7 <= running.worker._delay_s() <= 13


def test_asking_for_a_sync_waits_for_the_one_under_way(run):
    entered, go_on, depth = threading.Event(), threading.Event(), []

    class SlowSyncer:
        def sync(self):
            depth.append("in")
            assert depth[-2:] != ["in", "in"]
            entered.set()
            assert go_on.wait(WAIT_S)
            depth.append("out")
            return GOOD

    running = Running(GOOD)
    running.worker._syncer = SlowSyncer()
    running.worker.start()
    assert entered.wait(WAIT_S)
    asking = threading.Thread(target=running.worker.sync_now)
    asking.start()
    asking.join(NEVER_S)
    assert depth == ["in"]
    go_on.set()
    asking.join(WAIT_S)
    running.worker.stop()
    assert depth == ["in", "out", "in", "out"]
