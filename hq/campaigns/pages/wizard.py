"""Making and changing a campaign step by step: each keeps the draft, so that leaving and coming back loses nothing."""

from typing import Any

import orjson
from fastapi import Response

from app.core.campaign_format import CALENDAR_PERIODS
from app.core.conditions import ConditionInvalid
from app.core.document import DocumentInvalid
from hq.access.scopes import Scope
from hq.builder.context import BuilderContext, context_of, same_version
from hq.builder.starts import BY_KEY, STARTS, body_of
from hq.campaigns import drafting, publishing
from hq.campaigns.campaign_sentences import OFFLINE, PERIODS
from hq.campaigns.pages.browse import words_of
from hq.campaigns.pages.everywhere import leaves_typed, with_leaves
from hq.campaigns.pages.noun import pages, place_of, typed_in
from hq.campaigns.pages.steps import LIMIT_ROWS, PAYMENTS, STEPS, Shown, Step, first, next_step
from hq.campaigns.rows import CampaignRow
from hq.console.routing import Page, PageAsk
from hq.console.texts import N_
from hq.faults import HqFault, Malformed, NotHere
from hq.settings.service import NAMES
from resources import LANGUAGES

BODY_MAX = 300_000
PAYMENT_WORDS = {
    "gift_card": N_("Gift cards"),
    "wallet": N_("The wallet"),
    "points": N_("Paying with points"),
    "till": N_("The till's own reductions"),
}


@pages.get("/-/new", needs=Scope.CAMPAIGNS_WRITE)
def show_new(ask: Page) -> Response:
    """Show the campaigns to start from."""
    return ask.page("campaigns/new.html", starts=STARTS, typed={"start": ask.query.get("start", "off_from")})


@pages.post("/-/new", needs=Scope.CAMPAIGNS_WRITE)
def make_campaign(ask: Page) -> Response:
    """Make a draft from a start and go on with its first step."""
    typed = {name: ask.text(name) for name in ("start", "name", "starts_day", "ends_day")}
    try:
        start = BY_KEY.get(typed["start"])
        if start is None or not typed["name"] or not typed["starts_day"]:
            raise Malformed("Choose what to start from, and say a name and the first day.")
        if typed["ends_day"] and typed["ends_day"] < typed["starts_day"]:
            raise Malformed("The campaign ends before it starts.")
        context = context_of(ask.hq, ask.look)
        row = drafting.create_campaign(ask.hq, ask.actor, name=typed["name"][:80])
        body = body_of(
            start,
            row.campaign_id,
            dates=(typed["starts_day"], typed["ends_day"] or "9999-12-31"),
            document=context.document,
            currency=context.currency,
        )
        drafting.change_campaign(ask.hq, ask.actor, row.campaign_id, body={**body, "name": row.name})
    except HqFault as fault:
        return ask.again("campaigns/new.html", fault, starts=STARTS, typed=typed)
    return ask.go(place_of(row.campaign_id, "edit", "what"))


@pages.get("/{campaign_id}/edit/{step}")
def show_step(ask: Page, campaign_id: str, step: str) -> Response:
    """Show a step of the wizard."""
    found, row = _step(step), drafting.find_campaign(ask.hq, campaign_id)
    context = context_of(ask.hq, ask.look)
    return _page(ask, row, found, context, found.shown(row.body, context.currency))


@pages.post("/{campaign_id}/edit/{step}", needs=Scope.CAMPAIGNS_WRITE)
def keep_step(ask: Page, campaign_id: str, step: str) -> Response:
    """Keep what was typed into a step and go on to the next."""
    found, row = _step(step), drafting.find_campaign(ask.hq, campaign_id)
    context, typed = context_of(ask.hq, ask.look), typed_in(ask)
    do = first(typed, "do")
    try:
        body = found.read(row.body, typed, context.currency)
        if do == "everywhere":
            body = with_leaves(body, leaves_typed(typed))
        briefing = None
        if found.key == "languages":
            briefing = {language: first(typed, f"briefing-{language}") for language in LANGUAGES}
        drafting.change_campaign(
            ask.hq,
            ask.actor,
            campaign_id,
            name=str(body.get("name", "")) or None,
            body=body,
            briefing=briefing,
            match=same_version(first(typed, "version")),
        )
    except HqFault as fault:
        shown = {**found.shown(row.body, context.currency), **_typed_again(typed)}
        return _page(ask, row, found, context, shown, fault)
    to = found.key if do == "everywhere" else next_step(found.key)
    said = N_("It is in the condition of every rule now.") if do == "everywhere" else ""
    return ask.go(place_of(campaign_id, "edit", to), said=ask.said(said) if said else "")


