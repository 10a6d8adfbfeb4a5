"""A station as small as can be, for talking to HQ: keys, a chain, and orders decided by the core."""

from dataclasses import dataclass, field, replace
from datetime import date

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec import structs

from app.core.canonical import canonical
from app.core.chain import ChainOwner, Head, genesis, next_hash, sign_head
from app.core.codes import Shown
from app.core.decision import decide
from app.core.entry import ORDER, REDEEM, REFUSE, Entry, write_entry
from app.core.member import Member
from app.core.order import Line, Order
from app.core.outcome import Facts
from app.core.program_format import read_program
from app.core.records import Attendance, order_record, redemption_record
from app.core.voucher import Presentation, Voucher
from app.ids import new_id
from hq.campaigns.service import publish_program
from hq.home import Hq
from hq.service import DeviceSession, EnrolService
from hq.stores.pairing import PREFIX, new_pairing
from hq.stores.service import add_store
from sync.enrolment_wire import EnrolAnswer, EnrolRequest
from sync.protocol import (
    ClockWire,
    HeadWire,
    PushAnswer,
    PushRefusal,
    PushRequest,
    enrol_message,
)

NOW_MS = 1_510_000_000_000  # 6 November 2017
EXPIRES_MS = 1_513_000_000_000  # in December, before the campaigns end
ZONE = "America/New_York"
URL = "http://127.0.0.1:1"
VOUCHER_RULE, AUTOMATIC_RULE = "v13", "a7"
REF = "0000000000001"


def a_rule(rule_id: str, trigger: str, effect: dict, **more) -> dict:
    return {"id": rule_id, "name": rule_id, "trigger": trigger, "priority": 0, "effect": effect, **more}


def a_campaign(campaign_id: str, *rules: dict, **more) -> dict:
    """Return a campaign of the whole year with these rules."""
    return {
        "id": campaign_id,
        "name": campaign_id,
        "starts_on": "2017-01-01",
        "ends_on": "2017-12-31",
        "audience": None,
        "offline": "always",
        "rules": list(rules),
        **more,
    }


def program_body(version: int = 1, **changes) -> bytes:
    coffee_off = {"kind": "amount_off", "target": "products", "amount": 100, "products": "coffee"}
    tea_off = {"kind": "percent_off", "target": "products", "basis_points": 1000, "products": "tea"}
    return canonical(
        {
            "format": 1,
            "program_id": "p",
            "version": version,
            "name": "Points",
            "currency": "USD",
            "time_zone": ZONE,
            "expires_ms": EXPIRES_MS,
            "product_sets": {"coffee": ["COFFEE"], "tea": ["TEA"]},
            "earning": [{"id": "base", "points_milli": 1000, "per": 100, "mode": "full_unit"}],
            "campaigns": [
                a_campaign("13", a_rule(VOUCHER_RULE, "voucher", coffee_off)),
                a_campaign("7", a_rule(AUTOMATIC_RULE, "automatic", tea_off)),
            ],
            **changes,
        }
    )


PROGRAM = read_program(program_body())


def add_store_and_program(hq: Hq) -> None:
    for store_id in ("S1", "S2"):
        add_store(hq, store_id=store_id, name=f"Store {store_id}", time_zone=ZONE, currency="USD")
    publish_program(hq, program_body())


def pairing_token(text: str) -> str:
    from base64 import urlsafe_b64decode

    packed = text.removeprefix(PREFIX)
    return orjson.loads(urlsafe_b64decode(packed + "=" * (-len(packed) % 4)))["token"]


def enrol_request(token: str, key: Ed25519PrivateKey, **changes) -> EnrolRequest:
    sign_pub, box_pub = key.public_key().public_bytes_raw(), bytes(range(32))
    proof = key.sign(enrol_message(token=token, sign_pub=sign_pub, box_pub=box_pub))
    request = EnrolRequest(token=token, sign_pub=sign_pub, box_pub=box_pub, proof=proof, hw="test", sw="test")
    return structs.replace(request, **changes)


def enrol_station(hq: Hq, store_id: str) -> "Station":
    key = Ed25519PrivateKey.generate()
    token = pairing_token(new_pairing(hq, store_id=store_id, url=URL).text)
    answer = EnrolService(hq).enrol(enrol_request(token, key))
    assert isinstance(answer, EnrolAnswer)
    owner = ChainOwner(answer.device_id, answer.epoch)
    return Station(hq, owner, key, store_id, genesis(owner, answer.nonce))


