"""Batches of vouchers and gift cards: made once however often the job dies, good at stations, stopped and withdrawn."""

import pytest
from sqlalchemy import func, select

from app.core.codes import ALPHABET, hash_number, parse
from hq.access.actor import SYSTEM, Actor, Ceilings
from hq.access.scopes import Scope
from hq.batches import making
from hq.batches.codes import code_at, for_people, read_seed
from hq.batches.listing import list_codes
from hq.batches.service import (
    BatchList,
    NewGiftCards,
    NewVouchers,
    State,
    find_batch,
    forget_codes,
    list_batches,
    make_gift_cards,
    make_vouchers,
    resume_batch,
    set_state,
)
from hq.campaigns.service import publish_program
from hq.faults import ChangedMeanwhile, NotPossible, OverCeiling
from hq.feed import GIFT_CARD, VOUCHER, last_number, read_page
from hq.gift_cards.listing import posted_on
from hq.gift_cards.tables import gift_card
from hq.jobs.service import DONE, find_job, stop_job, work
from hq.tables import voucher
from hq.vouchers import listing
from hq.vouchers.service import set_state as set_voucher
from hq.webhooks.tables import webhook_event
from tests.hq.station import NOW_MS, VOUCHER_RULE, program_body

FEW = NewVouchers(
    "Spring", VOUCHER_RULE, 1_200, prefix="AB", length=15, starts_on="2017-11-08", ends_on="2017-12-01"
)


class Died(BaseException):
    """The process is gone."""


def rows(hq, table):
    with hq.database.reading() as connection:
        return connection.execute(select(table).order_by(table.c.n)).all()


def told(hq, *, after=0):
    """What stations hear, by hash: whether it is there and how it stands."""
    with hq.database.reading() as connection:
        page = read_page(connection, store="S1", cursor=after, limit=5_000)
    return {row.k: (row.op, row.v and row.v["state"]) for row in page.rows if row.t in (VOUCHER, GIFT_CARD)}


def test_a_batch_whose_job_dies_again_and_again_has_each_code_once(hq, monkeypatch) -> None:
    made = make_vouchers(hq, SYSTEM, FEW)
    assert (made.state, made.made, made.has_codes) == (State.ACTIVE, 0, True)
    monkeypatch.setattr(making, "CODES_A_STEP", 500)
    steps = 0
    real = making.announce

    def dying(connection, changes):
        nonlocal steps
        steps += 1
        real(connection, changes)
        if steps % 2:
            raise Died

    monkeypatch.setattr(making, "announce", dying)
    while find_job(hq, made.job).state != DONE:
        try:
            work(hq)
        except Died:
            assert find_batch(hq, made.batch_id).made == len(rows(hq, voucher)) == steps // 2 * 500
    assert work(hq) == 0
    codes = [code_at(read_seed(hq, made.batch_id), n, made.form) for n in range(1_200)]
    assert len({*codes}) == 1_200
    assert all(code.startswith("VAB") and len(code) == 17 and {*code[1:]} <= {*ALPHABET} for code in codes)
    kept = rows(hq, voucher)
    assert [row.code_hash for row in kept] == [hash_number(code) for code in codes]
    assert {(row.rule_id, row.uses_max, row.starts_on, row.ends_on) for row in kept} == {
        (VOUCHER_RULE, 1, "2017-11-08", "2017-12-01")
    }
    assert told(hq) == dict.fromkeys((row.code_hash for row in kept), ("put", "active"))
    assert (find_batch(hq, made.batch_id).made, find_job(hq, made.job).done) == (1_200, 1_200)
    with hq.database.reading() as connection:
        events = connection.execute(
            select(func.count()).select_from(webhook_event).where(webhook_event.c.kind == "vouchers.made")
        ).scalar_one()
    assert events == 1


