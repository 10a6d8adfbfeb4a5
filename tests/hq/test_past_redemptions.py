"""Redemptions for orders of the past: judged by the rules of that day, posted once, and in balance."""

from datetime import date

import pytest
from sqlalchemy import func, select

from app.core.program_format import read_program
from app.core.quote import quote
from app.core.reasons import Reason
from hq.access.actor import Ceilings, of_person
from hq.access.scopes import Role
from hq.audit.service import list_audit
from hq.campaigns.service import publish_program
from hq.faults import NotPossible, OverCeiling
from hq.members.service import MemberFacts, upsert_members
from hq.redemptions.making import redeem_past, try_past
from hq.redemptions.past import PastAsked
from hq.stops.service import stop_it
from hq.tables import journal, member, posting, redemption_fact, voucher
from hq.vouchers.service import NewVoucher, create_vouchers
from tests.hq.station import NOW_MS, REF, program_body
from tests.hq.undoing import undo

DAY_MS = 86_400_000
AGENT = of_person("Sam", Role.SUPPORT, Ceilings(amount=2_000, points=500))
LEAST = {"fact": "order.total", "op": "at_least", "value": 5_000}


def with_offer(
    version: int, *, amount: int = 1_000, least=LEAST, limits=None, trigger: str = "voucher"
) -> bytes:
    rule = {
        "id": "sorry", "name": "Ten off", "trigger": trigger, "priority": 0, "condition": least,
        "effect": {"kind": "amount_off", "target": "order", "amount": amount},
    }  # fmt: skip
    campaign = {
        "id": "C", "name": "C", "starts_on": "2017-01-01", "ends_on": "2017-12-31", "audience": None,
        "offline": "lease" if limits else "always", "rules": [rule], **({"limits": limits} if limits else {}),
    }  # fmt: skip
    return program_body(version=version, campaigns=[campaign])


@pytest.fixture
def shop(hq, clock):
    """An HQ where yesterday's rules ask for 50.00 and today's for 100.00, and a member with a voucher."""
    publish_program(hq, with_offer(2))
    upsert_members(hq, [MemberFacts(REF, "Ada L.", home_store="S1")])
    create_vouchers(hq, [NewVoucher("sorry", 1, REF, date(2017, 12, 31))])
    clock.set_ms(NOW_MS + DAY_MS)
    publish_program(hq, with_offer(3, least={**LEAST, "value": 10_000}))
    return hq


def yesterday(total: int, **more) -> PastAsked:
    return PastAsked(total=total, at_ms=NOW_MS + 3_600_000, store="S1", rule="sorry", **more)


def is_balanced(hq) -> bool:
    with hq.database.reading() as connection:
        sums = select(posting.c.entry_id, posting.c.unit, func.sum(posting.c.amount))
        rows = connection.execute(sums.group_by(posting.c.entry_id, posting.c.unit)).all()
        balance = connection.execute(select(member.c.balance).where(member.c.ref == REF)).scalar_one()
        held = select(func.coalesce(func.sum(posting.c.amount), 0)).where(
            posting.c.account == f"member:{REF}", posting.c.unit == "points"
        )
        return not any(row[2] for row in rows) and balance == connection.execute(held).scalar_one()


def test_t44_an_order_of_yesterday_is_judged_by_the_rules_of_yesterday(shop) -> None:
    """T44: yesterday's order of 60.00: yes; of 45.00 (at least 50.00): the station's own reason; the audit has both."""
    no = redeem_past(shop, AGENT, REF, yesterday(4_500), reason="The scanner was broken.")
    assert (no.is_approved, no.is_posted, no.discount) == (False, False, 0)
    assert [each.record() for each in no.reasons] == [
        {"code": "min_total_not_met", "numbers": {"wanted": 5_000, "found": 4_500, "missing": 500}}
    ]
    yes = redeem_past(shop, AGENT, REF, yesterday(6_000), reason="The scanner was broken.")
    assert (yes.is_approved, yes.is_posted, yes.discount, yes.program_version) == (True, True, 1_000, 2)
    made, refused = [row for row in list_audit(shop) if row.action.startswith("redemption.")]
    assert (made.who, made.reason, made.about) == ("Sam", "The scanner was broken.", f"member:{REF}")
    assert '"discount":0' in made.before and '"discount":1000' in made.after
    assert "min_total_not_met" in refused.after
    assert is_balanced(shop)


