"""From draft to stations: what stands in the way is found, what is in order is published, at once or at a moment.

A campaign is published when its draft makes a program that can be read, its scenarios pass, and whoever publishes may
give so much, or somebody else has approved this very draft. What can hardly be meant, and scenarios of other campaigns
that fail with it, need somebody who says that they have looked at it (`is_meant`).
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlalchemy import Connection, select

from hq.access.actor import SYSTEM, Actor
from hq.campaigns import rows, weights
from hq.campaigns.composing import Composed, compose, read_composed
from hq.campaigns.drafting import Match, about, any_version, changing, keep
from hq.campaigns.overlaps import Overlap, overlaps_of
from hq.campaigns.rows import Approval, CampaignRow, State, written
from hq.campaigns.scenarios import Ran, Scenario, all_scenarios, run, scenarios_of
from hq.campaigns.service import publish_in
from hq.campaigns.tables import campaign
from hq.campaigns.weights import Weight, over_ceiling
from hq.faults import HqFault, NotPossible, OverCeiling
from hq.home import Hq

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Check:
    """What stands in the way of publishing a draft, and what to look at first.

    `problem`: why it makes no program, empty where it does. `doubts`: what can hardly be meant. `others_failed`:
    scenarios of other campaigns that fail with it. `over_ceiling`: why whoever asks needs another's approval.
    """

    campaign_id: str
    problem: str
    doubts: tuple[str, ...]
    scenarios: tuple[Ran, ...]
    others_failed: tuple[Ran, ...]
    overlaps: tuple[Overlap, ...]
    weight: Weight
    over_ceiling: str

    @property
    def is_tested(self) -> bool:
        """Tell whether there are scenarios and all pass."""
        return bool(self.scenarios) and all(each.passed for each in self.scenarios)

    @property
    def is_ready(self) -> bool:
        """Tell whether whoever asks could publish it now without saying that they mean it."""
        is_clear = not (self.problem or self.doubts or self.others_failed or self.over_ceiling)
        return is_clear and self.is_tested


def check_campaign(hq: Hq, actor: Actor, campaign_id: str, *, language: str = "en") -> Check:
    """Look at a campaign's draft as it would be published. Raises `NotHere`, `NotPossible`."""
    with hq.database.reading() as connection:
        row = rows.find(connection, campaign_id)
        composed = compose(connection, campaigns={campaign_id: row.body})
        own, others = scenarios_of(connection, campaign_id), of_running(connection)
    return _check(actor, row, composed, own, others, language=language)


def publish_campaign(
    hq: Hq,
    actor: Actor,
    campaign_id: str,
    *,
    note: str = "",
    is_meant: bool = False,
    match: Match = any_version,
) -> CampaignRow:
    """Publish a draft as part of the next program. Raises `NotHere`, `NotPossible`, `OverCeiling`, `ChangedMeanwhile`.

    A campaign that is stopped is published too, and stays stopped until it is let go.
    """
    with changing(hq) as connection:
        row = rows.find(connection, campaign_id)
        match(row.version)
        composed = _ready(hq, connection, actor, row, is_meant=is_meant)
        what = about(campaign_id)
        publish_in(hq, connection, composed.body, is_meant=True, actor=actor, note=note, what=what)
        return rows.find(connection, campaign_id)


def schedule_campaign(
    hq: Hq,
    actor: Actor,
    campaign_id: str,
    *,
    at_ms: int,
    is_meant: bool = False,
    match: Match = any_version,
) -> CampaignRow:
    """Let HQ publish a draft by itself at a moment (UTC ms). It must be in order now. Raises as `publish_campaign`."""
    if at_ms <= hq.clock.now_ms():
        raise NotPossible("This moment is over. Publish it at once, or name a later one.")
    with changing(hq) as connection:
        row = rows.find(connection, campaign_id)
        match(row.version)
        _ready(hq, connection, actor, row, is_meant=is_meant)
        state = row.state if row.is_published else State.SCHEDULED
        changed = replace(row, state=state, publish_at_ms=at_ms, publish_by=actor.name, said="")
        return keep(hq, connection, actor, row, changed, "campaign.scheduled")


def unschedule_campaign(hq: Hq, actor: Actor, campaign_id: str, *, match: Match = any_version) -> CampaignRow:
    """Let a draft wait again. Raises `NotHere`, `NotPossible`, `ChangedMeanwhile`."""
    with changing(hq) as connection:
        row = rows.find(connection, campaign_id)
        match(row.version)
        if row.publish_at_ms is None:
            raise NotPossible("Nobody has said when this campaign is to be published.")
        return keep(hq, connection, actor, row, _unscheduled(row), "campaign.unscheduled")


def publish_due(hq: Hq) -> int:
    """Publish what was to be published by now; what can't be any more says so and waits. Returns how many were."""
    now_ms, published = hq.clock.now_ms(), 0
    due = select(campaign.c.campaign_id).where(campaign.c.publish_at_ms <= now_ms)
    with hq.database.reading() as connection:
        wanted = list(connection.execute(due.order_by(campaign.c.publish_at_ms)).scalars())
    for campaign_id in wanted:
        published += _publish_due(hq, campaign_id, now_ms=now_ms)
    return published


