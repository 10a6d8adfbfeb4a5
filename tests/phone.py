"""A member's phone, as far as stations see it: a key, the token that HQ bound to it, and the codes it shows.

phone = Phone(token)                      # bound by HQ, or `a_phone()` of nobody
identify(store, phone.shows(NOW_MS))
"""

from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.core.phone_code import write_phone_code
from app.core.signed_code import SIGNED_PREFIX, sign_token, written

NOW_MS, DAY_MS = 1_767_632_400_000, 86_400_000  # as in the builders, which the core's tests do without
TOKEN_KEY_ID = b"t1"


def a_signing_key(seed: int) -> Ed25519PrivateKey:
    """Return the Ed25519 key of a small number, as the builders do: 2 signs their member codes, 7 is the phone's."""
    return Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)


@dataclass
class Phone:
    """Nonces are counted, so that a test is the same each time; `first` tells two phones of a test apart."""

    token: bytes
    key: Ed25519PrivateKey = field(default_factory=lambda: a_signing_key(7))
    first: int = 1

    def shows(self, now_ms: int, *, nonce: bytes | None = None) -> str:
        """Return the code that is on the screen at a moment; each call is a new one."""
        if nonce is None:
            nonce, self.first = self.first.to_bytes(8, "big"), self.first + 1
        return write_phone_code(self.token, ts=now_ms // 1000, nonce=nonce, sign=self.key.sign)

    def card(self) -> str:
        """Return the phone's token shown as if it were a card."""
        return written(SIGNED_PREFIX, self.token)


def a_phone(raw_ref: bytes = (1).to_bytes(8, "big"), *, seed: int = 7, **changes) -> Phone:
    """Return the phone of a member, bound by the builders' token key and good at `NOW_MS` unless changed."""
    key = a_signing_key(seed)
    facts = {
        "key_id": TOKEN_KEY_ID,
        "issued_ms": NOW_MS - DAY_MS,
        "expires_ms": NOW_MS + DAY_MS,
        "phone": key.public_key().public_bytes_raw(),
    }
    signed_with = a_signing_key(changes.pop("signed_with", 2))
    return Phone(sign_token(signed_with, ref=raw_ref, **facts | changes), key)
