"""A store's pepper: 32 random bytes that lie in key stores alone, and that its staff's PINs rest on (pins.py)."""

from hashlib import sha256

PEPPER_SIZE = 32


def pepper_name(pepper: bytes) -> str:
    """Return how a pepper is called where it isn't itself: 16 hexadecimal digits."""
    return sha256(b"TS-pepper-name1" + pepper).hexdigest()[:16]


def pepper_info(*, store: str, device_id: str) -> bytes:
    """Return the `info` of a sealed box (sealed.py) with a store's pepper for one of its devices."""
    return b"TS-pepper1\n" + store.encode("utf-8") + b"\n" + device_id.encode("ascii")
