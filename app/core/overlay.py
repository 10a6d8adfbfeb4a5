"""What an entry does to the station's own figures until HQ's copy includes it, and which ids it claims.

Derived from the entry's body alone, so that verifying a journal can hold the stored effects against it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.core.entry import ORDER, REDEEM, REFUSE

ORDER_CLAIM, REDEMPTION_CLAIM = "order", "redemption"
POINTS_PENDING, POINTS_SPENT, VOUCHER_USE = "points_pending", "points_spent", "voucher_use"
CODE_SPENT = "code_spent"  # a showing of a phone's code: no figure of HQ's, so it counts for as long as the epoch lasts


@dataclass(frozen=True, slots=True)
class Effect:
    """`delta` (whole points or uses) on a balance or counter named by kind and reference; 0 for a claimed id."""

    kind: str
    ref: str
    delta: int = 0


def effects_of(entry_type: str, data: Mapping[str, Any]) -> tuple[Effect, ...]:
    """Return the effects of an entry. Types without any are left alone."""
    if entry_type == ORDER:
        claim = Effect(ORDER_CLAIM, data["order_id"])
        if data["member"] is None or not data["points"]:
            return (claim,)
        return (claim, Effect(POINTS_PENDING, data["member"]["ref"], data["points"]))
    if entry_type == REDEEM:
        found = [Effect(REDEMPTION_CLAIM, data["redemption_id"])]
        if data["code_hash"]:
            found.append(Effect(VOUCHER_USE, data["code_hash"], 1))
        if data.get("points"):  # records before offers could cost points have none
            found.append(Effect(POINTS_SPENT, data["member"], -data["points"]))
        if data.get("shown"):  # by a phone; a card has nothing that is used up
            found.append(Effect(CODE_SPENT, data["shown"]["nonce_hash"], 1))
        return tuple(found)
    if entry_type == REFUSE:
        return (Effect(REDEMPTION_CLAIM, data["redemption_id"]),)
    return ()
