"""What a station would answer to an order: decided by the same engine, on the program as it is or with a draft in it.

Whether head office answers changes only what offers need then: with it, whatever may be given is; without it, a station
goes by the floor limits for what the member's code proves, and holds no leases.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from app.cases.reading import CaseInvalid, CaseUnknown, Spot
from app.cases.scenario import read_scenario
from app.core.authority import HOUR_MS, Authority, Offline
from app.core.outcome import Facts
from app.core.program import Pair, Program, ProgramInvalid
from app.core.quote import Quote, choosable, quote
from hq.benefits.signals import signals_so
from hq.campaigns import rows
from hq.campaigns.composing import compose
from hq.home import Hq


@dataclass(frozen=True)
class Station:
    """How the station stands: whether head office answers, what the code proves (A1 to A4), how old its facts are."""

    is_online: bool = True
    level: str = "A1"
    age_hours: int = 1


@dataclass(frozen=True)
class Simulated:
    """An answer, or in words why there is none."""

    facts: Facts | None
    quote: Quote | None
    problem: str = ""


def simulate(
    hq: Hq, body: Mapping[str, Any], *, campaign_id: str = "", station: Station | None = None
) -> Simulated:
    """Decide an order (docs/scenarios.md, without program) as a station would. Raises `NotHere`, `NotPossible`.

    With a campaign's id its draft is in the program, else the program is the newest one.
    """
    with hq.database.reading() as connection:
        drafts = {campaign_id: rows.find(connection, campaign_id).body} if campaign_id else None
        composed = compose(connection, campaigns=drafts)
    if composed.program is None:
        return Simulated(None, None, composed.problem)
    said = {**body, "program": composed.document}
    said.pop("expected", None)
    try:
        facts = read_scenario(Spot("", said), folder=Path()).facts
    except (CaseInvalid, CaseUnknown, ProgramInvalid) as problem:
        return Simulated(None, None, str(problem))
    facts = as_at(_of_now(hq, facts), station or Station())
    choices = {rule_id: rule_id for rule_id in choosable(facts.program)}
    level = "" if facts.authority is None else facts.authority.level
    return Simulated(facts, quote(facts, choices=choices, level=level))


def _of_now(hq: Hq, facts: Facts) -> Facts:
    """Return the facts with what is so in the order's store now, but for what the order says of the world itself."""
    with hq.database.reading() as connection:
        so = signals_so(connection, facts.order.store, at_ms=hq.clock.now_ms())
    return replace(facts, signals={**so, **facts.signals})


def as_at(facts: Facts, station: Station) -> Facts:
    """Return the facts as a station has them that hears head office, or doesn't."""
    if station.is_online:
        return replace(facts, program=_at_will(facts.program))
    as_of_ms = facts.order.at_ms - station.age_hours * HOUR_MS
    return replace(facts, authority=Authority(level=station.level, as_of_ms=as_of_ms))


def _at_will(program: Program) -> Program:
    """Return the program for a station that head office answers: what may be given needs no right of its own."""
    campaigns = {each.campaign_id: replace(each, offline=Offline.ALWAYS) for each in program.campaigns}
    pairs = tuple(Pair(campaigns[pair.campaign.campaign_id], pair.rule) for pair in program.rules)
    return replace(program, campaigns=tuple(campaigns.values()), rules=pairs)
