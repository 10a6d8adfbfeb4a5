"""More requests than HQ can serve: who is let in, who waits, and what the others are told."""

import asyncio
import json

import pytest
from starlette.responses import PlainTextResponse

from hq import admission
from hq.admission import PUSHES_AT_ONCE, READS_AT_ONCE, UNDER_WAY_MAX, Admission, Lane
from hq.bodies import BODY_BYTES_MAX
from hq.faults import Busy, HqFault
from hq.problems import of_fault
from sync.protocol import BATCH_BYTES_MAX

PUSH, PULL, HEALTH = "/v1/devices/D1/journal", "/v1/sync/changes", "/v1/health"
LATER_S = 10_000.0


@pytest.fixture(autouse=True)
def now(monkeypatch):
    """The time, which stands: a busy machine takes longer than some of what is looked at."""
    times = [1_000.0]
    monkeypatch.setattr(admission, "monotonic", lambda: times[0])
    return times


class Desk:
    """The application behind: each request that has a place stays until `go_on`."""

    def __init__(self):
        self.admission = Admission(self)
        self.working: list[str] = []
        self.done: list[str] = []
        self.go_on = asyncio.Event()

    async def __call__(self, scope, receive, send):
        name = scope["name"]
        try:
            while (await receive()).get("more_body"):
                pass
        except HqFault as fault:
            await of_fault(fault)(scope, receive, send)
            return
        self.working.append(name)
        await self.go_on.wait()
        self.done.append(name)
        await PlainTextResponse("ok")(scope, receive, send)


class Visitor:
    """A request; `body` are its parts, after the last of which it ends if `is_whole`."""

    def __init__(self, desk, name, path, *, device, body=(b"",), is_whole=True, headers=()):
        signed = (b"tillside-signature", f"device={device};epoch=1".encode())
        named = [signed, *headers] if device else list(headers)
        self.scope = {"type": "http", "path": path, "headers": named, "name": name, "method": "POST"}
        self.parts, self.is_whole = list(body), is_whole
        self.messages = []
        self.read = 0
        self.rest = asyncio.Event()
        self.task = asyncio.create_task(desk.admission(self.scope, self._receive, self._send))

    async def _receive(self):
        if self.read == len(self.parts):
            await self.rest.wait()
            return {"type": "http.request", "body": b"", "more_body": False}
        self.read += 1
        is_last = self.read == len(self.parts) and self.is_whole
        return {"type": "http.request", "body": self.parts[self.read - 1], "more_body": not is_last}

    async def _send(self, message):
        self.messages.append(message)

    @property
    def status(self):
        return self.messages[0]["status"] if self.messages else None

    @property
    def retry_after_s(self):
        named = dict(self.messages[0]["headers"])
        assert json.loads(self.messages[1]["body"])["type"] == "urn:tillside:problem:busy"
        return int(named[b"retry-after"])


def run(story):
    """Run a story to its end, with a desk; what it leaves waiting is let go."""

    async def told():
        desk = Desk()
        try:
            await story(desk)
        finally:
            desk.go_on.set()
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()

    asyncio.run(told())


class Turn:
    """Lets the loop turn once, which takes no time."""

    def __await__(self):
        yield


async def settle():
    """Let everything go on that can."""
    for _ in range(50):
        await Turn()


async def come(desk, count, path=PUSH, **how):
    found = [Visitor(desk, f"{path}{n}", path, device=f"D{n}", **how) for n in range(count)]
    await settle()
    return found


def test_a_chain_at_the_door_is_told_when_to_come_back():
    async def story(desk):
        visitors = await come(desk, 1000)
        refused = [each for each in visitors if each.status == 503]
        waiting = [each for each in visitors if each.status is None]
        assert len(desk.working) == PUSHES_AT_ONCE
        assert len(waiting) == admission.UNPROVEN * PUSHES_AT_ONCE and len(refused) + len(waiting) == 1000
        assert all(each.read == 0 for each in refused)  # nothing of their bodies was taken in
        told = [each.retry_after_s for each in refused]
        assert min(told) >= admission.RETRY_MIN_S and max(told) <= admission.RETRY_MAX_S
        rate = (
            PUSHES_AT_ONCE / admission.PACE_FIRST_S
        )  # nobody can come back sooner than the first of these seconds
        assert told.count(admission.RETRY_MIN_S) <= (admission.RETRY_MIN_S + 1) * rate
        assert max(told.count(each) for each in set(told) - {admission.RETRY_MIN_S}) <= rate + 1
        desk.go_on.set()
        await settle()
        assert [each.status for each in waiting] == [200] * len(waiting)
        assert desk.done == [each.scope["name"] for each in waiting]  # in the order in which they came

    run(story)


def test_pulls_and_health_go_on_while_pushes_queue():
    async def story(desk):
        await come(desk, 200)
        await come(desk, 1, PULL)
        await come(desk, 1, HEALTH)
        assert desk.working[PUSHES_AT_ONCE:] == [f"{PULL}0", f"{HEALTH}0"]
        await come(desk, READS_AT_ONCE, PULL)
        assert len(desk.working) == PUSHES_AT_ONCE + READS_AT_ONCE + 1

    run(story)


def test_places_are_given_back_whatever_became_of_a_request():
    async def story(desk):
        desk.go_on.set()
        for _ in range(3):
            visitors = await come(desk, PUSHES_AT_ONCE)
            assert [each.status for each in visitors] == [200] * PUSHES_AT_ONCE
        desk.go_on.clear()
        visitors = await come(desk, PUSHES_AT_ONCE + 2)
        for each in visitors[1:]:  # one that works, and all who wait, are gone
            each.task.cancel()
        await settle()
        desk.working.clear()
        await come(desk, PUSHES_AT_ONCE + 5)
        assert len(desk.working) == PUSHES_AT_ONCE - 1
        assert desk.admission._pushes._inside == PUSHES_AT_ONCE + 5 + 1  # and the one that worked before

    run(story)


