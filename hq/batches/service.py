"""Batches: asking for one, looking at them, and stopping, letting go or withdrawing all of one at once.

What is said of a whole batch counts at head office at once, also for stations that ask on line; that each of its codes
has changed is told to stations by a job, part by part.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from app.ids import new_id
from hq.access.actor import Actor
from hq.api.paging import Paging, cut, page_of
from hq.audit.service import record
from hq.batches.checks import check_count, check_days, check_uses, check_worth, published, voucher_rule
from hq.batches.codes import CodeForm, check_form, forget_seed, form_of_cards, has_seed, make_seed
from hq.batches.tables import batch
from hq.faults import ChangedMeanwhile, NotHere, NotPossible
from hq.gift_cards.service import NewCards, terms_of
from hq.home import Hq
from hq.jobs.service import FAILED, STOPPED, begin_job, find_job, stop_job

MAKE, TELL = "batches.make", "batches.tell"
MADE, BROUGHT = "made", "brought"


class Kind(StrEnum):
    """What a batch is of."""

    VOUCHERS = "vouchers"
    GIFT_CARDS = "gift_cards"


class State(StrEnum):
    """How a batch stands."""

    ACTIVE = "active"
    FROZEN = "frozen"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class NewVouchers:
    """Vouchers to be made, all alike: of which rule, how many, how codes look, how often and when they are good."""

    name: str
    rule_id: str
    count: int
    prefix: str = ""
    length: int = 13
    uses_max: int = 1
    starts_on: str | None = None
    ends_on: str | None = None


@dataclass(frozen=True, slots=True)
class NewGiftCards:
    """Gift cards to be made, all alike. Without a `value` they are blanks, which a till activates."""

    name: str
    count: int
    value: int = 0
    card_kind: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch. `made` of `wanted` are there; `has_codes`: they can be written out; `job` is the newest of it."""

    batch_id: str
    kind: Kind
    origin: str
    name: str
    campaign: str
    rule_id: str
    wanted: int
    made: int
    prefix: str
    length: int
    uses_max: int
    starts_on: str | None
    ends_on: str | None
    value: int
    currency: str
    terms: Mapping[str, Any]
    frozen_ms: int
    void_ms: int
    job: str
    who: str
    at_ms: int
    version: int
    has_codes: bool

    @property
    def state(self) -> State:
        """Whether all of it is stopped or withdrawn."""
        return State.VOID if self.void_ms else State.FROZEN if self.frozen_ms else State.ACTIVE

    @property
    def form(self) -> CodeForm:
        """How its codes look."""
        return CodeForm("V", self.prefix, self.length) if self.kind is Kind.VOUCHERS else form_of_cards()


class BatchList(Paging):
    """Which batches."""

    kind: Kind | None = None


def make_vouchers(hq: Hq, actor: Actor, new: NewVouchers) -> Batch:
    """Begin a batch of vouchers; a job makes them. Raises `NotPossible` or `OverCeiling`."""
    check_count(new.count)
    check_form(new.prefix, new.length, new.count)
    with hq.database.reading() as connection:
        program = published(hq, connection)
        pair = voucher_rule(program, new.rule_id)
    check_days(hq, program, new.starts_on, new.ends_on)
    check_uses(new.uses_max)
    check_worth(actor, pair)
    values = {
        "campaign": pair.campaign.campaign_id,
        "rule_id": new.rule_id,
        "prefix": new.prefix,
        "length": new.length,
        "uses_max": new.uses_max,
        "starts_on": new.starts_on,
        "ends_on": new.ends_on,
    }
    return _begin(hq, actor, Kind.VOUCHERS, new.name, new.count, values)


def make_gift_cards(hq: Hq, actor: Actor, new: NewGiftCards) -> Batch:
    """Begin a batch of gift cards; a job makes them. Raises `NotPossible` or `OverCeiling`."""
    check_count(new.count)
    actor.check_ceilings(amount=new.value * new.count)
    terms = terms_of(hq, NewCards(new.value, new.card_kind, new.place))
    values = {
        "value": new.value,
        "currency": terms["currency"],
        "terms": json.dumps(terms),
        "length": form_of_cards().length,
        "ends_on": terms["ends_on"] if new.value else None,
    }
    return _begin(hq, actor, Kind.GIFT_CARDS, new.name, new.count, values)


