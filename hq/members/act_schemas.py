"""What is done for and with members, on the wire."""

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from hq.api.models import PATTERN, Amount, Answer, Body, MemberRef, Points
from hq.members.schemas import Reason, Word


class EventAnswer(Answer):
    """Something in a member's life: `kind` says what, `about` which, `numbers` how much; a refusal has `reasons`."""

    at_ms: int
    kind: str
    key: str
    about: str
    who: str
    said: str
    numbers: dict[str, int]
    reasons: list[dict[str, Any]]


class AdjustAsked(Body):
    """Points to give, or to take where negative."""

    points: Annotated[Points, Field(ge=-1_000_000_000, le=1_000_000_000)]
    reason: Reason


class AdjustAnswer(Answer):
    """What was posted, and the balance behind it."""

    act_id: str
    points: int
    balance: int


class CreditAsked(Body):
    """Money (minor units of the program's currency) to put into a wallet, or to take where negative."""

    amount: Annotated[int, Field(ge=-1_000_000_000, le=1_000_000_000)]
    reason: Reason


class CreditAnswer(Answer):
    """What was posted, and what the wallet holds behind it."""

    act_id: str
    currency: str
    amount: int
    balance: int


class WalletRowAnswer(Answer):
    """An amount (minor units of `unit`) that went to a wallet, or from it where negative, and what posted it."""

    entry_id: str
    n: int
    unit: str
    amount: int
    at_ms: int
    source: str
    store: str
    about: str


class ApologyAsked(Body):
    """A voucher to say sorry with: of which rule of the program, and for how many days."""

    rule: Word
    days: Annotated[int, Field(ge=1, le=1_000)] = 90
    reason: Reason


class ApologyAnswer(Answer):
    """A voucher that is the member's. Its number is in this answer and nowhere else."""

    act_id: str
    number: str
    rule: str
    ends_on: str


class PastAsked(Body):
    """A redemption for an order of the past.

    The order is one that HQ has (`order_entry`, its id), or it is said by its total, moment and store. `rule` is a rule
    that applies by itself, by choice or by a voucher; of a voucher the `code` is needed.
    """

    order_entry: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")] | None = None
    total: Amount | None = None
    at_ms: Annotated[int, Field(ge=946_684_800_000, le=4_102_444_800_000)] | None = None
    store: Annotated[str, StringConstraints(max_length=40, pattern=PATTERN)] | None = None
    order_id: Annotated[str, StringConstraints(max_length=80, pattern=PATTERN)] = ""
    rule: Annotated[str, StringConstraints(max_length=80, pattern=PATTERN)] = ""
    code: Annotated[str, StringConstraints(max_length=20, pattern=PATTERN)] = ""
    reason: Reason
    is_trial: bool = Field(default=False, description="Say what would be, and post nothing.")


class ReasonAnswer(Answer):
    """Why something is not possible, as a station says it."""

    code: str
    numbers: dict[str, int | str]
    sentence: str


class PastAnswer(Answer):
    """What became of it: `discount` in minor units is to be given back to the member, `credit` goes to their wallet.

    `points` are the change of their balance.
    """

    redemption_id: str
    is_approved: bool
    is_posted: bool
    campaign: str
    rule: str
    program_version: int
    discount: int
    credit: int
    points: int
    balance: int
    reasons: list[ReasonAnswer]


class MergeAsked(Body):
    """Into whom a member is merged, and why."""

    into: MemberRef
    reason: Reason


class MergeAnswer(Answer):
    """What went over to the survivor."""

    survivor: str
    is_repeat: bool
    points: int
    vouchers: int


class BecauseAsked(Body):
    """Why."""

    reason: Reason


class EraseAnswer(Answer):
    """What went: a rest of points became breakage."""

    ref: str
    points: int
    vouchers: int


class CardAsked(Body):
    """A new card in the place of a lost one: with this number, or with one that is made now."""

    number: Annotated[str, StringConstraints(max_length=20, pattern=PATTERN)] | None = None
    reason: Reason


class CardAnswer(Answer):
    """A new card: the number to print, and the signed code. Both are in this answer and nowhere else."""

    number: str
    code: str


class CodeAnswer(Answer):
    """A signed code."""

    code: str


class ExportAnswer(Answer):
    """Everything that HQ holds about a member, as of one moment."""

    export: dict[str, Any]
