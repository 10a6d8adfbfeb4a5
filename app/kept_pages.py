"""How the manager's pages are laid out on this station: saved views and columns, kept beside its keys.

What is kept is plain JSON, and whoever reads it looks at every value.
"""

import contextlib
import threading
from pathlib import Path
from typing import Any

from app.kept import keep, read_kept

VIEWS, COLUMNS = "page_views", "page_columns"
VIEWS_MAX = 20  # a person's list, and little enough for the file of settings


class KeptPages:
    """Saved views by their names, and columns with their widths, in order."""

    def __init__(self, folder: Path) -> None:
        """Read what was kept in `folder`."""
        self._folder = folder
        found = read_kept(folder)
        views, columns = found.get(VIEWS), found.get(COLUMNS)
        self.views: dict[str, dict[str, Any]] = (
            {str(name): each for name, each in views.items() if isinstance(each, dict)}
            if isinstance(views, dict)
            else {}
        )
        self.columns: list[tuple[str, int]] = (
            [(str(each[0]), int(each[1])) for each in columns if _is_column(each)]
            if isinstance(columns, list)
            else []
        )
        self._lock = threading.Lock()

    def keep_view(self, name: str, wanted: dict[str, Any] | None) -> None:
        """Keep a view under a name; None lets it go. The oldest goes where there are too many."""
        others = {kept: each for kept, each in self.views.items() if kept != name}
        if wanted is not None:
            others = dict(list(others.items())[-(VIEWS_MAX - 1) :]) | {name: wanted}
        self.views = others
        self._write({VIEWS: self.views})

    def keep_columns(self, columns: list[tuple[str, int]]) -> None:
        """Keep which columns are shown, in which order and how wide."""
        self.columns = columns
        self._write({COLUMNS: columns})

    def _write(self, settings: dict[str, Any]) -> None:
        """Write on a thread of its own. It is lost where that can't be written."""

        def write() -> None:
            with self._lock, contextlib.suppress(OSError):
                keep(self._folder, settings)

        threading.Thread(target=write, name="keeping", daemon=True).start()


def _is_column(found: Any) -> bool:
    return isinstance(found, list) and len(found) == 2 and isinstance(found[1], int)
