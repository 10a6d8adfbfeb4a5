"""What goes wrong at HQ, and what two shops notice of it."""

from tests.rig.audit import audit
from tests.rig.company import Company
from tests.rig.processes import was_killed


def test_the_poison_entry(company: Company) -> None:
    """HQ's code breaks on one entry: that one is set aside, all others count, and the queues of both shops drain."""
    first, second = company.first, company.second
    for station in (first, second):
        station.start()
        station.drains()
    company.stop_hq()
    for number in range(3):
        assert first.sells(f"O-{number}", company.world.voucher)["discount"] == 100
    second.sells("T-1")
    company.start_hq(fail_points="hq_judging:4:raise")
    first.drains()
    second.drains()
    verdicts = [(kind, verdict) for _, kind, verdict in company.entries(first)]
    assert verdicts == [
        ("order", "posted"), ("redeem", "posted"),
        ("order", "posted"), ("redeem", "quarantined"),
        ("order", "posted"), ("redeem", "posted"),
    ]  # fmt: skip
    assert first.status()["verdicts"] == {"posted": 5, "quarantined": 1}, "and the station knows"
    assert second.status()["verdicts"] == {"posted": 1}
    assert first.sells("O-9")["answer"] in ("approved", "approved_queued")
    first.drains()


def test_hq_killed_in_the_middle_of_a_transaction_has_nothing_of_it(company: Company) -> None:
    first = company.first
    first.start()
    first.drains()
    company.stop_hq()
    first.sells("O-1", company.world.voucher)
    for point in ("hq_judging:2", "hq_mid_tx", "hq_before_commit"):
        company.start_hq(fail_points=point)
        assert first.syncs()["answer"] == "offline"
        assert was_killed(company.hq_dies())
        assert company.entries(first) == []
    company.start_hq()
    first.drains()
    company.close()
    audit(first.world, answered=["O-1"])
