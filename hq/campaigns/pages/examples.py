"""With which addresses the pages of campaigns are looked at when all pages are: by tests, and for the pictures."""

from sqlalchemy import select

from hq.campaigns import drafting, scenarios
from hq.campaigns.pages.noun import pages, rules_of
from hq.campaigns.pages.steps import STEPS
from hq.campaigns.rows import CampaignRow
from hq.campaigns.tables import campaign, scenario
from hq.home import Hq


def newest_campaign(hq: Hq) -> str | None:
    """Return the id of a campaign, one with scenarios where there is any."""
    tested = select(scenario.c.campaign_id).order_by(scenario.c.scenario_id.desc()).limit(1)
    newest = (
        select(campaign.c.campaign_id).order_by(campaign.c.created_ms.desc(), campaign.c.campaign_id).limit(1)
    )
    with hq.database.reading() as connection:
        found: str | None = connection.execute(tested).scalar_one_or_none()
        return found or connection.execute(newest).scalar_one_or_none()


def _row(hq: Hq) -> CampaignRow | None:
    campaign_id = newest_campaign(hq)
    return None if campaign_id is None else drafting.find_campaign(hq, campaign_id)


def first_rule(hq: Hq) -> str | None:
    """Return the id of a rule of that campaign."""
    row = _row(hq)
    return (
        None
        if row is None
        else next((str(rule["id"]) for rule in rules_of(row) if isinstance(rule, dict)), None)
    )


def first_scenario(hq: Hq) -> str | None:
    """Return the id of a scenario of that campaign."""
    row = _row(hq)
    found = [] if row is None else scenarios.list_scenarios(hq, row.campaign_id)
    return found[0].scenario_id if found else None


for tail in ("", "/diff", "/json", "/scenarios", "/whatif"):
    pages.example("/{campaign_id}" + tail, campaign_id=newest_campaign)
for step in STEPS:
    pages.example("/{campaign_id}/edit/{step}", campaign_id=newest_campaign, step=step)
for rule_id in ("new", first_rule):
    pages.example("/{campaign_id}/rules/{rule_id}", campaign_id=newest_campaign, rule_id=rule_id)
for scenario_id in ("new", first_scenario):
    pages.example(
        "/{campaign_id}/scenarios/{scenario_id}", campaign_id=newest_campaign, scenario_id=scenario_id
    )
