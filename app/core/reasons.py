"""Why something is not possible: one enum in order of precedence, and the sentence a cashier can read out.

When several reasons apply, the first in this order is shown and the others are listed. Codes are stable: they
stand in journals and in other systems. Numbers in a refusal are integers in minor units, or words to show.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum


class ReasonClass(Enum):
    """What a reason is about."""

    IDENTITY = "identity"
    AUTHORITY = "authority"
    TIME = "time"
    MEMBER = "member"
    ORDER = "order"
    LIMIT = "limit"
    BALANCE = "balance"
    EFFECT = "effect"


class Reason(Enum):
    """Stable codes, highest precedence first. Each: code, class, could asking again later help, sentence."""

    CODE_UNREADABLE = (
        "code_unreadable",
        ReasonClass.IDENTITY,
        False,
        "This code can't be read. Scan it again or type the number.",
    )
    CODE_FORGED = (
        "code_forged",
        ReasonClass.IDENTITY,
        False,
        "This code was not issued by us. Ask for another card.",
    )
    UNKNOWN_CODE = ("unknown_code", ReasonClass.IDENTITY, True, "Unknown code {shown}.")
    CODE_EXPIRED = (
        "code_expired",
        ReasonClass.IDENTITY,
        False,
        "This member code has expired. A new one is in the portal.",
    )
    CODE_NOT_YET_VALID = (
        "code_not_yet_valid",
        ReasonClass.IDENTITY,
        True,
        "This member code is not valid yet.",
    )
    MEMBER_NEEDED = ("member_needed", ReasonClass.IDENTITY, True, "Scan the member's card first.")
    PROGRAM_EXPIRED = (
        "program_expired",
        ReasonClass.AUTHORITY,
        True,
        "The rules on this station are too old. Points are still earned.",
    )
    OFFER_UNKNOWN = (
        "offer_unknown",
        ReasonClass.AUTHORITY,
        True,
        "The rules of this offer are not on this station yet.",
    )
    ONLINE_ONLY = (
        "online_only",
        ReasonClass.AUTHORITY,
        True,
        "This offer needs head office, which can't be reached.",
    )
    NOT_STARTED = ("not_started", ReasonClass.TIME, True, "This offer starts on {starts_on}.")
    EXPIRED = ("expired", ReasonClass.TIME, False, "This offer ended on {ends_on}.")
    OUTSIDE_HOURS = ("outside_hours", ReasonClass.TIME, True, "This offer is not valid at this time.")
    NOT_OWNER = ("not_owner", ReasonClass.MEMBER, False, "This voucher belongs to another member.")
    NOT_IN_SEGMENT = ("not_in_segment", ReasonClass.MEMBER, False, "This offer is for invited members only.")
    WRONG_STORE = ("wrong_store", ReasonClass.ORDER, False, "This offer is not valid in this store.")
    ORDER_NEEDED = ("order_needed", ReasonClass.ORDER, True, "Enter the order's amount first.")
    LINES_NEEDED = (
        "lines_needed",
        ReasonClass.ORDER,
        True,
        "This offer depends on the products bought. A typed amount does not name the products.",
    )
    REQUIRED_ITEM_MISSING = (
        "required_item_missing",
        ReasonClass.ORDER,
        True,
        "None of the products of this offer is in the order.",
    )
    MIN_QTY_NOT_MET = ("min_qty_not_met", ReasonClass.ORDER, True, "{missing} more needed: from {wanted} on.")
    MIN_TOTAL_NOT_MET = ("min_total_not_met", ReasonClass.ORDER, True, "{missing} short of {wanted}.")
    ORDER_DOES_NOT_FIT = (
        "order_does_not_fit",
        ReasonClass.ORDER,
        True,
        "This offer does not fit this order.",
    )
    LIMIT_TOTAL_REACHED = ("limit_total_reached", ReasonClass.LIMIT, False, "This voucher has been used.")
    INSUFFICIENT_POINTS = (
        "insufficient_points",
        ReasonClass.BALANCE,
        True,
        "{missing} points short of {wanted}.",
    )
    NO_EFFECT = ("no_effect", ReasonClass.EFFECT, True, "Nothing is left on the order for this offer.")

    def __init__(self, code: str, reason_class: ReasonClass, is_transient: bool, sentence: str) -> None:
        """Keep the parts under their names."""
        self.code = code
        self.reason_class = reason_class
        self.is_transient = (
            is_transient  # asking again later, or with another order, could get another answer
        )
        self.sentence = sentence


PRECEDENCE = {reason: place for place, reason in enumerate(Reason)}
BY_CODE = {reason.code: reason for reason in Reason}
MONEY_NUMBERS = {Reason.MIN_TOTAL_NOT_MET}  # their numbers are amounts of money, not counts


@dataclass(frozen=True)
class Refusal:
    """A no by rule: the reason and the numbers that belong to it."""

    reason: Reason
    numbers: Mapping[str, int | str] = field(default_factory=dict)

    def record(self) -> dict[str, object]:
        """Return the form that stands in journal entries: `{"code": …, "numbers": {…}}`."""
        return {"code": self.reason.code, "numbers": dict(self.numbers)}


def by_precedence(refusals: list[Refusal]) -> tuple[Refusal, ...]:
    """Return the refusals with the one to show first in front, each said once."""
    if len(refusals) == 1:
        return (refusals[0],)
    different = [refusal for place, refusal in enumerate(refusals) if refusal not in refusals[:place]]
    return tuple(sorted(different, key=lambda refusal: PRECEDENCE[refusal.reason]))


def sentence(
    refusal: Refusal,
    *,
    money: Callable[[int], str],
    translate: Callable[[str], str] = lambda message: message,
) -> str:
    """Return the sentence to read out. `money` writes minor units as an amount; `translate` is gettext."""
    is_money = refusal.reason in MONEY_NUMBERS
    shown = {
        name: money(value) if is_money and isinstance(value, int) else str(value)
        for name, value in refusal.numbers.items()
    }
    return translate(refusal.reason.sentence).format_map(shown)
