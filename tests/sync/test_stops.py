"""What head office stops, as stations hear of it: before anything else, and obeyed from then on."""

import pytest

from app.core.keyset import KeyUse
from app.station.redeem import hand_in
from hq.journal.desk import list_cases
from hq.stops.service import lift, stop_it
from hq.stores.devices import revoke
from sync.faults import HqUntrusted
from sync.protocol import PushRefusalKind
from sync.syncer import ASKS_FIRST_ABOVE
from tests.builders import a_campaign, an_order, at_till
from tests.sync.key_changes import leave_alone, publish, rotate
from tests.sync.world import REF

MINUTE_MS = 60_000
GIVES = [{"kind": "points", "points": 50}]
AUTOMATIC = {
    "id": "tea",
    "rules": [
        {
            "id": "tea-1",
            "name": "0.50 off",
            "trigger": "automatic",
            "priority": 0,
            "effect": {"kind": "amount_off", "target": "order", "amount": 50},
        }
    ],
}


def later(world, ms=MINUTE_MS):
    world.clock.set_ms(world.clock.now_ms() + ms)


def reasons(answer):
    return [[refusal.reason.code for refusal in outcome.refusals] for outcome in answer.presented]


def verdicts(shop):
    """Return HQ's words on all entries so far, with their flags."""
    rows = shop.store._db.execute("SELECT seq, verdict, codes FROM verdict ORDER BY seq").fetchall()
    return [(verdict, codes) for _, verdict, codes in rows]


def newest_entry(shop):
    (entry,) = shop.store.journal.entries(from_seq=shop.store.journal.head().seq)
    return entry.data


def stop(world, what):
    later(world)
    stop_it(world.hq, what)
    later(world)


def test_a_campaign_a_rule_a_code_and_the_program_are_refused_from_the_next_sync_on(world):
    """T42: stopped, let go, and as before."""
    voucher, shop = world.voucher(), world.shop().synced()
    for what in ("campaign:coffee", "rule:coffee-1", f"code:{voucher}", "program"):
        assert shop.sell(voucher=voucher).discount == 100, what
        stop(world, what)
        shop.synced()
        assert reasons(shop.sell(voucher=voucher)) == [["stopped"]]
        lift(world.hq, what)
        later(world)
        shop.synced()
    assert shop.sell(voucher=voucher).discount == 100
    shop.synced()
    assert {verdict for _, verdict in shop.verdicts()} == {"posted"}


def test_another_code_of_the_same_campaign_goes_on(world):
    stopped, other, shop = world.voucher(), world.voucher(), world.shop().synced()
    stop(world, f"code:{stopped}")
    shop.synced()
    assert reasons(shop.sell(voucher=stopped)) == [["stopped"]]
    assert shop.sell(voucher=other).discount == 100


def test_a_stopped_card_neither_earns_nor_redeems(world):
    """T42: the card alone."""
    voucher, shop, card = world.voucher(), world.shop().synced(), world.card()
    stop(world, f"member:{REF}")
    shop.synced()
    answer = shop.sell(card=card, voucher=voucher)
    assert (answer.points, reasons(answer)) == (0, [["stopped"]])
    assert answer.stopped.reason.code == "member_stopped"
    assert shop.member(card).stopped == answer.stopped, "as soon as it is scanned"
    again = hand_in(shop.store, an_order(answer.order_id, ("coffee", 500)), at_till(shop.member(card)))
    assert (again.is_repeat, again.stopped) == (True, answer.stopped)
    assert shop.sell(voucher=voucher).discount == 100, "somebody else"
    shop.synced()
    assert world.balance() == 0
    assert {verdict for _, verdict in shop.verdicts()} == {"posted"}


def test_a_referral_scheme_is_in_the_list_though_no_station_decides_by_it(world):
    """T42: it can be stopped before anything is granted for it."""
    publish(world, 2, referrals=[{"id": "friends", "wanted": 5000, "counts": "one_order", "gives": GIVES}])
    shop = world.shop().synced()
    stop(world, "referral:friends")
    shop.synced()
    assert shop.store.stops.newest.holds("referral:friends", 2)
    shop.sell()
    assert "stopped" not in newest_entry(shop)


