"""What members did before, as stations know it: head office's word and what was done here, each order once.

Conditions ask for it as `history.…` and `event.count`. The counters of a member are read as decisions read them.
"""

from datetime import datetime
from threading import Event
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace
from sqlalchemy import delete, text

from app.core.entry import ORDER
from app.ids import new_ref
from app.station.enrol import Enrolled, as_typed, enrol
from hq.access.actor import SYSTEM
from hq.benefits.events import NewEvent, hear
from hq.benefits.keeping import tell_again
from hq.campaigns.service import publish_program
from hq.journal.desk import carried_cases, list_cases, post_case
from hq.members.merging import merge_members
from hq.members.service import MemberFacts, upsert_members
from hq.redemptions.making import redeem_past
from hq.redemptions.past import PastAsked
from hq.redemptions.voiding import void_order
from hq.running import FOLLOWING, running
from hq.touched import follow, waiting
from hq.touched_table import TOLD, touched
from hq.upgrading import upgrade_hq
from sync.faults import HqUnreachable, HqUntrusted
from tests.builders import a_campaign, a_program
from tests.sync.history import (
    ASKED,
    CUP,
    OTHER,
    a_rule,
    asking,
    buy,
    days_on,
    known,
    leaf,
    picks,
    with_history,
)
from tests.sync.test_reenrolment import reenrol, text_for
from tests.sync.test_undone import undo
from tests.sync.world import OTHER_SET, REF, World


@pytest.fixture(params=["world", "postgres_world"], ids=["sqlite", "postgresql"])
def each(request) -> World:
    return request.getfixturevalue(request.param)


def test_an_order_in_one_store_counts_in_another(each) -> None:
    upsert_members(with_history(each).hq, [MemberFacts(REF, home_store="s-2")])
    near, far, card = each.shop().synced(), each.shop("s-2").synced(), each.card()
    nothing = known(far, card)
    assert set(nothing.values()) == {0} and "history.days_since_order" not in nothing
    assert len(nothing) == len(ASKED) - 1
    buy(near, card, 4, picked_too=("pick", "pick-2"))
    near.synced()
    days_on(each, 3)
    assert known(far, card) == nothing, "nobody has told it"
    told = known(far.synced(), card)
    assert told == known(near.synced(), card)
    assert told == {
        "history.spend": 4 * CUP - 100,
        "history.spend/30d": 4 * CUP - 100,
        "history.spend/previous_month": 0,
        "history.orders": 1,
        "history.orders/week": 1,
        "history.days_since_order": 3,
        "history.redemptions:picks/month": 1,
        "history.redemptions:picks": 1,
        "history.redemptions:mornings": 1,
        "history.redemptions:mornings/9d": 1,
        "history.amount_of:coffee/30d": 4 * CUP - 100,
        "history.amount_of:coffee": 4 * CUP - 100,
        "history.quantity_of:coffee/previous_month": 0,
        "history.quantity_of:tea": 0,
        "event.count:review/9d": 0,
    }
    sold = buy(near, card, sku="bun", cup=20)
    assert sold.points == 0
    near.synced()
    assert known(far.synced(), card)["history.orders"] == 2, "that earns no point is no reason not to tell it"
    undo(near, sold.order_id)
    near.synced()
    assert known(far.synced(), card)["history.orders"] == 1
    hear(each.hq, SYSTEM, REF, NewEvent("r-1", "review"))
    assert known(far.synced(), card)["event.count:review/9d"] == 1


