"""The form of HQ's rows, looked at before they go into the replica.

A row of another form would stop the station where nobody expects it: at the next decision, or inside the database.
Columns and types that a newer HQ may add are left alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Annotated, Any, get_type_hints

from msgspec import Meta, Raw, Struct, ValidationError, convert
from msgspec.json import Decoder, decode

from app.core.canonical import INTEGER_MAX
from sync.faults import HqUntrusted

Whole = Annotated[int, Meta(ge=-INTEGER_MAX, le=INTEGER_MAX)]


class MemberValues(Struct):
    """A row of type `member`."""

    ref: str
    number_hash: str | None
    name: str
    tier: str
    segments: list[str]
    balance: Whole
    state: str


class VoucherValues(Struct):
    """A row of type `voucher`."""

    code_hash: str
    rule_id: str
    uses_max: Whole
    uses: Whole
    owner: str | None
    ends_on: date | None


class _Line(Struct):
    t: str
    cols: tuple[str, ...]
    rows: Raw


@dataclass(frozen=True, slots=True)
class Block:
    """A line of a snapshot; its rows follow its columns."""

    t: str
    cols: tuple[str, ...]
    rows: Sequence[Sequence[Any]]


FORMS = {"member": MemberValues, "voucher": VoucherValues}


def read_block(line: bytes) -> Block:
    """Read a line of a snapshot. Raises `HqUntrusted`."""
    try:
        block = decode(line, type=_Line)
        return Block(block.t, block.cols, _reader(block.t, block.cols).decode(block.rows))
    except ValueError as mismatch:  # of msgspec and of UTF-8 alike
        raise HqUntrusted("a line of the snapshot in a form we do not know") from mismatch


@lru_cache(maxsize=16)
def _reader(kind: str, columns: tuple[str, ...]) -> Decoder[Any]:
    """Return what reads and checks rows in one go: a million members come in lines of the same columns."""
    types = get_type_hints(FORMS[kind], include_extras=True) if kind in FORMS else {}
    missing = [name for name in types if columns.count(name) != 1]
    if missing:
        raise HqUntrusted(f"a line of the snapshot without one column {missing[0]}")
    row: Any = tuple[tuple(types.get(name, Any) for name in columns)]  # type: ignore[misc]  # made as HQ lists them
    return Decoder(list[row])


def check_rows(kind: str, rows: Sequence[dict[str, Any]]) -> None:
    """Raise `HqUntrusted` unless rows of a kind that we know have its form."""
    form = FORMS.get(kind)
    try:
        if form is not None:
            convert(rows, list[form])  # type: ignore[valid-type]  # one of two that are listed above
    except ValidationError as mismatch:
        raise HqUntrusted(f"a {kind} in a form we do not know") from mismatch
