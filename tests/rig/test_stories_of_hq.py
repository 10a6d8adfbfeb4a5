"""What goes wrong at HQ, and what two shops notice of it."""

from pathlib import Path

import pytest

from tests.rig.audit import audit
from tests.rig.company import Company
from tests.rig.processes import build_world, eventually, was_killed

BOTH = frozenset({"posted", "quarantined"})  # HQ's first word on an entry; later ones stand beside it


def test_the_poison_entry(company: Company) -> None:
    """HQ's code breaks on one entry: that one is set aside, all others count, and the queues of both shops drain."""
    first, second = company.first, company.second
    for station in (first, second):
        station.start()
        station.drains()
    company.stop_hq()
    for number in range(2):
        assert first.sells(f"O-{number}", company.world.voucher)["discount"] == 100
    second.sells("T-1")
    company.start_hq(fail_points="hq_judging_redeem:1+:raise")
    first.drains()
    second.drains()
    verdicts = [(kind, verdict) for _, kind, verdict in company.entries(first)]
    assert verdicts == [("order", "posted"), ("redeem", "quarantined")] * 2
    assert first.status()["verdicts"] == {"posted": 2, "quarantined": 2}, "and the station knows"
    assert second.status()["verdicts"] == {"posted": 1}
    assert first.sells("O-9")["answer"] in ("approved", "approved_queued")
    first.drains()
    company.stop_hq()
    company.start_hq()
    for case in company.hq_says("cases", "list"):
        company.tell_hq("cases", "post", case["case_id"])
    eventually(lambda: first.syncs() and first.status()["verdicts"] == {"posted": 5}, within_s=30)
    company.close()
    audit(first.world, second.world, answered=["O-0", "O-1", "O-9", "T-1"], verdicts=BOTH)


@pytest.mark.slow
def test_hq_killed_in_the_middle_of_a_transaction_has_nothing_of_it(company: Company) -> None:
    first = company.first
    first.start()
    first.drains()
    company.stop_hq()
    first.sells("O-1", company.world.voucher)
    for point in ("hq_judging_redeem", "hq_mid_tx", "hq_before_commit"):
        company.start_hq(fail_points=point)
        assert first.syncs()["answer"] == "offline"
        assert was_killed(company.hq_dies())
        assert company.entries(first) == []
    company.start_hq()
    first.drains()
    company.close()
    audit(first.world, answered=["O-1"])


def test_the_restored_backup_of_hq(company: Company) -> None:
    """HQ's database is yesterday's: both shops send again what it has lost, and each entry counts once."""
    first, second = company.first, company.second
    for station in (first, second):
        station.start()
        station.drains()
    first.sells("O-1", company.world.voucher)
    first.drains()
    backup = company.back_up_hq()
    first.sells("O-2", company.world.voucher)
    second.sells("T-1")
    for station in (first, second):
        station.drains()
        assert station.status()["acked"] > 0
    company.stop_hq()
    company.restore_hq(backup)
    assert [seq for seq, *_ in company.entries(first)] == [1, 2]
    assert company.entries(second) == []
    first.sells("O-3")
    company.start_hq()
    for station in (first, second, first):
        station.drains()
        station.syncs()
    assert first.balance() == second.balance() == (6 + 6 + 7 + 7, 0)
    company.close()
    audit(first.world, second.world, answered=["O-1", "O-2", "O-3", "T-1"])


@pytest.mark.slow
def test_an_hq_with_an_empty_database_is_not_ours(company: Company, tmp_path: Path) -> None:
    """Somebody set HQ up anew at the old address: stations keep what they have, and give nothing for it."""
    first = company.first
    first.start()
    first.drains()
    first.sells("O-1", company.world.voucher)
    first.drains()
    company.stop_hq()
    company.restore_hq(build_world(tmp_path / "another").hq_dir)
    company.start_hq()
    assert first.syncs()["answer"] == "offline"
    refused = first.sells("O-2", company.world.voucher)
    assert refused["presented"][0]["reason"] == "spending_stopped"
    assert refused["points"] == 7, "points are earned all the same"
    assert first.status()["waiting"] == 2
