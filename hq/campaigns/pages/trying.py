"""Scenarios of a campaign in the console: made from an order, run on the draft, with what came of each and why."""

import orjson
from fastapi import Response

from hq.access.scopes import Scope
from hq.builder.context import BuilderContext, context_of, same_version
from hq.builder.order_form import (
    LINES,
    OUTCOMES,
    body_of,
    can_show_scenario,
    first,
    form_of,
    shown_rules,
)
from hq.campaigns import drafting, scenarios
from hq.campaigns.pages.noun import pages, place_of, rules_of, typed_in
from hq.campaigns.rows import CampaignRow
from hq.campaigns.simulating import simulate
from hq.console.routing import Page, PageAsk
from hq.console.texts import N_
from hq.faults import HqFault, Malformed
from hq.simulator.answers import shown

NEW = "new"
JSON_MAX = 100_000


@pages.get("/{campaign_id}/scenarios")
def show_scenarios(ask: Page, campaign_id: str) -> Response:
    """Run all scenarios of a campaign on its draft and show what came of each."""
    row = drafting.find_campaign(ask.hq, campaign_id)
    ran = scenarios.run_scenarios(ask.hq, campaign_id, language=ask.look.language)
    return ask.page("campaigns/scenarios.html", row=row, ran=ran)


@pages.get("/{campaign_id}/scenarios/{scenario_id}")
def show_scenario(ask: Page, campaign_id: str, scenario_id: str) -> Response:
    """Show one scenario, or an order to be made up."""
    row, context = drafting.find_campaign(ask.hq, campaign_id), context_of(ask.hq, ask.look)
    if scenario_id == NEW:
        day = str(row.body.get("starts_on") or "")[:10]
        return _page(ask, row, context, scenario_id, {"day": [day], "time": ["12:00"]})
    found = scenarios.find_scenario(ask.hq, campaign_id, scenario_id)
    is_form = can_show_scenario(found.body)
    typed = form_of(found.body) if is_form else {}
    typed |= {"name": [found.name], "version": [str(found.version)], "json": [_json(found.body)]}
    return _page(ask, row, context, scenario_id, typed, is_form=is_form)


@pages.post("/{campaign_id}/scenarios/{scenario_id}", needs=Scope.CAMPAIGNS_WRITE)
def change_scenario(ask: Page, campaign_id: str, scenario_id: str) -> Response:
    """Try the order, keep the scenario, or take it away."""
    row, context = drafting.find_campaign(ask.hq, campaign_id), context_of(ask.hq, ask.look)
    typed, do = typed_in(ask), ask.text("do")
    is_form = do != "save-json"
    try:
        if do == "drop":
            scenarios.drop_scenario(ask.hq, ask.actor, campaign_id, scenario_id)
            return ask.go(place_of(campaign_id, "scenarios"), said=ask.said(N_("The scenario is gone.")))
        body = body_of(typed) if is_form else _read_json(ask.text("json"))
        if do == "try":
            found = simulate(ask.hq, body, campaign_id=campaign_id)
            if found.problem:
                raise Malformed(found.problem)
            answer = shown(found, context.speech, language=ask.look.language)
            return _page(ask, row, context, scenario_id, typed, answer=answer)
        _keep(ask, row, scenario_id, body)
    except HqFault as fault:
        return _page(ask, row, context, scenario_id, typed, is_form=is_form, fault=fault)
    return ask.go(place_of(campaign_id, "scenarios"), said=ask.said(N_("The scenario is kept.")))


def _keep(ask: PageAsk, row: CampaignRow, scenario_id: str, body: dict[str, object]) -> None:
    name = ask.text("name")[:80]
    if not name:
        raise Malformed("Give the scenario a name.")
    if not body.get("expected"):
        raise Malformed("Say what is expected: of an offer, or in all.")
    if scenario_id == NEW:
        scenarios.add_scenario(ask.hq, ask.actor, row.campaign_id, name=name, body=body)
        return
    match = same_version(ask.text("version"))
    scenarios.change_scenario(
        ask.hq, ask.actor, row.campaign_id, scenario_id, name=name, body=body, match=match
    )


def _read_json(text: str) -> dict[str, object]:
    try:
        body = orjson.loads(text[:JSON_MAX])
    except orjson.JSONDecodeError as problem:
        raise Malformed(f"This is no JSON: {problem}") from problem
    if not isinstance(body, dict):
        raise Malformed("This is no JSON object.")
    return body


def _json(body: object) -> str:
    return orjson.dumps(body, option=orjson.OPT_INDENT_2).decode("utf-8")


def _page(
    ask: PageAsk,
    row: CampaignRow,
    context: BuilderContext,
    scenario_id: str,
    typed: dict[str, list[str]],
    *,
    is_form: bool = True,
    answer: object = None,
    fault: HqFault | None = None,
) -> Response:
    own = [rule for rule in rules_of(row) if isinstance(rule, dict)]
    with_draft = {"campaigns": [*(context.document.get("campaigns") or ())]}
    with_draft["campaigns"] = [each for each in with_draft["campaigns"] if each["id"] != row.campaign_id]
    with_draft["campaigns"].append(
        {"rules": [rule for rule in own if {"id", "name", "trigger"} <= rule.keys()]}
    )
    return ask.page(
        "campaigns/scenario.html",
        row=row,
        scenario_id=scenario_id,
        typed=typed,
        is_form=is_form,
        picks=context.picks,
        rules=shown_rules(with_draft),
        expected=_expected(own, typed),
        outcomes=OUTCOMES,
        line_count=max(LINES, len(typed.get("line_sku", ())) + 1),
        text=first(typed, "json"),
        answer=answer,
        fault=fault,
    )


def _expected(own: list[dict[str, object]], typed: dict[str, list[str]]) -> list[dict[str, str]]:
    """Return what is said of each rule: those of the campaign, and others that the scenario names."""
    said = {
        rule: (outcome, amount)
        for rule, outcome, amount in zip(
            *(typed.get(f"expect_{key}", []) for key in ("rule", "outcome", "amount")), strict=False
        )
    }
    names = {str(rule.get("id", "")): str(rule.get("name", "")) for rule in own}
    found = []
    for rule_id in dict.fromkeys([*names, *said]):
        outcome, amount = said.get(rule_id, ("", ""))
        found.append(
            {"id": rule_id, "name": names.get(rule_id, rule_id), "outcome": outcome, "amount": amount}
        )
    return found
