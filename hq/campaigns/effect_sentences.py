"""Effects and earning rules in plain words: what a member gets, as a part of a sentence.

One function an effect's kind; each says everything that the effect says, so that no key of it goes unread.
"""

from collections.abc import Callable, Mapping
from typing import Any

from hq.campaigns.sentences import UNREADABLE, Speech
from hq.console.texts import N_

Effect = Mapping[str, Any]
ALL_GOODS = N_("all goods")


def effect_sentence(effect: Any, speech: Speech) -> str:
    """Return what an effect gives: `10 % off coffee, at most 2.00 EUR`."""
    try:
        return SAID[effect["kind"]](effect, speech)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError):
        return speech.gettext(UNREADABLE)


def percent(basis_points: int) -> str:
    """Return a percentage as people write it: 1250 is `12.5 %`."""
    whole, rest = divmod(basis_points, 100)
    return f"{whole}{f'.{rest:02}'.rstrip('0') if rest else ''} %"


def products_of(effect: Effect, speech: Speech, key: str = "products") -> str:
    """Return what the products of an effect are called."""
    name = effect.get(key)
    return speech.gettext(ALL_GOODS) if name is None else speech.name("product_sets", name)


def _target(effect: Effect, speech: Speech) -> str:
    products = products_of(effect, speech)
    match effect["target"]:
        case "order":
            return speech.gettext("the order") if effect.get("products") is None else products
        case "cheapest":
            return speech.gettext("the cheapest unit of {products}").format(products=products)
        case "products":
            return products
    raise ValueError(effect["target"])


def _and(said: str, *more: str) -> str:
    return ", ".join([said, *filter(None, more)])


def _times(effect: Effect, speech: Speech) -> str:
    if effect.get("times") is None:
        return ""
    count = effect["times"]
    return speech.ngettext("at most {count} time an order", "at most {count} times an order", count).format(
        count=speech.number(count)
    )


def _units(effect: Effect, speech: Speech) -> str:
    if effect.get("units") is None:
        return ""
    count = effect["units"]
    return speech.ngettext(
        "for at most {count} unit of each line", "for at most {count} units of each line", count
    ).format(count=speech.number(count))


def _percent_off(effect: Effect, speech: Speech) -> str:
    said = speech.gettext("{percent} off {what}").format(
        percent=percent(effect["basis_points"]), what=_target(effect, speech)
    )
    cap, base = effect.get("cap"), effect.get("base")
    return _and(
        said,
        _units(effect, speech),
        "" if cap is None else speech.gettext("at most {amount}").format(amount=speech.money(cap)),
        "" if base != "initial" else speech.gettext("of the price before any discount"),
        "" if base != "remaining" else speech.gettext("of what other rules have left"),
    )


def _amount_off(effect: Effect, speech: Speech) -> str:
    said = {
        "order": N_("{amount} off {what}"),
        "line": N_("{amount} off each line of {what}"),
        "unit": N_("{amount} off each unit of {what}"),
    }[effect.get("per") or "order"]
    times = effect.get("times")
    return _and(
        speech.gettext(said).format(amount=speech.money(effect["amount"]), what=_target(effect, speech)),
        _units(effect, speech),
        "" if times is None else speech.gettext("{count} times over").format(count=speech.number(times)),
        "" if effect.get("weights") != "quantity" else speech.gettext("shared out by units"),
    )


def _unit_price(effect: Effect, speech: Speech) -> str:
    said = speech.gettext("each unit of {what} for {amount}")
    return _and(
        said.format(what=products_of(effect, speech), amount=speech.money(effect["amount"])),
        _units(effect, speech),
    )


def _steps(effect: Effect, speech: Speech, give: Callable[[int], str], lowest: int) -> str:
    is_amount = effect["measure"] == "amount"
    bound = speech.money if is_amount else speech.number
    from_on = speech.gettext("{given} from {bound} on" if is_amount else "{given} from {bound} units on")
    steps = [from_on.format(given=give(given), bound=bound(at)) for at, given in effect["steps"]]
    said = speech.gettext("off {what}: {steps}").format(
        what=products_of(effect, speech), steps=", ".join(steps)
    )
    return _and(said, speech.gettext("{given} below that").format(given=give(lowest)) if lowest else "")


def _steps_percent(effect: Effect, speech: Speech) -> str:
    said = _steps(effect, speech, percent, effect["basis_points"])
    return _and(said, speech.gettext("off the whole order") if effect.get("target") == "order" else "")


