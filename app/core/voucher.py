"""A voucher: a code that carries value. It names the rule that it brings into play.

An offer that is picked at the station without a code is presented as a voucher whose `code_hash` is empty.
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Voucher:
    """A voucher as the replica holds it. `uses_max` 0 means: as often as the rule holds.

    `uses` counts what HQ and this station know of; `owner` is the member it is bound to, if any.
    """

    code_hash: str
    rule_id: str
    uses_max: int = 0
    uses: int = 0
    owner: str | None = None
    ends_on: date | None = None
    starts_on: date | None = None

    @property
    def counts_as(self) -> str:
        """What uses are counted by within an order: the code, or the rule that was picked."""
        return self.code_hash or self.rule_id


def picked(rule_id: str) -> Voucher:
    """Return what stands for an offer picked without a code: once an order."""
    return Voucher(code_hash="", rule_id=rule_id, uses_max=1)


@dataclass(frozen=True, slots=True)
class Presentation:
    """A voucher shown for an order, under the id that its redemption will have. `level` is the code's assurance.

    `points` are what the member wants to pay where points are the payment; 0 = as many as the order takes.
    """

    redemption_id: str
    voucher: Voucher
    level: str
    points: int = 0
