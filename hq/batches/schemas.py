"""Batches, vouchers and gift cards on the wire."""

from typing import Annotated

from pydantic import Field, StringConstraints

from app.core.gift_cards import FACE_MAX
from hq.api.models import PATTERN, Answer, Body, Day, Id, Moment, Name
from hq.batches.checks import COUNT_MAX, USES_MAX
from hq.batches.codes import LENGTH_MAX, LENGTH_MIN, PREFIX_MAX
from hq.batches.service import Kind, State

Count = Annotated[int, Field(ge=1, le=COUNT_MAX)]
Reason = Annotated[str, StringConstraints(max_length=300, pattern=PATTERN)]
Place = Annotated[str, StringConstraints(max_length=2, pattern=r"^([A-Z]{2})?$")]
Prefix = Annotated[
    str,
    StringConstraints(max_length=PREFIX_MAX, pattern=r"^[0-9A-HJKMNP-TV-Z]*$"),
    Field(description="How codes begin: digits and capital letters without I, L, O and U."),
]
Length = Annotated[int, Field(ge=LENGTH_MIN, le=LENGTH_MAX, description="Characters behind the V.")]
Uses = Annotated[int, Field(ge=0, le=USES_MAX, description="0: as often as the rule holds.")]


class VouchersAsked(Body):
    """Vouchers to be made, all alike: of a rule of the published program that vouchers bring into play."""

    name: Name
    rule_id: Id
    count: Count
    prefix: Prefix = ""
    length: Length = LENGTH_MIN
    uses_max: Uses = 1
    starts_on: Day | None = None
    ends_on: Day | None = None


class GiftCardsAsked(Body):
    """Gift cards to be made, all alike; without a value they are blanks, which a till activates."""

    name: Name
    count: Count
    value: Annotated[int, Field(ge=0, le=FACE_MAX, description="Minor units.")] = 0
    kind: Annotated[str, StringConstraints(max_length=80, pattern=PATTERN)] = ""
    place: Annotated[Place, Field(description="Under whose law (ISO 3166); empty: nowhere's.")] = ""


class ReasonAsked(Body):
    """Why something is stopped, let go or withdrawn."""

    reason: Reason = ""


class NumberAsked(Body):
    """A number as it is printed or scanned. It is in the body, since addresses end up in logs."""

    number: Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=PATTERN)]


class BatchAnswer(Answer):
    """A batch: `made` of `wanted` codes are there; `job` is the newest that works on it."""

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
    state: State
    has_codes: bool
    job: str
    who: str
    at_ms: Moment
    version: int


class CodeAnswer(Answer):
    """A code: as people read it, as a QR code holds it, and what a letter says of it; `amount` in minor units."""

    n: int
    code: str
    qr: str
    campaign: str
    starts_on: str | None
    ends_on: str | None
    amount: int | None


class CodeImportAsked(Body):
    """A CSV file with codes that exist already, which column is what, and the batch that they come into."""

    name: Name
    kind: Annotated[Kind, Field(strict=False)]
    text: Annotated[str, StringConstraints(min_length=1, max_length=3_000_000, pattern=r"^[^\x00]*$")]
    mapping: Annotated[dict[str, str], Field(max_length=200, default_factory=dict)]
    rule_id: Annotated[str, StringConstraints(max_length=80, pattern=PATTERN)] = ""
    uses_max: Uses = 1
    is_trial: bool = True


class CodeImportAnswer(Answer):
    """A file with codes: `job` is the newest that worked on it, `batch` what it was brought into."""

    import_id: str
    name: str
    kind: Kind
    mapping: dict[str, str]
    batch: str
    job: str
    is_trial: bool
    rows_good: int
    rows_bad: int
    who: str
    at_ms: Moment
