"""Keys and rules: newer ones come, older and unsigned ones don't, whichever implementation brings them."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec.structs import replace
from sqlalchemy import delete

from app.core.canonical import canonical
from hq import tables
from hq.campaigns.service import publish_program
from hq.campaigns.store import insert_document
from hq.keys import ROOT, SIGN, KeyRing, PublicKey, keyset_body, new_keys, public_keys, sign_document
from sync.faults import HqUntrusted
from sync.protocol import manifest_message
from tests.builders import NOW_MS, a_campaign, a_program
from tests.sync.world import OTHER_SET

NEW_SIGN = "s2"


def publish(world, version):
    publish_program(world.hq, a_program(version=version))


def versions(shop):
    return tuple(shop.store.replica.document_version(kind) for kind in ("keyset", "program"))


def claim(shop, document, **page):
    """Let HQ's next page claim new versions and HQ hand out `document`."""
    shop.hq.alter("changes", lambda changes: replace(changes, **page))
    shop.hq.document = lambda _kind: document


def roll_signing_key(world):
    """Put HQ under a new signing key, announced by a new set of keys. Returns the ring it has from then on."""
    ring = world.hq.keys
    private = {**ring.private, NEW_SIGN: Ed25519PrivateKey.generate()}
    rolled = KeyRing(private)
    published = [each for each in public_keys(ring, nbf_ms=NOW_MS) if each.kid != SIGN]
    published.append(PublicKey(NEW_SIGN, "sign", rolled.public(NEW_SIGN), NOW_MS))
    keyset = sign_document(ring, kind="keyset", version=2, body=keyset_body(2, published))
    with world.hq.database.atomic() as connection:
        insert_document(connection, keyset, now_ms=NOW_MS)
    return rolled


def test_a_newer_program_arrives_and_counts(both):
    voucher = both.voucher()
    shop = both.shop().synced()
    campaign = a_campaign()
    campaign["rules"][0]["effect"]["amount"] = 250
    publish_program(both.hq, a_program(version=3, campaigns=[campaign]))
    shop.syncer.sync()
    assert versions(shop) == (1, 3)
    assert shop.sell(voucher=voucher).discount == 250
    shop.syncer.sync()
    assert [verdict for _, verdict in shop.verdicts()] == ["posted", "posted"]


def test_a_program_comes_with_the_first_sync_only_if_there_is_one(both):
    with both.hq.database.atomic() as connection:
        connection.execute(delete(tables.document).where(tables.document.c.kind == "program"))
    shop = both.shop().synced()
    assert versions(shop) == (1, 0)


def test_a_lower_version_is_refused_even_if_it_is_signed(both):
    shop = both.shop()
    old = shop.hq.document("program")
    publish(both, 2)
    shop.syncer.sync()
    claim(shop, old, program_version=3)
    with pytest.raises(HqUntrusted, match="older"):
        shop.syncer.sync()
    assert versions(shop) == (1, 2)


def test_a_lower_version_is_refused_after_a_new_snapshot_too(both):
    """The highest version seen is kept in the journal: it outlives the replica."""
    publish(both, 2)
    shop = both.shop().synced()
    old = sign_document(both.hq.keys, kind="program", version=1, body=a_program())
    shop.store.close()
    for part in shop.folder.glob("replica-2.db*"):
        part.unlink()
    shop.open()
    assert versions(shop) == (0, 0)
    real_document = shop.hq.real.document
    shop.hq.document = lambda kind: old if kind == "program" else real_document(kind)
    with pytest.raises(HqUntrusted, match="older"):
        shop.syncer.sync()
    assert shop.store.replica.program() is None
    del shop.hq.document
    shop.syncer.sync()
    assert versions(shop) == (1, 2)


def test_a_program_that_another_signed_is_refused(both):
    shop = both.shop().synced()
    forged = sign_document(new_keys(), kind="program", version=2, body=a_program(version=2))
    nobodys = replace(forged, kid="nobody")
    for document, complaint in ((forged, "not signed by HQ"), (nobodys, "no key 'nobody'")):
        claim(shop, document, program_version=2)
        with pytest.raises(HqUntrusted, match=complaint):
            shop.syncer.sync()
    assert (versions(shop), shop.store.versions.highest("program")) == ((1, 1), 1)


