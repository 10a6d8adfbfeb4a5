"""All cases about points, tiers, returns, stored value and sync that other engines have told us.

Each is run by the function of its kind. Where our policy is another one, the case stands in DIFFERS with the reason and
with our own answer, which is asserted instead.
"""

from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.conformance import ledger_orders, ledger_points, ledger_returns  # noqa: F401  (register their kinds)
from tests.conformance.ledger_kinds import KINDS, Case, agrees, cases, run

CASES = cases("ledgers.jsonl")


@dataclass(frozen=True)
class Difference:
    """Why our policy differs, and what we answer under the keys where the answer is another one."""

    reason: str
    ours: dict[str, Any] = field(default_factory=dict)


DIFFERS = {
    "ISS-012": Difference(
        "Points can't be spent in the order that earns them, so the reward is refused.",
        {"points_spent": 0, "points_balance_after": 5},
    ),
    "ODO-071": Difference(
        "Points of a category count its lines as they were paid: the order's discount is shared out over them.",
        {"points_earned": 90},
    ),
    "ODO-076": Difference(
        "Earned on what is left after points were paid (165.00), and whole.", {"points_earned": 16}
    ),
    "ODO-090": Difference(
        "The 805 points of this order can't be spent in it, and 75 don't pay for the reward.",
        {"lots_after": [75, 805]},
    ),
    "VOU-043": Difference("A limit of points cuts, it never rejects.", {"points_earned": 100}),
}


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_a_case(case: Case) -> None:
    wanted = {key: value for key, value in case["expected"].items() if key != "alternatives"}
    if case["id"] in DIFFERS:
        wanted |= DIFFERS[case["id"]].ours
    got = run(case)
    assert wanted.keys() <= got.keys()
    assert {key: got[key] for key in wanted if not agrees(wanted[key], got[key])} == {}


def test_every_case_is_there_and_fits_one_kind() -> None:
    assert len(CASES) == len({case["id"] for case in CASES}) == 77
    for case in CASES:
        assert [name for name, fits, _ in KINDS if fits(case)], case["id"]


@pytest.mark.parametrize(
    ("wanted", "got"),
    [
        (90, 91), ("90.00", "90.01"), ({"a": 1}, {"b": 1}), ({"a": 1}, {}), ([1, 2], [1]), ([1, 2], [2, 1]),
        ([1], 1), (True, 1), (False, 0), ("expired", "no_effect"), ({"a": {"b": 1}}, {"a": {"b": 2}}),
        ("2026-01-01", None), ({"a": "expired"}, {}),
    ],
)  # fmt: skip
def test_what_does_not_agree(wanted: Any, got: Any) -> None:
    assert not agrees(wanted, got)
    assert agrees(wanted, wanted) and agrees(got, got)


def test_no_difference_is_claimed_where_there_is_none() -> None:
    """What is listed differs really, in each key, and only from cases of policy."""
    by_id = {case["id"]: case for case in CASES}
    for case_id, difference in DIFFERS.items():
        case = by_id[case_id]
        assert case["strength"] == "policy", case_id
        assert difference.reason and difference.ours, case_id
        for key, ours in difference.ours.items():
            assert not agrees(case["expected"][key], ours), f"{case_id} {key}"
