"""Asking head office while a member waits: within the time or not at all, whatever the network does."""

import re
import threading
from time import monotonic

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec import structs
from msgspec.json import encode

from app.clock import SetClock
from app.core.asking import NOTHING_HEARD, Asking, Heard, Question
from app.core.reasons import Reason, Refusal
from sync.authorising import BUSY_MS, FAILURES_MAX, LIMITS, PAUSE_MS, Authoriser
from sync.authority_wire import AuthorizeAnswer, Word
from sync.client import DeviceSigner, HttpHq
from sync.faults import HqBusy, HqRefused, HqUnreachable, HqUntrusted
from sync.line import Limits, Line
from tests.builders import NOW_MS
from tests.rig.proxy import Proxy, Way
from tests.rig.ways import CutDown, CutUp, HalfOpen, Hold, Reset, Says, Slow, Twice, login_page
from tests.sync.scripted import SLACK_S, Scripted, answer

ASKING = Asking("o-1", None, "A2", 7, (Question("v1", "r", "c", "h", 0, 500),))
YES = AuthorizeAnswer(words=[Word(name="v1", reservation="R1")], known=[("uses:c", 3)])
GRANTED = Heard(granted={"v1": "R1"}, known={"uses:c": 3})
SHORT_S = 0.2


class FakeHq:
    """Answers what a test says, or raises it."""

    def __init__(self, *says) -> None:
        self.says = list(says)
        self.requests = []

    def authorize(self, request):
        self.requests.append(request)
        said = self.says.pop(0) if len(self.says) > 1 else self.says[0]
        if isinstance(said, Exception):
            raise said
        return said() if callable(said) else said

    def close(self) -> None:
        pass


def go_on(clock: SetClock, ms: int) -> None:
    clock.set_ms(clock.now_ms() + ms)


def an_authoriser(hq, *, total_s: float = SHORT_S, clock: SetClock | None = None) -> Authoriser:
    return Authoriser(hq, epoch=3, clock=clock or SetClock(NOW_MS), total_s=total_s)


def over(url: str, *, clock: SetClock | None = None) -> Authoriser:
    """Return one that asks over a real socket, with all times shorter than in a shop."""
    signer = DeviceSigner(device_id="D1", epoch=3, key=Ed25519PrivateKey.generate(), clock=SetClock(NOW_MS))
    limits = Limits(connect_s=SHORT_S / 2, total_s=SHORT_S, answer_bytes_max=LIMITS.answer_bytes_max)
    return an_authoriser(HttpHq(Line(url, limits=limits), signer), clock=clock)


# --- what is said and heard ----------------------------------------------------------------------------------------


def test_the_question_says_what_the_order_would_use() -> None:
    hq = FakeHq(YES)
    assert an_authoriser(hq).ask(ASKING) == GRANTED
    (asked,) = hq.requests
    assert (asked.epoch, asked.order_id, asked.member, asked.level, asked.program_version) == (
        3, "o-1", None, "A2", 7
    )  # fmt: skip
    assert structs.asdict(asked.asked[0]) == {
        "name": "v1", "rule": "r", "campaign": "c", "code_hash": "h", "points": 0, "discount": 500
    }  # fmt: skip


@pytest.mark.parametrize(
    ("word", "heard"),
    [
        (Word(name="v1", reason="limit_total_reached"), Refusal(Reason.LIMIT_TOTAL_REACHED)),
        (
            Word(name="v1", reason="insufficient_points", numbers={"missing": 3, "wanted": 9}),
            Refusal(Reason.INSUFFICIENT_POINTS, {"missing": 3, "wanted": 9}),
        ),
        (Word(name="v1", reason="insufficient_points"), Refusal(Reason.STOPPED)),  # can't be said like this
        (Word(name="v1", reason="of_a_newer_hq"), Refusal(Reason.STOPPED)),
    ],
)
def test_a_no_is_a_no_by_whatever_reason(word: Word, heard: Refusal) -> None:
    assert an_authoriser(FakeHq(AuthorizeAnswer(words=[word]))).ask(ASKING) == Heard(denied={"v1": heard})


def test_neither_yes_nor_no_and_words_on_something_else_are_nothing() -> None:
    words = [Word(name="v1"), Word(name="v2", reservation="R2"), Word(name="v3", reason="stopped")]
    heard = an_authoriser(FakeHq(AuthorizeAnswer(words=words))).ask(ASKING)
    assert heard == Heard(left_open=frozenset({"v1"}))  # it was asked for all the same


def test_with_nothing_to_ask_nobody_is_asked() -> None:
    hq = FakeHq(YES)
    assert an_authoriser(hq).ask(Asking("o-1", None, "A2", 7, ())) is NOTHING_HEARD
    assert hq.requests == []


# --- time ------------------------------------------------------------------------------------------------------------


def test_what_was_waited_before_the_question_was_found_counts() -> None:
    released = threading.Event()
    authoriser = an_authoriser(FakeHq(lambda: released.wait(60) and YES), total_s=30)
    began = monotonic()
    assert authoriser.ask(ASKING, since=began - 29.8) is NOTHING_HEARD
    assert monotonic() - began < 30
    released.set()


