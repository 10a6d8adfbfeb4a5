"""The command as people run it, on the shopping year and on a store."""

import json
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from app.cli import cli
from tests.whatif.test_journals import PROGRAM, a_store_in, sell

EXAMPLE = str(Path(__file__).parents[2] / "docs" / "example-draft.json")
WHOLE_YEAR = {"discount": 181_737, "payable": 459_603_958 - 181_737, "points_issued": 4_518_118}


def whatif(*words: str) -> Result:
    return CliRunner().invoke(cli, ["whatif", *words])


def test_the_example_on_some_weeks_of_the_shopping_year() -> None:
    pytest.importorskip("pyarrow", reason="the demo's extra is not installed")
    done = whatif(EXAMPLE, "--demo", "--shops", "3", "--weeks", "44-46", "--take", "choice", "--json")
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    rows = {row["id"]: row for row in found["campaigns"]}
    for name in ("times", "discount", "points_spent", "gifts", "credit"):
        assert sum(row[name] for row in rows.values()) == found["together"][name]
    assert found["together"]["discount"] == found["after"]["discount"]
    assert rows["18"]["really"]["times"] > 0
    assert rows["18"]["discount"] == 150 * rows["18"]["times"]
    assert rows["bag"]["gifts"] == rows["bag"]["times"] == rows["bag"]["points_spent"] // 200 > 0
    assert rows["breakfast"]["discount"] > 0, "lines say what kind of product they are"
    assert rows["regulars"]["credit"] > 0
    assert rows["yogurt"]["note"].startswith("not on in this time")


@pytest.mark.slow
def test_the_example_on_the_whole_year() -> None:
    done = whatif(EXAMPLE, "--demo", "--json")
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert (found["orders"], found["members"], found["stores"]) == (155_848, 2_469, 457)
    assert found["before"] == WHOLE_YEAR
    assert found["presented"]["shown"] == 2_102
    assert found["really"]["times"] == 1_836
    budget = next(row for row in found["campaigns"] if row["id"] == "fifty")
    assert budget["discount"] == 1_500_000


def test_a_station_store_is_played(tmp_path: Path) -> None:
    store = a_store_in(tmp_path, "one")
    sell(store, "A-1", ("coffee", 499), ("soap", 250), has_voucher=True)
    store.close()
    draft = tmp_path / "draft.json"
    draft.write_bytes(PROGRAM)
    where = ("--store", str(tmp_path / "one"), "--state", str(tmp_path / "state"))
    told = whatif(str(draft), *where, "--language", "ru").stdout
    assert 'What "Harbour points" (version 1) would have given' in told
    done = whatif(str(draft), *where, "--json")
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert found["before"] == found["after"] == {"discount": 110, "payable": 639, "points_issued": 6}
    assert found["rests_on"][0].startswith("Really: what the journals")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((EXAMPLE,), "either --demo, or --store"),
        ((EXAMPLE, "--demo", "--store", "x"), "either --demo, or --store"),
        ((EXAMPLE, "--demo", "--language", "xx"), "no language we have"),
        ((EXAMPLE, "--demo", "--take", "all"), "--take is one of shown, choice"),
        ((EXAMPLE, "--demo", "--weeks", "soon"), "Write them as 32-38"),
        ((EXAMPLE, "--demo", "--weeks", "60"), "weeks run from 1 to 53"),
        (("nowhere.json", "--demo"), "nowhere.json can't be read: No such file"),
        ((EXAMPLE, "--store", "nowhere"), "nowhere"),
        ((str(Path(__file__)), "--demo"), "is no program"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(words: tuple[str, ...], said: str) -> None:
    done = whatif(*words)
    assert done.exit_code == 1
    assert said in done.stderr
    assert done.stdout == ""
