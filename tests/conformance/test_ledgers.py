"""All cases about points, tiers, returns, stored value and sync that other engines have told us.

Each is run by the function of its kind. Where our policy is another one, the case stands in DIFFERS with the reason and
with our own answer, which is asserted instead.
"""

from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.conformance import ledger_points  # noqa: F401  (registers its kinds)
from tests.conformance.ledger_kinds import KINDS, Case, cases, comparable, run

CASES = cases("ledgers.jsonl")


@dataclass(frozen=True)
class Difference:
    """Why our policy differs, and what we answer under the keys where the answer is another one."""

    reason: str
    ours: dict[str, Any] = field(default_factory=dict)


DIFFERS: dict[str, Difference] = {}


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_a_case(case: Case) -> None:
    wanted = {key: value for key, value in case["expected"].items() if key != "alternatives"}
    if case["id"] in DIFFERS:
        wanted |= DIFFERS[case["id"]].ours
    got = run(case)
    assert comparable({key: got.get(key) for key in wanted}) == comparable(wanted)


def test_every_case_is_there_and_fits_one_kind() -> None:
    assert len(CASES) == len({case["id"] for case in CASES}) == 77
    for case in CASES:
        assert [name for name, fits, _ in KINDS if fits(case)], case["id"]


def test_no_difference_is_claimed_where_there_is_none() -> None:
    """What is listed differs really, in each key, and only from cases of policy."""
    by_id = {case["id"]: case for case in CASES}
    for case_id, difference in DIFFERS.items():
        case = by_id[case_id]
        assert case["strength"] == "policy", case_id
        assert difference.reason and difference.ours, case_id
        for key, ours in difference.ours.items():
            assert comparable(ours) != comparable(case["expected"][key]), f"{case_id} {key}"
