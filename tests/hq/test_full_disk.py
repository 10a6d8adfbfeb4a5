"""HQ's disk is full: nothing is stored, everybody is told so in a sentence, and it goes on when there is room."""

import pytest

from hq import db
from hq.faults import Busy
from hq.home import open_hq
from hq.vouchers.service import NewVoucher, create_vouchers
from tests.databases import on
from tests.hq.station import VOUCHER_RULE

pytestmark = on("sqlite")


@pytest.mark.loud("HQ's log says that its disk is full")
def test_what_does_not_fit_is_refused_whole_and_in_words(folder, clock, monkeypatch):
    many = [NewVoucher(VOUCHER_RULE) for _ in range(3_000)]
    with monkeypatch.context() as full:
        full.setattr(db, "PRAGMAS", (*db.PRAGMAS, "max_page_count=1"))  # no page more than there are
        hq = open_hq(folder, clock=clock)
        with pytest.raises(Busy, match=r"disk is full.*nothing was stored"):
            create_vouchers(hq, many)
        hq.close()
    hq = open_hq(folder, clock=clock)
    assert len(create_vouchers(hq, many)) == len(many)
    hq.close()
