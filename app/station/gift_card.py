"""Gift cards at the station: what one is worth here and now, and what it pays of an order.

    seen = look_up(store, ref)                               # SeenGiftCard, None: not known here
    AtTill(…, cards=(CardShown(seen.ref, most=500),))        # to quote, ask and hand in: see redeem.py

A card goes by the hash of its number. Its balance is head office's figure, and over it what was done here since;
another station may have taken of it too, so without head office's word it pays no more than the program's limits.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.core.asking import NOTHING_HEARD, Heard, card_name, parts_of_card
from app.core.card_policy import CARD_POLICY, CardPolicy, CardRight, left_of
from app.core.card_rest import Rest
from app.core.gift_cards import Tender, TenderKind, refused_by_end
from app.core.order import local_date
from app.core.overlay import CARD_ALONE, CARD_DAY, CARD_MONEY
from app.core.reasons import Reason, Refusal
from app.station.leasing import heard_seq
from app.store.gift_cards import CardRow, CardStatus
from app.store.replica_rows import GIFT_CARD
from app.store.store import StationStore


class CardState(StrEnum):
    """How a card stands here and now."""

    NEW = "new"  # nothing was ever put on it
    ACTIVE = "active"
    USED = "used"  # it was for one use
    EXPIRED = "expired"
    FROZEN = "frozen"  # by head office


@dataclass(frozen=True, slots=True)
class CardShown:
    """A card that is to pay: `most` minor units, None: all that it can."""

    ref: str
    most: int | None = None


@dataclass(frozen=True, slots=True)
class SeenGiftCard:
    """A gift card at the till. `ref` is the hash of its number, of which `ends_with` was seen.

    `balance` in minor units as known here, head office's part of it as of `as_of_ms`; `refusal` is why it pays nothing
    now, and `alone` what this station may take off it at once without head office.
    """

    ref: str
    ends_with: str
    kind: str
    currency: str
    balance: int
    state: CardState
    ends_on: date | None
    is_single_use: bool
    as_of_ms: int
    refusal: Refusal | None
    alone: int


def look_up(store: StationStore, ref: str, *, ends_with: str = "") -> SeenGiftCard | None:
    """Return a card as it stands here; None for one that is not known, or of another currency than this store's."""
    row = _row(store, ref)
    if row is None:
        return None
    balance = row.balance + _own(store, ref)
    state = _state(store, row, balance)
    refusal = _refusal(row, state, balance)
    position = store.replica.position()
    return SeenGiftCard(
        ref=ref,
        ends_with=ends_with,
        kind=row.kind,
        currency=row.currency,
        balance=balance,
        state=state,
        ends_on=row.ends_on,
        is_single_use=row.is_single_use,
        as_of_ms=0 if position is None else position.as_of_ms,
        refusal=refusal,
        alone=0 if refusal else _alone_of(store, row, balance),
    )


def tenders_of(
    store: StationStore, cards: Iterable[CardShown], *, heard: Heard = NOTHING_HEARD
) -> tuple[Tender, ...]:
    """Return cards as they can pay: by head office's word where it was heard, else by what is known here."""
    return tuple(_tender(store, card, heard) for card in cards)


def policy_of(store: StationStore) -> CardPolicy:
    """Return what the program lets this station do to cards alone."""
    program = store.replica.program()
    return CARD_POLICY if program is None else program.cards


def _tender(store: StationStore, card: CardShown, heard: Heard) -> Tender:
    row, name = _row(store, card.ref), card_name(card.ref)
    if row is None:
        gone = CardRight(denied=Refusal(Reason.UNKNOWN_CODE, {"shown": card.ref[:8]}))
        return Tender(TenderKind.GIFT_CARD, card.ref, 0, right=gone, most=card.most)
    balance, ends_on = row.balance + _own(store, card.ref), row.ends_on
    state = _state(store, row, balance)
    right = _right(store, card.ref)
    if name in heard.granted:
        there, reserved = parts_of_card(heard, card.ref)
        balance = there + store.journal.effect_sum(CARD_MONEY, card.ref, after_seq=store.acked_seq())
        right = CardRight(granted=heard.granted[name], up_to=reserved)
        ends_on = None  # head office has looked at that, and may have put it off
    elif name in heard.denied:
        right = CardRight(denied=heard.denied[name])
    elif state in (CardState.FROZEN, CardState.NEW):
        right = CardRight(denied=_refusal(row, state, balance))
    return Tender(
        kind=TenderKind.GIFT_CARD,
        ref=card.ref,
        balance=balance,
        ends_on=ends_on,
        is_single_use=row.is_single_use,
        is_used=row.is_single_use and balance <= 0,
        single_use_rest=row.rest,
        most=card.most,
        right=right,
    )


def _row(store: StationStore, ref: str) -> CardRow | None:
    row = store.replica.gift_cards.find(ref)
    return row if row is not None and row.currency == store.device.currency else None


def _own(store: StationStore, ref: str) -> int:
    included = store.replica.included_seq(GIFT_CARD, ref)
    return store.journal.effect_sum(CARD_MONEY, ref, after_seq=included)


def _state(store: StationStore, row: CardRow, balance: int) -> CardState:
    today = local_date(store.now_ms(), store.device.time_zone)
    if row.status is CardStatus.FROZEN:
        return CardState.FROZEN
    if row.status is CardStatus.NEW and not store.journal.numbers_of(CARD_MONEY, row.code_hash):
        return CardState.NEW
    if refused_by_end(row.ends_on, today):
        return CardState.EXPIRED
    return CardState.USED if row.is_single_use and balance <= 0 else CardState.ACTIVE


def _refusal(row: CardRow, state: CardState, balance: int) -> Refusal | None:
    match state:
        case CardState.FROZEN:
            return Refusal(Reason.CARD_FROZEN)
        case CardState.NEW:
            return Refusal(Reason.CARD_NOT_ACTIVE)
        case CardState.EXPIRED:
            return Refusal(
                Reason.WALLET_EXPIRED, {"ends_on": "" if row.ends_on is None else row.ends_on.isoformat()}
            )
        case CardState.USED:
            return Refusal(Reason.CARD_USED)
        case CardState.ACTIVE:
            return None if balance > 0 else Refusal(Reason.VALUE_EMPTY)


def _right(store: StationStore, ref: str) -> CardRight:
    """Return what is used of the limits. By a clock in doubt nobody knows how old the balance is."""
    position, today = store.replica.position(), local_date(store.now_ms(), store.device.time_zone)
    return CardRight(
        taken=store.journal.effect_sum(CARD_ALONE, ref, after_seq=heard_seq(store)),
        taken_today=store.journal.effect_sum(CARD_DAY, today.isoformat(), after_seq=0),
        as_of_ms=None if position is None or store.time.is_doubtful() else position.as_of_ms,
    )


def _alone_of(store: StationStore, row: CardRow, balance: int) -> int:
    """Return what may be taken off a card alone: nothing, where its rest is paid out with it and is too much."""
    most = _alone(_right(store, row.code_hash), policy_of(store), at_ms=store.now_ms())
    is_all_gone = row.is_single_use and row.rest is Rest.PAID_OUT
    return 0 if is_all_gone and balance > most else min(balance, most)


def _alone(right: CardRight, policy: CardPolicy, *, at_ms: int) -> int:
    if right.refused(0, policy, at_ms=at_ms, taken_here=0):
        return 0
    return min(left_of(policy.card_max, right.taken), left_of(policy.day_max, right.taken_today))
