"""The rule builder's page: one rule of a draft, worked on without script, in place with it, or as JSON."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import orjson
from fastapi import Response

from hq.access.scopes import Scope
from hq.builder.context import BuilderContext, context_of, same_version
from hq.builder.effect_form import KINDS
from hq.builder.member_part import member_part
from hq.builder.rule_form import (
    RuleForm,
    RuleWrong,
    can_show_rule,
    checked_rule,
    press,
    read_rule_form,
    rule_form_of,
    rule_of,
    sentence_at,
)
from hq.builder.words import TRIGGERS
from hq.campaigns import drafting
from hq.campaigns.campaign_sentences import rule_sentence
from hq.campaigns.pages.noun import find_rule, new_rule_id, pages, place_of, typed_in, with_rule
from hq.campaigns.rows import CampaignRow
from hq.console.routing import Page, PageAsk
from hq.console.texts import N_
from hq.faults import HqFault
from hq.segments.service import Count, count_members

NEW = "new"
JSON_MAX = 100_000


@pages.get("/{campaign_id}/rules/{rule_id}")
def show_rule(ask: Page, campaign_id: str, rule_id: str) -> Response:
    """Show one rule of a draft, or an empty one."""
    row, context = drafting.find_campaign(ask.hq, campaign_id), context_of(ask.hq, ask.look)
    if rule_id == NEW:
        return _page(ask, row, context, rule_id, RuleForm(rule_id=new_rule_id(row)))
    rule = find_rule(row, rule_id)
    if not can_show_rule(rule, context.currency):
        return _page(ask, row, context, rule_id, None, text=_json(rule))
    return _page(ask, row, context, rule_id, rule_form_of(rule, context.currency))


@pages.post("/{campaign_id}/rules/{rule_id}", needs=Scope.CAMPAIGNS_WRITE)
def change_rule(ask: Page, campaign_id: str, rule_id: str) -> Response:
    """Do what a button of the builder says: change the form, or keep the rule in the draft."""
    row, context = drafting.find_campaign(ask.hq, campaign_id), context_of(ask.hq, ask.look)
    own_id = new_rule_id(row) if rule_id == NEW else rule_id
    button = ask.text("do")
    if button == "delete":
        return _keep(ask, row, rule_id, None, said=N_("The rule is taken out of the draft."))
    if button in ("json", "save-json"):
        return _take_json(ask, row, context, rule_id, own_id, is_to_keep=button == "save-json")
    form = read_rule_form(typed_in(ask), rule_id=own_id)
    if button != "save":
        press(form, button)
        return _page(ask, row, context, rule_id, form)
    try:
        rule = checked_rule(form, context)
        return _keep(ask, row, rule_id, rule, said=N_("The rule is in the draft."))
    except RuleWrong:
        return _page(ask, row, context, rule_id, form, status=400)
    except HqFault as fault:
        form.problems[""] = str(fault)
        return _page(ask, row, context, rule_id, form, status=fault.status)


def _take_json(
    ask: PageAsk, row: CampaignRow, context: BuilderContext, rule_id: str, own_id: str, *, is_to_keep: bool
) -> Response:
    """Take a rule as JSON into the form, or where no form can show it, into the draft."""
    text = ask.text("json")[:JSON_MAX]
    try:
        rule = orjson.loads(text)
        if not isinstance(rule, dict):
            raise TypeError
    except (orjson.JSONDecodeError, TypeError):
        return _page(
            ask, row, context, rule_id, None, text=text, problem=N_("This is no JSON object."), status=400
        )
    rule = {**rule, "id": own_id}
    if can_show_rule(rule, context.currency) and not is_to_keep:
        return _page(ask, row, context, rule_id, rule_form_of(rule, context.currency))
    try:
        context.check_rule(rule)
        if is_to_keep:
            return _keep(ask, row, rule_id, rule, said=N_("The rule is in the draft."))
        problem = ""
    except (ValueError, HqFault) as found:  # what the program's reader says, or the draft's service
        problem = str(found)
    status = 400 if problem else 200
    return _page(ask, row, context, rule_id, None, text=_json(rule), problem=problem, status=status)


def _keep(
    ask: PageAsk, row: CampaignRow, rule_id: str, rule: Mapping[str, Any] | None, *, said: str
) -> Response:
    drafting.change_campaign(
        ask.hq,
        ask.actor,
        row.campaign_id,
        body=with_rule(row, rule_id if rule is None else str(rule["id"]), rule),
        match=same_version(ask.text("version")),
    )
    return ask.go(place_of(row.campaign_id, "edit", "what"), said=ask.said(said))


def _page(
    ask: PageAsk,
    row: CampaignRow,
    context: BuilderContext,
    rule_id: str,
    form: RuleForm | None,
    *,
    text: str = "",
    problem: str = "",
    status: int = 200,
) -> Response:
    version = ask.text("version") or str(row.version)
    sentence = ""
    rule = None if form is None else _rule_or_none(form, context)
    if rule is not None:
        sentence, text = rule_sentence(rule, context.speech), _json(rule)
    return ask.page(
        "campaigns/rule.html",
        row=row,
        rule_id=rule_id,
        form=form,
        picks=context.picks,
        kinds=[(kind, label) for kind, (label, _) in KINDS.items()],
        triggers=list(TRIGGERS.items()),
        told=lambda node: sentence_at(context, node),
        sentence=sentence,
        count=None if rule is None else _count(ask, rule.get("condition")),
        text=text,
        problem=problem,
        version=version,
        status=status,
    )


def _count(ask: PageAsk, tree: Any) -> Count | None:
    """Return for how many members what a condition asks about the member holds; None where it asks nothing alone."""
    part = member_part(tree)
    try:
        return None if part is None else count_members(ask.hq, part)
    except HqFault:
        return None  # of attributes or segments that head office doesn't know, it can't count


def _rule_or_none(form: RuleForm, context: BuilderContext) -> dict[str, Any] | None:
    """Return the rule that a form says, None while it says none: what is missing is told when it is to be kept."""
    try:
        return rule_of(deepcopy(form), context.currency)  # which notes what is wrong: not for a form at work
    except RuleWrong:
        return None


def _json(rule: Mapping[str, Any]) -> str:
    return orjson.dumps(rule, option=orjson.OPT_INDENT_2).decode("utf-8")
