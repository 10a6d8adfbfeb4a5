"""A receipt as rows from top to bottom, in words and without a size: what `words` writes and `paint` paints."""

from dataclasses import dataclass
from enum import Enum, auto


class Style(Enum):
    """How large and strong a text is."""

    STORE = auto()  # the head
    PLAIN = auto()
    SMALL = auto()
    STRONG = auto()
    LARGE = auto()  # the one amount that matters


@dataclass(frozen=True, slots=True)
class Line:
    """A text in the middle."""

    text: str
    style: Style = Style.PLAIN


@dataclass(frozen=True, slots=True)
class Pair:
    """A text at the left, which may take several lines, and a figure at the right."""

    left: str
    right: str
    style: Style = Style.PLAIN


@dataclass(frozen=True, slots=True)
class Band:
    """What nobody may miss: white on black over the whole width; `more` below it."""

    text: str
    more: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across."""

    is_strong: bool = False


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code."""

    content: str


@dataclass(frozen=True, slots=True)
class Logo:
    """The shop's picture, a PNG."""

    png: bytes


@dataclass(frozen=True, slots=True)
class Edges:
    """Marks at both ends of the paper, by which one sees that nothing is cut off."""


Row = Line | Pair | Band | Rule | Code | Logo | Edges


@dataclass(frozen=True, slots=True)
class Sheet:
    """Something else that is printed, such as the end of a day: rows that are words already, and a name for a file."""

    name: str
    rows: tuple[Row, ...]
