"""The ladder of tiers as a form, row by row, lowest first; and the settings by which campaigns are put together."""

from collections.abc import Mapping
from typing import Any

from app.core.money import Currency
from app.core.policy import (
    AmountBasis,
    Codes,
    Multipliers,
    PercentBase,
    PointsAs,
    Remainder,
    RoundAt,
    Rounding,
)
from hq.builder.typed import TypedWrong, minor_text, to_minor, to_whole, typed_into
from hq.console.texts import N_

Form = Mapping[str, list[str]]
MORE_ROWS = 1
TEXTS = ("id", "name", "access", "measure", "of", "window", "start", "valid", "downgrade")
NUMBERS = ("window_days", "valid_days")
COLUMNS = (*TEXTS, "at_least", *NUMBERS)
WORDS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "access": (("base", N_("everybody")), ("earned", N_("who reaches it")), ("paid", N_("who pays for it"))),
    "measure": (
        ("points_earned", N_("points earned")),
        ("spend", N_("spent")),
        ("events", N_("events")),
        ("active_points", N_("points that are left")),
    ),
    "window": (
        ("", N_("ever")),
        ("month", N_("in the month")),
        ("quarter", N_("in the quarter")),
        ("half_year", N_("in the half year")),
        ("year", N_("in the year")),
        ("rolling", N_("in the last days")),
        ("ever", N_("ever (said)")),
    ),
    "start": (
        ("", N_("at once")),
        ("at_once", N_("at once (said)")),
        ("next_period", N_("with the next period")),
    ),
    "valid": (
        ("", N_("to the end of the next period")),
        ("period", N_("to the end of this period")),
        ("next_period", N_("to the end of the next period (said)")),
        ("days", N_("for so many days")),
        ("ever", N_("for ever")),
    ),
    "downgrade": (
        ("one_step", N_("one step down")),
        ("in_full", N_("to what is reached")),
        ("never", N_("none")),
    ),
}
POLICY: Mapping[str, tuple[str, tuple[tuple[str, str], ...]]] = {
    "percent_base": (
        N_("A percentage is of"),
        (
            (PercentBase.REMAINING.value, N_("what other rules have left")),
            (PercentBase.INITIAL.value, N_("the price before any discount")),
        ),
    ),
    "round": (
        N_("Rounded is"),
        ((Rounding.DISCOUNT.value, N_("the discount")), (Rounding.PRICE.value, N_("the price after it"))),
    ),
    "round_at": (
        N_("Rounded for"),
        ((RoundAt.LINE.value, N_("each line")), (RoundAt.UNIT.value, N_("each unit"))),
    ),
    "remainder": (
        N_("What is left over when shared out goes to"),
        (
            (Remainder.LARGEST.value, N_("the lines with the largest remainder")),
            (Remainder.FIRST.value, N_("the first lines")),
            (Remainder.LAST.value, N_("the last lines")),
        ),
    ),
    "amount_basis": (
        N_("Discounts are meant in"),
        (
            (AmountBasis.LINE_PRICE.value, N_("the price of the line")),
            (AmountBasis.GROSS.value, N_("the price with tax")),
            (AmountBasis.NET.value, N_("the price without tax")),
        ),
    ),
    "points_as": (
        N_("Points paid are"),
        ((PointsAs.PRICE_REDUCTION.value, N_("a lower price")), (PointsAs.PAYMENT.value, N_("a payment"))),
    ),
    "codes": (
        N_("Codes shown together"),
        (
            (Codes.EACH.value, N_("are judged each by itself")),
            (Codes.ALL_OR_NONE.value, N_("stand and fall together")),
        ),
    ),
    "multipliers": (
        N_("Of several multipliers of points"),
        (
            (Multipliers.HIGHEST.value, N_("the highest counts")),
            (Multipliers.PRODUCT.value, N_("one counts after the other")),
        ),
    ),
}


