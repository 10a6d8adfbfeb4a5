"""Rewards on the wire."""

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from app.core.authority import Offline
from app.core.effects_format import POINTS_MAX
from hq.api.models import PATTERN, Amount, Answer, Body, Name
from hq.api.paging import Paging
from hq.campaigns.rows import State
from hq.campaigns.schemas import Note

Day = Annotated[str, StringConstraints(min_length=10, max_length=19, pattern=PATTERN)]
Cost = Annotated[int, Field(ge=1, le=POINTS_MAX, description="Whole points.")]
Effect = Annotated[dict[str, Any], Field(description="An effect of program format 1 (docs/program.md).")]
Condition = Annotated[dict[str, Any], Field(description="A condition of program format 1 (docs/program.md).")]


class RewardList(Paging):
    """Which rewards."""

    state: State | None = None


class RewardAsked(Body):
    """A reward to be drafted: a campaign of one rule that members choose at the station for points."""

    name: Name
    cost_points: Cost
    effect: Effect
    starts_on: Day
    ends_on: Day
    has_stock: bool = False
    condition: Condition | None = None
    offline: Annotated[Offline, Field(strict=False)] = Offline.LEASE


class RewardChange(Body):
    """What of a reward is to change in its campaign's draft; what isn't said stays."""

    name: Name | None = None
    cost_points: Cost | None = None
    has_stock: bool | None = None
    effect: Effect | None = None
    condition: Condition | None = None


class StockAsked(Body):
    """How many are left to give now, those on lease included."""

    left: Amount
    note: Note = ""


class RewardAnswer(Answer):
    """A reward; `left` is null where nobody counted them."""

    rule_id: str
    name: str
    campaign_id: str
    campaign_name: str
    state: State
    trigger: str
    cost_points: int
    has_stock: bool
    left: int | None
    given: int
    effect: dict[str, Any]
    condition: dict[str, Any] | None
    starts_at: str
    ends_at: str
    is_published: bool
    has_changes: bool
    version: int
