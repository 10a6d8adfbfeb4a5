"""The kill switch through real processes: a store on line, one that is cut off, and head office's commands between."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.core.canonical import canonical
from app.core.entry import REDEEM
from hq.campaigns.service import publish_program
from hq.stops.service import lift
from sync.syncer import ASKS_FIRST_ABOVE
from tests.rig.books import books, entries
from tests.rig.company import Company, Station
from tests.rig.processes import eventually, program_body
from tests.rig.ways import CutDown, Listens

REFUSES_S = 60
MANY = ASKS_FIRST_ABOVE // 2 + 1  # orders of two entries each


def refused(station: Station, order_id: str, *vouchers: str) -> list[str]:
    """Sell, and return why what was presented is refused."""
    return [each.get("reason", "") for each in station.sells(order_id, *vouchers)["presented"]]


def ready(company: Company) -> tuple[Station, Station]:
    for station in (company.first, company.second):
        station.start()
        station.drains()
    return company.first, company.second


def a_cheaper_one() -> dict[str, Any]:
    """Return the next version of the program: 0.10 off coffee by voucher."""
    changed = json.loads(program_body()) | {"version": 2}
    changed["campaigns"][0]["rules"][0]["effect"]["amount"] = 10
    return changed


def flags(company: Company) -> list[tuple[str, str, int]]:
    return [
        (case["device"], " ".join(case["flags"]), case["amount"]) for case in company.hq_says("cases", "list")
    ]


def test_the_kill_switch_in_three_orders(company: Company) -> None:
    """F64: used, stopped and sent in each order that can happen; then changed, let go and given by the new rules."""
    first, second, voucher = *ready(company), company.world.voucher
    second.line.set(CutDown())
    assert refused(second, "T-1", voucher) == [""]
    company.tell_hq("stop", "campaign:campaign-coffee", "--note", "a wrong price")
    assert refused(second, "T-2", voucher) == [""], "it can't know"
    assert first.syncs()["answer"] == "synced"
    assert refused(first, "O-1", voucher) == ["stopped"]
    (listed,) = company.hq_says("stops")
    assert listed["missing"] == [second.device_id] or len(listed["missing"]) == 2, "not before it says so"
    second.line.heal()
    second.drains()
    assert refused(second, "T-3", voucher) == ["stopped"]
    second.drains()
    first.syncs()
    assert flags(company) == [(second.device_id, "LATE", 100)]
    (listed,) = company.hq_says("stops")
    assert listed["missing"] == []

    second.line.set(CutDown())
    path = Path(company.folder) / "program-2.json"
    path.write_text(json.dumps(a_cheaper_one()), encoding="utf-8")
    company.tell_hq("publish", str(path))
    company.tell_hq("lift", "campaign:campaign-coffee")
    first.syncs()
    assert first.sells("O-2", voucher)["discount"] == 10
    assert refused(second, "T-4", voucher) == ["stopped"], "by the rules that it has"
    second.line.heal()
    second.drains()
    assert second.sells("T-5", voucher)["discount"] == 10
    second.drains()
    assert flags(company) == [(second.device_id, "LATE", 100)], "nothing else was doubtful"


def test_a_store_that_was_cut_off_hears_before_anything_else(company: Company) -> None:
    """T42: of a campaign, a code and a card; what it gave before that is posted, and LATE from the stop on."""
    first, second, voucher = *ready(company), company.world.voucher
    words = ("campaign:campaign-coffee", f"code:{voucher}", f"member:{company.world.member_ref}")
    for place, what in enumerate(words):
        second.is_cut_off()
        for number in range(MANY if place == 0 else 1):
            assert refused(second, f"B-{place}-{number}", voucher) == [""]
        company.tell_hq("stop", what)
        assert refused(second, f"L-{place}", voucher) == [""], "it can't know"
        second.line.set(heard := Listens())
        assert second.syncs()["answer"] == "synced"
        assert heard.asked[1] == "GET document/stops", "as soon as the first answer says that there is one"
        assert place or "POST journal" in heard.asked[2:], "of many entries none is sent before"
        assert refused(second, f"R-{place}", voucher) == ["stopped"]
        first.syncs()
        assert refused(first, f"O-{place}", voucher) == ["stopped"]
        company.at_hq(lambda hq, what=what: lift(hq, what))
        second.is_back()
        first.syncs()
    assert refused(second, "B-9", voucher) == [""]
    second.drains()
    assert flags(company) == [(second.device_id, "LATE", 100)] * 4, "of the card its order too, which earned"


@pytest.mark.slow
def test_disabled_edited_and_enabled(company: Company) -> None:
    """T42: the new rules are gone by at once; what the old ones gave is judged by them, late only from the stop on."""
    first, second, voucher = *ready(company), company.world.voucher
    second.is_cut_off()
    assert second.sells("T-1", voucher)["discount"] == 100
    company.tell_hq("stop", "campaign:campaign-coffee")
    assert second.sells("T-2", voucher)["discount"] == 100
    company.at_hq(lambda hq: publish_program(hq, canonical(a_cheaper_one())))
    company.at_hq(lambda hq: lift(hq, "campaign:campaign-coffee"))
    first.syncs()
    assert first.sells("O-1", voucher)["discount"] == 10
    assert second.sells("T-3", voucher)["discount"] == 100
    second.is_back()
    assert second.sells("T-4", voucher)["discount"] == 10
    for station in (first, second):
        station.drains()
    assert flags(company) == [(second.device_id, "LATE", 100)] * 2, "the old rules stay stopped"
    assert books(company).accounts["discounts-given", "EUR"] == 3 * 100 + 2 * 10
    company.close()
    told = [(each.data["program_version"], each.data["discount"]) for each in entries(second, REDEEM)]
    assert told == [(1, 100)] * 3 + [(2, 10)]


@pytest.mark.slow
def test_a_store_on_line_refuses_within_a_minute(company: Company) -> None:
    """T42: a campaign, a code, a card; nobody asks for a sync."""
    first, _ = ready(company)
    number = iter(range(1_000))
    for what, vouchers in (
        (f"code:{company.world.single_use[0]}", [company.world.single_use[0]]),
        (f"member:{company.world.member_ref}", [company.world.voucher]),
        ("campaign:campaign-coffee", [company.world.voucher]),
    ):
        company.tell_hq("stop", what)
        eventually(
            lambda vouchers=vouchers: refused(first, f"O-{next(number)}", *vouchers) == ["stopped"],
            within_s=REFUSES_S,
            every_s=5,
        )
        company.tell_hq("lift", what)
        first.syncs()