def test_the_time_is_up_though_the_question_still_hangs_somewhere() -> None:
    """As in a name that nobody resolves, of which no socket knows. The next member does not wait for it either."""
    released = threading.Event()
    hq = FakeHq(lambda: released.wait(10) and YES, YES)
    authoriser = an_authoriser(hq)
    began = monotonic()
    assert authoriser.ask(ASKING) is NOTHING_HEARD
    assert SHORT_S <= monotonic() - began < SHORT_S + SLACK_S
    began = monotonic()
    assert authoriser.ask(ASKING) is NOTHING_HEARD
    assert monotonic() - began < SHORT_S and len(hq.requests) == 1, "nobody queues behind it"
    released.set()


def says(*response, **more):
    """Return what reads a request to its end and answers it."""
    say = answer(*response, **more)

    def act(call) -> None:
        lengths = re.findall(rb"content-length: (\d+)", call.head.lower())
        call.read(int(lengths[0]) if lengths else 0)
        say(call)

    return act


WAYS = {
    "half-open": HalfOpen,
    "reset": Reset,
    "cut in the request": lambda: CutUp(40),
    "cut after HQ's work": CutDown,
    "cut within the answer": lambda: CutDown(60, was_reset=True),
    "a byte now and then": lambda: Slow(400),
    "the answer held back": Hold,
    "a login page": lambda: Says(login_page()),
    "a redirect": lambda: Says(login_page("302 Found", "Location: http://guest.example.org/")),
}


@pytest.fixture(scope="module")
def line():
    with Scripted(says(200, encode(YES))) as hq, Proxy() as proxy:
        proxy.leads_to(int(hq.url.rpartition(":")[2]))
        yield proxy


def test_over_a_good_line_it_hears(line: Proxy) -> None:
    line.set(Way())
    assert over(line.url).ask(ASKING) == GRANTED
    line.set(Twice())
    assert over(line.url).ask(ASKING) == GRANTED


@pytest.mark.parametrize("way", WAYS)
def test_whatever_the_line_does_the_answer_is_nothing_and_in_time(line: Proxy, way: str) -> None:
    """F28, F29, F33: half-open, slow, cut, not HQ at all."""
    spoiled = WAYS[way]()
    line.set(spoiled)
    began = monotonic()
    assert over(line.url).ask(ASKING) is NOTHING_HEARD
    assert monotonic() - began < SHORT_S + SLACK_S
    if isinstance(spoiled, Hold):
        spoiled.released.set()


@pytest.mark.parametrize("how", [Proxy.refuse, Proxy.blackhole])
def test_nobody_there_is_nothing_and_in_time(line: Proxy, how) -> None:
    how(line)
    began = monotonic()
    assert over(line.url).ask(ASKING) is NOTHING_HEARD
    assert monotonic() - began < SHORT_S + SLACK_S


def test_the_times_of_a_shop_leave_half_a_second_for_deciding() -> None:
    assert (LIMITS.connect_s, LIMITS.total_s) == (0.3, 1.5)


# --- breaker ---------------------------------------------------------------------------------------------------------

IN_VAIN = [HqUnreachable("cut"), HqRefused("404"), HqUntrusted("not HQ")]


@pytest.mark.parametrize("fault", IN_VAIN)
def test_after_three_questions_in_vain_nobody_waits_for_half_a_minute(fault: Exception) -> None:
    """F38: a line that comes and goes costs three members a moment, not each of them."""
    clock = SetClock(NOW_MS)
    hq = FakeHq(fault)
    authoriser = an_authoriser(hq, clock=clock)
    for _ in range(10):
        assert authoriser.ask(ASKING) is NOTHING_HEARD
    assert len(hq.requests) == FAILURES_MAX
    go_on(clock, PAUSE_MS - 1)
    authoriser.ask(ASKING)
    assert len(hq.requests) == FAILURES_MAX
    go_on(clock, 1)
    authoriser.ask(ASKING)
    authoriser.ask(ASKING)
    assert len(hq.requests) == FAILURES_MAX + 1, "one more in vain begins the next pause"
    go_on(clock, PAUSE_MS)
    hq.says = [YES]
    assert [authoriser.ask(ASKING) for _ in range(4)] == [GRANTED] * 4


def test_an_answer_makes_good_what_was_in_vain_before() -> None:
    hq = FakeHq(*[HqUnreachable("cut"), HqUnreachable("cut"), YES] * 5, YES)
    authoriser = an_authoriser(hq)
    assert [authoriser.ask(ASKING) for _ in range(15)] == [NOTHING_HEARD, NOTHING_HEARD, GRANTED] * 5


@pytest.mark.parametrize(("told_s", "pause_ms"), [(120, 120_000), (0, BUSY_MS)])
def test_a_busy_hq_is_not_asked_before_the_time_it_named(told_s: int, pause_ms: int) -> None:
    """F31: at once by our own rights, and no question before."""
    clock = SetClock(NOW_MS)
    hq = FakeHq(HqBusy("429", retry_after_s=told_s), YES)
    authoriser = an_authoriser(hq, clock=clock)
    assert [authoriser.ask(ASKING) for _ in range(3)] == [NOTHING_HEARD] * 3
    assert len(hq.requests) == 1
    go_on(clock, pause_ms - 1)
    assert authoriser.ask(ASKING) is NOTHING_HEARD
    go_on(clock, 1)
    assert authoriser.ask(ASKING) == GRANTED


@pytest.mark.parametrize("status", [429, 503])
def test_busy_is_what_429_and_503_say(status: int) -> None:
    clock = SetClock(NOW_MS)
    with Scripted(says(status, b"", "Retry-After: 120")) as hq:
        authoriser = over(hq.url, clock=clock)
        for _ in range(3):
            assert authoriser.ask(ASKING) is NOTHING_HEARD
        assert len(hq.requests) == 1
