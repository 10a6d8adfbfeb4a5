"""Codes of other systems from files: tried without a trace, brought in once, with what was wrong row by row."""

import pytest
from sqlalchemy import func, select

from app.core.codes import hash_number, number
from hq.access.actor import SYSTEM
from hq.batches.importing import bring_codes, find_import, forget_old, run_import
from hq.batches.listing import list_codes
from hq.batches.service import BatchList, Kind, find_batch
from hq.faults import Malformed, NotHere, NotPossible
from hq.gift_cards.listing import find_card, posted_on
from hq.imports.service import KEPT_MS, problems_of
from hq.jobs.service import find_job, work
from hq.tables import voucher
from hq.vouchers.listing import VoucherList, list_vouchers
from hq.vouchers.service import NewVoucher, create_vouchers
from tests.hq.station import VOUCHER_RULE

GOOD, DAYS = number("V", "0000000000001"), number("V", "ABC" + "0" * 12)
EAN = "9812345678902"  # what shops print for coupons of their own
NO_VOUCHER = (
    "Stations can't read this as a voucher: V and 13 to 20 characters, the last of which checks the others, "
    "or a coupon of GS1."
)


def codes(hq) -> int:
    with hq.database.reading() as connection:
        return connection.execute(select(func.count()).select_from(voucher)).scalar_one()


def run(hq, found, *, is_trial):
    started = run_import(hq, SYSTEM, found.import_id, found.mapping, is_trial=is_trial)
    work(hq)
    assert find_job(hq, started.job).state == "done", find_job(hq, started.job).said
    return find_import(hq, found.import_id)


def test_a_file_is_tried_then_brought_in_once(hq) -> None:
    (known,) = create_vouchers(hq, [NewVoucher(VOUCHER_RULE)])
    late, soon = number("V", "1" * 13), number("V", "2" * 13)
    content = f"""Voucher code;Valid from;Valid until;Uses;Note
{GOOD};;;
{DAYS};2017-12-01;2017-12-24;3
{EAN};;;
{known};;;
{GOOD.lower()};;;
SPRING;;;
{late};2017-12-02;2017-12-01;
{soon};soon;;
"""
    found = bring_codes(hq, SYSTEM, "old.csv", content.encode(), kind=Kind.VOUCHERS, rule_id=VOUCHER_RULE)
    assert found.mapping == {
        "Voucher code": "code", "Valid from": "starts_on", "Valid until": "ends_on", "Uses": "uses_max",
    }  # fmt: skip
    tried = run(hq, found, is_trial=True)
    assert (tried.rows_good, tried.rows_bad, tried.batch, codes(hq)) == (3, 5, "", 1)
    brought = run(hq, found, is_trial=False)
    assert [(each.row, each.problem) for each in problems_of(hq, brought)] == [
        (5, "There is this code already."),
        (6, "This code stands in the file twice."),
        (7, NO_VOUCHER),
        (8, "The last day lies before the first."),
        (9, "A day is written like 2026-11-28."),
    ]
    batch = find_batch(hq, brought.batch)
    assert (batch.origin, batch.wanted, batch.made, batch.has_codes) == ("brought", 3, 3, False)
    kept = {row.code_hash: row for row in list_vouchers(hq, VoucherList(batch=brought.batch))[0]}
    assert kept.keys() == {hash_number(code) for code in (GOOD, DAYS, EAN)}
    own = kept[hash_number(DAYS)]
    assert (own.starts_on, own.ends_on, own.uses_max, own.n) == ("2017-12-01", "2017-12-24", 3, 1)
    assert kept[hash_number(GOOD)].uses_max == 1
    with pytest.raises(NotPossible, match="brought in already"):
        run_import(hq, SYSTEM, found.import_id, found.mapping, is_trial=False)
    with pytest.raises(NotPossible, match="came from a file"):
        list_codes(hq, brought.batch, BatchList())
    assert codes(hq) == 4


def test_cards_come_with_what_is_on_them(hq) -> None:
    full, blank = number("G", "0" * 13), number("G", "1" * 13)
    content = f"Card number,Balance\n{full},1250\n{blank},0\n{number('G', '2' * 13)},12.50\n"
    found = bring_codes(hq, SYSTEM, "cards.csv", content.encode(), kind=Kind.GIFT_CARDS)
    brought = run(hq, found, is_trial=False)
    assert (brought.rows_good, brought.rows_bad) == (2, 1)
    card = find_card(hq, hash_number(full))
    assert (card.balance, card.state, card.batch) == (1_250, "active", brought.batch)
    assert posted_on(hq, hash_number(full)) == 1_250
    assert find_card(hq, hash_number(blank)).state == "new"


def test_what_is_no_file_of_codes_is_refused_and_files_are_forgotten(hq, clock) -> None:
    with pytest.raises(NotPossible, match="no voucher rule"):
        bring_codes(hq, SYSTEM, "a.csv", b"code\nx\n", kind=Kind.VOUCHERS, rule_id="a7")
    with pytest.raises(Malformed):
        bring_codes(hq, SYSTEM, "a.csv", b"code\n", kind=Kind.VOUCHERS, rule_id=VOUCHER_RULE)
    found = bring_codes(hq, SYSTEM, "a.csv", b"what,else\nx,y\n", kind=Kind.VOUCHERS, rule_id=VOUCHER_RULE)
    for mapping, sentence in (
        ({}, "has to be the code"),
        ({"what": "code", "else": "code"}, "the same thing"),
        ({"what": "value"}, "can't be"),
        ({"nothing": "code"}, "does not have"),
    ):
        with pytest.raises(Malformed, match=sentence):
            run_import(hq, SYSTEM, found.import_id, mapping, is_trial=True)
    clock.set_ms(clock.now_ms() + KEPT_MS + 1)
    forget_old(hq)
    with pytest.raises(NotHere):
        find_import(hq, found.import_id)
