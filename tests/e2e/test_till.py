"""Till and station as two processes, either of which dies at random moments: both sides' books are the same."""

import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Event, Timer

import pytest

from app.till.station import Station
from app.till.tape import Tape
from tests.e2e.shift_books import by_head_office, by_journal, entries_of
from tests.e2e.till_process import (
    TOKEN,
    Carried,
    TillProcess,
    a_days_steps,
    free_port,
    of_answers,
    of_journal,
    of_till,
    people_with_things,
)
from tests.e2e.windows import OPEN_S, WindowProcess
from tests.rig.processes import HqProcess, StationProcess, World, enrol
from tests.x_screen import XScreen

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1_800)]  # minutes: fifty starts
ORDERS, KILLS = 500, 25  # so many of each side
WINDOW_ORDERS, WINDOW_KILLS = 60, 4
PAUSE_S = 0.01
KILL_WITHIN_S = (
    0.6  # of the moment in which an order is there: before it is looked at, within its commit, after it
)


class Cashier:
    """Whoever stands at the station without a window, and starts it again when its plug was pulled."""

    def __init__(self, world: World, port: int, carried: Carried, chance: random.Random) -> None:
        self._world, self._port, self._carried, self._chance = world, port, carried, chance
        self.done: Counter[str] = Counter()
        self.start()
        self._timer: Timer | None = None

    def start(self) -> None:
        prefix = ("env", f"TILLSIDE_TILL_API={self._port}")
        self.station = StationProcess(self._world, prefix=prefix)
        assert self.station.first is not None and self.station.first["answer"] == "ready"

    def die_soon(self) -> None:
        """Pull the station's plug at some moment of what comes next."""
        self._timer = Timer(self._chance.uniform(0, KILL_WITHIN_S), self.station.process.kill)
        self._timer.start()

    def serve(self) -> bool:
        """Do what there is to be done for the order that is there, if one is. False: there was none."""
        told = self.station.ask({"till": True})
        if told is not None and not told["order"]:
            return self._again(is_dead=False)
        for line in () if told is None else self._lines():
            if self.station.ask(line) is None:
                return self._again(is_dead=True)
        return self._again(is_dead=told is None)

    def _again(self, *, is_dead: bool) -> bool:
        if is_dead or self.station.process.poll() is not None:
            self.station.wait_dead()
            self.done["died"] += 1
            self.start()
            return True
        return False

    def _lines(self) -> list[str | dict[str, bool]]:
        chance, found = self._chance, []
        if chance.random() < 0.7:
            found.append(chance.choice(self._carried.members))
        if chance.random() < 0.3:
            found.append(self._carried.voucher)
        if chance.random() < 0.1:
            found.append(chance.choice(self._carried.single))
        if chance.random() < 0.2:
            found.append(chance.choice(self._carried.cards))
        if chance.random() < 0.03:
            return [*found, {"clear": True}]
        return [*found, {"confirm": True}]


class WindowCashier:
    """Whoever stands at the station's window, and presses what is to be pressed by what was painted last."""

    READY = ("member_ready", "answer_ready", "idle_painted")
    PATIENCE_S = 2.0  # for a card that the scanner took for the one before

    def __init__(
        self, world: World, port: int, carried: Carried, chance: random.Random, screen: XScreen, folder: Path
    ) -> None:
        self._world, self._port, self._carried, self._chance = world, port, carried, chance
        self._screen, self._folder = screen, folder
        self.done: Counter[str] = Counter()
        self._timer: Timer | None = None
        self.start()

    def start(self) -> None:
        log = self._folder / f"events-{self.done['died']}.jsonl"
        settings = {"TILLSIDE_TILL_API": str(self._port)}
        self.window = WindowProcess(self._world, self._screen, log, settings=settings)
        self._acted, self._to_scan = 0, self._codes()
        self.window.wait("idle_painted", within_s=OPEN_S)

    def die_soon(self) -> None:
        """Pull the station's plug at some moment of what comes next."""
        self._timer = Timer(self._chance.uniform(0, 2 * KILL_WITHIN_S), self.window.process.kill)
        self._timer.start()

    def serve(self) -> bool:
        """Press what there is to be pressed. False: nothing."""
        if self.window.process.poll() is not None:
            self.done["died"] += 1
            self.start()
            return True
        events = self.window.events()
        place = max((n for n, each in enumerate(events, 1) if each["event"] in self.READY), default=0)
        if place <= self._acted:
            return False
        self._acted = place
        self._act(events[place - 1]["event"])
        return True

    def _act(self, ready: str) -> None:
        if ready == "member_ready" and self._to_scan:
            self._screen.scan(self._to_scan.pop())
            until = time.monotonic() + self.PATIENCE_S
            while time.monotonic() < until and not self.window.has("member_ready", after=self._acted):
                Event().wait(PAUSE_S)
            if not self.window.has("member_ready", after=self._acted):
                self._screen.press("Enter")
        elif ready != "idle_painted":
            self._screen.press("Enter")
        if ready == "answer_ready":
            self._to_scan = self._codes()

    def _codes(self) -> list[str]:
        chance, carried = self._chance, self._carried
        of_what = ((0.7, carried.members), (0.3, (carried.voucher,)), (0.1, carried.single))
        return [chance.choice(codes) for share, codes in of_what if chance.random() < share]


