"""Names that only those recognise whose they are: on receipts, in lists, and on screens that others can see."""

from typing import Final

HIDDEN: Final = "***"


def masked(name: str) -> str:
    """Return a name of which the member knows that it is theirs, and nobody else whose: `Ada Lovelace` → `A*** L.`."""
    words = name.split()
    if not words:
        return ""
    rest = "".join(f" {word[0]}." for word in words[1:])
    return words[0][0] + HIDDEN + rest
