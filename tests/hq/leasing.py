"""A program whose offers have limits, and stations that ask for leases; for tests of HQ's books."""

from app.core.program import Program
from app.core.program_format import read_program
from hq.campaigns.service import publish_program
from hq.home import Hq
from sync.authority_wire import LeaseAnswer, LeaseRequest, LeaseWire
from tests.hq.station import Station, a_campaign, a_rule, program_body

DAY_MS = 86_400_000
GIFTS = "uses:gifts"  # the scope of the campaign's uses


def gift_program(version: int = 2, *, uses: int = 100, offline: str = "lease", **changes) -> bytes:
    """Return a program in which the first so many orders with tea get a dollar off."""
    off = {"kind": "amount_off", "target": "products", "amount": 100, "products": "tea"}
    gifts = a_campaign("gifts", a_rule("g1", "automatic", off), offline=offline, limits={"uses": uses})
    return program_body(version, campaigns=[gifts | changes])


def publish(hq: Hq, body: bytes) -> Program:
    """Publish a program version and return it."""
    publish_program(hq, body, is_meant=True)
    return read_program(body)


def ask(station: Station, *held: LeaseWire, left: int | None = None) -> LeaseAnswer:
    """Ask for leases, holding these with so much left of each."""
    told = [(each.lease_id, each.units if left is None else left) for each in held]
    return station.session.leases(LeaseRequest(epoch=station.owner.epoch, program_version=2, held=told))
