"""What the set-up page found out, kept for the next start: a small JSON file beside the station's keys.

It lies under everything that a person has written: the TOML file, variables and the command line go over it. A file
that can't be read, or says what nobody knows any more, is as good as none: a station then works as it did before.
"""

import logging
import os
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

log = logging.getLogger(__name__)

FILE: Final = "set-up.json"
BYTES_MAX: Final = 16_384
_writing = threading.Lock()  # so that of two threads neither takes away what the other has kept
NAMES: Final = (
    "language",
    "languages",  # of each who signed in here, by their id: no setting, but kept in the same place
    "set_up",  # whether the first set-up goes on at the next start: no setting either
    "camera",
    "scanner_layout",
    "scanner_prefix",
    "scanner_suffix",
    "scanner_end",
    "scanner_port",
    "scanner_baud",
    "printer",
    "receipt_paper",
    "receipt_language",
    "receipt_dir",
    "receipts",
    "display",
    "sound",
    "theme",
    "text_size",
    "names",
    "lock_after_s",
    "white_label",
    "till_api",
    "page_views",  # of the manager's pages: what is looked for, by names; no setting, but kept in the same place
    "page_columns",
)


def read_kept(folder: Path) -> dict[str, Any]:
    """Return what was kept in `folder`."""
    if not (folder / FILE).exists():
        return {}
    import json  # noqa: PLC0415 a start with nothing kept comes up without it

    try:
        with (folder / FILE).open("rb") as file:
            found = json.loads(file.read(BYTES_MAX))
    except (OSError, ValueError) as problem:
        log.info("the kept settings can't be read: %s", type(problem).__name__)
        return {}
    return {name: found[name] for name in NAMES if name in found} if isinstance(found, dict) else {}


def keep(folder: Path, settings: Mapping[str, Any]) -> None:
    """Keep settings for the next start; those that are not named stay as they were. Raises `OSError`."""
    import json  # noqa: PLC0415 as above

    unknown = set(settings) - set(NAMES)
    assert not unknown, f"these are not kept: {unknown}"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = folder / (FILE + ".new")
    with _writing:
        text = json.dumps(read_kept(folder) | dict(settings), indent=2, ensure_ascii=True)
        with draft.open("w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(folder / FILE)
