"""The door to gettext: every sentence a person can read passes here, when it is drawn and not before.

English is the source. `pseudo` (ui/pseudo.py) is a language for finding faults.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from gettext import NullTranslations

import resources

PSEUDO = "pseudo"
# What a language calls itself: whoever looks for theirs can't read the others.
NAMES = {"en": "English", "ko": "한국어", "id": "Indonesia", "tr": "Türkçe", "ru": "Русский"}


def _catalogue(language: str) -> NullTranslations:
    from resources.load import translations

    return translations(language)


def _pseudo() -> NullTranslations:
    from ui.pseudo import translations

    return translations()


# What a catalogue lacks stays English; a test lets none lack anything.
LANGUAGES: dict[str, Callable[[], NullTranslations]] = {
    **{language: partial(_catalogue, language) for language in resources.LANGUAGES},
    "en": NullTranslations,  # the first paint reads no file
    PSEUDO: _pseudo,
}
_chosen: list[NullTranslations] = [NullTranslations()]
_language = ["en"]


def use(language: str) -> None:
    """Choose the language of what is drawn from now on. KeyError for one that there isn't."""
    _chosen[0] = LANGUAGES[language]()
    _language[0] = language


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak another language meanwhile; an empty one stands for the chosen one. KeyError for one that there isn't."""
    before = _chosen[0], _language[0]
    if language:
        use(language)
    try:
        yield
    finally:
        _chosen[0], _language[0] = before


def language() -> str:
    """Return the language of what is drawn."""
    return _language[0]


def _(message: str) -> str:
    """Return the sentence in the chosen language."""
    return _chosen[0].gettext(message)


def ngettext(singular: str, plural: str, count: int) -> str:
    """Return the sentence for `count` things in the chosen language."""
    return _chosen[0].ngettext(singular, plural, count)
