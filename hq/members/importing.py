"""Members from a file of another system: looked at, tried, and brought in by a job; what is wrong with a row stops no
other and stands in a file of problems.

A file that was brought is kept beside the database, row by row as JSON lines, so that a step of the job begins where
the last one ended. Files hold what people said of themselves, so they are forgotten after a week.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from app.ids import new_id
from hq.access.actor import Actor, Ceilings
from hq.access.scopes import Scope
from hq.brought import FORGOTTEN, Problem, count_rows, keep_rows, note_problems, read_problems, read_rows
from hq.faults import HqFault, NotHere, NotPossible
from hq.home import Hq, folder_of
from hq.jobs.service import RUNNING, WAITING, Job, Step, find_job, folder_of_job, start_job, worker
from hq.members.attributes import Attribute, Side, read_schema
from hq.members.keeping import put_in
from hq.members.mapping import check_mapping, guess, read_file, said_in
from hq.members.tables import member_import

KIND = "members.import"
FOLDER, PROBLEMS = "imports", "problems.jsonl"
ROWS_A_STEP = 50  # other writers wait for a step
SAMPLE_ROWS = 5
KEPT_MS = 7 * 86_400_000
LISTED_MAX = 100


@dataclass(frozen=True, slots=True)
class Import:
    """A file that was brought. `sample` is its heading and first rows; `job` the newest that worked on it, or empty."""

    import_id: str
    name: str
    sample: list[list[str]]
    mapping: Mapping[str, str]
    job: str
    is_trial: bool
    rows_good: int
    rows_bad: int
    who: str
    at_ms: int


def bring_file(hq: Hq, actor: Actor, name: str, content: bytes) -> Import:
    """Keep a file and guess which column is what. Raises `Malformed`."""
    forget_old(hq)
    rows = read_file(content)
    import_id, now_ms = new_id(), hq.clock.now_ms()
    keep_rows(_path(hq, import_id), rows[1:])
    with hq.database.atomic() as connection:
        mapping = guess(rows[0], read_schema(connection))
        row = {
            "import_id": import_id,
            "name": name[:80] or "members.csv",
            "sample": json.dumps(rows[: SAMPLE_ROWS + 1], ensure_ascii=False),
            "mapping": json.dumps(mapping, ensure_ascii=False),
            "job": "",
            "is_trial": 1,
            "rows_good": 0,
            "rows_bad": 0,
            "who": actor.name,
            "at_ms": now_ms,
        }
        connection.execute(insert(member_import), row)
    return find_import(hq, import_id)


def run_import(hq: Hq, actor: Actor, import_id: str, mapping: Mapping[str, str], *, is_trial: bool) -> Import:
    """Start the job that tries a file, or brings its members in. Raises `NotHere`, `NotPossible`, `Malformed`."""
    found = find_import(hq, import_id)
    if not _path(hq, import_id).exists():
        raise NotPossible(FORGOTTEN)
    if found.job and find_job(hq, found.job).state in (WAITING, RUNNING):
        raise NotPossible("A job works on this file already.")
    with hq.database.reading() as connection:
        used = check_mapping(mapping, found.sample[0], read_schema(connection))
    stores = sorted(actor.ceilings.stores)
    asked = {"import_id": import_id, "mapping": used, "is_trial": is_trial, "stores": stores}
    job = start_job(hq, actor, KIND, asked, total=count_rows(_path(hq, import_id)))
    values = {
        "mapping": json.dumps(used, ensure_ascii=False),
        "job": job.job_id,
        "is_trial": int(is_trial),
        "rows_good": 0,
        "rows_bad": 0,
    }
    with hq.database.atomic() as connection:
        connection.execute(update(member_import).where(member_import.c.import_id == import_id).values(values))
    return find_import(hq, import_id)


def find_import(hq: Hq, import_id: str) -> Import:
    """Return a file that was brought. Raises `NotHere`."""
    statement = select(member_import).where(member_import.c.import_id == import_id)
    with hq.database.reading() as connection:
        row = None if "\x00" in import_id else connection.execute(statement).one_or_none()
    if row is None:
        raise NotHere("There is no such import.")
    return _import(hq, row)


def list_imports(hq: Hq) -> list[Import]:
    """Return the newest files that were brought."""
    newest = select(member_import).order_by(member_import.c.at_ms.desc(), member_import.c.import_id.desc())
    with hq.database.reading() as connection:
        rows = connection.execute(newest.limit(LISTED_MAX)).all()
    return [_import(hq, row) for row in rows]


def problems_of(hq: Hq, found: Import) -> list[Problem]:
    """Return what was wrong with rows, by the newest job on a file."""
    return read_problems(_problems(hq, found.job)) if found.job else []


def forget_old(hq: Hq) -> None:
    """Forget files, and what was wrong with them, a week after they were brought."""
    old = member_import.c.at_ms < hq.clock.now_ms() - KEPT_MS
    with hq.database.reading() as connection:
        rows = connection.execute(select(member_import).where(old)).all()
    for row in rows:
        _path(hq, row.import_id).unlink(missing_ok=True)
        if row.job:
            _problems(hq, row.job).unlink(missing_ok=True)
    gone = delete(member_import).where(member_import.c.import_id.in_([row.import_id for row in rows]))
    if rows:
        hq.database.write(lambda connection: connection.execute(gone))


@worker(KIND)
def import_some(hq: Hq, connection: Connection, job: Job) -> Step:
    """Bring in the next rows, or try them: each behind a savepoint."""
    asked, place = job.asked, job.place or {"at": 0, "row": 1, "good": 0, "bad": 0, "said": 0}
    schema = read_schema(connection)
    columns = _columns(connection, asked["import_id"], asked["mapping"])
    rows, at = read_rows(_path(hq, asked["import_id"]), place["at"], ROWS_A_STEP)
    ceilings = Ceilings(stores=frozenset(asked.get("stores", ())))
    actor = Actor(job.who, None, frozenset({Scope.MEMBERS_WRITE}), ceilings)
    problems: list[Problem] = []
    for n, cells in enumerate(rows, start=place["row"] + 1):
        said = {target: cells[i] for i, target in columns.items() if i < len(cells)}
        problem = _bring(hq, connection, actor, said, schema, job)
        if problem:
            problems.append(Problem(n, problem, tuple(cells)))
    good, bad = place["good"] + len(rows) - len(problems), place["bad"] + len(problems)
    size = note_problems(_problems(hq, job.job_id), problems, at=place["said"])
    counted = update(member_import).where(member_import.c.import_id == asked["import_id"])
    connection.execute(counted.values(rows_good=good, rows_bad=bad))
    next_place = {"at": at, "row": place["row"] + len(rows), "good": good, "bad": bad, "said": size}
    is_over = len(rows) < ROWS_A_STEP
    said_so = f"{good} good, {bad} with problems"
    return Step(None if is_over else next_place, good + bad, max(job.total, good + bad), said_so)


class _Tried(Exception):
    """A row that would do, in a job that only tries: its savepoint is rolled back."""


def _bring(
    hq: Hq,
    connection: Connection,
    actor: Actor,
    cells: Mapping[str, str],
    schema: Mapping[str, Attribute],
    job: Job,
) -> str:
    """Bring one row in, or try it; return what is wrong with it, or nothing."""
    try:
        with connection.begin_nested():
            said = said_in(cells, schema)
            put_in(hq, connection, actor=actor, said=said, side=Side.CRM, reason=f"import {job.job_id}")
            if job.asked["is_trial"]:
                raise _Tried
    except _Tried:
        return ""
    except IntegrityError:
        return "Another member has that number."
    except HqFault as fault:
        if fault.status >= 500:
            raise
        return str(fault)
    return ""


def _columns(connection: Connection, import_id: str, mapping: Mapping[str, str]) -> dict[int, str]:
    """Return what the columns are, by place. Raises `NotPossible` where the file was forgotten meanwhile."""
    statement = select(member_import.c.sample).where(member_import.c.import_id == import_id)
    sample = connection.execute(statement).scalar_one_or_none()
    if sample is None:
        raise NotPossible(FORGOTTEN)
    heading = json.loads(sample)[0]
    return {heading.index(column): target for column, target in mapping.items()}


def _path(hq: Hq, import_id: str) -> Path:
    return folder_of(hq) / FOLDER / f"{import_id}.jsonl"


def _problems(hq: Hq, job_id: str) -> Path:
    return folder_of_job(hq, job_id) / PROBLEMS


def _import(hq: Hq, row: Any) -> Import:
    return Import(
        row.import_id,
        row.name,
        json.loads(row.sample),
        json.loads(row.mapping),
        row.job,
        bool(row.is_trial),
        row.rows_good,
        row.rows_bad,
        row.who,
        row.at_ms,
    )
