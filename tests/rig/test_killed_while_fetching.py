"""A station killed at every commit while a new snapshot takes the place of its replica: the old or the new, whole."""

import pytest

from tests.rig.company import Company
from tests.rig.processes import was_killed

COMMITS_MAX = 40  # of one sync: far more than it takes
OLD, NEW = (6, 0), (13, 0)  # the member's balance as HQ told it before, and after the other till has sold too


@pytest.mark.slow
@pytest.mark.parametrize("point", ["before_commit", "after_commit"])
def test_a_replica_is_the_old_or_the_new_one_whole(company: Company, point: str) -> None:
    first, second = company.first, company.second
    first.start()
    first.drains()
    first.sells("O-1", company.world.voucher)
    first.drains()
    first.syncs()
    first.stop()
    second.start()
    second.drains()
    second.sells("T-1")
    second.drains()
    second.stop()
    company.stop_hq()
    company.tell_hq("restored")  # whose stations must take a snapshot
    company.start_hq()
    seen = []
    for count in range(1, COMMITS_MAX):
        first.line.heal()
        first.start(fail_points=f"{point}:{count}")
        if first.process.ask({"sync": True}) is not None:
            break
        assert was_killed(first.process.wait_dead())
        first.line.refuse()
        assert first.start()["answer"] == "ready"
        seen.append(first.balance())
        first.stop()
    assert first.balance() == NEW
    assert OLD in seen and set(seen) <= {OLD, NEW}
    assert seen == sorted(seen), "what was new stays"