# --- before anything else ----------------------------------------------------------------------------------------


def watched(shop):
    """Return the names of what a shop asks for, as it goes on."""
    calls = []
    for name in ("push", "document", "manifest", "snapshot", "changes"):

        def call(*args, _name=name, **named):
            calls.append(
                f"{_name} {len(args[0].entries)}" if _name == "push" else f"{_name} {' '.join(args)}"
            )
            return getattr(shop.hq.real, _name)(*args, **named)

        setattr(shop.hq, name, call)
    return calls


def test_it_comes_before_keys_rules_and_rows(world):
    shop = world.shop().synced()
    stop(world, "campaign:coffee")
    rotate(world, KeyUse.TOKEN)
    publish(world, 2)
    shop.sell()
    calls = watched(shop)
    shop.syncer.sync()
    assert calls == ["push 1", "document stops", "changes ", "document keyset", "document program"]


def test_a_store_that_was_cut_off_hears_of_it_before_it_sends_what_waits(world):
    """T42, F39: before anything of size goes over the line in either direction."""
    shop = world.shop().synced()
    for _ in range(ASKS_FIRST_ABOVE + 1):
        shop.sell()
    stop(world, "campaign:coffee")
    calls = watched(shop)
    shop.syncer.sync()
    assert calls == ["push 0", "document stops", f"push {ASKS_FIRST_ABOVE + 1}", "changes "]


def test_it_comes_between_two_batches(world, monkeypatch):
    monkeypatch.setattr("sync.syncer.BATCH_ENTRIES_MAX", 1)
    shop = world.shop().synced()
    for _ in range(3):
        shop.sell()
    calls = watched(shop)
    pushes = shop.hq.push

    def push(request):
        if calls == ["push 1"]:
            stop(world, "campaign:coffee")
        return pushes(request)

    shop.hq.push = push
    shop.syncer.sync()
    assert calls == ["push 1", "push 1", "document stops", "push 1", "changes "]


def test_a_new_key_comes_first_where_it_signed_the_list(world):
    shop = world.shop().synced()
    rotate(world, KeyUse.SIGN)
    stop(world, "campaign:coffee")
    calls = watched(shop)
    shop.syncer.sync()
    assert calls[:3] == ["push 0", "document stops", "changes "]
    assert calls[3:] == ["document stops", "document keyset", "document stops"]
    assert shop.store.stops.version == 1


def test_a_station_that_is_shut_out_still_hears_of_it(both):
    publish(both, 2, campaigns=[a_campaign(), a_campaign(**AUTOMATIC)])
    shop = both.shop().synced()
    assert shop.sell().discount == 50
    revoke(both.hq, shop.store.device.device_id)
    stop(both, "campaign:tea")
    assert shop.syncer.sync().refusal.kind is PushRefusalKind.EPOCH_REVOKED
    assert shop.sell().discount == 0, "it may still serve somebody"


def test_nothing_stopped_is_nothing_to_ask_for(world):
    shop = world.shop()
    calls = watched(shop)
    shop.syncer.sync()
    shop.sell()
    shop.syncer.sync()
    assert "document stops" not in calls
    assert "stops_version" not in newest_entry(shop)


# --- the orders in which a stop and a sync may come --------------------------------------------------------------


def test_used_before_it_was_stopped_and_sent_after(world):
    """F64: not stopped yet when it was given."""
    voucher, shop = world.voucher(), world.shop().synced()
    shop.sell(voucher=voucher)
    stop(world, "campaign:coffee")
    shop.synced()
    assert verdicts(shop)[0][0] == verdicts(shop)[1][0] == "posted"
    assert reasons(shop.sell(voucher=voucher)) == [["stopped"]]


