"""Who the people of a world are: what members and staff are called, who works where, and whose phone shows codes.

Every name has one word in it, every PIN begins with the same digits and every plain number with the same letters, so
that whoever looks for personal data where none should be has three texts to look for. A third of the members are called
something that means more than a name to somebody: a browser, a database, a terminal.
"""

from dataclasses import dataclass
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.core.codes import ALPHABET, MEMBER_BODY, number
from app.core.pins import Role
from app.ids import new_secret, ref_of
from hq.home import Hq
from hq.phone.service import BindRequest, bind, bind_message, new_link
from hq.staff.people import add_person
from tests.hostile import HOSTILE

NAME_MARK = "ysolde"
PIN_MARK = "86420975"
NUMBER_MARK = "MYSXDE"
NAME_LENGTH_MAX = 40
KEY_SIZE = 32
PHONES = 5
HQ_URL = "http://127.0.0.1:1"
ODD = tuple(text for name, text in HOSTILE.items() if name not in ("half a letter", "long"))


class Cashier(NamedTuple):
    """Somebody who works in a store, and their own account, if they have one."""

    staff_id: str
    store: str
    pin: str
    member: str | None


class Phone(NamedTuple):
    """A member's phone, with its key and what HQ signed for it."""

    ref: str
    key: bytes
    token: bytes


@dataclass(frozen=True)
class Folk:
    """Everybody whom a world begins with, beside its shoppers."""

    cashiers: tuple[Cashier, ...]
    phones: tuple[Phone, ...]


def name_of(place: int, *, is_changed: bool = False) -> str:
    """Return what the member of a place among all is called, or called from some day on."""
    word = f"{NAME_MARK}{place:03}"
    odd = ODD[place // 3 % len(ODD)] if place % 3 == 0 else "Ms"
    return f"{word} {odd}"[:NAME_LENGTH_MAX] if is_changed else f"{odd[: NAME_LENGTH_MAX - 10]} {word}"


def ref_at(place: int) -> str:
    """Return the reference of the member of a place."""
    return ref_of((place + 1).to_bytes(8, "big"))


def place_of(ref: str) -> int:
    """Return which member it is, by the reference."""
    return int.from_bytes(bytes_of(ref), "big") - 1


def bytes_of(ref: str) -> bytes:
    """Return the 8 bytes that a reference is written for."""
    value = 0
    for char in ref:
        value = value * len(ALPHABET) + ALPHABET.index(char)
    return value.to_bytes(8, "big")


def number_of(place: int) -> str:
    """Return the plain number on somebody's card."""
    body = NUMBER_MARK[1:]
    for _ in range(MEMBER_BODY - len(body)):
        place, digit = divmod(place, len(ALPHABET))
        body += ALPHABET[digit]
    return number("M", body)


def gather(hq: Hq, stores: tuple[str, ...], refs: list[str]) -> Folk:
    """Hire two people for each store, one of whom is a member there, and bind some members' phones."""
    cashiers = [
        _hire(hq, store, place, member)
        for place, store in enumerate(stores)
        for member in (refs[place], None)
    ]
    return Folk(tuple(cashiers), tuple(bound(hq, ref) for ref in refs[-PHONES:]))


def _hire(hq: Hq, store: str, place: int, member: str | None) -> Cashier:
    role = Role.CASHIER if member else Role.MANAGER
    pin = f"{PIN_MARK}{2 * place + bool(member):04}"
    hired = add_person(hq, store_id=store, name=f"{NAME_MARK}-{role}", role=role, pin=pin, member=member)
    return Cashier(hired.staff_id, store, pin, member)


def bound(hq: Hq, ref: str) -> Phone:
    """Bind a new phone of a member's by a link, as the phone would."""
    key = Ed25519PrivateKey.from_private_bytes(new_secret(KEY_SIZE))
    token = new_link(hq, ref, url=HQ_URL).url.partition("#")[2]
    public = key.public_key().public_bytes_raw()
    proof = key.sign(bind_message(token=token, key=public))
    answer = bind(hq, BindRequest(token=token, key=public, proof=proof))
    assert answer is not None
    return Phone(ref, key.private_bytes_raw(), answer.token)
