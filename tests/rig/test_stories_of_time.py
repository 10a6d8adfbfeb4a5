"""A clock that somebody set: nothing that has ended comes back to life, and nothing breaks for good."""

from pathlib import Path

import pytest

from tests.rig.audit import audit
from tests.rig.company import Company
from tests.rig.stepped import step

DAY_MS = 86_400_000
LAST_YEAR_MS = -385 * DAY_MS  # when the campaign of the ended voucher was on
IN_2099_MS = 73 * 365 * DAY_MS
NEXT_BOOT = {"boot": "ab" * 16, "boot_ms": -3_600_000}


def test_the_wound_back_clock(company: Company, tmp_path: Path) -> None:
    """Cut off and set back a year, an ended offer stays ended; until HQ has told the time nothing dated is given."""
    first, clock = company.first, tmp_path / "clock"
    step(clock)
    first.start(clock=clock)
    first.drains()
    assert first.sells("O-1", company.world.voucher)["discount"] == 100
    first.drains()
    first.line.refuse()
    first.stop()
    step(clock, wall_ms=LAST_YEAR_MS, **NEXT_BOOT)
    assert first.start(clock=clock)["answer"] == "ready"
    ended = first.sells("O-2", company.world.ended_voucher)
    assert ended["discount"] == 0
    assert ended["presented"][0]["reason"] in ("expired", "time_doubtful")
    dated = first.sells("O-3", company.world.voucher)
    assert dated["presented"][0]["reason"] == "time_doubtful"
    assert dated["points"] == 7, "points are earned all the same"
    first.line.heal()
    first.drains()
    healed = first.sells("O-4", company.world.voucher)
    assert healed["discount"] == 100, "HQ has told the time"
    assert first.sells("O-5", company.world.ended_voucher)["discount"] == 0
    first.drains()
    assert "clock_jump" in [kind for _, kind, _ in company.entries(first)]
    company.close()
    audit(first.world, answered=["O-1", "O-2", "O-3", "O-4", "O-5"])


@pytest.mark.slow
@pytest.mark.parametrize("wrong_ms", [IN_2099_MS, -56 * 365 * DAY_MS], ids=["2099", "1970"])
def test_a_clock_that_was_in_another_century_is_no_end(
    company: Company, tmp_path: Path, wrong_ms: int
) -> None:
    """A dead battery, or a typing error, and back: with HQ's next word the station is what it was."""
    first, clock = company.first, tmp_path / "clock"
    step(clock)
    first.start(clock=clock)
    first.drains()
    first.line.refuse()
    first.stop()
    step(clock, wall_ms=wrong_ms, **NEXT_BOOT)
    assert first.start(clock=clock)["answer"] == "ready"
    assert first.sells("O-1", company.world.voucher)["answer"] in (
        "approved",
        "approved_queued",
        "not_possible",
    )
    first.stop()
    step(clock, wall_ms=0, boot="cd" * 16, boot_ms=-1_800_000)
    assert first.start(clock=clock)["answer"] == "ready"
    first.sells("O-2")
    first.line.heal()
    first.drains()
    assert first.sells("O-3", company.world.voucher)["discount"] == 100
    first.drains()
    company.close()
    audit(first.world, answered=["O-1", "O-2", "O-3"], verdicts={"posted", "posted_flagged"})
