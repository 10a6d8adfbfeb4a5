"""Reports equal an independent computation over journal bodies, on histories by chance; tests/demo has the year.

The histories have what is easily counted wrong: orders to which a campaign gives twice, by itself and by a voucher;
moments at both sides of midnight; voids of what a part of had come back already; points that come back; training.
"""

import random
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from app.core.codes import hash_number
from app.core.entry import MODE_CHANGE
from app.core.member import Member
from app.core.voucher import Voucher
from hq.access.actor import SYSTEM
from hq.members.service import MemberFacts, upsert_members
from hq.redemptions.making import redeem_past
from hq.redemptions.past import PastAsked
from hq.redemptions.voiding import void_order, void_redemption
from hq.reports import service
from hq.reports.figures import Wanted
from hq.vouchers.service import NewVoucher, create_vouchers
from tests.hq.cards import a_card, puts, tender
from tests.hq.leasing import publish
from tests.hq.reports.comparing import check_reports
from tests.hq.reports.shop import DAY_MS, TEN
from tests.hq.station import NOW_MS, ZONE, a_campaign, a_rule, enrol_station, program_body, voucher
from tests.hq.undoing import order_at, undo

TEA_OFF = {"kind": "percent_off", "target": "products", "basis_points": 1500, "products": "tea"}
TEA = a_campaign("tea", a_rule("tea1", "automatic", TEA_OFF), a_rule("tea2", "voucher", TEA_OFF))
BACK = a_campaign(
    "back",
    a_rule("back1", "automatic", {"kind": "credit", "basis_points": 300}),
    a_rule("back2", "voucher", {"kind": "credit", "amount": 250}),
    a_rule("back3", "choice", {"kind": "credit", "amount": 90}),
)
WHOLE = Wanted(date(2017, 11, 1), date(2017, 11, 30))
PART = Wanted(date(2017, 11, 9), date(2017, 11, 13))
MIDNIGHT_MS = int(datetime(2017, 11, 10, tzinfo=ZoneInfo(ZONE)).timestamp()) * 1000
REFS = [f"{n:013d}" for n in range(1, 6)]