def test_used_after_it_was_stopped_by_a_store_that_could_not_know(world):
    """F64: posted as LATE with its amount, for the store to look at; after the receipt nothing is given."""
    voucher, shop = world.voucher(), world.shop().synced()
    stop(world, "campaign:coffee")
    later(world, 3 * 60 * MINUTE_MS)
    shop.sell(voucher=voucher)
    shop.synced()
    (case,) = list_cases(world.hq)
    assert (case.verdict, case.flags, case.owner) == ("posted_flagged", ("LATE",), "s-1")
    assert (case.amount, case.unit) == (100, "USD")
    assert reasons(shop.sell(voucher=voucher)) == [["stopped"]]
    shop.synced()
    assert len(list_cases(world.hq)) == 1


def test_used_in_spite_of_it_by_a_station_that_knew(world, monkeypatch):
    """Somebody's own program: it says what it has heard of, and gives all the same."""
    voucher, shop = world.voucher(), world.shop().synced()
    stop(world, "campaign:coffee")
    shop.synced()
    monkeypatch.setattr("app.core.stops.Stops.of_order", lambda *_args, **_named: frozenset())
    assert shop.sell(voucher=voucher).discount == 100
    shop.synced()
    (case,) = list_cases(world.hq)
    assert (case.verdict, case.flags, case.owner) == ("posted_flagged", ("KILLED_BEFORE",), "head office")


def test_a_stopped_card_that_earned_at_a_store_that_could_not_know(world):
    shop, card = world.shop().synced(), world.card()
    stop(world, f"member:{REF}")
    shop.sell(card=card)
    shop.synced()
    (case,) = list_cases(world.hq)
    assert (case.flags, case.amount, case.unit) == (("LATE",), 5, "points")
    assert world.balance() == 5


# --- let go after a change of rules ------------------------------------------------------------------------------


def a_cheaper_campaign():
    campaign = a_campaign()
    campaign["rules"][0]["effect"]["amount"] = 10
    return campaign


def test_disable_edit_enable(both):
    """T42: version n + 1 works, and entries of n are judged by n."""
    voucher, near, far = both.voucher(), both.shop().synced(), both.shop("s-2").synced()
    far.sell(voucher=voucher)
    stop(both, "campaign:coffee")
    far.sell(voucher=voucher)
    publish(both, 2, campaigns=[a_cheaper_campaign()])
    assert lift(both.hq, "campaign:coffee").before_program == 2
    later(both)
    near.synced()
    assert near.sell(voucher=voucher).discount == 10
    far.sell(voucher=voucher)  # still cut off, by the old rules
    far.synced()
    near.synced()
    assert [(verdict, "LATE" in codes) for verdict, codes in verdicts(far)] == [
        ("posted", False),
        ("posted", False),
        ("posted", False),
        ("posted_flagged", True),
        ("posted", False),
        ("posted_flagged", True),
    ], "given by version 1 at its own discount: no difference, though it was stopped"
    assert [each.amount for each in list_cases(both.hq)] == [100, 100]
    assert far.sell(voucher=voucher).discount == 10
    assert {verdict for _, verdict in near.verdicts()} == {"posted"}


def test_who_hears_that_it_is_let_go_and_not_of_the_new_rules_goes_on_refusing(world):
    voucher, shop = world.voucher(), world.shop().synced()
    stop(world, "campaign:coffee")
    shop.synced()
    publish(world, 2, campaigns=[a_cheaper_campaign()])
    lift(world.hq, "campaign:coffee")
    real = shop.hq.real
    shop.hq.document = lambda kind: real.document(kind) if kind == "stops" else real.document("keyset")
    with pytest.raises(HqUntrusted):
        shop.syncer.sync()
    assert shop.store.stops.version == 2
    assert reasons(shop.sell(voucher=voucher)) == [["stopped"]]
    leave_alone(shop)
    shop.synced()
    assert shop.sell(voucher=voucher).discount == 10


def test_let_go_without_new_rules_it_is_as_before(world):
    voucher, shop = world.voucher(), world.shop().synced()
    stop(world, "campaign:coffee")
    assert lift(world.hq, "campaign:coffee").before_program is None
    later(world)
    shop.sell(voucher=voucher)  # given after it was let go, by a store that never heard of either
    shop.synced()
    assert {verdict for _, verdict in shop.verdicts()} == {"posted"}
