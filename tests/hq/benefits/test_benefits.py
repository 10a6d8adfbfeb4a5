"""What members come to by what they did: marks, tiers, friends, events, points that end. By T-id where there is one."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select

from app.core.benefits import Benefit, BenefitKind, grant
from app.core.program_format import read_program
from hq.access.actor import SYSTEM
from hq.benefits import events, outside
from hq.benefits.grants import MILESTONE, Due, give
from hq.benefits.keeping import follow, touch_by_day
from hq.benefits.points import EXPIRED, lots_of
from hq.benefits.reading import benefits_of
from hq.benefits.tables import granted
from hq.campaigns.service import publish_program
from hq.faults import NotPossible
from hq.figures import ledger_sums
from hq.members.attributes import Attribute, Side, put_attribute, set_values
from hq.members.giving import adjust_points
from hq.members.service import MemberFacts, upsert_members
from hq.stores.devices import read_device
from hq.tables import member, posting
from hq.touched import BENEFITS, waiting
from hq.touched import follow as follow_all
from sync.protocol import PushAnswer
from tests.hq.station import NOW_MS, REF, enrol_station, program_body
from tests.hq.undoing import undo

DAY_MS = 24 * 3_600_000
FRIEND = "0000000000002"
EXPIRY = {"points": {"kind": "days", "days": 30}}
EARNING = [
    {"id": "base", "points_milli": 1000, "per": 100, "mode": "full_unit"},
    {
        "id": "news", "points_milli": 50_000, "of": "order", "event": "newsletter_joined",
        "limits": [{"times": 1}],
    },
]  # fmt: skip
SCHEME = {
    "id": "friends",
    "wanted": 5000,
    "counts": "one_order",
    "within_days": 30,
    "gives": [{"kind": "points", "points": 100}],
}
TIERS = [
    {"id": "base", "name": "Base", "access": "base"},
    {"id": "plus", "name": "Plus", "access": "paid"},
]


def at(year, month, day, hour=12):
    """A moment on a day of the program's zone (New York's noon is 16 or 17 o'clock of UTC)."""
    return int(datetime(year, month, day, hour + 5, tzinfo=UTC).timestamp() * 1000)


@pytest.fixture
def publish(hq):
    versions = iter(range(2, 99))

    def put(**changes):
        body = program_body(next(versions), expires_ms=at(2030, 1, 1), **changes)
        publish_program(hq, body, is_meant=True)
        return read_program(body)

    upsert_members(hq, [MemberFacts(REF, "Ada L."), MemberFacts(FRIEND, "Bea M.")])
    return put


def settle(hq):
    while waiting(hq, BENEFITS):
        follow_all(hq, BENEFITS, follow)


def balance(hq, ref=REF):
    with hq.database.reading() as connection:
        return connection.execute(select(member.c.balance).where(member.c.ref == ref)).scalar_one()


def expired(hq):
    with hq.database.reading() as connection:
        total = select(func.coalesce(func.sum(posting.c.amount), 0)).where(posting.c.account == EXPIRED)
        return int(connection.execute(total).scalar_one())


def given(hq, ref=REF):
    return [(each.about, each.number) for each in reversed(benefits_of(hq, ref).given)]


def buy(station, program, order_id, cents, *, at_ms=NOW_MS, ref=REF):
    """Append an order of goods for so many cents and push it; it earns a point for each whole unit of money."""
    station.order(order_id, amounts=(("MILK", cents),), at_ms=at_ms, ref=ref, program=program)
    push(station)


def push(station):
    """Push all that HQ does not hold yet."""
    with station.hq.database.reading() as connection:
        held = read_device(connection, station.owner.device_id).head.seq
    assert isinstance(station.push(first=held + 1), PushAnswer)


def points(n):
    return [{"kind": "points", "points": n}]


def mark(mark_id, measure, value, **more):
    return {"id": mark_id, "name": mark_id, "measure": measure, "at": value, "gives": points(7), **more}


