"""When an entry was really made, as far as HQ can tell from the push that brought it, and whether that matters.

An entry of the same start of the machine as the push is as old as the boot clock says, whatever the wall clock was set
to. Of an earlier start HQ only knows that it can't lie ahead.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.core.entry import Entry
from app.core.outcome import Decision
from app.core.trusted_time import DRIFT_PARTS, WEAK
from sync.protocol import CLOCK_WINDOW_MS, PushRequest


@dataclass(frozen=True, slots=True)
class Receipt:
    """HQ's clock and the device's boot clock when a push came in."""

    now_ms: int
    boot: str
    boot_ms: int


def receipt_of(request: PushRequest, *, now_ms: int) -> Receipt:
    """Return the receipt of a push."""
    return Receipt(now_ms, request.boot.hex(), request.clock.boot_ms)


def reckoned_ms(entry: Entry, t_eff: int, receipt: Receipt | None) -> int | None:
    """Return HQ's reckoning of when an entry was made, where the station's weak clock is off by more than a window.

    `t_eff` is the time it was decided by. None where the two agree, or HQ can't tell.
    """
    if receipt is None or entry.quality != WEAK:
        return None
    age_ms = receipt.boot_ms - entry.boot_ms
    if entry.boot != receipt.boot or age_ms < 0:
        return receipt.now_ms if t_eff > receipt.now_ms + CLOCK_WINDOW_MS else None
    made_ms = receipt.now_ms - age_ms
    return made_ms if abs(t_eff - made_ms) > CLOCK_WINDOW_MS + age_ms // DRIFT_PARTS else None


def gave_more(order: Mapping[str, Any], then: Decision) -> bool:
    """Tell whether a recorded order gave by itself what it would not have been given at another moment."""
    given = {(outcome.rule_id, outcome.discount) for outcome in then.automatic if outcome.is_approved}
    recorded = {(each["rule"], each["discount"]) for each in order["campaigns"]}
    # Points and money back grow where a discount falls away: they are more only beside the same discounts.
    credit = sum(each.get("credit", 0) for each in order["campaigns"])
    more = order["points"] > then.points or credit > sum(outcome.credit for outcome in then.automatic)
    return not recorded <= given or (recorded == given and more)


def redeemed_more(redemption: Mapping[str, Any], then: Decision) -> bool:
    """Tell whether a recorded redemption gave what it would not have been given at another moment."""
    return not any(
        outcome.redemption_id == redemption["redemption_id"]
        and outcome.is_approved
        and outcome.discount >= redemption["discount"]
        and outcome.credit >= redemption.get("credit", 0)
        for outcome in then.presented
    )
