"""Codes that exist already, from a file of another system: looked at, tried, and brought into a batch by a job.

Of each code the hash is kept, as of all others, so the file stays the only list of them and is forgotten after a week.
Only what stations read can be brought: our own numbers, coupons in an EAN-13 and those of GS1.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, update

from app.core.gift_cards import FACE_MAX
from app.ids import new_id
from hq.access.actor import Actor
from hq.batches.checks import check_count, check_uses, check_worth, published, voucher_rule
from hq.batches.making import insert_codes, note_made
from hq.batches.mapping import Said, checked, guess, said_of
from hq.batches.service import BROUGHT, Kind, batch_in, insert_batch
from hq.batches.tables import batch, code_import
from hq.faults import HqFault, NotPossible
from hq.feed import Change, announce
from hq.gift_cards.service import NewCards, keep_cards, terms_of
from hq.gift_cards.store import read_cards
from hq.home import Hq
from hq.imports import service as imports
from hq.imports.files import Problem
from hq.imports.service import Import
from hq.jobs.service import Job, Step, worker
from hq.members.mapping import read_file
from hq.vouchers.store import read_vouchers

KIND = "codes.import"
ROWS_A_STEP = 500  # other writers wait for a step


@dataclass(frozen=True, slots=True)
class CodeImport(Import):
    """A file with codes: of which kind, what was asked of its batch, and what it was brought into, or empty."""

    kind: Kind
    asked: Mapping[str, Any]
    batch: str


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
    asked = json.dumps({"kind": kind.value, "rule_id": rule_id, "uses_max": uses_max, "batch": ""})
    mapping = guess(rows[0], kind)
    name = name or "codes.csv"
    return find_import(hq, imports.keep_file(hq, actor, code_import, name, rows, mapping, asked=asked))


def run_import(
    hq: Hq, actor: Actor, import_id: str, mapping: Mapping[str, str], *, is_trial: bool
) -> CodeImport:
    """Start the job that tries a file, or brings its codes into a new batch.

    Raises `NotHere`, `NotPossible`, `Malformed` or `OverCeiling`.
    """
    found, total = find_import(hq, import_id), imports.rows_kept(hq, import_id)
    if found.batch:
        raise NotPossible("The codes of this file are brought in already.")
    used = checked(mapping, found.sample[0], found.kind)
    batch_id = "" if is_trial else new_id()
    values = _values(hq, actor, found, total)
    asked = {"import_id": import_id, "mapping": used, "is_trial": is_trial, "batch_id": batch_id}
    also = {"asked": json.dumps({**found.asked, "batch": batch_id})}

    def begin(connection: Connection) -> None:
        job = imports.begin(hq, connection, actor, code_import, KIND, asked, total=total, also=also)
        if not is_trial:
            of = {"batch_id": batch_id, "wanted": total, "origin": BROUGHT, "job": job}
            now_ms = hq.clock.now_ms()
            insert_batch(connection, actor, found.kind, found.name, {**values, **of}, now_ms=now_ms)

    hq.database.write(begin)
    return find_import(hq, import_id)


def find_import(hq: Hq, import_id: str) -> CodeImport:
    """Return a file that was brought. Raises `NotHere`."""
    return _import(imports.find_row(hq, code_import, import_id))


def list_imports(hq: Hq) -> list[CodeImport]:
    """Return the newest files that were brought."""
    return [_import(row) for row in imports.newest_rows(hq, code_import)]


def forget_old(hq: Hq) -> None:
    """Forget files a week after they were brought."""
    imports.forget_old(hq, code_import)


# --- the job ---------------------------------------------------------------------------------------------------------


@worker(KIND)
def import_some(hq: Hq, connection: Connection, job: Job) -> Step:
    """Bring in the next codes, or try them."""
    found = _import(imports.row_of_job(connection, code_import, job))
    part = imports.next_part(hq, job, ROWS_A_STEP)
    columns = imports.columns_of(found, job)
    said, problems = _read(connection, found, part.rows, columns, first=part.first)
    if not job.asked["is_trial"]:
        _bring(hq, connection, job.asked["batch_id"], said, first=part.good, is_over=part.is_last)
    return imports.end_step(hq, connection, code_import, job, part, problems)


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


def _import(row: Row[Any]) -> CodeImport:
    asked = json.loads(row.asked)
    kind, of = Kind(asked["kind"]), asked["batch"]
    return CodeImport(**imports.fields_of(row), kind=kind, asked=asked, batch=of)
