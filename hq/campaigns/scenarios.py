"""Scenarios: an order to try against a draft, and what is expected of it (docs/scenarios.md), kept with the campaign.

They are decided by the engine of the stations on the program as it would be published, in memory; nothing of a run is
stored, since the same draft always gives the same. Head office answers in them, unless one says `"offline": true`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, Row, delete, insert, select, update

from app.cases.files import Found
from app.cases.run import Result, Verdict, run_case
from app.core.authority import Offline
from app.ids import new_id
from hq.access.actor import Actor
from hq.audit.service import record
from hq.campaigns import rows
from hq.campaigns.composing import Composed, compose
from hq.campaigns.drafting import Match, about, any_version, changing
from hq.campaigns.rows import written
from hq.campaigns.tables import scenario
from hq.faults import NotHere, NotPossible
from hq.home import Hq
from hq.rows import storable
from resources.load import translations

OFFLINE = "offline"  # in a scenario, true: by a station that holds no lease and reaches nobody
SCENARIOS_MAX = 200  # of one campaign


@dataclass(frozen=True)
class Scenario:
    """An order to try. `body` is a scenario without its program. `changed_ms` is UTC milliseconds."""

    scenario_id: str
    campaign_id: str
    name: str
    body: Mapping[str, Any]
    version: int
    changed_by: str
    changed_ms: int


@dataclass(frozen=True)
class Ran:
    """What came of a scenario: whether it passed, why not, a sentence each, and what was decided."""

    scenario_id: str
    campaign_id: str
    name: str
    passed: bool
    why: tuple[str, ...] = ()
    got: Mapping[str, Any] = field(default_factory=dict)


def list_scenarios(hq: Hq, campaign_id: str) -> list[Scenario]:
    """Return the scenarios of a campaign, the oldest first. Raises `NotHere`."""
    with hq.database.reading() as connection:
        rows.find(connection, campaign_id)
        return scenarios_of(connection, campaign_id)


def find_scenario(hq: Hq, campaign_id: str, scenario_id: str) -> Scenario:
    """Return a scenario. Raises `NotHere`."""
    with hq.database.reading() as connection:
        return _find(connection, campaign_id, scenario_id)


def add_scenario(hq: Hq, actor: Actor, campaign_id: str, *, name: str, body: Mapping[str, Any]) -> Scenario:
    """Keep a scenario with a campaign. Raises `NotHere`, `NotPossible`, `TooLarge`."""
    now_ms = hq.clock.now_ms()
    new = Scenario(new_id(), campaign_id, name, _checked(body), 1, actor.name, now_ms)
    with changing(hq) as connection:
        rows.find(connection, campaign_id)
        if len(scenarios_of(connection, campaign_id)) >= SCENARIOS_MAX:
            raise NotPossible(f"A campaign has at most {SCENARIOS_MAX} scenarios.")
        _insert(connection, new)
        record(connection, actor, "scenario.added", about(campaign_id), now_ms=now_ms, after=_said(new))
    return new


def change_scenario(
    hq: Hq,
    actor: Actor,
    campaign_id: str,
    scenario_id: str,
    *,
    name: str | None = None,
    body: Mapping[str, Any] | None = None,
    match: Match = any_version,
) -> Scenario:
    """Change a scenario; what isn't given stays. Raises `NotHere`, `ChangedMeanwhile`, `NotPossible`, `TooLarge`."""
    now_ms = hq.clock.now_ms()
    with changing(hq) as connection:
        old = _find(connection, campaign_id, scenario_id)
        match(old.version)
        changed = replace(
            old,
            name=old.name if name is None else name,
            body=old.body if body is None else _checked(body),
            version=old.version + 1,
            changed_by=actor.name,
            changed_ms=now_ms,
        )
        of = scenario.c.scenario_id == scenario_id
        connection.execute(update(scenario).where(of).values(_columns(changed)))
        record(
            connection,
            actor,
            "scenario.changed",
            about(campaign_id),
            now_ms=now_ms,
            before=_said(old),
            after=_said(changed),
        )
    return changed


def drop_scenario(
    hq: Hq, actor: Actor, campaign_id: str, scenario_id: str, *, match: Match = any_version
) -> None:
    """Take a scenario away. Raises `NotHere`, `ChangedMeanwhile`."""
    now_ms = hq.clock.now_ms()
    with changing(hq) as connection:
        old = _find(connection, campaign_id, scenario_id)
        match(old.version)
        connection.execute(delete(scenario).where(scenario.c.scenario_id == scenario_id))
        record(connection, actor, "scenario.dropped", about(campaign_id), now_ms=now_ms, before=_said(old))


def run_scenarios(hq: Hq, campaign_id: str, *, language: str = "en") -> list[Ran]:
    """Run a campaign's scenarios on the program as it would be with its draft. Raises `NotHere`, `NotPossible`."""
    with hq.database.reading() as connection:
        row = rows.find(connection, campaign_id)
        composed = compose(connection, campaigns={campaign_id: row.body})
        found = scenarios_of(connection, campaign_id)
    return [run(each, composed, language=language) for each in found]


