"""What imports of every kind share: a file is kept, tried, brought in by a job, and forgotten after a week.

Each kind has a table with the columns of `Import`, and says itself what a row means. What is wrong with a row stops no
other and stands in a file of problems.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, Select, Table, delete, insert, select, update

from app.ids import new_id
from hq.access.actor import Actor
from hq.faults import NotHere, NotPossible
from hq.home import Hq, folder_of
from hq.imports.files import (
    FORGOTTEN,
    Problem,
    count_rows,
    keep_rows,
    note_problems,
    read_problems,
    read_rows,
)
from hq.jobs.service import RUNNING, WAITING, Job, Step, begin_job, find_job, folder_of_job

FOLDER, PROBLEMS = "imports", "problems.jsonl"
SAMPLE_ROWS = 5
KEPT_MS = 7 * 86_400_000
LISTED_MAX = 100
BEGINNING = {"at": 0, "row": 1, "good": 0, "bad": 0, "said": 0}  # where the job on a file stands at first


@dataclass(frozen=True, slots=True)
class Import:
    """A file that was brought. `sample` is its heading and first rows; `job` the newest that worked on it, or empty."""

    import_id: str
    name: str
    sample: Sequence[Sequence[str]]
    mapping: Mapping[str, str]
    job: str
    is_trial: bool
    rows_good: int
    rows_bad: int
    who: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class Part:
    """The rows of one step: `first` is the first one's number, `good` how many were so before, `at` where to go on."""

    rows: Sequence[Sequence[str]]
    first: int
    good: int
    at: int
    is_last: bool


def keep_file(
    hq: Hq,
    actor: Actor,
    table: Table,
    name: str,
    rows: Sequence[Sequence[str]],
    mapping: Mapping[str, str],
    **more: Any,
) -> str:
    """Keep a file with its heading, and `more` columns of its kind; return the import's id."""
    import_id = new_id()
    keep_rows(_path(hq, import_id), rows[1:])
    row = {
        "import_id": import_id,
        "name": name[:80],
        "sample": json.dumps(rows[: SAMPLE_ROWS + 1], ensure_ascii=False),
        "mapping": json.dumps(mapping, ensure_ascii=False),
        "job": "",
        "is_trial": 1,
        "rows_good": 0,
        "rows_bad": 0,
        "who": actor.name,
        "at_ms": hq.clock.now_ms(),
    }
    with hq.database.atomic() as connection:
        connection.execute(insert(table), {**row, **more})
    return import_id


def find_row(hq: Hq, table: Table, import_id: str) -> Row[Any]:
    """Return the row of a file that was brought. Raises `NotHere`."""
    with hq.database.reading() as connection:
        row = None if "\x00" in import_id else connection.execute(_of(table, import_id)).one_or_none()
    if row is None:
        raise NotHere("There is no such import.")
    return row


def newest_rows(hq: Hq, table: Table) -> list[Row[Any]]:
    """Return the rows of the newest files that were brought."""
    newest = select(table).order_by(table.c.at_ms.desc(), table.c.import_id.desc()).limit(LISTED_MAX)
    with hq.database.reading() as connection:
        return list(connection.execute(newest))


def import_of(row: Row[Any]) -> Import:
    """Return an import from its row."""
    return Import(**fields_of(row))


def fields_of(row: Row[Any]) -> dict[str, Any]:
    """Return the fields of `Import` from a row, for a kind that has more of them."""
    return {
        "import_id": row.import_id,
        "name": row.name,
        "sample": json.loads(row.sample),
        "mapping": json.loads(row.mapping),
        "job": row.job,
        "is_trial": bool(row.is_trial),
        "rows_good": row.rows_good,
        "rows_bad": row.rows_bad,
        "who": row.who,
        "at_ms": row.at_ms,
    }


def rows_kept(hq: Hq, import_id: str) -> int:
    """Return how many rows a file has. Raises `NotPossible` where it was forgotten."""
    path = _path(hq, import_id)
    if not path.exists():
        raise NotPossible(FORGOTTEN)
    return count_rows(path)


def problems_of(hq: Hq, found: Import) -> list[Problem]:
    """Return what was wrong with rows, by the newest job on a file."""
    return read_problems(_problems(hq, found.job)) if found.job else []


def forget_old(hq: Hq, table: Table) -> None:
    """Forget files, and what was wrong with them, a week after they were brought."""
    old = select(table).where(table.c.at_ms < hq.clock.now_ms() - KEPT_MS)
    with hq.database.reading() as connection:
        rows = connection.execute(old).all()
    _forget(hq, table, rows)


