"""What all pages of campaigns share: their noun, the form they read, and rules by their ids."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from hq.access.scopes import Scope
from hq.campaigns.rows import CampaignRow
from hq.console.routing import PageAsk, Pages
from hq.console.texts import N_
from hq.faults import NotHere

PLACE = "/console/campaigns"
pages = Pages("campaigns", N_("Campaigns"), place=PLACE, needs=Scope.CAMPAIGNS_READ)


def place_of(campaign_id: str, *more: str) -> str:
    """Return the place of a campaign's page."""
    return "/".join([PLACE, quote(campaign_id, safe=""), *more])


def typed_in(ask: PageAsk) -> dict[str, list[str]]:
    """Return the texts of a form by field, each with all its values."""
    return {
        name: [value.replace("\x00", "") for value in ask.form.getlist(name) if isinstance(value, str)]
        for name in ask.form
    }


def rules_of(row: CampaignRow) -> list[Any]:
    """Return the rules of a draft as they stand, which may be anything."""
    rules = row.body.get("rules")
    return rules if isinstance(rules, list) else []


def find_rule(row: CampaignRow, rule_id: str) -> dict[str, Any]:
    """Return a rule of a draft. Raises `NotHere`."""
    found = rule_among(rules_of(row), rule_id)
    if found is None:
        raise NotHere(f"This campaign has no rule {rule_id[:80]!r}.")
    return found


def new_rule_id(row: CampaignRow) -> str:
    """Return an id for one more rule: that of the campaign and a number."""
    return free_id(rules_of(row), row.campaign_id[:70])


def with_rule(row: CampaignRow, rule_id: str, rule: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return a draft's body with a rule exchanged, added, or taken out (None)."""
    return {**row.body, "rules": exchanged(rules_of(row), rule_id, rule)}


# --- rules of a draft, among which may be anything --------------------------------------------------------------------


def rule_among(rules: Sequence[Any], rule_id: str) -> dict[str, Any] | None:
    """Return the rule of this id, or None."""
    return next((dict(each) for each in rules if _is_rule(each, rule_id)), None)


def free_id(rules: Sequence[Any], stem: str) -> str:
    """Return the stem with the lowest number that no rule has."""
    n = 1
    while rule_among(rules, f"{stem}-{n}"):
        n += 1
    return f"{stem}-{n}"


def exchanged(rules: Sequence[Any], rule_id: str, rule: Mapping[str, Any] | None) -> list[Any]:
    """Return rules with the first of this id exchanged, with one more, or with one less (None)."""
    found = list(rules)
    place = next((n for n, each in enumerate(found) if _is_rule(each, rule_id)), len(found))
    found[place : place + 1] = [] if rule is None else [dict(rule)]
    return found


def _is_rule(each: Any, rule_id: str) -> bool:
    return isinstance(each, Mapping) and each.get("id") == rule_id
