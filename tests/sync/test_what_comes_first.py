"""Keys, then rules, then rows: whatever waits to be sent or fetched, and whatever becomes of a push."""

import pytest
from msgspec.structs import replace

from app.core.keyset import KeyUse
from app.ids import ref_of
from hq.keysets.service import revoke
from hq.members.service import MemberFacts, upsert_members
from sync.faults import HqRefused, HqUnreachable, HqUntrusted
from sync.protocol import PushRefusal, PushRefusalKind
from tests.sync.key_changes import forged_program, leave_alone, publish, reason, rotate, versions


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


def test_a_question_before_much_is_sent_does_not_say_that_nothing_waits(world, monkeypatch):
    """HQ gives others what a station has read that it no longer holds, once it has all that was written before."""
    monkeypatch.setattr("sync.syncer.ASKS_FIRST_ABOVE", 1)
    shop = world.shop().synced()
    cursor = shop.store.replica.position().cursor
    for _ in range(2):
        shop.sell()
    real, pushes = shop.hq.real, []

    def push(request):
        pushes.append(request)
        return real.push(request)

    shop.hq.push = push
    shop.syncer.sync()
    said = [(len(each.entries), each.pull_cursor) for each in pushes[:2]]
    assert said == [(0, 0), (len(pushes[1].entries), cursor)]
    assert cursor > 0 < len(pushes[1].entries)
