"""Stations that are put off keep their rank: a model of a long storm, by a clock that the test sets."""

import heapq
import random
from collections import Counter, deque

import pytest

from hq import admission, ranks
from hq.admission import PUSHES_AT_ONCE, RETRY_MAX_S, Lane
from hq.ranks import Ranks
from sync.backoff import Backoff
from tests.hq.desk import PUSH, Visitor, come, run, settle

TOOK_S = 0.55  # a push of a busy HQ: 2 at once, so about 0.28 s from one to the next


class Storm:
    """HQ's places and what waits for them, and stations with a number of pushes each."""

    def __init__(
        self, monkeypatch, *, stations, pushes, took_s=lambda _now: TOOK_S, address=lambda _who: "10.0.0.1"
    ):
        self.now = 1_000.0
        monkeypatch.setattr(admission, "monotonic", lambda: self.now)
        self.lane, self.took_s, self.chance = Lane(PUSHES_AT_ONCE), took_s, random.Random(7)
        self.left = {f"D{n} {address(n)}": pushes for n in range(stations)}
        self.backoff = dict.fromkeys(self.left, Backoff())
        self.put_off, self.most, self.ended = Counter(), Counter(), dict.fromkeys(self.left, 0.0)
        self.waiting, self.free = deque(), PUSHES_AT_ONCE
        self.events = [(self.now + self.chance.random(), n, "come", who) for n, who in enumerate(self.left)]
        heapq.heapify(self.events)
        self.count = len(self.events)

    def at(self, after_s, what, who):
        self.count += 1
        heapq.heappush(self.events, (self.now + after_s, self.count, what, who))

    def run(self):
        while self.events:
            self.now, _, what, who = heapq.heappop(self.events)
            if what == "done":
                self.done(who)
            elif self.lane.is_full(who):
                self.refuse(who)
            else:
                self.lane.welcome(who)
                self.waiting.append(who)
            while self.free and self.waiting:
                self.free -= 1
                took_s = self.took_s(self.now) * self.chance.uniform(0.5, 1.5)
                self.at(took_s, "done", (self.waiting.popleft(), took_s))
        return self

    def refuse(self, who):
        told = self.lane.put_off(who).retry_after_s
        self.put_off[who] += 1
        self.most[who] = max(self.most[who], self.put_off[who])
        self.backoff[who] = self.backoff[who].after_busy()
        delay_s = self.backoff[who].delay_s(
            interval_s=30, waiting=1, is_online=True, retry_after_s=told, luck=self.chance.random()
        )
        self.at(delay_s, "come", who)

    def done(self, served):
        who, took_s = served
        self.free += 1
        self.lane.leave(took_s)
        self.put_off[who], self.backoff[who] = 0, Backoff()
        self.left[who] -= 1
        self.ended[who] = self.now - 1_000.0
        if self.left[who]:
            self.at(0.0, "come", who)


def bound(line_s):
    """How often somebody may be put off who finds so long a line: see docs/decisions/0025."""
    return line_s / RETRY_MAX_S + 10


@pytest.mark.parametrize("stations", [1_000, 2_000])
def test_nobody_is_put_off_more_often_than_the_line_is_minutes_long(monkeypatch, stations):
    storm = Storm(monkeypatch, stations=stations, pushes=3).run()
    line_s = stations * TOOK_S / PUSHES_AT_ONCE
    assert not any(storm.left.values())
    assert max(storm.most.values()) <= bound(line_s)
    assert max(storm.ended.values()) < 3 * line_s * 1.15  # and HQ is not left idle meanwhile


def test_an_hq_that_gets_slower_puts_nobody_off_for_ever(monkeypatch):
    storm = Storm(monkeypatch, stations=500, pushes=3, took_s=lambda now: 0.3 if now < 1_030 else 1.5).run()
    assert max(storm.most.values()) <= bound(500 * 1.5 / PUSHES_AT_ONCE)


def test_one_address_that_makes_up_names_takes_ranks_from_itself_only(monkeypatch):
    monkeypatch.setattr(ranks, "KEPT_MAX", 100)
    line = Ranks()

    def come(who):
        return line.put_off(who, now=0.0, wait_s=9.0, told_s=9.0)

    assert all(come(f"D{n} 10.0.0.{n}") for n in range(60))
    assert [come(f"made-up-{n} 6.6.6.6") for n in range(1_000)].count(True) == 40
    assert all(come(f"D{n} 10.0.0.{n}") for n in range(60, 90))
    assert len(line) == 100
    assert [line.before(f"D{n} 10.0.0.{n}") for n in (0, 59)] == [0, 59]


def test_one_line_that_makes_up_ipv6_addresses_takes_ranks_from_itself_only(monkeypatch):
    """Whoever has a line has as many addresses as they like; of IPv4 written as IPv6 each is somebody's own."""
    monkeypatch.setattr(ranks, "KEPT_MAX", 100)
    line = Ranks()

    def come(who):
        return line.put_off(who, now=0.0, wait_s=9.0, told_s=9.0)

    assert all(come(f"made-up-{n} 2001:db8:0:1:{n:x}::1") for n in range(100))
    assert all(come(f"D{n} ::ffff:10.0.0.{n}") for n in range(40))
    assert come("D40 fe80::1%eth0") and come("D41 no:address")
    assert len(line) == 100


def test_who_does_not_come_is_forgotten_and_those_behind_move_up():
    line = Ranks()
    for n in range(50):
        line.put_off(f"ghost-{n} 6.6.6.6", now=0.0, wait_s=2.0, told_s=2.0)
    line.put_off("D1 10.0.0.1", now=1.0, wait_s=60.0, told_s=60.0)
    assert line.before("D1 10.0.0.1") == 50
    line.put_off("D2 10.0.0.2", now=20.0, wait_s=60.0, told_s=60.0)
    assert (line.before("D1 10.0.0.1"), len(line)) == (0, 2)


def test_nobody_elsewhere_uses_a_stations_rank_up(monkeypatch):
    async def story(desk):
        monkeypatch.setattr(admission, "UNPROVEN", 1)
        await come(desk, PUSHES_AT_ONCE)
        Visitor(desk, "station", PUSH, device="D1", address="10.0.0.1")
        await settle()
        monkeypatch.setattr(admission, "UNPROVEN", 5)
        liar = Visitor(desk, "liar", PUSH, device="D1", address="6.6.6.6")
        await settle()
        assert liar.status is None and len(desk.admission._pushes._ranks) == 1  # let in, by no rank

    run(story)


def test_names_that_never_come_back_do_not_keep_stations_out(monkeypatch):
    """Made-up names stand before everybody; HQ has room all the same, and who comes gets it."""
    storm = Storm(monkeypatch, stations=200, pushes=2)
    for n in range(5_000):
        storm.lane.put_off(f"made-up-{n} 6.6.6.6")
    storm.run()
    assert max(storm.ended.values()) < 2 * 200 * TOOK_S / PUSHES_AT_ONCE + 2 * RETRY_MAX_S
