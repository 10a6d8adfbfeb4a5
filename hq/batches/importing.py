"""Codes that exist already, from a file of another system: looked at, tried, and brought into a batch by a job.

Of each code the hash is kept, as of all others, so the file stays the only list of them and is forgotten after a week.
Only what stations read can be brought: our own numbers, coupons in an EAN-13 and those of GS1.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from app.core.gift_cards import FACE_MAX
from app.ids import new_id
from hq.access.actor import Actor
from hq.batches.checks import check_count, check_uses, check_worth, published, voucher_rule
from hq.batches.making import insert_codes, note_made
from hq.batches.mapping import Said, checked, guess, said_of
from hq.batches.service import BROUGHT, Kind, batch_in, insert_batch
from hq.batches.tables import batch, code_import
from hq.brought import FORGOTTEN, Problem, count_rows, keep_rows, note_problems, read_problems, read_rows
from hq.faults import HqFault, NotHere, NotPossible
from hq.feed import Change, announce
from hq.gift_cards.service import NewCards, keep_cards, terms_of
from hq.gift_cards.store import read_cards
from hq.home import Hq, folder_of
from hq.jobs.service import RUNNING, WAITING, Job, Step, begin_job, find_job, folder_of_job, worker
from hq.members.mapping import read_file
from hq.vouchers.store import read_vouchers

KIND = "codes.import"
FOLDER, PROBLEMS = "imports", "problems.jsonl"
ROWS_A_STEP = 500  # other writers wait for a step
SAMPLE_ROWS = 5
KEPT_MS = 7 * 86_400_000
LISTED_MAX = 100


@dataclass(frozen=True, slots=True)
class CodeImport:
    """A file that was brought. `sample` is its heading and first rows; `batch` what it was brought into, or empty."""

    import_id: str
    name: str
    kind: Kind
    asked: Mapping[str, Any]
    sample: Sequence[Sequence[str]]
    mapping: Mapping[str, str]
    batch: str
    job: str
    is_trial: bool
    rows_good: int
    rows_bad: int
    who: str
    at_ms: int


def bring_codes(
    hq: Hq, actor: Actor, name: str, content: bytes, *, kind: Kind, rule_id: str = "", uses_max: int = 1
) -> CodeImport:
    """Keep a file and guess which column is what. Raises `Malformed` or `NotPossible`."""
    forget_old(hq)
    rows = read_file(content)
    with hq.database.reading() as connection:
        program = published(hq, connection)
    if kind is Kind.VOUCHERS:
        voucher_rule(program, rule_id)
    check_uses(uses_max)
    import_id = new_id()
    keep_rows(_path(hq, import_id), rows[1:])
    asked = {"kind": kind.value, "rule_id": rule_id, "uses_max": uses_max, "batch": ""}
    row = {
        "import_id": import_id,
        "name": name[:80] or "codes.csv",
        "sample": json.dumps(rows[: SAMPLE_ROWS + 1], ensure_ascii=False),
        "mapping": json.dumps(guess(rows[0], kind), ensure_ascii=False),
        "asked": json.dumps(asked),
        "job": "",
        "is_trial": 1,
        "rows_good": 0,
        "rows_bad": 0,
        "who": actor.name,
        "at_ms": hq.clock.now_ms(),
    }
    with hq.database.atomic() as connection:
        connection.execute(insert(code_import), row)
    return find_import(hq, import_id)


def run_import(
    hq: Hq, actor: Actor, import_id: str, mapping: Mapping[str, str], *, is_trial: bool
) -> CodeImport:
    """Start the job that tries a file, or brings its codes into a new batch.

    Raises `NotHere`, `NotPossible`, `Malformed` or `OverCeiling`.
    """
    found = find_import(hq, import_id)
    path = _path(hq, import_id)
    if not path.exists():
        raise NotPossible(FORGOTTEN)
    if found.batch:
        raise NotPossible("The codes of this file are brought in already.")
    used = checked(mapping, found.sample[0], found.kind)
    total, now_ms = count_rows(path), hq.clock.now_ms()
    batch_id = "" if is_trial else new_id()
    values = _values(hq, actor, found, total)

    def begin(connection: Connection) -> None:
        row = connection.execute(_of(import_id).with_for_update()).one()
        if row.job and find_job(hq, row.job).state in (WAITING, RUNNING):
            raise NotPossible("A job works on this file already.")
        asked = {"import_id": import_id, "mapping": used, "is_trial": is_trial, "batch_id": batch_id}
        job = begin_job(connection, actor, KIND, asked, total=total, now_ms=now_ms)
        if not is_trial:
            of = {"batch_id": batch_id, "wanted": total, "origin": BROUGHT, "job": job}
            insert_batch(connection, actor, found.kind, found.name, {**values, **of}, now_ms=now_ms)
        changes = {
            "mapping": json.dumps(used, ensure_ascii=False),
            "asked": json.dumps({**found.asked, "batch": batch_id}),
            "job": job,
            "is_trial": int(is_trial),
            "rows_good": 0,
            "rows_bad": 0,
        }
        connection.execute(update(code_import).where(code_import.c.import_id == import_id).values(**changes))

    hq.database.write(begin)
    return find_import(hq, import_id)


def find_import(hq: Hq, import_id: str) -> CodeImport:
    """Return a file that was brought. Raises `NotHere`."""
    with hq.database.reading() as connection:
        row = None if "\x00" in import_id else connection.execute(_of(import_id)).one_or_none()
    if row is None:
        raise NotHere("There is no such import.")
    return _import(row)


def list_imports(hq: Hq) -> list[CodeImport]:
    """Return the newest files that were brought."""
    newest = select(code_import).order_by(code_import.c.at_ms.desc(), code_import.c.import_id.desc())
    with hq.database.reading() as connection:
        return [_import(row) for row in connection.execute(newest.limit(LISTED_MAX))]


def problems_of(hq: Hq, found: CodeImport) -> list[Problem]:
    """Return what was wrong with rows, by the newest job on a file."""
    return read_problems(_problems(hq, found.job)) if found.job else []


def forget_old(hq: Hq) -> None:
    """Forget files, and what was wrong with them, a week after they were brought."""
    old = select(code_import).where(code_import.c.at_ms < hq.clock.now_ms() - KEPT_MS)
    with hq.database.reading() as connection:
        rows = connection.execute(old).all()
    for row in rows:
        _path(hq, row.import_id).unlink(missing_ok=True)
        if row.job:
            _problems(hq, row.job).unlink(missing_ok=True)
    gone = delete(code_import).where(code_import.c.import_id.in_([row.import_id for row in rows]))
    if rows:
        hq.database.write(lambda connection: connection.execute(gone))


# --- the job ---------------------------------------------------------------------------------------------------------


@worker(KIND)
def import_some(hq: Hq, connection: Connection, job: Job) -> Step:
    """Bring in the next codes, or try them."""
    asked, place = job.asked, job.place or {"at": 0, "row": 1, "good": 0, "bad": 0, "said": 0}
    row = connection.execute(_of(asked["import_id"])).one_or_none()
    if row is None:
        raise NotPossible(FORGOTTEN)
    found = _import(row)
    columns = {found.sample[0].index(column): target for column, target in asked["mapping"].items()}
    cells, at = read_rows(_path(hq, asked["import_id"]), place["at"], ROWS_A_STEP)
    said, problems = _read(connection, found, cells, columns, first=place["row"] + 1)
    good, bad = place["good"] + len(said), place["bad"] + len(problems)
    is_over = len(cells) < ROWS_A_STEP
    size = note_problems(_problems(hq, job.job_id), problems, at=place["said"])
    counted = update(code_import).where(code_import.c.import_id == found.import_id)
    connection.execute(counted.values(rows_good=good, rows_bad=bad))
    if not asked["is_trial"]:
        _bring(hq, connection, asked["batch_id"], said, first=place["good"], is_over=is_over)
    next_place = {"at": at, "row": place["row"] + len(cells), "good": good, "bad": bad, "said": size}
    told = f"{good} good, {bad} with problems"
    return Step(None if is_over else next_place, good + bad, max(job.total, good + bad), told)


def _bring(
    hq: Hq, connection: Connection, batch_id: str, said: Sequence[Said], *, first: int, is_over: bool
) -> None:
    row = batch_in(connection, batch_id)
    made = first + len(said)
    if is_over:  # rows with problems are of no batch
        connection.execute(update(batch).where(batch.c.batch_id == batch_id).values(wanted=made))
        row = batch_in(connection, batch_id)
    note_made(connection, row, made, now_ms=hq.clock.now_ms())
    places = range(first, made)
    if row.kind == Kind.GIFT_CARDS:
        _bring_cards(hq, connection, row, said, places)
        return
    own = {
        n: {"starts_on": each.starts_on, "ends_on": each.ends_on, "uses_max": each.uses_max}
        for n, each in zip(places, said, strict=True)
    }
    hashes = {n: each.code_hash for n, each in zip(places, said, strict=True)}
    insert_codes(connection, row, hashes, own=own)


def _bring_cards(
    hq: Hq, connection: Connection, row: Row[Any], said: Sequence[Said], places: Sequence[int]
) -> None:
    """Keep cards with what each carries: those of one value together."""
    by_value: dict[int, list[int]] = {}
    for at, each in enumerate(said):
        by_value.setdefault(each.value, []).append(at)
    changes: list[Change] = []
    for value, found in sorted(by_value.items()):
        terms = terms_of(hq, NewCards(value)) | {"batch": row.batch_id}
        hashes = [said[at].code_hash for at in found]
        of = [places[at] for at in found]
        changes += keep_cards(connection, hashes, terms, value=value, places=of)
    announce(connection, changes)


def _read(
    connection: Connection,
    found: CodeImport,
    rows: Sequence[Sequence[str]],
    columns: Mapping[int, str],
    *,
    first: int,
) -> tuple[list[Said], list[Problem]]:
    """Return what rows say, and what is wrong with others. A code that was brought before is one of those."""
    read: list[tuple[int, Sequence[str], Said | str]] = []
    seen: set[str] = set()
    for n, cells in enumerate(rows, start=first):
        said = {target: cells[at].strip() for at, target in columns.items() if at < len(cells)}
        try:
            made = said_of(found.kind, said, uses_max=found.asked["uses_max"])
            twice = made.code_hash in seen
            seen.add(made.code_hash)
            read.append((n, cells, "This code stands in the file twice." if twice else made))
        except HqFault as fault:
            read.append((n, cells, str(fault)))
    known = read_vouchers(connection, sorted(seen)) if found.kind is Kind.VOUCHERS else None
    there = set(read_cards(connection, sorted(seen)) if known is None else known)
    good = [each for *_, each in read if not isinstance(each, str) and each.code_hash not in there]
    bad = [
        Problem(n, each if isinstance(each, str) else "There is this code already.", tuple(cells))
        for n, cells, each in read
        if isinstance(each, str) or each.code_hash in there
    ]
    return good, bad


# --- files ----------------------------------------------------------------------------------------------


def _values(hq: Hq, actor: Actor, found: CodeImport, count: int) -> dict[str, Any]:
    """Return what a batch of the file's codes says of them, within what somebody may give."""
    check_count(count)
    with hq.database.reading() as connection:
        program = published(hq, connection)
    if found.kind is Kind.GIFT_CARDS:
        actor.check_ceilings(amount=FACE_MAX)  # what the file says of each, it may say of any
        return {"currency": program.currency.code}
    pair = voucher_rule(program, found.asked["rule_id"])
    check_worth(actor, pair)
    of = {"campaign": pair.campaign.campaign_id, "rule_id": pair.rule.rule_id}
    return of | {"uses_max": found.asked["uses_max"]}


def _of(import_id: str) -> Any:
    return select(code_import).where(code_import.c.import_id == import_id)


def _path(hq: Hq, import_id: str) -> Path:
    return folder_of(hq) / FOLDER / f"{import_id}.jsonl"


def _problems(hq: Hq, job_id: str) -> Path:
    return folder_of_job(hq, job_id) / PROBLEMS


def _import(row: Row[Any]) -> CodeImport:
    asked = json.loads(row.asked)
    return CodeImport(
        row.import_id,
        row.name,
        Kind(asked["kind"]),
        asked,
        json.loads(row.sample),
        json.loads(row.mapping),
        asked["batch"],
        row.job,
        bool(row.is_trial),
        row.rows_good,
        row.rows_bad,
        row.who,
        row.at_ms,
    )