def find_batch(hq: Hq, batch_id: str) -> Batch:
    """Return a batch. Raises `NotHere`."""
    with hq.database.reading() as connection:
        return _batch(hq, batch_in(connection, batch_id))


def list_batches(hq: Hq, asked: BatchList) -> tuple[list[Batch], str | None]:
    """Return a page of batches, the newest first, and the cursor of the next."""
    statement = select(batch)
    if asked.kind is not None:
        statement = statement.where(batch.c.kind == asked.kind.value)
    statement = page_of(statement, (batch.c.at_ms, batch.c.batch_id), asked, kinds=(int, str))
    with hq.database.reading() as connection:
        rows, following = cut(
            connection.execute(statement).all(), asked, lambda row: (row.at_ms, row.batch_id)
        )
    return [_batch(hq, row) for row in rows], following


def batches_to_pick(hq: Hq, kind: Kind) -> list[tuple[str, str]]:
    """Return the newest batches of a kind, each with its name."""
    return [(each.batch_id, each.name) for each in list_batches(hq, BatchList(kind=kind))[0]]


def set_state(
    hq: Hq, actor: Actor, batch_id: str, to: State, *, reason: str = "", version: int | None = None
) -> Batch:
    """Stop all of a batch, let it go on, or withdraw it for ever.

    Raises `NotHere`, `NotPossible` or `ChangedMeanwhile`.
    """
    now_ms = hq.clock.now_ms()
    values = {
        State.ACTIVE: {"frozen_ms": 0},
        State.FROZEN: {"frozen_ms": now_ms},
        State.VOID: {"void_ms": now_ms},
    }[to]

    def change(connection: Connection) -> str:
        found = _batch(hq, batch_in(connection, batch_id, for_update=True))
        if version is not None and found.version != version:
            raise ChangedMeanwhile(
                f"This is at version {found.version} by now. Read it again, then change it."
            )
        if found.state is State.VOID:
            raise NotPossible("This batch is withdrawn. That can't be taken back.")
        if to is State.VOID and found.kind is Kind.GIFT_CARDS:
            raise NotPossible(
                "Gift cards are money that is owed: a batch of them is stopped, and not withdrawn."
            )
        if found.state is to:
            return ""
        asked = {"batch_id": batch_id, "kind": found.kind.value, "is_gone": to is State.VOID}
        job = begin_job(connection, actor, TELL, asked, total=found.made, now_ms=now_ms)
        _change(connection, found, values | {"job": found.job if found.made < found.wanted else job})
        before, after = {"state": found.state.value}, {"state": to.value}
        record(connection, actor, "batch.changed", f"batch:{batch_id}", now_ms=now_ms, reason=reason,
               before=before, after=after)  # fmt: skip
        return found.job if to is State.VOID and found.made < found.wanted else ""

    if still_making := hq.database.write(change):
        stop_job(hq, actor, still_making)
    return find_batch(hq, batch_id)


def resume_batch(hq: Hq, actor: Actor, batch_id: str) -> Batch:
    """Make the rest of a batch whose job ended early. Raises `NotHere` or `NotPossible`."""
    job_state = find_job(hq, find_batch(hq, batch_id).job).state
    now_ms = hq.clock.now_ms()

    def resume(connection: Connection) -> None:
        found = _batch(hq, batch_in(connection, batch_id, for_update=True))
        is_whole = found.made == found.wanted or found.origin != MADE or found.void_ms
        if is_whole or job_state not in (FAILED, STOPPED):
            raise NotPossible("Nothing of this batch waits to be made.")
        asked = {"batch_id": batch_id, "from": found.made}
        job = begin_job(connection, actor, MAKE, asked, total=found.wanted, now_ms=now_ms)
        _change(connection, found, {"job": job})

    hq.database.write(resume)
    return find_batch(hq, batch_id)


