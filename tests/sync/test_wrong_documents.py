"""Documents and snapshots that are old, mixed, by the wrong key, or of an HQ that stands still."""

import json

import pytest
from msgspec.structs import replace

from app.core.codes import hash_number
from app.core.keyset import KeyUse, VouchedProgram, read_keyset
from app.station.identify import SeenMember, identify
from hq.campaigns.service import newest_document
from hq.keys import sign_document
from hq.keysets.service import revoke
from hq.members.service import MemberFacts, upsert_members
from sync.faults import HqUntrusted
from tests.builders import NOW_MS
from tests.sync.key_changes import (
    forged_program,
    hand_out,
    highest,
    leave_alone,
    lose_replica,
    publish,
    rotate,
    versions,
)
from tests.sync.world import OTHER_SET, REF

WRONG_DOCUMENTS = {
    "a lower keyset": lambda world, old: old["keyset"],
    "a lower program": lambda world, old: old["program"],
    "a program by the key for cards": lambda world, old: forged_program(world, "t1", 9),
    "a program by the root key": lambda world, old: forged_program(world, "r1", 9),
    "a program by nobody": lambda world, old: replace(forged_program(world, "s1", 9), sig=bytes(64)),
    "a keyset by the sign key": lambda world, old: sign_document(
        world.hq.keys, kind="keyset", version=9, body=newest_document(world.hq, "keyset").body, kids=["s1"]
    ),
    "a program's signature under another version": lambda world, old: replace(
        newest_document(world.hq, "program"), version=9
    ),
}


@pytest.mark.parametrize("name", WRONG_DOCUMENTS)
def test_wrong_documents_are_refused_before_and_after_a_restart(world, name):
    shop = world.shop().synced()
    old = {kind: newest_document(world.hq, kind) for kind in ("keyset", "program")}
    rotate(world, KeyUse.TOKEN)
    publish(world, 2)
    shop.synced()
    document = WRONG_DOCUMENTS[name](world, old)
    for is_lost in (False, True):
        if is_lost:  # the replica, with the documents in it: the highest versions lie elsewhere
            lose_replica(shop)
            for kind in ("keyset", "program"):
                if kind != document.kind:
                    shop.hq.document = shop.hq.real.document
        hand_out(shop, document)
        shop.hq.keyset = lambda _version: document
        shop.hq.alter("changes", lambda page: replace(page, keyset_version=9, program_version=9))
        with pytest.raises(HqUntrusted):
            shop.syncer.sync()
        assert highest(shop) == (2, 2)
        assert shop.store.replica.document_version(document.kind) in (0, 2)
        leave_alone(shop)
        shop.restart()
    shop.synced()
    assert versions(shop) == highest(shop) == (2, 2)


def test_rules_that_have_expired_only_earn(world):
    """Frozen: whoever is between the ends keeps newer rules from us, and the old ones end by themselves."""
    voucher, card = world.voucher(), world.card()
    publish(world, 2, expires_ms=NOW_MS + 1000)
    shop = world.shop().synced()
    assert shop.sell(voucher=voucher, card=card).discount == 100
    world.clock.set_ms(NOW_MS + 2000)
    answer = shop.sell(voucher=voucher, card=card)
    assert (answer.discount, answer.points) == (0, 5)
    assert [refusal.reason.code for refusal in answer.presented[0].refusals] == ["program_expired"]


def test_a_snapshot_of_long_ago_is_refused_whatever_replica_there_is(world):
    """Both its manifest and its files are HQ's own: somebody kept them."""
    shop = world.shop().synced()
    old = shop.hq.manifest()
    files = {file["name"]: shop.hq.snapshot(file["name"]) for file in json.loads(old.body)["files"]}
    world.clock.set_ms(NOW_MS + 3_600_000)
    world.set_set_id(OTHER_SET)
    shop.synced()
    for _ in range(2):
        lose_replica(shop)
        shop.hq.manifest = lambda: old
        shop.hq.snapshot = files.__getitem__
        with pytest.raises(HqUntrusted, match="seen before"):
            shop.syncer.pull()
        assert shop.store.replica.position() is None
        leave_alone(shop)
    shop.synced()
    assert shop.store.replica.position().set_id == OTHER_SET


