"""A program whose offers need a right, and stations that ask HQ for it on line; for tests of its words."""

from typing import Any

from sqlalchemy import func, select, update

from app.core.authority import Authority
from app.core.codes import hash_number
from app.core.decision import decide
from app.core.entry import ORDER, REDEEM, REFUSE
from app.core.member import Member
from app.core.order import Line, Order
from app.core.outcome import Facts
from app.core.program import Program
from app.core.records import Attendance, order_record, redemption_record
from app.core.voucher import Presentation, picked
from hq.authority.tables import reservation
from hq.home import Hq
from hq.members.service import MemberFacts, upsert_members
from hq.tables import member
from hq.vouchers.service import NewVoucher, create_vouchers
from sync.authority_wire import Asked, AuthorizeAnswer, AuthorizeRequest, Word
from tests.hq.station import NOW_MS, REF, ZONE, Station, a_campaign, a_rule, program_body, voucher

COUPON, GIFT, REWARD, MUG = "v1", "g1", "p1", "m1"
CAMPAIGN_OF = {COUPON: "coupons", GIFT: "gifts", REWARD: "rewards", MUG: "mugs"}


def asking_program(version: int = 2, **changed: dict[str, Any]) -> bytes:
    """Return a program with a coupon, gifts to the first three, a reward for points and a mug; changed by campaign."""
    campaigns = [
        _campaign("coupons", COUPON, "voucher", "coffee"),
        _campaign("gifts", GIFT, "automatic", "tea", limits={"uses": 3}),
        _campaign("rewards", REWARD, "choice", "coffee", in_rule={"cost_points": 50}),
        _campaign("mugs", MUG, "choice", "coffee", in_rule={"has_stock": True}),
    ]
    return program_body(version, campaigns=[each | changed.get(each["id"], {}) for each in campaigns])


def _campaign(
    name: str, rule_id: str, trigger: str, products: str, *, in_rule=None, **more
) -> dict[str, Any]:
    off = {"kind": "amount_off", "target": "products", "amount": 100, "products": products}
    return a_campaign(name, a_rule(rule_id, trigger, off, **(in_rule or {})), **{"offline": "floor", **more})


def a_member(hq: Hq, *, balance: int = 0, ref: str = REF, home: str = "S1") -> None:
    """Add a member who has so many points."""
    upsert_members(hq, [MemberFacts(ref, name="Ada L.", home_store=home)])
    with hq.database.atomic() as connection:
        connection.execute(update(member).where(member.c.ref == ref).values(balance=balance))


def a_coupon(hq: Hq, *, uses_max: int = 1, owner: str | None = None) -> str:
    """Make a voucher and return the hash of its code."""
    return hash_number(create_vouchers(hq, [NewVoucher(COUPON, uses_max=uses_max, owner=owner)])[0])


def asked(name: str, rule: str, *, code_hash: str = "", points: int = 0, discount: int = 100) -> Asked:
    return Asked(
        name=name,
        rule=rule,
        campaign=CAMPAIGN_OF[rule],
        code_hash=code_hash,
        points=points,
        discount=discount,
    )


def authorize(
    station: Station, *things: Asked, order_id: str = "o1", ref: str | None = REF, **more: Any
) -> AuthorizeAnswer:
    request = {"epoch": station.owner.epoch, "level": "A2", "program_version": 2} | more
    asking = AuthorizeRequest(order_id=order_id, member=ref, asked=list(things), **request)
    return station.session.authorize(asking)


def said(answer: AuthorizeAnswer) -> list[str]:
    """Return the words: "yes", the code of a reason, or "" for neither."""
    return [_said(word) for word in answer.words]


def _said(word: Word) -> str:
    return "yes" if word.reservation else word.reason


def reserved(hq: Hq) -> dict[str, int]:
    """Return what lies in reservations, by scope, be its time over or not."""
    with hq.database.reading() as connection:
        statement = select(reservation.c.scope, func.sum(reservation.c.units)).group_by(reservation.c.scope)
        return {scope: int(units) for scope, units in connection.execute(statement)}


def orders(
    station: Station,
    program: Program,
    *,
    order_id: str = "o1",
    redemption_id: str = "r1",
    code_hash: str = "",
    authority: Authority | None = None,
) -> None:
    """Append an order with a coffee and a coupon, decided by what the station holds."""
    shown = voucher(code_hash, uses_max=1, rule=COUPON) if code_hash else picked(COUPON)
    facts = Facts(
        program,
        Order(order_id, station.store, "R1", NOW_MS, ZONE, "USD", (Line(1, "COFFEE", 1, 500),)),
        Member(ref=REF, is_known=True),
        (Presentation(redemption_id, shown, "A1"),),
        authority=authority,
    )
    decision = decide(facts)
    attendance = Attendance(link="online", member_level="A2", member_code_hash="0" * 32)
    station.append(ORDER, order_record(facts, decision, attendance))
    for presented, outcome in zip(facts.presented, decision.presented, strict=True):
        record = redemption_record(facts, outcome, presented, attendance)
        station.append(REDEEM if outcome.is_approved else REFUSE, record)
