"""Vouchers of a batch at a station: good once it has pulled, refused before their day and where they are stopped."""

from hq.access.actor import SYSTEM
from hq.batches.listing import list_codes
from hq.batches.service import BatchList, NewVouchers, State, make_vouchers, set_state
from hq.jobs.service import work
from hq.vouchers.listing import find_by_number, uses_of
from hq.vouchers.service import set_state as set_voucher
from tests.sync.world import RULE, World


def make(world: World, count: int, **more) -> tuple[str, list[str]]:
    made = make_vouchers(world.hq, SYSTEM, NewVouchers("Spring", RULE, count, prefix="AB", length=15, **more))
    work(world.hq)
    return made.batch_id, [each.code for each in list_codes(world.hq, made.batch_id, BatchList())[0]]


def reasons(answer) -> list[str]:
    return [refusal.reason.code for outcome in answer.presented for refusal in outcome.refusals]


def test_a_voucher_in_bulk_is_redeemed_once_and_one_that_is_stopped_is_refused(both: World) -> None:
    batch_id, codes = make(both, 4)
    shop = both.shop().synced()
    assert shop.sell(voucher=codes[0].lower()).discount == 100
    set_voucher(both.hq, SYSTEM, find_by_number(both.hq, codes[1]).code_hash, "frozen")
    set_voucher(both.hq, SYSTEM, find_by_number(both.hq, codes[2]).code_hash, "void")
    shop.synced()
    assert [use.store for use in uses_of(both.hq, find_by_number(both.hq, codes[0]).code_hash)] == ["s-1"]
    for code, reason in ((codes[0], "limit_total_reached"), (codes[1], "stopped")):
        answer = shop.sell(voucher=code)
        assert (answer.discount, reasons(answer)) == (0, [reason])
    withdrawn = find_by_number(both.hq, codes[2]).code_hash
    assert shop.store.replica.voucher(withdrawn) is None
    set_state(both.hq, SYSTEM, batch_id, State.FROZEN)
    work(both.hq)
    shop.synced()
    assert reasons(shop.sell(voucher=codes[3])) == ["stopped"]
    set_state(both.hq, SYSTEM, batch_id, State.ACTIVE)
    work(both.hq)
    shop.synced()
    assert shop.sell(voucher=codes[3]).discount == 100
    assert reasons(shop.sell(voucher=codes[1])) == ["stopped"]
    shop.synced()
    assert {verdict for _seq, verdict in shop.verdicts()} == {"posted"}


def test_a_new_station_gets_the_days_and_states_with_its_snapshot(world: World) -> None:
    _, (waits,) = make(world, 1, starts_on="2026-12-01", ends_on="2026-12-31")
    batch_id, (stopped,) = make(world, 1)
    set_state(world.hq, SYSTEM, batch_id, State.FROZEN)
    shop = world.shop().synced()
    assert reasons(shop.sell(voucher=waits)) == ["not_started"]
    assert reasons(shop.sell(voucher=stopped)) == ["stopped"]
    shop.synced()
    assert {verdict for _seq, verdict in shop.verdicts()} == {"posted"}
