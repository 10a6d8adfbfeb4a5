"""What is done for a member, from their page: each a form with a reason, and back to the page behind it."""

from collections.abc import Callable
from datetime import date, datetime, time
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from fastapi import Response

from app.core.money import CURRENCIES
from app.core.order import AMOUNT_MAX
from hq.access.scopes import Scope
from hq.builder.typed import to_minor, to_whole
from hq.console.routing import Page, PageAsk
from hq.console.texts import N_
from hq.faults import HqFault, Malformed
from hq.members import giving, replacing, wallets
from hq.members.cockpit import past_offers, past_orders, stores_to_choose
from hq.members.finding import find_member, see
from hq.members.pages import newest_member, pages, show_cockpit
from hq.members.reasons import in_units, of_stations, told
from hq.redemptions.making import PastResult, redeem_past, try_past
from hq.redemptions.past import PastAsked

__all__ = ["pages"]
PAST = "order", "total", "day", "time", "store", "order_id", "rule", "code", "reason"

pages.example("/{ref}/past", ref=newest_member)


@pages.post("/{ref}/points", needs=Scope.POINTS_WRITE)
def post_points(ask: Page, ref: str) -> Response:
    """Give or take points."""

    def give(of: str) -> str:
        giving.adjust_points(ask.hq, ask.actor, of, whole(ask, "points"), reason=ask.text("reason"))
        return N_("The points are posted.")

    return _done(ask, ref, give)


@pages.post("/{ref}/wallet", needs=Scope.POINTS_WRITE)
def post_credit(ask: Page, ref: str) -> Response:
    """Put money into the wallet, or take some."""

    def give(of: str) -> str:
        currency = CURRENCIES.get(ask.look.currency, CURRENCIES["EUR"])
        amount = to_minor(ask.text("amount").replace("−", "-"), currency, may_be_below_0=True)
        wallets.give_credit(ask.hq, ask.actor, of, amount, reason=ask.text("reason"))
        return N_("The store credit is posted.")

    return _done(ask, ref, give)


@pages.post("/{ref}/apology", needs=Scope.VOUCHERS_WRITE)
def post_apology(ask: Page, ref: str) -> Response:
    """Give a voucher to say sorry with, and show its number once."""
    of = see(ask.hq, ask.actor, ref)
    try:
        made = giving.apologise(
            ask.hq, ask.actor, of, ask.text("rule"), days=whole(ask, "days"), reason=ask.text("reason")
        )
    except HqFault as fault:
        return show_cockpit(ask, of, fault=fault)
    said = ask.said(
        N_("The voucher is theirs. Its number is shown this once; a station knows it by their card too.")
    )
    return show_cockpit(ask, of, once={said: made.number})


@pages.post("/{ref}/code", needs=Scope.MEMBERS_WRITE)
def post_code(ask: Page, ref: str) -> Response:
    """Show another signed code."""
    of = see(ask.hq, ask.actor, ref)
    try:
        giving.check_reason(ask.text("reason"))
        code = replacing.give_code(ask.hq, ask.actor, of, reason=ask.text("reason"))
    except HqFault as fault:
        return show_cockpit(ask, of, fault=fault)
    return show_cockpit(ask, of, once={ask.said(N_("A signed code, shown this once.")): code})


@pages.post("/{ref}/card", needs=Scope.MEMBERS_WRITE)
def post_card(ask: Page, ref: str) -> Response:
    """Give another card and show its number and code once."""
    of = see(ask.hq, ask.actor, ref)
    try:
        made = replacing.replace_card(
            ask.hq, ask.actor, of, number=ask.text("number") or None, reason=ask.text("reason")
        )
    except HqFault as fault:
        return show_cockpit(ask, of, fault=fault)
    once = {
        ask.said(N_("The number of the new card, shown this once.")): made.number,
        ask.said(N_("Its signed code, shown this once.")): made.code,
    }
    return show_cockpit(ask, of, once=once)


@pages.post("/{ref}/merge", needs=Scope.MEMBERS_CLOSE)
def post_merge(ask: Page, ref: str) -> Response:
    """Merge into another member, and go to their page: at the second press, when it was shown who that is."""
    gone = find_member(ask.hq, see(ask.hq, ask.actor, ref)).row
    try:
        into = see(ask.hq, ask.actor, ask.text("into").upper())
        if ask.text("seen").upper() != ask.text("into").upper():
            stays = find_member(ask.hq, into).row
            raise Malformed(
                f"{stays.name or stays.ref} ({stays.ref}) stays and takes over everything of "
                f"{gone.name or gone.ref} ({gone.ref}). Press again if these two are one person."
            )
        done = replacing.merge(ask.hq, ask.actor, ref, into, reason=ask.text("reason"))
    except HqFault as fault:
        return show_cockpit(ask, ref, fault=fault)
    return ask.go(f"/console/members/{done.survivor}", said=ask.said(N_("The two are one member now.")))