def test_no_order_counts_twice_whatever_of_the_line_breaks(world) -> None:
    shop, card = with_history(world).shop().synced(), world.card()

    def orders() -> tuple[int, ...]:
        found = known(shop, card)
        return found["history.orders"], found["history.orders/week"], found["history.redemptions:picks"]

    buy(shop, card, picked_too=("pick",))
    assert orders() == (1, 1, 1), "what was done here counts at once"
    shop.hq.lose_answer_of("push")
    with pytest.raises(HqUnreachable):
        shop.syncer.push()
    assert orders() == (1, 1, 1)
    buy(shop, card)
    shop.hq.alter("changes", lambda page: replace(page, checkpoint=False, next=0))
    with pytest.raises((HqUnreachable, HqUntrusted)):
        shop.syncer.sync()  # the member's row has come, and the checkpoint that it belongs to hasn't
    assert orders() == (2, 2, 1)
    del shop.hq.changes
    shop.restart()
    assert orders() == (2, 2, 1)
    shop.synced()
    assert orders() == (2, 2, 1)
    world.set_set_id(OTHER_SET)  # all of it comes as a snapshot
    shop.synced()
    assert orders() == (2, 2, 1)
    assert shop.store.journal.verify() == shop.store.journal.head()
    assert list_cases(world.hq) == []


def test_a_void_at_a_store_that_is_cut_off_shows_the_order_before(world) -> None:
    shop, card = with_history(world).shop().synced(), world.card()
    buy(shop, card)
    days_on(world, 5)
    sold = buy(shop, card)
    shop.synced()
    assert known(shop, card)["history.days_since_order"] == 0
    undo(shop, sold.order_id)
    assert known(shop, card)["history.days_since_order"] == 5


def at(world: World, text: str) -> None:
    """Let it be this moment in New York."""
    moment = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("America/New_York"))
    world.clock.set_ms(int(moment.timestamp() * 1000))


def test_t41_whoever_used_the_coupon_of_last_month_waits_a_month_at_a_store_that_is_cut_off_too(
    world,
) -> None:
    """T41: used on 31 March, not in April, again from 1 May on; nobody hears of head office in between."""
    used = {"fact": "history.redemptions", "campaign": "picks", "period": "previous_month"}
    new = a_rule("new", condition={"not": used | {"op": "at_least", "value": 1}}, trigger="choice")
    waits = a_campaign(id="waits", rules=[new], ends_on="2026-12-31")
    publish_program(world.hq, a_program(version=2, campaigns=[picks(), waits]), is_meant=True)
    near, far, card = world.shop().synced(), world.shop().synced(), world.card()
    at(world, "2026-03-31T23:59:00")
    assert [outcome.is_approved for outcome in buy(near, card, picked_too=("pick",)).presented] == [True]
    near.synced()
    far.synced()
    for shop in (near, far):  # and from here on both are cut off
        for moment, is_given in (
            ("2026-03-31T23:59:30", True),
            ("2026-04-01T00:00:10", False),
            ("2026-04-30T23:59:00", False),
            ("2026-05-01T00:00:10", True),
        ):
            at(world, moment)
            (outcome,) = buy(shop, card, picked_too=("new",)).presented
            assert outcome.is_approved is is_given, moment
    near.synced()
    far.synced()
    assert list_cases(world.hq) == []


def test_what_both_did_is_one_members_when_they_are_merged(each) -> None:
    upsert_members(with_history(each).hq, [MemberFacts(OTHER, home_store="s-1")])
    shop, old, stays = each.shop().synced(), each.card(), each.card(OTHER)
    buy(shop, old, 2)
    buy(shop, stays, 1, picked_too=("pick",))
    shop.synced()
    buy(shop, old, 4)  # still on its way under the old reference
    merge_members(each.hq, REF, OTHER, who="ann")
    follow(each.hq, TOLD, tell_again)
    shop.syncer.pull()
    here = known(shop, old)
    assert here == known(shop, stays)
    assert (here["history.orders"], here["history.redemptions:picks"]) == (3, 1)
    assert here["history.amount_of:coffee"] == here["history.spend"] > 6 * CUP
    assert known(shop.synced(), old) == here


