"""The console's sentences in its languages: gettext, English in the source, the others in catalogues of their own.

Templates say `{{ _("…") }}` and `{% trans %}`; Python marks a sentence that is translated later with `N_`.
`tests/hq/console/test_texts.py` finds one that a language lacks.
"""

from functools import cache
from gettext import NullTranslations

from resources.load import compiled, read_text

LANGUAGES = ("en", "ko")  # in their own names below
NAMES = {"en": "English", "ko": "한국어"}
CATALOGUE = "i18n/{language}/LC_MESSAGES/console.po"


def N_(sentence: str) -> str:  # noqa: N802 gettext's own name for it
    """Mark a sentence for the catalogues."""
    return sentence


@cache
def translations(language: str) -> NullTranslations:
    """Return gettext for one of LANGUAGES; what a language lacks stays English."""
    if language == "en":
        return NullTranslations()
    return compiled(read_text(CATALOGUE.format(language=language)).encode("utf-8"))


def language_of(chosen: str | None, accepted: str) -> str:
    """Return the language of a page: as chosen, else the first that the browser names, else English."""
    if chosen in LANGUAGES:
        return chosen
    for part in accepted.split(","):
        name = part.partition(";")[0].strip().lower().partition("-")[0]
        if name in LANGUAGES:
            return name
    return "en"
