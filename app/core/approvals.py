"""What a manager has approved: one action, for one reason of a fixed list, within a minute.

An approval is worth something to the one action that it names, once: the entry that the action makes holds it, and
uses its id up (overlay.py). So the entry has both names, whose hands it was and who approved it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.core.reasons import Reason, Refusal
from app.core.trusted_time import Reading

LASTS_MS = 60_000
APPROVER, APPROVAL = "approver", "approval"  # keys of an entry's data


class Why(StrEnum):
    """Why a manager approves something; the words stand in journals, and what people read is the window's."""

    WRONG_MEMBER = "wrong_member"
    WRONG_AMOUNT = "wrong_amount"
    WRONG_OFFER = "wrong_offer"
    CHANGED_MIND = "changed_mind"
    GOODS_FAULTY = "goods_faulty"
    GOODWILL = "goodwill"
    PROMISED = "promised"
    PIN_FORGOTTEN = "pin_forgotten"
    PIN_OF_ANOTHER = "pin_of_another"  # somebody else has typed
    PIN_KNOWN = "pin_known"  # to somebody whose it isn't
    LEFT = "left"  # works here no more
    DAY_CHECKED = "day_checked"  # the end of a day: its figures are as they should be
    DAY_DIFFERS = "day_differs"  # they are not, and somebody looks into it
    NEW_DEVICE = "new_device"  # one more in the store, or in the place of another
    NOT_WORKING = "not_working"  # a card, a phone, a scanner
    TO_SEE = "to_see"  # nothing is done: it opens the manager's pages


REASONS = tuple(why for why in Why if why is not Why.TO_SEE)  # to do something


def veiled(refusal: Refusal | None = None) -> Refusal:
    """Return what somebody is told who approved nothing: not whether it was the person or the PIN that was wrong."""
    if refusal is None or refusal.reason in (Reason.PIN_WRONG, Reason.NOT_STAFF):
        return Refusal(Reason.NOT_APPROVED)
    return refusal


@dataclass(frozen=True, slots=True)
class Approval:
    """Who approved which action, why, and at which moment of the boot clock, which nobody sets.

    `action` names the one thing that it is for, as whoever asked named it: `void:<redemption id>`.
    """

    approval_id: str
    approver: str
    action: str
    why: Why
    given: Reading

    def is_over(self, now: Reading) -> bool:
        """Tell whether its minute is over, or the machine has started anew since."""
        passed = now.boot_ms - self.given.boot_ms
        return now.boot != self.given.boot or not 0 <= passed <= LASTS_MS

    def record(self) -> dict[str, Any]:
        """Return what goes into the data of the entry of the action, beside its `cashier`."""
        return {APPROVER: self.approver, APPROVAL: {"id": self.approval_id, "why": str(self.why)}}


def approval_id_of(data: Mapping[str, Any]) -> str | None:
    """Return the id of the approval by which an entry's action was done; None where it needed none."""
    found = data.get(APPROVAL)
    return None if found is None else str(found["id"])
