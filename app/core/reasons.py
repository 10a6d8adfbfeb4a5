"""Why something is not possible: one enum in order of precedence, and the sentence a cashier can read out.

When several reasons apply, the first in this order is shown and the others are listed. Codes are stable: they
stand in journals and in other systems. Numbers in a refusal are integers in minor units, or words to show.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum


class ReasonClass(Enum):
    """What a reason is about, highest precedence first."""

    IDENTITY = "identity"
    AUTHORITY = "authority"
    TIME = "time"  # and place
    MEMBER = "member"
    ORDER = "order"
    LIMIT = "limit"
    STACKING = "stacking"
    BALANCE = "balance"
    EFFECT = "effect"


class Reason(Enum):
    """Highest precedence first. Each: class, could asking again later help, sentence. Its stable code is its name."""

    CODE_UNREADABLE = (
        ReasonClass.IDENTITY,
        False,
        "This code can't be read. Scan it again or type the number.",
    )
    CODE_FORGED = (ReasonClass.IDENTITY, False, "This code was not issued by us. Ask for another card.")
    CODE_WITHDRAWN = (
        ReasonClass.IDENTITY,
        False,
        "This card has been withdrawn. Ask head office for a new one.",
    )
    CODE_TOO_NEW = (
        ReasonClass.IDENTITY,
        True,
        "This card is newer than this station's keys, which come from head office. Try again in a minute.",
    )
    CODE_IS_PRODUCT = (ReasonClass.IDENTITY, False, "This is the barcode of goods, not a member's code.")
    CODE_IS_LINK = (ReasonClass.IDENTITY, False, "This code is a link, not a member's code.")
    CODE_IS_FOREIGN = (
        ReasonClass.IDENTITY,
        False,
        "This code is for something else. Ask for the member's code.",
    )
    COUPON_OF_MAKER = (
        ReasonClass.IDENTITY,
        False,
        "This coupon is from a maker of goods. It can't be checked here.",
    )
    CODE_FOR_SETUP = (ReasonClass.IDENTITY, False, "This code is only for setting up a station.")
    CODE_NOT_HERE = (
        ReasonClass.IDENTITY,
        False,
        "This is a receipt or a staff badge. It can't be used here.",
    )
    UNKNOWN_CODE = (ReasonClass.IDENTITY, True, "Unknown code {shown}.")
    CODE_EXPIRED = (ReasonClass.IDENTITY, False, "This member code has expired. A new one is in the portal.")
    CODE_NOT_YET_VALID = (ReasonClass.IDENTITY, True, "This member code is not valid yet.")
    CODE_STALE = (
        ReasonClass.IDENTITY,
        True,
        "This code is not of this minute. Ask for the one that the phone shows now.",
    )
    CODE_REPLAYED = (ReasonClass.IDENTITY, True, "This code has been used. Ask for a new one on the phone.")
    TOO_MANY_UNKNOWN = (
        ReasonClass.IDENTITY,
        True,
        "Too many unknown numbers. Scan a signed code, or try again in a minute.",
    )
    MEMBER_NEEDED = (ReasonClass.IDENTITY, True, "Scan the member's card first.")
    NOT_STAFF = (ReasonClass.IDENTITY, False, "Nobody in this store signs in like this. Ask head office.")
    PIN_LOCKED = (ReasonClass.IDENTITY, True, "Too many wrong PINs. Seconds to wait: {seconds}.")
    PIN_WRONG = (ReasonClass.IDENTITY, True, "This PIN is wrong. Tries left before a wait: {left}.")
    PIN_UNCHECKED = (
        ReasonClass.IDENTITY,
        True,
        "This station can't check this PIN yet. It has to hear from head office first.",
    )
    NOT_APPROVED = (ReasonClass.IDENTITY, True, "This was not approved. Check who approves it, and the PIN.")
    ORDER_UNKNOWN = (
        ReasonClass.IDENTITY,
        False,
        "This station did not record this order. It can be undone where it was made.",
    )
    PROGRAM_NOT_LIVE = (ReasonClass.AUTHORITY, True, "The loyalty program is not open here at the moment.")
    PROGRAM_ENDED = (ReasonClass.AUTHORITY, False, "The loyalty program ended on {ends_on}.")
    PROGRAM_EXPIRED = (
        ReasonClass.AUTHORITY,
        True,
        "The rules on this station are too old. Points are still earned.",
    )
    MEMBER_STOPPED = (
        ReasonClass.AUTHORITY,
        False,
        "Head office has stopped this member's card. No points are earned or spent with it.",
    )
    STOPPED = (ReasonClass.AUTHORITY, False, "Head office has stopped this.")
    SPENDING_STOPPED = (
        ReasonClass.AUTHORITY,
        True,
        "This station may not redeem until head office has looked at it. Points are still earned.",
    )
    DISK_LOW = (
        ReasonClass.AUTHORITY,
        True,
        "Little room is left on this station's disk, so nothing is redeemed. Points are still earned.",
    )
    SIGN_IN_NEEDED = (
        ReasonClass.AUTHORITY,
        True,
        "Somebody has to sign in before anything is redeemed. Points are still earned.",
    )
    OWN_ACCOUNT = (ReasonClass.AUTHORITY, True, "Nobody redeems for themselves. A colleague can do it.")
    OWN_ORDER = (
        ReasonClass.AUTHORITY,
        True,
        "Nobody undoes orders of their own card. A colleague can do it.",
    )
    APPROVAL_NEEDED = (ReasonClass.AUTHORITY, True, "A manager has to approve this.")
    APPROVER_DOES_NOT_FIT = (
        ReasonClass.AUTHORITY,
        True,
        "Another manager has to approve this. Nobody approves what they do themselves or what is for themselves.",
    )
    RULES_GONE = (
        ReasonClass.AUTHORITY,
        False,
        "This station no longer holds the rules of this order. Head office can undo it.",
    )
    OFFER_UNKNOWN = (ReasonClass.AUTHORITY, True, "The rules of this offer are not on this station yet.")
    ONLINE_ONLY = (ReasonClass.AUTHORITY, True, "This offer needs head office, which can't be reached.")
    STATION_CAP_REACHED = (
        ReasonClass.AUTHORITY,
        True,
        "This station has given as much as it may before head office hears of it. Points are still earned.",
    )
    FACTS_STALE = (
        ReasonClass.AUTHORITY,
        True,
        "This station has not heard from head office for too long to give this.",
    )
    FLOOR_EXCEEDED = (
        ReasonClass.AUTHORITY,
        True,
        "Without head office this station may give {wanted} at most.",
    )
    FLOOR_USED = (
        ReasonClass.AUTHORITY,
        True,
        "This member has had as much as may be given without head office.",
    )
    CARD_FROZEN = (ReasonClass.AUTHORITY, True, "Head office has stopped this gift card.")
    CARD_FLOOR = (
        ReasonClass.AUTHORITY,
        True,
        "Without head office this gift card pays {wanted} at most here. Ask for less, or try again once it answers.",
    )
    CARD_DAY = (
        ReasonClass.AUTHORITY,
        True,
        "Without head office gift cards pay {wanted} more here today. Ask for less, or try again once it answers.",
    )
    FACTS_MISSING = (
        ReasonClass.AUTHORITY,
        True,
        "This station does not know enough about the member to decide. Head office does.",
    )
    TIME_DOUBTFUL = (
        ReasonClass.TIME,
        True,
        "This offer depends on the time, which this station must first get from head office.",
    )
    NOT_STARTED = (ReasonClass.TIME, True, "This offer starts on {starts_on}.")
    EXPIRED = (ReasonClass.TIME, False, "This offer ended on {ends_on}.")
    WRONG_STORE = (ReasonClass.TIME, False, "This offer is not valid in this store.")
    OUTSIDE_HOURS = (ReasonClass.TIME, True, "This offer is not valid at this time.")
    UNDO_TOO_LATE = (
        ReasonClass.TIME,
        False,
        "Orders can be undone for {wanted} days. Head office can still do it.",
    )
    NOT_OWNER = (ReasonClass.MEMBER, False, "This voucher belongs to another member.")
    NOT_IN_SEGMENT = (ReasonClass.MEMBER, False, "This offer is for invited members only.")
    WRONG_TIER = (ReasonClass.MEMBER, True, "This offer is for another tier.")
    OTHER_VARIANT = (ReasonClass.MEMBER, False, "This offer is being tried out with other members.")
    ATTRIBUTE_MISSING = (ReasonClass.MEMBER, True, "Not known yet: {name}.")
    ATTRIBUTE_DOES_NOT_FIT = (ReasonClass.MEMBER, False, "Does not fit this offer: {name} is {found}.")
    CONSENT_MISSING = (ReasonClass.MEMBER, True, "The member has not agreed to this: {name}.")
    NOT_THE_DAY = (ReasonClass.MEMBER, True, "This offer is for another day in the member's year.")
    NOT_NTH_ORDER = (
        ReasonClass.MEMBER,
        True,
        "This offer is for order number {wanted}. This is number {found}.",
    )
    SPEND_NOT_MET = (
        ReasonClass.MEMBER,
        True,
        "The member has spent {found} so far: {missing} short of {wanted}.",
    )
    HISTORY_NOT_MET = (
        ReasonClass.MEMBER,
        True,
        "{missing} more needed in the member's history: {found} of {wanted}.",
    )
    HISTORY_DOES_NOT_FIT = (ReasonClass.MEMBER, True, "This offer does not fit what the member did before.")
    SELF_REFERRAL = (ReasonClass.MEMBER, False, "Nobody can refer themselves.")
    ORDER_NEEDED = (ReasonClass.ORDER, True, "Enter the order's amount first.")
    LINES_NEEDED = (
        ReasonClass.ORDER,
        True,
        "This offer depends on the products bought. A typed amount does not name the products.",
    )
    MIN_QTY_NOT_MET = (ReasonClass.ORDER, True, "{missing} more needed: from {wanted} on.")
    REQUIRED_ITEM_MISSING = (ReasonClass.ORDER, True, "None of the products of this offer is in the order.")
    MIN_TOTAL_NOT_MET = (ReasonClass.ORDER, True, "{missing} short of {wanted}.")
    ORDER_DOES_NOT_FIT = (ReasonClass.ORDER, True, "This offer does not fit this order.")
    ORDER_UNDONE = (ReasonClass.LIMIT, False, "This order has been undone. Nothing of it is left.")
    DAY_CLOSED = (
        ReasonClass.LIMIT,
        False,
        "This day has been closed. What was done since belongs to the next one.",
    )
    RETURNED_TOO_MUCH = (
        ReasonClass.LIMIT,
        True,
        "More comes back than was bought or is left. See what is left of this order.",
    )
    LIMIT_TOTAL_REACHED = (ReasonClass.LIMIT, False, "This voucher has been used.")
    LIMIT_CAMPAIGN_REACHED = (ReasonClass.LIMIT, False, "This offer has been used as often as it may be.")
    LIMIT_PER_MEMBER_REACHED = (
        ReasonClass.LIMIT,
        True,
        "The member has used this as often as one member may.",
    )
    LIMIT_MEMBERS_REACHED = (ReasonClass.LIMIT, False, "The first {wanted} members have had this offer.")
    BUDGET_EXHAUSTED = (ReasonClass.LIMIT, False, "What was set aside for this offer has been given.")
    BUDGET_EXCEEDED = (ReasonClass.LIMIT, True, "Only {left} is left of what was set aside for this offer.")
    OUT_OF_STOCK = (ReasonClass.LIMIT, True, "None is left of this reward.")
    STACK_INVALID = (
        ReasonClass.STACKING,
        True,
        "Another code of this order can't be used, and they go together only.",
    )
    EXCLUDED_BY_EXCLUSIVE = (ReasonClass.STACKING, True, "{other} can't be combined with anything else.")
    NOT_COMBINABLE = (ReasonClass.STACKING, True, "{name} does not combine with {other}.")
    ONLY_TOGETHER = (ReasonClass.STACKING, True, "Only together with {other}.")
    NOT_BEST = (ReasonClass.STACKING, True, "{other} saves more, and only one of the two applies.")
    GROUP_LIMIT = (ReasonClass.STACKING, True, "No more than {wanted} offers of this kind in one order.")
    INSUFFICIENT_POINTS = (ReasonClass.BALANCE, True, "{missing} points short of {wanted}.")
    POINTS_MIN_NOT_MET = (ReasonClass.BALANCE, True, "At least {wanted} points must be used at once.")
    DEBT = (ReasonClass.BALANCE, True, "{missing} points are owed from a return. Earn them first.")
    POINTS_SPENT_SINCE = (
        ReasonClass.BALANCE,
        True,
        "{missing} points of this order have been spent since. Take the goods back as a return.",
    )
    WALLET_EXPIRED = (ReasonClass.BALANCE, False, "The value on this card ended on {ends_on}.")
    CARD_USED = (ReasonClass.BALANCE, False, "This gift card has been used.")
    CARD_NOT_ACTIVE = (
        ReasonClass.BALANCE,
        True,
        "This gift card has not been activated yet. Put money on it first.",
    )
    CARD_AMOUNT = (
        ReasonClass.BALANCE,
        True,
        "Up to {wanted} can be put on this gift card now.",
    )
    VALUE_EMPTY = (ReasonClass.BALANCE, True, "Nothing is left on this card.")
    NOTHING_DUE = (ReasonClass.EFFECT, True, "Nothing is left to pay.")
    NO_EFFECT = (ReasonClass.EFFECT, True, "Nothing is left on the order for this offer.")

    def __init__(self, reason_class: ReasonClass, is_transient: bool, sentence: str) -> None:
        """Keep the parts under their names."""
        self.code = self.name.lower()
        self.place = len(type(self).__members__)  # in the order of precedence
        self.reason_class = reason_class
        self.is_transient = is_transient  # later, or with another order, the answer could be another
        self.sentence = sentence


PRECEDENCE = {reason: reason.place for reason in Reason}
BY_CODE = {reason.code: reason for reason in Reason}
MONEY_NUMBERS = {  # their numbers are amounts of money, not counts
    Reason.MIN_TOTAL_NOT_MET,
    Reason.SPEND_NOT_MET,
    Reason.BUDGET_EXCEEDED,
    Reason.FLOOR_EXCEEDED,
    Reason.CARD_FLOOR,
    Reason.CARD_DAY,
    Reason.CARD_AMOUNT,
}


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
    if len({refusal.reason.place for refusal in refusals}) < len(refusals):
        refusals = [refusal for place, refusal in enumerate(refusals) if refusal not in refusals[:place]]
    return tuple(sorted(refusals, key=_place))


def _place(refusal: Refusal) -> int:
    return refusal.reason.place


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
