"""A member waits while the line is bad: the station decides by its own rights, within two seconds, whatever happens."""

import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest
from sqlalchemy import func, select

from app.clock import SystemClock
from app.config import Config
from app.core.canonical import canonical
from app.core.codes import hash_number
from app.headless import HeadlessStation
from app.station.authority import must_ask
from app.station.opening import open_store
from app.store.keystore import FileKeyStore
from app.store.thread import StoreThread
from hq.authority.tables import reservation
from hq.campaigns.service import publish_program
from hq.home import Hq, open_hq
from hq.service import EnrolService
from hq.setup import init_hq
from hq.stores.pairing import new_pairing
from hq.stores.service import add_store
from hq.tables import journal
from hq.vouchers.service import NewVoucher, create_vouchers
from hq.web import create_app
from sync.authorising import LIMITS, authoriser_of
from sync.client import DeviceSigner
from sync.enrolment import enrol_station, read_pairing
from tests.rig.audit import audit
from tests.rig.company import Company, Station
from tests.rig.processes import an_order, eventually, program_body
from tests.rig.proxy import HOST, Proxy, Way
from tests.rig.ways import (
    CutDown,
    CutUp,
    Drips,
    Endless,
    HalfOpen,
    Hold,
    Reset,
    Says,
    Slow,
    SlowHandshake,
    busy,
    login_page,
)
from tests.sync.server import Server

DECISION_S = 2.0
UNASKED_S = 0.5
RULE = "coffee"
GOOD = "a good line"
UNRESOLVED = "https://head-office.invalid"

# What a line does from the moment on at which the order is handed in.
WAYS: dict[str, Callable[[], Way]] = {
    "takes the call and says nothing": HalfOpen,
    "throws the connection away": Reset,
    "cuts the request": lambda: CutUp(40),
    "cuts before the answer": CutDown,
    "cuts in the middle of the answer": lambda: CutDown(150, was_reset=True),
    "a byte a second each way": lambda: Slow(1),
    "an answer of a byte a second": Drips,
    "an answer without an end": Endless,
    "holds the answer back": Hold,
    "a login page": lambda: Says(login_page()),
    "a redirect": lambda: Says(login_page("302 Found", "Location: http://guest.example.org/")),
    "busy for ten seconds": lambda: Says(busy(10)),
}
# What can be done to a line only as a whole.
HOWS: dict[str, Callable[[Proxy], None]] = {"refuses": Proxy.refuse, "swallows calls": Proxy.blackhole}


@dataclass
class Till:
    """A station in this process, behind a line of its own."""

    name: str
    line: Proxy
    thread: StoreThread
    station: HeadlessStation

    def says(self, **command: object) -> dict:
        return self.station.answer(orjson.dumps(command).decode())

    def sells(self, order_id: str, voucher: str) -> tuple[dict, float]:
        """Return the answer to an order with a voucher, and how long it took."""
        assert self.station.answer(voucher)["answer"] == "voucher"
        began = time.monotonic()
        answer = self.says(**an_order(order_id))
        return answer, time.monotonic() - began

    def rights(self) -> list[dict]:
        """Return by which right each redemption was given."""
        return self.thread.call(
            lambda store: [entry.data["auth"] for entry in store.journal.entries() if entry.type == "redeem"]
        )

    def asks_at(self, url: str) -> None:
        """Ask head office there from now on; syncing goes on as it did."""
        signer = self.thread.call(
            lambda store: DeviceSigner(
                device_id=store.device.device_id,
                epoch=store.device.epoch,
                key=store.keys.sign,
                clock=store.signing_clock,
            )
        )
        self.station._authoriser.close()
        self.station._authoriser = authoriser_of(url, signer, epoch=1, clock=SystemClock())


class Chain:
    """An HQ that is served from this process, and stations whose every offer asks for a right."""

    def __init__(self, folder: Path, closing: ExitStack) -> None:
        self._folder, self._closing = folder, closing
        self._server = Server()
        closing.callback(self._server.stop)
        init_hq(folder / "hq")
        self.hq: Hq = open_hq(folder / "hq")
        closing.callback(self.hq.close)
        self._server.app = create_app(self.hq)
        add_store(self.hq, store_id="S1", name="Harbour", time_zone="Europe/Berlin", currency="EUR")
        publish_program(self.hq, floor_program())
        self.vouchers = iter(not_drawn(create_vouchers(self.hq, [NewVoucher(RULE, uses_max=1)] * 80)))

    def till(self, name: str) -> Till:
        """Pair a station, and let it sync over a good line."""
        line = self._closing.enter_context(Proxy())
        line.leads_to(int(self._server.url.rpartition(":")[2]))
        line.heal()
        config = Config.embedded(self._folder / f"till-{line.port}")
        enrol_station(
            read_pairing(new_pairing(self.hq, store_id="S1", url=line.url).text),
            folder=config.store_dir,
            key_store=FileKeyStore(config.state_dir / "keys"),
            key_store_kind="file",
            clock=SystemClock(),
            connect=lambda _: EnrolService(self.hq),
        )
        thread = StoreThread(lambda: open_store(config, clock=SystemClock()))
        made = Till(name, line, thread, HeadlessStation(thread, config=config, clock=SystemClock()))
        self._closing.callback(made.station.close)
        self._closing.callback(line.cut)  # or a sync that hangs would keep it from closing
        assert made.says(sync=True)["answer"] == "synced"
        return made

    def count(self, table) -> int:
        with self.hq.database.reading() as connection:
            return connection.execute(select(func.count()).select_from(table)).scalar_one()


@pytest.fixture
def chain(tmp_path: Path) -> Iterator[Chain]:
    with ExitStack() as closing:
        yield Chain(tmp_path, closing)


