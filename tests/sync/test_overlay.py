"""What a card shows at any moment: HQ's figure at the last checkpoint plus what this station did since.

A random walk over two shops of one member, with lost answers and restarts; the model knows only what HQ's tables held
when a pull began. Its seed is in the test's name.
"""

import random

import pytest
from msgspec.structs import replace

from app.core.voucher import Presentation, picked
from app.ids import new_id, ref_of
from app.station.redeem import hand_in
from app.store.replica_rows import MEMBER
from hq.campaigns.service import publish_program
from hq.members.service import MemberFacts, upsert_members
from sync.faults import HqUnreachable
from sync.syncer import Syncer
from tests.builders import a_campaign, a_program, an_order, at_till
from tests.sync.world import REF, Shop, World

STEPS = 40
MUG, MUG_COSTS = "mug-1", 3  # an offer that is paid with points
PAGE_ROWS, OTHERS, ANY = 110, 230, 1000  # three pages, each but the last of more than a chunk


class Model:
    """One shop, and what its card must show."""

    def __init__(self, world: World, shop: Shop, voucher: str) -> None:
        self.world, self.shop, self.voucher = world, shop, voucher
        self.card = world.card()
        self.earned: list[tuple[int, int]] = []  # entry, points
        self.used: list[int] = []  # entries that used the voucher
        self.note_pull()

    def note_pull(self) -> None:
        """Remember HQ's figures and our last entry in them, as a pull would bring them now."""
        self.base, self.base_uses = self.world.balance(), sum(self.world_uses())
        self.included = self.world.head_of(self.shop)

    def world_uses(self) -> list[int]:
        return [len([seq for seq in each.used if seq <= self.world.head_of(each.shop)]) for each in self.all]

    all: list["Model"]
    is_push_stuck = False

    def sell(self, chance: random.Random) -> None:
        voucher = self.voucher if chance.random() < 0.3 else None
        answer = self.shop.sell(cents=chance.randrange(200, 900), card=self.card, voucher=voucher)
        self.earned.append((answer.seq, answer.points))
        if voucher:
            self.used.append(answer.seq + 1)

    def pull(self) -> None:
        self.shop.syncer.pull()
        self.note_pull()

    def lose(self, name: str) -> None:
        """Sync, but the answer to one call gets lost. After a push that failed a sync begins with a pull."""
        if self.is_push_stuck and name == "push":
            self.note_pull()
        self.is_push_stuck = name == "push"
        self.shop.hq.lose_answer_of(name)
        with pytest.raises(HqUnreachable):
            self.shop.syncer.sync()

    def check(self) -> None:
        seen = self.shop.member(self.card)
        later = sum(points for seq, points in self.earned if seq > self.included)
        assert (seen.member.balance, seen.pending) == (self.base, later)
        own_uses = len([seq for seq in self.used if seq > self.included])
        assert self.shop.show(self.voucher).voucher.uses == self.base_uses + own_uses


def step(model: Model, chance: random.Random) -> None:
    match chance.choice(["sell", "sell", "sell", "push", "pull", "sync", "cut push", "cut pull", "restart"]):
        case "sell":
            model.sell(chance)
        case "push":
            model.shop.syncer.push()
        case "pull":
            model.pull()
        case "sync":
            model.shop.syncer.push()
            model.pull()
        case "cut push":
            model.lose("push")
        case "cut pull":
            model.lose("changes")
        case "restart":
            model.shop.restart()
            model.is_push_stuck = False  # it is not kept


@pytest.mark.parametrize("seed", range(4))
def test_a_card_shows_hqs_figure_and_what_came_since(world, seed):
    chance = random.Random(seed)
    voucher = world.voucher(uses_max=1000)
    models: list[Model] = []
    Model.all = models
    for _ in range(2):
        models.append(Model(world, world.shop().synced(), voucher))
    for _ in range(STEPS):
        step(chance.choice(models), chance)
        for model in models:
            model.check()
    for model in [*models, *models]:
        model.shop.syncer.push()
        model.pull()
        model.check()
    points = sum(points for model in models for _, points in model.earned)
    assert {model.shop.member(model.card).member.balance for model in models} == {points}


