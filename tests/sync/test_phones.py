"""Members' phones between HQ and shops: a picture shown twice, and codes that are withdrawn while a shop is cut off."""

from app.station.identify import SeenMember, identify
from hq.journal.desk import list_cases
from hq.members.service import MemberFacts, roll_code, upsert_members
from hq.phone.service import BindRequest, bind, bind_message, new_link
from tests.builders import DAY_MS, NOW_MS
from tests.phone import Phone, a_signing_key
from tests.sync.world import REF

OTHER = "0000000000009"


def bound_phone(world, ref: str = REF) -> Phone:
    """Bind a phone of a member by a link, as the page does."""
    token, key = new_link(world.hq, ref, url=world.url).url[-32:], a_signing_key(7)
    public = key.public_key().public_bytes_raw()
    proof = key.sign(bind_message(token=token, key=public))
    return Phone(bind(world.hq, BindRequest(token=token, key=public, proof=proof)).token, key)


def told(shop, text: str) -> str:
    seen = identify(shop.store, text)
    return seen.level if isinstance(seen, SeenMember) else seen.reason.code


def test_a_picture_of_a_live_code_in_two_shops(world) -> None:
    """Within a minute both give, for neither knows of the other; HQ finds the second. Two minutes later nobody does."""
    printed = world.voucher()
    shops = [world.shop("s-1").synced(), world.shop("s-2").synced()]
    picture = bound_phone(world).shows(NOW_MS)
    for shop, seconds in zip(shops, (5, 50), strict=True):
        world.clock.set_ms(NOW_MS + seconds * 1000)
        assert shop.sell(card=picture, voucher=printed).presented[0].is_approved
        assert told(shop, picture) == "code_replayed"  # in the same shop not even twice
    for shop in reversed(shops):  # who comes first at HQ is not who gave first
        shop.syncer.sync()
    assert [verdict for _, verdict in shops[1].verdicts()] == ["posted"] * 3
    assert [verdict for _, verdict in shops[0].verdicts()][:2] == ["posted", "posted_flagged"]
    (case,) = list_cases(world.hq)
    assert case.flags == ("CODE_REPLAYED",)
    world.clock.set_ms(NOW_MS + 120_000)
    assert told(world.shop("s-1").synced(), picture) == "code_stale"
    assert world.balance() == 8  # what was bought is earned for in both


def test_a_member_whose_code_was_copied_gets_another(world) -> None:
    upsert_members(world.hq, [MemberFacts(OTHER, name="Grace H.", home_store="s-1")])
    near, far = world.shop("s-1").synced(), world.shop("s-2").synced()
    phone, card, other = bound_phone(world), world.card(), world.card(OTHER)
    for text in (phone.shows(NOW_MS), card, other):
        assert told(near, text) in ("A2", "A3")
    world.clock.set_ms(NOW_MS + DAY_MS)
    new = roll_code(world.hq, REF)
    world.clock.set_ms(NOW_MS + DAY_MS + 1000)
    assert told(near, card) == "A2"  # cut off, it can't know
    near.syncer.sync()
    for text in (phone.shows(world.clock.now_ms()), phone.card(), card):
        assert told(near, text) == "code_withdrawn"
    assert told(near, new) == told(near, other) == "A2"
    assert told(near, bound_phone(world).shows(world.clock.now_ms())) == "A3"
    far.syncer.sync()  # doesn't hold the member, who never was there
    assert told(far, card) == "A2"
    far.sell(card=new)
    far.syncer.sync()
    assert told(far, card) == "code_withdrawn"


def test_a_snapshot_brings_withdrawn_codes_too(world) -> None:
    card = world.card()
    roll_code(world.hq, REF)
    world.clock.set_ms(NOW_MS + 1000)
    assert told(world.shop("s-1").synced(), card) == "code_withdrawn"
