"""Earning rules in the console: what is earned by what, chosen and published without a release of the program."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import orjson
from fastapi import Response

from hq.access.scopes import Scope
from hq.builder.context import BuilderContext, context_of
from hq.builder.earning_form import (
    KINDS,
    LIMIT_ROWS,
    MODES,
    PERIODS,
    EarningForm,
    can_show_earning,
    checked_earning,
    earning_form_of,
    earning_of,
    press,
    read_earning_form,
)
from hq.builder.rule_form import sentence_at
from hq.builder.tree import TreeWrong
from hq.builder.typed import TypedWrong
from hq.campaigns import parts
from hq.campaigns.campaign_sentences import PERIODS as PERIOD_WORDS
from hq.campaigns.campaign_sentences import earning_sentence
from hq.campaigns.pages.noun import exchanged, free_id, rule_among, typed_in
from hq.console.routing import Page, PageAsk, Pages
from hq.console.texts import N_
from hq.faults import HqFault, Malformed, NotHere
from hq.home import Hq
from hq.program.publishing_pages import check_of, keep_part, publish_drafts

PLACE, PART, NEW = "/console/earning", "earning", "new"
JSON_MAX = 100_000
pages = Pages("earning", N_("Earning rules"), place=PLACE, needs=Scope.CAMPAIGNS_READ)


def first_earning(hq: Hq) -> str | None:
    """Return the id of an earning rule, for the pictures of pages."""
    rules = _rules(hq)
    return str(rules[0]["id"]) if rules else None


pages.example("/{rule_id}", rule_id=first_earning)
pages.example("/{rule_id}", rule_id=NEW)


def _rules(hq: Hq) -> list[Any]:
    body = parts.read_part(hq, PART).body
    return body if isinstance(body, list) else []


@pages.get("")
def show_earning(ask: Page) -> Response:
    """Show all rules in plain words, and what of them waits to be published."""
    return _list_page(ask)


def _list_page(ask: PageAsk, fault: HqFault | None = None) -> Response:
    part, context = parts.read_part(ask.hq, PART), context_of(ask.hq, ask.look)
    rules = [
        {
            "id": str(rule.get("id", "")),
            "name": str(rule.get("name") or rule.get("id", "")),
            "sentence": earning_sentence(rule, context.speech),
            "is_published": isinstance(part.published, list) and rule in part.published,
        }
        for rule in (part.body or [])
        if isinstance(rule, Mapping)
    ]
    return ask.page(
        "earning/list.html",
        part=part,
        rules=rules,
        check=check_of(ask, [PART]),
        fault=fault,
    )


@pages.post("/-/publish", needs=Scope.CAMPAIGNS_PUBLISH)
def publish_earning(ask: Page) -> Response:
    """Publish the drafted rules."""
    try:
        publish_drafts(ask, [PART])
    except HqFault as fault:
        return _list_page(ask, fault)
    return ask.go(
        PLACE,
        said=ask.said(N_("The earning rules are published. Stations get them with their next contact.")),
    )


@pages.post("/-/discard", needs=Scope.CAMPAIGNS_WRITE)
def discard_earning(ask: Page) -> Response:
    """Let the rules be as they are published."""
    try:
        parts.discard_part(ask.hq, ask.actor, PART)
    except HqFault as fault:
        return _list_page(ask, fault)
    return ask.go(PLACE, said=ask.said(N_("The earning rules are as they are published.")))


@pages.get("/{rule_id}")
def show_rule(ask: Page, rule_id: str) -> Response:
    """Show one rule, or an empty one."""
    context = context_of(ask.hq, ask.look)
    if rule_id == NEW:
        return _page(ask, context, rule_id, EarningForm(rule_id=_new_id(ask.hq)))
    rule = _find(ask.hq, rule_id)
    if not can_show_earning(rule, context.currency):
        return _page(ask, context, rule_id, None, text=_json(rule))
    return _page(ask, context, rule_id, earning_form_of(rule, context.currency))


@pages.post("/{rule_id}", needs=Scope.CAMPAIGNS_WRITE)
def change_rule(ask: Page, rule_id: str) -> Response:
    """Change the form, or keep the rule in the draft of all rules."""
    context, do = context_of(ask.hq, ask.look), ask.text("do")
    own_id = _new_id(ask.hq) if rule_id == NEW else rule_id
    form: EarningForm | None = None
    try:
        if do == "delete":
            return _keep(ask, rule_id, None)
        if do == "save-json":
            return _keep(ask, rule_id, {**_read_json(ask.text("json")), "id": own_id})
        form = read_earning_form(typed_in(ask), rule_id=own_id)
        if do != "save":
            press(form, do)
            return _page(ask, context, rule_id, form)
        rule = checked_earning(form, context)
        if rule is None:
            return _page(ask, context, rule_id, form, status=400)
        return _keep(ask, rule_id, rule)
    except HqFault as fault:
        return _page(
            ask, context, rule_id, form, text=ask.text("json"), problem=str(fault), status=fault.status
        )


def _keep(ask: PageAsk, rule_id: str, rule: Mapping[str, Any] | None) -> Response:
    keep_part(ask, PART, exchanged(_rules(ask.hq), rule_id, rule))
    return ask.go(PLACE, said=ask.said(N_("It is in the draft. It counts when it is published.")))


def _find(hq: Hq, rule_id: str) -> dict[str, Any]:
    found = rule_among(_rules(hq), rule_id)
    if found is None:
        raise NotHere(f"There is no earning rule {rule_id[:80]!r}.")
    return found


def _new_id(hq: Hq) -> str:
    return free_id(_rules(hq), "earning")


def _read_json(text: str) -> dict[str, Any]:
    try:
        found = orjson.loads(text[:JSON_MAX])
    except orjson.JSONDecodeError as problem:
        raise Malformed(f"This is no JSON: {problem}") from problem
    if not isinstance(found, dict):
        raise Malformed("This is no JSON object.")
    return found


def _json(rule: Mapping[str, Any]) -> str:
    return orjson.dumps(rule, option=orjson.OPT_INDENT_2).decode("utf-8")


def _page(
    ask: PageAsk,
    context: BuilderContext,
    rule_id: str,
    form: EarningForm | None,
    *,
    text: str = "",
    problem: str = "",
    status: int = 200,
) -> Response:
    sentence = ""
    if form is not None:
        try:
            rule = earning_of(deepcopy(form), context.currency)
            sentence, text = earning_sentence(rule, context.speech), _json(rule)
        except (TypedWrong, TreeWrong):
            sentence = ""
    return ask.page(
        "earning/rule.html",
        rule_id=rule_id,
        form=form,
        picks=context.picks,
        kinds=list(KINDS.items()),
        modes=list(MODES.items()),
        periods=[(period, PERIOD_WORDS[period]) for period in PERIODS],
        limit_rows=range(LIMIT_ROWS),
        told=lambda node: sentence_at(context, node),
        sentence=sentence,
        text=text,
        problem=problem or ("" if form is None else form.problem),
        version=ask.text("version") or str(parts.read_part(ask.hq, PART).version),
        status=status,
    )
