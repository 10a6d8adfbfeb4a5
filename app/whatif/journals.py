"""Past orders from stations' journals, read beside the station without touching a file.

A journal is read in its own order, several of them by the time of their orders. Entries of other types say nothing
about orders and are passed over. Whether a journal holds is for the station and its doctor to say.
"""

import heapq
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

from app.clock import Clock
from app.core.entry import ORDER, REDEEM, REFUSE, Entry, EntryInvalid
from app.core.facts_record import RecordInvalid, read_facts
from app.core.outcome import Outcome
from app.core.program import Program
from app.core.reasons import BY_CODE, Refusal
from app.store.db import look_into_database
from app.store.device import key_store_of, read_card
from app.store.health import device_of
from app.store.journal import Journal
from app.store.keystore import load_keys
from app.store.store import JOURNAL
from app.whatif.recorded import Recorded


def recorded_in(
    folders: Iterable[Path], program: Program, *, state_dir: Path, clock: Clock
) -> Iterator[Recorded]:
    """Yield the orders of stores by their time. Keys of the kind `file` lie in `state_dir`.

    Raises a `StoreFault`, or `RecordInvalid` for an entry that can't be read.
    """
    journals = [_orders_in(folder, program, state_dir=state_dir, clock=clock) for folder in folders]
    return heapq.merge(*journals, key=lambda then: then.order.at_ms)


def _orders_in(folder: Path, program: Program, *, state_dir: Path, clock: Clock) -> Iterator[Recorded]:
    card = read_card(folder)
    keys = load_keys(key_store_of(card.key_store, state_dir), card.name)
    device = device_of(folder, keys)
    database = look_into_database(folder / JOURNAL, keys.database)
    try:
        journal = Journal(database, owner=device.owner, nonce=device.nonce, key=keys.sign, clock=clock)
        yield from orders_of(journal.entries(), program)
    except EntryInvalid as problem:
        raise RecordInvalid(f"{folder}: {problem}") from problem
    finally:
        database.close()


def orders_of(entries: Iterable[Entry], program: Program) -> Iterator[Recorded]:
    """Yield the orders of entries, each with the redemptions and refusals that follow it. Raises `RecordInvalid`.

    `program` only completes the facts: nothing is decided by it here.
    """
    order: Entry | None = None
    outcomes: list[Outcome] = []
    for entry in entries:
        if entry.type == ORDER:
            if order is not None:
                yield _recorded(order, outcomes, program)
            order, outcomes = entry, []
        elif entry.type in (REDEEM, REFUSE):
            outcomes.append(_outcome(entry.data, entry.seq))
    if order is not None:
        yield _recorded(order, outcomes, program)


def _recorded(entry: Entry, outcomes: list[Outcome], program: Program) -> Recorded:
    data = entry.data
    facts = read_facts(data, program)
    by_id = {outcome.redemption_id: outcome for outcome in outcomes}
    try:
        automatic = (_outcome(record, entry.seq) for record in data["campaigns"])
        return Recorded(
            order=facts.order,
            member=facts.member,
            presented=facts.presented,
            outcomes=tuple(chain((by_id[shown.redemption_id] for shown in facts.presented), automatic)),
            discount=data["discount"],
            payable=data.get("payable", data["total"] - data["discount"]),
            points=data["points"],
            tenders=facts.tenders,
            stopped=facts.stopped,
            signals=facts.signals,
        )
    except (KeyError, TypeError) as problem:
        raise RecordInvalid(f"entry {entry.seq} is no order record: {problem!r}") from problem


def _outcome(data: Mapping[str, Any], seq: int) -> Outcome:
    """Return an outcome as it stands in a redemption, in a refusal, or among an order's campaigns."""
    try:
        return Outcome(
            rule_id=data["rule"],
            campaign_id=data["campaign"],
            redemption_id=data.get("redemption_id"),
            discount=data["discount"],
            allocation=tuple((line, share) for line, share in data["allocation"]),
            refusals=tuple(
                Refusal(BY_CODE[reason["code"]], reason["numbers"]) for reason in data.get("reasons", ())
            ),
            points=data.get("points", 0),
            paid=data.get("paid", 0),
            gifts=tuple((sku, units) for sku, units in data.get("gifts", ())),
            credit=data.get("credit", 0),
        )
    except (KeyError, TypeError, ValueError) as problem:
        raise RecordInvalid(f"entry {seq} is no record of a redemption: {problem!r}") from problem
