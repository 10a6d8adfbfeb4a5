"""Taking in a snapshot: only one that HQ signed and that is whole, and the old replica stays valid until then."""

import hashlib
import json
import os

import pytest
import zstandard
from msgspec import to_builtins
from msgspec.structs import replace

from app.core.canonical import canonical
from app.store.db import DatabaseError
from hq.keys import SIGN
from sync.faults import HqUnreachable, HqUntrusted
from sync.protocol import SignedManifest, SnapshotFile, manifest_message
from tests.sync.world import OTHER_SET, REF


def changed(manifest: SignedManifest, **changes) -> bytes:
    """Return the JSON of a changed manifest."""
    return canonical(json.loads(manifest.body) | to_builtins(changes))


def signed(world, body: bytes) -> SignedManifest:
    """Return a manifest that HQ signed, whatever is in it."""
    return SignedManifest(kid=SIGN, sig=world.hq.keys.sign(SIGN, manifest_message(body)), body=body)


def must_refetch(world):
    """Return a shop whose next pull takes a snapshot."""
    shop = world.shop().synced()
    world.set_set_id(OTHER_SET)
    return shop


def stands_as_before(shop) -> bool:
    """Tell whether the old replica is in use, now and after a restart."""
    for _ in range(2):
        position = shop.store.replica.position()
        if position is None or position.set_id == OTHER_SET or shop.store.replica.member(REF) is None:
            return False
        shop.restart()
    return True


def test_a_file_that_is_not_the_one_named_is_refused(both):
    shop = must_refetch(both)
    shop.hq.alter("snapshot", lambda packed: packed + b"x")
    with pytest.raises(HqUntrusted, match="not the file"):
        shop.syncer.pull()
    assert stands_as_before(shop)
    shop.syncer.sync()
    assert shop.store.replica.position().set_id == OTHER_SET


def test_a_manifest_that_hq_did_not_sign_is_refused(both):
    shop = must_refetch(both)
    shop.hq.alter("manifest", lambda manifest: replace(manifest, body=changed(manifest, cursor=10**6)))
    with pytest.raises(HqUntrusted, match="not signed"):
        shop.syncer.pull()
    assert stands_as_before(shop)


@pytest.mark.parametrize("body", [b"[]", b"{", b'{"set_id":"\xff"}'], ids=["no object", "no JSON", "no text"])
def test_a_signed_manifest_of_another_form_is_refused(world, body):
    shop = must_refetch(world)
    shop.hq.alter("manifest", lambda _: signed(world, body))
    with pytest.raises(HqUntrusted, match="form"):
        shop.syncer.pull()
    assert stands_as_before(shop)


def test_a_manifest_may_carry_what_only_a_newer_hq_knows(both):
    shop = must_refetch(both)

    def grown(manifest):
        files = [file | {"delta_of": "x"} for file in json.loads(manifest.body)["files"]]
        return signed(both, changed(manifest, files=files, mood="good"))

    shop.hq.alter("manifest", grown)
    shop.syncer.pull()
    assert shop.store.replica.position().set_id == OTHER_SET


@pytest.mark.parametrize(
    "packed",
    [
        b"no zstd",
        zstandard.compress(b"no json\n"),
        zstandard.compress(b'{"t":"member","cols":["ref"],"rows":[["a"]]}\n'),
        zstandard.compress(b'{"t":"voucher","cols":["code_hash","rule_id"],"rows":[["a"]]}\n'),
        zstandard.compress(b"[]\n"),
        zstandard.compress(os.urandom(99))[:-5],
    ],
    ids=["no zstd", "no json", "columns missing", "short row", "no block", "cut"],
)
def test_a_signed_file_of_another_form_is_refused(world, packed):
    shop = must_refetch(world)
    file = SnapshotFile(name="f", sha256=hashlib.sha256(packed).hexdigest(), size=len(packed))
    shop.hq.alter("manifest", lambda manifest: signed(world, changed(manifest, files=[file])))
    shop.hq.snapshot = lambda _: packed
    with pytest.raises(HqUntrusted):
        shop.syncer.pull()
    assert stands_as_before(shop)


def test_a_newer_kind_of_block_is_left_alone(world):
    shop = must_refetch(world)
    packed = zstandard.compress(b'{"t":"gift","cols":["a"],"rows":[[1]]}\n')
    file = SnapshotFile(name="f", sha256=hashlib.sha256(packed).hexdigest(), size=len(packed))
    shop.hq.alter("manifest", lambda manifest: signed(world, changed(manifest, files=[file])))
    shop.hq.snapshot = lambda _: packed
    shop.syncer.pull()
    assert shop.store.replica.position().set_id == OTHER_SET


def test_attempts_that_fail_leave_no_database_open(world, monkeypatch):
    shop = must_refetch(world)
    shop.hq.alter("snapshot", lambda packed: packed[:-1])
    begin, drafts = shop.store.begin_replica, []
    monkeypatch.setattr(shop.store, "begin_replica", lambda: drafts.append(begin()) or drafts[-1])
    with pytest.raises(HqUntrusted):
        shop.syncer.pull()
    (draft,) = drafts
    with pytest.raises(DatabaseError, match="closed"):
        draft.replica.count("member")


def test_a_cut_while_fetching_leaves_the_old_replica(both):
    shop = must_refetch(both)
    shop.hq.lose_answer_of("snapshot")
    with pytest.raises(HqUnreachable):
        shop.syncer.sync()
    assert stands_as_before(shop)


def test_what_is_sold_while_a_snapshot_arrives_stays_pending(world):
    shop = must_refetch(world)
    card = world.card()
    shop.hq.alter("snapshot", lambda packed: packed if shop.sell(card=card) else b"")
    shop.syncer.pull()
    assert (shop.member(card).member.balance, shop.member(card).pending) == (0, 5)


def test_a_snapshot_of_an_hq_whose_clock_was_a_year_ahead_does_not_keep_the_next_one_out(world, monkeypatch):
    shop, year_ms = world.shop(), 365 * 86_400_000
    now_ms = shop.store.now_ms
    with monkeypatch.context() as wrong:
        wrong.setattr(shop.store, "now_ms", lambda: now_ms() + year_ms)  # by that HQ's word
        shop.hq.alter(
            "manifest", lambda made: signed(world, changed(made, as_of_ms=world.clock.now_ms() + year_ms))
        )
        shop.syncer.pull()
    del shop.hq.manifest
    world.set_set_id(OTHER_SET)
    shop.syncer.pull()
    assert shop.store.replica.position().set_id == OTHER_SET