class TestMarks:
    def test_t05_the_tenth_order_is_granted_once_at_ten_and_not_at_nine(self, hq, publish) -> None:
        program = publish(milestones=[mark("ten", "orders", 10)])
        station = enrol_station(hq, "S1")
        for n in range(9):
            buy(station, program, f"o{n}", 100)
        settle(hq)
        assert given(hq) == []
        buy(station, program, "o9", 100)
        settle(hq)
        assert (given(hq), balance(hq)) == ([("ten", 1)], 10 + 7)
        buy(station, program, "o10", 100)
        settle(hq)
        assert (given(hq), balance(hq)) == ([("ten", 1)], 11 + 7)

    def test_t05_two_cut_off_stations_with_the_tenth_order_each_make_one_grant(self, hq, publish) -> None:
        program = publish(milestones=[mark("ten", "orders", 10)])
        first, second = enrol_station(hq, "S1"), enrol_station(hq, "S2")
        for n in range(9):
            buy(first, program, f"o{n}", 100)
        settle(hq)
        buy(first, program, "tenth-here", 100)
        buy(second, program, "tenth-there", 100)
        settle(hq)
        assert (given(hq), balance(hq)) == ([("ten", 1)], 11 + 7)

    def test_t05_revenue_points_and_reviews_are_granted_at_their_value_and_not_one_before(
        self, hq, publish
    ) -> None:
        program = publish(
            milestones=[
                mark("thousand", "revenue", 100_000),
                mark("points", "points", 1_001),
                mark("reviews", "event", 3, event="review"),
            ]
        )
        station = enrol_station(hq, "S1")
        buy(station, program, "a", 99_999)
        for n in range(2):
            events.hear(hq, SYSTEM, REF, events.NewEvent(f"r{n}", "review"))
        settle(hq)
        assert given(hq) == []
        buy(station, program, "b", 1)
        settle(hq)
        assert given(hq) == [("thousand", 1)]
        events.hear(hq, SYSTEM, REF, events.NewEvent("r2", "review"))
        buy(station, program, "c", 200)
        settle(hq)
        assert sorted(given(hq)) == [("points", 1), ("reviews", 1), ("thousand", 1)]

    def test_t05_a_year_a_member_is_granted_on_the_day(self, hq, clock, publish) -> None:
        program = publish(milestones=[mark("year", "member_days", 365)])
        station = enrol_station(hq, "S1")
        clock.set_ms(at(2017, 11, 6))
        buy(station, program, "o", 100, at_ms=at(2017, 11, 6))
        with hq.database.atomic() as connection:
            from hq.members.tables import enrolment

            row = {"member": REF, "device": "d", "epoch": 1, "seq": 1, "box_hash": "", "state": "empty"}
            connection.execute(enrolment.insert(), {**row, "at_ms": at(2017, 11, 6)})
        for days, wanted in ((364, []), (365, [("year", 1)]), (366, [("year", 1)])):
            clock.set_ms(at(2017, 11, 6) + days * DAY_MS)
            touch_by_day(hq)
            settle(hq)
            assert given(hq) == wanted, days

    def test_the_ledger_stays_balanced(self, hq, publish) -> None:
        program = publish(
            milestones=[mark("one", "orders", 1)], expiry={"points": {"kind": "days", "days": 1}}
        )
        buy(enrol_station(hq, "S1"), program, "o", 500)
        settle(hq)
        sums = ledger_sums(hq.database)
        assert (sums.unbalanced, sums.balances) == (0, balance(hq))


class TestTiers:
    def test_t17_a_paid_tier_holds_from_the_payment_through_the_last_paid_day(
        self, hq, clock, publish
    ) -> None:
        publish(tiers=TIERS)
        clock.set_ms(at(2017, 11, 6))
        outside.pay_tier(hq, SYSTEM, member=REF, tier="plus", last_day=date(2017, 11, 30), amount=500)
        settle(hq)
        found = benefits_of(hq, REF)
        assert (found.tier, found.tier_ends_on, found.tier_after) == ("plus", "2017-11-30", "base")
        for moment, tier in ((at(2017, 11, 30, 18), "plus"), (at(2017, 12, 1, 0), "base")):
            clock.set_ms(moment)
            touch_by_day(hq)
            settle(hq)
            assert benefits_of(hq, REF).tier == tier

    def test_an_earned_tier_follows_from_orders_and_one_given_by_hand_is_kept(self, hq, publish) -> None:
        silver = {
            "id": "silver",
            "name": "Silver",
            "access": "earned",
            "measure": "spend",
            "at_least": 1000,
            "valid": "ever",
            "downgrade": "never",
        }
        gold = {
            "id": "gold",
            "name": "Gold",
            "access": "earned",
            "measure": "spend",
            "at_least": 99_000,
            "valid": "ever",
            "downgrade": "never",
        }
        program = publish(tiers=[TIERS[0], silver, gold])
        buy(enrol_station(hq, "S1"), program, "o", 999)
        settle(hq)
        assert benefits_of(hq, REF).tier == "base"
        buy(enrol_station(hq, "S1"), program, "p", 1)
        settle(hq)
        assert benefits_of(hq, REF).tier == "silver"
        upsert_members(hq, [MemberFacts(REF, "Ada L.", tier="gold")])
        buy(enrol_station(hq, "S1"), program, "q", 1)
        settle(hq)
        assert benefits_of(hq, REF).tier == "gold"


