"""A program that kills the station whenever a PIN is looked at gets five tries, like everybody."""

from pathlib import Path

import pytest

from app.core.pins import Role
from hq.home import open_hq
from hq.staff.people import add_person
from tests.rig.processes import HqProcess, StationProcess, World, enrol, was_killed
from tests.rig.stepped import step


@pytest.mark.slow
def test_killed_at_each_third_try_and_its_clock_turned_it_gives_no_sixth(
    world: World, tmp_path: Path
) -> None:
    opened = open_hq(world.hq_dir)
    staff = add_person(opened, store_id="S1", name="Ben", role=Role.CASHIER, pin="7392").staff_id
    opened.close()
    with HqProcess(world) as hq:
        enrol(world, hq)
        first = StationProcess(world)
        assert first.ask({"sync": True})["answer"] == "synced"
        first.close()
    clock, told = tmp_path / "clock", []
    for start in range(3):
        step(clock, wall_ms=(-1) ** start * 86_400_000)
        station = StationProcess(world, fail_points="pin_counted:3", clock=clock)
        while answer := station.ask({"sign_in": {"staff": staff, "pin": f"80{start}{len(told)}"}}):
            told.append((answer["reason"], *answer["numbers"]))
            if answer["reason"] == "pin_locked":
                break
        else:
            assert was_killed(station.wait_dead())
            continue
        station.kill()
    assert told == [("pin_wrong", "left")] * 3 + [("pin_locked", "seconds")] * 2
