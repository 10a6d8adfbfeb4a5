"""Benefits, events, signals, referrals and paid tiers on the wire."""

from typing import Annotated

from pydantic import Field, StringConstraints

from hq.api.models import PATTERN, Amount, Answer, Body, Day, Id, MemberRef, Moment, Name, Query

Key = Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=r"^[a-z][a-z0-9_]*$")]
Value = Annotated[str, StringConstraints(max_length=80, pattern=PATTERN)]
StoreName = Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=PATTERN)]


class EventAsked(Body):
    """Something a member did that is no order. The same `event_id` again is the same event."""

    event_id: Id
    name: Name
    at_ms: Moment | None = None
    said: Annotated[dict[Key, Value], Field(max_length=20)] | None = None


class EventAnswer(Answer):
    """An event that counts, and the points it earned."""

    event_id: str
    member: str
    name: str
    at_ms: Moment
    day: str
    points: int
    is_new: bool


class EndingPart(Answer):
    """Points that end on a day."""

    last_day: str
    points: int


class NextTierPart(Answer):
    """How far it is to the next tier."""

    tier: str
    measure: str
    wanted: int
    found: int
    missing: int


class GivenPart(Answer):
    """A mark that was reached, and what it gave: triples of kind, amount and name."""

    source: str
    about: str
    number: int
    day: str
    gives: list[tuple[str, int, str]]
    is_taken_back: bool


class PunchCardPart(Answer):
    """A punch card: units counted of `every`, and how many more until one is free, that one included."""

    card: str
    name: str
    every: int
    counted: int
    to_free: int


class BenefitsAnswer(Answer):
    """What a member has come to."""

    member: str
    balance: int
    tier: str
    tier_ends_on: str | None
    tier_after: str
    next_tier: NextTierPart | None
    ending: list[EndingPart]
    given: list[GivenPart]
    punch_cards: list[PunchCardPart]


class SignalAsked(Body):
    """What is so, where (nowhere named: everywhere) and until when (UTC milliseconds)."""

    value: Annotated[Value, Field(min_length=1)]
    stores: Annotated[list[StoreName], Field(max_length=1_000, default_factory=list)]
    until_ms: Moment | None = None


class SignalAnswer(Answer):
    """Something that is so in the world; `store` is empty for all of them."""

    name: str
    value: str
    store: str
    since_ms: Moment
    until_ms: Moment | None
    who: str


class ReferralAsked(Body):
    """Who brought whom, by which scheme of the program."""

    scheme: Name
    referrer: MemberRef
    friend: MemberRef


class ReferralAnswer(Answer):
    """Where a referral stands."""

    scheme: str
    friend: str
    referrer: str
    referred_on: str
    status: str


class ReferralList(Query):
    """Whose referrals."""

    referrer: MemberRef | None = None


class SubscriptionAsked(Body):
    """A tier that was paid for, through its last day."""

    member: MemberRef
    tier: Name
    last_day: Day
    amount: Amount
    paid_ms: Moment | None = None


class SubscriptionAnswer(Answer):
    """A payment for a tier."""

    subscription_id: str
    member: str
    tier: str
    paid_ms: Moment
    last_day: str
    amount: int
    who: str


class SubscriptionList(Query):
    """Whose payments."""

    member: MemberRef | None = None
