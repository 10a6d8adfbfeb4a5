"""The core's tests notice nine of ten planted bugs, whichever are drawn.

`TILLSIDE_MUTATION_SEED` draws others, `TILLSIDE_MUTATION_COUNT` more or fewer.
"""

import faulthandler
import os
from pathlib import Path

import pytest

from tests.mutation import planting

SEED = int(os.environ.get("TILLSIDE_MUTATION_SEED", "20260101"))
COUNT = int(os.environ.get("TILLSIDE_MUTATION_COUNT", planting.COUNT))
KILLED_MIN = 90  # percent


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_nine_of_ten_mutants_of_the_core_are_killed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    faulthandler.cancel_dump_traceback_later()  # it takes minutes, and a stack would say nothing
    outcome = planting.run(tmp_path, seed=SEED, count=COUNT)
    report = f"seed {SEED}: {outcome.report}"
    with capsys.disabled():
        print(f"\n{report}")
    assert outcome.counted >= COUNT * 9 // 10, "too many of the drawn mutants are called equivalent"
    assert outcome.killed * 100 >= KILLED_MIN * outcome.counted, report


@pytest.mark.slow
def test_each_proof_is_about_a_mutant_that_there_is(tmp_path: Path) -> None:
    """A line that has changed since needs its proof thought over again."""
    planting.prepare(tmp_path)
    there_are = {mutant.key for mutant in planting.mutants_in(tmp_path).values()}
    assert sorted(set(planting.proofs()) - there_are) == []
