"""What a code reads into, however broken it is: random texts, and valid codes of every kind with something changed.

    ./tillside bench payloads                        a million, half of each
    ./tillside bench payloads --count 20000 --seed 7

Nothing may raise, and no changed signed code may become a credential. The floor is the cheapest text there is, an empty
one, read in the same run.
"""

import argparse
import random
import traceback
from collections.abc import Sequence
from time import perf_counter_ns

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.core.codes import ALPHABET, MemberCode, TokenKey, number, parse
from app.core.phone_code import write_phone_code
from app.core.reasons import Refusal
from app.core.signed_code import sign_member_code, sign_token
from bench._report import Line, p99

COUNT, SEED = 1_000_000, 1
NOW_MS = 1_800_000_000_000
DAY_MS = 86_400_000
LENGTH_MAX = 600
CHANGES_MAX = 4
EMPTY_READS = 10_000
BASE45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
ODD = "\0\x1d\x1b\n\r\t ]?&#%{}<>\"'\\\ud800\u202e\u00df\u0131\uff11\U0001f600"
LETTERS = (BASE45, ALPHABET, "0123456789", "".join(map(chr, range(32, 127))), ODD)
BEGINNINGS = (
    *("", "", "", "L2:", "L3:", "M", "V", "G", "TS:R:", "TS:P:"),
    *("]C1", "]Q3", "]E0", "\x1d", "https://x/8018/", "otpauth:"),
)
OTHERS = (
    "]C18018395012345000000127",
    "]C125595011015300031\x1d8018395012345000000127",
    "https://id.example/8018/395012345000000127?17=301231",
    "2012345678903",
    "4006381333931",
    "TS:R:01939f3e-7c3a-7000-8000-000000000000",
    "TS:P:eyJ2IjoxLCJ1cmwiOiJodHRwIn0",
    "otpauth://totp/Shop:me?secret=JBSWY3DPEHPK3PXP",
    "WIFI:T:WPA;S:guests;P:secret;;",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln",
)


class Codes:
    """One key of HQ's, a phone, and the codes that are made with them."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._hq = Ed25519PrivateKey.from_private_bytes(chance.randbytes(32))
        self._phone = Ed25519PrivateKey.from_private_bytes(chance.randbytes(32))
        self.keys = {b"t1": TokenKey(self._hq.public_key())}
        self.signed = [self._signed() for _ in range(50)] + [self._shown() for _ in range(50)]
        self.plain = [self._number() for _ in range(50)]

    def _signed(self) -> str:
        return sign_member_code(
            self._hq,
            key_id=b"t1",
            ref=self._chance.randbytes(8),
            issued_ms=NOW_MS - DAY_MS,
            expires_ms=NOW_MS + DAY_MS,
        )

    def _shown(self) -> str:
        token = sign_token(
            self._hq,
            key_id=b"t1",
            ref=self._chance.randbytes(8),
            issued_ms=NOW_MS - DAY_MS,
            expires_ms=NOW_MS + DAY_MS,
            phone=self._phone.public_key().public_bytes_raw(),
        )
        return write_phone_code(
            token, ts=NOW_MS // 1000, nonce=self._chance.randbytes(8), sign=self._phone.sign
        )

    def _number(self) -> str:
        kind, length = self._chance.choice((("M", 10), ("V", 13), ("G", 13)))
        return number(kind, "".join(self._chance.choices(ALPHABET, k=length)))


def any_text(chance: random.Random) -> str:
    """Return a random text, which may begin like a code."""
    length = int(LENGTH_MAX * chance.random() ** 3)
    return chance.choice(BEGINNINGS) + "".join(chance.choices(chance.choice(LETTERS), k=length))


def changed(text: str, chance: random.Random) -> str:
    """Return a text with some characters replaced, put in, left out, exchanged or doubled."""
    for _ in range(chance.randint(1, CHANGES_MAX)):
        at, to = sorted((chance.randrange(len(text) + 1), chance.randrange(len(text) + 1)))
        letters = chance.choice(LETTERS)
        match chance.randrange(6):
            case 0:
                text = text[:at] + chance.choice(letters) + text[at + 1 :]
            case 1:
                text = text[:at] + chance.choice(letters) + text[at:]
            case 2:
                text = text[:at] + text[at + 1 :]
            case 3:
                text = text[:at] + text[at + 1 : at + 2] + text[at : at + 1] + text[at + 2 :]
            case 4:
                text = text[:at] + text[to:]
            case _:
                text = text[:to] + text[at:]
    return text


class Tally:
    """What came of the payloads."""

    def __init__(self) -> None:
        self.took_us: dict[str, list[float]] = {}
        self.raised = 0
        self.believed = 0

    def read(self, kind: str, text: str, codes: Codes, *, is_broken: bool) -> None:
        """Read a text; `is_broken` where it was a signed code before it was changed."""
        began = perf_counter_ns()
        try:
            found = parse(text, keys=codes.keys, now_ms=NOW_MS)
        except Exception:  # outermost: whatever is raised is what is looked for
            self.raised += 1
            print(f"{text!r} raised:\n{traceback.format_exc()}")
            return
        self.took_us.setdefault(kind, []).append((perf_counter_ns() - began) / 1_000)
        if (is_broken and not isinstance(found, Refusal)) or (
            not is_broken and isinstance(found, MemberCode)
        ):
            self.believed += 1
            print(f"{text!r} was read as {found}")


def run(words: Sequence[str]) -> list[Line]:
    """Read so many payloads and return what came of them."""
    parser = argparse.ArgumentParser(prog="bench payloads", description=__doc__)
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--seed", type=int, default=SEED)
    asked = parser.parse_args(list(words))
    chance = random.Random(asked.seed)
    codes, tally = Codes(chance), Tally()
    for _ in range(EMPTY_READS):
        tally.read("an empty text", "", codes, is_broken=False)
    for _ in range(asked.count // 2):
        tally.read("random", any_text(chance), codes, is_broken=False)
        _read_changed(tally, codes, chance)
    return [
        *(
            Line(f"{kind}: a payload", "µs", tuple(took), note=f"{len(took)}")
            for kind, took in tally.took_us.items()
        ),
        *(Line(f"{kind}: a payload, p99", "µs", (p99(took),)) for kind, took in tally.took_us.items()),
        Line("exceptions", "", (tally.raised,), limit=0),
        Line("changed signed codes that were believed", "", (tally.believed,), limit=0),
    ]


def _read_changed(tally: Tally, codes: Codes, chance: random.Random) -> None:
    whole = chance.choice(chance.choice((codes.signed, codes.signed, codes.plain, OTHERS)))
    text = changed(whole, chance)
    if text == whole:
        return
    is_signed = whole.startswith(("L2:", "L3:"))
    tally.read(
        "a signed code, changed" if is_signed else "another code, changed", text, codes, is_broken=is_signed
    )
