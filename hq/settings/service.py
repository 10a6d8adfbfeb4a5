"""Head office's own settings, kept in the database: for now the languages in which members are spoken to."""

import json
from dataclasses import dataclass

from sqlalchemy import insert, select, update

from hq.access.actor import Actor
from hq.audit.service import record
from hq.console.tables import setting
from hq.db import Whole, hold_whole
from hq.faults import ChangedMeanwhile, NotPossible
from hq.home import Hq

LANGUAGES = ("en", "ko", "id", "tr", "ru")  # that stations, receipts and displays speak
NAMES = {"en": "English", "ko": "한국어", "id": "Bahasa Indonesia", "tr": "Türkçe", "ru": "Русский"}
SPOKEN = "languages"
USUAL = ("en",)


@dataclass(frozen=True)
class Spoken:
    """The languages in which texts for members are wanted, the first the most; and the setting's version (0: usual)."""

    languages: tuple[str, ...]
    version: int


def read_languages(hq: Hq) -> Spoken:
    """Return in which languages texts for members are wanted."""
    with hq.database.reading() as connection:
        row = connection.execute(select(setting).where(setting.c.name == SPOKEN)).one_or_none()
    return Spoken(USUAL, 0) if row is None else Spoken(tuple(json.loads(row.value)), row.version)


def change_languages(
    hq: Hq, actor: Actor, languages: tuple[str, ...], *, version: int | None = None
) -> Spoken:
    """Say in which languages texts for members are wanted. Raises `NotPossible`, `ChangedMeanwhile`."""
    chosen = tuple(language for language in dict.fromkeys(languages) if language in LANGUAGES)
    if not chosen or len(chosen) != len(set(languages)):
        raise NotPossible(f"Choose one language or more of {', '.join(LANGUAGES)}.")
    now_ms = hq.clock.now_ms()
    with hq.database.atomic() as connection:
        hold_whole(connection, Whole.PROGRAMS)
        row = connection.execute(select(setting).where(setting.c.name == SPOKEN)).one_or_none()
        stands = 0 if row is None else row.version
        if version is not None and version != stands:
            raise ChangedMeanwhile("Somebody else changed the languages meanwhile. Look again.")
        values = {
            "value": json.dumps(chosen),
            "version": stands + 1,
            "changed_by": actor.name,
            "changed_ms": now_ms,
        }
        if row is None:
            connection.execute(insert(setting), {"name": SPOKEN, **values})
        else:
            connection.execute(update(setting).where(setting.c.name == SPOKEN).values(values))
        before = {"languages": list(USUAL) if row is None else json.loads(row.value)}
        after = {"languages": list(chosen)}
        about = "settings:languages"
        record(connection, actor, "settings.languages", about, now_ms=now_ms, before=before, after=after)
    return Spoken(chosen, stands + 1)
