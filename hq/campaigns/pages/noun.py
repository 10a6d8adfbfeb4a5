"""What all pages of campaigns share: their noun, the form they read, and rules by their ids."""

from collections.abc import Mapping
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
    for rule in rules_of(row):
        if isinstance(rule, Mapping) and rule.get("id") == rule_id:
            return dict(rule)
    raise NotHere(f"This campaign has no rule {rule_id[:80]!r}.")


def new_rule_id(row: CampaignRow) -> str:
    """Return an id for one more rule: that of the campaign and a number."""
    taken = {rule.get("id") for rule in rules_of(row) if isinstance(rule, Mapping)}
    n = 1
    while (found := f"{row.campaign_id[:70]}-{n}") in taken:
        n += 1
    return found


def with_rule(row: CampaignRow, rule_id: str, rule: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return a draft's body with a rule exchanged, added, or taken out (None)."""
    found = [dict(each) if isinstance(each, Mapping) else each for each in rules_of(row)]
    place = next(
        (n for n, each in enumerate(found) if isinstance(each, dict) and each.get("id") == rule_id), None
    )
    if rule is None:
        found = [each for n, each in enumerate(found) if n != place]
    elif place is None:
        found.append(dict(rule))
    else:
        found[place] = dict(rule)
    return {**row.body, "rules": found}
