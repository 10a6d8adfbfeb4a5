"""Cases about expiry, lots, tiers and points taken back, run by the pure modules alone."""

from datetime import date, timedelta
from typing import Any

from app.core.document import Place
from app.core.expiry import ExpiryRule
from app.core.lots import (
    Account,
    DeductFrom,
    Lot,
    ReturnPolicy,
    Shortfall,
    balance,
    debit,
    deduct,
    earned_lot,
    expire,
)
from app.core.points_format import read_expiry, read_tiers
from app.core.tiers import Activity, Spell, Tier, What, tier_on
from tests.conformance.ledger_kinds import Case, effects, kind, types

SOME_DAY = date(2026, 1, 1)
DAY = timedelta(days=1)


def expiry_rule(effect: Case) -> ExpiryRule:
    """Read a case's expiry through our own program format."""
    if "months" in effect:
        section = {"kind": "months", "months": effect["months"], "round_up": effect.get("round_up")}
    elif "days" in effect:
        section = {"kind": "days", "days": effect["days"]}
    else:
        section = {"kind": effect["rule"]}
    return read_expiry(Place("expiry", section))


def is_expiry_with(key: str) -> Any:
    return lambda case: types(case) == {"points_expiry"} and key in case["action"]


@kind(is_expiry_with("earned_on"))
def last_day_of_what_was_earned(case: Case) -> Case:
    earned_on = date.fromisoformat(case["action"]["earned_on"])
    last = expiry_rule(effects(case)[0]).last_day(earned_on)
    return {"last_valid_day": str(last)}


@kind(is_expiry_with("transferred_on"))
def last_day_of_what_was_transferred(case: Case) -> Case:
    """What one member gives another leaves the lot of the one and is a new lot of the other."""
    action, rule = case["action"], expiry_rule(effects(case)[0])
    earned_on, on = (date.fromisoformat(action[key]) for key in ("original_earned_on", "transferred_on"))
    given = debit((earned_lot("giver", 10, earned_on=earned_on, rule=rule),), 10, day=on)
    received = earned_lot("receiver", given.points, earned_on=on, rule=rule)
    assert (received.points, balance(given.lots, day=on)) == (10, 0)
    return {"last_valid_day": str(received.expires_on)}


@kind(is_expiry_with("days_later"))
def balance_after_days(case: Case) -> Case:
    rule = expiry_rule(effects(case)[0])
    lots = tuple(
        earned_lot(str(place), points, earned_on=SOME_DAY, rule=rule)
        for place, points in enumerate(case["member"]["lots"])
    )
    day = SOME_DAY + timedelta(days=case["action"]["days_later"])
    posted = expire(lots, day=day)
    assert balance(lots, day=day) == balance(posted.lots, day=day)
    return {"points_balance_after": balance(posted.lots, day=day)}


@kind(lambda case: types(case) == {"points_spend"})
def lots_after_a_debit(case: Case) -> Case:
    lots = tuple(
        Lot(
            str(place), lot["points"], lot["points"],
            date.fromisoformat(lot["earned_on"]), date.fromisoformat(lot["expires_on"]),
        )
        for place, lot in enumerate(case["member"]["lots"])
    )  # fmt: skip
    effect = effects(case)[0]
    assert effect["lot_order"] == "earliest_expiry"
    day = max(lot.earned_on for lot in lots)
    return {"lots_after": [lot.left for lot in debit(lots, effect["value"], day=day).lots]}


RULES_OF_VALIDITY = {
    "start immediately": {},
    "start next month": {"start": "next_period"},
    "valid to the end of the period": {"valid": "period"},
    "valid to the end of the next period": {"valid": "next_period"},
}


def tiers_of(levels: list[list[Any]], **more: Any) -> tuple[Tier, ...]:
    """Read a case's levels through our own program format; the first one is everybody's."""
    base, *others = levels
    sections = [{"id": base[0], "name": base[0], "access": "base"}]
    sections += [
        {"id": name, "name": name, "access": "earned", "at_least": bound, "downgrade": "in_full", **more}
        for name, bound in others
    ]
    return read_tiers(Place("program", {"tiers": sections}).objects("tiers"))


