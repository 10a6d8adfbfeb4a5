"""Effects as a form: which fields each kind has, what was typed into them, and back to JSON.

A field is `e:` and its key. Steps and parts are rows, `e:steps.0.from`; rows that are left empty say nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.core.money import Currency
from hq.builder.typed import (
    TypedWrong,
    basis_points_text,
    minor_text,
    to_basis_points,
    to_minor,
    to_whole,
    typed_into,
)
from hq.console.texts import N_

Form = Mapping[str, list[str]]
PREFIX = "e:"
ROWS_MAX = 50
MORE_ROWS = 2  # empty ones behind those that say something


@dataclass(frozen=True)
class EffectField:
    """A field: its key, how it is typed, its label, and the words of a choice. One that is `needed` can't be empty."""

    key: str
    kind: str  # money, percent, whole, text, products, word, flag, card, steps, parts or per
    label: str
    is_needed: bool = False
    words: tuple[tuple[str, str], ...] = ()


TARGET = EffectField(
    "target", "word", N_("Taken off"), is_needed=True,
    words=(("order", N_("the order")), ("products", N_("products")), ("cheapest", N_("the cheapest unit"))),
)  # fmt: skip
PRODUCTS = EffectField("products", "products", N_("Products"))
UNITS = EffectField("units", "whole", N_("Units of each line at most"))
TIMES = EffectField("times", "whole", N_("Times an order at most"))
MEASURE = EffectField(
    "measure",
    "word",
    N_("Steps go by"),
    is_needed=True,
    words=(("amount", N_("the amount")), ("quantity", N_("the units"))),
)
PERCENT = EffectField("basis_points", "percent", N_("Percent"), is_needed=True)
AMOUNT = EffectField("amount", "money", N_("Amount"), is_needed=True)
LINE_OR_ORDER = EffectField(
    "target", "word", N_("Taken off"),
    words=(("", N_("as usual")), ("order", N_("the order")), ("products", N_("products"))),
)  # fmt: skip
KINDS: Mapping[str, tuple[str, tuple[EffectField, ...]]] = {
    "percent_off": (N_("A percentage off"), (
        PERCENT, TARGET, PRODUCTS, EffectField("cap", "money", N_("At most")), UNITS,
        EffectField("base", "word", N_("Percentage of"), words=(
            ("", N_("as the program says")), ("remaining", N_("what other rules have left")),
            ("initial", N_("the price before any discount")))),
    )),
    "amount_off": (N_("An amount off"), (
        AMOUNT, TARGET, PRODUCTS,
        EffectField("per", "word", N_("How often"), words=(
            ("", N_("as usual")), ("order", N_("once, shared out")), ("line", N_("for each line")),
            ("unit", N_("for each unit")))),
        UNITS, EffectField("times", "whole", N_("Times over")),
        EffectField("weights", "word", N_("Shared out by"), words=(
            ("", N_("as usual")), ("amount", N_("the amount")), ("quantity", N_("the units")))),
    )),
    "unit_price": (N_("A price for each unit"), (AMOUNT, PRODUCTS, UNITS)),
    "steps_percent": (N_("A percentage by steps"), (
        MEASURE, EffectField("basis_points", "percent", N_("Percent below the first step"), is_needed=True),
        EffectField("steps", "steps_percent", N_("Steps"), is_needed=True), PRODUCTS, LINE_OR_ORDER,
    )),
    "steps_amount": (N_("An amount by steps"), (
        MEASURE, EffectField("amount", "money", N_("Amount below the first step"), is_needed=True),
        EffectField("steps", "steps_money", N_("Steps"), is_needed=True), PRODUCTS,
    )),
    "by_unit": (N_("An amount by unit"), (
        EffectField("first", "money", N_("Off the first unit"), is_needed=True),
        EffectField("further", "money", N_("Off each further unit"), is_needed=True), PRODUCTS, UNITS,
    )),
    "buy_get": (N_("Buy some, get some"), (
        EffectField("buy_units", "whole", N_("Units bought"), is_needed=True),
        EffectField("buy", "products", N_("Bought"), is_needed=True),
        EffectField("get_units", "whole", N_("Units given"), is_needed=True),
        EffectField("get", "products", N_("Given"), is_needed=True),
        EffectField("basis_points", "percent", N_("Percent cheaper (nothing: free)")), TIMES,
        EffectField("dearest", "flag", N_("The dearest are free")),
    )),
    "bundle": (N_("Products together"), (
        EffectField("parts", "parts", N_("Parts"), is_needed=True),
        EffectField("price", "money", N_("For this price")), EffectField("amount_off", "money", N_("Amount off")),
        EffectField("basis_points", "percent", N_("Percent off")),
        EffectField("products", "products", N_("Take it off these instead")),
        EffectField("units", "whole", N_("Units of these for each set")), TIMES,
    )),
    "gift": (N_("A product as a gift"), (
        EffectField("sku", "text", N_("SKU"), is_needed=True), EffectField("units", "whole", N_("Units")),
        EffectField("per", "per", N_("For each so many bought")),
    )),
    "credit": (N_("Money back to the wallet"), (
        EffectField("basis_points", "percent", N_("Percent of what is paid")),
        EffectField("amount", "money", N_("Amount")),
    )),
    "points_payment": (N_("Paying with points"), (
        EffectField("points", "whole", N_("So many points"), is_needed=True),
        EffectField("worth", "money", N_("buy"), is_needed=True),
        EffectField("step", "whole", N_("In steps of points")), EffectField("least", "whole", N_("Points at least")),
        EffectField("share_max", "percent", N_("Percent of the order at most")),
    )),
    "punch_card": (N_("The free units of a punch card"), (
        EffectField("card", "card", N_("Punch card"), is_needed=True),)),
}  # fmt: skip
FIRST_KIND = "percent_off"


