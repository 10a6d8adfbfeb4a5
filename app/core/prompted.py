"""What a cashier can be told beside a quote, as values: how it is worked out is in prompts.py.

Apart from that, since a window that only shows it must not bring the whole engine along before its first paint.
"""

from dataclasses import dataclass
from enum import StrEnum


class Want(StrEnum):
    """What an offer lacks that the customer can still do something about."""

    AMOUNT = "amount"  # in minor units, of whatever goods
    AMOUNT_OF = "amount_of"  # of its own products
    UNITS = "units"  # of its own products, or of any where it names none
    PRODUCT = "product"  # none of its products is in the order
    POINTS = "points"


@dataclass(frozen=True, slots=True)
class NextBest:
    """An offer that applies once what is `missing` is there: minor units, units or points, by `want`.

    `worth` is how much more comes off or is paid then, in minor units.
    """

    rule_id: str
    name: str
    want: Want
    missing: int
    worth: int


@dataclass(frozen=True, slots=True)
class JoiningGives:
    """What this order would get if the customer joined now: minor units more off, and points."""

    off: int
    points: int


@dataclass(frozen=True, slots=True)
class Prompts:
    """What there is to say; None: nothing."""

    next_best: NextBest | None = None
    joining: JoiningGives | None = None


NO_PROMPTS = Prompts()


def record_of(said: Prompts) -> dict[str, dict[str, str | int]]:
    """Return prompts as other programs read them; what there is nothing to say of is left out."""
    found: dict[str, dict[str, str | int]] = {}
    if said.next_best is not None:
        near = said.next_best
        found["next_best"] = {
            "rule": near.rule_id,
            "name": near.name,
            "want": near.want.value,
            "missing": near.missing,
            "worth": near.worth,
        }
    if said.joining is not None:
        found["joining"] = {"off": said.joining.off, "points": said.joining.points}
    return found
