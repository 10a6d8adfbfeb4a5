"""Rules, campaigns and earning rules in plain words: one sentence each, for lists, reviews and differences.

They are given as the program writes them (docs/program.md), drafts too.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from hq.campaigns.effect_sentences import effect_sentence, products_of
from hq.campaigns.sentences import UNREADABLE, Speech, condition_sentence
from hq.console.texts import N_
from hq.settings.service import NAMES

Part = Mapping[str, Any]
NO_END = "9999"
TRIGGERS = {  # without a condition, and with one
    "automatic": (N_("Automatically: {what}."), N_("Automatically, when {condition}: {what}.")),
    "voucher": (N_("With a code: {what}."), N_("With a code, when {condition}: {what}.")),
    "choice": (N_("When picked: {what}."), N_("When picked and {condition}: {what}.")),
}
OFFLINE = {
    "always": N_("Given at will while head office does not answer."),
    "floor": N_("Needs a lease, or stays within the floor limit, while head office does not answer."),
    "lease": N_("Needs a lease while head office does not answer."),
    "never": N_("Not given while head office does not answer."),
}
PERIODS = {
    "": N_("in all"),
    "order": N_("an order"),
    "day": N_("a day"),
    "week": N_("a week"),
    "month": N_("a month"),
    "quarter": N_("a quarter"),
    "year": N_("a year"),
}


def rule_sentence(rule: Any, speech: Speech) -> str:
    """Return one sentence for a rule: when it comes into play, and what it gives for how many points."""
    try:
        without, with_one = TRIGGERS[rule["trigger"]]
        what = effect_sentence(rule["effect"], speech)
        if cost := rule.get("cost_points"):
            said = speech.ngettext("{what} for {points} point", "{what} for {points} points", cost)
            what = said.format(what=what, points=speech.number(cost))
        if rule.get("has_stock"):
            what = speech.gettext("{what}, while there is stock").format(what=what)
        condition = condition_sentence(rule.get("condition"), speech)
        return speech.gettext(with_one if condition else without).format(condition=condition, what=what)
    except (KeyError, TypeError, AttributeError):
        return speech.gettext(UNREADABLE)


def campaign_sentences(body: Part, speech: Speech) -> list[str]:
    """Return what a campaign says beside its rules: when, for whom, how often, together with what."""
    try:
        return list(_campaign(body, speech))
    except (KeyError, TypeError, ValueError, AttributeError):
        return [speech.gettext(UNREADABLE)]


def _campaign(body: Part, speech: Speech) -> Iterator[str]:
    yield _when(body, speech)
    audience = body.get("audience")
    if audience is None:
        yield speech.gettext("For everybody.")
    else:
        said = speech.ngettext(
            "For {count} member who is listed.", "For {count} members who are listed.", len(audience)
        )
        yield said.format(count=speech.number(len(audience)))
    if share := body.get("experiment"):
        yield speech.gettext("For members to whom {variants} of the experiment {name} falls.").format(
            variants=speech.either(share["variants"]), name=share["id"]
        )
    yield from _limits(body.get("limits") or {}, speech)
    yield from _budget(body.get("budget") or {}, speech)
    yield from stacking_sentences(body.get("stacking") or {}, speech)
    yield speech.gettext(OFFLINE[body["offline"]])
    if body.get("on_return") == "recompute":
        yield speech.gettext("After a return, what is kept has only what the rule still gives.")
    if body.get("reusable_after_return") is False:
        yield speech.gettext("A use stays used up though everything was returned.")
    if briefing := body.get("briefing"):
        languages = ", ".join(NAMES.get(each, each) for each in sorted(briefing, key=_as_listed))
        yield speech.gettext("Cashiers are told of it in these languages: {languages}.").format(
            languages=languages
        )


def _as_listed(language: str) -> tuple[int, str]:
    return [*NAMES, language].index(language), language


def _when(body: Part, speech: Speech) -> str:
    starts, ends = moment_words(body["starts_on"], speech), body["ends_on"]
    if ends.startswith(NO_END):
        return speech.gettext("From {start} on, without an end.").format(start=starts)
    return speech.gettext("From {start} to {end}.").format(start=starts, end=moment_words(ends, speech))


def moment_words(moment: str, speech: Speech) -> str:
    """Return a local moment of a campaign as people write it."""
    day, _, hour = moment.partition("T")
    return f"{speech.day(day)}{f' {hour[:5]}' if hour else ''}"


def _limits(limits: Part, speech: Speech) -> Iterator[str]:
    if limits.get("uses") is not None:
        uses = limits["uses"]
        yield speech.ngettext("At most {count} use in all.", "At most {count} uses in all.", uses).format(
            count=speech.number(uses)
        )
    if limits.get("members") is not None:
        members = limits["members"]
        yield speech.ngettext("For at most {count} member.", "For at most {count} members.", members).format(
            count=speech.number(members)
        )
    for each in limits.get("member_uses") or []:
        said = speech.ngettext(
            "Each member at most {count} time {period}.",
            "Each member at most {count} times {period}.",
            each["at_most"],
        )
        period = speech.gettext(PERIODS[each.get("period") or ""])
        yield said.format(count=speech.number(each["at_most"]), period=period)


def _budget(budget: Part, speech: Speech) -> Iterator[str]:
    if budget.get("uses") is not None:
        yield speech.gettext("Budget: {count} uses.").format(count=speech.number(budget["uses"]))
    if budget.get("discount") is not None:
        yield speech.gettext("Budget: {amount} of discounts.").format(amount=speech.money(budget["discount"]))
    if budget.get("order_value") is not None:
        said = speech.gettext("Budget: orders of {amount} together.")
        yield said.format(amount=speech.money(budget["order_value"]))


def stacking_sentences(stacking: Part, speech: Speech) -> Iterator[str]:
    """Yield how a campaign goes together with others."""
    if stacking.get("exclusive"):
        yield speech.gettext("Stands alone: other campaigns do not apply beside it.")
    if stacking.get("always"):
        yield speech.gettext("Applies beside a campaign that stands alone, too.")
    if stacking.get("best_of"):
        said = speech.gettext("Of all campaigns of the group {group}, only the one that saves most applies.")
        yield said.format(group=stacking["best_of"])
    if stacking.get("group"):
        yield speech.gettext("Counts to the group {group}, of which only so many apply to one order.").format(
            group=stacking["group"]
        )
    if not_with := stacking.get("not_with"):
        yield speech.gettext("Not together with {others}.").format(others=_others(not_with, speech))
    if only_with := stacking.get("only_with"):
        yield speech.gettext("Only together with {others}.").format(others=_others(only_with, speech))


PAYMENTS = {
    "gift_card": N_("gift cards"),
    "wallet": N_("the wallet"),
    "points": N_("paying with points"),
    "till": N_("the till's own reductions"),
}


def _others(words: list[str], speech: Speech) -> str:
    return speech.either(
        [
            speech.gettext(PAYMENTS[word]) if word in PAYMENTS else speech.name("campaigns", word)
            for word in words
        ]
    )


# --- earning ---------------------------------------------------------------------------------------------------------


def earning_sentence(rule: Any, speech: Speech) -> str:
    """Return one sentence for an earning rule."""
    try:
        said = _earned(rule, speech)
        condition = condition_sentence(rule.get("condition"), speech)
        whole = [
            speech.gettext("When {condition}: {what}").format(condition=condition, what=said)
            if condition
            else said
        ]
        whole += [_earning_limit(each, speech) for each in rule.get("limits") or []]
        text = ", ".join(whole)
        return f"{text[:1].upper()}{text[1:]}."
    except (KeyError, TypeError, ValueError, AttributeError):
        return speech.gettext(UNREADABLE)


def _earned(rule: Part, speech: Speech) -> str:
    products = products_of(rule, speech)
    if rule.get("kind") == "multiplier":
        said = speech.gettext("points of {products} count {factor} times")
        return said.format(products=products, factor=_thousandths(rule["factor_milli"]))
    points, currency = _thousandths(rule["points_milli"]), rule.get("points") or "points"
    unit = speech.ngettext("point", "points", 1 if points == "1" else 2) if currency == "points" else currency
    if rule.get("event"):
        said = speech.gettext("{points} {unit} for each “{event}” event")
        return said.format(points=points, unit=unit, event=rule["event"])
    of = rule.get("of") or "amount"
    if of == "order":
        return speech.gettext("{points} {unit} for an order with {products}").format(
            points=points, unit=unit, products=products
        )
    if of == "unit":
        said = speech.gettext("{points} {unit} for each {units} units of {products}")
        return said.format(points=points, unit=unit, units=speech.number(rule["per"]), products=products)
    said = speech.gettext(
        "{points} {unit} for each {amount} before discounts, of {products}"
        if rule.get("basis") == "initial"
        else "{points} {unit} for each {amount} paid, of {products}"
    )
    said = said.format(points=points, unit=unit, amount=speech.money(rule["per"]), products=products)
    if rule.get("mode") == "pro_rata":
        return speech.gettext("{what}, parts of it too").format(what=said)
    return said


def _thousandths(milli: int) -> str:
    whole, rest = divmod(milli, 1000)
    return f"{whole}{f'.{rest:03}'.rstrip('0') if rest else ''}"


def _earning_limit(limit: Part, speech: Speech) -> str:
    period = speech.gettext(PERIODS[limit.get("period") or ""])
    if limit.get("points") is not None:
        return speech.gettext("at most {points} points {period}").format(
            points=speech.number(limit["points"]), period=period
        )
    said = speech.ngettext("at most {count} time {period}", "at most {count} times {period}", limit["times"])
    return said.format(count=speech.number(limit["times"]), period=period)