class History:
    """Some days in two stores, by chance."""

    def __init__(self, hq, seed):
        self.hq, self.chance = hq, random.Random(seed)
        self.program = publish(hq, program_body(2, campaigns=[TEN, TEA, BACK]))
        upsert_members(hq, [MemberFacts(ref, home_store="S1") for ref in REFS])
        self.stations = [enrol_station(hq, store) for store in ("S1", "S2")]
        self.codes = {rule: [hash_number(code) for code in create_vouchers(hq, [NewVoucher(rule)] * 40)]
                      for rule in ("t1", "tea2", "back2")}  # fmt: skip
        self.card = a_card(hq, 0)
        puts(self.stations[0], self.card, 50_000, program_version=2, program_hash=self.program.hash)
        self.open = []  # orders that can still be undone
        for n, ref in enumerate(REFS):  # enough to pay with
            self.stations[0].order(f"first{n}", amounts=(("MILK", 500_000),), ref=ref, program=self.program,
                                   at_ms=NOW_MS - DAY_MS)  # fmt: skip

        self.stations[0].order("card", amounts=(("MILK", 900),), ref=None, program=self.program, at_ms=NOW_MS,
                               tenders=(tender(self.card, 10_000, most=300),))  # fmt: skip

        for n, at_ms in enumerate(
            (MIDNIGHT_MS - 1, MIDNIGHT_MS, MIDNIGHT_MS + DAY_MS - 1, MIDNIGHT_MS + DAY_MS)
        ):
            self.stations[1].order(f"midnight{n}", amounts=(("TEA", 900),), program=self.program, at_ms=at_ms)
        for mode in ("training", "live"):
            self.stations[0].append(MODE_CHANGE, {"store": "S1", "t_eff": NOW_MS, "staff": "", "mode": mode})
        self.twice = 0  # orders to which a campaign gave by itself and by a voucher
        self.voided_after = 0  # orders of which a part had come back

    def live(self, steps):
        for n in range(steps):
            self._order(n)
            if self.chance.random() < 0.3:
                self._undo()
            if self.chance.random() < 0.2:
                self.push()
        self.push()

    def push(self):
        for station in self.stations:
            held = getattr(station, "sent", 0)
            if len(station.bodies) > held:
                station.push(held + 1)
                station.sent = len(station.bodies)

    def by_hand(self, clock):
        """Head office adds four redemptions, two of them of money, and voids two of them and an order."""
        clock.set_ms(NOW_MS + 5 * DAY_MS)
        create_vouchers(self.hq, [NewVoucher("t1", 2, REFS[0])])
        for rule in ("t1", "back3"):
            for total in (7_000, 9_100):
                order_id = f"{rule}-{total}"
                asked = PastAsked(
                    total=total, at_ms=NOW_MS + 4 * DAY_MS, store="S2", rule=rule, order_id=order_id
                )
                made = redeem_past(self.hq, SYSTEM, REFS[0], asked, reason="x")
            void_redemption(self.hq, SYSTEM, made.redemption_id, reason="x")
        station, order_id, *_ = self.chance.choice(self.open)
        void_order(self.hq, SYSTEM, order_at(station, order_id).entry_id, reason="x")

    def _order(self, n):
        chance = self.chance
        station = chance.choice(self.stations)
        amounts = tuple((chance.choice(["TEA", "MILK", "COFFEE"]), chance.randrange(1, 9_000))
                        for _ in range(chance.randrange(1, 4)))  # fmt: skip
        ref = chance.choice([*REFS, None])
        more = {}
        kind = chance.random()
        if kind < 0.15:
            amounts = (("TEA", chance.randrange(100, 9_000)), *amounts)
            more["vouchers"] = (voucher(self.codes["tea2"].pop(), rule="tea2"),)
        elif kind < 0.3:
            rule = chance.choice(["t1", "back2"])
            more["vouchers"] = (voucher(self.codes[rule].pop(), rule=rule),)
        elif kind < 0.45 and ref is not None:
            more["member"] = Member(ref=ref, is_known=True, balance=100_000)
            more["vouchers"] = (Voucher(code_hash="", rule_id="t2", uses_max=0, uses=0),)
        elif kind < 0.6:
            more["tenders"] = (tender(self.card, 10_000, most=chance.randrange(1, 500)),)
        at_ms = NOW_MS + chance.randrange(0, 12 * DAY_MS)
        order, *redemptions = station.order(
            f"n{n}", amounts=amounts, ref=ref, at_ms=at_ms, program=self.program, **more
        )
        gave = {part["campaign"] for part in order["campaigns"]}
        self.twice += any(each["campaign"] in gave and each["discount"] for each in redemptions)
        self.open.append((station, f"n{n}", len(amounts), []))

    def _undo(self):
        station, order_id, lines, earlier = self.chance.choice(self.open)
        if self.chance.random() < 0.5:
            self.open = [each for each in self.open if each[:2] != (station, order_id)]
            undo(station, order_id, earlier=tuple(earlier), program=self.program)
            self.voided_after += bool(earlier)
            return
        left = [line for line in range(1, lines + 1) if all(line != done[0][0] for done in earlier)]
        if len(left) > 1:
            step = ((self.chance.choice(left), 1_000),)
            undo(station, order_id, *step, earlier=tuple(earlier), program=self.program)
            earlier.append(step)


@pytest.mark.parametrize("seed", range(3))
def test_every_report_equals_an_independent_computation(hq, clock, seed):
    history = History(hq, seed)
    history.live(25)
    history.by_hand(clock)
    whole = check_reports(hq, PART)
    assert whole.orders > 20
    assert (
        min(
            whole.returned,
            whole.discount,
            whole.redeemed,
            whole.spent,
            whole.paid,
            whole.sold,
            whole.credited,
        )
        > 0
    )
    assert history.twice
    assert service.holdings(hq, WHOLE) == (whole.points, whole.cards, whole.wallets)
