"""Home leases beside what HQ has promised on line."""

from hq.authority.home import DAY_MS, give_back
from tests.hq.asking import COUPON, REWARD, a_coupon, a_member, asked, asking_program, authorize, said
from tests.hq.leasing import ask, publish
from tests.hq.station import NOW_MS, REF, enrol_station


def test_who_comes_to_lead_a_store_holds_nothing_that_is_promised_to_others(hq, clock):
    """Both would spend it: the one by a yes, the other by a home lease."""
    publish(hq, asking_program())
    a_member(hq, balance=120)
    here, there = enrol_station(hq, "S1"), enrol_station(hq, "S2")
    own, free = a_coupon(hq, owner=REF), a_coupon(hq, owner=REF)
    assert said(authorize(there, asked("r1", COUPON, code_hash=own), asked("r2", REWARD, points=50))) == [
        "yes",
        "yes",
    ]

    def held():
        page = here.session.changes(cursor=0, set_id=hq.set_id)
        rows = {row.k: row.v["holder"] for row in page.rows if row.t in ("member", "voucher")}
        return [rows[each] == here.owner.device_id for each in (REF, own, free)]

    ask(here)
    assert held() == [False, False, True]
    things = (asked("r3", REWARD, points=70), asked("r4", REWARD, points=1))
    assert said(authorize(here, *things, order_id="o2")) == ["yes", "insufficient_points"]
    clock.set_ms(NOW_MS + 2 * DAY_MS)
    with hq.database.atomic() as connection:
        assert give_back(connection, now_ms=clock.now_ms()) == 2
    assert held() == [True, True, True]
