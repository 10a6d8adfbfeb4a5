"""Files of cases are run to the end, whatever stands in them, and the command says so in words or in JSON."""

import json

import pytest
from typer.testing import CliRunner

from app.cases import run as running
from app.cases.files import Found
from app.cli import cli
from tests.cases.builders import case, line, promotion

GOOD = case(promotion(), expected={"total_payable": "9.00", "refused": {"p": None}})
WRONG = {**GOOD, "id": "wrong", "expected": {"total_payable": "9.01"}}
STRANGE = {**GOOD, "id": "strange", "action": {"moon": "full"}}


@pytest.fixture
def written(tmp_path):
    def write(*said, name="c.jsonl"):
        path = tmp_path / name
        path.write_text("\n".join(each if isinstance(each, str) else json.dumps(each) for each in said))
        return str(path)

    return write


def command(*arguments):
    return CliRunner().invoke(cli, ["cases", "run", *arguments])


def test_all_passed_is_status_0(written):
    result = command(written(GOOD, "", GOOD))
    assert (result.exit_code, result.stdout) == (0, "2 cases: 2 passed, 0 failed, 0 not supported.\n")


@pytest.mark.parametrize("bad", [WRONG, STRANGE, "no JSON", [1]])
def test_one_that_did_not_pass_is_status_1(written, bad):
    result = command(written(GOOD, bad))
    assert result.exit_code == 1
    assert result.stderr == ""
    assert (
        result.stdout.startswith(("wrong failed:\n  ", "strange not supported:\n  "))
        or "line 2" in result.stdout
    )


def test_json_is_a_line_a_case_and_the_totals(written):
    path = written(GOOD, WRONG, STRANGE, "{")
    result = command("--json", path)
    *cases, totals = map(json.loads, result.stdout.splitlines())
    assert totals == {"cases": 4, "passed": 1, "failed": 2, "unsupported": 1}
    assert cases[0] == {"id": "c", "ok": True, "why": "", "got": {"total_payable": "9.00", "refused": {}}}
    assert cases[1]["why"] == "total_payable: expected 9.01, got 9.00"
    assert cases[1]["got"] == {"total_payable": "9.00"}
    assert cases[2] == {
        "id": "strange",
        "ok": False,
        "why": f"{path} line 3: action.moon is not known",
        "got": {},
    }
    assert cases[3]["id"] == f"{path} line 4"
    assert cases[3]["why"].startswith(f"{path} line 4 is no JSON: ")
    assert result.exit_code == 1


def test_several_files_are_run_together(written, tmp_path):
    one, other = written(GOOD), written(json.dumps([GOOD, WRONG], indent=1), name="list.json")
    result = command(one, other, str(tmp_path / "none.json"))
    assert "4 cases: 2 passed, 2 failed" in result.stdout
    assert "none.json can't be read: No such file or directory" in result.stdout


def test_a_json_document_may_hold_lines_after_all(written):
    assert command(written(GOOD, GOOD, name="lines.json")).exit_code == 0
    assert command(written(json.dumps(GOOD, indent=2), name="one.json")).exit_code == 0


def test_a_language_we_do_not_have_is_refused(written):
    result = command(written(GOOD), "--language", "xx")
    assert (result.exit_code, result.stderr) == (
        1,
        "'xx' is no language we have; there are en, ko, id, tr, ru.\n",
    )


def test_a_program_that_the_engine_refuses_fails_in_words(tmp_path):
    said = case(promotion({"type": "percent_off", "value": "-10"}), expected={"total_payable": "1"})
    verdict = running.run_case(Found("f", said), folder=tmp_path)
    assert verdict.result == "failed"
    assert "basis_points" in verdict.why[0]


def test_a_mistake_of_ours_in_one_case_does_not_keep_the_others_back(monkeypatch, tmp_path):
    def broken(facts):
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr(running, "decide", broken)
    verdict = running.run_case(Found("f", GOOD), folder=tmp_path)
    assert verdict.result == "failed"
    assert "a mistake of ours, ZeroDivisionError('by zero')" in verdict.why[0]


def test_a_case_without_a_name_goes_by_its_place(tmp_path):
    assert running.run_case(Found("f line 3", {**GOOD, "id": 7}), folder=tmp_path).case_id == "f line 3"


def test_lines_of_a_kind_do_not_meet(tmp_path):
    """Each case has a program of its own; that of the case before is never used."""
    other = case(
        promotion({"type": "amount_off", "value": "2"}), lines=(line(),), expected={"total_payable": "8"}
    )
    verdicts = [running.run_case(Found("f", said), folder=tmp_path) for said in (GOOD, other, GOOD)]
    assert [verdict.result for verdict in verdicts] == ["passed"] * 3
