"""Rewards in the console: the catalogue, the page of one with its stock, and making one."""

from collections.abc import Mapping
from typing import Any

from fastapi import Response

from app.core.conditions import ConditionInvalid
from app.core.document import NAME_LENGTH_MAX, DocumentInvalid
from app.core.stops import CAMPAIGN, PROGRAM
from app.core.stops import RULE as RULE_WORD
from hq.access.scopes import Scope
from hq.builder.context import BuilderContext, context_of
from hq.builder.effect_form import KINDS, EffectForm, effect_of, read_effect_form
from hq.builder.rule_form import RULE
from hq.builder.typed import TypedWrong, to_whole, typed_into
from hq.campaigns.campaign_sentences import rule_sentence
from hq.campaigns.drafting import find_campaign
from hq.campaigns.effect_sentences import effect_sentence
from hq.campaigns.pages.browse import STATES
from hq.campaigns.pages.noun import rules_of, typed_in
from hq.campaigns.rows import State
from hq.console.routing import Page, PageAsk, Pages
from hq.console.texts import N_
from hq.faults import HqFault, Malformed
from hq.home import Hq
from hq.rewards import service
from hq.rewards.service import Reward
from hq.stops.service import list_stops

PLACE = "/console/rewards"
FEW = 10  # so many left are shown as few
KINDS_OF_REWARDS = ("amount_off", "percent_off", "unit_price", "gift", "buy_get", "by_unit")
pages = Pages("rewards", N_("Rewards"), place=PLACE, needs=Scope.REWARDS_READ)


def first_reward(hq: Hq) -> str | None:
    """Return the id of a reward, for the pictures of pages."""
    found = service.list_rewards(hq, limit=1)
    return found[0].rule_id if found else None


pages.example("/{rule_id}", rule_id=first_reward)


@pages.get("")
def show_rewards(ask: Page) -> Response:
    """Show the catalogue, by state."""
    try:
        state = State(ask.query["state"]) if ask.query.get("state") else None
    except ValueError as problem:
        raise Malformed("There is no such state of a reward.") from problem
    context = context_of(ask.hq, ask.look)
    rewards = service.list_rewards(ask.hq, state=state)
    return ask.page(
        "rewards/list.html",
        rewards=[(each, effect_sentence(each.effect, context.speech)) for each in rewards],
        states=STATES,
        options=[(key.value, ask.said(word)) for key, (word, _) in STATES.items()],
        few=FEW,
    )


@pages.get("/-/new", needs=Scope.REWARDS_WRITE)
def show_new(ask: Page) -> Response:
    """Show a reward to be made."""
    return _new_page(ask, context_of(ask.hq, ask.look), EffectForm("amount_off", {"target": "order"}), {})


@pages.post("/-/new", needs=Scope.REWARDS_WRITE)
def make_reward(ask: Page) -> Response:
    """Draft a campaign of one rule that costs points, and go on with its review."""
    context, form = context_of(ask.hq, ask.look), read_effect_form(typed_in(ask))
    names = ("name", "cost_points", "starts_day", "ends_day", "has_stock")
    typed = {name: ask.text(name) for name in names}
    if ask.text("do") == "show":
        return _new_page(ask, context, form, typed)
    try:
        made = service.create_reward(
            ask.hq,
            ask.actor,
            name=_needed(typed["name"], "Give the reward a name.")[:NAME_LENGTH_MAX],
            cost_points=_cost(typed["cost_points"]),
            effect=_effect(form, context),
            starts_on=_needed(typed["starts_day"], "Say on which day it starts."),
            ends_on=_end(typed),
            has_stock=bool(typed["has_stock"]),
        )
    except HqFault as fault:
        return _new_page(ask, context, form, typed, fault)
    return ask.go(
        f"{PLACE}/{made.rule_id}", said=ask.said(N_("The reward is drafted. Test and publish its campaign."))
    )


def _needed(text: str, sentence: str) -> str:
    if not text:
        raise Malformed(sentence)
    return text


def _cost(text: str) -> int:
    with typed_into(N_("Costs points")):
        found = to_whole(_needed(text, "Say how many points it costs."))
        if found < 1:
            raise TypedWrong(N_("A reward costs 1 point or more."))
        return found


