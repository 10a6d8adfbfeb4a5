"""Campaigns, their scenarios, approvals and checks on the wire."""

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from app.core.canonical import INTEGER_MAX
from app.whatif.replay import Take
from hq.api.models import PATTERN, Answer, Body, Moment, Name, Query
from hq.api.paging import Paging
from hq.campaigns.overlaps import Together
from hq.campaigns.rows import Approval, State
from hq.campaigns.running import News
from hq.campaigns.whatif import DAYS, DAYS_MAX, ORDERS, ORDERS_MAX, Asked

Note = Annotated[str, StringConstraints(max_length=500, pattern=PATTERN)]
NewId = Annotated[str, StringConstraints(max_length=80, pattern=r"^([0-9A-Za-z][0-9A-Za-z._-]*)?$")]
Text = Annotated[str, StringConstraints(max_length=1_000, pattern=r"^[^\x00]*$")]
CampaignBody = Annotated[
    dict[str, Any],
    Field(description="A campaign of program format 1 (docs/program.md), perhaps not whole yet."),
]
ScenarioBody = Annotated[
    dict[str, Any], Field(description="A scenario (docs/scenarios.md) without its program.")
]


class Briefing(Body):
    """What cashiers are told of a campaign, by language."""

    en: Text = ""
    ko: Text = ""
    id: Text = ""
    tr: Text = ""
    ru: Text = ""


class CampaignList(Paging):
    """Which campaigns."""

    state: State | None = None
    approval: Approval | None = None
    text: Annotated[str, Field(max_length=80, pattern=r"^[^\x00]*$")] = ""


class CampaignAsked(Body):
    """A draft to be made; without an id it gets one from its name. `briefing` goes into its body."""

    name: Name
    campaign_id: NewId = ""
    body: CampaignBody = Field(default_factory=dict)
    briefing: Briefing | None = None


class CampaignChange(Body):
    """What of a draft is to change; what isn't said stays. A body is whole; `briefing` changes that part of it."""

    name: Name | None = None
    body: CampaignBody | None = None
    briefing: Briefing | None = None


class CloneAsked(Body):
    """How the clone is called."""

    name: Annotated[str, StringConstraints(max_length=80, pattern=PATTERN)] = ""
    campaign_id: NewId = ""


class NoteAsked(Body):
    """Why, for whoever looks at it later."""

    note: Note = ""


class ReasonAsked(Body):
    """Why; it must be said."""

    note: Annotated[Note, Field(min_length=1)]


class PublishAsked(Body):
    """`is_meant`: somebody has looked at what can hardly be meant, and at other campaigns' scenarios that fail."""

    note: Note = ""
    is_meant: bool = False


class ScheduleAsked(Body):
    """When HQ is to publish the draft by itself."""

    at_ms: Moment
    is_meant: bool = False


class CampaignAnswer(Answer):
    """A campaign as it is worked on: `body` is the draft; `has_changes`: it is another than the published one."""

    campaign_id: str
    name: str
    state: State
    body: dict[str, Any]
    briefing: dict[str, str]
    version: int
    has_changes: bool
    authors: list[str]
    approval: Approval
    published_n: int | None
    starts_at: str
    ends_at: str
    publish_at_ms: Moment | None
    publish_by: str
    said: str
    cloned_from: str
    created_by: str
    created_ms: Moment
    changed_by: str
    changed_ms: Moment


class VersionAnswer(Answer):
    """What was published of a campaign, and in which program first."""

    campaign_id: str
    n: int
    body: dict[str, Any]
    program_version: int
    who: str
    published_ms: Moment
    note: str


class DiffList(Query):
    """Which versions of a campaign are compared; without `newer` the draft, without `older` what is published."""

    older: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
    newer: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None


class DifferenceAnswer(Answer):
    """A place where two versions differ; `kind` is added, removed or changed."""

    path: str
    kind: str
    before: Any = None
    after: Any = None


