"""How far a station may take money off gift cards by itself, and put some on.

A card's balance here is what head office said a while ago, less what was done here since: another station may have
taken the same money. So without head office's word on an order a card pays little: so much of one card until head
office has heard of it, and so much of all cards on one day. Putting money on is paid for at the till; who does it alone
and how much is said here too.
"""

from dataclasses import dataclass
from typing import Any

from app.core.authority import HOUR_MS
from app.core.document import Place
from app.core.money import Currency
from app.core.order import AMOUNT_MAX
from app.core.reasons import BY_CODE, Reason, Refusal
from app.core.recorded import text, whole

STALE_HOURS_MAX = 24 * 30
WANTS_WORD = frozenset(
    {Reason.CARD_FLOOR, Reason.CARD_DAY, Reason.FACTS_STALE}
)  # head office can take them away


@dataclass(frozen=True, slots=True)
class CardPolicy:
    """What a program lets its stations do to gift cards alone, in minor units.

    `card_max` off one card until head office has heard of it, `day_max` off all cards on a local day, by facts no older
    than `stale_ms`. `alone_max` is what cashiers put on one card in a day without a manager, `balance_max` what a card
    carries.
    """

    card_max: int = 5_000
    day_max: int = 50_000
    stale_ms: int = 72 * HOUR_MS
    alone_max: int = 10_000
    balance_max: int = 100_000


CARD_POLICY = CardPolicy()


@dataclass(frozen=True, slots=True)
class CardRight:
    """By what right a station takes money off a card: head office's word on the order, or else the policy's limits.

    `granted` is a reservation of `up_to` minor units; `denied` is why the card pays nothing at all. Of the limits
    `taken` (this card, until head office has heard of it) and `taken_today` (all cards) are used. `as_of_ms` is head
    office's moment of what is known here; None where nobody knows how long ago that was.
    """

    granted: str = ""
    up_to: int = 0
    denied: Refusal | None = None
    taken: int = 0
    taken_today: int = 0
    as_of_ms: int | None = None

    def refused(self, value: int, policy: CardPolicy, *, at_ms: int, taken_here: int) -> Refusal | None:
        """Return why so much may not be taken without head office; `taken_here` was by this order before."""
        if self.as_of_ms is None or at_ms - self.as_of_ms > policy.stale_ms:
            return Refusal(Reason.FACTS_STALE)
        if value > (left := left_of(policy.card_max, self.taken)):
            return Refusal(Reason.CARD_FLOOR, {"wanted": left})
        if value > (left := left_of(policy.day_max, self.taken_today + taken_here)):
            return Refusal(Reason.CARD_DAY, {"wanted": left})
        return None


def left_of(most: int, taken: int) -> int:
    """Return what is left of a limit; a void may have given back what another day had taken."""
    return max(most - max(taken, 0), 0)


def needs_approval(policy: CardPolicy, amount: int, *, is_known: bool, is_manager: bool) -> bool:
    """Tell whether a manager has to approve that money is put on a card: `amount` is all of this day.

    `is_known`: somebody has signed in.
    """
    return not is_manager and (not is_known or amount > policy.alone_max)


def read_card_policy(root: Place, currency: Currency) -> CardPolicy:
    """Return what a program says, and the ordinary for what it leaves out. Raises `DocumentInvalid`."""
    ordinary = _in(currency)
    cards = root.inner("gift_cards") if root.has("gift_cards") else None
    offline = (
        cards.inner("offline").only("card", "day", "stale_hours") if cards and cards.has("offline") else None
    )
    top_up = cards.inner("top_up").only("alone", "balance") if cards and cards.has("top_up") else None
    hours = _number(offline, "stale_hours", STALE_HOURS_MAX, ordinary.stale_ms // HOUR_MS)
    return CardPolicy(
        card_max=_number(offline, "card", AMOUNT_MAX, ordinary.card_max),
        day_max=_number(offline, "day", AMOUNT_MAX, ordinary.day_max),
        stale_ms=hours * HOUR_MS,
        alone_max=_number(top_up, "alone", AMOUNT_MAX, ordinary.alone_max),
        balance_max=_number(top_up, "balance", AMOUNT_MAX, ordinary.balance_max),
    )


def _in(currency: Currency) -> CardPolicy:
    """Return the ordinary policy, which is written in hundredths, in a currency's minor units."""
    ordinary = CardPolicy()

    def minor(value: int) -> int:
        return int(value * 10**currency.digits // 100)

    return CardPolicy(
        minor(ordinary.card_max),
        minor(ordinary.day_max),
        ordinary.stale_ms,
        minor(ordinary.alone_max),
        minor(ordinary.balance_max),
    )


def _number(place: Place | None, key: str, most: int, ordinary: int) -> int:
    return ordinary if place is None or not place.has(key) else place.number(key, least=0, most=most)


def right_record(right: CardRight) -> dict[str, Any]:
    """Return how a right stands in an order's record; what there is nothing of is left out."""
    told: dict[str, Any] = {
        "granted": right.granted,
        "up_to": right.up_to,
        "denied": None if right.denied is None else right.denied.record(),
        "taken": right.taken,
        "taken_today": right.taken_today,
    }
    return {"as_of": right.as_of_ms} | {key: value for key, value in told.items() if value}


def read_right(record: Any) -> CardRight:
    """Read it. Raises what reading a wrong record raises: KeyError, TypeError or ValueError."""
    as_of, denied = record["as_of"], record.get("denied")
    return CardRight(
        granted=text(record.get("granted", "")),
        up_to=_amount(record.get("up_to", 0)),
        denied=None if denied is None else _refusal(denied),
        taken=_amount(record.get("taken", 0)),
        taken_today=_amount(record.get("taken_today", 0)),
        as_of_ms=None if as_of is None else whole(as_of),
    )


def _refusal(told: Any) -> Refusal:
    numbers = told["numbers"]
    if not isinstance(numbers, dict) or any(type(value) not in (int, str) for value in numbers.values()):
        raise TypeError("expected an object of numbers")
    return Refusal(BY_CODE[text(told["code"])], numbers)


def _amount(value: Any) -> int:
    if abs(whole(value)) > AMOUNT_MAX:
        raise ValueError("amount out of range")
    return int(value)
