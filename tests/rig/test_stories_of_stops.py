"""The kill switch through real processes: a store on line, one that is cut off, and head office's commands between."""

import json
from pathlib import Path

import pytest

from tests.rig.company import Company, Station
from tests.rig.processes import eventually, program_body
from tests.rig.ways import CutDown

REFUSES_S = 60


def refused(station: Station, order_id: str, *vouchers: str) -> list[str]:
    """Sell, and return why what was presented is refused."""
    return [each.get("reason", "") for each in station.sells(order_id, *vouchers)["presented"]]


def ready(company: Company) -> tuple[Station, Station]:
    for station in (company.first, company.second):
        station.start()
        station.drains()
    return company.first, company.second


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
    changed = json.loads(program_body()) | {"version": 2}
    changed["campaigns"][0]["rules"][0]["effect"]["amount"] = 10
    path = Path(company.folder) / "program-2.json"
    path.write_text(json.dumps(changed), encoding="utf-8")
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
