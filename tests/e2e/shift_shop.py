"""A shop for a whole shift: members of every kind, codes of every kind, a cashier and a manager, and a line to cut."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.core.canonical import canonical
from app.core.codes import number
from app.core.pins import Role
from app.ids import new_ref
from hq.campaigns.service import publish_program
from hq.gift_cards.service import NewCards, issue_cards, new_card_numbers
from hq.home import Hq, open_hq
from hq.members.service import MemberFacts, issue_codes, upsert_members
from hq.staff.people import add_person, ask_sign_in
from hq.stops.service import stop_it
from hq.vouchers.service import NewVoucher, create_vouchers
from tests.rig.offers import offer
from tests.rig.processes import HqProcess, World, build_world, enrol, program_body
from tests.rig.proxy import Proxy

PIN, MANAGERS_PIN = "7392", "284615"
NAMES = ("Ben T.", "Cleo M.", "Dora S.", "Eli K.", "Fay R.", "Gus P.")
BONUS, EXTRA, ONCE, TREAT = 300, 150, 200, 100  # what they take off
TREAT_COSTS = 5  # points
OWN_TIMES = 20  # that somebody undoes an order of theirs in a day, before a manager has to come
COUPONS, CARDS = 40, 20


@dataclass(frozen=True)
class Shop:
    """Who comes, with what."""

    world: World
    line: Proxy
    hq: HqProcess
    cashier: str
    manager: str
    members: dict[str, str]  # signed codes by reference
    numbers: tuple[str, ...]  # of the same, printed on their cards
    blocked: str
    bonus: str  # as often as one likes, beside whatever else
    extra: str
    treat: str  # costs points
    coupons: tuple[str, ...]  # good once, by whoever has them
    cards: tuple[str, ...]  # gift cards with nothing on them

    @property
    def codes(self) -> tuple[str, ...]:
        """The members' codes, in order."""
        return tuple(self.members.values())


@contextmanager
def shop_at_work(folder: Path) -> Iterator[Shop]:
    """Set it up and start its head office; the station is enrolled and does not run."""
    world = build_world(folder)
    hq = open_hq(world.hq_dir)
    try:
        found = _set_up(hq)
    finally:
        hq.close()
    with Proxy() as line, HqProcess(world) as process:
        line.leads_to(process.port)
        enrol(world, line)
        yield Shop(world=world, line=line, hq=process, **found)


def _set_up(hq: Hq) -> dict[str, Any]:
    publish_program(hq, program(), is_meant=True)
    refs, blocked = [new_ref() for _ in NAMES], new_ref()
    numbers = [number("M", f"{place:010}") for place in range(len(NAMES))]
    facts = zip(refs, NAMES, numbers, strict=True)
    upsert_members(hq, [MemberFacts(ref, name, number=text, home_store="S1") for ref, name, text in facts])
    upsert_members(hq, [MemberFacts(blocked, "Hal V.", home_store="S1")])
    stop_it(hq, f"member:{blocked}")
    codes = issue_codes(hq, [*refs, blocked])
    often = [NewVoucher(rule) for rule in ("bonus", "extra", "treat")]
    bonus, extra, treat, *coupons = create_vouchers(hq, often + [NewVoucher("once", uses_max=1)] * COUPONS)
    cards = new_card_numbers(CARDS)
    issue_cards(hq, NewCards(), cards)
    cashier = add_person(hq, store_id="S1", name="Ben", role=Role.CASHIER, pin=PIN).staff_id
    manager = add_person(hq, store_id="S1", name="Mia", role=Role.MANAGER, pin=MANAGERS_PIN).staff_id
    ask_sign_in(hq, "S1", is_needed=True)
    return {
        "cashier": cashier,
        "manager": manager,
        "members": {ref: codes[ref] for ref in refs},
        "numbers": tuple(numbers),
        "blocked": codes[blocked],
        "bonus": bonus,
        "extra": extra,
        "treat": treat,
        "coupons": tuple(coupons),
        "cards": tuple(cards),
    }


def program() -> bytes:
    """Return the rig's program and four rewards on the order beside it; a cashier undoes a few orders alone."""
    before = json.loads(program_body())
    more = [
        offer("bonus", "always", amount=BONUS),
        offer("extra", "always", amount=EXTRA),
        offer("once", "always", amount=ONCE),
        offer("treat", "always", amount=TREAT, cost_points=TREAT_COSTS),
    ]
    undoing = {"reversals": {"own_times": OWN_TIMES}}
    return canonical(before | undoing | {"version": 2, "campaigns": [*before["campaigns"], *more]})