def test_who_has_just_joined_did_what_was_done_here_and_of_others_nothing_is_known(world) -> None:
    upsert_members(with_history(world).hq, [MemberFacts(OTHER, home_store="s-2")])
    shop, stranger = world.shop().synced(), world.card(OTHER)
    joined = enrol(shop.store, as_typed(new_ref(), name="Bo", phone="+12125550147"), link="offline")
    assert isinstance(joined, Enrolled)
    assert set(known(shop, joined.number).values()) == {0}
    buy(shop, joined.number, 2)
    here = known(shop, joined.number)
    assert (here["history.orders"], here["history.days_since_order"]) == (1, 0)
    shop.syncer.push()
    assert known(shop, joined.number) == here
    assert known(shop.synced(), joined.number) == here
    assert known(shop, stranger) == {}
    buy(shop, stranger)
    assert known(shop, stranger) == {}
    assert known(shop.synced(), stranger)["history.orders"] == 1
    buy(shop, stranger)
    assert known(shop, stranger)["history.orders"] == 2


def test_a_clock_in_doubt_knows_no_window(world, monkeypatch) -> None:
    shop, card = with_history(world).shop().synced(), world.card()
    buy(shop, card)
    monkeypatch.setattr(shop.store.time, "is_doubtful", lambda: True)
    kept = {"history.spend", "history.orders", "history.redemptions:picks", "history.redemptions:mornings"}
    assert set(known(shop, card)) == kept | {"history.amount_of:coffee", "history.quantity_of:tea"}


def test_what_a_new_program_asks_is_told_of_the_past_too_and_what_it_asks_no_more_is_not(each) -> None:
    shop, card = each.shop().synced(), each.card()
    sold = buy(shop, card, 2)
    buy(shop, card, 3, sku="bun")
    entry = shop.store.journal.entry_at(shop.store.journal.claimed("order", sold.order_id))
    assert "history" not in entry.data, "nobody asks"
    shop.synced()
    with_history(each)
    found = known(shop.synced(), card)
    assert (found["history.orders"], found["history.amount_of:coffee"]) == (2, 2 * CUP)
    body = asking(version=3).replace(b'["coffee","espresso"]', b'["bun"]')
    publish_program(each.hq, body, is_meant=True)
    buy(shop, card, 1, sku="bun")
    assert "history.amount_of:coffee" not in known(shop.synced(), card), "nobody has looked at the past yet"
    assert follow(each.hq, TOLD, tell_again) == 1
    found = known(shop.synced(), card)
    assert (found["history.orders"], found["history.amount_of:coffee"]) == (3, 4 * CUP)
    publish_program(each.hq, a_program(version=4), is_meant=True)
    follow(each.hq, TOLD, tell_again)
    assert known(shop.synced(), card) == {}
    assert shop.store.replica.member(REF).more is None
    assert list_cases(each.hq) == []


def test_an_order_says_only_what_offers_ask_that_could_apply(world) -> None:
    later = leaf({"fact": "history.orders", "days": 99})
    other = a_campaign(
        id="other", rules=[a_rule("o", condition=later)], starts_on="2026-02-01", ends_on="2026-03-01"
    )
    shop, card = with_history(world, campaigns=(other,)).shop().synced(), world.card()
    buy(shop, card)
    buy(shop, card)
    entry = next(found for found in shop.store.journal.entries_backwards() if found.type == ORDER)
    said = {key for key, _ in entry.data["known"]}
    assert "history.orders/week" in said and "history.orders/99d" not in said
    assert dict(entry.data["history"])["history.orders"] == 1
    assert len([outcome for outcome in entry.data["campaigns"] if outcome["campaign"] == "asks"]) == 1


def test_head_office_takes_back_and_goes_by_its_books_for_the_past(each) -> None:
    """A member is new in a store, so nothing is given there; head office knows that they were in another before."""
    second = leaf({"fact": "order.nth"}, value=2)
    welcome = a_campaign(id="welcome", rules=[a_rule("welcome", condition=second)])
    publish_program(each.hq, a_program(version=2, campaigns=[welcome]), is_meant=True)
    near, far, card = each.shop().synced(), each.shop("s-2").synced(), each.card()
    entries = []
    for shop in (near, far):
        assert buy(shop, card).discount == 0
        entries.append(shop.store.journal.entry_at(shop.store.journal.head().seq).entry_id)
        shop.synced()
    first, other = (
        redeem_past(each.hq, SYSTEM, REF, PastAsked(order_entry=entry, rule="welcome"), reason="new there")
        for entry in entries
    )
    assert (first.is_posted, other.is_posted, other.discount) == (False, True, 50)
    near.synced()
    assert known(near, card) == {"history.orders": 2}
    void_order(each.hq, SYSTEM, entries[0], reason="by mistake")
    assert known(near.synced(), card) == known(far.synced(), card) == {"history.orders": 1}


