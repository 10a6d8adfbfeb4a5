"""Schemathesis against a real server: every operation of the document, all checks, no failure.

python -m pytest --slow -n2 --dist=load -rP tests/hq/api/test_schemathesis.py
"""

import re

import pytest

from tests.databases import on
from tests.hq.api.asking_all import ask_all, serving_all

# Two halves, for two processes. A device that is shut out by one can't sign in the other.
PROGRAM = "^(campaigns|devices|program|reports|rewards|scenarios|segments|stores|tiers|vouchers|gift_cards)$"
HALVES = {"program": "--include-tag-regex", "others": "--exclude-tag-regex"}


@pytest.fixture
def everything(hq):
    with serving_all(hq) as found:
        yield found


# A few that are quick, in the usual suite.
@pytest.mark.loud("some of what is sent is no HTTP")
@pytest.mark.timeout(300)
@on("sqlite")
def test_a_few_operations_answer_as_the_document_says(everything, tmp_path, homes) -> None:
    options = ("--include-tag-regex", "^(stations|jobs)$", "--phases=coverage,fuzzing")
    code, said = ask_all(*everything, examples=3, cwd=tmp_path, options=options)
    assert code == 0, said[-20_000:]


@pytest.mark.slow
@pytest.mark.loud("some of what is sent is no HTTP")
@pytest.mark.timeout(7_200)
@pytest.mark.parametrize("half", HALVES)
def test_every_operation_answers_as_the_document_says(everything, tmp_path, half) -> None:
    code, said = ask_all(*everything, examples=50, cwd=tmp_path, options=(HALVES[half], PROGRAM))
    assert code == 0, said[-100_000:]
    selected, tested = (re.search(rf"{word}: (\d+)", said)[1] for word in ("Selected", "Tested"))
    assert selected == tested
    print(said[-1_500:])
