"""The form of HQ's rows, looked at before they go into the replica.

A row of another form would stop the station where nobody expects it: at the next decision, or inside the database.
Columns and types that a newer HQ may add are left alone.
"""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from app.core.canonical import INTEGER_MAX
from sync.faults import HqUntrusted


def _iso_date(text: str) -> str:
    date.fromisoformat(text)
    return text


Whole = Annotated[int, Field(ge=-INTEGER_MAX, le=INTEGER_MAX)]
IsoDate = Annotated[str, AfterValidator(_iso_date)]


class _Values(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore")


class MemberValues(_Values):
    """A row of type `member`."""

    ref: str
    number_hash: str | None
    name: str
    tier: str
    segments: list[str]
    balance: Whole
    state: str


class VoucherValues(_Values):
    """A row of type `voucher`."""

    code_hash: str
    rule_id: str
    uses_max: Whole
    uses: Whole
    owner: str | None
    ends_on: IsoDate | None


class Block(_Values):
    """A line of a snapshot."""

    t: str
    cols: list[str]
    rows: list[list[Any]]


FORMS: dict[str, TypeAdapter[Any]] = {
    "member": TypeAdapter(list[MemberValues]),
    "voucher": TypeAdapter(list[VoucherValues]),
}


def read_block(line: bytes) -> Block:
    """Read a line of a snapshot. Raises `HqUntrusted`."""
    try:
        block = Block.model_validate_json(line)
        check_rows(block.t, [dict(zip(block.cols, row, strict=True)) for row in block.rows])
    except ValueError as mismatch:
        raise HqUntrusted("a line of the snapshot in a form we do not know") from mismatch
    return block


def check_rows(kind: str, rows: Sequence[dict[str, Any]]) -> None:
    """Raise `HqUntrusted` unless rows of a kind that we know have its form."""
    form = FORMS.get(kind)
    try:
        if form is not None:
            form.validate_python(rows)
    except ValidationError as mismatch:
        raise HqUntrusted(f"a {kind} in a form we do not know") from mismatch