def try_scenario(hq: Hq, campaign_id: str, *, body: Mapping[str, Any], language: str = "en") -> Ran:
    """Run a scenario that is kept nowhere on a campaign's draft. Raises as `run_scenarios` and `add_scenario` do."""
    tried = Scenario("", campaign_id, "", _checked(body), 0, "", 0)
    with hq.database.reading() as connection:
        row = rows.find(connection, campaign_id)
        composed = compose(connection, campaigns={campaign_id: row.body})
    return run(tried, composed, language=language)


# --- what the other parts share --------------------------------------------------------------------------------------


def run(each: Scenario, composed: Composed, *, language: str = "en") -> Ran:
    """Run one scenario on a program that was put together."""
    if composed.program is None:
        return Ran(each.scenario_id, each.campaign_id, each.name, passed=False, why=(composed.problem,))
    said = {**each.body, "id": each.name or "scenario", "program": composed.document}
    if not said.pop(OFFLINE, False):
        said["program"] = _on_line(composed.document)
    verdict = run_case(
        Found(each.name or "scenario", said),
        folder=Path(),
        translate_text=translations(language).gettext,
    )
    return _ran(each, verdict)


def scenarios_of(connection: Connection, campaign_id: str) -> list[Scenario]:
    """Return the scenarios of a campaign, the oldest first."""
    return _listed(connection, scenario.c.campaign_id == campaign_id)


def all_scenarios(connection: Connection) -> list[Scenario]:
    """Return the scenarios of all campaigns, the oldest first."""
    return _listed(connection)


def clone_scenarios(
    hq: Hq, connection: Connection, actor: Actor, campaign_id: str, clone_id: str, renamed: Mapping[str, str]
) -> None:
    """Give a clone the scenarios of the campaign that it was made from, about its own rules."""
    for each in scenarios_of(connection, campaign_id):
        new = replace(
            each,
            scenario_id=new_id(),
            campaign_id=clone_id,
            body=_about_rules(each.body, renamed),
            version=1,
            changed_by=actor.name,
            changed_ms=hq.clock.now_ms(),
        )
        _insert(connection, new)


# --- details ---------------------------------------------------------------------------------------------------------


def _on_line(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a program whose offers ask for no right: as if head office said yes to each."""
    campaigns = [{**each, "offline": Offline.ALWAYS.value} for each in document["campaigns"]]
    return {**document, "campaigns": campaigns}


def _about_rules(body: Mapping[str, Any], renamed: Mapping[str, str]) -> dict[str, Any]:
    """Return a scenario that speaks of rules by their new names, where it presents or expects them."""
    found = dict(body)
    if isinstance(found.get("presented"), list):
        found["presented"] = [_presented(each, renamed) for each in found["presented"]]
    expected = found.get("expected")
    if isinstance(expected, dict) and isinstance(expected.get("offers"), dict):
        offers = {renamed.get(name, name): said for name, said in expected["offers"].items()}
        found["expected"] = {**expected, "offers": offers}
    return found


def _presented(each: Any, renamed: Mapping[str, str]) -> Any:
    if isinstance(each, str):
        return renamed.get(each, each)
    if isinstance(each, dict) and isinstance(each.get("rule"), str):
        return {**each, "rule": renamed.get(each["rule"], each["rule"])}
    return each


def _checked(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return a scenario without a program of its own. Raises `NotPossible`, `TooLarge`."""
    if "program" in body:
        raise NotPossible("A scenario here is tried on the campaign's draft, so it names no program.")
    written(body)
    return dict(body)


def _ran(each: Scenario, verdict: Verdict) -> Ran:
    passed = verdict.result is Result.PASSED
    return Ran(each.scenario_id, each.campaign_id, each.name, passed, verdict.why, verdict.got)


def _find(connection: Connection, campaign_id: str, scenario_id: str) -> Scenario:
    rows.find(connection, campaign_id)
    found = [each for each in scenarios_of(connection, campaign_id) if each.scenario_id == scenario_id]
    if not found:
        raise NotHere("This campaign has no such scenario.")
    return found[0]


def _listed(connection: Connection, *conditions: Any) -> list[Scenario]:
    statement = select(scenario).where(*conditions).order_by(scenario.c.scenario_id)
    return [_scenario(row) for row in connection.execute(statement)]


def _insert(connection: Connection, new: Scenario) -> None:
    connection.execute(insert(scenario), _columns(new))


def _columns(of: Scenario) -> dict[str, Any]:
    values = {name: getattr(of, name) for name in Scenario.__dataclass_fields__}
    return {**values, "name": storable(of.name), "body": written(of.body)}


def _scenario(row: Row[Any]) -> Scenario:
    values = {name: getattr(row, name) for name in Scenario.__dataclass_fields__}
    return Scenario(**{**values, "body": orjson.loads(row.body)})


def _said(of: Scenario) -> dict[str, Any]:
    return {"scenario_id": of.scenario_id, "name": of.name, "body": dict(of.body)}
