"""Vouchers as people see them: by batch, campaign and state, one by its number, and what it was used for."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from app.core.authority import voucher_scope
from app.core.codes import VoucherNumber, parse
from app.core.order import local_date
from hq.api.models import PATTERN
from hq.api.paging import Paging, cut, page_of
from hq.authority.tables import claim
from hq.batches.tables import batch
from hq.campaigns.service import program_of
from hq.campaigns.store import newest_version
from hq.faults import NotHere
from hq.home import Hq
from hq.tables import redemption_fact, voucher
from hq.vouchers.store import EVERY

USES_SHOWN = 100
Text = Annotated[str, Field(max_length=80, pattern=PATTERN)]


class State(StrEnum):
    """How a voucher stands; the first that holds."""

    VOID = "void"
    FROZEN = "frozen"
    USED = "used"  # as often as it may be
    ENDED = "ended"
    WAITING = "waiting"  # its first day is yet to come
    OPEN = "open"


class VoucherList(Paging):
    """Which vouchers."""

    batch: Text | None = None
    campaign: Text | None = None
    state: State | None = None


@dataclass(frozen=True, slots=True)
class VoucherRow:
    """A voucher. `n` is its place in its batch; `owner` is a member's reference."""

    code_hash: str
    batch: str | None
    batch_name: str | None
    n: int | None
    rule_id: str
    uses_max: int
    uses: int
    owner: str | None
    starts_on: str | None
    ends_on: str | None
    state: State
    all_frozen_ms: int | None
    all_void_ms: int | None


@dataclass(frozen=True, slots=True)
class Use:
    """What a voucher was used for. `entry_id` is not known of redemptions that head office made by hand."""

    redemption_id: str
    order_id: str
    store: str
    member: str | None
    discount: int
    device: str
    t_eff: int


ROWS = EVERY.add_columns(batch.c.name.label("batch_name"))


def list_vouchers(hq: Hq, asked: VoucherList) -> tuple[list[VoucherRow], str | None]:
    """Return a page of vouchers and the cursor of the next. Raises `Malformed`.

    They stand by their hashes, those of a batch by their places in it.
    """
    place: tuple[Any, type] = (voucher.c.n, int) if asked.batch else (voucher.c.code_hash, str)
    with hq.database.reading() as connection:
        today, rules = _today_and_rules(hq, connection, asked.campaign)
        statement = ROWS if asked.batch is None else ROWS.where(voucher.c.batch == asked.batch)
        if asked.campaign is not None:
            statement = statement.where(or_(voucher.c.rule_id.in_(rules), batch.c.campaign == asked.campaign))
        if asked.state is not None:
            statement = statement.where(_is(asked.state, today))
        page = page_of(statement, (place[0],), asked, kinds=(place[1],), newest_first=False)
        rows, following = cut(
            connection.execute(page).all(), asked, lambda row: [getattr(row, place[0].name)]
        )
    return [_row(row, today) for row in rows], following


def find_voucher(hq: Hq, code_hash: str) -> VoucherRow:
    """Return a voucher by the hash of its number. Raises `NotHere`."""
    with hq.database.reading() as connection:
        today, _ = _today_and_rules(hq, connection, None)
        row = None
        if "\x00" not in code_hash:
            row = connection.execute(ROWS.where(voucher.c.code_hash == code_hash)).one_or_none()
    if row is None:
        raise NotHere("There is no such voucher.")
    return _row(row, today)


def find_by_number(hq: Hq, text: str) -> VoucherRow:
    """Return a voucher by its number as it is printed or scanned. Raises `NotHere`."""
    found = parse(text, keys={}, now_ms=0)
    if not isinstance(found, VoucherNumber):
        raise NotHere("There is no such voucher: that is no voucher's number.")
    return find_voucher(hq, found.code_hash)


def uses_of(hq: Hq, code_hash: str) -> list[Use]:
    """Return what a voucher with a limit was used for, the newest first; of others nobody keeps it by voucher."""
    is_it = and_(
        redemption_fact.c.device == claim.c.device,
        redemption_fact.c.epoch == claim.c.epoch,
        redemption_fact.c.seq == claim.c.seq,
        redemption_fact.c.t_eff == claim.c.t_eff,
    )
    columns = [redemption_fact.c[name] for name in Use.__dataclass_fields__]
    statement = select(*columns).join_from(claim, redemption_fact, is_it)
    statement = statement.where(claim.c.scope == voucher_scope(code_hash)).order_by(claim.c.t_eff.desc())
    with hq.database.reading() as connection:
        return [Use(*row) for row in connection.execute(statement.limit(USES_SHOWN))]


def count_uses(hq: Hq, batch_id: str) -> tuple[int, int]:
    """Return how many vouchers of a batch were used at all, and how often in all."""
    used = select(func.count(), func.coalesce(func.sum(voucher.c.uses), 0))
    with hq.database.reading() as connection:
        row = connection.execute(used.where(voucher.c.batch == batch_id, voucher.c.uses > 0)).one()
    return int(row[0]), int(row[1])


def _today_and_rules(hq: Hq, connection: Connection, campaign: str | None) -> tuple[str, list[str]]:
    program = program_of(hq, connection, newest_version(connection, "program"))
    zone = "UTC" if program is None else program.time_zone
    rules = [] if program is None else [
        pair.rule.rule_id for pair in program.rules if pair.campaign.campaign_id == campaign
    ]  # fmt: skip
    return local_date(hq.clock.now_ms(), zone).isoformat(), rules


def _is(state: State, today: str) -> ColumnElement[bool]:
    """Return the condition that a voucher stands so: as `_state` says it."""
    void = or_(voucher.c.void_ms > 0, func.coalesce(batch.c.void_ms, 0) > 0)
    frozen = or_(voucher.c.frozen_ms > 0, func.coalesce(batch.c.frozen_ms, 0) > 0)
    used = and_(voucher.c.uses_max > 0, voucher.c.uses >= voucher.c.uses_max)
    ended = func.coalesce(voucher.c.ends_on, "9999") < today
    waiting = func.coalesce(voucher.c.starts_on, "") > today
    ladder = {
        State.VOID: void,
        State.FROZEN: frozen,
        State.USED: used,
        State.ENDED: ended,
        State.WAITING: waiting,
    }
    before = [~condition for other, condition in ladder.items() if _rank(other) < _rank(state)]
    return and_(*before, ladder[state]) if state in ladder else and_(*before)


def _rank(state: State) -> int:
    return list(State).index(state)


def _state(row: Any, today: str) -> State:
    if row.void_ms or row.all_void_ms:
        return State.VOID
    if row.frozen_ms or row.all_frozen_ms:
        return State.FROZEN
    if row.uses_max and row.uses >= row.uses_max:
        return State.USED
    if row.ends_on is not None and row.ends_on < today:
        return State.ENDED
    return State.WAITING if (row.starts_on or "") > today else State.OPEN


def _row(row: Any, today: str) -> VoucherRow:
    values = {name: getattr(row, name) for name in VoucherRow.__dataclass_fields__ if name != "state"}
    return VoucherRow(**values, state=_state(row, today))
