"""The second reading of the order cases agrees with the cases, and the product agrees with the second reading."""

import json
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import pytest

from app.cases.files import Found
from app.cases.run import run_case
from tests.conformance.neighbour_cases import neighbour
from tests.conformance.random_cases import Case, random_case
from tests.conformance.second_reading import read
from tests.conformance.second_reading_lines import half_up, share
from tests.conformance.smaller_cases import minimised

CASES = [json.loads(line) for line in Path(__file__).with_name("orders.jsonl").read_text().splitlines()]


def missed(expected: dict[str, Any], got: dict[str, Any]) -> dict[str, Any]:
    """What is expected and not there; of lines and refusals only those named count."""
    wrong = {}
    for key, value in expected.items():
        found = got.get(key)
        if isinstance(value, dict) and isinstance(found, dict):
            found = {name: found.get(name) for name in value}
        if key != "alternatives" and found != value:
            wrong[key] = found
    return wrong


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_the_second_reading_passes_every_order_case(case):
    assert missed(case["expected"], read(case)) == {}


def test_the_second_reading_can_fail():
    """Shown with a cent more in every sum of money: no case may pass with it."""
    for case in CASES:
        wrong = {
            key: f"{(int(value.replace('.', '')) + 1) / 100:.2f}"
            for key, value in case["expected"].items()
            if isinstance(value, str)
        }
        assert missed(wrong, read(case)).keys() == wrong.keys()


def test_a_share_is_exact_within_its_rooms_and_nowhere_a_cent_from_its_weight():
    chance = Random(7)
    for _ in range(300):
        rooms = [chance.randrange(0, 500) for _ in range(chance.randint(1, 6))]
        weights = [Fraction(room + chance.randrange(0, 300)) for room in rooms]
        amount = chance.randrange(0, 1500)
        parts = share(amount, weights, rooms)
        assert sum(parts) == min(amount, sum(r for r, w in zip(rooms, weights, strict=True) if w))
        assert all(0 <= part <= room for part, room in zip(parts, rooms, strict=True))
        free = [i for i, part in enumerate(parts) if part < rooms[i]]
        for one in free:
            for other in free:  # those that aren't full stand in the proportion of their weights
                exact = Fraction(parts[one]) * weights[other] / weights[one]
                assert abs(exact - parts[other]) < 1 + weights[other] / weights[one]


def test_half_a_cent_is_rounded_away_from_zero():
    assert [half_up(Fraction(n, 2)) for n in (-3, -1, 0, 1, 3, 5)] == [-2, -1, 0, 1, 2, 3]


def test_a_random_case_comes_back_by_its_seed():
    assert random_case(5) == random_case(5) != random_case(6)


def test_a_case_is_made_small_as_long_as_it_differs():
    case = next(c for c in map(random_case, range(99)) if len(c["program"]["promotions"]) == 5)
    kept = case["program"]["promotions"][3]["id"]
    small = minimised(case, lambda c: any(p["id"] == kept for p in c["program"]["promotions"]))
    assert [promotion["id"] for promotion in small["program"]["promotions"]] == [kept]
    assert len(small["order"]["lines"]) == 1 and small["member"] == {}


# --- the product against the second reading ----------------------------------------------------------------------

COMPARED = (
    "line_discounts",
    "total_discount",
    "total_payable",
    "tax_total",
    "amount_due",
    "tendered",
    "points_earned",
    "points_spent",
    "refused",
    "free_units",
)
AFTER_ALL = (
    "points_earn",
    "points_multiplier",
    "points_bonus",
    "tender",
)  # no offers: the product refuses none


def answers(case: Case) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the product says and what the second reading says."""
    verdict = run_case(Found("here", {**case, "expected": dict.fromkeys(COMPARED)}), folder=Path())
    product, second = verdict.got, read(case)
    if not product:
        return {"why": verdict.why}, second
    quiet = [p["id"] for p in case["program"]["promotions"] if p["effect"]["type"] in AFTER_ALL]
    for answer in (product, second):
        answer["refused"] = {name: why for name, why in answer["refused"].items() if name not in quiet}
        answer["free_units"] = {sku: units for sku, units in answer["free_units"].items() if units}
    return product, {key: second[key] for key in COMPARED}


def differ(case: Case) -> bool:
    product, second = answers(case)
    return product != second


def told(case: Case) -> str:
    """The smallest case that still shows a difference, and both answers to it."""
    was_read = "why" not in answers(case)[0]
    small = minimised(
        case, lambda smaller: differ(smaller) and ("why" not in answers(smaller)[0]) == was_read
    )
    product, second = answers(small)
    wrong = [key for key in second if product.get(key) != second[key]]
    lines = [f"  {key}: product {product.get(key)}, second reading {second[key]}" for key in wrong]
    return "\n".join([json.dumps(small), *lines, f"  {product['why']}" if "why" in product else ""])


def test_the_product_reads_random_cases_as_the_second_reading_does():
    different = next((case for case in map(random_case, range(300)) if differ(case)), None)
    assert different is None, told(different)


def test_the_product_reads_the_neighbours_of_the_order_cases_as_the_second_reading_does():
    different = next((case for case in (neighbour(case, 0) for case in CASES) if differ(case)), None)
    assert different is None, told(different)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, 41))
def test_the_product_reads_many_neighbours_of_the_order_cases_as_the_second_reading_does(seed):
    different = [case for case in (neighbour(case, seed) for case in CASES) if differ(case)]
    assert not different, "\n".join(told(case) for case in different[:5])


@pytest.mark.slow
@pytest.mark.parametrize("block", range(20))
def test_the_product_reads_many_random_cases_as_the_second_reading_does(block):
    seeds = range(1000 * (block + 1), 1000 * (block + 2))
    different = [case for case in map(random_case, seeds) if differ(case)]
    assert not different, "\n".join(told(case) for case in different[:5])


def test_a_difference_is_found_and_told_with_the_smallest_case(monkeypatch):
    """Shown with a second reading that takes the caps off: the cap alone must come back as the difference."""
    original = read

    def without_caps(case):
        blind = json.loads(json.dumps(case))
        for promotion in blind["program"]["promotions"]:
            promotion["effect"].pop("cap", None)
        return original(blind)

    monkeypatch.setattr("tests.conformance.test_second_reading.read", without_caps)
    different = next(case for case in map(random_case, range(300)) if differ(case))
    text = told(different)
    small = json.loads(text.splitlines()[0])
    assert len(small["program"]["promotions"]) == len(small["order"]["lines"]) == 1
    assert '"cap"' in text and "total_discount: product" in text
