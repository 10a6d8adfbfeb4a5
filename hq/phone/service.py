"""Binding a phone: a link that is good once and for ten minutes lets one key of a phone speak for a member.

The key is made on the phone and never leaves it; HQ signs a token that names it (`cnf`), and keeps nothing of it but
who used the link. The link's token stands behind `#`, which browsers send to nobody and no log holds.
"""

import hashlib
from dataclasses import dataclass
from functools import partial
from typing import Annotated

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from msgspec import Meta
from sqlalchemy import Connection, delete, insert, or_, select, update

from app.core.signed_code import PHONE_KEY_SIZE, is_signed_by
from app.ids import new_number
from hq.faults import NotHere, NotSigned
from hq.home import Hq
from hq.members.merged import no_member
from hq.members.service import CODE_DAYS, DAY_MS, issue_tokens, ref_bytes
from hq.members.store import lock_members
from hq.tables import phone_token
from sync.protocol import SIGNATURE_SIZE, Wire

TOKEN_LENGTH = 32  # of 5 bits each
LINK_LIFE_MS = 10 * 60_000  # as a pairing text: long enough to take out a phone
PATH = "phone"


class BindRequest(Wire, frozen=True, kw_only=True):
    """A phone shows its key. `proof` is its signature over `"TS-phone1" | token | key`."""

    token: Annotated[str, Meta(pattern=r"\A[0-9A-Z]{32}\Z")]
    key: Annotated[bytes, Meta(min_length=PHONE_KEY_SIZE, max_length=PHONE_KEY_SIZE)]
    proof: Annotated[bytes, Meta(min_length=SIGNATURE_SIZE, max_length=SIGNATURE_SIZE)]


class BindAnswer(Wire, frozen=True, kw_only=True):
    """What HQ signed for the phone (a COSE_Sign1), until when it is good, and HQ's time."""

    token: bytes
    expires_ms: int
    time_ms: int


@dataclass(frozen=True)
class Link:
    """The address to open on the phone, and until when it is good (UTC milliseconds)."""

    url: str
    expires_ms: int


def new_link(hq: Hq, ref: str, *, url: str) -> Link:
    """Make a link for a member there is; `url` is where phones reach this HQ. Raises `NotHere` or `NotPossible`."""
    ref_bytes(ref)
    token, now_ms = new_number(TOKEN_LENGTH), hq.clock.now_ms()
    row = {"token_hash": _hash(token), "member": ref, "expires_ms": now_ms + LINK_LIFE_MS, "phone": None}
    hq.database.write(partial(_keep_link, row=row, now_ms=now_ms))
    return Link(f"{url.rstrip('/')}/{PATH}#{token}", now_ms + LINK_LIFE_MS)


def bind(hq: Hq, request: BindRequest) -> BindAnswer | None:
    """Bind the phone that comes with a link's token; None when that is unknown, used by another phone, or too old.

    The same phone may come again while the link is good: its first answer may have been lost on the way. Raises
    `NotSigned` for a phone that has not the key it shows.
    """
    phone = Ed25519PublicKey.from_public_bytes(request.key)
    if not is_signed_by(phone, request.proof, bind_message(token=request.token, key=request.key)):
        raise NotSigned("The proof is not by the phone's key.")
    now_ms = hq.clock.now_ms()
    token = hq.database.write(partial(_bind, hq, request=request, now_ms=now_ms))
    if token is None:
        return None
    return BindAnswer(token=token, expires_ms=now_ms + CODE_DAYS * DAY_MS, time_ms=now_ms)


def bind_message(*, token: str, key: bytes) -> bytes:
    """Return the bytes that a phone signs to prove that it holds the key it shows."""
    return b"TS-phone1" + token.encode("ascii") + key


def _keep_link(connection: Connection, *, row: dict[str, object], now_ms: int) -> None:
    if not lock_members(connection, [str(row["member"])]):
        raise NotHere(no_member(connection, str(row["member"])))
    connection.execute(delete(phone_token).where(phone_token.c.expires_ms <= now_ms))
    connection.execute(insert(phone_token), row)


def _bind(hq: Hq, connection: Connection, *, request: BindRequest, now_ms: int) -> bytes | None:
    """Use a link up. Of two phones at once, one gets it."""
    is_link = phone_token.c.token_hash == _hash(request.token)
    is_free = or_(phone_token.c.phone.is_(None), phone_token.c.phone == request.key)
    used = connection.execute(
        update(phone_token)
        .where(is_link, is_free, phone_token.c.expires_ms > now_ms)
        .values(phone=request.key)
    )
    if used.rowcount != 1:
        return None
    ref: str = connection.execute(select(phone_token.c.member).where(is_link)).scalar_one()
    return issue_tokens(hq, connection, [ref], start_ms=now_ms, phone=request.key)[ref]


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8")).hexdigest()
