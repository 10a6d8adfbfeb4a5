"""The orders, cards and points of acceptance T46, recorded at stations and taken in by HQ."""

from dataclasses import dataclass

from app.core.codes import hash_number
from app.core.member import Member
from app.core.voucher import Voucher
from hq.access.actor import SYSTEM
from hq.home import Hq
from hq.journal.postings import EXPIRED, pair
from hq.journal.store import move_balances
from hq.ledger.own import OwnKind, post_own
from hq.members.service import MemberFacts, upsert_members
from hq.members.store import POINTS, account
from hq.segments import by_hand
from hq.segments import service as segments
from hq.vouchers.service import NewVoucher, create_vouchers
from tests.hq.cards import a_card, puts, tender
from tests.hq.leasing import publish
from tests.hq.station import NOW_MS, a_campaign, a_rule, enrol_station, program_body, voucher
from tests.hq.undoing import undo

DAY_MS = 86_400_000
ANA, BEN = "0000000000001", "0000000000002"
CAMPAIGN = "ten"


OFF = {"kind": "percent_off", "target": "order", "basis_points": 1000}
TEN = a_campaign(CAMPAIGN, a_rule("t1", "voucher", OFF), a_rule("t2", "choice", OFF, cost_points=100))


@dataclass
class Shop:
    """What was recorded, for tests to ask for by day, store and segment."""

    hq: Hq
    days: tuple[str, ...] = ("2017-11-06", "2017-11-07", "2017-11-08")


def t46(hq: Hq) -> Shop:
    """Record three orders of 100.00 (-10.00), 50.00 and 80.00 (-8.00), on three days in two stores.

    A card of 100.00 pays 30.00 of the second; the third's discount costs 100 points; 20 points expire.
    """
    program = publish(hq, program_body(2, campaigns=[TEN]))
    upsert_members(hq, [MemberFacts(ANA, "Ana", home_store="S1"), MemberFacts(BEN, "Ben", home_store="S2")])
    for name, ref in (("a", ANA), ("b", BEN)):
        segments.create_segment(hq, SYSTEM, segment_id=name, name=f"Segment {name}", kind="static")
        by_hand.add_members(hq, SYSTEM, name, [ref])
    first, second = enrol_station(hq, "S1"), enrol_station(hq, "S2")
    card = a_card(hq, 0)
    puts(first, card, 10_000, program_version=program.version, program_hash=program.hash)
    code = hash_number(create_vouchers(hq, [NewVoucher("t1")])[0])
    first.order(
        "o1", amounts=(("MILK", 10_000),), ref=ANA, vouchers=(voucher(code, rule="t1"),), program=program
    )
    first.order("o2", amounts=(("MILK", 5_000),), ref=ANA, at_ms=NOW_MS + DAY_MS, program=program,
                tenders=(tender(card, 10_000, most=3_000),))  # fmt: skip
    first.push()
    second.order("o3", amounts=(("MILK", 8_000),), at_ms=NOW_MS + 2 * DAY_MS, program=program,
                 member=Member(ref=ANA, is_known=True, balance=1_000),
                 vouchers=(Voucher(code_hash="", rule_id="t2", uses_max=0, uses=0),))  # fmt: skip
    second.push()
    with hq.database.atomic() as connection:
        post_own(connection, pair(EXPIRED, account(ANA), POINTS, 20), kind=OwnKind.EXPIRED,
                 at_ms=NOW_MS + 2 * DAY_MS, store="S1", member=ANA)  # fmt: skip
        move_balances(connection, {ANA: -20}, now_ms=NOW_MS)
    return Shop(hq)


def t46_with_a_void(hq: Hq) -> None:
    """Record what `t46` does, and an order that was undone."""
    t46(hq)
    station = enrol_station(hq, "S1")
    station.order("v1")
    station.push()
    undo(station, "v1")
    station.push(2)
