"""How one hand scanner writes: what it is set to, as the set-up page found out or somebody has set it here.

Scanners come set to a US keyboard, with Enter behind each code and nothing in front. Shops' own programs may have set
them otherwise: a sign in front by which a till knows a scan, another end, the keyboard of the computer.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal, TypeAlias

Layout: TypeAlias = Literal["us", "host"]
AIM_PREFIX: Final = re.compile(r"(\][A-Za-z][0-9A-Za-z])(.+)", re.DOTALL)  # ISO/IEC 15424


class Ending(StrEnum):
    """What a scanner sends behind a code."""

    ANY = "any"  # not known: Enter, line feed or Tab, and a pause where none of them comes
    CR = "cr"
    LF = "lf"
    CRLF = "crlf"
    TAB = "tab"
    NONE = "none"  # nothing: a pause alone


@dataclass(frozen=True, slots=True)
class Habits:
    """`layout`: "us" where its keys are those of a US keyboard, "host" where they are those of this computer's.

    `prefix` and `suffix` are what it puts around each code of its own accord, without symbology and ending.
    """

    layout: Layout = "us"
    prefix: str = ""
    suffix: str = ""
    ending: Ending = Ending.ANY

    def code_of(self, written: str) -> tuple[str, str]:
        """Return symbology ("" where it said none) and text of a code in what the scanner wrote.

        Prefix and suffix go only together: a text without them came from elsewhere. The symbology stands in front of
        the prefix with some scanners, behind it with others.
        """
        aim, text = parted(written)
        inner = text.removeprefix(self.prefix).removesuffix(self.suffix)
        if len(text) - len(inner) != len(self.prefix) + len(self.suffix) or not inner:
            return aim, text
        return (aim, inner) if aim else parted(inner)


USUAL: Final = Habits()
"""As scanners come."""


def parted(text: str) -> tuple[str, str]:
    """Return the symbology in front of a text ("" where there is none) and the rest."""
    found = AIM_PREFIX.fullmatch(text)
    return (found[1], found[2]) if found else ("", text)