@dataclass
class EffectForm:
    """What stands in the fields of an effect, and what is wrong with it, by key."""

    kind: str = FIRST_KIND
    typed: dict[str, str] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)

    @property
    def fields(self) -> tuple[EffectField, ...]:
        """The fields of its kind."""
        return KINDS[self.kind][1]

    def rows(self, key: str) -> range:
        """Return the numbers of a field's rows: those that say something, and some more."""
        used = [
            int(name.split(".")[1])
            for name, text in self.typed.items()
            if text and name.startswith(f"{key}.")
        ]
        return range(min(max(used, default=-1) + 1 + MORE_ROWS, ROWS_MAX))


class EffectWrong(TypedWrong):
    """An effect of which some field can't be read; its form says why."""


def effect_form_of(effect: Mapping[str, Any], currency: Currency) -> EffectForm:
    """Return an effect that can be read as a form."""
    form = EffectForm(effect["kind"])
    for each in form.fields:
        value = effect.get(each.key)
        if value is not None:
            form.typed |= _shown(each, value, effect, currency)
    return form


def _shown(each: EffectField, value: Any, effect: Mapping[str, Any], currency: Currency) -> dict[str, str]:
    key = each.key
    if each.kind in ("steps_percent", "steps_money"):
        write = WRITE["percent" if each.kind == "steps_percent" else "money"]
        by_amount = effect.get("measure") == "amount"
        return {
            name: text
            for place, (bound, given) in enumerate(value)
            for name, text in (
                (f"{key}.{place}.from", minor_text(bound, currency) if by_amount else str(bound)),
                (f"{key}.{place}.gives", write(given, currency)),
            )
        }
    if each.kind in ("parts", "per"):
        return {
            f"{key}.{place}.{inner}": str(part[inner])
            for place, part in enumerate(value if each.kind == "parts" else [value])
            for inner in ("products", "units")
        }
    if each.kind == "flag":
        return {key: "yes"} if value else {}
    return {key: WRITE.get(each.kind, _as_it_is)(value, currency)}


def _percent_text(value: int, _currency: Currency) -> str:
    return basis_points_text(value)


def _as_it_is(value: object, _currency: Currency) -> str:
    return str(value)


WRITE: Mapping[str, Callable[[Any, Currency], str]] = {"money": minor_text, "percent": _percent_text}


def read_effect_form(form: Form) -> EffectForm:
    """Return the effect of a form that was sent; what was typed for another kind stays where the key is the same."""
    kind = next(iter(form.get(f"{PREFIX}kind", ())), "")
    typed = {
        name.removeprefix(PREFIX): values[0]
        for name, values in form.items()
        if name.startswith(PREFIX) and values and name != f"{PREFIX}kind"
    }
    return EffectForm(kind if kind in KINDS else FIRST_KIND, typed)


def effect_of(form: EffectForm, currency: Currency) -> dict[str, Any]:
    """Return a form as an effect, having noted what is wrong. Raises `EffectWrong`."""
    form.problems = {}
    effect: dict[str, Any] = {"kind": form.kind}
    for each in form.fields:
        try:
            value = _read(each, form, currency)
        except TypedWrong as problem:
            form.problems[each.key] = str(problem)
            continue
        if value is not None:
            effect[each.key] = value
        elif each.is_needed:
            form.problems[each.key] = N_("This is needed.")
    if form.problems:
        key, sentence = next(iter(form.problems.items()))
        with typed_into(next(each.label for each in form.fields if each.key == key)):
            raise EffectWrong(sentence)
    return effect


def _read(each: EffectField, form: EffectForm, currency: Currency) -> Any:
    if each.kind in ("steps_percent", "steps_money"):
        return _read_steps(each, form, currency)
    if each.kind in ("parts", "per"):
        parts = _read_parts(each, form)
        return parts if each.kind == "parts" or parts is None else parts[0]
    text = form.typed.get(each.key, "").strip()
    if text == "":
        return None
    if each.kind == "flag":
        return True
    if each.kind == "money":
        return to_minor(text, currency)
    if each.kind == "percent":
        return to_basis_points(text)
    return to_whole(text) if each.kind == "whole" else text


def _read_steps(each: EffectField, form: EffectForm, currency: Currency) -> list[list[int]] | None:
    by_amount = form.typed.get("measure") == "amount"
    steps = []
    for place in range(ROWS_MAX):
        bound = form.typed.get(f"{each.key}.{place}.from", "").strip()
        gives = form.typed.get(f"{each.key}.{place}.gives", "").strip()
        if not bound and not gives:
            continue
        given = to_basis_points(gives) if each.kind == "steps_percent" else to_minor(gives, currency)
        steps.append([to_minor(bound, currency) if by_amount else to_whole(bound), given])
    return steps or None


def _read_parts(each: EffectField, form: EffectForm) -> list[dict[str, Any]] | None:
    parts = []
    for place in range(ROWS_MAX):
        products = form.typed.get(f"{each.key}.{place}.products", "").strip()
        units = form.typed.get(f"{each.key}.{place}.units", "").strip()
        if products or units:
            if not products:
                raise TypedWrong(N_("Choose the products."))
            parts.append({"products": products, "units": to_whole(units or "1")})
    return parts or None


def can_show_effect(effect: Any, currency: Currency) -> bool:
    """Tell whether a form shows everything that an effect says."""
    try:
        return bool(effect_of(effect_form_of(effect, currency), currency) == effect)
    except (EffectWrong, KeyError, TypeError, ValueError, AttributeError, IndexError):
        return False