def rows_of(tiers: Any, currency: Currency) -> list[dict[str, str]]:
    """Return tiers as rows of texts, which may be anything that a draft says."""
    rows = []
    for tier in tiers if isinstance(tiers, list) else ():
        if isinstance(tier, Mapping):
            row = {key: "" if tier.get(key) is None else str(tier[key]) for key in COLUMNS}
            if tier.get("measure") == "spend" and isinstance(tier.get("at_least"), int):
                row["at_least"] = minor_text(tier["at_least"], currency)
            rows.append(row)
    return rows


def typed_rows(form: Form) -> list[dict[str, str]]:
    """Return the rows of a form that was sent; one without an id and a name says nothing."""
    columns = [form.get(f"tier_{key}", []) for key in COLUMNS]
    rows = [
        dict(zip(COLUMNS, (text.strip() for text in row), strict=True)) for row in zip(*columns, strict=False)
    ]
    return [row for row in rows if row["id"] or row["name"]]


def tiers_of(rows: list[dict[str, str]], currency: Currency) -> list[dict[str, Any]]:
    """Return rows as tiers. What belongs to tiers that are reached is left out of others. Raises `TypedWrong`."""
    found = []
    for row in rows:
        with typed_into(row["name"] or row["id"]):
            found.append(_tier(row, currency))
    return found


def _tier(row: Mapping[str, str], currency: Currency) -> dict[str, Any]:
    if not row["id"]:
        raise TypedWrong(N_("Give the tier an id. To take it out, empty its id and its name."))
    tier: dict[str, Any] = {"id": row["id"], "name": row["name"] or row["id"], "access": row["access"]}
    if row["access"] != "earned":
        return tier
    if not row["at_least"]:
        raise TypedWrong(N_("Say how much a tier asks for."))
    is_money = row["measure"] == "spend"
    tier["at_least"] = to_minor(row["at_least"], currency) if is_money else to_whole(row["at_least"])
    tier |= {key: row[key] for key in ("measure", "of", "window", "start", "valid", "downgrade") if row[key]}
    if row["window"] == "rolling":
        tier["window_days"] = to_whole(row["window_days"])
    if row["valid"] == "days":
        tier["valid_days"] = to_whole(row["valid_days"])
    return tier


def can_show_tiers(tiers: Any, currency: Currency) -> bool:
    """Tell whether the form shows everything that tiers say."""
    try:
        return tiers is None or tiers_of(rows_of(tiers, currency), currency) == tiers
    except (TypedWrong, KeyError, TypeError, ValueError):
        return False


# --- putting campaigns together --------------------------------------------------------------------------------------


def group_lines(policy: Mapping[str, Any]) -> str:
    """Return how many campaigns of each group apply to an order, a line each."""
    limits = policy.get("group_limits")
    return (
        "\n".join(f"{name} = {most}" for name, most in limits.items()) if isinstance(limits, Mapping) else ""
    )


def policy_of(form: Form, old: Any) -> dict[str, Any]:
    """Return the settings that were chosen; those that are as usual and were never said stay unsaid."""
    said: dict[str, Any] = dict(old) if isinstance(old, Mapping) else {}
    for key, (_, words) in POLICY.items():
        chosen = next(iter(form.get(key, ())), "")
        if chosen in dict(words) and (chosen != words[0][0] or key in said):
            said[key] = chosen
    limits = {}
    for line in next(iter(form.get("group_limits", ())), "").splitlines():
        name, sign, most = line.partition("=")
        if line.strip():
            if not sign:
                raise TypedWrong(N_("Write a name, = and a value on each line."))
            with typed_into(name.strip()):
                limits[name.strip()] = to_whole(most.strip())
    if limits or "group_limits" in said:
        said["group_limits"] = limits
    return said


def order_lines(form: Form) -> list[str]:
    """Return the rules that were listed, one a line."""
    text = next(iter(form.get("order", ())), "")
    return [line.strip() for line in text.splitlines() if line.strip()]
