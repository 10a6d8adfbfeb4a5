"""What a bad line does to a shop with two stations: nothing that anybody would notice a day later."""

import pytest

from tests.rig.audit import audit
from tests.rig.company import Company
from tests.rig.processes import was_killed
from tests.rig.ways import CutDown, CutUp, Says, Twice, login_page

LOST = 10
STEP_BYTES = 97


def test_the_answer_lost_after_commit(company: Company) -> None:
    """HQ has the entries and the station doesn't know: it sends them until it hears so, and they count once."""
    first, second = company.first, company.second
    for station in (first, second):
        assert station.start()["answer"] == "ready"
        station.drains()
    first.line.refuse()
    first.sells("O-1", company.world.voucher)
    lost = CutDown(of=b"POST")
    first.line.set(lost)
    for _ in range(LOST):
        lost.answered.clear()
        assert first.syncs()["answer"] == "offline"
        assert lost.answered.is_set(), "HQ had all of it"
    assert company.entries(first) == [(1, "order", "posted"), (2, "redeem", "posted")]
    assert first.status()["waiting"] == 2, "nobody has told the station"
    second.syncs()
    assert second.balance() == (6, 0), "at the other till the points are there already"
    assert first.balance() == (6, 0), "here too: facts came down meanwhile, and nothing is counted twice"
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
    for after_bytes in range(0, 1 << 20, STEP_BYTES):
        cut = CutUp(after_bytes, of=b"POST")
        first.line.set(cut)
        assert first.syncs()["answer"] == "offline"
        if cut.was_whole:
            break
        assert company.entries(first) == [] and first.status()["waiting"] == 6
    assert after_bytes > 10 * STEP_BYTES, "it was cut in many places"
    first.line.heal()
    first.drains()
    company.close()
    audit(first.world, answered=["O-0", "O-1", "O-2"])


@pytest.mark.slow
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


@pytest.mark.parametrize("status", ["200 OK", pytest.param("302 Found", marks=pytest.mark.slow)])
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


@pytest.mark.slow
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
