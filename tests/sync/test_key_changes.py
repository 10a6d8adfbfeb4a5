"""HQ's keys change while stations are away: which cards are believed, and how a new root key is."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from typer.testing import CliRunner

from app.cli_hq import hq_cli
from app.core.codes import parse, sign_member_code
from app.core.keyset import KeyUse, PublicKey, read_keyset
from app.core.reasons import Refusal
from app.station.keyset import token_keys
from hq import backup
from hq.campaigns.service import newest_document
from hq.keys import keyset_body, sign_document
from hq.keysets.service import make_key, publish_key, retire, revoke
from sync.faults import HqUnreachable, HqUntrusted
from tests.builders import NOW_MS
from tests.sync.key_changes import (
    hand_out,
    highest,
    reason,
    rotate,
    versions,
)


def test_cards_of_an_old_and_of_a_new_token_key_while_a_store_is_cut_off(world):
    old = world.card()
    away = world.shop().synced()
    rotate(world, KeyUse.TOKEN)
    world.clock.set_ms(NOW_MS + 1000)
    retire(world.hq, "t1")
    new = world.card()
    assert (reason(away, old), reason(away, new)) == ("good", "code_too_new")
    away.restart()
    assert reason(away, new) == "code_too_new"
    away.synced()
    assert (reason(away, old), reason(away, new)) == ("good", "good")
    late = sign_member_code(
        world.hq.keys.key("t1"),
        key_id=b"t1",
        ref=bytes(8),
        issued_ms=NOW_MS + 2000,
        expires_ms=NOW_MS * 2,
    )
    world.clock.set_ms(NOW_MS + 3000)
    assert reason(away, late) == "code_forged"  # signed after the key was put away


def test_a_whole_folder_from_before_a_change_of_keys_is_believed_after_a_persons_word(
    world, tmp_path, monkeypatch
):
    """What stations were shown of the lost future is neither above what comes next nor under its names."""
    shop = world.shop().synced()
    copied = world.back_up(tmp_path / "backup")
    rotate(world, KeyUse.SIGN)
    revoke(world.hq, "s1")
    lost = versions(shop.synced())
    world.hq.close()
    told = CliRunner().invoke(hq_cli, ["restored", "--dir", str(copied)])
    assert told.exit_code == 0 and "is good again" in told.output
    world.start_hq(copied)
    shop.synced()
    assert all(now > before + 900 for now, before in zip(versions(shop), lost, strict=True))
    monkeypatch.setattr(backup, "MEMORY_KIB", 8)  # a passphrase of ours needs no slow hash to be tested
    new = make_key(world.hq, KeyUse.SIGN)
    assert new.kid == "s102"
    publish_key(world.hq, new)
    revoke(world.hq, "s1")
    shop.synced()
    assert reason(shop, world.card()) == "good"


def test_of_a_stolen_token_key_nothing_is_believed_once_a_station_has_heard(world):
    thief = world.hq.keys.key("t1")
    forged = [
        sign_member_code(
            thief, key_id=b"t1", ref=n.to_bytes(8, "big"), issued_ms=NOW_MS - n * 1000, expires_ms=NOW_MS * 2
        )
        for n in range(1, 1001)
    ]
    card, shop = world.card(), world.shop().synced()
    rotate(world, KeyUse.TOKEN)
    revoke(world.hq, "t1")
    assert reason(shop, forged[0]) == "good"  # it has not heard
    shop.synced()
    for _ in range(2):
        keys = token_keys(shop.store.replica)
        found = [parse(code, keys=keys, now_ms=NOW_MS) for code in forged]
        assert {each.reason.code for each in found if isinstance(each, Refusal)} == {"code_withdrawn"}
        assert all(isinstance(each, Refusal) for each in found)
        assert reason(shop, card) == "code_withdrawn"
        assert reason(shop, world.card()) == "good"
        shop.restart()


def test_a_station_follows_changes_of_the_root_key_step_by_step(both):
    card, away, other = both.card(), both.shop().synced(), both.shop("s-2").synced()
    for use in (KeyUse.ROOT, KeyUse.TOKEN, KeyUse.ROOT, KeyUse.SIGN):
        rotate(both, use)
        other.synced()  # one that hears of each
    revoke(both.hq, "t1")
    asked = []
    real = away.hq.real
    away.hq.keyset = lambda version: asked.append(version) or real.keyset(version)
    away.synced()
    other.synced()
    assert asked == [2, 3, 4, 5]
    for shop in (away, other):
        assert versions(shop) == highest(shop) == (6, 1)
        assert reason(shop, card) == "code_withdrawn"
        shop.restart()
        assert shop.store.device.root_key == both.hq.keys.public("r3")
    fresh = both.shop().synced()  # paired by the newest root key, it needs no step
    assert fresh.store.device.root_key == both.hq.keys.public("r3")


def test_steps_that_were_cut_go_on_where_they_stopped(world):
    shop = world.shop().synced()
    rotate(world, KeyUse.ROOT)
    rotate(world, KeyUse.ROOT)
    rotate(world, KeyUse.TOKEN)
    real, asked = shop.hq.real, []

    def keyset(version):
        asked.append(version)
        if asked == [2, 3]:
            raise HqUnreachable("cut")
        return real.keyset(version)

    shop.hq.keyset = keyset
    with pytest.raises(HqUnreachable):
        shop.syncer.sync()
    assert highest(shop)[0] == 2
    shop.restart()
    shop.synced()
    assert versions(shop)[0] == 4


def test_a_root_key_that_the_old_one_does_not_vouch_for_is_refused(world):
    """And one that it vouches for, but that does not vouch for itself."""
    shop = world.shop().synced()
    ring = world.hq.keys
    ring.private["r9"] = Ed25519PrivateKey.generate()
    keys = [PublicKey("r9", "root", ring.public("r9")), PublicKey("t1", "token", ring.public("t1"))]
    body = keyset_body(2, keys)
    for kids, complaint in ((["r9"], "root key"), (["r1"], "new root key"), (["t1", "s1"], "root key")):
        document = sign_document(ring, kind="keyset", version=2, body=body, kids=kids)
        hand_out(shop, document)
        shop.hq.keyset = lambda _version, document=document: document
        with pytest.raises(HqUntrusted, match=complaint):
            shop.syncer.sync()
    assert (versions(shop), highest(shop)) == ((1, 1), (1, 1))
    shop.restart()
    assert shop.store.device.root_key == ring.public("r1")


def test_a_replaced_root_key_signs_nothing_any_more(world):
    shop = world.shop().synced()
    rotate(world, KeyUse.ROOT)
    shop.synced()
    for again in range(2):
        keyset = read_keyset(newest_document(world.hq, "keyset").body)
        thief = [
            PublicKey("r1", "root", world.hq.keys.public("r1")),
            *(key for key in keyset.keys if key.use != "root"),
        ]
        body = keyset_body(3, thief)
        hand_out(shop, sign_document(world.hq.keys, kind="keyset", version=3, body=body, kids=["r1"]))
        shop.hq.keyset = lambda _version: shop.hq.document("keyset")
        with pytest.raises(HqUntrusted, match="root key"):
            shop.syncer.sync()
        assert highest(shop)[0] == 2, again
        shop.restart()


@pytest.mark.parametrize("roots", [[], ["r1", "r2"]], ids=["no root key", "two root keys"])
def test_a_set_of_keys_names_one_root_key(world, roots):
    shop = world.shop().synced()
    world.hq.keys.private["r2"] = Ed25519PrivateKey.generate()
    keys = [PublicKey(kid, "root", world.hq.keys.public(kid)) for kid in roots]
    document = sign_document(world.hq.keys, kind="keyset", version=2, body=keyset_body(2, keys), kids=["r1"])
    hand_out(shop, document)
    with pytest.raises(HqUntrusted, match=f"names {len(roots)} root keys"):
        shop.syncer.sync()


def test_a_set_of_keys_that_says_another_version_inside_is_refused(world):
    shop = world.shop().synced()
    keys = [PublicKey("r1", "root", world.hq.keys.public("r1"))]
    for body in (keyset_body(2, keys), b"no set of keys"):
        hand_out(shop, sign_document(world.hq.keys, kind="keyset", version=3, body=body))
        with pytest.raises(HqUntrusted):
            shop.syncer.sync()
    assert (versions(shop)[0], highest(shop)[0]) == (1, 1)
