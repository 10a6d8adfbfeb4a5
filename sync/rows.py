"""The form of HQ's rows, looked at before they go into the replica.

A row of another form would stop the station where nobody expects it: at the next decision, or inside the database.
Columns and types that a newer HQ may add are left alone.
"""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

from msgspec import Meta, Struct, ValidationError, convert
from msgspec.json import decode

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


class Block(Struct):
    """A line of a snapshot."""

    t: str
    cols: list[str]
    rows: list[list[Any]]


FORMS = {"member": list[MemberValues], "voucher": list[VoucherValues]}


def read_block(line: bytes) -> Block:
    """Read a line of a snapshot. Raises `HqUntrusted`."""
    try:
        block = decode(line, type=Block)
        check_rows(block.t, [dict(zip(block.cols, row, strict=True)) for row in block.rows])
    except ValueError as mismatch:  # of msgspec, of UTF-8 and of zip alike
        raise HqUntrusted("a line of the snapshot in a form we do not know") from mismatch
    return block


def check_rows(kind: str, rows: Sequence[dict[str, Any]]) -> None:
    """Raise `HqUntrusted` unless rows of a kind that we know have its form."""
    form = FORMS.get(kind)
    try:
        if form is not None:
            convert(rows, form)
    except ValidationError as mismatch:
        raise HqUntrusted(f"a {kind} in a form we do not know") from mismatch
