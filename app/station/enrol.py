"""Making somebody a member at the station, with a line or without one.

The entry names a random reference, the hash of the number that is theirs, what they agreed to, and the hash of a box.
What they said of themselves is in the box, sealed to head office and kept beside the entry in the same transaction;
from then on this station can't read it, and shows the member without a name until head office has sent them back.
Until then they earn here, and spend what the policy lets somebody spend whom head office doesn't know.

    ref = new_ref()  # before anything is written, so that the same once more is no second member
    found = enrol(store, as_typed(ref, phone=…), link=…)  # Enrolled or NotEnrolled
"""

import hashlib
import re
from dataclasses import dataclass
from enum import Enum
from typing import Any

from app.core.codes import MemberNumber, fold, number, parse
from app.core.consents import WORD
from app.core.entry import ENROL
from app.core.overlay import ENROLLED
from app.core.personal import (
    NOTHING_SAID,
    Part,
    Personal,
    PersonalInvalid,
    box_info,
    personal,
    write_personal,
)
from app.core.reasons import Reason, Refusal
from app.core.sealed import seal
from app.ids import MEMBER_BODY_LENGTH, new_number
from app.station.identify import SeenMember, enrolled_here, seen_by_number
from app.station.keyset import box_key
from app.store.enrolments import Box
from app.store.journal import Draft
from app.store.store import StationStore

CONSENTS_MAX = 20
REFERENCE = re.compile(r"[0-9A-F][0-9A-HJKMNP-TV-Z]{12}")  # 64 bits in 13 characters of Crockford's alphabet


@dataclass(frozen=True, slots=True)
class Consent:
    """What somebody said when they were asked: to what, in which version and language of the text, yes or no."""

    what: str
    version: str
    language: str
    is_given: bool


@dataclass(frozen=True, slots=True)
class Joining:
    """Who wants to join. `member` is the reference that they will have; `number` a card's that is handed to them.

    Without a number one is made, to be shown or printed.
    """

    member: str
    said: Personal = NOTHING_SAID
    number: str = ""
    consents: tuple[Consent, ...] = ()


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A new member: their number as it is printed, and how they are at the till from now on.

    `is_repeat`: they had been recorded before and nothing was recorded now. Then `number` is empty unless it was given.
    """

    member: SeenMember
    number: str
    is_repeat: bool = False


class NotEnrolled(Enum):
    """Why nobody became a member: a code, and a sentence for the cashier. Nothing was recorded."""

    NOBODY = "nobody", "Ask for a phone number or an e-mail address, or scan a card that is nobody's yet."
    NAME = "name_malformed", "This name can't be used. Take letters only, 80 at most."
    PHONE = (
        "phone_malformed",
        "This is no phone number. It has 6 to 15 digits, with a + before a country's code.",
    )
    EMAIL = "email_malformed", "This is no e-mail address. It looks like name@example.com."
    BIRTHDAY = "birthday_malformed", "This is no birthday. Give month and day, such as 05-17."
    REFERENCE = "ref_malformed", "This is no member's reference. Nothing was recorded."
    CONSENT = "consent_malformed", "What was agreed to can't be read. Nothing was recorded."
    NUMBER = (
        "number_malformed",
        "This is no member number. It begins with M and has 11 letters or digits behind it.",
    )
    TAKEN = "number_taken", "This card is somebody's already. Take another one."
    NO_KEY = (
        "no_box_key",
        "Head office has sent this station no key to seal personal data with. Enrol by a card alone, or later.",
    )

    def __init__(self, code: str, sentence: str) -> None:
        self.code = code
        self.sentence = sentence


MALFORMED = {
    Part.NAME: NotEnrolled.NAME,
    Part.PHONE: NotEnrolled.PHONE,
    Part.EMAIL: NotEnrolled.EMAIL,
    Part.BIRTHDAY: NotEnrolled.BIRTHDAY,
}


def as_typed(
    member: str,
    *,
    name: str = "",
    phone: str = "",
    email: str = "",
    birthday: str = "",
    number: str = "",
    consents: tuple[Consent, ...] = (),
) -> Joining | NotEnrolled:
    """Return who wants to join, from what was typed; or what of it is malformed."""
    try:
        said = personal(name=name, phone=phone, email=email, birthday=birthday)
    except PersonalInvalid as problem:
        return MALFORMED[problem.part]
    return Joining(member, said, number, consents)


def enrol(
    store: StationStore, joining: Joining | NotEnrolled, *, link: str, cashier: str = ""
) -> Enrolled | NotEnrolled:
    """Record a new member. On the store's thread; raises a `StoreFault`, and then nothing was recorded."""
    if isinstance(joining, NotEnrolled):
        return joining
    is_repeat = store.journal.effect_sum(ENROLLED, joining.member, after_seq=0) > 0
    given = parse(joining.number, keys={}, now_ms=0) if joining.number else None
    if refusal := _refusal(store, joining, given, is_repeat=is_repeat):
        return refusal
    printed = fold(joining.number) or ("" if is_repeat else number("M", new_number(MEMBER_BODY_LENGTH)))
    found = parse(printed, keys={}, now_ms=0)
    number_hash = found.code_hash if isinstance(found, MemberNumber) else ""
    if not is_repeat:
        box = _sealed(store, joining)
        if box is None and not joining.said.is_empty:
            return NotEnrolled.NO_KEY
        _record(store, joining, box, number_hash=number_hash, link=link, cashier=cashier)
    return Enrolled(seen_by_number(store, joining.member, number_hash), printed, is_repeat)