def _end(typed: dict[str, str]) -> str:
    if typed["ends_day"] and typed["ends_day"] < typed["starts_day"]:
        raise Malformed("The last day is before the first day.")
    return typed["ends_day"] or "9999-12-31"


def _effect(form: EffectForm, context: BuilderContext) -> dict[str, Any]:
    """Return what a reward gives, as a program may have it. Raises `TypedWrong`, `Malformed`; the form says where."""
    effect = effect_of(form, context.currency)
    rule = {"id": "r", "name": "r", "trigger": "choice", "priority": 0, "effect": effect}
    try:
        context.check_rule(rule)
    except (DocumentInvalid, ConditionInvalid) as problem:
        raise Malformed(RULE.sub("", str(problem), count=1)) from problem
    return effect


def _new_page(
    ask: PageAsk,
    context: BuilderContext,
    form: EffectForm,
    typed: dict[str, str],
    fault: HqFault | None = None,
) -> Response:
    kinds = [(kind, KINDS[kind][0]) for kind in KINDS_OF_REWARDS]
    return ask.page("rewards/new.html", fault=fault, form=form, kinds=kinds, picks=context.picks, typed=typed)


@pages.get("/{rule_id}")
def show_reward(ask: Page, rule_id: str) -> Response:
    """Show a reward as a station shows it, with its stock."""
    return _reward_page(ask, service.find_reward(ask.hq, rule_id))


@pages.post("/{rule_id}/stock", needs=Scope.REWARDS_WRITE)
def set_stock(ask: Page, rule_id: str) -> Response:
    """Say how many are left to give."""
    reward = service.find_reward(ask.hq, rule_id)
    try:
        with typed_into(N_("So many are left now")):
            left = to_whole(ask.text("left"))
        if not ask.text("reason"):
            raise Malformed("Say why the stock is another one now.")
        service.set_stock(ask.hq, ask.actor, rule_id, left, reason=ask.text("reason"))
    except HqFault as fault:
        return _reward_page(ask, reward, fault)
    return ask.go(f"{PLACE}/{rule_id}", said=ask.said(N_("The stock is set. Stations hear of it now.")))


@pages.post("/{rule_id}/change", needs=Scope.REWARDS_WRITE)
def change_reward(ask: Page, rule_id: str) -> Response:
    """Change the name and the cost of a reward in its campaign's draft."""
    reward = service.find_reward(ask.hq, rule_id)
    try:
        changes = {
            "name": _needed(ask.text("name"), "Give the reward a name.")[:NAME_LENGTH_MAX],
            "cost_points": _cost(ask.text("cost_points")),
        }
        service.change_reward(ask.hq, ask.actor, rule_id, changes)
    except HqFault as fault:
        return _reward_page(ask, reward, fault)
    return ask.go(f"{PLACE}/{rule_id}", said=ask.said(N_("It is in the draft of its campaign.")))


def _drafted(hq: Hq, reward: Reward) -> Mapping[str, Any]:
    """Return the reward's rule as its campaign's draft says it, empty where it says it no more."""
    rules = rules_of(find_campaign(hq, reward.campaign_id))
    return next((each for each in rules if isinstance(each, dict) and each.get("id") == reward.rule_id), {})


def _reward_page(ask: PageAsk, reward: Reward, fault: HqFault | None = None) -> Response:
    speech = context_of(ask.hq, ask.look).speech
    rule = {
        "trigger": reward.trigger,
        "effect": reward.effect,
        "condition": reward.condition,
        "cost_points": reward.cost_points or None,
        "has_stock": reward.has_stock,
    }
    return ask.page(
        "rewards/show.html",
        fault=fault,
        reward=reward,
        drafted=_drafted(ask.hq, reward),
        typed={name: ask.text(name) for name in ("left", "reason", "name", "cost_points")} if fault else {},
        sentence=rule_sentence(rule, speech),
        gives=effect_sentence(reward.effect, speech),
        is_stopped=_is_stopped(ask.hq, reward),
        state=STATES[reward.state],
        few=FEW,
    )


def _is_stopped(hq: Hq, reward: Reward) -> bool:
    words = {RULE_WORD + reward.rule_id, CAMPAIGN + reward.campaign_id, PROGRAM}
    return any(each.period.what in words and not each.period.is_over for each in list_stops(hq))
