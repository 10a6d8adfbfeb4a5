"""`tillside report --ux`: five lines for a person, one of JSON for a program."""

import json
from pathlib import Path

from typer.testing import CliRunner

from app.cli import cli
from app.ux.events import FILE


def report(*words: str | Path) -> tuple[int, str]:
    done = CliRunner().invoke(cli, ["report", *map(str, words)])
    return done.exit_code, done.output


def test_the_five_medians(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(
        "0 scan\n400 given\n500 enter\n4230 approved\n5000 key\n5100 undo\n5900 undone\n"
    )
    status, told = report("--ux", "--state", tmp_path)
    assert status == 0
    assert told.splitlines() == [
        "U1  redeem a reward for a scanned member       median 4.2 s (goal 6 s), actions 2, tries 1",
        "U2  see why another reward is not possible     no such events yet",
        "U3  redeem without a line, then see what waits no such events yet",
        "U4  undo the last order                        median 0.9 s (goal 8 s), actions 1, tries 1",
        "U5  find yesterday's overrides and export them no such events yet",
    ]


def test_as_json(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("0 scan\n400 given\n500 enter\n4230 approved\n")
    status, told = report("--ux", "--json", "--state", tmp_path)
    found = json.loads(told)
    assert status == 0 and list(found) == ["U1", "U2", "U3", "U4", "U5"]
    assert found["U1"] == {"tries": 1, "median_ms": 4230, "median_actions": 2, "goal_ms": 6000}
    assert found["U5"] == {"tries": 0, "median_ms": None, "median_actions": None, "goal_ms": 30000}
