"""A program's life: what it allows in each stage, and until when it is earned in and spent from.

Dates are the store's calendar and the last day counts in full. Cut-off stations know them too, so that after the end
nothing is earned or claimed anywhere.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.core.reasons import Reason, Refusal


class Stage(StrEnum):
    """Where a program stands."""

    DRAFT = "draft"
    PILOT = "pilot"
    LIVE = "live"
    PAUSED = "paused"
    CLOSING = "closing"  # spending until a date, no more earning
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Life:
    """The stage and the last days. A pilot is live in its stores and a draft elsewhere."""

    stage: Stage = Stage.LIVE
    pilot_stores: frozenset[str] = frozenset()
    earn_until: date | None = None
    spend_until: date | None = None


def refused_by_life(life: Life, *, store: str, day: date) -> Refusal | None:
    """Return why nothing can be given in a store on a day, if so."""
    ends_on = life.spend_until
    if life.stage is Stage.ENDED or (ends_on is not None and day > ends_on):
        return Refusal(Reason.PROGRAM_ENDED, {"ends_on": (ends_on or day).isoformat()})
    is_away = life.stage is Stage.PILOT and store not in life.pilot_stores
    if is_away or life.stage in (Stage.DRAFT, Stage.PAUSED):
        return Refusal(Reason.PROGRAM_NOT_LIVE)
    return None


def may_earn(life: Life, *, store: str, day: date) -> bool:
    """Tell whether points are earned in a store on a day."""
    if life.stage is Stage.CLOSING or (life.earn_until is not None and day > life.earn_until):
        return False
    return refused_by_life(life, store=store, day=day) is None
