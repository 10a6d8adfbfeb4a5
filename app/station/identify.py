"""A scan comes in: who is it, or which voucher?"""

from dataclasses import dataclass, replace
from typing import Any

from app.core.canonical import digest
from app.core.codes import (
    Credential,
    Level,
    MemberCode,
    MemberNumber,
    VoucherNumber,
    hash_signed,
    parse,
    unknown,
)
from app.core.entry import SCAN_DENIED
from app.core.member import Member
from app.core.overlay import POINTS_PENDING, POINTS_SPENT, VOUCHER_USE
from app.core.reasons import Refusal
from app.core.voucher import Presentation
from app.ids import new_id, ref_of
from app.station.keyset import token_keys
from app.store.journal import Draft
from app.store.replica import MEMBER, VOUCHER, MemberRow
from app.store.store import StationStore


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


Seen = SeenMember | Presentation | Refusal


def identify(store: StationStore, text: str) -> Seen:
    """Say what a scanned or typed text is. A refused scan is journalled, by its hash only."""
    credential = parse(text, keys=token_keys(store.replica), now_ms=store.now_ms())
    seen = credential if isinstance(credential, Refusal) else _look_up(store, credential, text)
    if isinstance(seen, Refusal):
        _record_denied(store, text, seen)
    return seen


def _look_up(store: StationStore, credential: Credential, text: str) -> Seen:
    match credential:
        case MemberCode():
            ref = ref_of(credential.ref)
            row = store.replica.member(ref)
            return _member(store, ref, row, credential.level, hash_signed(credential.ref))
        case MemberNumber():
            row = store.replica.member_by_number(credential.code_hash)
            if row is None:
                return unknown(text)
            return _member(store, row.ref, row, credential.level, credential.code_hash)
        case VoucherNumber():
            return _voucher(store, credential) or unknown(text)


def _member(store: StationStore, ref: str, row: MemberRow | None, level: Level, code_hash: str) -> SeenMember:
    position = store.replica.position()
    included = store.replica.included_seq(MEMBER, ref)
    pending = store.journal.effect_sum(POINTS_PENDING, ref, after_seq=included)
    spent = store.journal.effect_sum(POINTS_SPENT, ref, after_seq=included)
    as_of_ms = position.as_of_ms if position else 0
    if row is None:
        # A first visit: the signed code alone says that this is a member.
        return SeenMember(Member(ref, is_known=False, as_of_ms=as_of_ms), "", pending, level, code_hash)
    member = Member(
        ref,
        is_known=True,
        tier=row.tier,
        segments=row.segments,
        balance=row.balance + spent,
        as_of_ms=as_of_ms,
    )
    return SeenMember(member, row.name, pending, level, code_hash)


def _voucher(store: StationStore, credential: VoucherNumber) -> Presentation | None:
    voucher = store.replica.voucher(credential.code_hash)
    if voucher is None:
        return None
    included = store.replica.included_seq(VOUCHER, voucher.code_hash)
    own = store.journal.effect_sum(VOUCHER_USE, voucher.code_hash, after_seq=included)
    # The redemption's id exists before anything is written, so that a repeat can't become a second redemption.
    return Presentation(new_id(), replace(voucher, uses=voucher.uses + own), credential.level)


def _record_denied(store: StationStore, text: str, refusal: Refusal) -> None:
    data: dict[str, Any] = {
        "store": store.device.store_id,
        "reason": refusal.reason.code,
        "code_hash": digest(text.encode("utf-8", "surrogatepass"))[:32],
        "t_eff": store.now_ms(),
    }
    with store.atomic():
        store.journal.append([Draft(SCAN_DENIED, data)])