def test_the_stations_window_and_the_till_come_to_the_same(
    world: World, hq: HqProcess, screen: XScreen, tmp_path: Path
) -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    carried = people_with_things(world)
    enrol(world, hq)
    port = free_port()
    cashier = WindowCashier(world, port, carried, chance, screen, tmp_path)
    try:
        steps = a_days_steps(chance, WINDOW_ORDERS)
        (tmp_path / "script.jsonl").write_text("\n".join(steps), encoding="utf-8")
        till = TillProcess(world, port, tmp_path)
        moments = _moments(chance, WINDOW_KILLS, till.kill, cashier.die_soon)
        serve_to_the_end(till, cashier.serve, moments, len(steps))
    finally:
        cashier.window.kill()
    print(dict(cashier.done), "till starts", till.starts)
    _hold_books(till, Cashier(world, port, carried, chance), world, port, at_least=WINDOW_ORDERS)


def test_till_and_station_come_to_the_same_whichever_of_them_dies(
    world: World, hq: HqProcess, tmp_path: Path
) -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    carried = people_with_things(world)
    enrol(world, hq)
    port = free_port()
    cashier = Cashier(world, port, carried, chance)
    assert cashier.station.ask({"sync": True})["answer"] == "synced"
    steps = a_days_steps(chance, ORDERS)
    (tmp_path / "script.jsonl").write_text("\n".join(steps), encoding="utf-8")
    till = TillProcess(world, port, tmp_path)
    serve_to_the_end(till, cashier.serve, _moments(chance, KILLS, till.kill, cashier.die_soon), len(steps))
    print(dict(cashier.done), "till starts", till.starts)
    _hold_books(till, cashier, world, port, at_least=ORDERS)


def serve_to_the_end(
    till: TillProcess, serve: Callable[[], object], moments: dict[int, list[Callable[[], None]]], steps: int
) -> None:
    """Be the cashier until the till has done all its steps; when it has done so many, something happens."""
    pause = Event()
    while not till.is_done:
        done = till.tape.read_bytes().count(b'"steps"') if till.tape.exists() else 0
        for place in sorted(place for place in moments if place * steps <= done * 1_000):
            for happen in moments.pop(place):
                happen()
        if not serve():
            pause.wait(PAUSE_S)


def _moments(
    chance: random.Random, kills: int, *what: Callable[[], None]
) -> dict[int, list[Callable[[], None]]]:
    """Return when each of these happens, so many times, in thousandths of the whole."""
    found: dict[int, list[Callable[[], None]]] = {}
    for each in what:
        for _ in range(kills):
            found.setdefault(chance.randint(50, 950), []).append(each)
    return found


def _hold_books(till: TillProcess, cashier: Cashier, world: World, port: int, *, at_least: int) -> None:
    """Hold the till's tape, the station's answers and the journal's bodies against each other; then head office."""
    tape = Tape(till.tape)
    station = Station(f"http://127.0.0.1:{port}", world.state_dir / TOKEN)
    answers = [station.find(sale.order_id) for sale in tape.sales if not sale.is_gone]
    station.close()
    takings = tape.takings()
    assert not any(sale.is_open for sale in tape.sales)
    tape.close()
    assert cashier.station.ask({"sync": True})["answer"] == "synced"
    cashier.station.close()
    mine = of_till(till.tape)
    assert mine == of_answers(answers)
    entries = entries_of(world)
    assert mine == of_journal(entries)
    said = till.takings()
    points = said["points_earned"] - said["points_spent"]
    assert (takings.orders, takings.voids) == (len(mine.orders), len(mine.voids))
    assert (said["orders"], said["voids"], said["till"]) == (
        len(mine.orders),
        len(mine.voids),
        mine.sums["due"],
    )
    assert (said["discount"], points) == (mine.sums["discount"], mine.sums["points"])
    assert len(mine.orders) >= at_least
    by_hq = by_head_office(world, may_flag=frozenset({"OFTEN_UNDONE"}))  # as chance will have it
    by_hq, by_entries = (replace(each, cards=Counter()) for each in (by_hq, by_journal(entries)))
    assert by_hq == by_entries, "what cards had on them before is no entry's"
