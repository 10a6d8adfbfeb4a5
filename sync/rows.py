"""The form of HQ's rows, looked at before they go into the replica.

A row of another form would stop the station where nobody expects it: at the next decision, or inside the database. One
such row must not keep the others from a station either: it is left out, told in the log, counted, and HQ hears of it
with the next push. Columns and types that a newer HQ may add are left alone.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import groupby
from typing import Annotated, Any, Literal, TypedDict, get_type_hints

from msgspec import Meta, Raw, Struct, ValidationError, convert
from msgspec.json import Decoder, decode
from msgspec.structs import fields

from app.core.canonical import INTEGER_MAX
from sync.faults import HqUntrusted
from sync.protocol import Changes, Count, Row

log = logging.getLogger(__name__)

Whole = Annotated[int, Meta(ge=-INTEGER_MAX, le=INTEGER_MAX)]
DayNumber = Annotated[
    int, Meta(ge=1, le=date.max.toordinal())
]  # 1: 0001-01-01, where all that ever was is summed up
VERDICT = "verdict"
PUT, DELETE = "put", "del"
UNREADABLE = Row(t="", op="", k="")  # stands where HQ sent something that is no row at all
TOLD_MAX = 100  # characters of a row's name in the log


class More(TypedDict, total=False):
    """What there is to say of some members only: when their tier and points end, attributes, and what they did."""

    tier_ends_on: date
    tier_after: str
    expiring: list[tuple[date, Whole]]
    attributes: dict[str, str | Whole]
    history: dict[str, list[tuple[DayNumber, Whole]]]  # what they did, by the key of a counter


class MemberValues(Struct):
    """A row of type `member`. Of older HQs the last ones are missing."""

    ref: str
    number_hash: str | None
    name: str
    tier: str
    segments: list[str]
    balance: Whole
    state: str
    codes_from_ms: Count = 0  # an older HQ has none
    holder: str | None = None  # the device that may spend their points by itself
    uses: dict[str, dict[date, Count]] | None = (
        None  # of campaigns with limits: campaign, local day, how often
    )
    more: More | None = None  # what ends, and what conditions ask about
    punches: dict[str, Whole] | None = None  # counters of punch cards


class VoucherValues(Struct):
    """A row of type `voucher`. Of older HQs the last ones are missing."""

    code_hash: str
    rule_id: str
    uses_max: Whole
    uses: Whole
    owner: str | None
    ends_on: date | None
    holder: str | None = None
    starts_on: date | None = None
    state: Literal["active", "frozen"] = "active"


class GiftCardValues(Struct):
    """A row of type `gift_card`. `balance` is in minor units of `currency`."""

    code_hash: str
    kind: str
    currency: str
    balance: Whole
    state: Literal["new", "active", "frozen"]
    single_use: bool
    rest: Literal["stays", "forfeited", "paid_out"]
    ends_on: date | None


class CounterValues(Struct):
    """A row of type `counter`: how much of something was used in the whole chain (app/core/limits.py)."""

    key: str
    n: Whole


class SignalValues(Struct):
    """A row of type `signal`: something that is so in the world, until a moment (UTC ms) or further."""

    key: str
    name: str
    value: str
    until_ms: Whole | None


class AliasValues(Struct):
    """A row of type `alias`: the reference of somebody who was merged, and to whom it leads."""

    ref: str
    survivor: str
    number_hash: str | None
    codes_from_ms: Count


class StaffValues(Struct):
    """A row of type `staff`: somebody who may sign in."""

    staff_id: str
    name: str
    role: str
    pin_hash: str
    pepper: str
    member: str | None
    sign_in: str


class VerdictValues(Struct):
    """A row of type `verdict`: a later word on an entry. The verdict may be one that only a newer HQ knows."""

    device: str
    epoch: Count
    seq: Count
    verdict: str
    codes: list[str] = []
    case: str | None = None


class _Line(Struct):
    t: str
    cols: tuple[str, ...]
    rows: Raw


class _Page(Changes, frozen=True, kw_only=True):
    """A page whose rows are looked at one by one."""

    rows: list[Raw]  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class Block:
    """A line of a snapshot; its rows follow its columns. `skipped` are left out, since they have another form."""

    t: str
    cols: tuple[str, ...]
    rows: Sequence[Sequence[Any]]
    skipped: int = 0


FORMS: dict[str, type[Struct]] = {
    "member": MemberValues,
    "voucher": VoucherValues,
    "staff": StaffValues,
    "gift_card": GiftCardValues,
    "counter": CounterValues,
    "signal": SignalValues,
    "alias": AliasValues,
    VERDICT: VerdictValues,
}


def read_page(content: bytes) -> Changes:
    """Read a page of changes in which single rows may be of no form that we know. Raises `msgspec.DecodeError`."""
    try:
        return decode(content, type=Changes)
    except ValidationError:
        page = decode(content, type=_Page)
    fields = {name: getattr(page, name) for name in Changes.__struct_fields__}
    return Changes(**fields | {"rows": list(map(_row, page.rows))})


def _row(raw: Raw) -> Row:
    try:
        return decode(raw, type=Row)
    except ValueError:  # of msgspec and of UTF-8 alike
        return UNREADABLE


def read_block(line: bytes) -> Block:
    """Read a line of a snapshot. Raises `HqUntrusted` where not even its columns are those we need."""
    try:
        block = decode(line, type=_Line)
        reader = _reader(block.t, block.cols)
        try:
            return Block(block.t, block.cols, reader.decode(block.rows))
        except ValidationError:
            raws = decode(block.rows, type=list[Raw])
    except (ValueError, RecursionError) as mismatch:  # of msgspec and of UTF-8 alike; nested too deep
        raise HqUntrusted("a line of the snapshot in a form we do not know") from mismatch
    rows = [row for raw in raws for row in _one(reader, raw)]
    skipped = len(raws) - len(rows)
    log.info("%d rows of the snapshot can't be used: of type %s", skipped, block.t[:TOLD_MAX])
    return Block(block.t, block.cols, rows, skipped)


def _one(reader: Decoder[Any], raw: Raw) -> list[Any]:
    try:
        found: list[Any] = reader.decode(b"[" + bytes(raw) + b"]")
    except ValueError:
        return []
    return found


@lru_cache(maxsize=16)
def _reader(kind: str, columns: tuple[str, ...]) -> Decoder[Any]:
    """Return what reads and checks rows in one go: a million members come in lines of the same columns."""
    types = get_type_hints(FORMS[kind], include_extras=True) if kind in FORMS else {}
    needed = {field.name for field in fields(FORMS[kind]) if field.required} if kind in FORMS else set()
    wrong = [name for name in types if columns.count(name) != 1 and (name in needed or name in columns)]
    if wrong:
        raise HqUntrusted(f"a line of the snapshot without one column {wrong[0]}")
    row: Any = tuple[tuple(types.get(name, Any) for name in columns)]  # type: ignore[misc]  # made as HQ lists them
    return Decoder(list[row])


def usable_rows(rows: Iterable[Row]) -> list[Row]:
    """Return the rows that we know what to do with, and say in the log which ones we don't."""
    found: list[Row] = []
    for (op, kind, _), alike in groupby(rows, shape_of):
        some = list(alike)
        if _has_form(op, kind, some):
            found += some
        else:  # one of them, or all
            for row in some:
                if _has_form(op, kind, [row]):
                    found.append(row)
                else:
                    log.info("a row can't be used: %.*s %.*s", TOLD_MAX, row.t, TOLD_MAX, row.k)
    return found


def shape_of(row: Row) -> tuple[str, str, tuple[str, ...]]:
    """Say what rows that follow each other must share to be put in one go."""
    return row.op, row.t, tuple(row.v or ())


def _has_form(op: str, kind: str, rows: Sequence[Row]) -> bool:
    """Tell whether rows that are alike are known and of the form of their kind."""
    form = FORMS.get(kind)
    if form is None or op not in (PUT, DELETE) or (kind == VERDICT and op == DELETE):
        return False
    if op == DELETE:
        return True
    try:
        convert([row.v for row in rows], list[form])  # type: ignore[valid-type]  # one of those that are listed above
    except ValidationError:
        return False
    return True
