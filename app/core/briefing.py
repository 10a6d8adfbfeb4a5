"""What head office tells cashiers of a campaign: a text in each language, published with the program.

    "briefing": {"en": "Coffee is 10 % off until noon. Say it before they pay.", "ko": "…"}

No decision reads it. It is part of the campaign so that it is signed, versioned and at hand offline like the rules.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from app.core.document import DocumentInvalid, Place

BRIEFING_MAX = 1_000  # characters of one text: what a cashier reads while nobody waits
LANGUAGES_MAX = 10  # the console writes five
# Of all texts of a program, as UTF-8: a hundred campaigns in five languages, each text as long as may be, come to
# 0.8 MiB. With all there may be a program of 0.1 MiB makes 1.5 MiB of Base64: three and a half minutes at 64 kbit/s.
BYTES_MAX = 1 << 20
LANGUAGE = re.compile(r"[0-9A-Za-z._-]{1,40}")
FALLBACK = "en"
UNWRITTEN = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")  # no text for people has these; a line ends by \n

Briefing = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class BriefingCard:
    """What a cashier is told of a campaign. Moments are local ISO texts to the second; `ends_at` is "" for no end.

    `language` is that of `text`, perhaps another one than was asked for. `is_new`: who asks hasn't read it.
    """

    campaign: str
    title: str
    starts_at: str
    ends_at: str
    language: str
    text: str
    is_running: bool = True
    is_new: bool = False

    @property
    def told(self) -> tuple[str, str]:
        """What somebody reads of it: another text of the same campaign is another thing to read."""
        return self.campaign, self.text

    def record(self) -> dict[str, Any]:
        """Return it as other programs read it."""
        return asdict(self)


def in_language(texts: Mapping[str, str], language: str) -> tuple[str, str]:
    """Return the language in which a text is shown to whoever speaks `language`, and the text."""
    for known in (language, FALLBACK, *texts):
        if known in texts:
            return known, texts[known]
    raise AssertionError("a text is in one language at least")


def read_briefing(place: Place) -> Briefing:
    """Return what a campaign says under `briefing`, empty where it says nothing. Raises `DocumentInvalid`."""
    if not place.has("briefing"):
        return {}
    texts = place.inner("briefing")
    if not 0 < len(texts.value) <= LANGUAGES_MAX:
        raise DocumentInvalid(f"{texts.path}: expected a text in 1 to {LANGUAGES_MAX} languages")
    for language in texts.value:
        if not LANGUAGE.fullmatch(language):
            raise DocumentInvalid(f"{texts.path}: expected languages such as en, found {language!r}")
    return {language: _text(texts, language) for language in texts.value}


def check_all(path: str, briefings: Iterable[Briefing]) -> None:
    """Raise `DocumentInvalid` where the texts of a program come to more than stations can be sent."""
    size = sum(len(text.encode()) for texts in briefings for text in texts.values())
    if size > BYTES_MAX:
        raise DocumentInvalid(
            f"{path}: expected briefings of at most {BYTES_MAX} bytes together, found {size};"
            " take out those that ended"
        )


def _text(place: Place, language: str) -> str:
    found = place.text(language)
    if len(found) > BRIEFING_MAX or not found.strip() or UNWRITTEN.search(found):
        raise DocumentInvalid(
            f"{place.path}.{language}: expected a text of at most {BRIEFING_MAX} characters,"
            " and nothing that can't be seen"
        )
    return found
