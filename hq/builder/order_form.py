"""An order to try as a form: who, where, when, what is in it, what was shown; and the scenario that it stands for.

The form writes what docs/scenarios.md describes. Lists are typed one a line, names and values as `name = value`. What a
scenario says beyond the form is edited as JSON.
"""

from collections.abc import Mapping
from typing import Any

from app.core.campaign import Trigger
from hq.builder.typed import TypedWrong, to_whole
from hq.console.texts import N_

Form = Mapping[str, list[str]]
Body = dict[str, Any]
LINES = 6
LINE_KEYS = ("sku", "quantity", "unit_price", "categories", "brand", "tax")
MEMBER_TEXTS = ("ref", "tier", "birthday", "joined_on")
MEMBER_NUMBERS = ("points", "debt")
ORDER_TEXTS = ("channel", "partner", "register")
FIGURES = ("discount", "payable", "points")
OUTCOMES = (("", N_("nothing said")), ("applies", N_("applies")), ("refused", N_("is refused")))


def first(form: Form, name: str) -> str:
    """Return a field as one text without blanks around it."""
    return next(iter(form.get(name, ())), "").strip()


def body_of(form: Form) -> Body:
    """Return the scenario that a form describes. Raises `TypedWrong`."""
    body: Body = {"order": _order(form)}
    if first(form, "has_member"):
        body["member"] = _member(form)
    if presented := _lines(form.get("presented", ())):
        body["presented"] = presented
    if known := _pairs(first(form, "known")):
        body["known"] = {name: to_whole(value) for name, value in known.items()}
    if signals := _pairs(first(form, "signals")):
        body["signals"] = signals
    if expected := _expected(form):
        body["expected"] = expected
    return body


def _order(form: Form) -> Body:
    day, time = first(form, "day"), first(form, "time")
    if not day or not first(form, "store"):
        raise TypedWrong(N_("Say in which store and on which day the order is."))
    order: Body = {"store": first(form, "store"), "at": f"{day}T{time or '12:00'}"}
    order |= {key: first(form, key) for key in ORDER_TEXTS if first(form, key)}
    columns = [form.get(f"line_{key}", []) for key in LINE_KEYS]
    lines = [
        _line(dict(zip(LINE_KEYS, row, strict=True))) for row in zip(*columns, strict=False) if row[0].strip()
    ]
    if not lines:
        raise TypedWrong(N_("Put at least one product into the order."))
    return {**order, "lines": lines}


def _line(row: Mapping[str, str]) -> Body:
    said = {key: value.strip() for key, value in row.items() if value.strip()}
    line: Body = {"sku": said["sku"]}
    if "unit_price" not in said:
        raise TypedWrong(N_("Say what each product costs."))
    line["unit_price"] = said["unit_price"].replace(",", ".")
    if (quantity := said.get("quantity", "1")) != "1":
        line["quantity"] = int(quantity) if quantity.isascii() and quantity.isdecimal() else quantity
    if "categories" in said:
        line["categories"] = [each.strip() for each in said["categories"].split(",") if each.strip()]
    return line | {key: said[key] for key in ("brand", "tax") if key in said}


def _member(form: Form) -> Body:
    member: Body = {key: first(form, key) for key in MEMBER_TEXTS if first(form, key)}
    member |= {key: to_whole(first(form, key)) for key in MEMBER_NUMBERS if first(form, key)}
    for key in ("segments", "consents"):
        if values := _lines(form.get(key, ())):
            member[key] = values
    if attributes := _pairs(first(form, "attributes")):
        member["attributes"] = {name: _text_or_number(value) for name, value in attributes.items()}
    return member


def _text_or_number(value: str) -> str | int:
    """Return a whole number where it is one; in quotes it is a text all the same."""
    if len(value) > 1 and value[0] == value[-1] == '"':
        return value[1:-1]
    try:
        return to_whole(value)
    except TypedWrong:
        return value


def _expected(form: Form) -> Body:
    offers: Body = {}
    for rule, outcome, amount in zip(
        *(form.get(f"expect_{key}", []) for key in ("rule", "outcome", "amount")), strict=False
    ):
        if amount.strip():
            offers[rule] = amount.strip().replace(",", ".")
        elif outcome:
            offers[rule] = outcome
    found: Body = {"offers": offers} if offers else {}
    for key in FIGURES:
        if text := first(form, f"expect_{key}"):
            found[key] = to_whole(text) if key == "points" else text.replace(",", ".")
    return found


def _lines(texts: Any) -> list[str]:
    return [line.strip() for text in texts for line in text.splitlines() if line.strip()]


def _pairs(text: str) -> dict[str, str]:
    found = {}
    for line in _lines([text]):
        name, sign, value = line.partition("=")
        if not sign or not name.strip():
            raise TypedWrong(N_("Write a name, = and a value on each line."))
        found[name.strip()] = value.strip()
    return found


# --- and back --------------------------------------------------------------------------------------------------------


def form_of(body: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the fields of a scenario that a form can show."""
    order, expected = body["order"], body.get("expected") or {}
    day, _, time = order["at"].partition("T")
    form = {"store": [order["store"]], "day": [day], "time": [time]}
    form |= {key: [order[key]] for key in ORDER_TEXTS if key in order}
    for key in LINE_KEYS:
        form[f"line_{key}"] = [_line_text(line, key) for line in order["lines"]]
    if "member" in body:
        form |= _member_fields(body["member"])
    form["presented"] = list(body.get("presented", ()))
    form["known"] = [_lines_of(body.get("known", {}))]
    form["signals"] = [_lines_of(body.get("signals", {}))]
    offers = expected.get("offers", {})
    form["expect_rule"] = list(offers)
    form["expect_outcome"] = [said if said in ("applies", "refused") else "" for said in offers.values()]
    form["expect_amount"] = ["" if said in ("applies", "refused") else said for said in offers.values()]
    return form | {f"expect_{key}": [str(expected[key])] for key in FIGURES if key in expected}


def _line_text(line: Mapping[str, Any], key: str) -> str:
    value = line.get(key, "")
    return ", ".join(value) if isinstance(value, list) else str(value)


def _member_fields(member: Mapping[str, Any]) -> dict[str, list[str]]:
    attributes = {
        name: f'"{value}"' if isinstance(value, str) and value != str(_text_or_number(value)) else value
        for name, value in member.get("attributes", {}).items()
    }
    return {
        "has_member": ["yes"],
        **{key: [str(member[key])] for key in (*MEMBER_TEXTS, *MEMBER_NUMBERS) if key in member},
        "segments": list(member.get("segments", ())),
        "consents": list(member.get("consents", ())),
        "attributes": [_lines_of(attributes)],
    }


def _lines_of(pairs: Mapping[str, Any]) -> str:
    return "\n".join(f"{name} = {value}" for name, value in pairs.items())


def can_show_scenario(body: Mapping[str, Any]) -> bool:
    """Tell whether the form shows everything that a scenario says."""
    try:
        return body_of(form_of(body)) == body
    except (TypedWrong, KeyError, TypeError, ValueError, AttributeError):
        return False


def shown_rules(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the rules of a program that come into play by being shown or picked, with their names."""
    return [
        (rule["id"], rule["name"])
        for campaign in document.get("campaigns") or ()
        for rule in campaign["rules"]
        if rule["trigger"] != Trigger.AUTOMATIC.value
    ]
