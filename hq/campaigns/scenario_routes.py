"""The scenarios of campaigns, by the API: kept, and run on the draft as it would be published."""

from functools import partial
from typing import Any

from fastapi import Response

from hq.access.scopes import Scope
from hq.api.etags import check_match, versioned
from hq.api.models import Page, to_page
from hq.api.routing import VERSION, Asked, Routes, of_nothing
from hq.campaigns import scenarios
from hq.campaigns.scenarios import Scenario
from hq.campaigns.schemas import ScenarioAnswer, ScenarioAsked, ScenarioChange

routes = Routes(
    "scenarios",
    "Scenarios of campaigns: orders to try on a draft, and what is expected of it.",
    prefix=f"{VERSION}/campaigns/{{campaign_id}}/scenarios",
)
READ, WRITE = Scope.CAMPAIGNS_READ, Scope.CAMPAIGNS_WRITE


@routes.get("", needs=READ, answers=Page[ScenarioAnswer], faults=(404,))
def list_scenarios(ask: Asked, campaign_id: str) -> Any:
    """List a campaign's scenarios, the oldest first."""
    return to_page(ScenarioAnswer, scenarios.list_scenarios(ask.hq, campaign_id), None)


@routes.post("", needs=WRITE, answers=ScenarioAnswer, faults=(404,))
def add_scenario(ask: Asked, campaign_id: str, asked: ScenarioAsked, response: Response) -> Any:
    """Keep a scenario with a campaign."""
    made = scenarios.add_scenario(ask.hq, ask.actor, campaign_id, name=asked.name, body=asked.body)
    return _told(response, made)


@routes.get("/{scenario_id}", needs=READ, answers=ScenarioAnswer, faults=(404,))
def read_scenario(ask: Asked, campaign_id: str, scenario_id: str, response: Response) -> Any:
    """Read one scenario."""
    return _told(response, scenarios.find_scenario(ask.hq, campaign_id, scenario_id))


@routes.patch("/{scenario_id}", needs=WRITE, answers=ScenarioAnswer, faults=(404, 409))
def change_scenario(
    ask: Asked, campaign_id: str, scenario_id: str, asked: ScenarioChange, response: Response
) -> Any:
    """Change a scenario."""
    changed = scenarios.change_scenario(
        ask.hq,
        ask.actor,
        campaign_id,
        scenario_id,
        name=asked.name,
        body=asked.body,
        match=partial(check_match, ask.request),
    )
    return _told(response, changed)


@routes.delete("/{scenario_id}", needs=WRITE, faults=(404,))
def drop_scenario(ask: Asked, campaign_id: str, scenario_id: str) -> Any:
    """Take a scenario away."""
    match = partial(check_match, ask.request)
    scenarios.drop_scenario(ask.hq, ask.actor, campaign_id, scenario_id, match=match)
    return of_nothing()


def _told(response: Response, found: Scenario) -> ScenarioAnswer:
    versioned(response, found.version)
    return ScenarioAnswer.model_validate(found)
