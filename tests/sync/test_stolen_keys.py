"""Programs that a thief signed with a key of HQ's: refused once it is revoked, and no way to keep HQ's own out."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec.structs import replace

from app.core.keyset import KeyUse
from hq.campaigns.service import newest_document
from hq.keys import KeyRing, sign_document
from hq.keysets.service import retire, revoke
from sync.faults import HqUnreachable, HqUntrusted
from sync.protocol import Signature
from tests.builders import a_campaign, a_program
from tests.sync.key_changes import (
    forged_program,
    hand_out,
    highest,
    leave_alone,
    publish,
    rotate,
    versions,
)

HUGE = 1 << 31


def stolen(world, shop):
    """Let a thief's program of a huge version come to a shop: everything is given away."""
    effect = {"kind": "amount_off", "target": "products", "products": "coffee", "amount": 400}
    campaign = a_campaign()
    campaign["rules"][0]["effect"] = effect
    hand_out(shop, forged_program(world, "s1", HUGE, campaigns=[campaign]))
    shop.synced()
    leave_alone(shop)


def test_a_stolen_sign_key_does_not_keep_hqs_programs_out_for_ever(both):
    """Fast forward: the thief's version is higher than any that HQ will reach."""
    voucher, shop = both.voucher(), both.shop().synced()
    stolen(both, shop)
    assert versions(shop) == (1, HUGE)
    publish(both, 2)
    shop.synced()
    assert shop.sell(voucher=voucher).discount == 400  # nobody has told it
    rotate(both, KeyUse.SIGN)
    revoke(both.hq, "s1")
    shop.synced()
    for _ in range(2):
        assert versions(shop) == highest(shop) == (3, 2)
        assert shop.sell(voucher=voucher).discount == 100
        shop.restart()
    publish(both, 3)
    shop.synced()
    assert versions(shop) == (3, 3)


def test_what_a_stolen_sign_key_signed_is_refused_from_then_on(world):
    shop = world.shop().synced()
    publish(world, 5)
    rotate(world, KeyUse.SIGN)
    revoke(world.hq, "s1")
    shop.synced()
    for version in (5, 6, HUGE):
        hand_out(shop, forged_program(world, "s1", version))
        if version > 5:
            with pytest.raises(HqUntrusted, match="no key 's1' that signs now"):
                shop.syncer.sync()
        shop.restart()
        assert versions(shop) == highest(shop) == (3, 5)


def test_a_program_that_hq_vouches_for_stays_while_its_key_goes(world):
    """No station is without rules because a key was revoked, if the line is cut right then."""
    shop, voucher = world.shop().synced(), world.voucher()
    shop.synced()
    publish(world, 2)
    rotate(world, KeyUse.SIGN)
    revoke(world.hq, "s1")
    real = shop.hq.real

    def document(kind):
        if kind == "program":
            raise HqUnreachable("cut")
        return real.document(kind)

    shop.hq.document = document
    with pytest.raises(HqUnreachable):
        shop.syncer.sync()
    assert (versions(shop), highest(shop)) == ((3, 1), (3, 2))
    shop.restart()
    assert shop.sell(voucher=voucher).discount == 100
    shop.synced()
    assert versions(shop) == (3, 2)


def test_a_thiefs_program_goes_at_once_though_the_line_is_cut(world):
    shop = world.shop().synced()
    stolen(world, shop)
    rotate(world, KeyUse.SIGN)
    revoke(world.hq, "s1")
    real = shop.hq.real
    shop.hq.alter("changes", lambda page: replace(page, program_version=0))
    shop.hq.document = lambda kind: real.document(kind) if kind == "keyset" else pytest.fail("not asked")
    shop.synced()
    assert versions(shop) == (3, 0)
    assert shop.store.replica.program() is None
    leave_alone(shop)
    shop.synced()
    assert versions(shop) == (3, 1)


def test_a_thiefs_program_under_the_number_of_hqs_own_is_not_vouched_for(world):
    """The number is the same, the rules are not."""
    shop = world.shop().synced()
    publish(world, 2)
    hand_out(shop, forged_program(world, "s1", 2, name="Given away"))
    shop.synced()
    leave_alone(shop)
    rotate(world, KeyUse.SIGN)
    revoke(world.hq, "s1")
    shop.synced()
    assert versions(shop) == highest(shop) == (3, 2)
    assert shop.store.replica.document_body("program") == newest_document(world.hq, "program").body


def test_a_set_of_keys_is_recovered_from_after_a_kill_between_its_two_files(world, monkeypatch):
    """The journal's file has the new number, the replica not yet the keys: the same again comes and counts."""
    shop = world.shop().synced()
    stolen(world, shop)
    rotate(world, KeyUse.SIGN)
    revoke(world.hq, "s1")

    def die():
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(shop.store, "replica_atomic", die)
        with pytest.raises(KeyboardInterrupt):
            shop.syncer.sync()
    assert (highest(shop), versions(shop)) == ((3, 1), (1, HUGE))
    shop.restart()
    shop.synced()
    assert versions(shop) == highest(shop) == (3, 1)


def test_keys_are_not_dropped_by_a_program_signed_before_signers_were_noted(world):
    shop = world.shop().synced()
    stolen(world, shop)
    with shop.store.atomic():
        shop.store.versions.set_to("program", HUGE)  # as an older program of ours kept it
    rotate(world, KeyUse.SIGN)
    revoke(world.hq, "s1")
    shop.synced()
    assert versions(shop) == highest(shop) == (3, 1)


def test_a_retired_sign_key_speaks_for_what_was_seen_and_for_nothing_new(world):
    shop = world.shop().synced()
    old = newest_document(world.hq, "program")
    rotate(world, KeyUse.SIGN)
    retire(world.hq, "s1")
    shop.synced()
    hand_out(shop, forged_program(world, "s1", 2))
    with pytest.raises(HqUntrusted, match="no key 's1' that signs now"):
        shop.syncer.sync()
    leave_alone(shop)
    with shop.store.replica_atomic():
        shop.store.replica.drop_document("program")
    hand_out(shop, old)  # without its newer signature
    shop.synced()
    assert versions(shop) == (3, 1)
    fresh = world.shop().synced()  # has seen none: takes the newer signature
    assert fresh.store.replica.document_kid("program") == "s2"


def test_a_further_signature_must_hold(world):
    shop = world.shop().synced()
    rotate(world, KeyUse.SIGN)
    shop.synced()
    revoke(world.hq, "s1")
    shop.synced()
    program = replace(forged_program(world, "s1", 7), also=[Signature(kid="s2", sig=bytes(64))])
    hand_out(shop, program)
    with pytest.raises(HqUntrusted, match="not signed"):
        shop.syncer.sync()
    ring = KeyRing({"s2": Ed25519PrivateKey.generate()})
    body = a_program(version=7)
    hand_out(shop, sign_document(ring, kind="program", version=7, body=body, kids=["s2"]))
    with pytest.raises(HqUntrusted, match="not signed"):
        shop.syncer.sync()
    assert versions(shop) == (3, 1)
