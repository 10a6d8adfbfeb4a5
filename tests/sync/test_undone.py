"""Voids and returns on their way: whatever was lost, cut or came late, both ends know the same of what is left."""

import random
from collections import Counter
from dataclasses import dataclass

import pytest

from app.core.entry import VOID
from app.core.paid_order import ReturnedUnits
from app.core.reasons import Reason, Refusal
from app.core.reversal_kinds import Kind
from app.core.reversal_rules import ReversalReason
from app.ids import new_id
from app.station.void import Asked, By, Reversed, record_reversal
from hq.campaigns.service import publish_program
from hq.journal import again, judge
from hq.journal.desk import list_cases
from hq.vouchers.store import read_vouchers
from sync.faults import HqUnreachable
from tests.builders import a_program
from tests.sync.world import REF, Shop, World

UNIT = 1000
FREELY = {"reversals": {"own_times": 100}}


def undo(shop: Shop, order_id: str, milli: int = 0) -> Reversed | Refusal:
    """Void an order, or take so many thousandths of its one line back."""
    kind = Kind.RETURN if milli else Kind.VOID
    reason = ReversalReason.GOODS_BACK if milli else ReversalReason.MISTAKE
    units = (ReturnedUnits(1, milli),) if milli else ()
    return record_reversal(shop.store, Asked(new_id(), kind, order_id, reason, units), By())


def shown(shop: Shop, card: str) -> tuple[int, int]:
    seen = shop.member(card)
    return seen.member.balance, seen.pending


def test_what_was_earned_and_sent_is_taken_back_at_once_and_stays_so(world: World) -> None:
    shop, card = world.shop().synced(), world.card()
    answer = shop.sell(cents=1_000, card=card)
    shop.syncer.sync()
    assert shown(shop, card) == (10, 0)
    assert isinstance(undo(shop, answer.order_id), Reversed)
    assert shown(shop, card) == (0, 0)
    shop.hq.lose_answer_of("push")
    with pytest.raises(HqUnreachable):
        shop.syncer.push()
    assert world.balance() == 0 and shown(shop, card) == (0, 0)
    shop.syncer.sync()
    assert world.balance() == 0 == world.posted_points() and shown(shop, card) == (0, 0)
    assert {word for _, word in shop.verdicts()} == {"posted"}


def test_an_order_is_undone_by_the_rules_it_had_when_newer_ones_have_come(world: World) -> None:
    shop, card = world.shop().synced(), world.card()
    answer = shop.sell(cents=1_000, card=card)
    nothing = a_program(version=2, campaigns=[], earning=[])
    publish_program(world.hq, nothing)
    shop.syncer.sync()
    assert shop.store.replica.document_version("program") == 2
    shop.restart()
    assert isinstance(undo(shop, answer.order_id, 500), Reversed)
    assert isinstance(undo(shop, answer.order_id), Reversed)
    shop.syncer.sync()
    assert world.balance() == 0 and list_cases(world.hq) == []
    refused = undo(shop, answer.order_id)
    assert isinstance(refused, Refusal) and refused.reason is Reason.ORDER_UNDONE


@dataclass
class Sold:
    """What an order was, and how much of its one unit is left."""

    paid: int
    has_voucher: bool
    left: int = UNIT

    @property
    def points(self) -> int:
        """A point for each full 1.00 of what is kept, worked out by hand."""
        back = (2 * self.paid * (UNIT - self.left) + UNIT) // (2 * UNIT)
        return (self.paid - back) // 100


@pytest.mark.parametrize("seed", range(2))
def test_in_whatever_order_things_happen_both_ends_come_to_what_is_left(world: World, seed: int) -> None:
    dice = random.Random(seed)
    publish_program(world.hq, a_program(version=2, **FREELY))
    shops, card, coupon = [world.shop(), world.shop("s-2")], world.card(), world.voucher()
    sold: dict[tuple[int, str], Sold] = {}
    for shop in shops:
        shop.syncer.sync()

    def step() -> None:
        place = dice.randrange(2)
        shop = shops[place]
        mine = [name for at, name in sold if at == place]
        match dice.choice(("sell", "sell", "void", "return", "sync", "cut", "restart")):
            case "sell":
                cents, has_voucher = dice.randint(100, 3_000), dice.random() < 0.5
                answer = shop.sell(cents=cents, card=card, voucher=coupon if has_voucher else None)
                sold[place, answer.order_id] = Sold(answer.payable, has_voucher)
            case "void" if mine:
                order = sold[place, name := dice.choice(mine)]
                found = undo(shop, name)
                assert isinstance(found, Refusal) == (not order.left), found
                order.left = 0
            case "return" if mine:
                order, milli = sold[place, name := dice.choice(mine)], dice.choice((250, 500, 1000))
                found = undo(shop, name, milli)
                assert isinstance(found, Refusal) == (milli > order.left), found
                order.left -= 0 if isinstance(found, Refusal) else milli
            case "sync":
                shop.syncer.sync()
            case "cut":
                shop.hq.lose_answer_of("push")
                with pytest.raises(HqUnreachable):
                    shop.syncer.push()
            case "restart":
                shop.restart()

    for _ in range(24):
        step()
    for shop in shops * 2:
        shop.syncer.sync()
    points = sum(order.points for order in sold.values())
    uses = sum(order.has_voucher and order.left > 0 for order in sold.values())
    assert world.balance() == world.posted_points() == points
    with world.hq.database.reading() as connection:
        (row,) = read_vouchers(connection, [shops[0].show(coupon).voucher.code_hash]).values()
    assert row["uses"] == uses
    assert shown(shops[0], card) == (points, 0)
    words = Counter(word for shop in shops for _, word in shop.verdicts())
    assert set(words) == {"posted"} and list_cases(world.hq) == []


def test_a_void_that_hq_could_not_read_counts_here_and_is_judged_when_it_can(
    world: World, monkeypatch
) -> None:
    shop, card = world.shop().synced(), world.card()
    answer = shop.sell(cents=1_000, card=card)
    known = dict(judge.JUDGES)
    older = {name: judged for name, judged in known.items() if name != VOID}
    for module in (judge, again):
        monkeypatch.setattr(module, "JUDGES", older)
    undo(shop, answer.order_id)
    shop.syncer.sync()
    assert [word for _, word in shop.verdicts()] == ["posted", "quarantined"]
    assert world.balance(REF) == 10 and shown(shop, card) == (0, 0)
    for module in (judge, again):
        monkeypatch.setattr(module, "JUDGES", known)
    assert again.judge_all_again(world.hq) == 1
    shop.syncer.sync()
    assert world.balance(REF) == 0 and shown(shop, card) == (0, 0)
