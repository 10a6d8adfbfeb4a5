"""Cloning a campaign: a draft that says the same, with rules and scenarios of its own."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from app.core.document import NAME_LENGTH_MAX
from hq.access.actor import Actor
from hq.campaigns import rows
from hq.campaigns.drafting import changing, insert_draft, new_campaign_id, new_draft
from hq.campaigns.rows import CampaignRow
from hq.campaigns.scenarios import clone_scenarios
from hq.home import Hq

COPY = " (copy)"


def clone_campaign(
    hq: Hq, actor: Actor, campaign_id: str, *, name: str = "", clone_id: str = ""
) -> CampaignRow:
    """Make a draft that says the same under another id. Raises `NotHere`, `NotPossible`."""
    with changing(hq) as connection:
        old = rows.find(connection, campaign_id)
        called = name or f"{old.name[: NAME_LENGTH_MAX - len(COPY)]}{COPY}"
        chosen = new_campaign_id(connection, clone_id, called)
        body, renamed = _with_own_rules(old.body, chosen)
        new = replace(
            new_draft(hq, actor, chosen, name=called, body=body),
            cloned_from=campaign_id,
        )
        clone_scenarios(hq, connection, actor, campaign_id, chosen, renamed)
        insert_draft(connection, actor, new, now_ms=new.created_ms)
    return new


def _with_own_rules(body: Mapping[str, Any], campaign_id: str) -> tuple[dict[str, Any], dict[str, str]]:
    """Return a body whose rules have ids of their own, and which is called what: ids are unique in a program."""
    found, renamed = [], {}
    rules = body.get("rules")
    for n, rule in enumerate(rules if isinstance(rules, list) else (), start=1):
        if isinstance(rule, dict):
            new = f"{campaign_id[: NAME_LENGTH_MAX - 5]}-{n}"
            renamed[str(rule.get("id", ""))] = new
            found.append({**rule, "id": new})
    return {**body, "rules": found} if "rules" in body else dict(body), renamed