class TestFriends:
    def bring(self, hq, referrer=REF, friend=FRIEND):
        return outside.bring_friend(hq, SYSTEM, scheme="friends", referrer=referrer, friend=friend)

    def test_t36_the_friends_order_counts_from_fifty_on_and_once(self, hq, publish) -> None:
        program = publish(referrals=[SCHEME])
        station = enrol_station(hq, "S1")
        self.bring(hq)
        buy(station, program, "a", 4999, ref=FRIEND)
        settle(hq)
        assert (balance(hq), outside.list_referrals(hq)[0].status) == (0, "waiting")
        buy(station, program, "b", 5000, ref=FRIEND)
        settle(hq)
        assert (balance(hq), outside.list_referrals(hq)[0].status) == (100, "counted")
        buy(station, program, "c", 9000, ref=FRIEND)
        settle(hq)
        assert balance(hq) == 100

    def test_t36_a_friend_whose_order_is_undone_takes_it_back(self, hq, publish) -> None:
        program = publish(referrals=[SCHEME])
        station = enrol_station(hq, "S1")
        self.bring(hq)
        station.order("a", amounts=(("MILK", 5000),), ref=FRIEND, program=program)
        push(station)
        settle(hq)
        assert balance(hq) == 100
        undo(station, "a", program=program)
        push(station)
        settle(hq)
        assert (balance(hq), outside.list_referrals(hq)[0].status) == (0, "taken_back")

    def test_t36_orders_of_two_stores_by_one_number_are_two(self, hq, publish) -> None:
        program = publish(referrals=[{**SCHEME, "counts": "in_total"}])
        self.bring(hq)
        for store in ("S1", "S2"):
            buy(enrol_station(hq, store), program, "1001", 2500, ref=FRIEND)
        settle(hq)
        assert balance(hq) == 100

    def test_t36_nobody_brings_themselves_or_somebody_who_buys_already(self, hq, publish) -> None:
        program = publish(referrals=[SCHEME])
        with pytest.raises(NotPossible, match="self_referral"):
            self.bring(hq, friend=REF)
        buy(enrol_station(hq, "S1"), program, "a", 100, ref=FRIEND)
        with pytest.raises(NotPossible, match="history"):
            self.bring(hq)


class TestEvents:
    def test_t03_joining_the_newsletter_earns_once_for_one_event_and_once_a_member(self, hq, publish) -> None:
        publish(earning=EARNING)
        heard = [
            events.hear(hq, SYSTEM, REF, events.NewEvent(event_id, "newsletter_joined"))
            for event_id in ("e1", "e1", "e2")
        ]
        assert [(each.points, each.is_new) for each in heard] == [(50, True), (50, False), (0, True)]
        assert balance(hq) == 50

    def test_one_event_with_another_content_is_refused(self, hq, publish) -> None:
        publish(earning=EARNING)
        events.hear(hq, SYSTEM, REF, events.NewEvent("e1", "newsletter_joined"))
        with pytest.raises(NotPossible, match="another content"):
            events.hear(hq, SYSTEM, FRIEND, events.NewEvent("e1", "newsletter_joined"))
        assert balance(hq, FRIEND) == 0


