"""What the card of a member says whom HQ's database has lost: reference and number, by which they are added again."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from app.core.codes import MemberCode, MemberNumber, TokenKey, fold, is_signed, parse
from app.core.keyset import KeyState, KeyUse
from app.core.reasons import Refusal
from app.ids import ref_of
from hq.faults import NotPossible
from hq.home import Hq
from hq.keysets.store import all_keys


def read_ref(hq: Hq, text: str) -> str:
    """Return the reference that a text is, or that a card's signed code holds. Raises `NotPossible`."""
    if not is_signed(text):
        return text  # whether it is one is looked at where a member is added
    with hq.database.reading() as connection:
        keys = {
            key.kid.encode("ascii"): TokenKey(
                Ed25519PublicKey.from_public_bytes(key.public),
                key.retired_ms,
                is_revoked=key.state == KeyState.REVOKED,
            )
            for key in all_keys(connection)
            if key.use == KeyUse.TOKEN
        }
    found = parse(text, keys=keys, now_ms=hq.clock.now_ms())
    if isinstance(found, MemberCode):
        return ref_of(found.ref)
    said = found.reason.code if isinstance(found, Refusal) else "no member's"
    raise NotPossible(f"This card's code is not good ({said}).")


def read_number(text: str) -> str:
    """Return a printed member number as it is stored. Raises `NotPossible`."""
    if not isinstance(parse(text, keys={}, now_ms=0), MemberNumber):
        raise NotPossible(f"{text!r} is no member number.")
    return fold(text)