def test_what_nobody_may_ask_for_is_refused(hq) -> None:
    for changes, sentence in (
        ({"length": 13}, "1200 codes of 13 characters that begin with AB .* at least 14 characters"),
        ({"prefix": "SUN"}, "Codes have no U:"),
        ({"prefix": "AB" * 4, "length": 20}, "at most 6 characters"),
        ({"length": 30}, "Stations read codes of 13 to 20"),
        ({"count": 0}, "A batch has 1 to 1000000"),
        ({"rule_id": "a7"}, "no voucher rule"),
        ({"ends_on": "2017-11-05"}, "in the past"),
        ({"starts_on": "2017-12-02"}, "before the first"),
        ({"name": " "}, "a name"),
        ({"uses_max": -1}, "uses"),
    ):
        with pytest.raises(NotPossible, match=sentence):
            make_vouchers(hq, SYSTEM, NewVouchers(**{**_fields(FEW), **changes}))
    below = Actor("Jo", None, frozenset(Scope), Ceilings(amount=99))
    with pytest.raises(OverCeiling):  # each takes 1.00 off
        make_vouchers(hq, below, FEW)
    with pytest.raises(OverCeiling):
        make_gift_cards(hq, below, NewGiftCards("Cards", 10, 10))
    assert rows(hq, voucher) == []


def _fields(new):
    return {name: getattr(new, name) for name in new.__dataclass_fields__}


def test_a_batch_is_stopped_let_go_and_withdrawn_and_one_of_it_by_itself(hq, monkeypatch) -> None:
    monkeypatch.setattr(making, "CODES_A_STEP", 2)
    made = make_vouchers(hq, SYSTEM, NewVouchers("Spring", VOUCHER_RULE, 3))
    other = make_vouchers(hq, SYSTEM, NewVouchers("Other", VOUCHER_RULE, 1))
    work(hq)
    first, second, third = (row.code_hash for row in listing.list_vouchers(
        hq, listing.VoucherList(batch=made.batch_id))[0])  # fmt: skip
    (apart,) = (row.code_hash for row in rows(hq, voucher) if row.batch == other.batch_id)

    def states(**asked):
        found, _ = listing.list_vouchers(hq, listing.VoucherList(campaign="13", **asked))
        return {row.code_hash: row.state.value for row in found}

    set_voucher(hq, SYSTEM, first, "frozen", reason="stolen")
    assert states(state="frozen") == {first: "frozen"}
    with hq.database.reading() as connection:
        before = last_number(connection)
    stopped = set_state(hq, SYSTEM, made.batch_id, State.FROZEN, reason="a leak", version=1)
    assert (stopped.state, stopped.version) == (State.FROZEN, 2)
    with pytest.raises(ChangedMeanwhile):
        set_state(hq, SYSTEM, made.batch_id, State.ACTIVE, version=1)
    work(hq)
    assert told(hq) == {**dict.fromkeys((first, second, third), ("put", "frozen")), apart: ("put", "active")}
    assert told(hq, after=before).keys() == {first, second, third}
    set_state(hq, SYSTEM, made.batch_id, State.ACTIVE)
    work(hq)
    assert {code: state for code, (_, state) in told(hq).items()} == {
        first: "frozen", second: "active", third: "active", apart: "active",
    }  # fmt: skip
    set_voucher(hq, SYSTEM, second, "void")
    with pytest.raises(NotPossible, match="taken back"):
        set_voucher(hq, SYSTEM, second, "active")
    assert told(hq)[second] == ("del", None)
    assert states() == {first: "frozen", second: "void", third: "open", apart: "open"}
    set_state(hq, SYSTEM, made.batch_id, State.VOID)
    work(hq)
    assert told(hq)[third] == ("del", None)
    assert states(state="void") == dict.fromkeys((first, second, third), "void")
    assert states(state="open") == {apart: "open"}
    with pytest.raises(NotPossible, match="withdrawn"):
        set_state(hq, SYSTEM, made.batch_id, State.ACTIVE)


def test_a_batch_that_is_withdrawn_while_it_is_made_ends_there(hq, monkeypatch) -> None:
    made = make_vouchers(hq, SYSTEM, NewVouchers("Spring", VOUCHER_RULE, 1_000))
    steps = iter([False, True])
    work(hq, is_over=lambda: next(steps))
    set_state(hq, SYSTEM, made.batch_id, State.VOID)
    work(hq)
    kept = rows(hq, voucher)
    assert len(kept) == 500
    assert set(told(hq).values()) == {("del", None)}


