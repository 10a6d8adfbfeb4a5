"""Campaigns to start from: each a small one that works, in the program's own currency, to be changed as needed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from app.core.money import Currency
from hq.console.texts import N_

SMALL_COINS = frozenset({"KRW", "IDR"})  # of which 1,000 are what 1.00 is elsewhere
RUBLES = frozenset({"RUB", "TRY"})


@dataclass(frozen=True)
class Start:
    """A campaign to start from: what it is called, what it does, and its rules for a campaign of an id."""

    key: str
    title: str
    says: str
    rules: "Callable[[str, Amounts, Mapping[str, Any]], list[dict[str, Any]]]"
    more: "Callable[[], dict[str, Any]]" = dict


@dataclass(frozen=True)
class Amounts:
    """What small amounts are in a currency: so many times 1.00, in minor units."""

    currency: Currency

    def of(self, euros: int) -> int:
        """Return what people would take for so many euros: round, not exchanged."""
        scale = 1_000 if self.currency.code in SMALL_COINS else 50 if self.currency.code in RUBLES else 1
        return euros * scale * int(10**self.currency.digits)


def _rule(
    campaign_id: str, name: str, effect: dict[str, Any], trigger: str = "automatic", **more: Any
) -> dict[str, Any]:
    return {
        "id": f"{campaign_id[:70]}-1",
        "name": name,
        "trigger": trigger,
        "priority": 0,
        "effect": effect,
        **more,
    }


def _off_from(campaign_id: str, amounts: Amounts, _: Mapping[str, Any]) -> list[dict[str, Any]]:
    effect = {"kind": "amount_off", "target": "order", "amount": amounts.of(5)}
    condition = {"fact": "order.total", "op": "at_least", "value": amounts.of(50)}
    return [_rule(campaign_id, "Off from an order total on", effect, condition=condition)]


def _points_reward(campaign_id: str, amounts: Amounts, _: Mapping[str, Any]) -> list[dict[str, Any]]:
    effect = {"kind": "amount_off", "target": "order", "amount": amounts.of(5)}
    return [_rule(campaign_id, "Points for an amount off", effect, "choice", cost_points=500)]


def _tier(campaign_id: str, _: Amounts, document: Mapping[str, Any]) -> list[dict[str, Any]]:
    tiers = [each["id"] for each in document.get("tiers") or () if each.get("access") != "base"] or ["gold"]
    effect = {"kind": "percent_off", "target": "order", "basis_points": 500}
    condition = {"fact": "member.tier", "op": "one_of", "value": tiers}
    return [_rule(campaign_id, "A percentage off for tiers", effect, condition=condition)]


def _punch_card(campaign_id: str, _: Amounts, document: Mapping[str, Any]) -> list[dict[str, Any]]:
    cards = [each["id"] for each in document.get("punch_cards") or ()] or ["coffee"]
    return [_rule(campaign_id, "The free one of a punch card", {"kind": "punch_card", "card": cards[0]})]


def _cash_back(campaign_id: str, _: Amounts, __: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [_rule(campaign_id, "Money back to the wallet", {"kind": "credit", "basis_points": 200})]


def _hours(campaign_id: str, _: Amounts, __: Mapping[str, Any]) -> list[dict[str, Any]]:
    effect = {"kind": "percent_off", "target": "order", "basis_points": 1000}
    condition = {"all": [
        {"fact": "order.weekday", "op": "one_of", "value": [1, 2, 3, 4, 5]},
        {"fact": "order.time", "op": "between", "value": ["14:00", "16:00"]},
    ]}  # fmt: skip
    return [_rule(campaign_id, "A percentage off in quiet hours", effect, condition=condition)]


def _birthday(campaign_id: str, _: Amounts, __: Mapping[str, Any]) -> list[dict[str, Any]]:
    effect = {"kind": "percent_off", "target": "order", "basis_points": 1000}
    condition = {"fact": "member.birthday", "op": "within_days", "value": 3}
    return [_rule(campaign_id, "A percentage off around the birthday", effect, "choice", condition=condition)]


def _voucher(campaign_id: str, amounts: Amounts, _: Mapping[str, Any]) -> list[dict[str, Any]]:
    effect = {"kind": "amount_off", "target": "order", "amount": amounts.of(5)}
    return [_rule(campaign_id, "A voucher for an amount off", effect, "voucher")]


def _once() -> dict[str, Any]:
    return {"limits": {"member_uses": [{"at_most": 1}]}}


STARTS = (
    Start(
        "off_from",
        N_("An amount off from an order total on"),
        N_("5 off every order from 50 on, by itself."),
        _off_from,
    ),
    Start(
        "points",
        N_("A reward for points"),
        N_("Members pick it at the station and pay 500 points for 5 off."),
        _points_reward,
    ),
    Start(
        "tier",
        N_("A percentage for tiers"),
        N_("5 percent off everything for members of the higher tiers."),
        _tier,
    ),
    Start(
        "punch_card",
        N_("A punch card"),
        N_("The free unit when a member's punch card is complete. Cards are made under Program."),
        _punch_card,
    ),
    Start(
        "cash_back",
        N_("Money back"),
        N_("2 percent of what is paid goes to the member's wallet."),
        _cash_back,
    ),
    Start("hours", N_("Quiet hours"), N_("10 percent off on weekdays between 14:00 and 16:00."), _hours),
    Start(
        "birthday", N_("Birthday"), N_("10 percent off once, around the member's birthday."), _birthday, _once
    ),
    Start(
        "voucher",
        N_("A voucher"),
        N_("5 off for whoever shows a code. Codes are made under Vouchers."),
        _voucher,
    ),
    Start(
        "empty",
        N_("Nothing yet"),
        N_("A campaign without rules, to build from the beginning."),
        lambda *_: [],
    ),
)
BY_KEY = {each.key: each for each in STARTS}


def body_of(
    start: Start, campaign_id: str, *, dates: tuple[str, str], document: Mapping[str, Any], currency: Currency
) -> dict[str, Any]:
    """Return the body of a draft for a campaign of an id, from and to these days."""
    return {
        "id": campaign_id,
        "starts_on": dates[0],
        "ends_on": dates[1],
        "audience": None,
        "offline": "always",
        "rules": start.rules(campaign_id, Amounts(currency), document),
        **start.more(),
    }
