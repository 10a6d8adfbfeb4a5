"""The list of campaigns and the page of one: where it stands, what it says, who has heard, and what was published."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fastapi import Response

from hq.access.actor import Actor
from hq.access.scopes import Scope
from hq.api.paging import CURSOR_MAX, Paging
from hq.builder.context import BuilderContext, context_of
from hq.campaigns import drafting, running
from hq.campaigns.approving import list_approvals, may_approve
from hq.campaigns.budgets import budgets_of
from hq.campaigns.campaign_sentences import campaign_sentences, rule_sentence
from hq.campaigns.drafting import CampaignFilter
from hq.campaigns.pages.noun import PLACE, pages, rules_of
from hq.campaigns.rows import Approval, CampaignRow, State
from hq.console.alerts import Alert, alert
from hq.console.routing import Page, PageAsk
from hq.console.texts import N_
from hq.csv_files import by_pages, csv_answer, text_cell
from hq.faults import HqFault, Malformed
from hq.home import Hq

ROWS = 50
STATES = {  # in words, and which colour the word has
    State.DRAFT: (N_("Draft"), "plain"),
    State.SCHEDULED: (N_("Scheduled"), "queued"),
    State.LIVE: (N_("Live"), "ok"),
    State.PAUSED: (N_("Paused"), "warn"),
    State.KILLED: (N_("Stopped for good"), "stop"),
    State.ENDED: (N_("Ended"), "plain"),
}
APPROVALS = {
    Approval.WAITING: (N_("Waits for approval"), "warn"),
    Approval.APPROVED: (N_("Approved"), "ok"),
    Approval.REFUSED: (N_("Not approved"), "stop"),
    Approval.WITHDRAWN: (N_("Withdrawn"), "plain"),
}
BOUNDS = {
    "discount": N_("Discounts given"),
    "order_value": N_("Value of orders"),
    "uses": N_("Uses"),
}


@pages.get("")
def show_campaigns(ask: Page) -> Response:
    """List campaigns, the newest first, by state, approval and name."""
    paging = Paging(limit=ROWS, cursor=ask.query.get("cursor", "")[:CURSOR_MAX] or None)
    rows, following = drafting.list_campaigns(ask.hq, wanted_of(ask), paging)
    return ask.page(
        "campaigns/list.html",
        rows=rows,
        following=following,
        budgets=budgets_of(ask.hq, rows),
        states=STATES,
        approvals=APPROVALS,
        bounds=BOUNDS,
        said_options=lambda words: [(key.value, ask.said(word)) for key, (word, _) in words.items()],
    )


def wanted_of(ask: PageAsk) -> CampaignFilter:
    """Return the filters of a list's address. Raises `Malformed`."""
    try:
        state = State(ask.query["state"]) if ask.query.get("state") else None
        approval = Approval(ask.query["approval"]) if ask.query.get("approval") else None
    except ValueError as problem:
        raise Malformed("There is no such state of a campaign.") from problem
    return CampaignFilter(state, approval, ask.query.get("text", "")[:80])


@pages.get("/-/campaigns.csv")
def file_of_campaigns(ask: Page) -> Response:
    """Return the list as a file."""
    wanted = wanted_of(ask)

    def to_row(row: CampaignRow) -> list[str | int | None]:
        texts = [row.campaign_id, row.name, row.state.value, row.approval.value, row.starts_at, row.ends_at]
        return [*map(text_cell, texts), row.published_n, text_cell(row.changed_by)]

    header = ["id", "name", "state", "approval", "starts", "ends", "version", "changed by"]
    found = by_pages(lambda cursor: drafting.list_campaigns(ask.hq, wanted, Paging(limit=200, cursor=cursor)))
    return csv_answer("campaigns", header, found, to_row)


@pages.get("/{campaign_id}")
def show_campaign(ask: Page, campaign_id: str) -> Response:
    """Show one campaign."""
    return campaign_page(ask, campaign_id)


