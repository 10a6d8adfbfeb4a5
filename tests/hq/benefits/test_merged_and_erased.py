"""What members get for marks and friends when they turn out to be one person, are erased, or it is stopped."""

from sqlalchemy import func, select

from hq.access.actor import SYSTEM
from hq.benefits import outside
from hq.members.erasing import erase_member
from hq.members.merging import merge_members
from hq.members.service import MemberFacts, upsert_members
from hq.stops.service import lift, stop_it
from hq.tables import posting
from tests.hq.benefits.test_benefits import (
    FRIEND,
    REF,
    SCHEME,
    balance,
    buy,
    given,
    mark,
    publish,
    push,
    settle,
)
from tests.hq.station import enrol_station
from tests.hq.undoing import undo

__all__ = ["publish"]  # a fixture
STAYS = "0000000000003"
BOTH_GET = {**SCHEME, "friend_gives": [{"kind": "points", "points": 50}]}


def brought(hq, publish):
    """Let a friend who was brought buy for 50.00, and both have their points."""
    program = publish(referrals=[BOTH_GET], earning=[])
    station = enrol_station(hq, "S1")
    outside.bring_friend(hq, SYSTEM, scheme="friends", referrer=REF, friend=FRIEND)
    buy(station, program, "a", 5000, ref=FRIEND)
    settle(hq)
    assert (balance(hq), balance(hq, FRIEND)) == (100, 50)
    return station, program


def held(hq, account):
    with hq.database.reading() as connection:
        total = select(func.coalesce(func.sum(posting.c.amount), 0)).where(posting.c.account == account)
        return int(connection.execute(total).scalar_one())


def is_balanced(hq):
    """Tell whether the postings of each unit come to nothing."""
    with hq.database.reading() as connection:
        sums = connection.execute(select(func.sum(posting.c.amount)).group_by(posting.c.unit)).scalars()
        return not any(map(int, sums))


def test_what_a_friend_brought_is_taken_back_from_whom_the_referrer_was_merged_into(hq, publish) -> None:
    station, program = brought(hq, publish)
    upsert_members(hq, [MemberFacts(STAYS, "Ada L.")])
    merge_members(hq, REF, STAYS, who="ann")
    undo(station, "a", program=program)
    push(station)
    settle(hq)
    assert (balance(hq, STAYS), balance(hq, FRIEND), held(hq, f"member:{REF}")) == (0, 0, 0)
    for order_id in ("b", "c"):
        buy(station, program, order_id, 5000, ref=FRIEND)
    settle(hq)
    assert (balance(hq, STAYS), balance(hq, FRIEND)) == (100, 50)
    assert is_balanced(hq)


def test_who_brought_themselves_by_a_second_card_gives_it_back(hq, publish) -> None:
    brought(hq, publish)
    merge_members(hq, FRIEND, REF, who="ann")
    settle(hq)
    assert balance(hq) == 0


def test_nothing_is_given_to_or_taken_from_who_was_erased(hq, publish) -> None:
    station, program = brought(hq, publish)
    erase_member(hq, REF)
    undo(station, "a", program=program)
    push(station)
    buy(station, program, "b", 5000, ref=FRIEND)
    settle(hq)
    assert (held(hq, f"member:{REF}"), balance(hq, FRIEND)) == (0, 50)


def test_marks_of_two_members_count_together_and_none_is_granted_again(hq, publish) -> None:
    program = publish(milestones=[mark("two", "orders", 2, repeat="every")], earning=[])
    station = enrol_station(hq, "S1")
    for n, ref in enumerate((REF, REF, FRIEND, FRIEND)):
        buy(station, program, f"o{n}", 100, ref=ref)
    settle(hq)
    merge_members(hq, FRIEND, REF, who="ann")
    settle(hq)
    assert balance(hq) == 14
    for n in (4, 5):
        buy(station, program, f"o{n}", 100)
    settle(hq)
    assert (balance(hq), given(hq)[-1]) == (21, ("two", 3))


def test_a_wallet_goes_with_its_member(hq, publish) -> None:
    credit = [{"kind": "credit", "amount": 500}]
    program = publish(milestones=[mark("one", "orders", 1, gives=credit)])
    buy(enrol_station(hq, "S1"), program, "a", 100, ref=FRIEND)
    settle(hq)
    merge_members(hq, FRIEND, REF, who="ann")
    assert (held(hq, f"wallet:{FRIEND}"), held(hq, f"wallet:{REF}")) == (0, 500)
    erase_member(hq, REF)
    assert (held(hq, f"wallet:{REF}"), is_balanced(hq)) == (0, True)


def test_what_is_stopped_is_given_when_it_is_let_go(hq, publish) -> None:
    program = publish(referrals=[BOTH_GET], milestones=[mark("one", "orders", 1)], earning=[])
    station = enrol_station(hq, "S1")
    outside.bring_friend(hq, SYSTEM, scheme="friends", referrer=REF, friend=FRIEND)
    stop_it(hq, "referral:friends")
    buy(station, program, "a", 5000, ref=FRIEND)
    settle(hq)
    assert (balance(hq), balance(hq, FRIEND)) == (0, 7)
    stop_it(hq, "program")
    lift(hq, "referral:friends")
    buy(station, program, "b", 5000)
    settle(hq)
    assert (balance(hq), balance(hq, FRIEND)) == (0, 7)
    lift(hq, "program")
    settle(hq)
    assert (balance(hq), balance(hq, FRIEND)) == (107, 57)
