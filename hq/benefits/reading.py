"""What a member has come to, for people and programs to see."""

import json
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from app.core.lots import expiring
from app.core.order import local_date
from app.core.program import Program
from app.core.punch_cards import units_to_free
from app.core.tiers import Activity, progress
from hq.authority.punches import punches_of
from hq.benefits.past import read_past
from hq.benefits.points import lots_of
from hq.benefits.tables import granted, tier_state
from hq.benefits.tiers import activities_of
from hq.campaigns.service import program_of
from hq.campaigns.store import newest_version
from hq.faults import NotHere
from hq.home import Hq
from hq.members.merged import no_member, survivor_of
from hq.members.store import read_members

SOON_DAYS = 90


@dataclass(frozen=True)
class Ending:
    """Points that end on a day, if nothing happens before."""

    last_day: str
    points: int


@dataclass(frozen=True)
class NextTier:
    """How far it is to the next tier: in points, minor units or times, as its measure says."""

    tier: str
    measure: str
    wanted: int
    found: int
    missing: int


@dataclass(frozen=True)
class CardNow:
    """How a punch card stands: units counted of `every`, below zero where one was free too early.

    `to_free`: so many more until one is free, that one included.
    """

    card: str
    name: str
    every: int
    counted: int
    to_free: int


@dataclass(frozen=True)
class Given:
    """A mark that was reached, and what it gave: triples of kind, amount and name."""

    source: str
    about: str
    number: int
    day: str
    gives: list[tuple[str, int, str]]
    is_taken_back: bool


@dataclass(frozen=True)
class Benefits:
    """All of it. `tier_ends_on` is the tier's last day, `tier_after` what comes then; empty where there is none."""

    member: str
    balance: int
    tier: str
    tier_ends_on: str | None
    tier_after: str
    next_tier: NextTier | None
    ending: list[Ending]
    given: list[Given]
    punch_cards: list[CardNow]


def benefits_of(hq: Hq, said: str) -> Benefits:
    """Return what a member has come to. Raises `NotHere`."""
    now_ms = hq.clock.now_ms()
    with hq.database.reading() as connection:
        ref = survivor_of(connection, said)
        facts = read_members(connection, [ref]).get(ref)
        if facts is None:
            raise NotHere(no_member(connection, said))
        program = program_of(hq, connection, newest_version(connection, "program"))
        today = local_date(now_ms, "UTC" if program is None else program.time_zone)
        state = connection.execute(select(tier_state).where(tier_state.c.member == ref)).one_or_none()
        rows = connection.execute(
            select(granted)
            .where(granted.c.member == ref)
            .order_by(granted.c.at_ms.desc(), granted.c.grant_id)
        ).all()
        soon = expiring(lots_of(connection, ref), day=today, within_days=SOON_DAYS)
        following = None
        if program is not None and program.tiers:
            past = read_past(connection, ref, time_zone=program.time_zone)
            following = _next_tier(program, activities_of(past), facts["tier"], today)
        cards = punch_cards_of(connection, program, ref)
    return Benefits(
        member=ref,
        balance=facts["balance"],
        tier=facts["tier"],
        tier_ends_on=None if state is None else state.ends_on,
        tier_after="" if state is None else state.after,
        next_tier=following,
        ending=[Ending(day.isoformat(), points) for day, points in soon],
        given=[
            Given(
                row.source,
                row.about,
                row.number,
                row.day,
                [tuple(each) for each in json.loads(row.gives)],
                row.taken_back_ms is not None,
            )
            for row in rows
        ],
        punch_cards=cards,
    )


def punch_cards_of(connection: Connection, program: Program | None, ref: str) -> list[CardNow]:
    """Return how the punch cards of a program stand for a member."""
    cards = () if program is None else program.schemes.punch_cards.values()
    counted = punches_of(connection, [ref]).get(ref, {}) if cards else {}
    found = []
    for card in cards:
        n = counted.get(card.card_id, 0)
        found.append(CardNow(card.card_id, card.name, card.every, n, units_to_free(card.every, n)))
    return found


def _next_tier(program: Program, activities: list[Activity], tier: str, today: date) -> NextTier | None:
    found = progress(program.tiers, activities, tier_id=tier, day=today)
    if found is None:
        return None
    return NextTier(found.tier_id, str(found.measure), found.wanted, found.found, found.missing)