def broken_by(composed: Composed, scenarios: Iterable[Scenario], *, language: str = "en") -> tuple[Ran, ...]:
    """Return the scenarios that fail on a program and pass on the newest one, or are to pass on the first."""
    if composed.program is None:
        return ()
    newest = None if composed.newest is None else read_composed(composed.newest)
    ran = ((each, run(each, composed, language=language)) for each in scenarios)
    failed = [(each, found) for each, found in ran if not found.passed]
    return tuple(found for each, found in failed if newest is None or run(each, newest).passed)


def of_running(connection: Connection) -> list[Scenario]:
    """Return the scenarios that must go on passing: those of campaigns that are given or will be."""
    running = _running(connection)
    return [each for each in all_scenarios(connection) if each.campaign_id in running]


def is_approved(connection: Connection, row: CampaignRow) -> bool:
    """Tell whether somebody else approved this very draft."""
    if row.approval is not Approval.APPROVED:
        return False
    found = rows.approvals_of(connection, campaign_id=row.campaign_id, state=Approval.APPROVED, limit=1)
    return bool(found) and written(found[0].body) == written(row.body)


# --- details ---------------------------------------------------------------------------------------------------------


def _ready(hq: Hq, connection: Connection, actor: Actor, row: CampaignRow, *, is_meant: bool) -> Composed:
    """Return the program with a draft that may be published now. Raises `NotPossible`, `OverCeiling`."""
    if not row.has_changes:
        raise NotPossible("What this campaign says is published already.")
    composed = compose(connection, campaigns={row.campaign_id: row.body})
    own, others = scenarios_of(connection, row.campaign_id), of_running(connection)
    found = _check(actor, row, composed, own, others)
    if found.problem:
        raise NotPossible(f"This can't be published: {found.problem}")
    if found.over_ceiling and not is_approved(connection, row):
        raise OverCeiling(found.over_ceiling)
    _need_scenarios(found)
    if not is_meant:
        _need_meaning(found)
    return composed


def _need_scenarios(found: Check) -> None:
    if not found.scenarios:
        raise NotPossible("A campaign needs a scenario that passes before it is published. Add one.")
    failed = [each for each in found.scenarios if not each.passed]
    if failed:
        told = "".join(f"\n- {each.name}: {'; '.join(each.why)}" for each in failed)
        raise NotPossible(f"Scenarios of this campaign fail:{told}")


def _need_meaning(found: Check) -> None:
    if found.doubts:
        told = "".join(f"\n- {doubt}" for doubt in found.doubts)
        raise NotPossible(f"This says what can hardly be meant:{told}")
    if found.others_failed:
        told = "".join(
            f"\n- {each.campaign_id}, {each.name}: {'; '.join(each.why)}" for each in found.others_failed
        )
        raise NotPossible(f"Scenarios of other campaigns fail with it:{told}")


def _check(
    actor: Actor,
    row: CampaignRow,
    composed: Composed,
    own: list[Scenario],
    running: list[Scenario],
    *,
    language: str = "en",
) -> Check:
    program, weight = composed.program, Weight()
    if program is not None:
        typed = next(each for each in program.campaigns if each.campaign_id == row.campaign_id)
        weight = weights.weight_of(typed)
    others = [each for each in running if each.campaign_id != row.campaign_id]
    return Check(
        campaign_id=row.campaign_id,
        problem=composed.problem,
        doubts=composed.doubts,
        scenarios=tuple(run(each, composed, language=language) for each in own),
        others_failed=broken_by(composed, others, language=language),
        overlaps=() if program is None else tuple(overlaps_of(program, row.campaign_id)),
        weight=weight,
        over_ceiling=over_ceiling(actor, weight),
    )


def _running(connection: Connection) -> set[str]:
    """Return the campaigns that are given or will be."""
    statement = select(campaign.c.campaign_id).where(
        campaign.c.published_n.is_not(None), campaign.c.state.in_((State.LIVE.value, State.SCHEDULED.value))
    )
    return set(connection.execute(statement).scalars())


def _publish_due(hq: Hq, campaign_id: str, *, now_ms: int) -> bool:
    """Publish one draft whose time has come, unless another process did or it can't be any more."""
    with changing(hq) as connection:
        row = rows.find_or_none(connection, campaign_id)
        if row is None or row.publish_at_ms is None or row.publish_at_ms > now_ms:
            return False
        who = replace(SYSTEM, name=row.publish_by or SYSTEM.name)
        try:
            composed = _ready(hq, connection, who, row, is_meant=True)
        except HqFault as fault:
            log.info("The campaign %s could not be published at its time: %s", campaign_id, fault)
            changed = replace(_unscheduled(row), said=str(fault))
            keep(hq, connection, SYSTEM, row, changed, "campaign.not_published")
            return False
        note, what = "at the time that was set", about(campaign_id)
        publish_in(hq, connection, composed.body, is_meant=True, actor=who, note=note, what=what)
        return True


def _unscheduled(row: CampaignRow) -> CampaignRow:
    state = row.state if row.is_published else State.DRAFT
    return replace(row, state=state, publish_at_ms=None, publish_by="")