class TestEnds:
    def test_points_given_by_hand_end_as_others_do(self, hq, clock, publish) -> None:
        publish(expiry=EXPIRY)
        clock.set_ms(at(2017, 11, 6))
        adjust_points(hq, SYSTEM, REF, 40, reason="x")
        adjust_points(hq, SYSTEM, REF, -15, reason="x")
        settle(hq)
        clock.set_ms(at(2017, 12, 7))
        touch_by_day(hq)
        settle(hq)
        assert (balance(hq), expired(hq)) == (0, 25)

    def test_points_end_at_midnight_after_their_last_day_and_once(self, hq, clock, publish) -> None:
        program = publish(expiry=EXPIRY)
        clock.set_ms(at(2017, 11, 6))
        buy(enrol_station(hq, "S1"), program, "o", 4000, at_ms=at(2017, 11, 6))
        settle(hq)
        for moment, left in ((at(2017, 12, 6, 18), 40), (at(2017, 12, 7, 0), 0), (at(2017, 12, 8), 0)):
            clock.set_ms(moment)
            touch_by_day(hq)
            settle(hq)
            assert (balance(hq), expired(hq)) == (left, 40 - left)

    def test_what_was_bought_in_time_and_comes_late_is_put_right(self, hq, clock, publish) -> None:
        """Spent offline before its end, heard of after it: what had ended comes back and is spent."""
        program = publish(expiry=EXPIRY)
        here, there = enrol_station(hq, "S1"), enrol_station(hq, "S2")
        clock.set_ms(at(2017, 11, 6))
        buy(here, program, "o", 4000, at_ms=at(2017, 11, 6))
        settle(hq)
        clock.set_ms(at(2017, 12, 8))
        touch_by_day(hq)
        settle(hq)
        assert (balance(hq), expired(hq)) == (0, 40)
        buy(there, program, "late", 1000, at_ms=at(2017, 11, 20))
        settle(hq)
        assert (balance(hq), expired(hq)) == (10, 40)
        with hq.database.reading() as connection:
            assert [(each.left, each.expired) for each in lots_of(connection, REF)] == [(0, 40), (10, 0)]

    def test_a_rule_that_changes_later_moves_no_end(self, hq, clock, publish) -> None:
        program = publish(expiry=EXPIRY)
        clock.set_ms(at(2017, 11, 6))
        buy(enrol_station(hq, "S1"), program, "o", 4000, at_ms=at(2017, 11, 6))
        settle(hq)
        publish(expiry={"points": {"kind": "days", "days": 1}})
        buy(enrol_station(hq, "S1"), program, "p", 100, at_ms=at(2017, 11, 6))
        settle(hq)
        with hq.database.reading() as connection:
            ends = {str(each.expires_on): each.points for each in lots_of(connection, REF)}
        assert ends == {"2017-12-06": 40, "2017-11-07": 1}


def test_the_same_grant_is_there_once(hq, publish) -> None:
    program = publish(milestones=[mark("one", "orders", 1)])
    buy(enrol_station(hq, "S1"), program, "o", 100)
    settle(hq)
    settle(hq)
    with hq.database.reading() as connection:
        assert connection.execute(select(func.count()).select_from(granted)).scalar_one() == 1


def test_a_grant_that_is_in_the_books_is_not_given_again(hq, publish) -> None:
    """Its number keeps it from coming up; should it come up all the same, nothing is posted and nothing breaks."""
    program, day = publish(), date(2017, 11, 6)
    gives = (Benefit(BenefitKind.POINTS, 7),)
    due = Due(grant(MILESTONE, "one", member=REF, number=1, benefits=gives), MILESTONE, "one", 1)
    for _ in range(2):
        with hq.database.atomic() as connection:
            give(connection, program, [due], today=day, now_ms=NOW_MS)
    assert (balance(hq), given(hq)) == (7, [("one", 1)])


def test_stations_hear_of_attributes_that_conditions_ask_about_and_of_no_others(hq, publish) -> None:
    asks = {"fact": "member.attribute", "name": "country", "op": "is", "value": "DE"}
    program = publish(earning=[{**EARNING[0], "condition": asks}])
    for name, value in (("country", "DE"), ("shoe_size", "44")):
        put_attribute(hq, SYSTEM, Attribute(name, name))
        with hq.database.atomic() as connection:
            set_values(connection, SYSTEM, REF, {name: value}, side=Side.CRM, now_ms=NOW_MS)
    station = enrol_station(hq, "S1")
    buy(station, program, "o", 100)
    settle(hq)
    page = station.session.changes(cursor=0, set_id=hq.set_id)
    (row,) = [row.v for row in page.rows if row.t == "member" and row.k == REF]
    assert row["more"] == {"attributes": {"country": "DE"}}