def forget_all(hq: Hq, table: Table) -> None:
    """Forget all files but those that a job works on: one may name somebody who was erased, and nobody knows which."""
    with hq.database.reading() as connection:
        rows = connection.execute(select(table)).all()
    _forget(hq, table, [row for row in rows if not _is_worked_on(hq, row)])


def _forget(hq: Hq, table: Table, rows: Sequence[Row[Any]]) -> None:
    for row in rows:
        _path(hq, row.import_id).unlink(missing_ok=True)
        if row.job:
            _problems(hq, row.job).unlink(missing_ok=True)
    gone = delete(table).where(table.c.import_id.in_([row.import_id for row in rows]))
    if rows:
        hq.database.write(lambda connection: connection.execute(gone))


# --- the job ---------------------------------------------------------------------------------------------------------


def begin(
    hq: Hq,
    connection: Connection,
    actor: Actor,
    table: Table,
    kind: str,
    asked: Mapping[str, Any],
    *,
    total: int,
    also: Mapping[str, Any] | None = None,
) -> str:
    """Begin the job on a file in the caller's transaction; return its id. One job at a time works on a file.

    `asked` says `import_id`, `mapping` and `is_trial`; `also` are more columns to set. Raises `NotPossible`, `NotHere`.
    """
    import_id = asked["import_id"]
    row = connection.execute(_of(table, import_id).with_for_update()).one_or_none()
    if row is None:
        raise NotHere("There is no such import.")
    if _is_worked_on(hq, row):
        raise NotPossible("A job works on this file already.")
    job = begin_job(connection, actor, kind, asked, total=total, now_ms=hq.clock.now_ms())
    changes = {
        "mapping": json.dumps(asked["mapping"], ensure_ascii=False),
        "job": job,
        "is_trial": int(asked["is_trial"]),
        "rows_good": 0,
        "rows_bad": 0,
    }
    connection.execute(update(table).where(table.c.import_id == import_id).values(**changes, **(also or {})))
    return job


def row_of_job(connection: Connection, table: Table, job: Job) -> Row[Any]:
    """Return the row of the file that a job works on. Raises `NotPossible` where it was forgotten meanwhile."""
    row = connection.execute(_of(table, job.asked["import_id"])).one_or_none()
    if row is None:
        raise NotPossible(FORGOTTEN)
    return row


def columns_of(found: Import, job: Job) -> dict[int, str]:
    """Return what the columns are that a job reads, by their places."""
    return {found.sample[0].index(column): target for column, target in job.asked["mapping"].items()}


def next_part(hq: Hq, job: Job, count: int) -> Part:
    """Return the rows that a job looks at in its next step. Raises `NotPossible` where the file was forgotten."""
    place = job.place or BEGINNING
    rows, at = read_rows(_path(hq, job.asked["import_id"]), place["at"], count)
    return Part(rows, place["row"] + 1, place["good"], at, is_last=len(rows) < count)


def end_step(
    hq: Hq, connection: Connection, table: Table, job: Job, part: Part, problems: Sequence[Problem]
) -> Step:
    """Note what was wrong with a part and count its rows; return where the job goes on."""
    place = job.place or BEGINNING
    good, bad = part.good + len(part.rows) - len(problems), place["bad"] + len(problems)
    size = note_problems(_problems(hq, job.job_id), problems, at=place["said"])
    counted = update(table).where(table.c.import_id == job.asked["import_id"])
    connection.execute(counted.values(rows_good=good, rows_bad=bad))
    there = {"at": part.at, "row": place["row"] + len(part.rows), "good": good, "bad": bad, "said": size}
    told = f"{good} good, {bad} with problems"
    return Step(None if part.is_last else there, good + bad, max(job.total, good + bad), told)


def _is_worked_on(hq: Hq, row: Row[Any]) -> bool:
    return bool(row.job) and find_job(hq, row.job).state in (WAITING, RUNNING)


def _of(table: Table, import_id: str) -> Select[Any]:
    return select(table).where(table.c.import_id == import_id)


def _path(hq: Hq, import_id: str) -> Path:
    return folder_of(hq) / FOLDER / f"{import_id}.jsonl"


def _problems(hq: Hq, job_id: str) -> Path:
    return folder_of_job(hq, job_id) / PROBLEMS
