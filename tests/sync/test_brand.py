"""How a shop looks, on its way to a station: signed, HQ's newest, and nothing waits for it."""

from app.core.brand import NO_BRAND, Brand
from app.core.brand_format import write_brand
from app.core.keyset import KeyUse
from app.station.brand import brand_of
from hq.brand.service import publish_brand
from hq.keys import sign_document
from hq.keysets import service
from tests.core.test_brand import BRAND
from tests.sync.key_changes import hand_out, leave_alone, publish, rotate, versions

VERSION = 7


def later(world):
    world.clock.set_ms(world.clock.now_ms() + 1_000)


def signed_by(world, kid, body, *, version=VERSION):
    return sign_document(world.hq.keys, kind="brand", version=version, body=body, kids=[kid])


def test_a_station_looks_as_head_office_says_from_its_next_sync_on(world):
    shop = world.shop().synced()
    assert brand_of(shop.store) == NO_BRAND
    publish_brand(world.hq, BRAND)
    assert brand_of(shop.synced().store) == BRAND
    later(world)
    publish_brand(world.hq, Brand("Red Bean"))
    assert brand_of(shop.synced().store) == Brand("Red Bean")
    shop.restart()
    assert brand_of(shop.store) == Brand("Red Bean")


def test_what_head_office_did_not_sign_changes_nothing_and_nothing_waits_for_it(world):
    shop = world.shop().synced()
    publish_brand(world.hq, BRAND)
    shop.synced()
    publish(world, 2)
    for document in (
        signed_by(world, "t1", write_brand(VERSION, Brand("Thief"))),  # a key of another use
        signed_by(world, "s1", write_brand(VERSION + 1, Brand("Another"))),
        signed_by(world, "s1", b"{}"),
    ):
        hand_out(shop, document)
        shop.synced()
        assert brand_of(shop.store) == BRAND
        leave_alone(shop)
    assert versions(shop)[1] == 2


def test_a_refused_one_is_asked_for_again_only_under_another_number_or_by_other_keys(world):
    shop = world.shop().synced()
    document = signed_by(world, "t1", write_brand(VERSION, BRAND))
    hand_out(shop, document)
    asked = []
    shop.hq.document = lambda kind: asked.append(kind) or document
    shop.synced()
    shop.synced()
    assert asked == ["brand"]


def test_what_a_stolen_key_signed_goes_with_it_and_head_offices_own_comes_back(world):
    """Also where the thief used HQ's own number, which the station then holds."""
    shop = world.shop().synced()
    version = publish_brand(world.hq, BRAND)
    hand_out(shop, signed_by(world, "s1", write_brand(version, Brand("Thief")), version=version))
    assert brand_of(shop.synced().store) == Brand("Thief")
    leave_alone(shop)
    rotate(world, KeyUse.SIGN)
    service.revoke(world.hq, "s1")
    assert brand_of(shop.synced().store) == BRAND