def _steps_amount(effect: Effect, speech: Speech) -> str:
    return _steps(effect, speech, speech.money, effect["amount"])


def _by_unit(effect: Effect, speech: Speech) -> str:
    said = speech.gettext("{first} off the first unit of {what} and {further} off each further one")
    return _and(
        said.format(
            first=speech.money(effect["first"]),
            further=speech.money(effect["further"]),
            what=products_of(effect, speech),
        ),
        _units(effect, speech),
    )


def _buy_get(effect: Effect, speech: Speech) -> str:
    basis_points = effect.get("basis_points") or 10_000
    how = (
        speech.gettext("free")
        if basis_points == 10_000
        else speech.gettext("{percent} cheaper").format(percent=percent(basis_points))
    )
    said = speech.gettext("for each {buy_units} of {buy} bought, {get_units} of {get} {how}").format(
        buy_units=speech.number(effect["buy_units"]),
        buy=products_of(effect, speech, "buy"),
        get_units=speech.number(effect["get_units"]),
        get=products_of(effect, speech, "get"),
        how=how,
    )
    dearest = speech.gettext("the dearest ones") if effect.get("dearest") else ""
    return _and(said, dearest, _times(effect, speech))


def _bundle(effect: Effect, speech: Speech) -> str:
    parts = [
        speech.gettext("{units} of {products}").format(
            units=speech.number(part["units"]), products=products_of(part, speech)
        )
        for part in effect["parts"]
    ]
    together = speech.gettext(" together with ").join(parts)
    if effect.get("products") is not None:
        units = effect.get("units")
        of = products_of(effect, speech)
        off = (
            of
            if units is None
            else speech.gettext("{units} of {products}").format(units=speech.number(units), products=of)
        )
        given = _bundle_given(effect, speech)
        said = speech.gettext("{given} for {off}, for each set of {set}").format(
            given=given, off=off, set=together
        )
    else:
        said = speech.gettext("{set}: {given}").format(set=together, given=_bundle_given(effect, speech))
    return _and(said, _times(effect, speech))


def _bundle_given(effect: Effect, speech: Speech) -> str:
    if effect.get("price") is not None:
        return speech.gettext("for {amount}").format(amount=speech.money(effect["price"]))
    if effect.get("amount_off") is not None:
        return speech.gettext("{amount} off").format(amount=speech.money(effect["amount_off"]))
    return speech.gettext("{percent} off").format(percent=percent(effect["basis_points"]))


def _gift(effect: Effect, speech: Speech) -> str:
    units = effect.get("units") or 1
    said = speech.gettext("{units} × {sku} as a gift").format(units=speech.number(units), sku=effect["sku"])
    per = effect.get("per")
    if per is None:
        return said
    each = speech.gettext("for each {units} of {products} bought").format(
        units=speech.number(per["units"]), products=products_of(per, speech)
    )
    return _and(said, each)


def _credit(effect: Effect, speech: Speech) -> str:
    if effect.get("amount") is not None:
        return speech.gettext("{amount} back to the member's wallet").format(
            amount=speech.money(effect["amount"])
        )
    said = speech.gettext("{percent} of what is paid back to the member's wallet")
    return said.format(percent=percent(effect["basis_points"]))


def _points_payment(effect: Effect, speech: Speech) -> str:
    said = speech.gettext("paying with points: {points} points buy {amount}").format(
        points=speech.number(effect["points"]), amount=speech.money(effect["worth"])
    )
    step, least, share = effect.get("step"), effect.get("least"), effect.get("share_max")
    return _and(
        said,
        ""
        if step is None
        else speech.gettext("in steps of {points} points").format(points=speech.number(step)),
        "" if not least else speech.gettext("from {points} points on").format(points=speech.number(least)),
        ""
        if share is None
        else speech.gettext("at most {percent} of the order").format(percent=percent(share)),
    )


def _punch_card(effect: Effect, speech: Speech) -> str:
    return speech.gettext("the free units of the punch card {card}").format(
        card=speech.name("punch_cards", effect["card"])
    )


SAID: Mapping[str, Callable[[Effect, Speech], str]] = {
    "percent_off": _percent_off,
    "amount_off": _amount_off,
    "unit_price": _unit_price,
    "steps_percent": _steps_percent,
    "steps_amount": _steps_amount,
    "by_unit": _by_unit,
    "buy_get": _buy_get,
    "bundle": _bundle,
    "gift": _gift,
    "credit": _credit,
    "points_payment": _points_payment,
    "punch_card": _punch_card,
}
