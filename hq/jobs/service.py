"""Starting jobs, doing them step by step, and looking at them.

A kind of job is a function that does one step: it gets what the job was started with and where it stands, works in one
transaction, and returns where to go on. What a step did and where it stands are committed together, so a job that was
killed goes on behind its last step. Files that a job makes lie in `jobs/<id>` of HQ's folder.
"""

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from app.ids import new_id
from hq.access.actor import Actor
from hq.audit.service import record
from hq.faults import Busy, HqFault, NotHere
from hq.home import Hq, folder_of
from hq.jobs.tables import job

log = logging.getLogger(__name__)

FOLDER = "jobs"
WAITING, RUNNING, DONE, FAILED, STOPPED = "waiting", "running", "done", "failed", "stopped"
LISTED_MAX = 200


@dataclass(frozen=True)
class Job:
    """A job as people see it. `done` of `total` are whatever its kind counts; times are UTC milliseconds."""

    job_id: str
    kind: str
    state: str
    done: int
    total: int
    asked: Mapping[str, Any]
    place: Mapping[str, Any]
    said: str
    who: str
    created_ms: int
    changed_ms: int
    ended_ms: int | None


@dataclass(frozen=True)
class Step:
    """What a step came to: where the next one begins (None: it was the last), and how far the job is."""

    place: Mapping[str, Any] | None
    done: int
    total: int
    said: str = ""


Worker = Callable[[Hq, Connection, Job], Step]
_workers: dict[str, Worker] = {}


def worker(kind: str) -> Callable[[Worker], Worker]:
    """Say which function does the steps of a kind of job."""

    def add(function: Worker) -> Worker:
        assert kind not in _workers, f"two workers for {kind}"
        _workers[kind] = function
        return function

    return add


def start_job(hq: Hq, actor: Actor, kind: str, asked: Mapping[str, Any], *, total: int = 0) -> Job:
    """Begin a job; HQ's worker thread does it. `asked` is JSON and holds no secret."""
    now_ms = hq.clock.now_ms()
    with hq.database.atomic() as connection:
        job_id = begin_job(connection, actor, kind, asked, total=total, now_ms=now_ms)
    return find_job(hq, job_id)


def begin_job(
    connection: Connection, actor: Actor, kind: str, asked: Mapping[str, Any], *, total: int = 0, now_ms: int
) -> str:
    """Begin a job in the transaction of what it is for, and return its id. See `start_job`."""
    assert kind in _workers, f"nobody does {kind}"
    job_id = new_id()
    row = {
        "job_id": job_id,
        "kind": kind,
        "state": WAITING,
        "done": 0,
        "total": total,
        "asked": json.dumps(dict(asked)),
        "place": "{}",
        "said": "",
        "who": actor.name,
        "created_ms": now_ms,
        "changed_ms": now_ms,
    }
    connection.execute(insert(job), row)
    record(connection, actor, "job.started", f"job:{job_id}", now_ms=now_ms, after={"kind": kind})
    return job_id


def find_job(hq: Hq, job_id: str) -> Job:
    """Return a job. Raises `NotHere`."""
    with hq.database.reading() as connection:
        row = connection.execute(select(job).where(job.c.job_id == job_id)).one_or_none()
    if row is None:
        raise NotHere(f"There is no job {job_id}.")
    return _job(row)


def list_jobs(hq: Hq, *, kind: str | None = None) -> list[Job]:
    """Return jobs, the newest first."""
    statement = select(job).order_by(job.c.created_ms.desc(), job.c.job_id.desc()).limit(LISTED_MAX)
    if kind is not None:
        statement = statement.where(job.c.kind == kind)
    with hq.database.reading() as connection:
        return [_job(row) for row in connection.execute(statement)]


def stop_job(hq: Hq, actor: Actor, job_id: str) -> Job:
    """End a job behind its present step; what is done stays done. Raises `NotHere`."""
    now_ms = hq.clock.now_ms()

    def stop(connection: Connection) -> None:
        ended = (
            update(job)
            .where(job.c.job_id == job_id, job.c.state.in_((WAITING, RUNNING)))
            .values(state=STOPPED, changed_ms=now_ms, ended_ms=now_ms)
        )
        if connection.execute(ended).rowcount:
            record(connection, actor, "job.stopped", f"job:{job_id}", now_ms=now_ms)

    hq.database.write(stop)
    return find_job(hq, job_id)


def work(hq: Hq, *, is_over: Callable[[], bool] = lambda: False) -> int:
    """Do what waits, the oldest first, until nothing does; return how many steps were made.

    Raises `Busy` where the database can't be written now: the step is made again by whoever looks next.
    """
    steps = 0
    while not is_over() and (found := _next(hq)) is not None:
        steps += 1
        _step(hq, found)
    return steps


def folder_of_job(hq: Hq, job_id: str) -> Path:
    """Return the folder in which a job keeps its files, made if need be."""
    folder = folder_of(hq) / FOLDER / job_id
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def _next(hq: Hq) -> Job | None:
    statement = (
        select(job).where(job.c.state.in_((RUNNING, WAITING))).order_by(job.c.created_ms, job.c.job_id)
    )
    with hq.database.reading() as connection:
        row = connection.execute(statement.limit(1)).one_or_none()
    return None if row is None else _job(row)


def _step(hq: Hq, found: Job) -> None:
    def step(connection: Connection) -> None:
        if not _hold(connection, found):
            return  # another process of this HQ has made this step meanwhile, or somebody stopped the job
        made = _workers[found.kind](hq, connection, found)
        now_ms, is_last = hq.clock.now_ms(), made.place is None
        values: dict[str, Any] = {
            "state": DONE if is_last else RUNNING,
            "done": made.done,
            "total": made.total,
            "place": json.dumps(dict(made.place or {})),
            "said": made.said,
            "changed_ms": now_ms,
            "ended_ms": now_ms if is_last else None,
        }
        connection.execute(update(job).where(job.c.job_id == found.job_id).values(**values))

    try:
        hq.database.write(step)
    except Busy:
        raise
    except HqFault as fault:
        _fail(hq, found, str(fault))
    except Exception:  # outermost: of a job's step. The job ends and says so; others go on
        log.exception("A job of the kind %s failed", found.kind)
        _fail(hq, found, "HQ failed on this job. Its log says why.")


def _hold(connection: Connection, found: Job) -> bool:
    """Hold a job's row until the commit, if it still stands where it was found."""
    here = select(job.c.place).where(job.c.job_id == found.job_id, job.c.state.in_((WAITING, RUNNING)))
    place = connection.execute(here.with_for_update()).scalar_one_or_none()
    return place is not None and json.loads(place) == found.place


def _fail(hq: Hq, found: Job, sentence: str) -> None:
    now_ms = hq.clock.now_ms()
    values = {"state": FAILED, "said": sentence, "changed_ms": now_ms, "ended_ms": now_ms}
    with hq.database.atomic() as connection:
        connection.execute(update(job).where(job.c.job_id == found.job_id).values(**values))


def _job(row: Row[Any]) -> Job:
    values = {name: getattr(row, name) for name in Job.__dataclass_fields__}
    return Job(**{**values, "asked": json.loads(row.asked), "place": json.loads(row.place)})
