"""What a manager should look at: what was let happen, what was tried, and what head office doubts.

A row is an entry, and what it is as an exception; an entry may be several. What a manager has seen is in the journal
(`noted`), so it stays seen; where head office says something else of it afterwards, it is new again.
"""

from dataclasses import dataclass
from enum import StrEnum

DAYS = 30  # looked back
ORDERS_A_DAY = 3  # of one member's: each that is more is a row
DENIED_ROW, DENIED_WITHIN_MS = 5, 10 * 60_000  # so many codes turned away, with no longer pause between two


class What(StrEnum):
    """As which exception an entry is shown; the words stand in journals."""

    OVERRIDE = "override"  # a manager let it happen
    VOID = "void"
    RETURN = "return"
    LOOKUPS = "lookups"  # code after code was turned away
    OFTEN = "often"  # the same member more often a day than usual
    OVER_LIMIT = "over_limit"  # head office: more than there was, or might be given
    FLAGGED = "flagged"  # head office doubts it, or has set it aside
    CLOCK = "clock"  # the computer's clock moved
    PIN_LOCK = "pin_lock"
    HANDED = "handed"  # a cashier handed it to the manager


@dataclass(frozen=True, slots=True)
class ExceptionRow:
    """An exception. `name` is what a note says that it is about; `count` how often, of what is counted.

    `flags`: head office's; `detail`: why, or where to, as a word of the entry. Amounts in minor units.
    """

    what: What
    seq: int
    at_ms: int
    name: str
    kind: str = ""  # the entry's type
    order_id: str = ""
    member_ref: str = ""
    staff: str = ""
    approver: str = ""
    value: int = 0
    count: int = 1
    detail: str = ""
    flags: tuple[str, ...] = ()
    is_seen: bool = False
    note: str = ""
    seen_by: str = ""
    seen_ms: int = 0