def test_who_only_sends_slowly_holds_no_place():
    async def story(desk):
        slow = await come(desk, 3 * PUSHES_AT_ONCE, body=(b"a",), is_whole=False)
        (quick,) = await come(desk, 1)
        assert desk.working == [quick.scope["name"]]
        for each in slow:
            each.rest.set()
        await settle()
        assert len(desk.working) == PUSHES_AT_ONCE

    run(story)


def test_what_is_held_of_bodies_has_an_end():
    def length(size):
        return ((b"content-length", str(size).encode()),)

    async def story(desk):
        most = admission.HELD_BYTES_MAX // BODY_BYTES_MAX
        chunked = ((b"transfer-encoding", b"chunked"),)
        for headers in (length(BODY_BYTES_MAX), length(10**30), length("x"), chunked):
            visitors = await come(desk, most + 1, PULL, body=(b"a",), is_whole=False, headers=headers)
            assert [each.status for each in visitors] == [None] * most + [503]
            for each in visitors:
                each.task.cancel()
            await settle()
        assert len(await come(desk, 1, headers=length(BATCH_BYTES_MAX))) == 1

    run(story)


def test_how_many_are_let_in_has_an_end():
    async def story(desk):
        visitors = await come(desk, UNDER_WAY_MAX + 1, body=(b"a",), is_whole=False)
        assert [each.status for each in visitors] == [None] * UNDER_WAY_MAX + [503]
        for each in visitors:
            each.task.cancel()
        await settle()
        (after,) = await come(desk, 1)
        assert after.status is None

    run(story)


def test_a_body_that_never_ends_is_given_up(monkeypatch):
    async def story(desk):
        monkeypatch.setattr(admission, "BODY_S", 0.01)
        (cut,) = await come(desk, 1, body=(b"a",), is_whole=False)
        await asyncio.wait_for(cut.task, 10)
        assert cut.status == 408
        assert desk.admission._under_way == desk.admission._held_bytes == 0

    run(story)


def test_nobody_waits_inside_for_ever(monkeypatch):
    """However long those before take: the database may stand."""

    async def story(desk):
        monkeypatch.setattr(admission, "PATIENCE_S", 0.01)
        lane = desk.admission._pushes
        lane._pace_s = 0.0  # by what was served until now nobody would wait
        visitors = await come(desk, PUSHES_AT_ONCE + 1)
        await asyncio.wait_for(visitors[-1].task, 10)
        assert visitors[-1].status == 503
        desk.go_on.set()
        await settle()
        assert [each.status for each in visitors] == [200] * PUSHES_AT_ONCE + [503]
        assert [each.status for each in await come(desk, PUSHES_AT_ONCE)] == [200] * PUSHES_AT_ONCE
        assert lane._inside == 0

    run(story)


def test_the_slower_the_served_the_fewer_wait():
    async def story(_desk):
        def let_in(took_s):
            lane = Lane(2)
            for _ in range(100):
                lane._inside += 1
                lane.leave(took_s)
            count = 0
            while not lane.is_full("D1"):
                lane._inside += 1
                count += 1
            return count

        assert let_in(0.01) > 5 * let_in(0.1) > 5 * let_in(1.0) >= 5 * 2

    run(story)


def test_a_refusal_says_when_and_the_usual_stays_the_usual():
    assert Busy("Busy.").retry_after_s == 2
    response = of_fault(Busy("Busy.", retry_after_s=17))
    assert response.headers["retry-after"] == "17"
    assert json.loads(response.body)["retry_after_s"] == 17


def test_who_comes_at_the_time_they_were_told_goes_before_newcomers(now):
    async def story(_desk):
        lane = Lane(2)
        lane._served = lane._places
        while not lane.is_full("newcomer"):
            lane._inside += 1
        told = lane.put_off("D1").retry_after_s
        assert lane.is_full("D1")  # too early
        for n in range(2, 500):
            lane.put_off(f"D{n}")
        assert lane.put_off("D1").retry_after_s == told  # and no later time for having come
        now[0] += told
        assert lane.is_full("newcomer") and not lane.is_full("D1")
        lane.welcome("D1")
        assert lane.is_full("D1")  # once

    run(story)


@pytest.mark.parametrize("devices", [[""] * 300, [f"D{n}" for n in range(300)]])
def test_everybody_gets_a_time_of_their_own_also_those_who_pull_or_say_no_name(devices):
    async def story(desk):
        visitors = [Visitor(desk, "v", PULL, device=device) for device in devices]
        await settle()
        told = [each.retry_after_s for each in visitors if each.status == 503]
        assert len(told) > 200 and len(set(told)) >= 3

    run(story)


def test_whom_hq_told_a_time_is_not_remembered_without_end(monkeypatch):
    async def story(_desk):
        monkeypatch.setattr(admission, "TOLD_KEPT_MAX", 3)
        lane = Lane(2)
        for n in range(10):
            lane.put_off(f"D{n}")
            lane.put_off("")
        assert list(lane._told) == ["D7", "D8", "D9"]

    run(story)


@pytest.mark.parametrize("count", [10, 5_000])
def test_appointments_never_lie_beyond_what_a_station_believes(count):
    async def story(_desk):
        lane = Lane(PUSHES_AT_ONCE)
        told = [lane.put_off(f"D{n}").retry_after_s for n in range(count)]
        assert admission.RETRY_MIN_S <= min(told) <= max(told) <= admission.RETRY_MAX_S
        assert told[:10] == sorted(told[:10])

    run(story)
