"""What changes at head office while a store is cut off: it decides by what it knows, and is judged by that."""

from hq.journal.desk import list_cases
from hq.members.service import MemberFacts, upsert_members
from tests.builders import a_campaign
from tests.sync.key_changes import publish
from tests.sync.world import REF


def of_tier(world, tier):
    upsert_members(world.hq, [MemberFacts(REF, name="Ada L.", tier=tier, home_store="s-1")])


def for_gold():
    campaign = a_campaign()
    campaign["rules"][0]["condition"] = {"fact": "member.tier", "op": "is", "value": "gold"}
    return campaign


def test_a_member_who_lost_the_tier_meanwhile(both):
    """F66: given by the tier that the station knew, posted without a word; after the sync it is refused."""
    of_tier(both, "gold")
    publish(both, 2, campaigns=[for_gold()])
    voucher, shop, card = both.voucher(), both.shop().synced(), both.card()
    of_tier(both, "")
    assert shop.sell(card=card, voucher=voucher).discount == 100
    shop.synced()
    assert {verdict for _, verdict in shop.verdicts()} == {"posted"}
    assert list_cases(both.hq) == []
    (outcome,) = shop.sell(card=card, voucher=voucher).presented
    assert [refusal.reason.code for refusal in outcome.refusals] == ["wrong_tier"]
