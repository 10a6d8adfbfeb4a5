"""A scan comes in: who is it, or which voucher?

Numbers can be guessed, so whoever tries them one after the other is put off: see app/core/guesses.py.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import orjson

from app.core.canonical import digest
from app.core.codes import (
    BadgeCode,
    Credential,
    GiftCardNumber,
    Level,
    MemberCode,
    MemberNumber,
    ReceiptCode,
    SetupCode,
    Shown,
    VoucherNumber,
    hash_signed,
    not_here,
    parse,
    unknown,
)
from app.core.entry import SCAN_DENIED
from app.core.member import Member
from app.core.overlay import CODE_SPENT, NUMBER_OF, VOUCHER_USE, number_of
from app.core.reasons import Reason, Refusal
from app.core.stops import said_of_all
from app.core.voucher import Presentation
from app.ids import new_id, ref_of
from app.station.balance import own_points
from app.station.gift_card import SeenGiftCard, look_up
from app.station.keyset import token_keys
from app.store.journal import Draft
from app.store.replica import MemberRow
from app.store.replica_rows import MEMBER, VOUCHER
from app.store.store import StationStore

DIGITS = "digits"  # stands for all texts of digits alone where one is kept as a hash
ENDS_WITH = 4  # characters of a gift card's number that are shown


@dataclass(frozen=True, slots=True)
class SeenMember:
    """A member at the till: the facts for decisions, and what the card shows.

    `pending` are points earned here that HQ has not posted yet: shown, but not spendable.
    """

    member: Member
    name: str
    pending: int
    level: Level
    code_hash: str
    shown: Shown | None = None  # by a phone: it can be redeemed with once
    stopped: Refusal | None = None  # what head office has stopped, so that this card is good for nothing


@dataclass(frozen=True, slots=True)
class SeenBadge:
    """Somebody's badge: it says who they are, and proves nothing without their PIN."""

    staff_id: str


@dataclass(frozen=True, slots=True)
class SeenReceipt:
    """The code of a receipt: it names an order, by its own id or that of a redemption in it. It may be unknown here."""

    order: str


Seen = SeenMember | Presentation | SeenGiftCard | SeenBadge | SeenReceipt | Refusal


def identify(store: StationStore, text: str, *, aim: str = "") -> Seen:
    """Say what a scanned or typed text is. A refused scan is journalled, by its hash only.

    `aim` is the symbology identifier that came with a scan ("]Q1"), empty when there was none.
    """
    is_time_doubtful = store.time.is_doubtful()
    keys = token_keys(store.replica)
    credential = parse(text, keys=keys, now_ms=store.now_ms(), is_time_doubtful=is_time_doubtful, aim=aim)
    seen = credential if isinstance(credential, Refusal) else _look_up(store, credential, text)
    if isinstance(seen, Refusal) and (seen.reason is not Reason.TOO_MANY_UNKNOWN or store.guesses.is_news()):
        _record_denied(store, text, seen)
    return seen


def owner_of(store: StationStore, shown: Presentation) -> SeenMember | None:
    """Return the member whom a voucher is bound to, where they are held here.

    It says whose it is and nothing of who shows it, to whom it may have been passed on: it proves as little as what is
    typed.
    """
    owner = shown.voucher.owner
    row = None if owner is None else store.replica.member(owner)
    if owner is None or row is None:
        return None
    return _member(store, owner, row, Level.TYPED, shown.voucher.code_hash)


def is_spent(store: StationStore, shown: Shown | None) -> bool:
    """Tell whether this showing of a phone's code has been redeemed with here."""
    return shown is not None and store.journal.effect_sum(CODE_SPENT, shown.nonce_hash, after_seq=0) > 0


def _look_up(store: StationStore, credential: Credential, text: str) -> Seen:
    match credential:
        case MemberCode():
            return _by_code(store, credential)
        case MemberNumber() | VoucherNumber() | GiftCardNumber():
            return _by_number(store, credential, text)
        case BadgeCode():
            return _badge(store, credential)
        case ReceiptCode():
            return SeenReceipt(credential.redemption_id)
        case SetupCode():
            return not_here(credential)


def _badge(store: StationStore, badge: BadgeCode) -> SeenBadge | Refusal:
    """Return whose badge it is. Who doesn't work here is nobody."""
    row = store.people.find(badge.badge)
    return Refusal(Reason.NOT_STAFF) if row is None else SeenBadge(row.staff_id)


def _by_number(
    store: StationStore, credential: MemberNumber | VoucherNumber | GiftCardNumber, text: str
) -> Seen:
    """Look a number up, unless somebody is trying them: then those that somebody has are put off like all others."""
    boot_ms = store.clock.boot_ms()
    if refusal := store.guesses.refusal(boot_ms):
        return refusal
    seen: SeenMember | Presentation | SeenGiftCard | None
    match credential:
        case MemberNumber():
            seen = _holder(store, credential)
        case VoucherNumber():
            seen = _voucher(store, credential)
        case GiftCardNumber():
            seen = look_up(store, credential.code_hash, ends_with=text.strip()[-ENDS_WITH:].upper())
    if seen is None:
        store.guesses.note(boot_ms)
        return unknown(text)
    return seen


