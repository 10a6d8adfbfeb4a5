"""What new members are asked to agree to: texts with a version, in several languages, published with the program.

    "consents": [{"id": "news", "version": "2", "texts": {"en": "We may write to you about offers.", "tr": "…"}}]

An entry says to what somebody agreed by these three words: which, in which version, and in the language that was shown.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from app.core.briefing import in_language
from app.core.document import DocumentInvalid, Place

CONSENTS_MAX = 5  # a page of a station shows them all
TEXT_MAX = 300
WORD = re.compile(r"[0-9A-Za-z._-]{1,40}")  # of all three: names, in which nobody's data can hide


@dataclass(frozen=True, slots=True)
class ConsentText:
    """A text to agree to. `texts` by language, at least one."""

    what: str
    version: str
    texts: Mapping[str, str]

    def shown(self, language: str) -> tuple[str, str]:
        """Return the language in which it is shown to whoever speaks `language`, and the text."""
        return in_language(self.texts, language)


def read_consents(root: Place) -> tuple[ConsentText, ...]:
    """Return what a program asks new members. Raises `DocumentInvalid`."""
    if not root.has("consents"):
        return ()
    places = root.objects("consents")
    if len(places) > CONSENTS_MAX:
        raise DocumentInvalid(f"{root.path}.consents: expected at most {CONSENTS_MAX}")
    found = tuple(map(_read, places))
    for nth, consent in enumerate(found):
        if any(consent.what == other.what for other in found[:nth]):
            raise DocumentInvalid(f"{places[nth].path}: another one is called {consent.what!r} too")
    return found


def _read(place: Place) -> ConsentText:
    place.only("id", "version", "texts")
    texts = place.inner("texts")
    if not texts.value:
        raise DocumentInvalid(f"{texts.path}: expected a text in one language at least")
    return ConsentText(
        _word(place, "id", place.text("id")),
        _word(place, "version", place.text("version")),
        {_word(texts, language, language): _text(texts, language) for language in texts.value},
    )


def _word(place: Place, key: str, found: str) -> str:
    if not WORD.fullmatch(found):
        raise DocumentInvalid(f"{place.path}.{key}: expected at most 40 letters, digits, dots, dashes")
    return found


def _text(place: Place, key: str) -> str:
    found = place.text(key)
    if len(found) > TEXT_MAX or not found.strip() or not found.isprintable():
        raise DocumentInvalid(f"{place.path}.{key}: expected one line of at most {TEXT_MAX} characters")
    return found
