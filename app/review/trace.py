"""Why an order got what it got: decided again by its record and the rules it names, else as far as it was recorded.

Everything that the decision read stands in the order's entry, so nothing is asked of the present: neither today's rules
nor today's balance has a say in what was right then.
"""

from dataclasses import dataclass
from enum import StrEnum

from app.core.authority import AuthKind
from app.core.reasons import Refusal
from app.review.rows import ReviewRow, read_rows
from app.store.review.review import Review, Word


class FactName(StrEnum):
    """What a decision read."""

    LEVEL = "level"  # how much the member's code proves: `text`
    BALANCE = "balance"  # points: `value`
    TIER = "tier"  # `text`
    SEGMENT = "segment"  # `text`, one each
    AS_OF = "as_of"  # HQ's moment of these figures (UTC ms): `value`
    USES = "uses"  # of a voucher, by the offer in `text`: `value` of `most`, 0 for without end
    COUNTER = "counter"  # by its key in `text`: `value`
    SIGNAL = "signal"  # `text`: its name and word
    STOPPED = "stopped"  # `text`: what head office had stopped, or the station must not
    LEASE = "lease"  # of the scope in `text`: `value` was left, until `most` (UTC ms)
    FLOOR_TIMES = "floor_times"  # given by floor limit since head office heard last: `value`
    CAP_TIMES = "cap_times"  # all redemptions that it had not heard of: `value` of `most`
    CAP_VALUE = "cap_value"  # what they came to (minor units): `value` of `most`


@dataclass(frozen=True, slots=True)
class Fact:
    """One of them."""

    name: FactName
    text: str = ""
    value: int = 0
    most: int = 0


@dataclass(frozen=True, slots=True)
class TracedLine:
    """A line of the order; `quantity_milli` are thousandths of a unit."""

    line: int
    sku: str
    quantity_milli: int
    amount: int
    discount: int


@dataclass(frozen=True, slots=True)
class TracedOffer:
    """An offer: given, with what it took off which line and by what right, or refused, with all reasons.

    `is_presented`: a code was shown for it, or somebody picked it. `is_recorded` False: it didn't apply by itself, and
    why not was worked out now, from what was recorded.
    """

    rule: str
    name: str
    campaign: str
    is_given: bool
    is_presented: bool
    is_recorded: bool
    discount: int = 0
    by_line: tuple[tuple[int, int], ...] = ()
    points: int = 0
    paid: int = 0
    credit: int = 0
    gifts: tuple[tuple[str, int], ...] = ()
    refusals: tuple[Refusal, ...] = ()
    right: AuthKind = AuthKind.ALWAYS
    right_ref: str = ""  # the reservation, or the level of the floor limit
    leases: tuple[tuple[str, int], ...] = ()  # what was taken of which
    redemption_id: str = ""


@dataclass(frozen=True, slots=True)
class TracedApproval:
    """Who approved what, and why (`core.approvals.Why`)."""

    kind: str
    at_ms: int
    staff: str
    approver: str
    why: str


@dataclass(frozen=True, slots=True)
class Trace:
    """The whole of it. `differs` names what isn't as the record says when it is decided again, which should be nothing.

    `undone_by` are voids and returns of it, `words` what head office has said, as it came. `is_replayed` False: this
    station no longer holds the rules of that version, so only what was recorded is told.
    """

    row: ReviewRow
    program_version: int = 0
    program_name: str = ""
    is_replayed: bool = False
    differs: tuple[str, ...] = ()
    lines: tuple[TracedLine, ...] = ()
    offers: tuple[TracedOffer, ...] = ()
    facts: tuple[Fact, ...] = ()
    approvals: tuple[TracedApproval, ...] = ()
    words: tuple[Word, ...] = ()
    undone_by: tuple[ReviewRow, ...] = ()


def trace(review: Review, epoch: int, seq: int) -> Trace | None:
    """Return why; None where there is no such entry any more. Raises a `StoreFault`."""
    found = read_rows(review, [seq]) if epoch == review.epoch else ()
    return Trace(found[0]) if found else None
