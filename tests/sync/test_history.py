"""What members did before, as stations know it: head office's word and what was done here, each order once.

Conditions ask for it as `history.…` and `event.count`. The counters of a member are read as decisions read them.
"""

import dataclasses
import random
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace
from sqlalchemy import delete

from app.core.decision import decide
from app.core.entry import ORDER
from app.core.facts_record import read_facts
from app.core.history import PastEvent, PastOrder, counted, past_order
from app.core.order import Line, local_date
from app.core.voucher import Presentation, picked
from app.ids import new_id, new_ref
from app.station.enrol import Enrolled, as_typed, enrol
from app.station.redeem import facts_at_till, hand_in
from app.station.void import Reversed
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
from hq.touched import follow
from hq.touched_table import TOLD, touched
from sync.faults import HqUnreachable, HqUntrusted
from tests.builders import DAY_MS, a_campaign, a_program, an_order, at_till
from tests.sync.test_reenrolment import reenrol, text_for
from tests.sync.test_undone import undo
from tests.sync.world import OTHER_SET, REF, Shop, World

CUP = 300
OTHER = "0000000000002"
COFFEES = {"kind": "amount_off", "target": "products", "products": "coffee", "amount": 50}
ASKED = (
    {"fact": "history.spend"},
    {"fact": "history.spend", "days": 30},
    {"fact": "history.spend", "period": "previous_month"},
    {"fact": "history.orders"},
    {"fact": "history.orders", "period": "week"},
    {"fact": "history.days_since_order"},
    {"fact": "history.redemptions", "campaign": "picks", "period": "month"},
    {"fact": "history.redemptions", "campaign": "picks"},
    {"fact": "history.redemptions", "campaign": "mornings", "days": 9},
    {"fact": "history.redemptions", "campaign": "mornings"},
    {"fact": "history.amount_of", "products": "coffee", "days": 30},
    {"fact": "history.amount_of", "products": "coffee"},
    {"fact": "history.quantity_of", "products": "coffee", "period": "previous_month"},
    {"fact": "history.quantity_of", "products": "tea"},
    {"fact": "event.count", "name": "review", "days": 9},
)


@pytest.fixture(params=["world", "postgres_world"], ids=["sqlite", "postgresql"])
def each(request) -> World:
    return request.getfixturevalue(request.param)


def a_rule(name: str, **said):
    return {"id": name, "name": name, "trigger": "automatic", "priority": 0, "effect": COFFEES} | said


def leaf(asked, **said):
    return asked | {"op": "at_least", "value": 0} | said


def picks() -> dict:
    """A campaign of two rules that are picked: both on one order are one use."""
    both = [a_rule("pick", trigger="choice"), a_rule("pick-2", trigger="choice")]
    return a_campaign(id="picks", rules=both, ends_on="2026-12-31")


def asking(*, campaigns=(), asked=ASKED, version: int = 2) -> bytes:
    """A program that asks for these counters, beside some campaigns whose uses are counted."""
    tree = {"all": [leaf(one) for one in asked]}
    gate = a_campaign(id="asks", rules=[a_rule("asks", condition=tree)], ends_on="2026-12-31")
    gift = {"kind": "gift", "sku": "bun", "units": 1}
    early = {"fact": "order.time", "op": "between", "value": ["00:00", "12:30"]}
    buns = [a_rule("bun", effect=gift, condition=early)]
    mornings = a_campaign(id="mornings", rules=buns, ends_on="2026-12-31")
    earning = [{"id": "earn", "points_milli": 1000, "per": 100, "mode": "full_unit"}]
    sets = {"coffee": ["coffee", "espresso"], "tea": ["tea"]}
    named = [gate, picks(), mornings, *campaigns]
    return a_program(version=version, campaigns=named, earning=earning, product_sets=sets)


def with_history(world: World, **said) -> World:
    publish_program(world.hq, asking(**said), is_meant=True)
    follow(world.hq, TOLD, tell_again)  # as the thread of an HQ that runs does
    return world


def buy(
    shop: Shop,
    card: str,
    cups: int = 1,
    *,
    picked_too: tuple[str, ...] = (),
    sku: str = "coffee",
    cup: int = CUP,
):
    """Sell so many cups, a second after what was before; return the answer."""
    shop.world.clock.set_ms(shop.world.clock.now_ms() + 1_000)
    order = an_order(f"{shop.folder.name}-{shop.store.device.epoch}-{shop.store.journal.head().seq}")
    order = dataclasses.replace(order, lines=(Line(1, sku, cups, cup * cups),))
    member = shop.member(card)
    shown = [Presentation(new_id(), picked(rule), member.level) for rule in picked_too]
    return hand_in(shop.store, order, at_till(member, *shown))


