"""Names as people look for them: without case, accents and marks, from their first word on or from a later one.

`Ana-María O'Neil K.` is found by `ana maria`, `maria` and `oneil`. Initials are not looked for on their own.
"""

import string
import unicodedata
from collections.abc import Sequence

# What stands between or in words, and letters that Unicode takes for their own, though people type the plain one.
MARKS = {"'": None, "\N{RIGHT SINGLE QUOTATION MARK}": None, **dict.fromkeys(".,-_/()\0", " ")}
LAST_LETTER = "\U0010ffff"  # behind every letter that a name may have
LETTERS = {"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th", "ð": "d"}
_PLAIN = str.maketrans({**MARKS, **LETTERS})
# The same for names of ASCII letters alone, which most are: by bytes it takes less than half the time.
_SPACES = "".join(mark for mark, becomes in MARKS.items() if becomes == " ")
_PLAIN_ASCII = bytes.maketrans(
    (_SPACES + string.ascii_uppercase).encode(), (" " * len(_SPACES) + string.ascii_lowercase).encode()
)


def name_key(name: str) -> str:
    """Return the plain letters of a name, or of what somebody has typed of one."""
    if name.isascii():
        return " ".join(name.encode().translate(_PLAIN_ASCII, b"'").decode().split())
    folded = name.casefold().translate(_PLAIN)
    if not folded.isascii():
        apart = unicodedata.normalize("NFKD", folded)
        folded = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return " ".join(folded.split())


def later_keys(key: str) -> Sequence[str]:
    """Return what a name is found by beside its `key`: the rest from each later word on, initials left out."""
    rest = key.partition(" ")[2]
    if len(rest) < 2:
        return ()
    words = rest.split(" ")
    return [" ".join(words[at:]) for at, word in enumerate(words) if len(word) > 1]
