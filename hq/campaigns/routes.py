"""Campaigns, by the API: drafts, their life, and what was published of them."""

from functools import partial
from typing import Annotated, Any

from fastapi import Query, Response

from hq.access.scopes import Scope
from hq.api.etags import check_match, versioned
from hq.api.models import Page, to_page
from hq.api.routing import Asked, Routes, of_nothing
from hq.campaigns import approving, cloning, drafting, publishing, running, scenarios, whatif
from hq.campaigns.drafting import CampaignFilter
from hq.campaigns.rows import CampaignRow, version_number
from hq.campaigns.schemas import (
    ApprovalAnswer,
    CampaignAnswer,
    CampaignAsked,
    CampaignChange,
    CampaignList,
    CheckAnswer,
    CloneAsked,
    DifferenceAnswer,
    DiffList,
    HeardAnswer,
    NoteAsked,
    PublishAsked,
    RanAnswer,
    ReasonAsked,
    ScenarioTried,
    ScheduleAsked,
    VersionAnswer,
    WhatIfAnswer,
    WhatIfAsked,
)

routes = Routes("campaigns", "Campaigns: drafts, scenarios, approval, publishing, pause and kill.")
READ, WRITE = Scope.CAMPAIGNS_READ, Scope.CAMPAIGNS_WRITE
PUBLISH, STOP = Scope.CAMPAIGNS_PUBLISH, Scope.CAMPAIGNS_STOP


@routes.get("", needs=READ, answers=Page[CampaignAnswer])
def list_campaigns(ask: Asked, asked: Annotated[CampaignList, Query()]) -> Any:
    """List campaigns, the newest first."""
    wanted = CampaignFilter(asked.state, asked.approval, asked.text)
    return to_page(CampaignAnswer, *drafting.list_campaigns(ask.hq, wanted, asked))


@routes.post("", needs=WRITE, answers=CampaignAnswer)
def create_campaign(ask: Asked, asked: CampaignAsked, response: Response) -> Any:
    """Make a draft."""
    made = drafting.create_campaign(
        ask.hq,
        ask.actor,
        name=asked.name,
        campaign_id=asked.campaign_id,
        body=asked.body,
        briefing=None if asked.briefing is None else asked.briefing.model_dump(),
    )
    return _told(response, made)


@routes.get("/{campaign_id}", needs=READ, answers=CampaignAnswer, faults=(404,))
def read_campaign(ask: Asked, campaign_id: str, response: Response) -> Any:
    """Read one campaign."""
    return _told(response, drafting.find_campaign(ask.hq, campaign_id))


@routes.patch("/{campaign_id}", needs=WRITE, answers=CampaignAnswer, faults=(404, 409))
def change_campaign(ask: Asked, campaign_id: str, asked: CampaignChange, response: Response) -> Any:
    """Change a draft: what is published stays as it is until the draft is published too."""
    changed = drafting.change_campaign(
        ask.hq,
        ask.actor,
        campaign_id,
        name=asked.name,
        body=asked.body,
        briefing=None if asked.briefing is None else asked.briefing.model_dump(),
        match=partial(check_match, ask.request),
    )
    return _told(response, changed)


@routes.delete("/{campaign_id}", needs=WRITE, faults=(404, 409))
def drop_campaign(ask: Asked, campaign_id: str) -> Any:
    """Throw a draft away that was never published."""
    drafting.drop_campaign(ask.hq, ask.actor, campaign_id, match=partial(check_match, ask.request))
    return of_nothing()


@routes.post("/{campaign_id}/clone", needs=WRITE, answers=CampaignAnswer, faults=(404,))
def clone_campaign(ask: Asked, campaign_id: str, asked: CloneAsked, response: Response) -> Any:
    """Make a draft that says the same, with the scenarios."""
    made = cloning.clone_campaign(ask.hq, ask.actor, campaign_id, name=asked.name, clone_id=asked.campaign_id)
    return _told(response, made)


@routes.post("/{campaign_id}/discard", needs=WRITE, answers=CampaignAnswer, status=200, faults=(404, 412))
def discard_campaign(ask: Asked, campaign_id: str, response: Response) -> Any:
    """Let a campaign be as it was published."""
    match = partial(check_match, ask.request)
    return _told(response, drafting.discard_changes(ask.hq, ask.actor, campaign_id, match=match))