def test_a_changed_program_is_refused(both):
    shop = both.shop().synced()
    publish(both, 2)
    good = shop.hq.document("program")
    body = json.loads(good.body) | {"expires_ms": NOW_MS * 2}
    for change in ({"body": canonical(body)}, {"version": 9}):
        claim(shop, replace(good, **change), program_version=9)
        with pytest.raises(HqUntrusted, match="not signed"):
            shop.syncer.sync()
    assert versions(shop) == (1, 1)


def test_a_set_of_keys_under_another_root_is_refused(both):
    shop = both.shop().synced()
    strange = new_keys()
    keyset = sign_document(
        strange, kind="keyset", version=2, body=keyset_body(2, public_keys(strange, nbf_ms=NOW_MS))
    )
    for document in (keyset, replace(keyset, kid=ROOT)):
        claim(shop, document, keyset_version=2)
        with pytest.raises(HqUntrusted, match="not signed"):
            shop.syncer.sync()
    assert (versions(shop), shop.store.versions.highest("keyset")) == ((1, 1), 1)


def test_a_document_of_the_other_kind_is_refused(world):
    shop = world.shop().synced()
    claim(shop, shop.hq.document("keyset"), program_version=2)
    with pytest.raises(HqUntrusted, match="asked for the program"):
        shop.syncer.sync()


def test_new_keys_come_before_what_they_sign(both):
    shop = both.shop().synced()
    rolled = roll_signing_key(both)
    body = a_program(version=2)
    signed = sign_document(KeyRing({SIGN: rolled.private[NEW_SIGN]}), kind="program", version=2, body=body)
    with both.hq.database.atomic() as connection:
        insert_document(connection, replace(signed, kid=NEW_SIGN), now_ms=NOW_MS)
    shop.syncer.sync()
    assert versions(shop) == (2, 2)


def test_a_station_that_was_away_while_the_key_was_rolled_finds_back(both):
    """Its feed is gone, so the first thing it sees is a manifest under a key that it has never heard of."""
    shop = both.shop().synced()
    rolled = roll_signing_key(both)
    both.set_set_id(OTHER_SET)

    def resigned(manifest):
        return replace(manifest, kid=NEW_SIGN, sig=rolled.sign(NEW_SIGN, manifest_message(manifest.body)))

    shop.hq.alter("manifest", resigned)
    shop.syncer.sync()
    assert shop.store.replica.position().set_id == OTHER_SET
    assert versions(shop)[0] == 2


@pytest.mark.loud("a program that this version can't read is worth a word in the log")
def test_a_program_of_a_later_form_leaves_the_last_good_one(both):
    voucher = both.voucher()
    shop = both.shop().synced()
    with both.hq.database.atomic() as connection:
        body = canonical({"format": 2, "version": 2})
        later = sign_document(both.hq.keys, kind="program", version=2, body=body)
        insert_document(connection, later, now_ms=NOW_MS)
    asked = []
    real_document = shop.hq.real.document
    shop.hq.document = lambda kind: asked.append(kind) or real_document(kind)
    assert shop.syncer.sync().refusal is None
    shop.syncer.sync()
    assert asked == ["program"]  # not again with every sync
    assert versions(shop) == (1, 1)
    assert shop.sell(voucher=voucher).discount == 100
    publish(both, 3)
    shop.syncer.sync()
    assert versions(shop) == (1, 3)


def test_the_station_tells_which_rules_it_has(both):
    shop = both.shop().synced()
    sent = []
    shop.hq.push = lambda request: sent.append(request) or shop.hq.real.push(request)
    publish(both, 2)
    for _ in range(2):
        shop.syncer.sync()
    assert [request.program_version for request in sent] == [1, 2]
    assert sent[1].pull_cursor == shop.store.replica.position().cursor