def review_page(ask: PageAsk, campaign_id: str, fault: HqFault) -> Response:
    """Return the review, with why a draft could not be published, scheduled or handed in for approval."""
    row, context = drafting.find_campaign(ask.hq, campaign_id), context_of(ask.hq, ask.look)
    return _page(ask, row, STEPS["review"], context, {}, fault)


def _step(key: str) -> Step:
    found = STEPS.get(key)
    if found is None:
        raise NotHere("There is no such step.")
    return found


def _typed_again(typed: dict[str, list[str]]) -> Shown:
    """Return what was typed as a step shows it, so that nobody types it twice."""
    shown: Shown = {name: first(typed, name) for name in typed}
    rows = zip(typed.get("at_most", ()), typed.get("period", ()), strict=False)
    lists = {
        name: typed.get(name, [])
        for name in ("not_with", "only_with", "tiers", "segments", "stores", "weekdays")
    }
    return {
        **shown,
        **lists,
        "everybody": first(typed, "audience") != "listed",
        "endless": bool(first(typed, "endless")),
        "not_reusable": bool(first(typed, "not_reusable")),
        "member_uses": [{"at_most": most, "period": period} for most, period in rows if most.strip()],
    }


def _page(
    ask: PageAsk,
    row: CampaignRow,
    step: Step,
    context: BuilderContext,
    typed: Shown,
    fault: HqFault | None = None,
) -> Response:
    values: dict[str, Any] = {
        "row": row,
        "step": step,
        "steps": list(STEPS.values()),
        "typed": {"member_uses": [], "not_with": [], "only_with": [], **typed},
        "picks": context.picks,
        "rows_left": range(LIMIT_ROWS),
        "periods": [(period, PERIODS[period]) for period in ("", *CALENDAR_PERIODS)],
        "offline": list(OFFLINE.items()),
        "payments": [(word, PAYMENT_WORDS[word]) for word in PAYMENTS],
        "experiments": [each["id"] for each in context.document.get("experiments") or ()],
        "others": [each for each in context.picks.campaigns if each[0] != row.campaign_id],
        "languages": LANGUAGES,
        "names": NAMES,
        "check": _check(ask, row) if step.key == "review" else None,
        "problem": _problem(row, context) if step.key == "review" else "",
        **words_of(row, context),
    }
    return ask.page("campaigns/edit.html", fault=fault, **values)


def _problem(row: CampaignRow, context: BuilderContext) -> str:
    """Return why a draft is no whole campaign yet, empty where it is."""
    try:
        context.read(row.body)
    except (DocumentInvalid, ConditionInvalid) as problem:
        return str(problem).removeprefix("campaign.")
    return ""


def _check(ask: PageAsk, row: CampaignRow) -> publishing.Check | None:
    """Return what stands in the way of publishing a draft; None where there is no program to put it into."""
    try:
        return publishing.check_campaign(ask.hq, ask.actor, row.campaign_id, language=ask.look.language)
    except HqFault:
        return None


@pages.get("/{campaign_id}/json")
def show_body(ask: Page, campaign_id: str) -> Response:
    """Show a draft as the program writes it."""
    row = drafting.find_campaign(ask.hq, campaign_id)
    return ask.page("campaigns/body.html", row=row, text=_json(row), version_sent="")


@pages.post("/{campaign_id}/json", needs=Scope.CAMPAIGNS_WRITE)
def keep_body(ask: Page, campaign_id: str) -> Response:
    """Keep a draft as it was typed; what isn't whole yet is kept too, and told in the review."""
    row, text = drafting.find_campaign(ask.hq, campaign_id), ask.text("json")[:BODY_MAX]
    try:
        body = orjson.loads(text)
        if not isinstance(body, dict):
            raise Malformed("This is no JSON object.")
        name = body.get("name")
        drafting.change_campaign(
            ask.hq,
            ask.actor,
            campaign_id,
            name=name if isinstance(name, str) and name else None,
            body=body,
            match=same_version(ask.text("version")),
        )
    except (orjson.JSONDecodeError, HqFault) as problem:
        fault = problem if isinstance(problem, HqFault) else Malformed(f"This is no JSON: {problem}")
        return ask.again("campaigns/body.html", fault, row=row, text=text, version_sent=ask.text("version"))
    return ask.go(place_of(campaign_id, "edit", "review"), said=ask.said(N_("The draft is kept.")))


def _json(row: CampaignRow) -> str:
    return orjson.dumps(row.body, option=orjson.OPT_INDENT_2).decode("utf-8")
