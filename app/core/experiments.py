"""Experiments: which variant a member gets, worked out from the member's reference alone.

Portal, stations and HQ need not talk to agree: SHA-256 of the experiment's id, a zero byte and the member's reference,
in UTF-8. Its first 64 bits choose the variant, the next 64 whether the member is held out, both as a share of 2**64.
So a change of the weights moves only as many members as it must, and a change of the holdout moves no variant.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from app.core.money import BASIS_POINTS
from app.core.reasons import Reason, Refusal

BITS = 64
WEIGHT_MAX = 10**6


@dataclass(frozen=True, slots=True)
class Variant:
    """A way of doing it, and its share: `weight` of the sum of all weights."""

    name: str
    weight: int


@dataclass(frozen=True, slots=True)
class Experiment:
    """Variants, in their published order, and how many members (basis points) get none of them to compare with."""

    experiment_id: str
    name: str
    variants: tuple[Variant, ...]
    holdout_basis_points: int = 0


def variant_of(experiment: Experiment, member: str) -> str | None:
    """Return the name of the member's variant; None = held out."""
    if is_in_share(experiment.experiment_id, member, experiment.holdout_basis_points):
        return None
    weights = [(variant.name, variant.weight) for variant in experiment.variants]
    return variant_among(experiment.experiment_id, weights, member)


def variant_among(experiment_id: str, weights: Sequence[tuple[str, int]], member: str) -> str:
    """Return which of these names a member gets, each as often as its weight; the order of the names matters."""
    chosen, _ = _two_draws(experiment_id, member)
    place = chosen * sum(weight for _, weight in weights) >> BITS
    for name, weight in weights:
        place -= weight
        if place < 0:
            return name
    raise AssertionError("a share of the weights lies within one of them")


def is_in_share(name: str, member: str, basis_points: int) -> bool:
    """Tell whether a member is among so many of all, for a roll-out by steps: who was in stays in when it grows."""
    return _two_draws(name, member)[1] * BASIS_POINTS >> BITS < basis_points


def refused_by_experiment(
    experiment: Experiment, *, variants: frozenset[str], member: str | None
) -> Refusal | None:
    """Return why an offer of these variants is not for this member; members held out get none of them."""
    if member is None:
        return Refusal(Reason.MEMBER_NEEDED)
    if variant_of(experiment, member) in variants:
        return None
    return Refusal(Reason.OTHER_VARIANT)


def _two_draws(name: str, member: str) -> tuple[int, int]:
    """Return two independent numbers below 2**64."""
    drawn = hashlib.sha256(f"{name}\0{member}".encode()).digest()
    return int.from_bytes(drawn[:8], "big"), int.from_bytes(drawn[8:16], "big")
