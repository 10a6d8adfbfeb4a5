"""Members from a file of another system: looked at, tried, and brought in by a job, row by row.

The files hold what people said of themselves, so they are forgotten after a week (`hq/imports`).
"""

from collections.abc import Mapping

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from hq.access.actor import Actor, Ceilings
from hq.access.scopes import Scope
from hq.faults import HqFault
from hq.home import Hq
from hq.imports import service as imports
from hq.imports.files import Problem
from hq.imports.service import Import, import_of
from hq.jobs.service import Job, Step, worker
from hq.members.attributes import Attribute, Side, read_schema
from hq.members.keeping import put_in
from hq.members.mapping import check_mapping, guess, read_file, said_in
from hq.members.tables import member_import

KIND = "members.import"
ROWS_A_STEP = 50  # other writers wait for a step


def bring_file(hq: Hq, actor: Actor, name: str, content: bytes) -> Import:
    """Keep a file and guess which column is what. Raises `Malformed`."""
    forget_old(hq)
    rows = read_file(content)
    with hq.database.reading() as connection:
        mapping = guess(rows[0], read_schema(connection))
    return find_import(hq, imports.keep_file(hq, actor, member_import, name or "members.csv", rows, mapping))


def run_import(hq: Hq, actor: Actor, import_id: str, mapping: Mapping[str, str], *, is_trial: bool) -> Import:
    """Start the job that tries a file, or brings its members in. Raises `NotHere`, `NotPossible`, `Malformed`."""
    found, total = find_import(hq, import_id), imports.rows_kept(hq, import_id)
    with hq.database.reading() as connection:
        used = check_mapping(mapping, found.sample[0], read_schema(connection))
    stores = sorted(actor.ceilings.stores)
    asked = {"import_id": import_id, "mapping": used, "is_trial": is_trial, "stores": stores}

    def begin(connection: Connection) -> None:
        imports.begin(hq, connection, actor, member_import, KIND, asked, total=total)

    hq.database.write(begin)
    return find_import(hq, import_id)


def find_import(hq: Hq, import_id: str) -> Import:
    """Return a file that was brought. Raises `NotHere`."""
    return import_of(imports.find_row(hq, member_import, import_id))


def list_imports(hq: Hq) -> list[Import]:
    """Return the newest files that were brought."""
    return [import_of(row) for row in imports.newest_rows(hq, member_import)]


def forget_old(hq: Hq) -> None:
    """Forget files a week after they were brought."""
    imports.forget_old(hq, member_import)


@worker(KIND)
def import_some(hq: Hq, connection: Connection, job: Job) -> Step:
    """Bring in the next rows, or try them: each behind a savepoint."""
    schema = read_schema(connection)
    columns = imports.columns_of(import_of(imports.row_of_job(connection, member_import, job)), job)
    part = imports.next_part(hq, job, ROWS_A_STEP)
    ceilings = Ceilings(stores=frozenset(job.asked.get("stores", ())))
    actor = Actor(job.who, None, frozenset({Scope.MEMBERS_WRITE}), ceilings)
    problems: list[Problem] = []
    for n, cells in enumerate(part.rows, start=part.first):
        said = {target: cells[i] for i, target in columns.items() if i < len(cells)}
        problem = _bring(hq, connection, actor, said, schema, job)
        if problem:
            problems.append(Problem(n, problem, tuple(cells)))
    return imports.end_step(hq, connection, member_import, job, part, problems)


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