@routes.get("/{campaign_id}/versions", needs=READ, answers=Page[VersionAnswer], faults=(404,))
def list_campaign_versions(ask: Asked, campaign_id: str) -> Any:
    """List what was published of a campaign, the newest first."""
    return to_page(VersionAnswer, drafting.list_versions(ask.hq, campaign_id), None)


@routes.get("/{campaign_id}/versions/{n}", needs=READ, answers=VersionAnswer, faults=(404,))
def read_campaign_version(ask: Asked, campaign_id: str, n: str) -> Any:
    """Read one version that was published."""
    return VersionAnswer.model_validate(drafting.find_version(ask.hq, campaign_id, version_number(n)))


@routes.get("/{campaign_id}/diff", needs=READ, answers=Page[DifferenceAnswer], faults=(404,))
def diff_campaign(ask: Asked, campaign_id: str, asked: Annotated[DiffList, Query()]) -> Any:
    """Say what differs between two versions: without `newer` the draft, without `older` what is published."""
    found = drafting.diff_campaign(ask.hq, campaign_id, older=asked.older, newer=asked.newer)
    return to_page(DifferenceAnswer, found, None)


@routes.get("/{campaign_id}/check", needs=READ, answers=CheckAnswer, faults=(404, 409))
def check_campaign(ask: Asked, campaign_id: str) -> Any:
    """Say what stands in the way of publishing a draft, which scenarios pass, and which campaigns it meets."""
    return CheckAnswer.model_validate(publishing.check_campaign(ask.hq, ask.actor, campaign_id))


@routes.post("/{campaign_id}/run", needs=READ, answers=Page[RanAnswer], status=200, faults=(404,))
def run_scenarios(ask: Asked, campaign_id: str) -> Any:
    """Run a campaign's scenarios on its draft."""
    return to_page(RanAnswer, scenarios.run_scenarios(ask.hq, campaign_id), None)


@routes.post("/{campaign_id}/try", needs=READ, answers=RanAnswer, status=200, faults=(404,))
def try_scenario(ask: Asked, campaign_id: str, asked: ScenarioTried) -> Any:
    """Run a scenario on a campaign's draft, and keep it nowhere."""
    return RanAnswer.model_validate(scenarios.try_scenario(ask.hq, campaign_id, body=asked.body))


@routes.post("/{campaign_id}/whatif", needs=READ, answers=WhatIfAnswer, status=200, faults=(404,))
def what_if_campaign(ask: Asked, campaign_id: str, asked: WhatIfAsked) -> Any:
    """Say what a draft would have given on the newest orders, against what was really given."""
    return WhatIfAnswer.model_validate(whatif.what_if_campaign(ask.hq, campaign_id, asked.asked()))


@routes.post("/{campaign_id}/publish", needs=PUBLISH, answers=CampaignAnswer, status=200, faults=(404, 412))
def publish_campaign(ask: Asked, campaign_id: str, asked: PublishAsked, response: Response) -> Any:
    """Publish a draft: its scenarios pass, and it is under the ceilings of who publishes, or approved by another."""
    published = publishing.publish_campaign(
        ask.hq,
        ask.actor,
        campaign_id,
        note=asked.note,
        is_meant=asked.is_meant,
        match=partial(check_match, ask.request),
    )
    return _told(response, published)


@routes.post("/{campaign_id}/schedule", needs=PUBLISH, answers=CampaignAnswer, status=200, faults=(404, 412))
def schedule_campaign(ask: Asked, campaign_id: str, asked: ScheduleAsked, response: Response) -> Any:
    """Let HQ publish a draft by itself at a moment."""
    scheduled = publishing.schedule_campaign(
        ask.hq,
        ask.actor,
        campaign_id,
        at_ms=asked.at_ms,
        is_meant=asked.is_meant,
        match=partial(check_match, ask.request),
    )
    return _told(response, scheduled)


