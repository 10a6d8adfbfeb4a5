"""Which language whom is spoken to on this station, kept beside its keys for the next start."""

import contextlib
import threading
from pathlib import Path

from app.kept import keep, read_kept

LANGUAGES = "languages"
PEOPLE_MAX = 200  # that are remembered: more than ever worked in one store


class KeptLanguages:
    """Of people by their id; of nobody, the station's own."""

    def __init__(self, folder: Path) -> None:
        """Read what was kept in `folder`."""
        self._folder = folder
        found = read_kept(folder).get(LANGUAGES, {})
        self._of = (
            {str(who): str(language) for who, language in found.items()} if isinstance(found, dict) else {}
        )
        self._lock = threading.Lock()

    def of(self, staff_id: str) -> str:
        """Return somebody's language; "" where none is known."""
        return self._of.get(staff_id, "")

    def keep(self, staff_id: str, language: str) -> None:
        """Keep it, on a thread of its own. It is lost where that can't be written."""
        if staff_id:
            others = {who: kept for who, kept in self._of.items() if who != staff_id}
            self._of = dict(list(others.items())[-(PEOPLE_MAX - 1) :]) | {staff_id: language}
        settings = {LANGUAGES: self._of} if staff_id else {"language": language}

        def write() -> None:
            with self._lock, contextlib.suppress(OSError):
                keep(self._folder, settings)

        threading.Thread(target=write, name="keeping", daemon=True).start()
