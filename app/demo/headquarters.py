"""HQ for the demo: set up with the year's shops, members, vouchers and program, then run as a process of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.clock import SetClock
from app.demo.cards import Cards
from app.demo.child import Child, Usage
from app.demo.journey import Journey
from app.demo.program import CURRENCY, TIME_ZONE, program_body, rule_id
from app.ids import new_ref
from hq.campaigns.service import publish_program
from hq.home import Hq, open_hq
from hq.members.service import MemberFacts, issue_codes, upsert_members
from hq.setup import init_hq
from hq.stores.pairing import new_pairing
from hq.stores.service import add_store
from hq.vouchers.service import NewVoucher, create_vouchers

LISTENING = "Tillside HQ is listening on "
CODE_DAYS = 800


class HqDidNotStart(Exception):
    """The process ended before it listened."""


@dataclass(frozen=True)
class SetUp:
    """What a new HQ of the demo gave: the codes that its members show, and its first administrator."""

    cards: Cards
    admin: str
    password: str


def set_up(journey: Journey, data_dir: Path, *, now_ms: int, database_url: str | None = None) -> SetUp:
    """Make a new HQ that knows the year. Raises `SetUpFault`."""
    clock = SetClock(now_ms)
    made = init_hq(data_dir, clock=clock, database_url=database_url)
    hq = open_hq(data_dir, clock=clock)
    try:
        return SetUp(_fill(hq, journey, now_ms=now_ms), made.admin, made.password)
    finally:
        hq.close()


def _fill(hq: Hq, journey: Journey, *, now_ms: int) -> Cards:
    refs = {household: new_ref() for household in journey.households}
    for shop in journey.shops:
        add_store(hq, store_id=str(shop), name=f"Shop {shop}", time_zone=TIME_ZONE, currency=CURRENCY)
    upsert_members(hq, [MemberFacts(ref, name=f"Household {household}") for household, ref in refs.items()])
    publish_program(hq, program_body(journey, refs, now_ms=now_ms))
    coupons = sorted(journey.coupons)
    numbers = create_vouchers(hq, [NewVoucher(rule_id(key)) for key in coupons])
    issued = issue_codes(hq, list(refs.values()), days=CODE_DAYS, issued_ms=now_ms)
    codes = {household: issued[ref] for household, ref in refs.items()}
    return Cards(codes, dict(zip(coupons, numbers, strict=True)))


def pairing_texts(data_dir: Path, shops: Sequence[int], *, url: str, now_ms: int) -> dict[int, str]:
    """Return a one-time pairing text for each shop's station, as head office would show it."""
    hq = open_hq(data_dir, clock=SetClock(now_ms))
    try:
        return {shop: new_pairing(hq, store_id=str(shop), url=url).text for shop in shops}
    finally:
        hq.close()


class HqProcess:
    """HQ as a process on a real port of this machine. Its clock follows the stations': the year is past."""

    def __init__(self, data_dir: Path, *, now_ms: int) -> None:
        """Start it and wait until it listens. Raises `HqDidNotStart`."""
        command = ["hq", "serve", "--dir", str(data_dir), "--port", "0", "--demo-clock", str(now_ms)]
        self._process = Child(command)
        line = self._process.output.readline()
        if not line.startswith(LISTENING):
            self.stop()
            raise HqDidNotStart(f"HQ did not start: {line.strip() or 'it said nothing'}")
        self.url = line.removeprefix(LISTENING).split()[0]

    def stop(self) -> Usage:
        """Ask it to end, wait, and return what it used."""
        return self._process.stop()
