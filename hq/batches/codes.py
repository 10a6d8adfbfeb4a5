"""The codes of a batch: each follows from the batch's seed and its place, so that none has to be kept.

HQ's database holds hashes alone, as stations do. The seed, from which all codes of a batch can be written out again for
a printer or a mailing, is a file beside HQ's keys and in no backup of the database. Whoever forgets it keeps the codes
good, and nobody can list them any more. A step of a job that comes twice makes the same codes.
"""

import hmac
from dataclasses import dataclass
from math import log2
from pathlib import Path

from app.core.codes import ALPHABET, GIFT_CARD_BODY, VOUCHER_BODY, VOUCHER_BODY_MAX, number
from app.ids import new_secret
from hq.drafts import write_whole
from hq.faults import NotPossible
from hq.home import Hq, folder_of

FOLDER, MODE = "codes", 0o700
PREFIX_MAX = 6
LENGTH_MIN, LENGTH_MAX = VOUCHER_BODY, VOUCHER_BODY_MAX
BITS_A_CHARACTER = 5
# Left to chance beyond what the number of codes takes up: a stolen list of hashes, or a till that tries, finds none.
BITS_MIN = 45
GROUP = 4


@dataclass(frozen=True, slots=True)
class CodeForm:
    """How codes look: a letter for what they are, how they begin, and how many characters stand behind the letter."""

    kind: str  # V or G
    prefix: str = ""
    length: int = VOUCHER_BODY


def form_of_cards() -> CodeForm:
    """Return how numbers of gift cards look."""
    return CodeForm("G", length=GIFT_CARD_BODY)


def check_form(prefix: str, length: int, count: int) -> None:
    """Refuse codes that no station reads, or that somebody could find by trying. Raises `NotPossible`."""
    if strange := sorted(set(prefix) - set(ALPHABET)):
        raise NotPossible(
            f"Codes have no {' '.join(strange)}: only digits and capital letters without I, L, O and U, which are "
            "easily taken for others."
        )
    if len(prefix) > PREFIX_MAX:
        raise NotPossible(f"Codes can begin with at most {PREFIX_MAX} characters of yours.")
    if not LENGTH_MIN <= length <= LENGTH_MAX:
        raise NotPossible(f"Stations read codes of {LENGTH_MIN} to {LENGTH_MAX} characters.")
    needed = shortest(prefix, count)
    if length < needed:
        begins = f" that begin with {prefix}" if prefix else ""
        raise NotPossible(
            f"{count} codes of {length} characters{begins} leave too little to chance: somebody could find one by "
            f"trying. Take at least {needed} characters."
        )


def shortest(prefix: str, count: int) -> int:
    """Return how many characters so many codes need, so that nobody finds one by trying."""
    return len(prefix) - int(-(BITS_MIN + log2(max(count, 1))) // BITS_A_CHARACTER)


def make_seed(hq: Hq, batch_id: str) -> None:
    """Write the seed of a new batch, before anything says that there is one."""
    path = _path(hq, batch_id)
    path.parent.mkdir(exist_ok=True, mode=MODE)
    write_whole(path, new_secret())
    path.chmod(0o600)


def read_seed(hq: Hq, batch_id: str) -> bytes:
    """Return the seed of a batch. Raises `NotPossible` where it is forgotten, or was lost with a folder."""
    try:
        return _path(hq, batch_id).read_bytes()
    except FileNotFoundError:
        raise NotPossible("The codes of this batch are kept nowhere any more. They stay good.") from None


def has_seed(hq: Hq, batch_id: str) -> bool:
    """Tell whether the codes of a batch can be written out."""
    return _path(hq, batch_id).exists()


def forget_seed(hq: Hq, batch_id: str) -> None:
    """Let nobody write the codes of a batch out again."""
    _path(hq, batch_id).unlink(missing_ok=True)


def code_at(seed: bytes, n: int, form: CodeForm) -> str:
    """Return the code at a place of a batch, as it is scanned."""
    drawn = hmac.digest(seed, n.to_bytes(8, "big"), "sha256")
    free = form.length - len(form.prefix)
    return number(form.kind, form.prefix + "".join(ALPHABET[byte & 31] for byte in drawn[:free]))


def for_people(code: str) -> str:
    """Return a code as it is printed beside its picture: in groups. Stations leave the dashes out."""
    return "-".join(code[at : at + GROUP] for at in range(0, len(code), GROUP))


def _path(hq: Hq, batch_id: str) -> Path:
    return folder_of(hq) / FOLDER / f"{batch_id}.seed"
