"""The tiers of the program: drafted, tried on all members without touching any, then published as the next version.

A dry run is a job: it works out for each member, by the very engine that will do it afterwards, which tier they have
under the draft. Nothing of a member is changed by it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, func, select

from app.core.order import local_date
from app.core.program_format import read_program
from hq.access.actor import Actor
from hq.benefits.past import read_past
from hq.benefits.tiers import foreseen_tier, works_out_tiers
from hq.campaigns import parts
from hq.campaigns.composing import compose
from hq.campaigns.drafting import Match, any_version
from hq.campaigns.parts import PartsCheck, ProgramPart, ProgramVersion
from hq.drafts import write_whole
from hq.faults import NotHere, NotPossible
from hq.home import Hq
from hq.jobs.service import DONE, Job, Step, find_job, folder_of_job, list_jobs, start_job, worker
from hq.tables import member

PART = "tiers"
DRY_RUN = "tiers.dry_run"
RESULT = "moves.json"
AT_ONCE = 200  # members of one step: a push waits no longer for it than for another push
NAMED_MAX = 200  # members who would move and are named


@dataclass(frozen=True)
class Move:
    """From one tier into another, and how many members; a tier is empty for none."""

    was: str
    becomes: str
    members: int


@dataclass(frozen=True)
class Mover:
    """A member who would move."""

    member: str
    was: str
    becomes: str


@dataclass(frozen=True)
class DryRun:
    """Who would move: how far the job is, and its figures once it is done. `movers` are some of those who would."""

    job: Job
    looked_at: int = 0
    would_move: int = 0
    moves: tuple[Move, ...] = ()
    movers: tuple[Mover, ...] = ()


def read_tiers(hq: Hq) -> ProgramPart:
    """Return the tiers as they are drafted and as they are published."""
    return parts.read_part(hq, PART)


def put_tiers(
    hq: Hq, actor: Actor, tiers: Sequence[Mapping[str, Any]], *, match: Match = any_version
) -> ProgramPart:
    """Say which tiers there are to be, lowest first; none takes them out. Raises as `parts.put_part`."""
    return parts.put_part(hq, actor, PART, [dict(tier) for tier in tiers] or None, match=match)


def check_tiers(hq: Hq) -> PartsCheck:
    """Say what stands in the way of publishing the draft. Raises `NotPossible` where there is none."""
    return parts.check_parts(hq, [PART])


def publish_tiers(hq: Hq, actor: Actor, *, note: str = "", is_meant: bool = False) -> ProgramVersion:
    """Publish the draft; members are looked at anew at once. Raises as `parts.publish_parts`."""
    return parts.publish_parts(hq, actor, [PART], note=note, is_meant=is_meant)


def start_dry_run(hq: Hq, actor: Actor) -> Job:
    """Begin to work out who would move under the draft. Raises `NotPossible` where it makes no program."""
    with hq.database.reading() as connection:
        composed = compose(connection, parts=[PART])
        total = connection.execute(select(func.count()).select_from(member)).scalar_one()
    if composed.program is None:
        raise NotPossible(f"This makes no program: {composed.problem}")
    return start_job(hq, actor, DRY_RUN, {"program": composed.body.decode("utf-8")}, total=total)


def find_dry_run(hq: Hq, job_id: str) -> DryRun:
    """Return how far a dry run is, and what came of it. Raises `NotHere`."""
    job = find_job(hq, job_id)
    if job.kind != DRY_RUN:
        raise NotHere(f"The job {job_id} is no dry run of tiers.")
    if job.state != DONE:
        return DryRun(job)
    found = orjson.loads((folder_of_job(hq, job_id) / RESULT).read_bytes())
    return DryRun(
        job,
        looked_at=found["looked_at"],
        would_move=sum(each["members"] for each in found["moves"]),
        moves=tuple(Move(**each) for each in found["moves"]),
        movers=tuple(Mover(**each) for each in found["movers"]),
    )


def list_dry_runs(hq: Hq) -> list[Job]:
    """Return the newest dry runs."""
    return list_jobs(hq, kind=DRY_RUN)


@worker(DRY_RUN)
def _dry_run(hq: Hq, connection: Connection, job: Job) -> Step:
    """Look at the next members, in the order of their references."""
    place: dict[str, Any] = {"after": "", "looked_at": 0, "moves": {}, "movers": [], **job.place}
    refs = _next(connection, place["after"])
    for ref, was, becomes in _foreseen(hq, connection, job.asked["program"].encode("utf-8"), refs):
        if was != becomes:
            name = f"{was}\n{becomes}"
            place["moves"][name] = place["moves"].get(name, 0) + 1
            if len(place["movers"]) < NAMED_MAX:
                place["movers"].append({"member": ref, "was": was, "becomes": becomes})
    place["looked_at"] += len(refs)
    looked_at, would_move = place["looked_at"], sum(place["moves"].values())
    said = f"{would_move} of {looked_at} members would move."
    if len(refs) == AT_ONCE:
        place["after"] = refs[-1]
        return Step(place, looked_at, max(job.total, looked_at), said)
    _keep(hq, job, place)
    return Step(None, looked_at, looked_at, said)


def _foreseen(
    hq: Hq, connection: Connection, body: bytes, refs: Sequence[str]
) -> Iterator[tuple[str, str, str]]:
    """Yield members with the tier that they have and the one that they would have."""
    program = read_program(body)
    if not works_out_tiers(program):
        return  # tiers are what people say then, and nobody says anything
    now_ms = hq.clock.now_ms()
    today = local_date(now_ms, program.time_zone)
    for ref in refs:
        past = read_past(connection, ref, time_zone=program.time_zone)
        was, becomes = foreseen_tier(connection, program, past, today=today, now_ms=now_ms)
        yield ref, was, becomes.tier


def _next(connection: Connection, after: str) -> list[str]:
    statement = select(member.c.ref).where(member.c.ref > after).order_by(member.c.ref).limit(AT_ONCE)
    return list(connection.execute(statement).scalars())


def _keep(hq: Hq, job: Job, place: Mapping[str, Any]) -> None:
    moves = [
        {"was": was, "becomes": becomes, "members": count}
        for (was, becomes), count in sorted(
            (tuple(name.split("\n")), count) for name, count in place["moves"].items()
        )
    ]
    found = {"looked_at": place["looked_at"], "moves": moves, "movers": place["movers"]}
    write_whole(folder_of_job(hq, job.job_id) / RESULT, orjson.dumps(found))
