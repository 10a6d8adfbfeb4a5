"""The door to gettext: every sentence a person can read passes here, when it is drawn and not before.

English is the source. `pseudo` is a language for finding faults: each sentence grows by 130 % (the measured 90th
percentile of Russian), wears accents and stands in brackets, so that what is cut off or not translated shows.
Placeholders such as `{missing}` come through whole.
"""

import re
from collections.abc import Callable
from functools import partial
from gettext import NullTranslations

import resources

PSEUDO = "pseudo"
# What a language calls itself: whoever looks for theirs can't read the others.
NAMES = {"en": "English", "ko": "한국어", "id": "Indonesia", "tr": "Türkçe", "ru": "Русский"}
GROWTH = 2.3  # length of a pseudo sentence for one of English: +130 %
PLACEHOLDER = re.compile(r"(\{[^{}]*\})")
ACCENTED = str.maketrans("ACDEGIKLNORSTUYZacdegiklnorstuyz", "ÅÇĐÉĜÎĶĻÑÖŘŠŢÛÝŽåçđéĝîķļñöřšţûýž")
FILLING = "lorem ipsum dolor amet elit sed magna urna vitae nulla "  # words, so that lines can break as in a language


def pseudo(message: str) -> str:
    """Return `message` in the pseudo language."""
    parts = PLACEHOLDER.split(message)
    length = sum(len(part) for part in parts[::2])
    missing = max(0, round(length * GROWTH) - length - len("[ ]"))
    filling = (FILLING * (missing // len(FILLING) + 1))[:missing].strip()
    accented = "".join(part if place % 2 else part.translate(ACCENTED) for place, part in enumerate(parts))
    return f"[{accented} {filling.translate(ACCENTED)}]" if filling else f"[{accented}]"


class PseudoTranslations(NullTranslations):
    """A language that exists to be looked at by tests."""

    def gettext(self, message: str) -> str:
        """Return the sentence in the pseudo language."""
        return pseudo(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Return the sentence for `n` things."""
        return pseudo(super().ngettext(msgid1, msgid2, n))


def _catalogue(language: str) -> NullTranslations:
    from resources.load import translations

    return translations(language)


# What a catalogue lacks stays English, today all but the reasons: so no setting offers these languages yet.
LANGUAGES: dict[str, Callable[[], NullTranslations]] = {
    **{language: partial(_catalogue, language) for language in resources.LANGUAGES},
    "en": NullTranslations,  # the first paint reads no file
    PSEUDO: PseudoTranslations,
}
_chosen: list[NullTranslations] = [NullTranslations()]
_language = ["en"]


def use(language: str) -> None:
    """Choose the language of what is drawn from now on. KeyError for one that there isn't."""
    _chosen[0] = LANGUAGES[language]()
    _language[0] = language


def language() -> str:
    """Return the language of what is drawn."""
    return _language[0]


def _(message: str) -> str:
    """Return the sentence in the chosen language."""
    return _chosen[0].gettext(message)


def ngettext(singular: str, plural: str, count: int) -> str:
    """Return the sentence for `count` things in the chosen language."""
    return _chosen[0].ngettext(singular, plural, count)
