"""Experiments: the same variant everywhere, shares as published, and no more members moved than a change asks for."""

import pytest

from app.core.experiments import (
    Experiment,
    Variant,
    is_in_share,
    refused_by_experiment,
    variant_among,
    variant_of,
)
from app.core.reasons import Reason, Refusal

MEMBERS = [f"member-{number}" for number in range(20_000)]
HALVES = Experiment("spring", "Spring", (Variant("plain", 1), Variant("bold", 1)))


def held_out(basis_points: int) -> Experiment:
    return Experiment("spring", "Spring", HALVES.variants, basis_points)


def test_the_assignment_is_the_same_on_any_machine() -> None:
    """Worked out once with another program from SHA-256 alone; whoever changes them moves members in the middle."""
    thirds = Experiment("e1", "", (Variant("a", 1), Variant("b", 1), Variant("c", 1)), 2500)
    assert [variant_of(thirds, member) for member in ("M1", "M2", "M3", "M4", "M5", "M6", "Zoë")] == [
        "b", "b", None, "c", "a", "b", "b",
    ]  # fmt: skip


def test_t28_a_hundred_thousand_members_split_as_published_within_one_percent() -> None:
    uneven = Experiment("autumn", "", (Variant("a", 50), Variant("b", 30), Variant("c", 20)), 1000)
    found: dict[str | None, int] = {}
    for number in range(100_000):
        variant = variant_of(uneven, f"{number:032x}")
        found[variant] = found.get(variant, 0) + 1
    expected = {None: 10_000, "a": 45_000, "b": 27_000, "c": 18_000}
    assert {name: abs(found[name] - count) <= 1000 for name, count in expected.items()} == dict.fromkeys(
        expected, True
    )


def test_each_experiment_draws_for_itself() -> None:
    same = sum(
        variant_among("spring", [("a", 1), ("b", 1)], one)
        == variant_among("summer", [("a", 1), ("b", 1)], one)
        for one in MEMBERS
    )
    assert abs(same - 10_000) < 400


def test_more_weight_moves_only_as_many_members_as_it_must() -> None:
    for one in MEMBERS:
        before = variant_among("spring", [("a", 50), ("b", 50)], one)
        now = variant_among("spring", [("a", 60), ("b", 40)], one)
        assert before == now or (before, now) == ("b", "a")


def test_a_holdout_moves_no_variant_and_grows_by_steps() -> None:
    for one in MEMBERS[:5000]:
        variant = variant_of(HALVES, one)
        few, many = variant_of(held_out(1000), one), variant_of(held_out(3000), one)
        assert variant is not None and few in (variant, None) and many in (few, None)


def test_the_draw_for_the_holdout_has_nothing_to_do_with_the_variant() -> None:
    out = [one for one in MEMBERS if variant_of(held_out(5000), one) is None]
    assert abs(sum(variant_of(HALVES, one) == "bold" for one in out) - len(out) // 2) < 300


def test_a_roll_out_keeps_whom_it_has() -> None:
    for one in MEMBERS[:5000]:
        assert is_in_share("new", one, 10_000) and not is_in_share("new", one, 0)
        assert is_in_share("new", one, 3000) or not is_in_share("new", one, 1000)
    assert abs(sum(is_in_share("new", one, 2500) for one in MEMBERS) - 5000) < 400


def test_an_offer_of_one_variant_is_refused_to_the_others_and_to_members_held_out() -> None:
    variant = variant_of(HALVES, "M1")
    assert variant is not None
    other = {"plain": "bold", "bold": "plain"}[variant]

    def refusal(*variants: str, experiment: Experiment = HALVES, member: str | None = "M1") -> Refusal | None:
        return refused_by_experiment(experiment, variants=frozenset(variants), member=member)

    assert refusal(variant) is None and refusal(variant, other) is None
    assert refusal(other) == Refusal(Reason.OTHER_VARIANT)
    assert refusal(variant, other, experiment=held_out(10_000)) == Refusal(Reason.OTHER_VARIANT)
    assert refusal(variant, member=None) == Refusal(Reason.MEMBER_NEEDED)


def test_a_variant_without_weight_gets_nobody() -> None:
    assert {variant_among("e", [("never", 0), ("all", 1), ("nor", 0)], one) for one in MEMBERS[:500]} == {
        "all"
    }
    with pytest.raises(AssertionError, match="within one of them"):
        variant_among("e", [("never", 0)], "M1")
