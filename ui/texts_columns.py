"""What stands in files for spreadsheet programs: the names of columns, and words for what entries call by a code."""

from collections.abc import Callable, Mapping

from app.core.approvals import Why
from app.core.entry import (
    CLOCK_JUMP,
    DAY_CLOSE,
    ENROL,
    EPOCH_START,
    GIFT_CARD,
    MODE_CHANGE,
    NOTED,
    ORDER,
    OVERRIDE,
    PAIRING,
    PIN_LOCK,
    RETURN,
    SCAN_DENIED,
    SHIFT,
    STAFF_CHANGE,
    VOID,
)
from app.core.reasons import BY_CODE
from app.core.reversal_rules import ReversalReason
from app.review.exceptions import What
from app.review.rows import Standing
from ui import texts_exceptions, texts_queue, texts_undo
from ui.i18n import _
from ui.why_texts import why as why_text

Words = Mapping[str, str]


def say(column: str, code: str) -> str:
    """Return the name of a column where there is no code, else what the code means in it; unknown ones as they are."""
    if not code:
        return head(column)
    words = _WORDS.get(column)
    return (words(code) if words is not None else "") or code


def head(column: str) -> str:
    """Return what stands above a column."""
    return {**_rows(), **_days()}.get(column, column)


def _rows() -> Words:
    return {
        "number": _("Number"),
        "day": _("Day"),
        "time": _("Time"),
        "kind": _("What"),
        "order": _("Order"),
        "member": _("Member"),
        "member_ref": _("Member's number"),
        "offers": _("Offers"),
        "refused": _("Refused"),
        "total": _("Total"),
        "discount": _("Taken off"),
        "paid": _("To pay"),
        "points_earned": _("Points earned"),
        "points_spent": _("Points spent"),
        "cards": _("Gift cards"),
        "staff": _("Cashier"),
        "approver": _("Approved by"),
        "why": _("Why"),
        "register": _("Till"),
        "line": _("Connection"),
        "standing": _("Head office"),
        "flags": _("What head office says"),
        "undone": _("Undone"),
        "what": _("In detail"),
        "whom": _("Whom it is about"),
        "note": _("A word on it"),
        "entry_id": _("Entry"),
        "exception": _("Kind"),
        "value": _("Amount"),
        "count": _("How many"),
        "seen_by": _("Seen by"),
    }


def _days() -> Words:
    return {
        "closed": _("Closed at"),
        "orders": _("Orders"),
        "redemptions": _("Redemptions"),
        "value_given": _("Given"),
        "value_back": _("Came back"),
        "new_members": _("New members"),
        "voids": _("Orders undone"),
        "returns": _("Returns"),
        "overridden": _("Approved by a manager"),
        "gift_cards_paid": _("Paid by gift cards"),
        "gift_cards_put_on": _("Put on gift cards"),
        "waiting": _("Not sent yet when it was closed"),
        "to_look_at": _("To be looked at then"),
    }


def _kind(code: str) -> str:
    return {
        ORDER: _("Order"),
        VOID: _("Undone"),
        RETURN: _("Return"),
        ENROL: _("New member"),
        GIFT_CARD: _("Gift card"),
        SCAN_DENIED: _("Code turned away"),
        SHIFT: _("Signed in or out"),
        MODE_CHANGE: _("Training"),
        OVERRIDE: _("Wait for a PIN ended"),
        PIN_LOCK: _("PIN locked"),
        STAFF_CHANGE: _("Staff changed"),
        PAIRING: _("Code for a new station"),
        DAY_CLOSE: _("Day closed"),
        NOTED: _("Seen by a manager"),
        CLOCK_JUMP: _("Clock moved"),
        EPOCH_START: _("Station set up anew"),
    }.get(code, "")


def _standing(code: str) -> str:
    return {
        Standing.WAITING: _("Waiting"),
        Standing.SENT: _("Sent"),
        Standing.POSTED: _("Counted"),
        Standing.LOOK: _("To look at"),
    }.get(Standing(code), "")


def _why(code: str) -> str:
    return why_text(Why(code)) if code in set(Why) else ""


def _refused(code: str) -> str:
    """A reason's title, where no figure of the order stands in it: those are not in the table."""
    reason = BY_CODE.get(code)
    title = "" if reason is None else _(reason.sentence).partition(". ")[0].removesuffix(".")
    return "" if "{" in title else title


def _what(code: str) -> str:
    if code in set(ReversalReason):
        return texts_undo.reason(ReversalReason(code))
    if code in set(What):
        return texts_exceptions.kind(What(code))
    return {
        "begin": _("Signed in"),
        "end": _("Signed out"),
        "training": _("Training begun"),
        "live": _("Training ended"),
        "pin": _("Emergency PIN"),
        "suspend": _("Suspended"),
    }.get(code, "")


def _exception(code: str) -> str:
    return texts_exceptions.kind(What(code))


def _flag(code: str) -> str:
    found = texts_queue.flags()
    return next((said for flag, said in found.items() if flag == code), "")


def _line(code: str) -> str:
    return {"online": _("Online"), "offline": _("Offline")}.get(code, "")


def _undone(code: str) -> str:
    return {"void": _("Undone"), "return": _("Goods taken back")}.get(code, "")


_WORDS: Mapping[str, Callable[[str], str]] = {
    "kind": _kind,
    "standing": _standing,
    "why": _why,
    "refused": _refused,
    "what": _what,
    "exception": _exception,
    "flags": _flag,
    "line": _line,
    "undone": _undone,
}
