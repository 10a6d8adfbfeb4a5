"""Rewards as people see them: the rules of campaigns that cost points or have a stock, each with what is left of it.

A reward has no life of its own: it is drafted, tested, published and stopped with the campaign that it stands in. What
is changed here changes that campaign's draft.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.core.document import NAME_LENGTH_MAX
from hq.access.actor import Actor
from hq.authority.stocks import Stock, set_left, stocks_of
from hq.campaigns import rows
from hq.campaigns.drafting import (
    Match,
    any_version,
    changing,
    insert_draft,
    keep,
    new_campaign_id,
    new_draft,
    with_body,
)
from hq.campaigns.rows import CampaignRow, PublishedCampaign, State
from hq.faults import NotHere, NotPossible
from hq.home import Hq

RULE_KEYS = ("name", "cost_points", "has_stock", "effect", "condition", "priority")


@dataclass(frozen=True)
class Reward:
    """A rule that costs points or has a stock, as published, or as drafted where it never was.

    `left` None: nobody counted them. `version` is the campaign's. Moments are local texts.
    """

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
    effect: Mapping[str, Any]
    condition: Mapping[str, Any] | None
    starts_at: str
    ends_at: str
    is_published: bool
    has_changes: bool
    version: int


def list_rewards(
    hq: Hq, *, state: State | None = None, after: str = "", limit: int | None = None
) -> list[Reward]:
    """Return rewards by their ids, those behind one where it is given."""
    with hq.database.reading() as connection:
        published = rows.newest_published(connection)
        found = [
            (row, rule, is_published)
            for row in rows.all_of(connection)
            if state is None or row.state is state
            for rule, is_published in _rules(row, published.get(row.campaign_id))
            if str(rule["id"]) > after
        ]
        chosen = sorted(found, key=lambda each: str(each[1]["id"]))[:limit]
        stocks = stocks_of(connection, [str(rule["id"]) for _, rule, _ in chosen])
    return [_reward(row, rule, stocks[str(rule["id"])], is_published) for row, rule, is_published in chosen]


def find_reward(hq: Hq, rule_id: str) -> Reward:
    """Return a reward. Raises `NotHere`."""
    found = next((each for each in list_rewards(hq) if each.rule_id == rule_id), None)
    if found is None:
        raise NotHere(f"There is no reward {rule_id[:NAME_LENGTH_MAX]!r}.")
    return found


def create_reward(  # noqa: PLR0913 what a reward is made of
    hq: Hq,
    actor: Actor,
    *,
    name: str,
    cost_points: int,
    effect: Mapping[str, Any],
    starts_on: str,
    ends_on: str,
    has_stock: bool = False,
    condition: Mapping[str, Any] | None = None,
    offline: str = "lease",
) -> Reward:
    """Draft a campaign of one rule that members choose at the station for points. Raises `NotPossible`."""
    with changing(hq) as connection:
        campaign_id = new_campaign_id(connection, "", name)
        rule = {
            "id": f"{campaign_id[: NAME_LENGTH_MAX - 5]}-1",
            "name": name,
            "trigger": "choice",
            "priority": 0,
            "cost_points": cost_points,
            "effect": dict(effect),
        }
        if has_stock:
            rule["has_stock"] = True
        if condition is not None:
            rule["condition"] = dict(condition)
        body = {
            "starts_on": starts_on,
            "ends_on": ends_on,
            "audience": None,
            "offline": offline,
            "rules": [rule],
        }
        new = new_draft(hq, actor, campaign_id, name=name, body=body)
        insert_draft(connection, actor, new, now_ms=new.created_ms)
    return find_reward(hq, str(rule["id"]))


def change_reward(
    hq: Hq, actor: Actor, rule_id: str, changes: Mapping[str, Any], *, match: Match = any_version
) -> Reward:
    """Change a reward in its campaign's draft. Raises `NotHere`, `NotPossible`, `ChangedMeanwhile`, `NotPossible`."""
    chosen = {key: value for key, value in changes.items() if key in RULE_KEYS}
    campaign_id = find_reward(hq, rule_id).campaign_id
    with changing(hq) as connection:
        row = rows.find(connection, campaign_id)
        match(row.version)
        rules = row.body.get("rules")
        if not isinstance(rules, list) or not any(_is_called(rule, rule_id) for rule in rules):
            raise NotPossible("The draft of its campaign has this reward no more.")
        changed = [_changed(rule, chosen) if _is_called(rule, rule_id) else rule for rule in rules]
        drafted = with_body(connection, row, {**row.body, "rules": changed}, actor)
        keep(hq, connection, actor, row, drafted, "reward.changed")
    return find_reward(hq, rule_id)


def set_stock(hq: Hq, actor: Actor, rule_id: str, left: int, *, reason: str = "") -> Reward:
    """Say how many of a reward are left to give, those on lease included. Raises `NotHere`, `NotPossible`."""
    find_reward(hq, rule_id)
    set_left(hq, rule_id, left, actor=actor, reason=reason)
    return find_reward(hq, rule_id)


def _rules(row: CampaignRow, published: PublishedCampaign | None) -> Iterator[tuple[Mapping[str, Any], bool]]:
    """Yield a campaign's rewards, with whether each is published: those of the draft that are new too."""
    known: set[str] = set()
    for body, is_published in (({} if published is None else published.body, True), (row.body, False)):
        rules = body.get("rules")
        for rule in rules if isinstance(rules, list) else ():
            if _is_reward(rule) and rule["id"] not in known:
                known.add(rule["id"])
                yield rule, is_published


def _is_reward(rule: Any) -> bool:
    if not isinstance(rule, dict) or not isinstance(rule.get("id"), str) or not rule["id"]:
        return False
    return type(rule.get("cost_points")) is int or rule.get("has_stock") is True


def _is_called(rule: Any, rule_id: str) -> bool:
    return isinstance(rule, dict) and rule.get("id") == rule_id


def _changed(rule: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return a rule with some keys exchanged; None takes one out."""
    return {key: value for key, value in {**rule, **changes}.items() if value is not None}


def _reward(row: CampaignRow, rule: Mapping[str, Any], stock: Stock, is_published: bool) -> Reward:
    effect, condition = rule.get("effect"), rule.get("condition")
    return Reward(
        rule_id=str(rule["id"]),
        name=str(rule.get("name") or rule["id"]),
        campaign_id=row.campaign_id,
        campaign_name=row.name,
        state=row.state,
        trigger=str(rule.get("trigger") or ""),
        cost_points=rule["cost_points"] if type(rule.get("cost_points")) is int else 0,
        has_stock=rule.get("has_stock") is True,
        left=stock.left,
        given=stock.given,
        effect=effect if isinstance(effect, dict) else {},
        condition=condition if isinstance(condition, dict) else None,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        is_published=is_published,
        has_changes=row.has_changes,
        version=row.version,
    )