class Watched:
    """A shop whose own entries alone change figures: whatever HQ has of them, the sum on the card is the same.

    It is looked at between any two things that happen on the store's thread, so after each chunk.
    """

    def __init__(self, world: World) -> None:
        upsert_members(world.hq, [MemberFacts(REF, name="Ada L.", home_store="s-1")])
        mug = {"id": MUG, "name": "Mug", "trigger": "choice", "priority": 0, "cost_points": MUG_COSTS}
        mug["effect"] = {"kind": "amount_off", "target": "order", "amount": 50}
        campaigns = [a_campaign(), a_campaign(id="rewards", rules=[mug])]
        publish_program(world.hq, a_program(version=2, campaigns=campaigns))
        self.world, self.card, self.voucher = world, world.card(), world.voucher(uses_max=1000)
        self.earned = self.spent = self.uses = self.looks = 0
        self.shop = world.shop().synced()
        self.sell(2000)
        self.shop.synced()

    def sell(self, cents: int, *, is_mug: bool = False) -> None:
        """Sell to the member, with the voucher and, for points, the mug."""
        shop = self.shop
        shown = [shop.show(self.voucher)]
        if is_mug:
            shown.append(Presentation(new_id(), picked(MUG), "A2"))
        order = an_order(f"w-{shop.store.journal.head().seq}", ("coffee", cents))
        answer = hand_in(shop.store, order, at_till(shop.member(self.card), *shown))
        assert all(not outcome.refusals for outcome in answer.presented), answer
        self.earned += answer.points
        self.spent += MUG_COSTS * is_mug
        self.uses += 1
        self.check()

    def check(self) -> None:
        """Points that HQ has not posted are beside the balance; each use and each point counts once."""
        seen = self.shop.member(self.card)
        assert seen.member.balance + seen.pending == self.earned - self.spent
        assert 0 <= seen.pending <= self.earned
        assert self.shop.show(self.voucher).voucher.uses == self.uses
        self.looks += 1

    def watch(self) -> None:
        def run(work):
            found = work()
            self.check()
            return found

        self.shop.syncer = Syncer(self.shop.store, self.shop.hq, run=run)

    def pull(self, *, pages: int = ANY, chunks: int = ANY) -> None:
        """Pull in small pages until the line breaks, or the machine after some chunks."""
        left = {"pages": pages, "chunks": chunks}

        def changes(**asked):
            left["pages"] -= 1
            if left["pages"] < 0:
                raise HqUnreachable("cut")
            return self.shop.hq.real.changes(**asked | {"limit": PAGE_ROWS})

        puller = self.shop.syncer._puller
        apply_chunk = puller._apply_chunk

        def some(*given):
            left["chunks"] -= 1
            if left["chunks"] < 0:
                raise KeyboardInterrupt
            apply_chunk(*given)

        self.shop.hq.changes, puller._apply_chunk = changes, some
        try:
            self.shop.syncer.pull()
        finally:
            del self.shop.hq.changes, puller._apply_chunk


@pytest.mark.parametrize("is_first", [True, False], ids=["ours first", "ours last"])
@pytest.mark.parametrize(("pages", "chunks"), [(1, ANY), (2, ANY), (ANY, 1), (ANY, 3)])
def test_nothing_counts_twice_after_a_pull_that_broke_off(world, pages, chunks, is_first):
    """Rows of the pages that came hold our newest entries, and the position does not yet."""
    watched = Watched(world)
    for name, is_restarted in (("Bob B.", False), ("Cleo C.", True)):
        watched.watch()
        if not is_first:
            rename_others(world, name)
        watched.sell(700, is_mug=True)
        watched.shop.syncer.push()
        if is_first:
            rename_others(world, name)
        with pytest.raises((HqUnreachable, KeyboardInterrupt)):
            watched.pull(pages=pages, chunks=chunks)
        if is_restarted:
            watched.shop.restart()
        watched.sell(300)
    watched.watch()
    watched.shop.syncer.push()
    watched.pull()
    seen = watched.shop.member(watched.card)
    assert (seen.member.balance, seen.pending) == (world.balance(), 0) and watched.looks > 20


def rename_others(world: World, name: str) -> None:
    others = range(9, 9 + OTHERS)
    upsert_members(
        world.hq, [MemberFacts(ref_of(n.to_bytes(8, "big")), name=name, home_store="s-1") for n in others]
    )


def test_a_number_of_an_earlier_epoch_is_none_of_ours(world):
    """Figures that include so many entries of the epoch before include nothing of the present one."""
    watched = Watched(world)
    watched.sell(700)
    shop, replica = watched.shop, watched.shop.store.replica
    shop.syncer.push()
    page = shop.hq.real.changes(cursor=0, set_id=world.hq.set_id)
    for epoch, included_seq in ((0, replica.position().included_seq), (1, 4)):
        shop.syncer._puller._apply(replace(page, included_epoch=epoch, checkpoint=False))
        assert replica.included_seq(MEMBER, REF) == included_seq
