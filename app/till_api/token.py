"""What a till shows to be let in: 256 random bits in a file that its owner alone can read.

The file is the whole administration: whoever deletes it, or has a new one made, shuts out everybody who had read it,
at once and without a restart.
"""

import contextlib
import hmac
import logging
import os
import stat
from pathlib import Path

from app.ids import new_secret

log = logging.getLogger(__name__)

FILE = "till-api.token"
BYTES = 32
OTHERS = stat.S_IRWXG | stat.S_IRWXO
IS_POSIX = os.name == "posix"  # elsewhere the user's own folder is what keeps others out


class Token:
    """The token in the folder of the station's keys. Only the API's thread uses it."""

    def __init__(self, folder: Path) -> None:
        """Take the token that is there, or make one. Raises `OSError`."""
        self.path = folder / FILE
        self._stamp: tuple[int, int] | None = None
        self._text = b""
        self._look()

    def fits(self, shown: bytes) -> bool:
        """Tell whether this is the token of the moment, in the same time whatever of it is right."""
        try:
            self._look()
        except OSError as problem:
            log.info("the token of the till's API can't be read or made: %s", type(problem).__name__)
            return False
        return hmac.compare_digest(shown, self._text)

    def _look(self) -> None:
        """Read the file again where it is another one by now."""
        with contextlib.suppress(FileNotFoundError):
            found = self.path.lstat()
            if (found.st_ino, found.st_ctime_ns) == self._stamp:
                return
        self._text, self._stamp = read_or_make(self.path)


def read_or_make(path: Path) -> tuple[bytes, tuple[int, int]]:
    """Return a token and by what its file is known again. One that others could have read is made anew."""
    with contextlib.suppress(FileNotFoundError):
        found = path.lstat()
        is_ours = stat.S_ISREG(found.st_mode) and (
            not IS_POSIX or (found.st_uid == os.getuid() and not found.st_mode & OTHERS)
        )
        text = path.read_bytes().strip() if is_ours else b""
        if len(text) == 2 * BYTES:
            return text, (found.st_ino, found.st_ctime_ns)
        log.info("the token of the till's API could be read by others, or is none: a new one is made")
    make(path)
    found = path.lstat()
    return path.read_bytes().strip(), (found.st_ino, found.st_ctime_ns)


def make(path: Path) -> None:
    """Make a new token; the old one is good for nothing any more. Raises `OSError`."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".new")
    with contextlib.suppress(FileNotFoundError):
        draft.unlink()
    made = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(made, "wb") as file:
        file.write(new_secret(BYTES).hex().encode("ascii") + b"\n")
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