class ApprovalAnswer(Answer):
    """Somebody was asked to look at a draft, and what they said."""

    approval_id: str
    campaign_id: str
    body: dict[str, Any]
    asked_by: str
    asked_ms: Moment
    note: str
    state: Approval
    decided_by: str
    decided_ms: Moment | None
    decision: str


class ScenarioAsked(Body):
    """A scenario to be kept with a campaign."""

    name: Name
    body: ScenarioBody


class ScenarioChange(Body):
    """What of a scenario is to change."""

    name: Name | None = None
    body: ScenarioBody | None = None


class ScenarioTried(Body):
    """A scenario to be run and not kept."""

    body: ScenarioBody


class ScenarioAnswer(Answer):
    """A scenario."""

    scenario_id: str
    campaign_id: str
    name: str
    body: dict[str, Any]
    version: int
    changed_by: str
    changed_ms: Moment


class RanAnswer(Answer):
    """What came of a scenario: sentences where it did not pass, and what was decided of what it expects."""

    scenario_id: str
    campaign_id: str
    name: str
    passed: bool
    why: list[str]
    got: dict[str, Any]


class OverlapAnswer(Answer):
    """A campaign that meets this one, when, by which rules, and whether both are given."""

    campaign_id: str
    name: str
    starts_at: str
    ends_at: str
    together: Together
    rules: list[tuple[str, str]]


class WeightAnswer(Answer):
    """The most that is given: basis points, minor units, whole points; `is_boundless`: no amount bounds it."""

    percent: int
    amount: int
    points: int
    is_boundless: bool


class CheckAnswer(Answer):
    """What stands in the way of publishing a draft, and what to look at first."""

    campaign_id: str
    problem: str
    doubts: list[str]
    scenarios: list[RanAnswer]
    others_failed: list[RanAnswer]
    overlaps: list[OverlapAnswer]
    weight: WeightAnswer
    over_ceiling: str
    is_tested: bool
    is_ready: bool


class UnheardAnswer(Answer):
    """An active station that has not heard yet."""

    device_id: str
    name: str
    store: str
    last_seen_ms: Moment


class HeardAnswer(Answer):
    """How many active stations have heard the newest of a campaign; the longest silent are named first."""

    news: News | None
    since_ms: Moment
    version: Annotated[int, Field(ge=0, le=INTEGER_MAX)]
    devices: int
    heard: int
    missing: list[UnheardAnswer]


class WhatIfAsked(Body):
    """Which past orders: at most so many of the last days, the newest.

    `take`: vouchers and choices that were shown then, or also every choice that can be used.
    """

    days: Annotated[int, Field(ge=1, le=DAYS_MAX)] = DAYS
    orders: Annotated[int, Field(ge=1, le=ORDERS_MAX)] = ORDERS
    take: Annotated[Take, Field(strict=False)] = Take.SHOWN
    ignores_dates: bool = False

    def asked(self) -> Asked:
        """Return it as the service has it."""
        return Asked(self.days, self.orders, self.take, self.ignores_dates)


class WhyAnswer(Answer):
    """Why an offer was not given, how often, and as the station says it."""

    code: str
    count: int
    said: str


class WouldGiveAnswer(Answer):
    """What a campaign would have given, and what one of its id really gave: times, orders, members, amounts."""

    campaign_id: str
    name: str
    would: dict[str, int]
    really: dict[str, int]
    refused: list[WhyAnswer]


class EarningAnswer(Answer):
    """What an earning rule would have given."""

    id: str
    currency: str
    orders: int
    members: int
    points: int


class WhatIfAnswer(Answer):
    """What a draft would have given on past orders. Days are local, amounts minor units."""

    orders: int
    skipped: int
    members: int
    stores: int
    first_day: str | None
    last_day: str | None
    is_cut: bool
    campaigns: list[WouldGiveAnswer]
    earning: list[EarningAnswer]
    together: dict[str, int]
    really: dict[str, int]
    before: dict[str, int]
    after: dict[str, int]
