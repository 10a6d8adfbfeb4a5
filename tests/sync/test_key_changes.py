"""HQ's keys change while stations are away, are stolen, and are misused: what a station believes then."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec.structs import replace

from app.core.codes import hash_number, parse, sign_member_code
from app.core.keyset import KeyUse, PublicKey, VouchedProgram, read_keyset
from app.core.reasons import Refusal
from app.ids import ref_of
from app.station.identify import SeenMember, identify
from app.station.keyset import token_keys
from hq.campaigns.service import newest_document, publish_program
from hq.keys import KeyRing, keyset_body, sign_document, write_key
from hq.keysets import service
from hq.keysets.service import NewKey, publish_key, retire, revoke
from hq.members.service import MemberFacts, upsert_members
from sync.faults import HqRefused, HqUnreachable, HqUntrusted
from sync.protocol import PushRefusal, PushRefusalKind, Signature
from tests.builders import NOW_MS, a_campaign, a_program
from tests.sync.world import OTHER_SET, REF

HUGE = 1 << 31


def rotate(world, use):
    """Make and publish a key as the command does, without its backup."""
    kid = {KeyUse.TOKEN: "t", KeyUse.SIGN: "s", KeyUse.ROOT: "r"}[use]
    kid += str(1 + sum(each.key.use == use for each in service.listed_keys(world.hq)))
    write_key(world.hq.keys.folder, kid, Ed25519PrivateKey.generate())
    publish_key(world.hq, NewKey(kid, use, world.hq_folder, ""))
    return kid


def publish(world, version, **changes):
    publish_program(world.hq, a_program(version=version, **changes))


def reason(shop, card):
    seen = identify(shop.store, card)
    return seen.reason.code if isinstance(seen, Refusal) else "good"


def versions(shop):
    return tuple(shop.store.replica.document_version(kind) for kind in ("keyset", "program"))


def highest(shop):
    return tuple(shop.store.versions.highest(kind) for kind in ("keyset", "program"))


def forged_program(world, kid, version, **changes):
    """Return a program as a thief makes it who has one of HQ's keys."""
    body = a_program(version=version, **changes)
    return sign_document(world.hq.keys, kind="program", version=version, body=body, kids=[kid])


def hand_out(shop, document):
    """Let whoever is between the two ends answer with a document of their own, and say that it is the newest."""
    real = shop.hq.real
    named = {f"{document.kind}_version": document.version}
    shop.hq.alter("changes", lambda page: replace(page, **named))
    shop.hq.document = lambda kind: document if kind == document.kind else real.document(kind)


def leave_alone(shop):
    for name in ("changes", "document", "push", "keyset", "manifest", "snapshot"):
        shop.hq.__dict__.pop(name, None)


# --- a token key that is old, and one that is stolen ----------------------------------------------------------------


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


# --- what comes first -----------------------------------------------------------------------------------------------


def test_a_revoked_key_is_heard_of_before_ten_thousand_rows(world, monkeypatch):
    shop = world.shop().synced()
    many = [MemberFacts(ref_of(n.to_bytes(8, "big")), home_store="s-1") for n in range(2, 10_002)]
    upsert_members(world.hq, many)
    card = world.card()
    rotate(world, KeyUse.TOKEN)
    revoke(world.hq, "t1")
    publish(world, 2)

    def kill(_puller, changes):
        raise KeyboardInterrupt(len(changes.rows))

    with monkeypatch.context() as patch:
        patch.setattr("sync.pull.Puller._apply", kill)
        with pytest.raises(KeyboardInterrupt, match="2000"):
            shop.syncer.sync()
    shop.restart()
    assert reason(shop, card) == "code_withdrawn"
    assert versions(shop) == (3, 2)
    assert shop.store.replica.count("member") == 1


