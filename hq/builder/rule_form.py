"""A rule as a form: its name, what brings it into play, its effect and its condition, and back to JSON.

What a program's own reader says against it is shown at the place that it is about.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.core.campaign import Trigger
from app.core.conditions import ConditionInvalid
from app.core.document import DocumentInvalid
from app.core.money import Currency
from hq.builder.context import BuilderContext
from hq.builder.effect_form import (
    EffectForm,
    EffectWrong,
    can_show_effect,
    effect_form_of,
    effect_of,
    read_effect_form,
)
from hq.builder.leaf import leaf_of
from hq.builder.tree import (
    ROOT,
    Node,
    TreeWrong,
    can_show,
    edited,
    node_of,
    read_node,
    tree_of,
    walk,
    with_paths,
)
from hq.builder.typed import TypedWrong, to_whole
from hq.campaigns.sentences import condition_sentence
from hq.console.texts import N_

Form = Mapping[str, list[str]]
RULE = re.compile(r"campaign\.rules\[0\]\.?")
STEP = re.compile(r"\.(?:all|any)\[(\d+)\]|\.(not)(?=\.|\[|$|:)")
CONDITION = "condition"
SAYING_NOTHING = (
    (CONDITION, None),
    ("cost_points", None),
    ("has_stock", False),
)  # in a rule the same as no key


@dataclass
class RuleForm:
    """What stands in the fields of a rule. `problem` is about all of it; effect and places say their own."""

    rule_id: str = ""
    name: str = ""
    trigger: str = Trigger.AUTOMATIC.value
    priority: str = "0"
    cost_points: str = ""
    has_stock: bool = False
    effect: EffectForm = field(default_factory=EffectForm)
    condition: Node | None = None
    problems: dict[str, str] = field(default_factory=dict)

    @property
    def problem(self) -> str:
        """What is wrong that no field is to blame for."""
        return self.problems.get("", "")


class RuleWrong(ValueError):
    """A rule that can't be taken as it stands; its form says why."""


def rule_form_of(rule: Mapping[str, Any], currency: Currency) -> RuleForm:
    """Return a rule that a form can show."""
    condition = rule.get(CONDITION)
    cost = rule.get("cost_points")
    return RuleForm(
        rule_id=rule["id"],
        name=rule["name"],
        trigger=rule["trigger"],
        priority=str(rule["priority"]),
        cost_points="" if cost is None else str(cost),
        has_stock=bool(rule.get("has_stock")),
        effect=effect_form_of(rule["effect"], currency),
        condition=None if condition is None else with_paths(node_of(condition, currency)),
    )


def can_show_rule(rule: Any, currency: Currency) -> bool:
    """Tell whether a form shows everything that a rule says: what it can't show is edited as JSON."""
    try:
        if not can_show_effect(rule["effect"], currency):
            return False
        if rule.get(CONDITION) is not None and not can_show(rule[CONDITION], currency):
            return False
        return rule_of(rule_form_of(rule, currency), currency) == {
            key: value for key, value in rule.items() if (key, value) not in SAYING_NOTHING
        }
    except (RuleWrong, KeyError, TypeError, ValueError, AttributeError):
        return False


def read_rule_form(form: Form, *, rule_id: str) -> RuleForm:
    """Return the rule of a form that was sent."""

    def text(name: str) -> str:
        return next(iter(form.get(name, ())), "").strip()

    condition = read_node(form)
    return RuleForm(
        rule_id=rule_id,
        name=text("name"),
        trigger=text("trigger"),
        priority=text("priority"),
        cost_points=text("cost_points"),
        has_stock=bool(text("has_stock")),
        effect=read_effect_form(form),
        condition=None if condition is None else with_paths(condition),
    )


def press(form: RuleForm, button: str) -> None:
    """Do to the condition what a button says."""
    changed = edited(form.condition, button)
    form.condition = None if changed is None else with_paths(changed)


def rule_of(form: RuleForm, currency: Currency) -> dict[str, Any]:
    """Return a form as a rule, having noted what is wrong. Raises `RuleWrong`."""
    form.problems = {}
    rule: dict[str, Any] = {"id": form.rule_id, "name": form.name, "trigger": form.trigger}
    if not form.name:
        form.problems["name"] = N_("Give it a name: stations show it.")
    for key in ("priority", "cost_points"):
        try:
            if text := getattr(form, key):
                rule[key] = to_whole(text)
        except TypedWrong as problem:
            form.problems[key] = str(problem)
    rule.setdefault("priority", 0)
    if form.has_stock:
        rule["has_stock"] = True
    try:
        rule["effect"] = effect_of(form.effect, currency)
    except EffectWrong:
        form.problems["effect"] = N_("Something in what it gives is missing or can't be read.")
    try:
        if form.condition is not None:
            rule[CONDITION] = tree_of(form.condition, currency)
    except TreeWrong:
        form.problems[CONDITION] = N_("Something in the condition is missing or can't be read.")
    if form.problems:
        raise RuleWrong(next(iter(form.problems.values())))
    return rule


def checked_rule(form: RuleForm, context: BuilderContext) -> dict[str, Any]:
    """Return a form as a rule that a program may have. Raises `RuleWrong`, having noted why and where."""
    rule = rule_of(form, context.currency)
    try:
        context.check_rule(rule)
    except (DocumentInvalid, ConditionInvalid) as problem:
        _note(form, RULE.sub("", str(problem), count=1))
        raise RuleWrong(str(problem)) from problem
    return rule


def _note(form: RuleForm, said: str) -> None:
    """Put what the program's reader says where it belongs: a place of the condition, a field of the effect."""
    path, _, sentence = said.partition(": ")
    if path.startswith(CONDITION) and form.condition is not None:
        steps = [step[0] or "0" for step in STEP.findall(path.removeprefix(CONDITION))]
        wanted = ".".join([ROOT, *steps])
        place = next((each for each in walk(form.condition) if each.path == wanted), form.condition)
        place.problem = sentence
        form.problems[CONDITION] = sentence
        return
    key = path.removeprefix("effect.").partition("[")[0]
    if path.startswith("effect.") and any(each.key == key for each in form.effect.fields):
        form.effect.problems[key] = said  # with its path, which says what its numbers are
    else:
        form.problems[""] = said


def sentence_at(context: BuilderContext, node: Node) -> str:
    """Return what a question says in words, empty while it isn't whole."""
    try:
        return condition_sentence(leaf_of(node.typed, context.currency), context.speech)
    except TypedWrong:
        return ""
