"""Stored value as payment: what gift cards and the member's wallet give to what is due, and a card's life.

Gift cards and wallets are payments, never discounts: they come after everything else and change neither tax nor points.
The balance of a card is the sum of its entries. Nothing here knows a till: amounts are minor units of one currency,
days are dates on the store's calendar, and the last day counts in full.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from app.core.card_policy import CARD_POLICY, CardPolicy, CardRight
from app.core.card_rest import Rest
from app.core.reasons import Reason, Refusal, by_precedence

FACE_MAX = 10**8  # a million in two-digit money: no card carries more
NO_END = date.max  # sorts a card that never ends behind all that do


class TenderKind(StrEnum):
    """What value is stored in; at one expiry, gift cards pay before the wallet."""

    GIFT_CARD = "gift_card"
    WALLET = "wallet"


@dataclass(frozen=True, slots=True)
class Tender:
    """Stored value shown as payment: a gift card, or one lot of a member's wallet.

    `balance` in minor units, usable through the end of `ends_on`. `owner` is the member it is bound to. `is_used` is
    read of single-use cards only. `single_use_rest` says what becomes of what such a card does not pay. `most` is what
    was asked of it, when that is less than everything. `right`: by what a station takes it, None where nobody asks.
    """

    kind: TenderKind
    ref: str
    balance: int
    ends_on: date | None = None
    is_single_use: bool = False
    owner: str | None = None
    is_used: bool = False
    single_use_rest: Rest = Rest.FORFEITED
    most: int | None = None
    right: CardRight | None = None


@dataclass(frozen=True, slots=True)
class TenderOutcome:
    """What one tender pays (minor units), what is left on it afterwards, and why not, most important first.

    `rest` says what becomes of `left`: it stays, or the card was for one use. `alone` is what was given by a station's
    limits, without head office's word.
    """

    ref: str
    kind: TenderKind
    amount: int
    left: int
    refusals: tuple[Refusal, ...] = ()
    rest: Rest = Rest.STAYS
    alone: int = 0


@dataclass(frozen=True, slots=True)
class _Paying:
    """When something is paid, by whom (the member's reference), and how far the station may go by itself."""

    on_day: date
    member: str | None
    policy: CardPolicy
    at_ms: int


def pay(
    tenders: Iterable[Tender],
    due: int,
    on_day: date,
    *,
    member: str | None = None,
    policy: CardPolicy = CARD_POLICY,
    at_ms: int = 0,
) -> tuple[TenderOutcome, ...]:
    """Return what each tender gives to `due` (minor units), in the order in which they pay; one shown twice pays once.

    What ends first pays first, then gift cards before the wallet, then by `ref`: the order of scans has no effect.
    The amounts never exceed what is due. `member` is the reference of the member at the till, `policy` and `at_ms` are
    for tenders with a right.
    """
    paying = _Paying(on_day, member, policy, at_ms)
    outcomes: list[TenderOutcome] = []
    paid: set[tuple[TenderKind, str]] = set()
    for tender in sorted(tenders, key=_place_in_paying):
        if (tender.kind, tender.ref) not in paid:
            paid.add((tender.kind, tender.ref))
            outcomes.append(_by_right(tender, due, paying, sum(each.alone for each in outcomes)))
            due -= outcomes[-1].amount
    return tuple(outcomes)


def _by_right(tender: Tender, due: int, paying: _Paying, taken_here: int) -> TenderOutcome:
    """Return what a tender gives, as far as the station has the right to take it."""
    right = tender.right
    if right is None:
        return _outcome(tender, due, paying)
    if right.denied is not None:
        return TenderOutcome(tender.ref, tender.kind, 0, tender.balance, (right.denied,))
    if right.granted:
        most = right.up_to if tender.most is None else min(tender.most, right.up_to)
        return _outcome(replace(tender, most=most), due, paying)
    found = _outcome(tender, due, paying)
    value = found.amount + (found.left if found.rest is Rest.PAID_OUT else 0)
    if not found.amount:
        return found
    refusal = right.refused(value, paying.policy, at_ms=paying.at_ms, taken_here=taken_here)
    if refusal is not None:
        return TenderOutcome(tender.ref, tender.kind, 0, tender.balance, (refusal,))
    return replace(found, alone=value)


def _place_in_paying(tender: Tender) -> tuple[date, bool, str]:
    return (tender.ends_on or NO_END, tender.kind is TenderKind.WALLET, tender.ref)


def _outcome(tender: Tender, due: int, paying: _Paying) -> TenderOutcome:
    refusals = _refusals(tender, due, paying.on_day, paying.member)
    if refusals:
        return TenderOutcome(tender.ref, tender.kind, 0, tender.balance, refusals)
    wanted = due if tender.most is None else min(due, tender.most)
    amount = min(wanted, tender.balance)
    left = tender.balance - amount
    rest = tender.single_use_rest if tender.is_single_use and left else Rest.STAYS
    return TenderOutcome(tender.ref, tender.kind, amount, left, rest=rest)


def _refusals(tender: Tender, due: int, on_day: date, member: str | None) -> tuple[Refusal, ...]:
    found = []
    if tender.owner is not None and member is None:
        found.append(Refusal(Reason.MEMBER_NEEDED))
    elif tender.owner is not None and tender.owner != member:
        found.append(Refusal(Reason.NOT_OWNER))
    if expired := refused_by_end(tender.ends_on, on_day):
        found.append(expired)
    if tender.is_single_use and tender.is_used:
        found.append(Refusal(Reason.CARD_USED))
    elif tender.balance <= 0:
        found.append(Refusal(Reason.VALUE_EMPTY))
    if due <= 0 or (tender.most is not None and tender.most <= 0):
        found.append(Refusal(Reason.NOTHING_DUE))
    return by_precedence(found) if found else ()


def refused_by_end(ends_on: date | None, on_day: date) -> Refusal | None:
    """Return why value that ends on a day can't be used: only when that whole day is over. None = no end."""
    if ends_on is None or on_day <= ends_on:
        return None
    return Refusal(Reason.WALLET_EXPIRED, {"ends_on": ends_on.isoformat()})


@dataclass(frozen=True, slots=True)
class Jurisdiction:
    """What the law of a place asks of gift cards issued there.

    `may_end` false: no expiry may be set. `years_min`: an expiry may not come earlier after issue or the last top-up.
    `rest`: what becomes of value that can't be used any more (single use, closing, after the end).
    """

    code: str
    may_end: bool = True
    years_min: int = 0
    rest: Rest = Rest.FORFEITED


JURISDICTIONS: Mapping[
    str, Jurisdiction
] = {  # a start; a program states its own rows after its lawyer read them
    row.code: row
    for row in (
        Jurisdiction(""),  # where nothing else is known
        Jurisdiction("AU", years_min=3),  # Competition and Consumer Act 2010, section 99B
        Jurisdiction("IE", years_min=5),  # Consumer Protection (Gift Vouchers) Act 2019
        Jurisdiction("US", years_min=5),  # 15 U.S.C. 1693l-1 (c)
        Jurisdiction("US-ME", may_end=False, rest=Rest.PAID_OUT),
    )
}


def jurisdiction_of(code: str, table: Mapping[str, Jurisdiction] = JURISDICTIONS) -> Jurisdiction:
    """Return the row for a place by its ISO 3166 code, else its country's (US-NY → US), else the general one."""
    for candidate in (code, code.partition("-")[0], ""):
        if candidate in table:
            return table[candidate]
    return JURISDICTIONS[""]


class GiftCardInvalid(ValueError):
    """A card that may not be issued so; the message says what is wrong and what would be right."""


class CardEntryKind(StrEnum):
    """What an entry on a card's account was."""

    ISSUED = "issued"
    TOPPED_UP = "topped_up"
    PAID = "paid"
    GIVEN_BACK = "given_back"
    FORFEITED = "forfeited"
    PAID_OUT = "paid_out"
    TAKEN_BACK = "taken_back"  # the card itself was returned


@dataclass(frozen=True, slots=True)
class CardEntry:
    """One signed amount (minor units) on a card's account; never edited. `ref` is the card's."""

    ref: str
    kind: CardEntryKind
    amount: int


@dataclass(frozen=True, slots=True)
class GiftCard:
    """A card's terms as they were when it was issued; later laws and settings change no card that was sold."""

    ref: str
    ends_on: date | None = None
    is_single_use: bool = False
    owner: str | None = None
    rest: Rest = Rest.FORFEITED


def issue(card: GiftCard, *, amount: int, on_day: date, law: Jurisdiction) -> tuple[GiftCard, CardEntry]:
    """Return the card under the law of its place, and the entry that fills it (minor units).

    Raises `GiftCardInvalid` where the law has no room for its expiry or the amount isn't one.
    """
    _check_amount(amount)
    _check_end(card.ends_on, on_day=on_day, law=law)
    issued = GiftCard(card.ref, card.ends_on, card.is_single_use, card.owner, law.rest)
    return issued, CardEntry(card.ref, CardEntryKind.ISSUED, amount)


def _check_amount(amount: int) -> None:
    if not 0 < amount <= FACE_MAX:
        raise GiftCardInvalid(f"an amount of {amount}: expected 1 to {FACE_MAX} minor units")


def _check_end(ends_on: date | None, *, on_day: date, law: Jurisdiction) -> None:
    if ends_on is None:
        return
    if not law.may_end:
        raise GiftCardInvalid(f"a gift card issued in {law.code} may not expire; leave its end out")
    if ends_on < (least := later_by_years(on_day, law.years_min)):
        raise GiftCardInvalid(
            f"the card would end on {ends_on}; the earliest end is {least}, {law.years_min} years on"
        )


def later_by_years(day: date, years: int) -> date:
    """Return the same date some years later; 29 February becomes 28 February where there is none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def tender_of(card: GiftCard, entries: Sequence[CardEntry]) -> Tender:
    """Return the card as it can pay after its entries, oldest first. What was given back may be spent once more."""
    is_used = False
    for entry in entries:
        if entry.kind is CardEntryKind.PAID:
            is_used = True
        elif entry.kind is CardEntryKind.GIVEN_BACK:
            is_used = False
    return Tender(
        kind=TenderKind.GIFT_CARD,
        ref=card.ref,
        balance=balance(entries),
        ends_on=card.ends_on,
        is_single_use=card.is_single_use,
        owner=card.owner,
        is_used=is_used,
        single_use_rest=card.rest,
    )


def balance(entries: Iterable[CardEntry]) -> int:
    """Return what stands on a card's account, in minor units."""
    return sum(entry.amount for entry in entries)


def top_up(
    card: GiftCard, tender: Tender, *, amount: int, on_day: date, law: Jurisdiction
) -> tuple[GiftCard, CardEntry] | Refusal:
    """Return the card, perhaps with a later end as the law asks, and the entry; or why not. `tender` = as it stands.

    An expired card is not revived, and a single-use card that was used stays used. Raises `GiftCardInvalid`.
    """
    _check_amount(amount)
    if expired := refused_by_end(card.ends_on, on_day):
        return expired
    if tender.is_single_use and tender.is_used:
        return Refusal(Reason.CARD_USED)
    if tender.balance + amount > FACE_MAX:
        raise GiftCardInvalid(f"the card would carry {tender.balance + amount}: expected at most {FACE_MAX}")
    ends_on = card.ends_on and max(card.ends_on, later_by_years(on_day, law.years_min))
    topped_up = GiftCard(card.ref, ends_on, card.is_single_use, card.owner, card.rest)
    return topped_up, CardEntry(card.ref, CardEntryKind.TOPPED_UP, amount)


def entries_of(outcome: TenderOutcome) -> tuple[CardEntry, ...]:
    """Return what a payment posts on a gift card's account: the payment, and the rest if it does not stay."""
    if outcome.kind is not TenderKind.GIFT_CARD or outcome.amount == 0:
        return ()
    paid = CardEntry(outcome.ref, CardEntryKind.PAID, -outcome.amount)
    if outcome.rest is Rest.STAYS:
        return (paid,)
    return (paid, CardEntry(outcome.ref, CardEntryKind(outcome.rest.value), -outcome.left))


def close(card: GiftCard, tender: Tender, *, on_day: date) -> tuple[CardEntry, ...]:
    """Return what closing a card posts: nothing when it is empty, else what it holds, paid out or forfeited.

    A card that could still be used is always paid out; what had expired goes as the law of its issue has it.
    """
    if tender.balance <= 0:
        return ()
    is_usable = refused_by_end(card.ends_on, on_day) is None
    kind = CardEntryKind.PAID_OUT if is_usable or card.rest is Rest.PAID_OUT else CardEntryKind.FORFEITED
    return (CardEntry(card.ref, kind, -tender.balance),)


class WhenUsed(StrEnum):
    """What to do when a sold card comes back that has been used meanwhile."""

    REFUSE = "refuse"
    PART = "part"


@dataclass(frozen=True, slots=True)
class CardKind:
    """A kind of gift card that is sold under these SKUs: how often it can be used, and for how many months.

    `months` None: it never ends. Where it is sold may ask for more (`issue` refuses what the law has no room for).
    """

    kind_id: str
    skus: frozenset[str]
    is_single_use: bool = False
    months: int | None = None
    when_used: WhenUsed = WhenUsed.REFUSE


def take_back(
    card: GiftCard, tender: Tender, *, face: int, paid: int, when_used: WhenUsed
) -> tuple[CardEntry, int] | Refusal:
    """Return the entry that empties a sold card that is returned, and the refund (minor units); or why not.

    `face` was put on the card for the price `paid`, which may be less; a card used in part gives the same share of its
    price back, rounded down. More than its face (it was topped up) is refused as used.
    """
    if tender.balance <= 0 or tender.balance > face or (tender.is_used and tender.is_single_use):
        return Refusal(Reason.CARD_USED)
    if tender.balance < face and when_used is WhenUsed.REFUSE:
        return Refusal(Reason.CARD_USED)
    refund = paid * tender.balance // face
    return CardEntry(card.ref, CardEntryKind.TAKEN_BACK, -tender.balance), refund