def known(shop: Shop, card: str) -> dict[str, int]:
    """What the station knows of what a member did."""
    asked, member = an_order("asked", ("coffee", CUP)), shop.member(card)
    facts = facts_at_till(shop.store, asked, at_till(member), in_full=True)
    return {key: n for key, n in facts.known.items() if key in facts.program.history}


def days_on(world: World, days: int) -> None:
    world.clock.set_ms(world.clock.now_ms() + days * DAY_MS)


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


@dataclasses.dataclass
class Told:
    """What happened to a member, in the order of time, and how far each station knows of it.

    `orders` by id, with the number of the station that recorded each; `heard`: those that head office has.
    """

    shops: list[Shop]
    orders: dict[str, tuple[int, PastOrder]] = dataclasses.field(default_factory=dict)
    events: list[PastEvent] = dataclasses.field(default_factory=list)
    heard: set[str] = dataclasses.field(default_factory=set)
    heard_void: set[str] = dataclasses.field(default_factory=set)
    known: list[tuple[set[str], set[str], int]] = dataclasses.field(
        default_factory=list
    )  # by station, when it pulled
    voided: dict[str, int] = dataclasses.field(default_factory=dict)  # by order, the number of the station

    def push(self, n: int) -> None:
        self.heard |= {name for name, (by, _) in self.orders.items() if by == n}
        self.heard_void |= {name for name, by in self.voided.items() if by == n}

    def pull(self, n: int) -> None:
        self.known[n] = set(self.heard), set(self.heard_void), len(self.events)

    def expected(self, n: int) -> dict[str, int]:
        """What station `n` has to know, by the history of the core."""
        heard, heard_void, events = self.known[n]
        seen = heard | {name for name, (by, _) in self.orders.items() if by == n}
        gone = heard_void | {name for name, by in self.voided.items() if by == n}
        shop = self.shops[n]
        program, today = shop.store.replica.program(), today_of(shop)
        orders = [past for name, (_, past) in self.orders.items() if name in seen - gone]
        found = counted(program, orders, self.events[:events], member=REF, today=today)
        return {key: count for key, count in found.items() if key in program.history}


def today_of(shop: Shop):
    return local_date(shop.world.clock.now_ms(), shop.store.device.time_zone)


def as_history_keeps_it(shop: Shop, order_id: str) -> PastOrder:
    data = shop.store.journal.entry_at(shop.store.journal.claimed("order", order_id)).data
    facts = read_facts(data, shop.store.replica.program())
    return past_order(facts, decide(facts))


def test_whatever_happens_stations_count_as_the_history_of_all_orders_does(each) -> None:
    """Orders, voids, events and days in any order, with stations cut off most of the time."""
    chance = random.Random(20260105)
    upsert_members(with_history(each).hq, [MemberFacts(REF, home_store="s-2")])
    shops, card = [each.shop().synced(), each.shop("s-2").synced()], each.card()
    told = Told(shops, known=[(set(), set(), 0) for _ in shops])
    for _ in range(70):
        n = chance.randrange(2)
        shop, what = shops[n], chance.random()
        if what < 0.45:
            picked_too = chance.sample(("pick", "pick-2"), chance.randrange(3))
            sku, cups = chance.choice(("coffee", "coffee", "tea")), chance.randint(1, 5)
            cup = chance.choice(
                (CUP, CUP, 20)
            )  # what costs little earns no point, and is history all the same
            sold = buy(shop, card, cups, picked_too=tuple(picked_too), sku=sku, cup=cup)
            order_id = sold.order_id
            told.orders[order_id] = n, as_history_keeps_it(shop, order_id)
        elif what < 0.55:
            own = [name for name, (by, _) in told.orders.items() if by == n and name not in told.voided]
            if own and isinstance(undo(shop, own[-1]), Reversed):
                told.voided[own[-1]] = n
        elif what < 0.6:
            hear(each.hq, SYSTEM, REF, NewEvent(new_id(), "review"))
            told.events.append(PastEvent("review", REF, today_of(shop)))
        elif what < 0.8:
            each.clock.set_ms(each.clock.now_ms() + chance.choice((1, 8, 24, 24 * 7, 24 * 25)) * 3_600_000)
        elif what < 0.9:
            shop.syncer.push()
            told.push(n)
        else:
            shop.synced()
            told.push(n)
            told.pull(n)
        for place, each_shop in enumerate(shops):
            assert known(each_shop, card) == told.expected(place)
    assert len(told.voided) > 1 and len(told.events) > 1 and len(told.orders) > 20


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