def forget_codes(hq: Hq, actor: Actor, batch_id: str) -> Batch:
    """Let the codes of a batch be known nowhere any more: they stay good. Raises `NotHere`, `NotPossible`."""

    def note(connection: Connection) -> None:
        found = _batch(hq, batch_in(connection, batch_id, for_update=True))
        if found.made < found.wanted and not found.void_ms:
            raise NotPossible("This batch is still being made. Wait for it, then forget its codes.")
        _change(connection, found, {})
        record(connection, actor, "batch.forgotten", f"batch:{batch_id}", now_ms=hq.clock.now_ms())

    hq.database.write(note)
    forget_seed(hq, batch_id)
    return find_batch(hq, batch_id)


# --- what batches that are made and those that are brought in share -----------------------------------------------


def insert_batch(
    connection: Connection, actor: Actor, kind: Kind, name: str, values: Mapping[str, Any], *, now_ms: int
) -> None:
    """Keep a new batch."""
    common = {
        "kind": kind.value,
        "origin": MADE,
        "name": name,
        "made": 0,
        "who": actor.name,
        "at_ms": now_ms,
        "version": 1,
    }
    connection.execute(insert(batch), {**_EMPTY, **common, **values})
    told = {key: values[key] for key in ("campaign", "rule_id", "wanted", "value") if values.get(key)}
    record(
        connection,
        actor,
        "batch.created",
        f"batch:{values['batch_id']}",
        now_ms=now_ms,
        after={"kind": kind.value, "name": name, **told},
    )


def batch_in(connection: Connection, batch_id: str, *, for_update: bool = False) -> Row[Any]:
    """Return the row of a batch. Raises `NotHere`."""
    statement = select(batch).where(batch.c.batch_id == batch_id)
    row = None
    if "\x00" not in batch_id:
        row = connection.execute(statement.with_for_update() if for_update else statement).one_or_none()
    if row is None:
        raise NotHere("There is no such batch.")
    return row


def form_of(row: Row[Any]) -> CodeForm:
    """Return how the codes of a batch look."""
    return CodeForm("V", row.prefix, row.length) if row.kind == Kind.VOUCHERS else form_of_cards()


_EMPTY: Mapping[str, Any] = {
    "campaign": "",
    "rule_id": "",
    "prefix": "",
    "length": 0,
    "uses_max": 0,
    "starts_on": None,
    "ends_on": None,
    "value": 0,
    "currency": "",
    "terms": "{}",
    "frozen_ms": 0,
    "void_ms": 0,
    "job": "",
}


def _begin(hq: Hq, actor: Actor, kind: Kind, name: str, count: int, values: Mapping[str, Any]) -> Batch:
    if not name.strip():
        raise NotPossible("Give the batch a name.")
    batch_id, now_ms = new_id(), hq.clock.now_ms()
    make_seed(hq, batch_id)

    def begin(connection: Connection) -> None:
        job = begin_job(connection, actor, MAKE, {"batch_id": batch_id}, total=count, now_ms=now_ms)
        of = {"batch_id": batch_id, "wanted": count, "job": job}
        insert_batch(connection, actor, kind, name, {**values, **of}, now_ms=now_ms)

    try:
        hq.database.write(begin)
    except BaseException:  # there is no such batch, so nobody needs its seed
        forget_seed(hq, batch_id)
        raise
    return find_batch(hq, batch_id)


def _change(connection: Connection, found: Batch, values: Mapping[str, Any]) -> None:
    changed = update(batch).where(batch.c.batch_id == found.batch_id)
    connection.execute(changed.values(version=found.version + 1, **values))


def _batch(hq: Hq, row: Row[Any]) -> Batch:
    values = {name: getattr(row, name) for name in Batch.__dataclass_fields__ if name != "has_codes"}
    more = {"kind": Kind(row.kind), "terms": json.loads(row.terms), "has_codes": has_seed(hq, row.batch_id)}
    return Batch(**{**values, **more})
