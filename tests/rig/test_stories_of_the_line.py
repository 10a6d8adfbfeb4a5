"""What a bad line does to a shop with two stations: nothing that anybody would notice a day later."""

import pytest

from tests.rig.audit import audit
from tests.rig.company import Company
from tests.rig.processes import was_killed
from tests.rig.ways import CutDown, CutUp, Says, Twice, login_page

LOST = 10


def test_the_answer_lost_after_commit(company: Company) -> None:
    """HQ has the entries and the station doesn't know: it sends them until it hears so, and they count once."""
    first, second = company.first, company.second
    for station in (first, second):
        assert station.start()["answer"] == "ready"
        station.drains()
    first.line.refuse()
    first.sells("O-1", company.world.voucher)
    lost = CutDown()
    first.line.set(lost)
    for _ in range(LOST):
        lost.answered.clear()
        assert first.syncs()["answer"] == "offline"
        assert lost.answered.is_set(), "HQ had all of it"
    assert company.entries(first) == [(1, "order", "posted"), (2, "redeem", "posted")]
    assert first.status()["waiting"] == 2, "nobody has told the station"
    second.syncs()
    assert second.balance() == (6, 0), "at the other till the points are there already"
    assert first.balance() == (0, 6), "here they are still its own word"
    first.line.heal()
    first.drains()
    first.syncs()
    assert first.status()["verdicts"] == {"posted": 2}
    assert first.balance() == second.balance() == (6, 0)
    company.close()
    audit(first.world, second.world, answered=["O-1"])


def test_a_request_cut_in_the_middle_leaves_nothing(company: Company) -> None:
    first = company.first
    first.start()
    first.drains()
    first.line.refuse()
    for number in range(3):
        first.sells(f"O-{number}", company.world.voucher)
    for after_bytes in range(0, 2_000, 97):
        first.line.set(CutUp(after_bytes))
        assert first.syncs()["answer"] == "offline"
    assert company.entries(first) == []
    assert first.status()["waiting"] == 6
    first.line.heal()
    first.drains()
    company.close()
    audit(first.world, answered=["O-0", "O-1", "O-2"])


def test_every_request_sent_twice_at_the_same_moment_counts_once(company: Company) -> None:
    first = company.first
    first.start()
    first.drains()
    twice = Twice()
    first.line.set(twice)
    for number in range(3):
        assert first.sells(f"O-{number}", company.world.voucher)["discount"] == 100
        first.syncs()
    assert twice.requests > 3 and len(twice.answers) == 2 * twice.requests
    first.line.heal()
    first.drains()
    company.close()
    audit(first.world, answered=["O-0", "O-1", "O-2"])


@pytest.mark.parametrize("status", ["200 OK", "302 Found"])
def test_the_captive_portal(company: Company, status: str) -> None:
    """A guest network answers everything with its own page: for the cashier it is no network, and nothing else."""
    first = company.first
    first.start()
    first.drains()
    portal = Says(login_page(status, "Location: http://guest.example.org/login"))
    first.line.set(portal)
    assert first.syncs()["problem"] == "hq_unreachable"
    answer = first.sells("O-1", company.world.voucher)
    assert (answer["answer"], answer["discount"]) == ("approved_queued", 100)
    assert first.balance() == (0, 6)
    assert (first.status()["link"], first.status()["waiting"]) == ("offline", 2)
    assert portal.requests and company.entries(first) == []
    first.line.heal()
    assert first.sells("O-2")["answer"] in ("approved", "approved_queued")
    first.drains()
    assert first.status()["link"] == "online"
    company.close()
    audit(first.world, answered=["O-1", "O-2"])


def test_hq_dies_between_commit_and_answer(company: Company) -> None:
    first = company.first
    first.start()
    first.drains()
    company.stop_hq()
    first.sells("O-1", company.world.voucher)
    company.start_hq(fail_points="hq_after_commit")
    assert first.syncs()["answer"] == "offline"
    assert was_killed(company.hq_dies())
    assert [verdict for _, _, verdict in company.entries(first)] == ["posted", "posted"]
    company.start_hq()
    first.drains()
    assert first.status()["verdicts"] == {"posted": 2}
    company.close()
    audit(first.world, answered=["O-1"])