def test_t44_the_reason_is_the_stations_own(shop) -> None:
    """T44: what HQ says is what a station says of the same order by the same rules."""
    from app.core.member import Member
    from app.core.order import Line, Order
    from app.core.outcome import Facts
    from app.core.voucher import Presentation, Voucher

    program = read_program(with_offer(2))
    order = Order("o", "S1", "1", NOW_MS, program.time_zone, "USD", (Line(1, "", 1, 4_500),))
    shown = Presentation("r", Voucher("0" * 32, "sorry", 1, 0, REF), "A2")
    at_station = quote(Facts(program, order, Member(REF, is_known=True), (shown,)), level="A2")
    said = try_past(shop, AGENT, REF, yesterday(4_500)).reasons
    assert said[0].reason is Reason.MIN_TOTAL_NOT_MET
    assert said == at_station.decision.presented[0].refusals


def test_a_voucher_is_used_once(shop) -> None:
    redeem_past(shop, AGENT, REF, yesterday(6_000), reason="x")
    again = redeem_past(shop, AGENT, REF, yesterday(7_000), reason="x")
    assert [each.reason for each in again.reasons] == [Reason.LIMIT_TOTAL_REACHED]
    with shop.database.reading() as connection:
        assert connection.execute(select(voucher.c.uses)).scalars().all() == [1]
        assert len(connection.execute(select(redemption_fact)).all()) == 1


def test_one_order_has_one_redemption_of_the_past(shop) -> None:
    redeem_past(shop, AGENT, REF, yesterday(6_000, order_id="o-1"), reason="x")
    with pytest.raises(NotPossible, match="before"):
        redeem_past(shop, AGENT, REF, yesterday(6_000, order_id="o-1"), reason="x")


def test_an_order_without_a_number_is_the_same_when_it_is_said_again(hq, clock) -> None:
    publish_program(hq, with_offer(2, trigger="choice"))
    upsert_members(hq, [MemberFacts(REF)])
    clock.set_ms(NOW_MS + DAY_MS)
    redeem_past(hq, AGENT, REF, yesterday(6_000), reason="x")
    with pytest.raises(NotPossible, match="before"):
        redeem_past(hq, AGENT, REF, yesterday(6_000), reason="x")


def test_who_is_stopped_today_gets_nothing_for_yesterday(shop) -> None:
    stop_it(shop, f"member:{REF}")
    assert Reason.STOPPED in [each.reason for each in try_past(shop, AGENT, REF, yesterday(6_000)).reasons]


def test_nothing_above_ones_ceiling(shop) -> None:
    junior = of_person("Jo", Role.SUPPORT, Ceilings(amount=999))
    with pytest.raises(OverCeiling):
        redeem_past(shop, junior, REF, yesterday(6_000), reason="x")
    with shop.database.reading() as connection:
        assert connection.execute(select(func.count()).select_from(redemption_fact)).scalar_one() == 0
        assert connection.execute(select(voucher.c.uses)).scalar_one() == 0


def test_an_order_that_a_station_recorded_gets_the_difference(shop, station) -> None:
    """The order earned 60 points on 60.00; with the voucher it would have earned 50 on what was paid."""
    program = read_program(with_offer(2))
    (record,) = station.order("o-7", amounts=(("TEA", 6_000),), program=program, at_ms=NOW_MS + 1_000)
    station.push()
    assert record["points"] == 60
    with shop.database.reading() as connection:
        entry_id = connection.execute(
            select(journal.c.entry_id).where(journal.c.type == "order")
        ).scalar_one()
    done = redeem_past(shop, AGENT, REF, PastAsked(order_entry=entry_id, rule="sorry"), reason="x")
    assert (done.discount, done.points, done.balance) == (1_000, -10, 50)
    assert is_balanced(shop)
    with pytest.raises(NotPossible, match="before"):
        redeem_past(shop, AGENT, REF, PastAsked(order_entry=entry_id, rule="sorry"), reason="x")


