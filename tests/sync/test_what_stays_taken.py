"""What our entries took stays taken while HQ has them set aside, and when a new epoch carries them over."""

import pytest
from msgspec.structs import replace

from app.core.entry import ORDER, REDEEM, SALVAGED
from app.core.overlay import CODE_SPENT, FLOOR_USE, LEASE_USE, VOUCHER_USE
from app.core.salvaged import COUNTS, salvaged_record
from app.store import carried
from app.store.journal import WordOfHq
from hq.journal import again, judge
from hq.journal.again import judge_all_again
from hq.journal.desk import carried_cases, post_case
from sync import reenrolment
from sync.faults import HqUnreachable
from tests.sync.test_reenrolment import reenrol, text_for
from tests.sync.world import Shop

SOLD = 500  # cents, of which 100 come off: 4 points


@pytest.fixture
def shop(world) -> Shop:
    return world.shop().synced()


def figures(shop: Shop, voucher: str, card: str) -> tuple[int, int, int]:
    """Return the uses of a voucher, a member's balance and their points on the way, as the station shows them."""
    member = shop.member(card)
    return shop.show(voucher).voucher.uses, member.member.balance, member.pending


@pytest.fixture
def blind(monkeypatch):
    """An HQ that can't read orders, until it is told how."""
    known = judge.JUDGES

    def judges(judged):
        monkeypatch.setattr(judge, "JUDGES", judged)
        monkeypatch.setattr(again, "JUDGES", judged)

    judges({name: judged for name, judged in known.items() if name not in (ORDER, REDEEM)})
    return lambda: judges(known)


def test_a_coupon_is_not_whole_again_because_hq_could_not_read_where_it_went(world, shop, blind):
    voucher, card = world.voucher(uses_max=1), world.card()
    shop.syncer.pull()
    shop.sell(cents=SOLD, card=card, voucher=voucher)
    shop.syncer.sync()
    assert [word for _, word in shop.verdicts()] == ["quarantined", "quarantined"]
    assert figures(shop, voucher, card) == (1, 0, 4)
    shop.restart()
    assert figures(shop, voucher, card) == (1, 0, 4)
    assert shop.sell(cents=SOLD, voucher=voucher).discount == 0  # refused, and quarantined as well
    blind()
    shop.syncer.sync()
    assert judge_all_again(world.hq) > 0
    assert figures(shop, voucher, card) == (1, 0, 4)  # we have not heard of that yet
    shop.syncer.sync()
    assert figures(shop, voucher, card) == (1, 4, 0)


def test_words_wait_for_the_figures_that_belong_to_them(world, shop, blind):
    """A page of the feed may bring HQ's word that an entry was posted before it brings the voucher's row."""
    voucher, card = world.voucher(uses_max=1), world.card()
    shop.syncer.pull()
    shop.sell(cents=SOLD, card=card, voucher=voucher)
    shop.syncer.sync()
    blind()
    judge_all_again(world.hq)

    def page(answer):
        if len(answer.rows) == 0:
            raise HqUnreachable("cut")
        words = [row for row in answer.rows if row.t == "verdict"]
        assert words
        shop.hq.alter("changes", cut)
        return replace(answer, rows=words, checkpoint=False)

    def cut(_):
        raise HqUnreachable("cut")

    shop.hq.alter("changes", page)
    with pytest.raises(HqUnreachable):
        shop.syncer.pull()
    assert figures(shop, voucher, card) == (1, 0, 4)
    del shop.hq.changes
    shop.syncer.pull()
    assert figures(shop, voucher, card) == (1, 4, 0)


def test_a_new_epoch_forgets_nothing_that_hq_has_not_got(world, shop):
    voucher, card = world.voucher(uses_max=1), world.card()
    shop.syncer.sync()
    shop.sell(cents=SOLD, card=card, voucher=voucher)
    reenrol(shop, text_for(shop))
    shop.syncer.pull()
    assert figures(shop, voucher, card) == (1, 0, 4)
    shop.syncer.sync()
    assert shop.store.journal.verdict_counts()["quarantined"] == 2
    assert figures(shop, voucher, card) == (1, 0, 4)
    shop.restart()  # all that is stored follows from the bodies
    assert shop.sell(cents=SOLD, voucher=voucher).discount == 0
    for case_id in carried_cases(world.hq, shop.store.device.device_id):
        post_case(world.hq, case_id, who="ada")
    shop.syncer.sync()
    assert figures(shop, voucher, card) == (1, 4, 0)


def test_an_epoch_that_an_older_program_began_opens_and_counts_as_it_did(world, shop, monkeypatch):
    voucher = world.voucher(uses_max=1)
    shop.syncer.sync()
    shop.sell(voucher=voucher)

    def older(found, *, store):
        return {name: value for name, value in salvaged_record(found, store=store).items() if name != COUNTS}

    monkeypatch.setattr(reenrolment, "salvaged_record", older)
    reenrol(shop, text_for(shop))
    assert shop.store.journal.effect_sum(VOUCHER_USE, shop_hash(shop), after_seq=0) == 0
    shop.restart()


def shop_hash(shop: Shop) -> str:
    """Return the hash of the code that the station's carried redemption used."""
    inner = [carried.opened(entry) for entry in shop.store.journal.entries() if entry.type == SALVAGED]
    (code_hash,) = [entry.data["code_hash"] for entry in inner if entry.type == REDEEM]
    return code_hash


def test_only_what_hq_tells_a_figure_of_is_held_and_a_kill_forgets_nothing(world, shop):
    """Leases count by themselves, floor limits until HQ has heard; a word that was rolled back was never said."""
    voucher = world.voucher()
    shop.syncer.pull()
    shop.sell(voucher=voucher)
    journal, store = shop.store.journal, shop.store
    (code_hash,) = [each.data["code_hash"] for each in journal.entries() if each.type == REDEEM]
    assert journal.effect_sum(VOUCHER_USE, code_hash, after_seq=9) == 0
    with pytest.raises(ZeroDivisionError):
        said_and_rolled_back(store, code_hash)
    assert journal.effect_sum(VOUCHER_USE, code_hash, after_seq=9) == 0
    with store.atomic():
        journal.append_verdicts([WordOfHq(2, "quarantined", ())])
    assert journal.effect_sums(VOUCHER_USE, [code_hash], after_seq=9) == {code_hash: 1}
    assert journal.effects_under(VOUCHER_USE, code_hash[:9], after_seq=9) == [(code_hash, 1)]
    assert journal.effect_sum(VOUCHER_USE, code_hash, after_seq=1) == 1  # once
    for kind in (FLOOR_USE, LEASE_USE, CODE_SPENT):
        assert journal.effects_under(kind, "", after_seq=9) == []


def said_and_rolled_back(store, code_hash: str) -> None:
    with store.atomic():
        store.journal.append_verdicts([WordOfHq(2, "quarantined", ())])
        assert store.journal.effect_sum(VOUCHER_USE, code_hash, after_seq=9) == 1
        raise ZeroDivisionError
