"""Two members who are one person, at stations: old cards and numbers lead to the one account, and nothing is lost."""

import pytest

from app.core.codes import Level, hash_number
from app.core.overlay import POINTS_PENDING, POINTS_SPENT
from app.core.reasons import Reason, Refusal
from app.core.voucher import Presentation, picked
from app.ids import new_id, new_ref
from app.station.enrol import NotEnrolled, as_typed, enrol
from app.station.identify import identify
from app.station.redeem import hand_in
from hq.campaigns.service import publish_program
from hq.members.erasing import erase_member
from hq.members.merging import merge_members
from hq.members.service import MemberFacts, new_member_number, roll_code, upsert_members
from tests.builders import a_campaign, a_program, an_order, at_till
from tests.store.pages import folder_bytes
from tests.sync.world import REF, World

OLD, STAYS = REF, "0000000000002"
MUG, MUG_COSTS = "mug-1", 3  # an offer that is paid with points
ONCE = {"limits": {"member_uses": [{"at_most": 2}]}}


@pytest.fixture
def number():
    return new_member_number()


@pytest.fixture
def world(hq_folder, tmp_path, number):
    """Both members are at home in the first store; a mug is had for points, and a coffee for less twice a member."""
    world = World(hq_folder, tmp_path, server=None)
    mug = {"id": MUG, "name": "Mug", "trigger": "choice", "priority": 0, "cost_points": MUG_COSTS}
    mug["effect"] = {"kind": "amount_off", "target": "order", "amount": 50}
    mugs = a_campaign() | {"id": "mugs", "rules": [mug]}
    publish_program(world.hq, a_program(version=2, campaigns=[mugs]), is_meant=True)
    upsert_members(world.hq, [
        MemberFacts(OLD, "Zenobia Q.", number, home_store="s-1"), MemberFacts(STAYS, "Zen Q.", home_store="s-1")
    ])  # fmt: skip
    yield world
    world.close()


@pytest.fixture
def shop(world):
    return world.shop().synced()


def merge(world):
    merge_members(world.hq, OLD, STAYS, who="ann")


def mug(shop, card):
    """Pay with points, a while later; return whether that was approved."""
    shop.world.clock.set_ms(shop.world.clock.now_ms() + 1_000)
    seen = shop.member(card)
    order = an_order(f"{shop.folder.name}-{shop.store.journal.head().seq}", ("coffee", 100))
    (outcome,) = hand_in(
        shop.store, order, at_till(seen, Presentation(new_id(), picked(MUG), "A2"))
    ).presented
    return outcome.is_approved


def shown(shop, card):
    """Whose card it is, what can be spent and what waits."""
    seen = shop.member(card)
    return seen.member.ref, seen.member.balance, seen.pending


def test_old_card_and_number_lead_to_the_one_account(world, shop, number):
    old, card = world.card(OLD), world.card(STAYS)
    shop.sell(card=old), shop.sell(card=card)
    shop.syncer.sync()
    merge(world)
    shop.syncer.sync()
    assert shown(shop, old) == shown(shop, card) == shown(shop, number) == (STAYS, 10, 0)
    assert (shop.member(old).level, shop.member(number).level) == (Level.SIGNED, Level.NUMBER)
    assert [row.ref for row in shop.store.replica.members_named("ze")] == [STAYS]
    assert mug(shop, old) and mug(shop, number) and mug(shop, card) and not mug(shop, old)
    shop.syncer.sync()
    assert {word for _, word in shop.verdicts()} == {"posted"}
    assert world.balance(STAYS) == world.posted_points(STAYS) == shown(shop, old)[1]


def test_what_waits_of_either_lies_over_the_one_figure_until_head_office_has_it(world, shop):
    old, card = world.card(OLD), world.card(STAYS)
    shop.sell(card=old), shop.sell(card=card)
    shop.syncer.sync()
    assert mug(shop, old)
    shop.sell(card=card)
    merge(world)
    shop.syncer.pull()  # a push that gets stuck holds no facts up
    assert shown(shop, old) == shown(shop, card) == (STAYS, 10 - MUG_COSTS, 5)
    assert [
        shop.store.journal.effect_sum(kind, OLD, after_seq=0) for kind in (POINTS_PENDING, POINTS_SPENT)
    ] != [0, 0]
    shop.syncer.sync()
    assert shown(shop, old) == (STAYS, 12, 0)


