"""What members come to, by the API: events and signals, benefits, referrals, tiers that are paid for."""

from datetime import date
from typing import Annotated, Any

from fastapi import Query as FromQuery

from hq.access.scopes import Scope
from hq.api.models import Name, Page, to_page
from hq.api.routing import Asked, Routes, of_nothing
from hq.benefits import events, outside, reading
from hq.benefits.schemas import (
    BenefitsAnswer,
    EventAnswer,
    EventAsked,
    ReferralAnswer,
    ReferralAsked,
    ReferralList,
    SignalAnswer,
    SignalAsked,
    SubscriptionAnswer,
    SubscriptionAsked,
    SubscriptionList,
)
from hq.faults import Malformed, NotPossible
from hq.members.finding import see

routes = Routes(
    "benefits", "What members come to by what they do: points that end, tiers, marks.", prefix="/v1"
)


@routes.get("/members/{ref}/benefits", needs=Scope.MEMBERS_READ, answers=BenefitsAnswer, faults=(404,))
def read_benefits(ask: Asked, ref: str) -> Any:
    """Read a member's tier, points that end soon, marks that were reached, and how punch cards stand."""
    return BenefitsAnswer.model_validate(reading.benefits_of(ask.hq, see(ask.hq, ask.actor, ref)))


@routes.post("/members/{ref}/events", needs=Scope.EVENTS_WRITE, answers=EventAnswer, faults=(404,))
def hear_event(ask: Asked, ref: str, asked: EventAsked) -> Any:
    """Tell of something a member did that is no order; it earns what the program says, once."""
    new = events.NewEvent(asked.event_id, asked.name, asked.at_ms, asked.said)
    return EventAnswer.model_validate(events.hear(ask.hq, ask.actor, see(ask.hq, ask.actor, ref), new))


@routes.get("/signals", needs=Scope.CAMPAIGNS_READ, answers=Page[SignalAnswer])
def list_signals(ask: Asked) -> Any:
    """List what is so in the world now."""
    return to_page(SignalAnswer, outside.list_signals(ask.hq), None)


@routes.put(
    "/signals/{name}", needs=Scope.EVENTS_WRITE, answers=Page[SignalAnswer], faults=(404,), is_versioned=False
)
def set_signal(ask: Asked, name: Name, asked: SignalAsked) -> Any:
    """Say that something is so, in some stores or in all, until a moment or further."""
    found = outside.set_signal(
        ask.hq, ask.actor, name, asked.value, stores=asked.stores, until_ms=asked.until_ms
    )
    return to_page(SignalAnswer, found, None)


@routes.delete("/signals/{name}", needs=Scope.EVENTS_WRITE, faults=(404,), is_versioned=False)
def end_signal(ask: Asked, name: Name) -> Any:
    """Say that something is not so any more."""
    outside.end_signal(ask.hq, ask.actor, name)
    return of_nothing()


@routes.get("/referrals", needs=Scope.MEMBERS_READ, answers=Page[ReferralAnswer], faults=(404,))
def list_referrals(ask: Asked, asked: Annotated[ReferralList, FromQuery()]) -> Any:
    """List the newest referrals, or those of one member."""
    return to_page(ReferralAnswer, outside.list_referrals(ask.hq, referrer=_seen(ask, asked.referrer)), None)


@routes.post("/referrals", needs=Scope.MEMBERS_WRITE, answers=ReferralAnswer, faults=(404,))
def bring_friend(ask: Asked, asked: ReferralAsked) -> Any:
    """Note who brought whom. It counts once the friend has spent enough."""
    for each in (asked.referrer, asked.friend):
        see(ask.hq, ask.actor, each)
    made = outside.bring_friend(
        ask.hq, ask.actor, scheme=asked.scheme, referrer=asked.referrer, friend=asked.friend
    )
    return ReferralAnswer.model_validate(made)


@routes.get("/subscriptions", needs=Scope.MEMBERS_READ, answers=Page[SubscriptionAnswer], faults=(404,))
def list_subscriptions(ask: Asked, asked: Annotated[SubscriptionList, FromQuery()]) -> Any:
    """List the newest payments for tiers, or those of one member."""
    return to_page(SubscriptionAnswer, outside.list_paid_tiers(ask.hq, member=_seen(ask, asked.member)), None)


@routes.post("/subscriptions", needs=Scope.MEMBERS_WRITE, answers=SubscriptionAnswer, faults=(404,))
def pay_tier(ask: Asked, asked: SubscriptionAsked) -> Any:
    """Note that a member paid for a tier, from the payment through a last day."""
    try:
        last_day = date.fromisoformat(asked.last_day)
    except ValueError as problem:
        raise Malformed("A day is written like 2026-11-29.") from problem
    made = outside.pay_tier(
        ask.hq,
        ask.actor,
        member=see(ask.hq, ask.actor, asked.member),
        tier=asked.tier,
        last_day=last_day,
        amount=asked.amount,
        paid_ms=asked.paid_ms,
    )
    return SubscriptionAnswer.model_validate(made)


def _seen(ask: Asked, ref: str | None) -> str | None:
    """Return whose list is asked for; whoever sees some stores alone has to say it. Raises `NotHere`, `NotPossible`."""
    if ref is not None:
        return see(ask.hq, ask.actor, ref)
    if ask.actor.ceilings.stores:
        raise NotPossible("Say of which member: this key sees those of some stores alone.")
    return None