def floor_program(version: int = 1) -> bytes:
    program = orjson.loads(program_body())
    campaigns = [each | {"offline": "floor"} for each in program["campaigns"]]
    return canonical(program | {"campaigns": campaigns, "version": version})


def not_drawn(vouchers: list[str]) -> list[str]:
    """Return those that floor limits cover: one in ten is drawn to be asked for on line."""
    today = datetime.now(UTC).date()
    days = [today + timedelta(days=days) for days in (-1, 0, 1)]
    return [
        each
        for each in vouchers
        if not must_ask(
            {day.isoformat(): f"{day}|{hash_number(each)}|{RULE}" for day in days}, at_ms=0, heard_ms=0
        )
    ]


@pytest.fixture
def unresolved(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A name that nobody resolves: whoever asks for it hangs, as with a resolver that has no line."""
    ended, resolve = threading.Event(), socket.getaddrinfo

    def hang(host, *rest, **named):
        if host == UNRESOLVED.rpartition("/")[2]:
            ended.wait(30)
            raise socket.gaierror(socket.EAI_AGAIN, "no answer")
        return resolve(host, *rest, **named)

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    yield UNRESOLVED
    ended.set()


def test_whatever_the_line_does_the_decision_comes_within_two_seconds(chain: Chain, unresolved: str) -> None:
    """F28, F29, F31, F33, F35-F37: each way at a station of its own.

    One after the other: tills of one process would measure how long they wait for one another, and not for the line.
    When the lines are good again, all of it is counted once.
    """
    tills = [
        chain.till(name)
        for name in [*WAYS, *HOWS, "a handshake without an end", "a name nobody resolves", GOOD]
    ]
    by_name = {till.name: till for till in tills}
    shown = {till.name: next(chain.vouchers) for till in tills}
    ways = {name: make() for name, make in WAYS.items()}
    for name, way in ways.items():
        by_name[name].line.set(way)
    for name, how in HOWS.items():
        how(by_name[name].line)
    handshake = by_name["a handshake without an end"]
    handshake.line.set(SlowHandshake())
    handshake.asks_at(f"https://{HOST}:{handshake.line.port}")
    by_name["a name nobody resolves"].asks_at(unresolved)
    told = [till.sells(f"O-{till.line.port}", shown[till.name]) for till in tills]
    took = {till.name: seconds for till, (_, seconds) in zip(tills, told, strict=True)}
    assert {name: seconds for name, seconds in took.items() if seconds > DECISION_S} == {}
    assert {answer["discount"] for answer, _ in told} == {100}
    given = {till.name: till.rights()[0]["kind"] for till in tills}
    assert given == {**dict.fromkeys(given, "floor"), GOOD: "online"}
    for way in ways.values():
        if isinstance(way, Hold):
            way.released.set()
    for till in tills:
        till.line.heal()
        assert till.says(sync=True)["waiting"] == 0, till.name
    with chain.hq.database.reading() as connection:
        verdicts = connection.execute(
            select(journal.c.verdict, func.count()).group_by(journal.c.verdict)
        ).all()
    assert (verdicts, chain.count(reservation)) == ([("posted", 2 * len(tills))], 0)


# --- as processes: head office stops in mid-air, and the station asks in vain ---------------------------------------


@pytest.fixture
def vouchers(company: Company) -> list[str]:
    """Have every offer ask for a right, and return vouchers that floor limits cover. The first station has synced."""
    hq = open_hq(company.world.hq_dir)
    try:
        publish_program(hq, floor_program(version=2), is_meant=True)
        found = not_drawn(create_vouchers(hq, [NewVoucher(RULE, uses_max=1)] * 20))
    finally:
        hq.close()
    company.first.start()
    company.first.drains()
    return found


def sells_alone(station: Station, order_id: str, voucher: str) -> float:
    """Sell with a voucher to nobody in particular, and return how long the answer took."""
    station.ask(voucher)
    began = time.monotonic()
    assert station.ask(an_order(order_id))["discount"] == 100
    return time.monotonic() - began


def test_a_frozen_head_office_is_asked_three_times_and_then_left_alone(
    company: Company, vouchers: list[str]
) -> None:
    """F38, as everything runs: each decision in two seconds; after three in vain there is no more waiting at all."""
    station, pid = company.first, company.hq.process.pid
    os.kill(pid, signal.SIGSTOP)
    try:
        asked = [sells_alone(station, f"O-{number}", vouchers.pop()) for number in range(3)]
        left_alone = [sells_alone(station, f"P-{number}", vouchers.pop()) for number in range(3)]
    finally:
        os.kill(pid, signal.SIGCONT)
    assert max(asked) < DECISION_S and min(asked) > LIMITS.total_s / 2, "it was asked, and waited for"
    assert max(left_alone) < UNASKED_S
    station.drains()
    company.close()
    audit(
        station.world,
        answered=[*(f"O-{number}" for number in range(3)), *(f"P-{number}" for number in range(3))],
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", [*WAYS, *HOWS])
def test_as_processes_too(company: Company, vouchers: list[str], name: str) -> None:
    """Each way, and eight orders: the line comes back in between, and is broken again."""
    station, line = company.first, company.first.line
    way = WAYS[name]() if name in WAYS else None
    sold: list[str] = []
    for number in range(4):
        HOWS[name](line) if way is None else line.set(way)
        for voucher in (vouchers.pop(), vouchers.pop()):
            sold.append(f"O-{number}-{len(sold)}")
            assert sells_alone(station, sold[-1], voucher) < DECISION_S
        if isinstance(way, Hold):
            way.released.set()
        line.heal()
        eventually(lambda: station.status()["waiting"] == 0, within_s=60)
    station.drains()
    company.close()
    audit(station.world, answered=sold)
