"""The jobs that make the codes of a batch, and that tell stations of a batch that was stopped or let go.

Each step is one short transaction, so that stations' entries come in between. Which codes a step makes follows from its
place alone: one that was broken off and comes again makes the same.
"""

import json
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import Connection, Row, Table, select, update

from app.core.codes import hash_number
from hq.batches.codes import code_at, read_seed
from hq.batches.service import MAKE, TELL, Kind, batch_in, form_of
from hq.batches.tables import batch
from hq.feed import DELETE, EVERYWHERE, GIFT_CARD, PUT, VOUCHER, Change, announce
from hq.gift_cards.service import insert_cards
from hq.gift_cards.tables import gift_card
from hq.home import Hq
from hq.jobs.service import Job, Step, worker
from hq.rows import insert_rows
from hq.tables import voucher
from hq.webhooks.outbox import Kind as EventKind
from hq.webhooks.outbox import announce_event

CODES_A_STEP = 500  # other writers wait for a step
EMPTY: Mapping[Any, Any] = {}


@worker(MAKE)
def make_some(hq: Hq, connection: Connection, job: Job) -> Step:
    """Make the next codes of a batch."""
    row = batch_in(connection, job.asked["batch_id"])
    first = job.place.get("n", job.asked.get("from", 0))
    if row.void_ms:
        return Step(None, first, row.wanted, "withdrawn")
    behind = min(first + CODES_A_STEP, row.wanted)
    code = partial(code_at, read_seed(hq, row.batch_id), form=form_of(row))
    hashes = {n: hash_number(code(n)) for n in range(first, behind)}
    note_made(connection, row, behind, now_ms=hq.clock.now_ms())
    insert_codes(connection, row, hashes)
    return Step(None if behind == row.wanted else {"n": behind}, behind, row.wanted)


def note_made(connection: Connection, row: Row[Any], made: int, *, now_ms: int) -> None:
    """Note how many codes of a batch there are; with the last of them all the world may know."""
    connection.execute(update(batch).where(batch.c.batch_id == row.batch_id).values(made=made))
    if made == row.wanted and row.kind == Kind.VOUCHERS:
        told = {"batch": row.batch_id, "name": row.name, "campaign": row.campaign, "rule": row.rule_id}
        days = {"starts_on": row.starts_on, "ends_on": row.ends_on}
        data = told | days | {"count": made, "uses_max": row.uses_max}
        announce_event(connection, EventKind.VOUCHERS_MADE, data, now_ms=now_ms, name=row.batch_id)


def insert_codes(
    connection: Connection,
    row: Row[Any],
    hashes: Mapping[int, str],
    *,
    own: Mapping[int, Mapping[str, Any]] = EMPTY,
) -> None:
    """Keep codes of a batch by their places in it, and tell stations. The last thing that a transaction does.

    `own` is what a file says of single vouchers, in the same columns for all of them.
    """
    if row.kind == Kind.GIFT_CARDS:
        terms = json.loads(row.terms) | {"batch": row.batch_id}
        insert_cards(connection, list(hashes.values()), terms, value=row.value, places=list(hashes))
        return
    common = {
        "rule_id": row.rule_id,
        "uses_max": row.uses_max,
        "uses": 0,
        "starts_on": row.starts_on,
        "ends_on": row.ends_on,
        "batch": row.batch_id,
    }
    rows = [{"code_hash": code, "n": n, **common, **own.get(n, EMPTY)} for n, code in hashes.items()]
    insert_rows(connection, voucher, rows)
    announce(connection, [Change(EVERYWHERE, VOUCHER, code) for code in hashes.values()])


@worker(TELL)
def tell_some(_hq: Hq, connection: Connection, job: Job) -> Step:
    """Tell stations of the next codes of a batch that has changed as a whole."""
    first = job.place.get("n", -1)
    is_voucher = job.asked["kind"] == Kind.VOUCHERS
    found = _behind(connection, voucher if is_voucher else gift_card, job.asked["batch_id"], first)
    kind, op = (VOUCHER if is_voucher else GIFT_CARD), (DELETE if job.asked["is_gone"] else PUT)
    announce(connection, [Change(EVERYWHERE, kind, row.code_hash, op=op) for row in found])
    done = job.done + len(found)
    is_over = len(found) < CODES_A_STEP
    return Step(None if is_over else {"n": found[-1].n}, done, max(job.total, done))


def _behind(connection: Connection, table: Table, batch_id: str, n: int) -> Sequence[Any]:
    behind = select(table.c.n, table.c.code_hash).where(table.c.batch == batch_id, table.c.n > n)
    return connection.execute(behind.order_by(table.c.n).limit(CODES_A_STEP)).all()
