"""The wizard's steps: what of a draft each shows as fields, and what it makes of the fields that were sent.

Each takes a draft's body and returns another; what it doesn't ask for stays as it is. Amounts are typed in the
program's currency, days as the calendar writes them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from app.core.campaign_format import CALENDAR_PERIODS
from app.core.money import Currency
from hq.builder.typed import TypedWrong, minor_text, to_minor, to_whole, typed_into
from hq.console.texts import N_
from hq.faults import Malformed

Body = Mapping[str, Any]
Typed = Mapping[str, list[str]]
Shown = dict[str, Any]
NO_END = "9999-12-31"
LIMIT_ROWS = 4
PAYMENTS = ("gift_card", "wallet", "points", "till")


@dataclass(frozen=True)
class Step:
    """A step: its title, what its fields show of a draft, and the draft with what was typed.

    `read` raises `Malformed`, and `TypedWrong` of a number.
    """

    key: str
    title: str
    shown: Callable[[Body, Currency], Shown]
    read: Callable[[Body, Typed, Currency], dict[str, Any]]


def first(typed: Typed, name: str) -> str:
    """Return a field as one text."""
    return next(iter(typed.get(name, ())), "").strip()


def _object(body: Body, key: str) -> Mapping[str, Any]:
    found = body.get(key)
    return found if isinstance(found, Mapping) else {}


def _list(body: Body, key: str) -> list[Any]:
    found = body.get(key)
    return found if isinstance(found, list) else []


def _with(body: Body, **changes: Any) -> dict[str, Any]:
    """Return a body with these keys; what is None or empty is taken out."""
    kept = {key: value for key, value in body.items() if key not in changes}
    return kept | {key: value for key, value in changes.items() if value not in (None, {}, [], "")}


# --- what and who ----------------------------------------------------------------------------------------------------


def _shown_what(body: Body, _: Currency) -> Shown:
    return {"name": body.get("name", "")}


def _read_what(body: Body, typed: Typed, _: Currency) -> dict[str, Any]:
    name = first(typed, "name")
    if not name:
        raise Malformed("Give the campaign a name.")
    return {**body, "name": name}


def _shown_who(body: Body, _: Currency) -> Shown:
    audience = body.get("audience")
    experiment = _object(body, "experiment")
    return {
        "everybody": audience is None,
        "members": "\n".join(map(str, audience)) if isinstance(audience, list) else "",
        "experiment": experiment.get("id", ""),
        "variants": ", ".join(map(str, _list(experiment, "variants"))),
    }


def _read_who(body: Body, typed: Typed, _: Currency) -> dict[str, Any]:
    members = [line.strip() for line in first(typed, "members").replace(",", "\n").splitlines()]
    is_listed = first(typed, "audience") == "listed"
    audience = list(dict.fromkeys(filter(None, members))) if is_listed else None
    if is_listed and not audience:
        raise Malformed("List the members, or let the campaign be for everybody.")
    variants = [name.strip() for name in first(typed, "variants").split(",") if name.strip()]
    experiment = first(typed, "experiment")
    if experiment and not variants:
        raise Malformed("Name the variants of the experiment that get this campaign.")
    share = {"id": experiment, "variants": variants} if experiment else None
    return {**_with(body, experiment=share), "audience": audience}


# --- when ------------------------------------------------------------------------------------------------------------


def _shown_when(body: Body, _: Currency) -> Shown:
    starts, ends = str(body.get("starts_on") or ""), str(body.get("ends_on") or "")
    is_endless = ends.startswith("9999")
    return {
        "starts_day": starts.partition("T")[0],
        "starts_time": starts.partition("T")[2][:5],
        "ends_day": "" if is_endless else ends.partition("T")[0],
        "ends_time": "" if is_endless else ends.partition("T")[2][:5],
        "endless": is_endless,
    }


def _read_when(body: Body, typed: Typed, _: Currency) -> dict[str, Any]:
    starts_day, ends_day = first(typed, "starts_day"), first(typed, "ends_day")
    if not starts_day:
        raise Malformed("Say on which day the campaign starts.")
    if not ends_day and not first(typed, "endless"):
        raise Malformed("Say on which day the campaign ends, or that it has no end.")
    starts = _moment(starts_day, first(typed, "starts_time"))
    ends = NO_END if first(typed, "endless") else _moment(ends_day, first(typed, "ends_time"))
    if ends < starts:
        raise Malformed("The campaign ends before it starts.")
    return {**body, "starts_on": starts, "ends_on": ends}


def _moment(day: str, time: str) -> str:
    return f"{day}T{time}:00" if time else day


# --- limits ----------------------------------------------------------------------------------------------------------


def _shown_limits(body: Body, currency: Currency) -> Shown:
    limits, budget = _object(body, "limits"), _object(body, "budget")
    rows = [each for each in _list(limits, "member_uses") if isinstance(each, Mapping)]
    return {
        "uses": _text(limits.get("uses")),
        "members": _text(limits.get("members")),
        "member_uses": [
            {"at_most": _text(each.get("at_most")), "period": each.get("period") or ""} for each in rows
        ],
        "budget_uses": _text(budget.get("uses")),
        "budget_discount": _money(budget.get("discount"), currency),
        "budget_order_value": _money(budget.get("order_value"), currency),
        "offline": body.get("offline") or "always",
        "on_return": body.get("on_return") or "",
        "not_reusable": body.get("reusable_after_return") is False,
    }


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _money(value: Any, currency: Currency) -> str:
    return minor_text(value, currency) if isinstance(value, int) else ""


def _read_limits(body: Body, typed: Typed, currency: Currency) -> dict[str, Any]:
    limits = _with(
        {},
        uses=_whole(typed, "uses", N_("Uses in all at most")),
        members=_whole(typed, "members", N_("Members at most")),
        member_uses=_member_uses(typed),
    )
    budget = _with(
        {},
        uses=_whole(typed, "budget_uses", N_("Uses")),
        discount=_amount(typed, "budget_discount", currency, N_("Discounts together")),
        order_value=_amount(typed, "budget_order_value", currency, N_("Value of orders together")),
    )
    return {
        **_with(
            body,
            limits=limits,
            budget=budget,
            on_return=first(typed, "on_return"),
            reusable_after_return=None,
        ),
        "offline": first(typed, "offline") or "always",
        **({"reusable_after_return": False} if first(typed, "not_reusable") else {}),
    }


def _whole(typed: Typed, name: str, field: str) -> int | None:
    with typed_into(field):
        return _at_least_1(to_whole(first(typed, name))) if first(typed, name) else None


def _amount(typed: Typed, name: str, currency: Currency, field: str) -> int | None:
    with typed_into(field):
        found = to_minor(first(typed, name), currency) if first(typed, name) else None
        if found == 0:
            raise TypedWrong(N_("A limit is more than 0. Leave it empty for none."))
        return found


def _at_least_1(limit: int) -> int:
    if limit < 1:
        raise TypedWrong(N_("A limit is 1 or more. Leave it empty for none."))
    return limit


def _member_uses(typed: Typed) -> list[dict[str, Any]]:
    found = []
    for most, period in zip(typed.get("at_most", ()), typed.get("period", ()), strict=False):
        if most.strip():
            with typed_into(N_("Each member at most")):
                row: dict[str, Any] = {"at_most": _at_least_1(to_whole(most.strip()))}
            found.append({**row, "period": period} if period in CALENDAR_PERIODS else row)
    return found


# --- stacking and languages ------------------------------------------------------------------------------------------


def _shown_stacking(body: Body, _: Currency) -> Shown:
    stacking = _object(body, "stacking")
    standing = next((word for word in ("exclusive", "always") if stacking.get(word)), "")
    return {
        "standing": standing,
        "best_of": stacking.get("best_of") or "",
        "group": stacking.get("group") or "",
        "not_with": _list(stacking, "not_with"),
        "only_with": _list(stacking, "only_with"),
    }


def _read_stacking(body: Body, typed: Typed, _: Currency) -> dict[str, Any]:
    standing = first(typed, "standing")
    stacking = _with(
        {},
        best_of=first(typed, "best_of"),
        group=first(typed, "group"),
        not_with=list(typed.get("not_with", ())),
        only_with=list(typed.get("only_with", ())),
    )
    if standing in ("exclusive", "always"):
        stacking[standing] = True
    return _with(body, stacking=stacking)


def _as_it_is(body: Body, _: Typed, __: Currency) -> dict[str, Any]:
    return dict(body)


def _nothing(_: Body, __: Currency) -> Shown:
    return {}


STEPS = {
    step.key: step
    for step in (
        Step("what", N_("What"), _shown_what, _read_what),
        Step("who", N_("Who"), _shown_who, _read_who),
        Step("when", N_("When and where"), _shown_when, _read_when),
        Step("limits", N_("Limits"), _shown_limits, _read_limits),
        Step("stacking", N_("Stacking"), _shown_stacking, _read_stacking),
        Step("languages", N_("Languages"), _nothing, _as_it_is),
        Step("review", N_("Review"), _nothing, _as_it_is),
    )
}


def next_step(key: str) -> str:
    """Return the step behind one."""
    keys = list(STEPS)
    return keys[min(keys.index(key) + 1, len(keys) - 1)]