@routes.post(
    "/{campaign_id}/unschedule", needs=PUBLISH, answers=CampaignAnswer, status=200, faults=(404, 412)
)
def unschedule_campaign(ask: Asked, campaign_id: str, response: Response) -> Any:
    """Let a draft wait again."""
    match = partial(check_match, ask.request)
    return _told(response, publishing.unschedule_campaign(ask.hq, ask.actor, campaign_id, match=match))


# --- approval --------------------------------------------------------------------------------------------------------


@routes.get("/{campaign_id}/approvals", needs=READ, answers=Page[ApprovalAnswer], faults=(404,))
def list_campaign_approvals(ask: Asked, campaign_id: str) -> Any:
    """List who was asked to look at a campaign, and what they said, the newest first."""
    return to_page(ApprovalAnswer, approving.list_approvals(ask.hq, campaign_id=campaign_id), None)


@routes.post("/{campaign_id}/submit", needs=WRITE, answers=CampaignAnswer, status=200, faults=(404, 412))
def submit_campaign(ask: Asked, campaign_id: str, asked: NoteAsked, response: Response) -> Any:
    """Ask somebody else to look at a draft."""
    match = partial(check_match, ask.request)
    return _told(
        response, approving.submit_campaign(ask.hq, ask.actor, campaign_id, note=asked.note, match=match)
    )


@routes.post("/{campaign_id}/withdraw", needs=WRITE, answers=CampaignAnswer, status=200, faults=(404,))
def withdraw_campaign(ask: Asked, campaign_id: str, response: Response) -> Any:
    """Ask no more."""
    return _told(response, approving.withdraw_campaign(ask.hq, ask.actor, campaign_id))


@routes.post("/{campaign_id}/approve", needs=PUBLISH, answers=CampaignAnswer, status=200, faults=(404, 412))
def approve_campaign(ask: Asked, campaign_id: str, asked: NoteAsked, response: Response) -> Any:
    """Say that a draft may be published as it is: never by who had a hand in it."""
    match = partial(check_match, ask.request)
    return _told(
        response, approving.approve_campaign(ask.hq, ask.actor, campaign_id, note=asked.note, match=match)
    )


@routes.post("/{campaign_id}/refuse", needs=PUBLISH, answers=CampaignAnswer, status=200, faults=(404,))
def refuse_campaign(ask: Asked, campaign_id: str, asked: ReasonAsked, response: Response) -> Any:
    """Say why a draft may not be published as it is."""
    return _told(response, approving.refuse_campaign(ask.hq, ask.actor, campaign_id, note=asked.note))


# --- running ---------------------------------------------------------------------------------------------------------


@routes.post("/{campaign_id}/pause", needs=STOP, answers=CampaignAnswer, status=200, faults=(404,))
def pause_campaign(ask: Asked, campaign_id: str, asked: NoteAsked, response: Response) -> Any:
    """Stop a campaign everywhere until it is let go again."""
    return _told(response, running.pause_campaign(ask.hq, ask.actor, campaign_id, note=asked.note))


@routes.post("/{campaign_id}/kill", needs=STOP, answers=CampaignAnswer, status=200, faults=(404,))
def kill_campaign(ask: Asked, campaign_id: str, asked: NoteAsked, response: Response) -> Any:
    """Stop a campaign everywhere until its rules are changed and published."""
    return _told(response, running.kill_campaign(ask.hq, ask.actor, campaign_id, note=asked.note))


@routes.post("/{campaign_id}/resume", needs=PUBLISH, answers=CampaignAnswer, status=200, faults=(404,))
def resume_campaign(ask: Asked, campaign_id: str, asked: NoteAsked, response: Response) -> Any:
    """Let a campaign go that is stopped; one that was killed under newer rules only."""
    return _told(response, running.resume_campaign(ask.hq, ask.actor, campaign_id, note=asked.note))


@routes.get("/{campaign_id}/heard", needs=READ, answers=HeardAnswer, faults=(404,))
def read_heard(ask: Asked, campaign_id: str) -> Any:
    """Count the active stations that have heard the newest of a campaign: stopped, let go, or published."""
    return HeardAnswer.model_validate(running.heard_of(ask.hq, campaign_id))


def _told(response: Response, row: CampaignRow) -> CampaignAnswer:
    versioned(response, row.version)
    return CampaignAnswer.model_validate(row)
