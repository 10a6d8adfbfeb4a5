"""A reward's stock: what this station may hand out by itself, and what becomes of a promise that can't be kept.

Units are leased to stores. A leased unit can't be promised twice; one that is left elsewhere needs head office. A fact
of how many there are is handed in; nothing is counted here.
"""

from dataclasses import dataclass
from enum import StrEnum

from app.core.reasons import Reason, Refusal


@dataclass(frozen=True, slots=True)
class Stock:
    """Units leased to this station and not handed out yet, and units that are left elsewhere as far as is known.

    `elsewhere` None: not known, so head office has to be asked.
    """

    here: int
    elsewhere: int | None = None


def refused_by_stock(stock: Stock, *, units: int = 1) -> Refusal | None:
    """Return why a station by itself can't hand out so many: none is left anywhere, or only head office can say."""
    if stock.here >= units:
        return None
    if stock.elsewhere is not None and stock.here + stock.elsewhere < units:
        return Refusal(Reason.OUT_OF_STOCK)
    return Refusal(Reason.ONLINE_ONLY)


class WhenOut(StrEnum):
    """What a member gets for a promised reward that ran out."""

    POINTS_BACK = "points_back"
    RAIN_CHECK = "rain_check"  # the points stay spent, and the reward waits for them


@dataclass(frozen=True, slots=True)
class Promise:
    """A reward that was redeemed and is still to be handed out, and the points it took, by lot as taken."""

    redemption_id: str
    units: int
    points: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class BrokenPromise:
    """What a promise that can't be kept gives back to which lot, and for how many units the member may come again."""

    redemption_id: str
    points: tuple[tuple[str, int], ...]
    rain_check_units: int = 0


def settle_promises(
    promises: tuple[Promise, ...], *, available: int, when_out: WhenOut
) -> tuple[BrokenPromise, ...]:
    """Return which of these promises, in the order in which they were made, `available` units can't keep.

    A promise is kept whole or not at all; one that needs less may be kept after one that could not. Points go back
    all, the last taken first, as with a return.
    """
    broken = []
    for promise in promises:
        if promise.units <= available:
            available -= promise.units
        elif when_out is WhenOut.RAIN_CHECK:
            broken.append(BrokenPromise(promise.redemption_id, (), promise.units))
        else:
            broken.append(BrokenPromise(promise.redemption_id, promise.points[::-1]))
    return tuple(broken)