def test_an_hq_that_knows_less_of_its_keys_than_we_do_still_gives_its_facts(world):
    """It was put back from a backup. We keep the keys that we have, and believe what they sign."""
    shop = world.shop().synced()
    old, real = newest_document(world.hq, "keyset"), shop.hq.real
    rotate(world, KeyUse.TOKEN)
    shop.synced()
    world.set_set_id(OTHER_SET)
    shop.hq.document = lambda kind: old if kind == "keyset" else real.document(kind)
    shop.synced()
    assert shop.store.replica.position().set_id == OTHER_SET
    assert versions(shop) == highest(shop) == (2, 1)


def test_files_of_another_snapshot_under_a_good_manifest_are_refused(world):
    shop, other = world.shop(), world.shop("s-2")
    name = json.loads(other.hq.manifest().body)["files"][0]["name"]
    packed = other.hq.snapshot(name)
    shop.hq.snapshot = lambda _name: packed
    with pytest.raises(HqUntrusted, match="not the file"):
        shop.syncer.pull()
    assert shop.store.replica.position() is None


def test_a_manifest_by_a_key_that_is_put_away_is_refused(world):
    shop = world.shop().synced()
    old = shop.hq.manifest()
    rotate(world, KeyUse.SIGN)
    revoke(world.hq, "s1")
    world.set_set_id(OTHER_SET)
    shop.hq.manifest = lambda: old
    with pytest.raises(HqUntrusted, match="no key 's1' that signs now"):
        shop.syncer.pull()
    assert versions(shop)[0] == 3  # the newest keys came first, whatever the manifest says of them


def test_hq_that_stands_still_is_noticed_by_the_age_of_its_facts(world):
    shop = world.shop()
    as_of_ms = shop.syncer.sync().as_of_ms
    world.clock.set_ms(NOW_MS + 86_400_000)
    shop.hq.alter("changes", lambda page: replace(page, as_of_ms=as_of_ms, rows=[]))
    assert shop.syncer.sync().as_of_ms == as_of_ms == NOW_MS
    leave_alone(shop)
    assert shop.syncer.sync().as_of_ms == NOW_MS + 86_400_000


def test_a_clock_of_hqs_that_was_wrong_for_a_day_keeps_no_snapshot_out_afterwards(world, monkeypatch):
    shop = world.shop()
    world.clock.set_ms(NOW_MS + 40 * 365 * 86_400_000)
    with monkeypatch.context() as patch:
        patch.setattr(shop.store, "now_ms", lambda: NOW_MS)
        shop.syncer.pull()
    world.clock.set_ms(NOW_MS)
    lose_replica(shop)
    shop.syncer.pull()
    assert shop.store.replica.member(REF) is not None


def test_vouchers_go_on_by_their_numbers_whatever_becomes_of_keys(world):
    """Plain numbers carry no key: revoking one takes no voucher and no typed number away."""
    voucher = world.voucher()
    upsert_members(world.hq, [MemberFacts(REF, name="Ada L.", number="M00000000010", home_store="s-1")])
    shop = world.shop()
    rotate(world, KeyUse.TOKEN)
    revoke(world.hq, "t1")
    shop.synced()
    assert shop.show(voucher).voucher.code_hash == hash_number(voucher)
    assert isinstance(identify(shop.store, world.card()), SeenMember)


def test_a_set_of_keys_says_which_programs_the_root_key_stands_for(world):
    for version in range(2, 20):
        publish(world, version)
    rotate(world, KeyUse.TOKEN)
    programs = read_keyset(newest_document(world.hq, "keyset").body).programs
    assert [each.version for each in programs] == list(range(19, 3, -1))
    assert isinstance(programs[0], VouchedProgram)
