"""Tiers and stacking in the console: the ladder, who would move under a draft, and how campaigns are put together."""

from collections.abc import Mapping
from typing import Any

import orjson
from fastapi import Response

from hq.access.scopes import Scope
from hq.builder.context import context_of, same_version
from hq.builder.tier_form import (
    COLUMNS,
    MORE_ROWS,
    POLICY,
    WORDS,
    can_show_tiers,
    group_lines,
    order_lines,
    policy_of,
    rows_of,
    tiers_of,
    typed_rows,
)
from hq.campaigns import parts
from hq.campaigns.pages.noun import typed_in
from hq.console.routing import Page, PageAsk, Pages
from hq.console.texts import N_
from hq.faults import HqFault, Malformed
from hq.program.publishing_pages import check_of, publish_drafts
from hq.tiers import service as tiers

PLACE = "/console/tiers"
PARTS = ("tiers", "policy", "order_of_application")
JSON_MAX = 100_000
pages = Pages("tiers", N_("Tiers and stacking"), place=PLACE, needs=Scope.TIERS_READ)


@pages.get("")
def show_tiers(ask: Page) -> Response:
    """Show the ladder and how campaigns are put together, as drafted."""
    return _page(ask)


@pages.post("/-/ladder", needs=Scope.TIERS_WRITE)
def keep_ladder(ask: Page) -> Response:
    """Keep the ladder that was typed, or its JSON."""
    typed, context = typed_in(ask), context_of(ask.hq, ask.look)
    rows = typed_rows(typed)
    try:
        if ask.text("do") == "json":
            found = orjson.loads(ask.text("json")[:JSON_MAX] or "[]")
            if not isinstance(found, list):
                raise Malformed("Tiers are a list.")
        else:
            found = tiers_of(rows, context.currency)
        tiers.put_tiers(ask.hq, ask.actor, found, match=same_version(ask.text("version")))
    except orjson.JSONDecodeError as problem:
        return _page(ask, Malformed(f"This is no JSON: {problem}"), json=ask.text("json"))
    except HqFault as fault:
        return _page(ask, fault, rows=rows or None, json=ask.text("json"))
    return ask.go(PLACE, said=ask.said(N_("The ladder is drafted. It counts when it is published.")))


@pages.post("/-/stacking", needs=Scope.CAMPAIGNS_WRITE)
def keep_stacking(ask: Page) -> Response:
    """Keep how campaigns are put together."""
    typed = typed_in(ask)
    try:
        policy = parts.read_part(ask.hq, "policy")
        said, order = policy_of(typed, policy.body), order_lines(typed)
        if said != (policy.body or {}):
            parts.put_part(ask.hq, ask.actor, "policy", said or None, match=same_version(ask.text("version")))
        if order != (parts.read_part(ask.hq, "order_of_application").body or []):
            parts.put_part(ask.hq, ask.actor, "order_of_application", order or None)
    except HqFault as fault:
        return _page(ask, fault, stacking=typed)
    return ask.go(PLACE, said=ask.said(N_("It is drafted. It counts when it is published.")))


@pages.post("/-/publish", needs=Scope.CAMPAIGNS_PUBLISH)
def publish(ask: Page) -> Response:
    """Publish what is drafted here."""
    try:
        publish_drafts(ask, PARTS)
    except HqFault as fault:
        return _page(ask, fault)
    return ask.go(PLACE, said=ask.said(N_("Tiers and stacking are published. Members are looked at anew.")))


@pages.post("/-/dry-run", needs=Scope.TIERS_WRITE)
def begin_dry_run(ask: Page) -> Response:
    """Begin to work out who would move under the draft."""
    try:
        job = tiers.start_dry_run(ask.hq, ask.actor)
    except HqFault as fault:
        return _page(ask, fault)
    return ask.go(f"{PLACE}?run={job.job_id}")


def _page(
    ask: PageAsk,
    fault: HqFault | None = None,
    *,
    rows: list[dict[str, str]] | None = None,
    json: str = "",
    stacking: Mapping[str, list[str]] | None = None,
) -> Response:
    """Return the page; what was typed into the form that was refused stands in it again, under its own version."""
    context = context_of(ask.hq, ask.look)
    ladder, policy = tiers.read_tiers(ask.hq), parts.read_part(ask.hq, "policy")
    order = parts.read_part(ask.hq, "order_of_application").body
    put_together = _put_together(policy.body, order, stacking)
    ladder_sent = fault is not None and stacking is None and "version" in ask.form
    run = ask.query.get("run") or next((job.job_id for job in tiers.list_dry_runs(ask.hq)), "")
    names = {"": "–", **dict(context.picks.tiers)}
    return ask.page(
        "tiers/show.html",
        fault=fault,
        ladder=ladder,
        rows=rows_of(ladder.body, context.currency) if rows is None else rows,
        empty_row=dict.fromkeys(COLUMNS, ""),
        more_rows=range(MORE_ROWS),
        is_form=can_show_tiers(ladder.body, context.currency),
        ladder_version=ask.text("version") if ladder_sent else ladder.version,
        json_typed=json,
        text=json or orjson.dumps(ladder.body or [], option=orjson.OPT_INDENT_2).decode("utf-8"),
        words=WORDS,
        policy_version=policy.version if stacking is None else ask.text("version"),
        settings=POLICY,
        **put_together,
        check=check_of(ask, PARTS),
        dry_run=tiers.find_dry_run(ask.hq, run) if run else None,
        names=names,
    )


def _put_together(policy: Any, order: Any, sent: Mapping[str, list[str]] | None) -> dict[str, Any]:
    """Return what the form of stacking shows: what is drafted, or what was sent and refused."""
    if sent is not None:
        one = {name: next(iter(values), "") for name, values in sent.items()}
        return {"chosen": one, "groups": one.get("group_limits", ""), "order": one.get("order", "")}
    said = policy if isinstance(policy, Mapping) else {}
    lines = "\n".join(map(str, order)) if isinstance(order, list) else ""
    return {"chosen": said, "groups": group_lines(said), "order": lines}
