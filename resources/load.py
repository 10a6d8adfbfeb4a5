"""Reads packaged data files. Names are relative paths with forward slashes, such as `migrations/journal/0001.sql`.

Catalogues of sentences are packed as people write them (PO) and compiled in memory when their language is first asked
for. A compiled file would be a second copy that could be forgotten; Babel, which compiles, is imported only then.
"""

import json
from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files
from importlib.resources.abc import Traversable
from io import BytesIO
from typing import Any

from resources import LANGUAGES

CATALOGUE = "i18n/{language}/LC_MESSAGES/tillside.po"
PROGRAM_SCHEMA = "schema/program.json"


@cache  # packaged files stay as they are, and a store asks at every start
def read_text(name: str) -> str:
    """Return a packaged text file."""
    return _place(name).read_text(encoding="utf-8")


@cache
def names(folder: str) -> tuple[str, ...]:
    """Return the names of the files in a packaged folder, sorted."""
    return tuple(sorted(item.name for item in _place(folder).iterdir() if item.is_file()))


def program_schema() -> Any:
    """Return the JSON Schema of the published program (docs/program.md)."""
    return json.loads(read_text(PROGRAM_SCHEMA))


@cache
def translations(language: str) -> NullTranslations:
    """Return gettext for one of `LANGUAGES`; a sentence it lacks stays English. KeyError for another language."""
    if language not in LANGUAGES:
        raise KeyError(language)
    if language == "en":
        return NullTranslations()
    return compiled(_place(CATALOGUE.format(language=language)).read_bytes())


def compiled(catalogue: bytes) -> NullTranslations:
    """Return gettext for a catalogue in PO form. What is marked as fuzzy or left empty is not in it."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    machine_form = BytesIO()
    write_mo(machine_form, read_po(BytesIO(catalogue), abort_invalid=True))
    machine_form.seek(0)
    return GNUTranslations(machine_form)


def _place(name: str) -> Traversable:
    parts = name.split("/")
    if name.startswith("/") or ".." in parts:
        raise ValueError(f"{name!r} leads out of the resources")
    return files(__package__).joinpath(*parts)
