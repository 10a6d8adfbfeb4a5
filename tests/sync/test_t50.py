"""T50: what one program issued is nothing to another, and an offer of some stores is none of the others."""

import pytest

from app.core.reasons import Reason, Refusal
from app.station.identify import identify
from app.station.redeem import quote_order
from hq.campaigns.service import publish_program
from tests.builders import a_campaign, a_program, an_order, at_till
from tests.sync.world import World, make_hq

QUARTER = {
    "id": "quarter",
    "name": "25 % off in Cracow",
    "trigger": "automatic",
    "priority": 0,
    "effect": {"kind": "percent_off", "target": "order", "basis_points": 2500},
    "condition": {"fact": "order.store", "op": "one_of", "value": ["s-1"]},
}


@pytest.fixture
def others(tmp_path):
    """Two more programs, each a head office of its own, as a tenant is."""
    worlds = []
    for name in ("second", "third"):
        make_hq(tmp_path / name)
        worlds.append(World(tmp_path / name, tmp_path / f"{name}-shops", server=None))
    yield worlds
    for each in worlds:
        each.close()


def test_t50_codes_of_another_program_are_codes_that_nobody_issued(world, others) -> None:
    other, stranger = others
    for here, there in ((world, other), (other, world)):
        shop = here.shop().synced()
        store, theirs, nobodys = shop.store, there.voucher(), stranger.voucher()
        for number in (theirs, nobodys):
            seen = identify(store, number)
            assert isinstance(seen, Refusal)
            assert (seen.reason, seen.numbers) == (Reason.UNKNOWN_CODE, {"shown": number[:12]})
        card = identify(store, there.card())
        assert isinstance(card, Refusal) and card == identify(store, stranger.card())
        assert shop.member(here.card()), "their own are as good as ever"


def test_t50_an_offer_of_one_store_is_not_told_of_in_another(world) -> None:
    campaigns = [a_campaign(), a_campaign(id="cracow", rules=[QUARTER])]
    publish_program(world.hq, a_program(version=2, campaigns=campaigns), is_meant=True)
    offered = {}
    for store in ("s-1", "s-2"):
        shop = world.shop(store).synced()
        quoted = quote_order(
            shop.store, an_order(f"o-{store}", ("coffee", 500)), at_till(shop.member(world.card()))
        )
        offered[store] = [(each.rule_id, each.outcome.discount) for each in quoted.offers]
    assert offered == {"s-1": [("quarter", 125)], "s-2": []}
