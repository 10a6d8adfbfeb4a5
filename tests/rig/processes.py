"""Tillside as its users run it: HQ and a station as processes of their own, by the product's commands.

Processes are asked and killed from here; nothing of theirs runs in the test's own process.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import IO, Any

from app.clock import SystemClock
from app.core.canonical import canonical
from app.ids import new_ref
from app.store.keystore import FileKeyStore
from hq.campaigns.service import publish_program
from hq.home import open_hq
from hq.members.service import MemberFacts, issue_code, upsert_members
from hq.setup import init_hq
from hq.stores.pairing import new_pairing
from hq.stores.service import add_store
from hq.vouchers.service import NewVoucher, create_vouchers
from sync.enrolment import enrol_station, read_pairing
from tests.rig import warm

TILLSIDE = [sys.executable, "-m", "app.cli"]
STEPPED = [sys.executable, "-m", "tests.rig.stepped"]  # the same on a clock that the test steps
LISTENING = "Tillside HQ is listening on "
START_S = 30
ANSWER_S = 30
ROOT = Path(__file__).resolve().parents[2]

Answer = dict[str, Any]


@dataclass(frozen=True)
class World:
    """A shop and its head office on disk: folders, and the codes that people carry."""

    hq_dir: Path
    store_dir: Path
    state_dir: Path
    member_ref: str
    member_code: str
    expired_code: str
    voucher: str
    single_use: tuple[str, ...]
    ended_voucher: str
    gift_voucher: str  # costs 5 points


def build_world(folder: Path) -> World:
    """Make an HQ with a store, a program, a member and vouchers; no process runs yet."""
    init_hq(folder / "hq")
    hq = open_hq(folder / "hq")
    try:
        add_store(hq, store_id="S1", name="Harbour", time_zone="Europe/Berlin", currency="EUR")
        ref = new_ref()
        upsert_members(hq, [MemberFacts(ref, "Ada L.", home_store="S1")])
        publish_program(hq, program_body())
        voucher, ended, gift, *singles = create_vouchers(
            hq,
            [NewVoucher("coffee"), NewVoucher("last-year"), NewVoucher("gift")]
            + [NewVoucher("coffee", uses_max=1) for _ in range(5)],
        )
        now_ms = time.time_ns() // 1_000_000
        return World(
            hq_dir=folder / "hq",
            store_dir=folder / "station",
            state_dir=folder / "state",
            member_ref=ref,
            member_code=issue_code(hq, ref),
            expired_code=issue_code(hq, ref, days=1, issued_ms=now_ms - 3 * 86_400_000),
            voucher=voucher,
            single_use=tuple(singles),
            ended_voucher=ended,
            gift_voucher=gift,
        )
    finally:
        hq.close()


def program_body() -> bytes:
    """Return a program of today: 1.00 off coffee by voucher, a campaign that ended, and one point a full 1.00.

    Two offers to choose need only a total: 5.00 off from 30.00 and ten percent off from 50.00.
    """
    today = datetime.now(UTC).date()
    return canonical(
        {
            "format": 1,
            "program_id": "harbour",
            "version": 1,
            "name": "Harbour points",
            "currency": "EUR",
            "time_zone": "Europe/Berlin",
            "expires_ms": (time.time_ns() // 1_000_000) + 30 * 86_400_000,
            "product_sets": {"coffee": ["coffee", "espresso"]},
            "earning": [{"id": "base", "points_milli": 1000, "per": 100, "mode": "full_unit"}],
            "campaigns": [
                _campaign("coffee", today - timedelta(days=5), today + timedelta(days=20)),
                _campaign("gift", today - timedelta(days=5), today + timedelta(days=20), cost_points=5),
                _campaign("last-year", today - timedelta(days=400), today - timedelta(days=370)),
                _choices(today - timedelta(days=5), today + timedelta(days=20)),
            ],
        }
    )


def _campaign(name: str, starts_on: date, ends_on: date, **rule: int) -> dict[str, Any]:
    return {
        "id": f"campaign-{name}",
        "name": name,
        "starts_on": starts_on.isoformat(),
        "ends_on": ends_on.isoformat(),
        "audience": None,
        "offline": "always",
        "rules": [
            {
                "id": name,
                "name": "1.00 off coffee",
                "trigger": "voucher",
                "priority": 0,
                "effect": {"kind": "amount_off", "target": "products", "amount": 100, "products": "coffee"},
            }
            | rule
        ],
    }


def _choices(starts_on: date, ends_on: date) -> dict[str, Any]:
    five = {"kind": "amount_off", "target": "order", "amount": 500}
    ten_percent = {"kind": "percent_off", "target": "order", "basis_points": 1000}
    return {
        "id": "campaign-choices",
        "name": "To choose",
        "starts_on": starts_on.isoformat(),
        "ends_on": ends_on.isoformat(),
        "audience": None,
        "offline": "always",
        "rules": [
            _choice("five", "5.00 off from 30.00", five, 3000),
            _choice("ten", "10 % off from 50.00", ten_percent, 5000),
        ],
    }


def _choice(rule_id: str, name: str, effect: dict[str, Any], total: int) -> dict[str, Any]:
    return {
        "id": rule_id,
        "name": name,
        "trigger": "choice",
        "priority": 0,
        "effect": effect,
        "condition": {"fact": "order.total", "op": "at_least", "value": total},
    }


def environment(*, fail_points: str = "") -> dict[str, str]:
    """Return the environment for a process, with places to die at if asked."""
    found = {name: value for name, value in os.environ.items() if not name.startswith("TILLSIDE_")}
    found["PYTHONPATH"] = str(ROOT)
    return found | ({"TILLSIDE_FAIL_POINTS": fail_points} if fail_points else {})


class HqProcess:
    """`tillside hq serve`."""

    def __init__(
        self,
        world: World,
        *,
        port: int = 0,
        fail_points: str = "",
        clock: Path | None = None,
        errors: IO[str] | None = None,
    ) -> None:
        words = ["hq", "serve", "--dir", str(world.hq_dir), "--port", str(port)]
        self.process = launch(words, fail_points=fail_points, clock=clock, errors=errors)
        line = self.process.stdout.readline()
        assert line.startswith(LISTENING), line
        self.url = line.removeprefix(LISTENING).split()[0]
        self.port = int(self.url.rpartition(":")[2])

    def __enter__(self) -> "HqProcess":
        return self

    def __exit__(self, *problem: object) -> None:
        if self.process.poll() is None:
            self.stop()

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(START_S)
        self.process.stdout.close()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(START_S)
        self.process.stdout.close()


def enrol(world: World, hq: HqProcess) -> None:
    """Pair the station, as its command does."""
    enrol_station(
        read_pairing(pairing_text(world, hq)),
        folder=world.store_dir,
        key_store=FileKeyStore(world.state_dir / "keys"),
        key_store_kind="file",
        clock=SystemClock(),
    )


def pairing_text(world: World, hq: HqProcess) -> str:
    """Return a pairing code of head office for a station of the shop."""
    opened = open_hq(world.hq_dir)
    try:
        return new_pairing(opened, store_id="S1", url=hq.url).text
    finally:
        opened.close()


def run(*words: str, status: int = 0) -> subprocess.CompletedProcess[str]:
    """Run a command of the product to its end and expect its exit status."""
    with tempfile.TemporaryFile("w+") as errors:
        process = launch(words, errors=errors)
        watchdog = threading.Timer(START_S, process.kill)
        watchdog.start()
        try:
            said = process.stdout.read()
        finally:
            watchdog.cancel()
        process.stdout.close()
        process.wait()
        errors.seek(0)
        done = subprocess.CompletedProcess(words, process.returncode, said, errors.read())
    assert done.returncode == status, done.stderr
    return done


class StationProcess:
    """`tillside station --headless`: ask a line, get an answer."""

    def __init__(
        self,
        world: World,
        *,
        fail_points: str = "",
        prefix: tuple[str, ...] = (),
        clock: Path | None = None,
        errors: IO[str] | None = None,
    ) -> None:
        words = ["station", "--headless", "--dir", str(world.store_dir), "--state", str(world.state_dir)]
        self.process = launch(
            words, prefix=prefix, fail_points=fail_points, clock=clock, errors=errors, is_asked=True
        )
        self.first = self._read()

    def ask(self, line: str | Answer) -> Answer | None:
        """Return the answer to a line, or None when the process died instead."""
        try:
            self.process.stdin.write((line if isinstance(line, str) else json.dumps(line)) + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            return None
        return self._read()

    def _read(self) -> Answer | None:
        watchdog = threading.Timer(ANSWER_S, self.process.kill)
        watchdog.start()
        try:
            line = self.process.stdout.readline()
        finally:
            watchdog.cancel()
        return json.loads(line) if line.endswith("\n") else None

    def close(self) -> int:
        """End it as a person would, and return its exit status."""
        self.process.stdin.close()
        status = self.process.wait(START_S)
        self.process.stdout.close()
        return status

    def kill(self) -> None:
        self.process.kill()
        self.wait_dead()

    def wait_dead(self) -> int:
        status = self.process.wait(START_S)
        for pipe in (self.process.stdin, self.process.stdout):
            with suppress(BrokenPipeError):  # what was still in the pipe has nobody to go to
                pipe.close()
        return status


def launch(
    words: Sequence[str],
    *,
    prefix: tuple[str, ...] = (),
    fail_points: str = "",
    clock: Path | None = None,
    errors: IO[str] | None = None,
    is_asked: bool = False,
) -> Any:
    """Start a command of the product, warm if that is on; `is_asked`: its input is a pipe, too.

    It goes by the machine's clock, or by the one in a file (see stepped.py).
    """
    env = environment(fail_points=fail_points)
    if warm.current is not None and words[0] in warm.IMPORTED and not prefix:
        kind = warm.current.of(words[0])
        return kind.start(words, env=env, clock=clock, errors=errors, is_asked=is_asked)
    return subprocess.Popen(
        [*prefix, *(TILLSIDE if clock is None else [*STEPPED, str(clock)]), *words],
        stdin=subprocess.PIPE if is_asked else None, stdout=subprocess.PIPE, stderr=errors, text=True, env=env,
    )  # fmt: skip


def was_killed(status: int) -> bool:
    return status == -signal.SIGKILL


def an_order(order_id: str, *, coffees: int = 1) -> Answer:
    """Return an order line for the headless station: coffee at 3.50 each and a cake at 4.20."""
    lines = [
        {"sku": "coffee", "qty": coffees, "amount": 350 * coffees},
        {"sku": "cake", "qty": 1, "amount": 420},
    ]
    return {"order": {"order_id": order_id, "lines": lines}}


def eventually(check: Callable[[], bool], *, within_s: float, every_s: float = 0.2) -> float:
    """Ask until it holds and return the seconds it took; fail when it doesn't in time."""
    started, pause = time.monotonic(), threading.Event()
    while not check():
        took = time.monotonic() - started
        assert took < within_s, f"not so after {took:.0f} s"
        pause.wait(every_s)
    return time.monotonic() - started
