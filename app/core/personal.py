"""What a new member says of themselves: how it is looked at, written for its box, and compared with what others said.

It never stands in a journal, a log or a replica. A station seals it to head office's box key (see sealed) as soon as it
was typed, and can't read it again.
"""

import re
import unicodedata
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

import orjson

from app.core.canonical import canonical

NAME_MAX, EMAIL_MAX, BIRTHDAY_LENGTH = 80, 254, 5
PHONE_MAX = 16  # fifteen digits and a plus sign (ITU-T E.164)
DISPLAY_NAME_MAX = 40
BOX_BYTES_MAX = 1024  # all of it in the longest form, sealed
PHONE = re.compile(r"\+?[0-9]{6,15}")
BETWEEN_DIGITS = re.compile(r"[\s().\-/]+")
EMAIL = re.compile(
    r"[^@\s\"<>(),;:\\]{1,64}@([A-Za-z0-9\u0080-\uffff-]{1,63}\.)+[A-Za-z0-9\u0080-\uffff-]{2,63}"
)
BIRTHDAY = re.compile(r"(\d\d)-(\d\d)")
DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class Part(StrEnum):
    """What somebody may say of themselves."""

    NAME = "name"
    PHONE = "phone"
    EMAIL = "email"
    BIRTHDAY = "birthday"


class PersonalInvalid(ValueError):
    """One part of it is malformed. What was typed is in no message: it may be written down somewhere."""

    def __init__(self, part: Part) -> None:
        super().__init__(f"the {part} is malformed")
        self.part = part


@dataclass(frozen=True, slots=True)
class Personal:
    """Personal data as head office keeps it: empty where nothing was said. `birthday` is month and day, `05-17`."""

    name: str = ""
    phone: str = ""
    email: str = ""
    birthday: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was said."""
        return not (self.name or self.phone or self.email or self.birthday)

    @property
    def display_name(self) -> str:
        """What stations may show: the first word and the initial of the last."""
        words = self.name.split()
        shown = words[0] if len(words) == 1 else f"{words[0]} {words[-1][0]}." if words else ""
        return shown[:DISPLAY_NAME_MAX]

    @property
    def phone_key(self) -> str:
        """The phone number in the form in which two are compared. Without a country's code it is compared as it is."""
        return f"+{self.phone[2:]}" if self.phone.startswith("00") else self.phone

    @property
    def email_key(self) -> str:
        """The address in the form in which two are compared."""
        return self.email.casefold()


NOTHING_SAID = Personal()


def personal(*, name: str = "", phone: str = "", email: str = "", birthday: str = "") -> Personal:
    """Return what was typed in the form that is kept. Raises `PersonalInvalid`."""
    return Personal(_name(name), _phone(phone), _email(email), _birthday(birthday))


def write_personal(said: Personal) -> bytes:
    """Return what goes into the box."""
    return canonical({part: text for part, text in asdict(said).items() if text})


def read_personal(content: bytes) -> Personal:
    """Read what was in a box; what only a newer station says is left alone. Raises `PersonalInvalid`, `ValueError`."""
    found: Any = orjson.loads(content)
    if not isinstance(found, dict):
        raise ValueError("no personal data")
    said = {part.value: found.get(part.value, "") for part in Part}
    for part in Part:
        if type(said[part.value]) is not str:
            raise PersonalInvalid(part)
    return personal(**said)


def box_info(member: str) -> bytes:
    """Return what binds a box to the member whom it is about."""
    return b"TS-enrol1\n" + member.encode("ascii")


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _name(text: str) -> str:
    found = _folded(text)
    if found and (
        len(found) > NAME_MAX or not found.isprintable() or not any(char.isalpha() for char in found)
    ):
        raise PersonalInvalid(Part.NAME)
    return found


def _phone(text: str) -> str:
    found = BETWEEN_DIGITS.sub("", text)
    if found and not PHONE.fullmatch(found):
        raise PersonalInvalid(Part.PHONE)
    return found


def _email(text: str) -> str:
    found = unicodedata.normalize("NFC", text.strip())
    if found and (len(found) > EMAIL_MAX or not EMAIL.fullmatch(found) or not found.isprintable()):
        raise PersonalInvalid(Part.EMAIL)
    return found


def _birthday(text: str) -> str:
    match = BIRTHDAY.fullmatch(text.strip())
    if not text.strip():
        return ""
    if match is None or not match.group(0).isascii():
        raise PersonalInvalid(Part.BIRTHDAY)
    month, day = map(int, match.groups())
    if not 1 <= month <= len(DAYS) or not 1 <= day <= DAYS[month - 1]:
        raise PersonalInvalid(Part.BIRTHDAY)
    return match.group(0)
