"""Figures and heads, counted from HQ's tables."""

from sqlalchemy import delete

from app.core.codes import hash_number
from hq.figures import Figures, figures, heads
from hq.home import open_database
from hq.tables import journal
from hq.vouchers.service import NewVoucher, create_vouchers
from tests.hq.station import VOUCHER_RULE, enrol_station, voucher


def test_an_empty_hq_has_zeros(hq):
    assert figures(hq.database) == Figures(0, 0, 0, 0, 0, 0, 0, 0, {}, 0, 0, {}, 0, {}, 0)
    assert heads(hq.database) == {}


def test_figures_count_what_was_posted(hq, station, folder):
    code = hash_number(create_vouchers(hq, [NewVoucher(VOUCHER_RULE)])[0])
    station.order("o1", vouchers=(voucher(code),))
    station.order("o2", amounts=(("MILK", 300), ("TEA", 100)), vouchers=(voucher(code),), link="offline")
    station.append("later_kind", {})
    station.push()
    other = enrol_station(hq, "S2")
    other.order("o3", ref=None)
    other.push()
    database = open_database(folder)  # as another process would
    assert figures(database) == Figures(
        orders=3,
        lines=6,
        members=1,
        stores=2,
        gross_cents=750 + 400 + 750,
        redemptions_attempted=2,
        redemptions_approved=1,
        redemptions_refused=1,
        refused_by_reason={"required_item_missing": 1},
        discount_cents=100 + 10,
        points_earned=6 + 3,  # nobody earns what no member is there to get
        approved_by_campaign={"13": 1},
        journal_entries=6,
        verdicts={"posted": 5, "quarantined": 1},
        offline_orders=1,
    )
    database.close()


def test_heads_show_an_entry_that_is_gone(hq, station):
    for n in range(3):
        station.order(f"o{n}")
    station.push()
    held = heads(hq.database)[station.owner.device_id]
    assert (held.store, held.epoch, held.seq, held.hash, held.entries) == ("S1", 1, 3, station.head().hash, 3)
    with hq.database.atomic() as connection:
        connection.execute(delete(journal).where(journal.c.seq == 2))
    assert heads(hq.database)[station.owner.device_id].entries == 2
