"""The order cases of other engines, run as the command runs them: all pass, and none passes with a wrong figure."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.cases.files import Found
from app.cases.run import Result, Verdict, run_case

FOLDER = Path(__file__).parent
CASES = [json.loads(line) for line in (FOLDER / "orders.jsonl").read_text(encoding="utf-8").splitlines()]
MONEY = ("total_payable", "total_discount", "tax_total", "amount_due")


def run(case: dict[str, Any]) -> Verdict:
    return run_case(Found(case["id"], case), folder=FOLDER)


def test_there_are_as_many_cases_as_were_collected():
    assert len(CASES) == 164


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_an_order_case_passes(case):
    verdict = run(case)
    assert verdict.why == ()
    assert verdict.result is Result.PASSED
    assert verdict.got.keys() == case["expected"].keys() - {"alternatives"}


def test_a_cent_more_in_any_figure_fails():
    for case in CASES:
        for key, value in case["expected"].items():
            if key in MONEY:
                wrong = {**case["expected"], key: f"{float(value) + 0.01:.2f}"}
                assert run({**case, "expected": wrong}).result is Result.FAILED, (case["id"], key)
        for line, value in case["expected"].get("line_discounts", {}).items():
            wrong = {"line_discounts": {line: f"{float(value) + 0.01:.2f}"}}
            assert run({**case, "expected": wrong}).result is Result.FAILED, (case["id"], line)


def test_another_word_for_a_refusal_fails():
    for case in CASES:
        for name, reason in case["expected"].get("refused", {}).items():
            other = "expired" if reason != "expired" else "no_effect"
            assert run({**case, "expected": {"refused": {name: other}}}).result is Result.FAILED, case["id"]


def test_an_alternative_answer_makes_no_case_pass():
    told = [case for case in CASES if "alternatives" in case["expected"]]
    assert told
    for case in told:
        for other in case["expected"]["alternatives"].values():
            expected = {**case["expected"], **other}
            assert run({**case, "expected": expected}).result is Result.FAILED, case["id"]
