"""What the buttons on a campaign's page do: one service call each, then back to the page with a sentence."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from fastapi import Response

from hq.access.scopes import Scope
from hq.builder.context import same_version
from hq.campaigns import approving, cloning, drafting, publishing, running
from hq.campaigns.pages.browse import campaign_page
from hq.campaigns.pages.noun import PLACE, pages, place_of
from hq.campaigns.pages.wizard import review_page
from hq.console.routing import Page, PageAsk
from hq.console.texts import N_
from hq.faults import HqFault, Malformed


def _do(
    ask: PageAsk,
    campaign_id: str,
    act: Callable[[], object],
    said: str,
    *,
    to: str = "",
    again: Callable[[PageAsk, str, HqFault], Response] = campaign_page,
) -> Response:
    """Do something to a campaign: to its page with a sentence, or back to the form's with why it could not be done."""
    try:
        act()
    except HqFault as fault:
        return again(ask, campaign_id, fault)
    return ask.go(to or place_of(campaign_id), said=ask.said(said))


@pages.post("/{campaign_id}/pause", needs=Scope.CAMPAIGNS_STOP)
def pause(ask: Page, campaign_id: str) -> Response:
    """Stop it everywhere for a while."""
    note = ask.text("note")
    return _do(
        ask,
        campaign_id,
        lambda: running.pause_campaign(ask.hq, ask.actor, campaign_id, note=note),
        N_("The campaign is paused. Stations hear of it now."),
    )


@pages.post("/{campaign_id}/kill", needs=Scope.CAMPAIGNS_STOP)
def kill(ask: Page, campaign_id: str) -> Response:
    """Stop it everywhere until its rules are changed."""
    note = ask.text("note")
    return _do(
        ask,
        campaign_id,
        lambda: running.kill_campaign(ask.hq, ask.actor, campaign_id, note=note),
        N_("The campaign is stopped for good. Stations hear of it now."),
    )


@pages.post("/{campaign_id}/resume", needs=Scope.CAMPAIGNS_PUBLISH)
def resume(ask: Page, campaign_id: str) -> Response:
    """Let it go again."""
    return _do(
        ask,
        campaign_id,
        lambda: running.resume_campaign(ask.hq, ask.actor, campaign_id, note=ask.text("note")),
        N_("The campaign runs again. Stations hear of it now."),
    )


@pages.post("/{campaign_id}/submit", needs=Scope.CAMPAIGNS_WRITE)
def submit(ask: Page, campaign_id: str) -> Response:
    """Ask somebody else to look at the draft."""
    match, note = same_version(ask.text("version")), ask.text("note")
    return _do(
        ask,
        campaign_id,
        lambda: approving.submit_campaign(ask.hq, ask.actor, campaign_id, note=note, match=match),
        N_("Somebody else is asked to approve this draft."),
        again=review_page,
    )


@pages.post("/{campaign_id}/withdraw", needs=Scope.CAMPAIGNS_WRITE)
def withdraw(ask: Page, campaign_id: str) -> Response:
    """Ask no more."""
    return _do(
        ask,
        campaign_id,
        lambda: approving.withdraw_campaign(ask.hq, ask.actor, campaign_id),
        N_("Nobody is asked to approve this draft any more."),
    )


@pages.post("/{campaign_id}/approve", needs=Scope.CAMPAIGNS_PUBLISH)
def approve(ask: Page, campaign_id: str) -> Response:
    """Say that the draft may be published as it is."""
    match, note = same_version(ask.text("version")), ask.text("note")
    return _do(
        ask,
        campaign_id,
        lambda: approving.approve_campaign(ask.hq, ask.actor, campaign_id, note=note, match=match),
        N_("The draft is approved. It can be published now."),
    )


