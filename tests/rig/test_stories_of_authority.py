"""What shops may give when nobody answers: through real processes, at the till, in the journals and in HQ's books."""

from pathlib import Path

import pytest

from app.core.authority import voucher_scope
from app.core.codes import hash_number
from app.core.entry import REDEEM, REFUSE
from tests.rig.books import books, entries, rights
from tests.rig.company import Company
from tests.rig.offers import are_back, coupons, offer, opened, publish, shown
from tests.rig.stepped import passes
from tests.rig.ways import CutUp

MINUTE_MS = 60_000


def test_two_shops_and_one_coupon(shops: Company, clock: Path) -> None:
    """Cut off, only who holds a coupon gives it. Where a floor limit allows it, both do, and the later is flagged."""
    publish(shops, offer("strict", "lease"), offer("small", "floor"))
    ada = shops.world.member_ref
    (strict,), (small,) = (coupons(shops, rule, owner=ada) for rule in ("strict", "small"))
    home, other = opened(shops, 2, clock=clock)
    for station in (home, other):
        station.is_cut_off()
    refused = other.sells("T-1", strict)["presented"][0]
    assert (refused["approved"], refused["reason"]) == (False, "online_only")
    assert refused["sentence"] == "This offer needs head office, which can't be reached."
    assert shown(home, "O-1", strict) == ["100"]
    assert shown(home, "O-2", strict) == ["limit_total_reached"]
    assert shown(home, "O-3", small) == ["100"]
    passes(clock, MINUTE_MS)  # a station's time may be some milliseconds off
    assert shown(other, "T-2", small) == ["100"], "so little may be given twice by accident"
    assert shown(other, "T-3", small) == ["limit_total_reached"]
    are_back(other, home)  # the later one is heard first
    assert home.status()["verdicts"] == {"posted": home.status()["head"]}
    assert other.status()["verdicts"] == {"posted": other.status()["head"] - 1, "posted_flagged": 1}
    found = books(shops)
    assert found.cases == [(other.device_id, "COUPON_TWICE", 100)]
    assert found.exceptions == {"EUR": 100}
    happened = {name: each.happened for name, each in found.exposures.items() if each.happened}
    assert happened == {"S2": 100} and found.exposures["S2"].bound >= 100
    (ada_s,) = shops.hq_says("exposure", "--member", ada)
    assert (ada_s["happened"], ada_s["bound"]) == (100, 4 * 3 * 3_000), "four stations, by the strongest code"
    shops.close()
    assert rights(home, REDEEM) == [("lease", ""), ("lease", "")]
    assert rights(other, REDEEM) == [("floor", "A2")]
    assert [each.data["reasons"][0]["code"] for each in entries(other, REFUSE)] == [
        "online_only",
        "limit_total_reached",
    ]


@pytest.mark.slow
def test_a_coupon_that_was_promised_on_line_is_nobody_else_s(shops: Company) -> None:
    """HQ has said yes to one shop and its entry is still on its way: the other is refused."""
    publish(shops, offer("strict", "lease"))
    (coupon,) = coupons(shops, "strict")
    scope = voucher_scope(hash_number(coupon))
    first, second = opened(shops, 2)
    first.line.set(CutUp(of=b"POST /v1/devices/%s/journal" % first.device_id.encode()))
    assert shown(first, "O-1", coupon) == ["100"]
    assert books(shops).reserved == {scope: 1}
    assert shown(second, "T-1", coupon) == ["limit_total_reached"]
    first.is_back()
    assert shown(second, "T-2", coupon) == ["limit_total_reached"]
    second.drains()
    found = books(shops)
    assert (found.reserved, found.cases, found.exceptions) == ({}, [], {})
    shops.close()
    assert rights(first, REDEEM) == [("online", "")]
    assert rights(second, REDEEM) == []
