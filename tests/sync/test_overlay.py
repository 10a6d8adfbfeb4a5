"""What a card shows at any moment: HQ's figure at the last checkpoint plus what this station did since.

A random walk over two shops of one member, with lost answers and restarts; the model knows only what HQ's tables held
when a pull began. Its seed is in the test's name.
"""

import random

import pytest

from sync.faults import HqUnreachable
from tests.sync.world import Shop, World

STEPS = 40


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
