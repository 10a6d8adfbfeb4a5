"""What a draft would have given on the newest orders that HQ holds, against what was really given.

Orders are taken from the journal as stations sent them, and decided anew by the engine. They are as many as a person
waits for; more of them is what `tillside whatif` is for, beside HQ.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, select

from app.core.entry import ORDER, REDEEM, REFUSE, Entry, EntryInvalid, read_entry
from app.core.facts_record import RecordInvalid
from app.core.money import format_amount
from app.core.program import Program
from app.core.reasons import sentence
from app.whatif.draft import Draft, read_draft
from app.whatif.findings import CampaignRow, Findings, Why
from app.whatif.journals import orders_of
from app.whatif.recorded import Recorded
from app.whatif.replay import DraftUnfit, Take, what_if
from hq.campaigns import rows
from hq.campaigns.composing import Composed, compose
from hq.campaigns.part_rows import changed_parts
from hq.faults import NotPossible
from hq.home import Hq
from hq.tables import journal, order_fact
from resources.load import translations

ORDERS, ORDERS_MAX = 2_000, 10_000
DAYS, DAYS_MAX = 28, 400
DAY_MS = 86_400_000
FOLLOWERS_MAX = 64  # entries behind an order that belong to it: vouchers and choices of one order
OF_AN_ORDER = (ORDER, REDEEM, REFUSE)


@dataclass(frozen=True)
class Asked:
    """Which orders, and how they are played: at most `orders` of the last `days`, the newest."""

    days: int = DAYS
    orders: int = ORDERS
    take: Take = Take.SHOWN
    ignores_dates: bool = False
    language: str = "en"


@dataclass(frozen=True)
class Reason:
    """Why an offer was not given, how often, and as the station says it."""

    code: str
    count: int
    said: str


@dataclass(frozen=True)
class CampaignWouldGive:
    """What a campaign would have given, and what one of its id really gave. Amounts are minor units."""

    campaign_id: str
    name: str
    would: Mapping[str, int]
    really: Mapping[str, int]
    refused: tuple[Reason, ...]


@dataclass(frozen=True)
class WhatIf:
    """What a draft would have given. Days are local; amounts minor units. `skipped`: orders that could not be read."""

    orders: int
    skipped: int
    members: int
    stores: int
    first_day: str | None
    last_day: str | None
    is_cut: bool  # whether the days held more orders than were played
    campaigns: tuple[CampaignWouldGive, ...]
    earning: tuple[Mapping[str, Any], ...]
    together: Mapping[str, int]
    really: Mapping[str, int]
    before: Mapping[str, int]
    after: Mapping[str, int]


@dataclass
class _Past:
    """Orders of the journal: bodies by order, each with the entries that belong to it."""

    bodies: list[list[bytes]]
    is_cut: bool
    skipped: int = field(default=0)

    def recorded(self, program: Program) -> Iterator[Recorded]:
        """Yield them by time; what can't be read is counted and passed over."""
        for bodies in self.bodies:
            try:
                yield from orders_of(_entries(bodies), program)
            except (RecordInvalid, EntryInvalid):
                self.skipped += 1


def what_if_campaign(hq: Hq, campaign_id: str, asked: Asked | None = None) -> WhatIf:
    """Play past orders against the program with a campaign's draft. Raises `NotHere`, `NotPossible`."""
    chosen = asked or Asked()
    with hq.database.reading() as connection:
        row = rows.find(connection, campaign_id)
        composed = compose(connection, campaigns={campaign_id: row.body})
        past = _past(connection, chosen, now_ms=hq.clock.now_ms())
    return _play(composed, past, chosen)


def what_if_parts(hq: Hq, asked: Asked | None = None) -> WhatIf:
    """Play past orders against the program with all drafts of its parts. Raises `NotPossible`."""
    chosen = asked or Asked()
    with hq.database.reading() as connection:
        composed = compose(connection, parts=list(changed_parts(connection)))
        past = _past(connection, chosen, now_ms=hq.clock.now_ms())
    return _play(composed, past, chosen)


def _play(composed: Composed, past: _Past, asked: Asked) -> WhatIf:
    if composed.program is None:
        raise NotPossible(f"This makes no program: {composed.problem}")
    draft = read_draft(composed.body, ignore_dates=asked.ignores_dates)
    try:
        findings = what_if(draft.program, past.recorded(draft.program), take=asked.take)
    except DraftUnfit as problem:
        raise NotPossible(str(problem)) from problem
    return _told(draft, findings, past, asked)