def holder(store: StationStore, text: str) -> SeenMember | Refusal | None:
    """Return whose card it is that somebody holds out to be made a member by; None: nobody's, as far as is known here.

    A number that nobody has counts like every guess, so that numbers can't be tried here either.
    """
    found = parse(text, keys={}, now_ms=0)
    if not isinstance(found, MemberNumber):
        return Refusal(Reason.CODE_UNREADABLE)
    boot_ms = store.clock.boot_ms()
    if refusal := store.guesses.refusal(boot_ms):
        return refusal
    row = store.replica.member_by_number(found.code_hash)
    ref = enrolled_here(store, found.code_hash, after_seq=0) if row is None else row.ref
    if ref is None:
        store.guesses.note(boot_ms)
        return None
    return seen_by_number(store, ref, found.code_hash)


def _refusal(store: StationStore, joining: Joining, given: object, *, is_repeat: bool) -> NotEnrolled | None:
    said = joining.said
    if not REFERENCE.fullmatch(joining.member):
        return NotEnrolled.REFERENCE
    if given is not None and not isinstance(given, MemberNumber):
        return NotEnrolled.NUMBER
    if len(joining.consents) > CONSENTS_MAX or not all(map(_is_readable, joining.consents)):
        return NotEnrolled.CONSENT
    if is_repeat:
        return None
    if isinstance(given, MemberNumber) and _is_taken(store, given):
        return NotEnrolled.TAKEN
    return None if given or said.phone or said.email else NotEnrolled.NOBODY


def _is_readable(consent: Consent) -> bool:
    return all(WORD.fullmatch(word) for word in (consent.what, consent.version, consent.language))


def _is_taken(store: StationStore, given: MemberNumber) -> bool:
    """Tell whether a number is somebody's, as far as this station knows. Head office looks once more."""
    return (
        store.replica.member_by_number(given.code_hash) is not None
        or store.replica.aliases.survivor_by_number(given.code_hash) is not None
        or enrolled_here(store, given.code_hash, after_seq=0) is not None
    )


def _sealed(store: StationStore, joining: Joining) -> Box | None:
    key = None if joining.said.is_empty else box_key(store.replica)
    if key is None:
        return None
    content = write_personal(joining.said)
    return Box(joining.member, key.kid, seal(key.public, content, info=box_info(joining.member)))


def _record(
    store: StationStore, joining: Joining, box: Box | None, *, number_hash: str, link: str, cashier: str
) -> None:
    """Record the member and keep the box, both or neither."""
    at_ms = store.now_ms()
    data: dict[str, Any] = {
        "store": store.device.store_id,
        "t_eff": at_ms,
        "link": link,
        "cashier": cashier,
        "member": joining.member,
        "number_hash": number_hash,
        "consents": [
            {
                "what": consent.what,
                "version": consent.version,
                "language": consent.language,
                "yes": consent.is_given,
                "at_ms": at_ms,
            }
            for consent in joining.consents
        ],
        "box_hash": "" if box is None else hashlib.sha256(box.box).hexdigest(),
        "kid": "" if box is None else box.kid,
    }
    with store.atomic():
        (entry,) = store.journal.append([Draft(ENROL, data)])
        if box is not None:
            store.enrolments.keep([box], seq=entry.seq)