def test_two_shops_that_were_cut_off_with_one_account_each(world, shop):
    """Nothing is lost, nothing doubled, and both show what head office has; spent twice is flagged at the later."""
    other = world.shop("s-2").synced()
    old, card = world.card(OLD), world.card(STAYS)
    shop.sell(card=old)
    other.sell(card=card)
    shop.syncer.sync(), other.syncer.sync()
    assert mug(shop, old)  # 5 of 5 - 3
    merge(world)
    other.syncer.sync()
    assert shown(other, old) == shown(other, card) == (STAYS, 10, 0)
    assert [mug(other, old) for _ in range(4)] == [True, True, True, False]  # of ten, of which three are gone
    other.syncer.sync(), shop.syncer.sync(), other.syncer.sync()
    assert {word for _, word in shop.verdicts()} == {"posted"}
    assert [seq for seq, word in other.verdicts() if word != "posted"] == [
        7
    ]  # 3 of the 10 - 3 - 3 - 3 that were left
    assert shown(shop, card) == shown(other, old) == (STAYS, world.posted_points(STAYS), 0)
    assert world.posted_points(OLD) == 0 and len(world.entries_of(other)) == other.store.journal.head().seq


def test_an_order_recorded_for_the_one_is_answered_again_for_the_other(world, shop):
    old = world.card(OLD)
    order = an_order("o-1", ("coffee", 500))
    first = hand_in(shop.store, order, at_till(shop.member(old)))
    merge(world)
    shop.syncer.sync()
    again = hand_in(shop.store, order, at_till(shop.member(old)))
    assert again.is_repeat and (again.seq, again.points) == (first.seq, first.points)
    assert shop.store.journal.head().seq == 1


def test_uses_under_both_references_count_together(world, shop):
    coffees = a_campaign() | {
        "id": "coffees",
        "limits": {"member_uses": [{"at_most": 2}]},
        "offline": "always",
    }
    coffees["rules"] = [rule | {"trigger": "automatic"} for rule in coffees["rules"]]
    publish_program(world.hq, a_program(version=3, campaigns=[coffees]), is_meant=True)
    shop.syncer.sync()
    old, card = world.card(OLD), world.card(STAYS)
    assert shop.sell(card=old).discount
    merge(world)
    shop.syncer.pull()
    assert shop.sell(card=card).discount and not shop.sell(card=old).discount
    shop.syncer.sync()
    assert not shop.sell(card=old).discount
    assert {word for _, word in shop.verdicts()} == {"posted"}


def test_withdrawn_codes_and_numbers_that_are_taken(world, shop, number):
    old = world.card(OLD)
    merge(world)
    roll_code(world.hq, STAYS)
    shop.syncer.sync()
    assert identify(shop.store, old) == Refusal(Reason.CODE_WITHDRAWN)
    assert shop.store.replica.aliases.survivor(OLD) == STAYS
    joining = as_typed(new_ref(), number=number)
    assert enrol(shop.store, joining, link="online", cashier="") is NotEnrolled.TAKEN


def test_who_joined_here_and_was_merged_before_that_was_known(world, shop):
    joined = enrol(shop.store, as_typed(new_ref(), number=new_member_number()), link="offline", cashier="")
    shop.sell(card=joined.number)
    shop.syncer.push()
    merge_members(world.hq, joined.member.member.ref, STAYS, who="ann")
    shop.sell(card=joined.number)
    shop.syncer.sync()
    assert shown(shop, joined.number) == (STAYS, 10, 0) and world.balance(STAYS) == 10


def test_of_the_erased_survivor_no_alias_and_no_number_stays(world, shop, number):
    merge(world)
    shop.syncer.sync()
    erase_member(world.hq, STAYS)
    shop.syncer.sync()
    assert shop.store.replica.aliases.refs_of(OLD) == [OLD]
    files = folder_bytes(shop.folder, shop.store.keys.database)
    assert not any(hash_number(number).encode() in content for content in files.values())
    shop.sell(card=world.card(OLD))
    shop.syncer.sync()
    assert shop.verdicts() == [(1, "posted_flagged")]


def test_a_station_that_knows_no_aliases_still_earns_for_the_one_account(world, shop):
    merge(world)
    old = world.card(OLD)
    shop.syncer.sync()
    with shop.store.replica_atomic():
        shop.store.replica.delete_row("alias", OLD)  # as an older program, which leaves such rows out
    assert not shop.member(old).member.is_known
    shop.sell(card=old)
    shop.syncer.sync()
    assert shop.verdicts() == [(1, "posted")] and world.balance(STAYS) == 5