def campaign_page(ask: PageAsk, campaign_id: str, fault: HqFault | None = None) -> Response:
    """Return the page of a campaign, with why something that was asked for could not be done."""
    row = drafting.find_campaign(ask.hq, campaign_id)
    context = context_of(ask.hq, ask.look)
    versions = drafting.list_versions(ask.hq, campaign_id)
    values = {
        "row": row,
        "state": STATES[row.state],
        "approval": APPROVALS.get(row.approval),
        "published": versions[0].body if versions else None,
        "heard": running.heard_of(ask.hq, campaign_id),
        "budgets": budgets_of(ask.hq, [row]).get(campaign_id, []),
        "bounds": BOUNDS,
        "versions": versions,
        "approvals": list_approvals(ask.hq, campaign_id=campaign_id)[:10],
        "approval_words": APPROVALS,
        "may_approve": row.approval is Approval.WAITING and may_approve(ask.hq, ask.actor, campaign_id),
        "now_ms": ask.hq.clock.now_ms(),
        **words_of(replace(row, body=versions[0].body) if versions else row, context),
    }
    return ask.page("campaigns/show.html", fault=fault, **values)


def words_of(row: CampaignRow, context: BuilderContext) -> dict[str, Any]:
    """Return what a campaign says in plain words: beside its rules, and rule by rule with its id and name."""
    return {
        "sentences": campaign_sentences(row.body, context.speech),
        "rules": [
            {
                "id": str(rule.get("id", "")),
                "name": str(rule.get("name", "")),
                "sentence": rule_sentence(rule, context.speech),
                "has_stock": bool(rule.get("has_stock")),
            }
            for rule in rules_of(row)
            if isinstance(rule, Mapping)
        ],
    }


@pages.get("/{campaign_id}/diff")
def show_diff(ask: Page, campaign_id: str) -> Response:
    """Show what differs between two versions, or between the last one and the draft."""
    row = drafting.find_campaign(ask.hq, campaign_id)
    older, newer = (_number(ask.query.get(name)) for name in ("older", "newer"))
    found = drafting.diff_campaign(ask.hq, campaign_id, older=older, newer=newer)
    context = context_of(ask.hq, ask.look)
    only_before, only_after = _both_in_words(ask.hq, row, older, newer, context)
    return ask.page(
        "campaigns/diff.html",
        row=row,
        differences=found,
        older=row.published_n if older is None else older,
        newer=newer,
        versions=drafting.list_versions(ask.hq, campaign_id),
        only_before=only_before,
        only_after=only_after,
    )


def _number(text: str | None) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 8):
        raise Malformed("There is no such version.")
    return int(text)


def _both_in_words(
    hq: Hq, row: CampaignRow, older: int | None, newer: int | None, context: BuilderContext
) -> tuple[list[str], list[str]]:
    """Return the sentences that only the older and only the newer version says."""

    def sentences(n: int | None, body: Mapping[str, Any]) -> list[str]:
        said = body if n is None else drafting.find_version(hq, row.campaign_id, n).body
        rules = said.get("rules")
        of_rules = [rule_sentence(rule, context.speech) for rule in rules] if isinstance(rules, list) else []
        return (campaign_sentences(said, context.speech) if said else []) + of_rules

    before = sentences(row.published_n if older is None else older, {})
    after = sentences(newer, row.body)
    return [each for each in before if each not in after], [each for each in after if each not in before]


@alert(needs=Scope.CAMPAIGNS_PUBLISH)
def _tell_waiting(hq: Hq, actor: Actor) -> list[Alert]:
    """Tell of drafts that wait for an approval which somebody may give."""
    waiting = {each.campaign_id for each in list_approvals(hq, state=Approval.WAITING)}
    own = [campaign_id for campaign_id in waiting if may_approve(hq, actor, campaign_id)]
    place = f"{PLACE}?approval={Approval.WAITING.value}"
    return [Alert(N_("Campaigns that wait for approval: {n}"), place, len(own))]
