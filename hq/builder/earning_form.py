"""An earning rule as a form: what is earned by what, when, and up to how much; and back to JSON."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.core.conditions import ConditionInvalid
from app.core.document import DocumentInvalid, Place
from app.core.earning_format import read_earning
from app.core.money import Currency
from hq.builder.context import BuilderContext
from hq.builder.tree import Node, TreeWrong, can_show, edited, node_of, read_node, tree_of, with_paths
from hq.builder.typed import TypedWrong, milli_text, minor_text, to_milli, to_minor, to_whole
from hq.console.texts import N_

Form = Mapping[str, list[str]]
KINDS = {  # what a rule goes by
    "amount": N_("points for each amount paid"),
    "order": N_("points once an order"),
    "unit": N_("points for each so many units"),
    "event": N_("points for an event"),
    "multiplier": N_("points count several times"),
}
MODES = {"full_unit": N_("only whole amounts count"), "pro_rata": N_("parts of it count too")}
PERIODS = ("", "order", "day", "week", "month", "quarter", "year")
TEXTS = ("name", "points", "mode", "basis", "products", "currency", "event")
LIMIT_ROWS = 3


@dataclass
class EarningForm:
    """What stands in the fields: `texts` by name, and rows of limits (points or times, how many, in which period)."""

    rule_id: str = ""
    kind: str = "amount"
    texts: dict[str, str] = field(default_factory=lambda: {"mode": "full_unit", "points": "1"})
    limits: list[dict[str, str]] = field(default_factory=list)
    condition: Node | None = None
    problem: str = ""

    def text(self, name: str) -> str:
        """Return what was typed into a field."""
        return self.texts.get(name, "")


def earning_form_of(rule: Mapping[str, Any], currency: Currency) -> EarningForm:
    """Return a rule that a form can show."""
    kind = _kind_of(rule)
    texts = {key: str(rule[key]) for key in ("name", "mode", "basis", "products", "event") if rule.get(key)}
    texts["currency"] = rule.get("points") or ""
    texts["points"] = milli_text(rule["factor_milli" if kind == "multiplier" else "points_milli"])
    if kind in ("amount", "unit"):
        texts["per"] = minor_text(rule["per"], currency) if kind == "amount" else str(rule["per"])
    limits = [
        {"what": what, "count": str(limit[what]), "period": limit.get("period") or ""}
        for limit in rule.get("limits") or ()
        for what in ("points", "times")
        if limit.get(what) is not None
    ]
    tree = rule.get("condition")
    return EarningForm(
        rule["id"], kind, texts, limits, None if tree is None else with_paths(node_of(tree, currency))
    )


def _kind_of(rule: Mapping[str, Any]) -> str:
    if rule.get("kind") == "multiplier":
        return "multiplier"
    return "event" if rule.get("event") else str(rule.get("of") or "amount")


def read_earning_form(form: Form, *, rule_id: str) -> EarningForm:
    """Return the rule of a form that was sent."""
    texts = {key: next(iter(form.get(key, ())), "").strip() for key in (*TEXTS, "per")}
    kind = next(iter(form.get("kind", ())), "")
    rows = zip(*(form.get(f"limit_{key}", []) for key in ("what", "count", "period")), strict=False)
    limits = [dict(zip(("what", "count", "period"), row, strict=True)) for row in rows if row[1].strip()]
    tree = read_node(form)
    condition = None if tree is None else with_paths(tree)
    return EarningForm(rule_id, kind if kind in KINDS else "amount", texts, limits, condition)


def press(form: EarningForm, button: str) -> None:
    """Do to the condition what a button says."""
    changed = edited(form.condition, button)
    form.condition = None if changed is None else with_paths(changed)


def earning_of(form: EarningForm, currency: Currency) -> dict[str, Any]:
    """Return a form as a rule. Raises `TypedWrong`, `TreeWrong`."""
    rule: dict[str, Any] = {"id": form.rule_id}
    for key in ("name", "products"):
        if form.text(key):
            rule[key] = form.text(key)
    if form.condition is not None:
        rule["condition"] = tree_of(form.condition, currency)
    if form.kind == "multiplier":
        return {**rule, "kind": "multiplier", "factor_milli": to_milli(form.text("points"))}
    rule["points_milli"] = to_milli(form.text("points"))
    if form.kind in ("amount", "unit"):
        per = form.text("per") or "1"
        rule["per"] = to_minor(per, currency) if form.kind == "amount" else to_whole(per)
        rule["mode"] = form.text("mode") or "full_unit"
    if form.kind == "event":
        rule["event"] = form.text("event")
    elif form.kind != "amount":
        rule["of"] = form.kind
    if form.text("basis"):
        rule["basis"] = form.text("basis")
    if form.text("currency"):
        rule["points"] = form.text("currency")
    if form.limits:
        rule["limits"] = [_limit(each) for each in form.limits]
    return rule


def _limit(row: Mapping[str, str]) -> dict[str, Any]:
    limit: dict[str, Any] = {"times" if row["what"] == "times" else "points": to_whole(row["count"].strip())}
    return {**limit, "period": row["period"]} if row["period"] else limit


def checked_earning(form: EarningForm, context: BuilderContext) -> dict[str, Any] | None:
    """Return a form as a rule that a program may have; None, having noted why, where it isn't one."""
    try:
        rule = earning_of(form, context.currency)
        read_earning(Place("rule", rule), context.vocabulary)
    except (TypedWrong, TreeWrong) as problem:
        form.problem = context.speech.gettext(str(problem))
        return None
    except (DocumentInvalid, ConditionInvalid) as problem:
        form.problem = str(problem).removeprefix("rule.")
        return None
    return rule


def can_show_earning(rule: Any, currency: Currency) -> bool:
    """Tell whether a form shows everything that an earning rule says."""
    try:
        tree = rule.get("condition")
        if tree is not None and not can_show(tree, currency):
            return False
        return bool(earning_of(earning_form_of(rule, currency), currency) == rule)
    except (TypedWrong, TreeWrong, KeyError, TypeError, ValueError, AttributeError):
        return False