@pages.post("/{ref}/export", needs=Scope.MEMBERS_CLOSE)
def post_export(ask: Page, ref: str) -> Response:
    """Return all that HQ holds about a member as a file."""
    of = see(ask.hq, ask.actor, ref)
    try:
        giving.check_reason(ask.text("reason"))
        found = replacing.export(ask.hq, ask.actor, of, reason=ask.text("reason"))
    except HqFault as fault:
        return show_cockpit(ask, of, fault=fault)
    headers = {"Content-Disposition": f'attachment; filename="member-{of}.json"', "Cache-Control": "no-store"}
    body = orjson.dumps(found, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS, default=str)
    return Response(body, media_type="application/json", headers=headers)


@pages.post("/{ref}/erase", needs=Scope.MEMBERS_CLOSE)
def post_erase(ask: Page, ref: str) -> Response:
    """Erase a member, and go to the list."""
    of = see(ask.hq, ask.actor, ref)
    try:
        if not ask.text("sure"):
            raise Malformed("Say that you have looked at what goes.")
        replacing.erase(ask.hq, ask.actor, of, reason=ask.text("reason"))
    except HqFault as fault:
        return show_cockpit(ask, of, fault=fault)
    return ask.go(
        "/console/members",
        said=ask.said(N_("The member is erased. Stations forget them with their next sync.")),
    )


@pages.get("/{ref}/past", needs=Scope.REDEMPTIONS_WRITE)
def show_past(ask: Page, ref: str) -> Response:
    """Show the form of a redemption for a past order."""
    return _past(ask, see(ask.hq, ask.actor, ref), dict.fromkeys(PAST, ""))


@pages.post("/{ref}/past", needs=Scope.REDEMPTIONS_WRITE)
def post_past(ask: Page, ref: str) -> Response:
    """Try a redemption for a past order, or make it."""
    of = see(ask.hq, ask.actor, ref)
    typed = {name: ask.text(name) for name in PAST}
    try:
        asked = _asked(ask, typed)
        if ask.text("do") != "redeem":
            return _past(ask, of, typed, result=try_past(ask.hq, ask.actor, of, asked))
        made = redeem_past(ask.hq, ask.actor, of, asked, reason=typed["reason"])
    except HqFault as fault:
        return _past(ask, of, typed, fault=fault)
    if not made.is_posted:
        return _past(ask, of, typed, result=made)
    amount = in_units(made.discount, made.currency)
    return ask.go(
        f"/console/members/{of}?show=redemptions",
        said=ask.said(N_("It is redeemed. To give back:")) + f" {amount}",
    )


def whole(ask: PageAsk, name: str) -> int:
    """Return a whole number of a form. Raises `Malformed`."""
    return to_whole(ask.text(name).replace("−", "-"))


def _done(ask: PageAsk, ref: str, work: Callable[[str], str]) -> Response:
    of = see(ask.hq, ask.actor, ref)
    try:
        said = work(of)
    except HqFault as fault:
        return show_cockpit(ask, of, fault=fault)
    return ask.go(f"/console/members/{of}", said=ask.said(said))


def _asked(ask: PageAsk, typed: dict[str, str]) -> PastAsked:
    if not typed["rule"] and not typed["code"]:
        raise Malformed("Choose the offer, or type the number of the voucher.")
    if typed["order"]:
        return PastAsked(order_entry=typed["order"], rule=typed["rule"], code=typed["code"])
    return PastAsked(
        total=_minor(typed["total"], ask.look.currency),
        at_ms=_moment(typed["day"], typed["time"], ask.look.time_zone),
        store=typed["store"],
        order_id=typed["order_id"][:80],
        rule=typed["rule"],
        code=typed["code"],
    )


def _minor(text: str, currency: str) -> int:
    """Read an amount as it is typed. Raises `Malformed`."""
    found = to_minor(text, CURRENCIES.get(currency, CURRENCIES["EUR"]))
    if not 0 <= found <= AMOUNT_MAX:
        raise Malformed("Type the total as an amount, such as 60.00.")
    return found


def _moment(day: str, clock: str, zone: str) -> int:
    try:
        at = datetime.combine(date.fromisoformat(day), time.fromisoformat(clock or "12:00"))
        if not 2000 <= at.year <= 2100:
            raise ValueError(day)
    except ValueError as problem:
        raise Malformed("Type the day of the order, and its time if you know it.") from problem
    return int(at.replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


def _past(
    ask: PageAsk,
    of: str,
    typed: dict[str, str],
    *,
    result: PastResult | None = None,
    fault: HqFault | None = None,
) -> Response:
    reasons: list[str] = []
    if result is not None:
        money = partial(in_units, currency=result.currency)
        translate = of_stations(ask.look.language)
        reasons = [told(each, money=money, translate=translate) for each in result.reasons]
    values: dict[str, Any] = {
        "row": find_member(ask.hq, of).row,
        "typed": typed,
        "orders": past_orders(ask.hq, of),
        "rules": past_offers(ask.hq),
        "stores": stores_to_choose(ask.hq),
        "result": result,
        "reasons": reasons,
    }
    return ask.page("members/past.html", fault=fault, **values)