def test_segments_of_the_program_and_rules_of_earning_ask_too(world) -> None:
    regular = {"fact": "member.segments", "op": "contains", "value": "regulars"}
    body = a_program(
        version=2,
        segments={"regulars": leaf({"fact": "history.orders", "period": "week"}, value=1)},
        campaigns=[
            a_campaign(rules=[a_rule("again", condition=regular)]),
            a_campaign(id="more", rules=[a_rule("more", condition=leaf(ASKED[0], value=10**6))]),
        ],
        earning=[
            {
                "id": "third",
                "points_milli": 7000,
                "of": "order",
                "condition": leaf({"fact": "history.orders", "days": 7}, value=2),
            }
        ],
    )
    publish_program(world.hq, body, is_meant=True)
    shop, card = world.shop().synced(), world.card()
    sold = [buy(shop, card) for _ in range(3)]
    assert [(answer.discount, answer.points) for answer in sold] == [(0, 0), (50, 0), (50, 7)]
    shop.synced()
    assert list_cases(world.hq) == []


def test_what_a_former_epoch_added_is_carried_over_and_counts_once(world) -> None:
    shop, card = with_history(world).shop().synced(), world.card()
    buy(shop, card, picked_too=("pick",))
    undo(shop, buy(shop, card, picked_too=("pick",)).order_id)
    reenrol(shop, text_for(shop))
    shop.syncer.pull()
    here = known(shop, card)
    assert (here["history.orders"], here["history.redemptions:picks"]) == (1, 1)
    shop.synced()
    assert known(shop, card) == here
    for case_id in carried_cases(world.hq, shop.store.device.device_id):
        post_case(world.hq, case_id, who="ada")
    assert known(shop.synced(), card) == here


def test_who_is_merged_while_the_past_is_looked_at_is_looked_at_again(world) -> None:
    upsert_members(world.hq, [MemberFacts(OTHER, home_store="s-1")])
    shop = world.shop().synced()
    buy(shop, world.card(), 2)
    shop.synced()
    publish_program(world.hq, asking(), is_meant=True)

    def one_is_done(connection) -> None:
        tell_again(world.hq, connection, [OTHER])
        connection.execute(delete(touched).where(touched.c.reader == TOLD, touched.c.member == OTHER))

    world.hq.database.write(one_is_done)
    merge_members(world.hq, REF, OTHER, who="ann")
    shop.synced()
    follow(world.hq, TOLD, tell_again)
    assert known(shop.synced(), world.card(OTHER))["history.amount_of:coffee"] == 2 * CUP


def test_a_head_office_that_runs_tells_again_by_itself(world, monkeypatch) -> None:
    publish_program(world.hq, asking(), is_meant=True)
    told, work = Event(), FOLLOWING[TOLD]

    def tell(hq, connection, members) -> None:
        work(hq, connection, members)
        assert members == [REF]
        told.set()

    monkeypatch.setitem(FOLLOWING, TOLD, tell)
    with running(world.hq_folder):
        assert told.wait(30)


@pytest.mark.parametrize(
    ("body", "told"), [(asking(), 1), (a_program(version=2), 0)], ids=["asks", "does not"]
)
def test_what_a_program_asked_before_an_update_of_head_office_is_told_behind_it(world, body, told) -> None:
    publish_program(world.hq, body, is_meant=True)
    follow(world.hq, TOLD, tell_again)
    with world.hq.database.atomic() as connection:
        connection.execute(text("ALTER TABLE order_fact DROP COLUMN beside"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0035'"))
    world.hq.close()
    upgrade_hq(world.hq_folder)
    world.start_hq()
    assert waiting(world.hq, TOLD) == told
