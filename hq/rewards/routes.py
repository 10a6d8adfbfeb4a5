"""Rewards, by the API: rules that cost points or have a stock."""

from functools import partial
from typing import Annotated, Any

from fastapi import Query, Response

from hq.access.scopes import Scope
from hq.api.etags import check_match, versioned
from hq.api.models import Page, to_page
from hq.api.paging import read_cursor, write_cursor
from hq.api.routing import Asked, Routes
from hq.rewards import service
from hq.rewards.schemas import RewardAnswer, RewardAsked, RewardChange, RewardList, StockAsked
from hq.rewards.service import Reward

routes = Routes("rewards", "What points buy, and how many of each are left.")


@routes.get("", needs=Scope.REWARDS_READ, answers=Page[RewardAnswer])
def list_rewards(ask: Asked, asked: Annotated[RewardList, Query()]) -> Any:
    """List rewards by their ids."""
    place = read_cursor(asked.cursor, (str,))
    found = service.list_rewards(
        ask.hq, state=asked.state, after="" if place is None else place[0], limit=asked.limit + 1
    )
    shown = found[: asked.limit]
    following = write_cursor([shown[-1].rule_id]) if len(found) > asked.limit else None
    return to_page(RewardAnswer, shown, following)


@routes.post("", needs=Scope.REWARDS_WRITE, answers=RewardAnswer)
def create_reward(ask: Asked, asked: RewardAsked, response: Response) -> Any:
    """Draft a reward: it is tested and published as the campaign that it stands in."""
    made = service.create_reward(
        ask.hq,
        ask.actor,
        name=asked.name,
        cost_points=asked.cost_points,
        effect=asked.effect,
        starts_on=asked.starts_on,
        ends_on=asked.ends_on,
        has_stock=asked.has_stock,
        condition=asked.condition,
        offline=asked.offline.value,
    )
    return _told(response, made)


@routes.get("/{rule_id}", needs=Scope.REWARDS_READ, answers=RewardAnswer, faults=(404,))
def read_reward(ask: Asked, rule_id: str, response: Response) -> Any:
    """Read one reward."""
    return _told(response, service.find_reward(ask.hq, rule_id))


@routes.patch("/{rule_id}", needs=Scope.REWARDS_WRITE, answers=RewardAnswer, faults=(404, 409))
def change_reward(ask: Asked, rule_id: str, asked: RewardChange, response: Response) -> Any:
    """Change a reward in its campaign's draft."""
    changes = asked.model_dump(exclude_unset=True)
    match = partial(check_match, ask.request)
    return _told(response, service.change_reward(ask.hq, ask.actor, rule_id, changes, match=match))


@routes.put(
    "/{rule_id}/stock", needs=Scope.REWARDS_WRITE, answers=RewardAnswer, faults=(404, 409), is_versioned=False
)
def set_stock(ask: Asked, rule_id: str, asked: StockAsked) -> Any:
    """Say how many of a reward are left to give now, those on lease included; stations hear of it."""
    found = service.set_stock(ask.hq, ask.actor, rule_id, asked.left, reason=asked.note)
    return RewardAnswer.model_validate(found)


def _told(response: Response, found: Reward) -> RewardAnswer:
    versioned(response, found.version)
    return RewardAnswer.model_validate(found)