def _told(draft: Draft, findings: Findings, past: _Past, asked: Asked) -> WhatIf:
    record = findings.record()
    return WhatIf(
        orders=findings.orders,
        skipped=past.skipped,
        members=len(findings.members),
        stores=len(findings.stores),
        first_day=record["first_day"],
        last_day=record["last_day"],
        is_cut=past.is_cut,
        campaigns=tuple(_campaign(row, draft.program, asked) for row in findings.campaigns.values()),
        earning=tuple(record["earning"]),
        together=record["together"],
        really=record["really"],
        before=record["before"],
        after=record["after"],
    )


def _campaign(row: CampaignRow, program: Program, asked: Asked) -> CampaignWouldGive:
    reasons = (_reason(why, program, asked) for why in row.refusals)
    return CampaignWouldGive(
        row.campaign_id, row.name, row.would.record(), row.really.record(), tuple(reasons)
    )


def _reason(why: Why, program: Program, asked: Asked) -> Reason:
    said = sentence(
        why.refusal(),
        money=lambda minor: format_amount(minor, program.currency),
        translate=translations(asked.language).gettext,
    )
    return Reason(why.reason.code, why.count, said)


# --- the journal -----------------------------------------------------------------------------------------------------


def _past(connection: Connection, asked: Asked, *, now_ms: int) -> _Past:
    """Read the newest orders of some days with what belongs to each, by their time."""
    since_ms = now_ms - asked.days * DAY_MS
    at = (order_fact.c.device, order_fact.c.epoch, order_fact.c.seq, order_fact.c.t_eff)
    newest = select(*at).where(order_fact.c.t_eff >= since_ms).order_by(order_fact.c.t_eff.desc())
    found = connection.execute(newest.limit(asked.orders + 1)).all()
    wanted = sorted(found[: asked.orders], key=lambda row: (row.t_eff, row.device, row.epoch, row.seq))
    by_place = _bodies(connection, {(row.device, row.epoch, row.seq) for row in wanted})
    bodies = (by_place.get((row.device, row.epoch, row.seq)) for row in wanted)
    return _Past([each for each in bodies if each], is_cut=len(found) > asked.orders)


def _bodies(
    connection: Connection, wanted: set[tuple[str, int, int]]
) -> dict[tuple[str, int, int], list[bytes]]:
    """Return, for each place of an order, its body and those of the redemptions and refusals behind it."""
    found: dict[tuple[str, int, int], list[bytes]] = {}
    for device, epoch in sorted({(device, epoch) for device, epoch, _ in wanted}):
        numbers = [seq for where, when, seq in wanted if (where, when) == (device, epoch)]
        for first, last in _stretches(sorted(numbers)):
            here = (
                journal.c.device == device,
                journal.c.epoch == epoch,
                journal.c.seq.between(first, last + FOLLOWERS_MAX),
                journal.c.type.in_(OF_AN_ORDER),
            )
            statement = (
                select(journal.c.seq, journal.c.type, journal.c.body).where(*here).order_by(journal.c.seq)
            )
            _gather(connection.execute(statement), device, epoch, wanted, found)
    return found


def _gather(
    entries: Iterable[Any],
    device: str,
    epoch: int,
    wanted: set[tuple[str, int, int]],
    found: dict[tuple[str, int, int], list[bytes]],
) -> None:
    bodies: list[bytes] | None = None
    for row in entries:
        place = (device, epoch, row.seq)
        if row.type == ORDER:
            bodies = found.setdefault(place, []) if place in wanted and place not in found else None
        if bodies is not None:
            bodies.append(bytes(row.body))


def _stretches(numbers: list[int]) -> Iterator[tuple[int, int]]:
    """Yield first and last of what lies near together, so that one look finds many orders."""
    first = last = numbers[0]
    for number in numbers[1:]:
        if number > last + FOLLOWERS_MAX:
            yield first, last
            first = number
        last = number
    yield first, last


def _entries(bodies: Iterable[bytes]) -> Iterator[Entry]:
    for body in bodies:
        yield read_entry(body)