def test_the_rest_of_a_batch_is_made_after_its_job_was_stopped(hq, monkeypatch) -> None:
    monkeypatch.setattr(making, "CODES_A_STEP", 2)
    made = make_vouchers(hq, SYSTEM, NewVouchers("Spring", VOUCHER_RULE, 7))
    steps = iter([False, True])
    work(hq, is_over=lambda: next(steps))
    with pytest.raises(NotPossible, match="waits to be made"):
        resume_batch(hq, SYSTEM, made.batch_id)
    stop_job(hq, SYSTEM, made.job)
    assert work(hq) == 0
    assert resume_batch(hq, SYSTEM, made.batch_id).made == 2
    work(hq)
    codes = [hash_number(code_at(read_seed(hq, made.batch_id), n, made.form)) for n in range(7)]
    assert [row.code_hash for row in rows(hq, voucher)] == codes


def test_codes_are_written_out_until_they_are_forgotten(hq) -> None:
    made = make_vouchers(hq, SYSTEM, NewVouchers("Spring", VOUCHER_RULE, 3, ends_on="2017-12-01"))
    with pytest.raises(NotPossible, match="still being made"):
        forget_codes(hq, SYSTEM, made.batch_id)
    work(hq)
    found, following = list_codes(hq, made.batch_id, BatchList(limit=2))
    (third,), no_more = list_codes(hq, made.batch_id, BatchList(limit=2, cursor=following))
    assert no_more is None
    for n, each in enumerate([*found, third]):
        assert each.code == for_people(each.qr)
        assert parse(each.code, keys={}, now_ms=NOW_MS).code_hash == rows(hq, voucher)[n].code_hash
        assert (each.n, each.campaign, each.ends_on, each.amount) == (n, "13", "2017-12-01", 100)
    assert forget_codes(hq, SYSTEM, made.batch_id).has_codes is False
    with pytest.raises(NotPossible, match="kept nowhere"):
        list_codes(hq, made.batch_id, BatchList())


def test_gift_cards_in_bulk_carry_money_that_is_owed_or_are_blanks(hq) -> None:
    full = make_gift_cards(hq, SYSTEM, NewGiftCards("Xmas", 700, 2_500))
    blank = make_gift_cards(hq, SYSTEM, NewGiftCards("Rack", 2))
    work(hq)
    cards = rows(hq, gift_card)
    assert len({row.code_hash for row in cards}) == 702
    assert {(row.balance, row.filled) for row in cards if row.batch == full.batch_id} == {(2_500, 1)}
    assert {(row.balance, row.filled) for row in cards if row.batch == blank.batch_id} == {(0, 0)}
    (first, *_), _ = list_codes(hq, full.batch_id, BatchList(limit=1))
    assert posted_on(hq, hash_number(first.qr)) == first.amount == 2_500
    assert {state for _, state in told(hq).values()} == {"active", "new"}
    set_state(hq, SYSTEM, full.batch_id, State.FROZEN)
    work(hq)
    assert told(hq)[hash_number(first.qr)] == ("put", "frozen")
    with pytest.raises(NotPossible, match="money that is owed"):
        set_state(hq, SYSTEM, full.batch_id, State.VOID)
    assert [each.name for each in list_batches(hq, BatchList(kind="gift_cards"))[0]] == ["Rack", "Xmas"]


def test_a_voucher_that_head_office_stopped_is_taken_late_and_looked_at(hq, station, clock) -> None:
    made = make_vouchers(hq, SYSTEM, NewVouchers("Spring", VOUCHER_RULE, 2))
    work(hq)
    from tests.hq.station import voucher as shown

    first, second = (row.code_hash for row in rows(hq, voucher))
    station.order("before", vouchers=(shown(first, uses_max=1),))
    set_state(hq, SYSTEM, made.batch_id, State.FROZEN)
    station.order("after", vouchers=(shown(second, uses_max=1),), at_ms=NOW_MS + 1)
    clock.set_ms(NOW_MS + 1)
    results = station.push().results
    assert [(each.verdict, list(each.codes)) for each in results] == [
        ("posted", []), ("posted_flagged", ["LATE"]), ("posted", []), ("posted_flagged", ["LATE"]),
    ]  # fmt: skip
    assert [use.order_id for use in listing.uses_of(hq, second)] == ["after"]
    assert listing.count_uses(hq, made.batch_id) == (2, 2)


def test_a_program_without_the_rule_makes_no_more_of_it(hq) -> None:
    publish_program(hq, program_body(2, campaigns=[]), is_meant=True)
    with pytest.raises(NotPossible, match="no voucher rule"):
        make_vouchers(hq, SYSTEM, FEW)
