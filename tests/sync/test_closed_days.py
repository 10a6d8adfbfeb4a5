"""A day is closed without a line; head office hears of it later and comes to the same, whatever happened in between."""

import pytest

from app.core.entry import DAY_CLOSE
from app.core.order import local_date
from app.core.reversal_kinds import Kind
from app.core.reversal_rules import ReversalReason
from app.ids import new_id
from app.station.day_close import CloseBy, ClosedDay, look_at_days, record_close
from app.station.noted import About, note
from app.station.void import Asked, By, record_reversal
from hq.journal import again, judge
from hq.journal.desk import list_cases
from tests.sync.test_reenrolment import reenrol, text_for
from tests.sync.world import Shop, World


def close(shop: Shop) -> ClosedDay:
    store = shop.store
    zone = store.device.time_zone
    found = look_at_days(store.journal.listing, time_zone=zone, today=local_date(store.now_ms(), zone)).open
    assert found is not None
    closed = record_close(store, found, CloseBy())
    assert isinstance(closed, ClosedDay)
    return closed


def words(shop: Shop) -> set[str]:
    return {word for _, word in shop.verdicts()}


def test_what_was_closed_off_line_is_posted_and_comes_to_the_same(world: World) -> None:
    card, voucher = world.card(), world.voucher()
    shop = world.shop().synced()
    answer = shop.sell(cents=1_000, card=card, voucher=voucher)
    record_reversal(shop.store, Asked(new_id(), Kind.VOID, answer.order_id, ReversalReason.MISTAKE), By())
    shop.sell()
    closed = close(shop)
    assert (closed.queue.waiting, closed.figures.orders, closed.figures.voids) == (3, 2, 1)
    note(shop.store, About(1, "void"), "seen", staff="")
    shop.sell()
    shop.syncer.sync()
    assert words(shop) == {"posted"} and not list_cases(world.hq)


def test_an_older_head_office_keeps_it_and_a_newer_one_posts_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop, known = world.shop().synced(), dict(judge.JUDGES)

    def judges(judged) -> None:
        monkeypatch.setattr(judge, "JUDGES", judged)
        monkeypatch.setattr(again, "JUDGES", judged)

    judges({name: judged for name, judged in known.items() if name != DAY_CLOSE})
    shop.sell()
    close(shop)
    shop.sell()
    shop.syncer.sync()
    assert [word for _, word in shop.verdicts()] == ["posted", "quarantined", "posted"]
    judges(known)
    assert again.judge_all_again(world.hq) == 1
    shop.syncer.sync()
    assert shop.store.journal.verdict_counts() == {"posted": 3}


def test_a_new_epoch_closes_its_own_days_and_counts_nothing_twice(world: World) -> None:
    shop = world.shop().synced()
    shop.sell()
    first = close(shop)
    shop.sell()
    reenrol(shop, text_for(shop))
    shop.syncer.sync()
    shop.sell()
    closed = close(shop)
    assert closed.day == first.day and closed.figures.orders == 1
    assert closed.figures.carried == 3  # two orders and the day that was closed, none of which HQ had
    shop.syncer.sync()
    assert [word for _, word in shop.verdicts()][-2:] == ["posted", "posted"]
