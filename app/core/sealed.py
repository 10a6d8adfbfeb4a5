"""Sealed boxes: what only the holder of one X25519 key can open, whoever carries it.

HPKE (RFC 9180) in base mode with DHKEM(X25519, HKDF-SHA256), HKDF-SHA256 and ChaCha20Poly1305: the 32 bytes of the
encapsulated key, then the ciphertext. `info` says what the box is for and for whom; with another one it does not open.
It proves nothing about who sealed it. The key for one box is the library's own chance, the only one in the core: no
decision ever sees it.
"""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)


class NotOpened(ValueError):
    """A box that is damaged, sealed for somebody else, or for something else."""


def seal(public: bytes, content: bytes, *, info: bytes) -> bytes:
    """Seal `content` for whoever holds the private half of `public` (32 bytes). Raises `ValueError` for no key."""
    return SUITE.encrypt(content, X25519PublicKey.from_public_bytes(public), info=info)


def open_sealed(key: X25519PrivateKey, box: bytes, *, info: bytes) -> bytes:
    """Return what was sealed for a key. Raises `NotOpened`."""
    try:
        return SUITE.decrypt(box, key, info=info)
    except (InvalidTag, ValueError) as problem:
        raise NotOpened("this box is not for us, or it is damaged") from problem
