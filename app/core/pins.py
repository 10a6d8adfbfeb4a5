"""PINs: which are good enough, and how one is hashed so that its hash alone says nothing.

Four digits are ten thousand possibilities, which a computer tries within minutes, whatever the hash costs. So what
argon2id (RFC 9106) hashes is no PIN but its HMAC under the store's pepper, 32 random bytes that lie in key stores and
in no database: whoever has the hashes alone can try nothing. What holds against tries at the station is the lockout
(lockout.py).
"""

import hmac
from enum import StrEnum
from itertools import pairwise

SALT_SIZE = 16
MEMORY_KIB, PASSES, LANES, HASH_SIZE = 19 * 1024, 2, 1, 32  # the least that OWASP advises; some 22 ms
MEMORY_KIB_MAX, PASSES_MAX, LANES_MAX = 128 * 1024, 10, 4  # a hash that asks for more is no hash of ours
DIGITS_MAX = 12
HASH_LENGTH_MAX = 120  # as it is written, with its parameters and its salt


class Role(StrEnum):
    """What somebody in a store may do. A manager may all that a cashier may."""

    CASHIER = "cashier"
    MANAGER = "manager"


LEAST_DIGITS = {Role.CASHIER: 4, Role.MANAGER: 6}


class PinTooWeak(ValueError):
    """A PIN that nobody should have; the message says what would be better, and never the PIN."""


class PinObvious(PinTooWeak):
    """A PIN that is long enough and among the first that anybody would try."""


def check_pin(pin: str, role: Role) -> None:
    """Refuse a PIN that is too short, no number, or among the first that anybody would try. Raises `PinTooWeak`."""
    least = LEAST_DIGITS[role]
    if not (pin.isascii() and pin.isdecimal() and least <= len(pin) <= DIGITS_MAX):
        raise PinTooWeak(f"The PIN of a {role} has {least} to {DIGITS_MAX} digits and nothing else.")
    if _is_obvious(pin):
        raise PinObvious("This PIN is one of the first that anybody would try. Choose another.")


def _is_obvious(pin: str) -> bool:
    """Tell whether it repeats one or two digits, or counts up or down: 0000, 1212, 1234, 9876, 7890."""
    digits = [int(digit) for digit in pin]
    steps = {(after - before) % 10 for before, after in pairwise(digits)}
    return steps <= {0} or steps <= {1} or steps <= {9} or digits[2:] == digits[:-2]


def secret_of(pepper: bytes, *, staff_id: str, pin: str) -> bytes:
    """Return what is hashed: HMAC-SHA-256 under the pepper. The same PIN of somebody else is another secret."""
    return hmac.digest(pepper, f"TS-pin1|{staff_id}|{pin}".encode(), "sha256")


def hash_pin(secret: bytes, *, salt: bytes) -> str:
    """Return the argon2id hash of a secret as it is kept, with its parameters in it. `salt` is random."""
    from argon2.low_level import Type, hash_secret  # noqa: PLC0415 a tenth of a second that only PINs need

    made = hash_secret(
        secret,
        salt,
        time_cost=PASSES,
        memory_cost=MEMORY_KIB,
        parallelism=LANES,
        hash_len=HASH_SIZE,
        type=Type.ID,
    )
    return made.decode("ascii")


def is_pin(kept: str, secret: bytes) -> bool:
    """Tell whether a kept hash is of this secret. Takes some 22 ms on purpose, at most a few times that."""
    from argon2 import PasswordHasher, extract_parameters  # noqa: PLC0415 as above
    from argon2.exceptions import InvalidHashError, VerificationError  # noqa: PLC0415

    try:
        asked = extract_parameters(kept)
        if (
            asked.memory_cost > MEMORY_KIB_MAX
            or asked.time_cost > PASSES_MAX
            or asked.parallelism > LANES_MAX
        ):
            return False
        return PasswordHasher().verify(kept, secret)
    except (InvalidHashError, VerificationError):
        return False