def _holder(store: StationStore, number: MemberNumber) -> SeenMember | None:
    row = store.replica.member_by_number(number.code_hash)
    if row is not None:
        return _member(store, row.ref, row, number.level, number.code_hash)
    position = store.replica.position()
    included = position.included_seq if position else 0
    ref = store.replica.aliases.survivor_by_number(number.code_hash)
    ref = ref or enrolled_here(store, number.code_hash, after_seq=included)
    return None if ref is None else seen_by_number(store, ref, number.code_hash)


def enrolled_here(store: StationStore, number_hash: str, *, after_seq: int) -> str | None:
    """Return who joined at this station with a number, by an entry after `after_seq`; None when nobody did."""
    prefix = number_of(number_hash)
    found = store.journal.effects_under(NUMBER_OF, prefix, after_seq=after_seq)
    return found[0][0].removeprefix(prefix) if found else None


def seen_by_number(store: StationStore, ref: str, number_hash: str) -> SeenMember:
    """Return a member by the number that is theirs, as far as they are known here."""
    ref = store.replica.aliases.survivor(ref)
    row = store.replica.member(ref)
    return _member(store, ref, row, Level.NUMBER, number_hash)


def _by_code(store: StationStore, code: MemberCode) -> SeenMember | Refusal:
    """Return who showed a code that HQ signed. Of a member who isn't held here nobody knows what was withdrawn."""
    ref = ref_of(code.ref)
    alias = store.replica.aliases.find(ref)
    ref = ref if alias is None else alias.survivor
    row = store.replica.member(ref)
    of_code = alias or row
    if of_code is not None and code.issued_ms < of_code.codes_from_ms:
        return Refusal(Reason.CODE_WITHDRAWN)
    if is_spent(store, code.shown):
        return Refusal(Reason.CODE_REPLAYED)
    return replace(_member(store, ref, row, code.level, hash_signed(code.ref)), shown=code.shown)


def _member(store: StationStore, ref: str, row: MemberRow | None, level: Level, code_hash: str) -> SeenMember:
    position = store.replica.position()
    included = store.replica.included_seq(MEMBER, ref)
    own = own_points(store, ref, after_seq=included)
    as_of_ms = position.as_of_ms if position else 0
    version = store.replica.document_version("program")
    stopped = said_of_all(store.stops.newest.of_order(version, member=ref, codes=()), ref)
    if row is None:
        # A first visit: the signed code alone says that this is a member.
        return SeenMember(
            Member(ref, is_known=False, as_of_ms=as_of_ms), "", own.pending, level, code_hash, stopped=stopped
        )
    member = Member(
        ref,
        is_known=True,
        tier=row.tier,
        segments=row.segments,
        balance=row.balance + own.balance,
        as_of_ms=as_of_ms,
        **({} if row.more is None else _further(row.more)),
    )
    return SeenMember(member, row.name, own.pending, level, code_hash, stopped=stopped)


def _further(kept: str) -> dict[str, Any]:
    """Return what the replica holds of some members only, as facts: what ends, and attributes."""
    more = orjson.loads(kept)
    ends_on = more.get("tier_ends_on")
    return {
        "tier_ends_on": None if ends_on is None else date.fromisoformat(ends_on),
        "tier_after": more.get("tier_after", ""),
        "expiring": tuple((date.fromisoformat(day), points) for day, points in more.get("expiring", ())),
        "attributes": more.get("attributes", {}),
    }


def _voucher(store: StationStore, credential: VoucherNumber) -> Presentation | None:
    voucher = store.replica.voucher(credential.code_hash)
    if voucher is None:
        return None
    included = store.replica.included_seq(VOUCHER, voucher.code_hash)
    own = store.journal.effect_sum(VOUCHER_USE, voucher.code_hash, after_seq=included)
    # The redemption's id exists before anything is written, so that a repeat can't become a second redemption.
    return Presentation(new_id(), replace(voucher, uses=voucher.uses + own), credential.level)


def _record_denied(store: StationStore, text: str, refusal: Refusal) -> None:
    if text.strip().isdigit():
        text = DIGITS  # none of ours, but maybe a PIN or a phone number in the wrong field: its hash would be guessed
    data: dict[str, Any] = {
        "store": store.device.store_id,
        "reason": refusal.reason.code,
        "code_hash": digest(text.encode("utf-8", "surrogatepass"))[:32],
        "t_eff": store.now_ms(),
    }
    with store.atomic():
        store.journal.append([Draft(SCAN_DENIED, data)])
