"""More requests than HQ can serve: who is let in, who waits, and what the others are told."""

import asyncio
import json

import pytest

from hq import admission
from hq.admission import PUSHES_AT_ONCE, READS_AT_ONCE, Lane
from hq.faults import Busy
from hq.problems import of_fault
from tests.hq.desk import HEALTH, PULL, Visitor, come, run, settle


@pytest.fixture(autouse=True)
def now(monkeypatch):
    """The time, which stands: a busy machine takes longer than some of what is looked at."""
    times = [1_000.0]
    monkeypatch.setattr(admission, "monotonic", lambda: times[0])
    return times


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


@pytest.mark.parametrize("count", [10, 5_000])
def test_appointments_never_lie_beyond_what_a_station_believes(count):
    async def story(_desk):
        lane = Lane(PUSHES_AT_ONCE)
        told = [lane.put_off(f"D{n}").retry_after_s for n in range(count)]
        assert admission.RETRY_MIN_S <= min(told) <= max(told) <= admission.RETRY_MAX_S
        assert told[:10] == sorted(told[:10])

    run(story)