@pages.post("/{campaign_id}/refuse", needs=Scope.CAMPAIGNS_PUBLISH)
def refuse(ask: Page, campaign_id: str) -> Response:
    """Say why the draft may not be published as it is."""

    def act() -> object:
        if not ask.text("note"):
            raise Malformed("Say why it is not approved.")
        return approving.refuse_campaign(ask.hq, ask.actor, campaign_id, note=ask.text("note"))

    return _do(ask, campaign_id, act, N_("The draft is not approved. Whoever made it sees why."))


@pages.post("/{campaign_id}/publish", needs=Scope.CAMPAIGNS_PUBLISH)
def publish(ask: Page, campaign_id: str) -> Response:
    """Publish the draft now."""
    match, note, is_meant = same_version(ask.text("version")), ask.text("note"), bool(ask.text("meant"))
    return _do(
        ask,
        campaign_id,
        lambda: publishing.publish_campaign(
            ask.hq, ask.actor, campaign_id, note=note, is_meant=is_meant, match=match
        ),
        N_("The campaign is published. Stations get it with their next contact."),
        again=review_page,
    )


@pages.post("/{campaign_id}/schedule", needs=Scope.CAMPAIGNS_PUBLISH)
def schedule(ask: Page, campaign_id: str) -> Response:
    """Let head office publish the draft by itself at a moment."""
    match, is_meant = same_version(ask.text("version")), bool(ask.text("meant"))

    def act() -> object:
        at_ms = _moment_ms(ask.text("day"), ask.text("time"), ask.look.time_zone)
        return publishing.schedule_campaign(
            ask.hq, ask.actor, campaign_id, at_ms=at_ms, is_meant=is_meant, match=match
        )

    said = N_("The campaign will be published by itself at that time.")
    return _do(ask, campaign_id, act, said, again=review_page)


@pages.post("/{campaign_id}/unschedule", needs=Scope.CAMPAIGNS_PUBLISH)
def unschedule(ask: Page, campaign_id: str) -> Response:
    """Let the draft wait again."""
    return _do(
        ask,
        campaign_id,
        lambda: publishing.unschedule_campaign(ask.hq, ask.actor, campaign_id),
        N_("The campaign waits until somebody publishes it."),
    )


@pages.post("/{campaign_id}/clone", needs=Scope.CAMPAIGNS_WRITE)
def clone(ask: Page, campaign_id: str) -> Response:
    """Make a draft that says the same."""
    try:
        made = cloning.clone_campaign(ask.hq, ask.actor, campaign_id)
    except HqFault as fault:
        return campaign_page(ask, campaign_id, fault)
    return ask.go(
        place_of(made.campaign_id, "edit", "what"),
        said=ask.said(N_("This is a copy, with rules of its own.")),
    )


@pages.post("/{campaign_id}/discard", needs=Scope.CAMPAIGNS_WRITE)
def discard(ask: Page, campaign_id: str) -> Response:
    """Let a campaign be as it was published."""
    match = same_version(ask.text("version"))
    return _do(
        ask,
        campaign_id,
        lambda: drafting.discard_changes(ask.hq, ask.actor, campaign_id, match=match),
        N_("The campaign is as it was published."),
    )


@pages.post("/{campaign_id}/drop", needs=Scope.CAMPAIGNS_WRITE)
def drop(ask: Page, campaign_id: str) -> Response:
    """Forget a draft that was never published."""
    match = same_version(ask.text("version"))
    return _do(
        ask,
        campaign_id,
        lambda: drafting.drop_campaign(ask.hq, ask.actor, campaign_id, match=match),
        N_("The draft is gone."),
        to=PLACE,
    )


def _moment_ms(day: str, time: str, time_zone: str) -> int:
    """Return a local moment in UTC milliseconds. Raises `Malformed`."""
    try:
        local = datetime.fromisoformat(f"{day}T{time or '00:00'}").replace(tzinfo=ZoneInfo(time_zone))
        return int(local.timestamp() * 1000)
    except (ValueError, OverflowError) as problem:
        raise Malformed("Say on which day and at what time it is to be published.") from problem
