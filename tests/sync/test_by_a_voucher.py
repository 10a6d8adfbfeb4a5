"""A member who came to the till by their voucher alone: head office takes the order like any other."""

from app.station.identify import owner_of
from app.station.redeem import hand_in
from hq.vouchers.service import NewVoucher, create_vouchers
from tests.builders import an_order, at_till
from tests.sync.world import REF, RULE, World


def test_head_office_posts_what_the_owner_earned_and_redeemed(world: World) -> None:
    (bound,) = create_vouchers(world.hq, [NewVoucher(RULE, owner=REF)])
    shop = world.shop().synced()
    shown = shop.show(bound)
    owner = owner_of(shop.store, shown)
    assert owner is not None and (owner.member.ref, owner.name, owner.level) == (REF, "Ada L.", "A0")
    answer = hand_in(shop.store, an_order("A-1", ("coffee", 500)), at_till(owner, shown))
    assert (answer.discount, answer.points) == (100, 4)
    shop.synced()
    assert {verdict for _seq, verdict in shop.verdicts()} == {"posted"}
    assert world.balance() == 4


def test_nobody_is_found_by_a_voucher_of_nobody_or_of_somebody_who_is_not_held_here(world: World) -> None:
    of_all = world.voucher()
    (elsewhere,) = create_vouchers(world.hq, [NewVoucher(RULE, owner=REF)])
    near, far = world.shop().synced(), world.shop("s-2").synced()
    assert owner_of(near.store, near.show(of_all)) is None
    assert far.store.replica.member(REF) is None, "the test's own ground: at home in the first store"
    assert owner_of(far.store, far.show(elsewhere)) is None