@dataclass
class Station:
    """A chain from `base`; `bodies` are its entries from 1 on."""

    hq: Hq
    owner: ChainOwner
    key: Ed25519PrivateKey
    store: str
    base: Head
    bodies: list[bytes] = field(default_factory=list)

    @property
    def session(self) -> DeviceSession:
        return DeviceSession(self.hq, self.owner.device_id)

    def copy(self) -> "Station":
        return replace(self, bodies=list(self.bodies))

    def head(self, seq: int | None = None) -> Head:
        last = self.base.hash
        bodies = self.bodies if seq is None else self.bodies[:seq]
        for body in bodies:
            last = next_hash(last, body)
        return Head(len(bodies), last)

    def append(self, kind: str, record: dict, *, entry_id: str | None = None) -> str:
        made = entry_id or new_id()
        self.bodies.append(
            write_entry(
                Entry(
                    device_id=self.owner.device_id,
                    epoch=self.owner.epoch,
                    seq=len(self.bodies) + 1,
                    entry_id=made,
                    type=kind,
                    wall_ms=NOW_MS,
                    boot="0" * 32,
                    boot_ms=0,
                    quality="weak",
                    data=record,
                )
            )
        )
        return made

    def order(
        self,
        order_id: str = "o1",
        *,
        amounts: tuple[tuple[str, int], ...] = (("COFFEE", 500), ("MILK", 250)),
        ref: str | None = REF,
        at_ms: int = NOW_MS,
        link: str = "online",
        vouchers: tuple[Voucher, ...] = (),
        program=PROGRAM,
        by_phone: Shown | None = None,
        **more,
    ) -> list[dict]:
        """Append an order and its redemptions, as a station would; return their records.

        `more` are facts; a `member` among them is whom the station believes to be there. And the `cashier`.
        """
        there, cashier = None if ref is None else Member(ref=ref, is_known=True), more.pop("cashier", "")
        facts = Facts(
            program=program,
            order=Order(
                order_id=order_id,
                store=self.store,
                register="R1",
                at_ms=at_ms,
                time_zone=ZONE,
                currency="USD",
                lines=tuple(Line(n, sku, 1, amount) for n, (sku, amount) in enumerate(amounts, start=1)),
            ),
            member=more.pop("member", there),
            presented=tuple(Presentation(new_id(), voucher, "A1") for voucher in vouchers),
            **more,
        )
        decision = decide(facts)
        level = "A2" if by_phone is None else "A3"
        attendance = Attendance(
            link=link,
            cashier=cashier,
            member_level=level,
            member_code_hash="0" * 32,
            member_shown=by_phone,
        )
        records = [order_record(facts, decision, attendance)]
        self.append(ORDER, records[0])
        for shown, outcome in zip(facts.presented, decision.presented, strict=True):
            records.append(redemption_record(facts, outcome, shown, attendance))
            self.append(REDEEM if outcome.is_approved else REFUSE, records[-1])
        return records

    def request(self, first: int = 1, last: int | None = None, **changes) -> PushRequest:
        last = len(self.bodies) if last is None else last
        head = self.head(last)
        request = PushRequest(
            epoch=self.owner.epoch,
            boot=bytes(16),
            sw="test",
            from_seq=first,
            prev_hash=self.head(first - 1).hash,
            entries=self.bodies[first - 1 : last],
            head=HeadWire(seq=head.seq, hash=head.hash, sig=sign_head(self.key, self.owner, head)),
            clock=ClockWire(wall_ms=NOW_MS, boot_ms=0),
        )
        return structs.replace(request, **changes)

    def push(self, first: int = 1, last: int | None = None, **changes) -> PushAnswer | PushRefusal:
        return self.session.push(self.request(first, last, **changes))


def voucher(code_hash: str, *, uses_max: int = 0, uses: int = 0, rule: str = VOUCHER_RULE) -> Voucher:
    return Voucher(
        code_hash=code_hash, rule_id=rule, uses_max=uses_max, uses=uses, ends_on=date(2017, 12, 31)
    )