def recorded(shop, station, program):
    """Let a station record an order of 60.00; return the id of its entry."""
    station.order("o-7", amounts=(("TEA", 6_000),), program=program, at_ms=NOW_MS + 1_000)
    station.push()
    with shop.database.reading() as connection:
        return connection.execute(select(journal.c.entry_id).where(journal.c.type == "order")).scalar_one()


def test_an_order_of_which_goods_came_back_gets_nothing_more(shop, station) -> None:
    program = read_program(with_offer(2))
    asked = PastAsked(order_entry=recorded(shop, station, program), rule="sorry")
    undo(station, "o-7", (1, 1_000), program=program)
    station.push(first=2)
    with pytest.raises(NotPossible, match="came back"):
        redeem_past(shop, AGENT, REF, asked, reason="x")


def test_who_undoes_an_order_that_head_office_redeemed_for_is_looked_at(shop, station) -> None:
    program = read_program(with_offer(2))
    asked = PastAsked(order_entry=recorded(shop, station, program), rule="sorry")
    redeem_past(shop, AGENT, REF, asked, reason="x")
    undo(station, "o-7", program=program)
    assert [each.codes for each in station.push(first=2).results] == [["REDEEMED_SINCE"]]


def test_an_order_of_somebody_else_is_not_theirs(shop, station) -> None:
    other = "0000000000002"
    upsert_members(shop, [MemberFacts(other)])
    station.order("o-7", amounts=(("TEA", 6_000),), program=read_program(with_offer(2)), ref=other)
    station.push()
    with shop.database.reading() as connection:
        entry_id = connection.execute(
            select(journal.c.entry_id).where(journal.c.type == "order")
        ).scalar_one()
    with pytest.raises(NotPossible, match="another member"):
        try_past(shop, AGENT, REF, PastAsked(order_entry=entry_id, rule="sorry"))


def test_an_order_from_before_there_were_rules_gets_nothing(shop) -> None:
    asked = PastAsked(total=6_000, at_ms=NOW_MS - 30 * DAY_MS, store="S1", rule="sorry")
    with pytest.raises(NotPossible, match="No rules"):
        try_past(shop, AGENT, REF, asked)


def test_limits_of_a_campaign_count_what_was_redeemed_by_hand(hq, clock) -> None:
    limits = {"uses": 1, "member_uses": [{"at_most": 1, "period": "day"}]}
    publish_program(hq, with_offer(2, limits=limits, trigger="choice"))
    upsert_members(hq, [MemberFacts(REF), MemberFacts("0000000000002")])
    clock.set_ms(NOW_MS + DAY_MS)
    assert redeem_past(hq, AGENT, REF, yesterday(6_000), reason="x").is_posted
    again = redeem_past(hq, AGENT, "0000000000002", yesterday(7_000), reason="x")
    assert [each.reason for each in again.reasons] == [Reason.LIMIT_CAMPAIGN_REACHED]
    mine = redeem_past(hq, AGENT, REF, yesterday(8_000), reason="x")
    assert Reason.LIMIT_PER_MEMBER_REACHED in [each.reason for each in mine.reasons]


def test_a_rule_that_applies_by_itself_can_be_made_good(hq, clock) -> None:
    publish_program(hq, with_offer(2, trigger="automatic"))
    upsert_members(hq, [MemberFacts(REF)])
    clock.set_ms(NOW_MS + DAY_MS)
    assert redeem_past(hq, AGENT, REF, yesterday(6_000), reason="x").discount == 1_000
    assert is_balanced(hq)