@kind(lambda case: types(case) == {"tier_window"} and "threshold_reached_on" in case["action"])
def window_of_a_tier(case: Case) -> Case:
    effect = effects(case)[0]
    assert effect["basis"] == "points_earned_in_calendar_month"
    settings = RULES_OF_VALIDITY[effect["rule"]]
    tiers = tiers_of([["base", 0], ["reached", 100]], measure="points_earned", window="month", **settings)
    reached_on = date.fromisoformat(case["action"]["threshold_reached_on"])
    activities = [Activity(reached_on, What.POINTS_EARNED, 100, "points")]
    held = [
        (day, spell)
        for day in (reached_on + timedelta(days=days) for days in range(90))
        if (spell := tier_on(tiers, activities, day=day)).tier_id == "reached"
    ]
    first, last = held[0][0], held[-1][0]
    assert held[0][1] == Spell("reached", first, last)  # what was said on the first day came true
    return {"tier_from": str(first), "tier_until": str(last)}


@kind(lambda case: types(case) == {"tier_window"} and "events" in case["action"])
def tier_over_events(case: Case) -> Case:
    effect = effects(case)[0]
    assert effect["basis"] == "balance"
    tiers = tiers_of(
        effect["levels"], measure="active_points", valid="days", valid_days=effect["duration_days"]
    )
    activities = []
    for event in case["action"]["events"]:
        on = date.fromisoformat(event["on"])
        activities.append(Activity(on, What.POINTS_EARNED, event.get("earn", 0), "points"))
        activities.append(Activity(on, What.POINTS_GONE, event.get("spend", 0), "points"))
    until = tier_on(tiers, activities, day=max(one.on for one in activities)).until
    assert until is not None
    assert tier_on(tiers, activities, day=until).tier_id != tiers[0].tier_id
    assert tier_on(tiers, activities, day=until + DAY).tier_id == tiers[0].tier_id
    return {"tier_until": str(until)}


def after_the_end(case: Case, tiers: tuple[Tier, ...]) -> str:
    """Return the tier of a member with the case's points on the day after their tier ended."""
    held = [Spell(case["member"]["tier"], SOME_DAY - DAY, SOME_DAY)]
    activities = [Activity(SOME_DAY, What.POINTS_EARNED, case["member"]["points"], "points")]
    return tier_on(tiers, activities, day=SOME_DAY + DAY, held=held).tier_id


@kind(lambda case: types(case) == {"tier_by_active_points"})
def tier_recalculated_and_points_reset(case: Case) -> Case:
    """The points end with the period: they still speak for the next tier, and then they are gone."""
    effect = effects(case)[0]
    days = effect["recalc_every_days"]
    tiers = tiers_of(effect["levels"], measure="active_points", valid="days", valid_days=days)
    assert effect["reset_points"]
    points = case["member"]["points"]
    lots = (Lot("all", points, points, SOME_DAY - timedelta(days=days), SOME_DAY),)
    left = balance(expire(lots, day=SOME_DAY + DAY).lots, day=SOME_DAY + DAY)
    return {"tier": after_the_end(case, tiers), "points_balance_after": left}


POLICIES = {"one_down": "one_step", "balance_based": "in_full"}


@kind(lambda case: types(case) == {"tier_downgrade"})
def tier_after_a_downgrade(case: Case) -> Case:
    effect = effects(case)[0]
    tiers = tiers_of(
        effect["levels"],
        measure="active_points", valid="days", valid_days=30, downgrade=POLICIES[effect["policy"]],
    )  # fmt: skip
    return {"tier": after_the_end(case, tiers)}


def return_policy(case: Case) -> ReturnPolicy:
    """Return a case's policy of taking points back, as ours."""
    policy = case["program"]["promotions"][0]["return_policy"]
    shortfall = Shortfall.OWED if policy.get("negative") else Shortfall.LET_GO
    return ReturnPolicy(DeductFrom(policy["deduct"]), shortfall)


def has_return_policy(case: Case) -> bool:
    return any("return_policy" in promotion for promotion in case["program"]["promotions"])


@kind(has_return_policy)
def points_taken_back(case: Case) -> Case:
    """Points of a return, from a balance of which a part may have been spent meanwhile."""
    member, action = case["member"], case["action"]
    active = member.get("active", member.get("points", 0))
    account = Account((Lot("active", active, active, SOME_DAY),), pending=member.get("pending", 0))
    points = action["refund_points"] if "refund_points" in action else action["refund_of"]["points_earned"]
    result = deduct(account, points, day=SOME_DAY, policy=return_policy(case))
    after = result.account
    return {
        "points_deducted": result.points,
        "points_balance_after": after.active(SOME_DAY),
        "active_after": after.active(SOME_DAY),
        "pending_after": after.pending,
    }