def test_keys_and_rules_come_between_two_batches(world, monkeypatch):
    """What waits may take hours to send over a slow line."""
    monkeypatch.setattr("sync.syncer.BATCH_ENTRIES_MAX", 1)
    shop = world.shop().synced()
    card = world.card()
    for _ in range(3):
        shop.sell()
    rotate(world, KeyUse.TOKEN)
    revoke(world.hq, "t1")
    publish(world, 2)
    real, pushes = shop.hq.real, []

    def push(request):
        pushes.append(request)
        if len(pushes) > 1:
            raise HqUnreachable("cut")
        return real.push(request)

    shop.hq.push = push
    with pytest.raises(HqUnreachable):
        shop.syncer.sync()
    assert versions(shop) == (3, 2)
    assert reason(shop, card) == "code_withdrawn"


def test_a_document_that_is_refused_does_not_stop_what_is_sent(world, monkeypatch):
    monkeypatch.setattr("sync.syncer.BATCH_ENTRIES_MAX", 1)
    shop = world.shop().synced()
    for _ in range(3):
        shop.sell()
    asked = []
    shop.hq.alter("push", lambda answer: replace(answer, program_version=9))
    shop.hq.document = lambda kind: asked.append(kind) or forged_program(world, "t1", 9)
    assert shop.syncer.push().pushed == 3
    assert (asked, versions(shop)) == (["program"], (1, 1))


@pytest.mark.parametrize("fault", [HqRefused, HqUntrusted, HqUnreachable], ids=lambda fault: fault.code)
def test_keys_and_rules_come_though_a_push_never_gets_through(world, fault):
    """A poisoned entry that HQ chokes on, a login page for uploads only, an upload that is always cut."""
    shop = world.shop().synced()
    card = world.card()
    shop.sell()
    rotate(world, KeyUse.TOKEN)
    revoke(world.hq, "t1")
    publish(world, 2)

    def push(_request):
        raise fault("never")

    shop.hq.push = push
    for _ in range(2):
        with pytest.raises(fault):
            shop.syncer.sync()
    assert versions(shop) == (3, 2)
    assert reason(shop, card) == "code_withdrawn"
    leave_alone(shop)
    assert shop.syncer.sync().pushed == 2  # the order and the refused scan: nothing was lost meanwhile


@pytest.mark.parametrize("kind", [PushRefusalKind.CHAIN, PushRefusalKind.GAP])
def test_keys_and_rules_come_though_hq_refuses_what_is_sent(world, kind):
    shop = world.shop().synced()
    shop.sell()
    rotate(world, KeyUse.TOKEN)
    publish(world, 2)
    head = shop.store.journal.at(0)
    shop.hq.push = lambda _request: PushRefusal(kind=kind, expect=1, hash=head.hash)
    assert shop.syncer.sync().refusal.kind is kind
    assert versions(shop) == (2, 2)


def test_what_cannot_be_fetched_does_not_keep_entries_back(world):
    """After a push that failed a sync begins with a pull: once, and not for ever."""
    shop = world.shop().synced()
    shop.sell()

    def unreachable(*_args, **_named):
        raise HqUnreachable("cut")

    shop.hq.push = unreachable
    with pytest.raises(HqUnreachable):
        shop.syncer.sync()
    leave_alone(shop)
    shop.hq.changes = unreachable
    for _ in range(2):
        with pytest.raises(HqUnreachable):
            shop.syncer.sync()
    assert world.head_of(shop) == 1


def test_a_first_snapshot_comes_after_keys_and_rules(world):
    rotate(world, KeyUse.SIGN)
    publish(world, 2)
    shop, calls = world.shop(), []
    for name in ("manifest", "document", "snapshot", "changes"):
        real = getattr(shop.hq.real, name)
        setattr(
            shop.hq, name, lambda *args, _n=name, _r=real, **named: calls.append(_n) or _r(*args, **named)
        )
    shop.syncer.pull()
    assert calls.index("document") < calls.index("snapshot")
    assert versions(shop) == (2, 2)


# --- a new root key -------------------------------------------------------------------------------------------------


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


# --- programs of thieves --------------------------------------------------------------------------------------------


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


# --- rules that are old, mixed or frozen ----------------------------------------------------------------------------

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


def lose_replica(shop):
    shop.store.close()
    for part in shop.folder.glob("replica-*.db*"):
        part.unlink()
    shop.open()


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
